"""What can go wrong, as types.

Every failure that a caller is meant to handle is a `KeelmarkError`; its text is one sentence that
names the field and says what was expected. A subclass also inherits the builtin exception that a
caller would catch by habit.
"""


class KeelmarkError(Exception):
    """Root of every error that this package raises on purpose."""


class InputError(KeelmarkError, ValueError):
    """A value given by the user is malformed or outside its range."""
