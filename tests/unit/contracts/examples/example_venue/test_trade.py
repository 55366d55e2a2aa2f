"""`trade`: what opens needs margin, what reduces does not, and nothing is made by rounding."""

WAD = 10**18


def test_smoke(venue):
    venue.trade("buyer", "seller", 2 * WAD)
    venue.trade("client", "seller", WAD)
    print(venue.margin("buyer"), venue.margin("client"), venue.account("seller"))
    a, b = venue.balances_sum()
    assert a == b
