"""Tests of the binomial module."""
