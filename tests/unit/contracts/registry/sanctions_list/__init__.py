"""Tests of one contract or module, a file for each function."""
