"""A supervised market in replay: prices, cast, venue, keeper and the order of events."""
