"""Reading a chain into a store: endpoints, ranges, the tip, and what is checked on the way.

async with open_endpoint("https://…") as endpoint:
    reader = Reader(endpoint, store)
    await reader.sync("finalized")
"""

from keelmark.ingest.endpoint import Endpoint, open_endpoint
from keelmark.ingest.reader import Grouping, Reader, Step

__all__ = ["Endpoint", "Grouping", "Reader", "Step", "open_endpoint"]
