"""A backfill on many machines: Dask's workers read and write files, one coordinator commits."""

from keelmark.cluster.coordinator import ClusterFailed, Cut, backfill
from keelmark.cluster.partition import Part, Task, read_part

__all__ = ["ClusterFailed", "Cut", "Part", "Task", "backfill", "read_part"]
