"""ISO 20022 messages of regulatory reports, as far as their structure is known."""

from keelmark.reports.iso20022.message import Message, build
from keelmark.reports.iso20022.paths import (
    MARGIN_MESSAGE,
    TRADE_MESSAGE,
    MessageShape,
    read_paths,
)
from keelmark.reports.iso20022.schema import validate

__all__ = [
    "MARGIN_MESSAGE",
    "TRADE_MESSAGE",
    "Message",
    "MessageShape",
    "build",
    "read_paths",
    "validate",
]
