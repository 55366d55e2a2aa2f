"""Tests of the black76 module."""
