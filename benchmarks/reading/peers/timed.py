"""What every reader's process prints: how long it took, and the most memory it held."""

import json
import resource
import sys
import time

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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"events": events, "seconds": seconds, "peak_mb": peak, **more}))


def ranges(first, last, blocks):
    """Ranges of blocks, both ends included."""
    return [(start, min(start + blocks - 1, last)) for start in range(first, last + 1, blocks)]
