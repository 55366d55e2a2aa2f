"""Tests of the fixed point module."""
