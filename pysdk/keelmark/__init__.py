"""Keelmark: embedded supervision for derivatives venues on an EVM chain."""

from keelmark.errors import InputError, KeelmarkError
from keelmark.units import BPS, WAD

__version__ = "0.1.0"

__all__ = ["BPS", "InputError", "KeelmarkError", "WAD", "__version__"]
