"""The fixtures of the tests, for measurements on the same embedded chain."""

from tests.conftest import *  # noqa: F403
