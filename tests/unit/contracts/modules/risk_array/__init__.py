"""Tests of the risk array module."""
