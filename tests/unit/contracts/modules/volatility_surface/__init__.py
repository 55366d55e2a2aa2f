"""Tests of the volatility surface module."""
