"""Watches a house as its chain grows: detectors, alerts, and where they are sent.

The market is folded from the store's rows one block at a time, as `keelmark.ledger` folds it. At
every block, and at every price inside one, detectors say what is the matter; what begins is
announced once, what ends is announced as over, and what a reorganisation takes away is retracted.
Announcements are written to a file before they are sent, so that a restart loses none.
"""

from keelmark.monitor.monitor import Monitor
from keelmark.monitor.rules import Rules, read_rules
from keelmark.monitor.signals import Severity, Signal

__all__ = ["Monitor", "Rules", "Severity", "Signal", "read_rules"]
