"""Adapters for what this project ships: the clearing house and the example venue."""
