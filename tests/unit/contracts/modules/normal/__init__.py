"""Tests of the normal module."""
