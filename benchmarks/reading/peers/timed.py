"""What every reader's process prints: how long it took, and the most memory it held."""

import json
import sys
import time
from pathlib import Path

ABOUT = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
"""The market, and where to write."""

_BEGUN = time.perf_counter()


def begin():
    """Starts the clock; imports are behind us."""
    global _BEGUN
    _BEGUN = time.perf_counter()


def done(events, **more):
    """Stops the clock and prints the result as the last line."""
    seconds = time.perf_counter() - _BEGUN
    # Not by getrusage, which begins with what the parent held when it started this process.
    with Path("/proc/self/status").open() as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    print(json.dumps({"events": events, "seconds": seconds, "peak_mb": peak, **more}))


def ranges(first, last, blocks):
    """Ranges of blocks, both ends included."""
    return [(start, min(start + blocks - 1, last)) for start in range(first, last + 1, blocks)]
