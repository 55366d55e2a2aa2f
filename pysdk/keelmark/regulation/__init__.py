"""Rules as data: thresholds, haircuts and caps with their legal source and status."""

from keelmark.regulation.corpus import Rule, Source, Status, rule, rules, sources, value
from keelmark.regulation.digest import digest

__all__ = ["Rule", "Source", "Status", "digest", "rule", "rules", "sources", "value"]
