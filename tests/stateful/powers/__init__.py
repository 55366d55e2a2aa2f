"""Random sequences of authorities' powers against a model that knows the law and no contract."""
