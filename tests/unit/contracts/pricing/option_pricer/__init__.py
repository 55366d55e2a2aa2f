"""Tests of the option pricer."""
