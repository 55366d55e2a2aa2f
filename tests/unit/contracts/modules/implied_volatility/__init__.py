"""Tests of the implied volatility module."""
