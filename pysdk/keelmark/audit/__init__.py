"""Auditing deployed code: what stands at an address, who controls it, what deviates.

found = chain.run(discover(house))            # every part of a house, from its address alone
deployment = found.deployment()               # as if it had been read from a manifest
report = chain.run(audit(address))            # any address: code, roles, what deviates
report.holds, report.findings
"""

from keelmark.audit.audit import Audit, audit
from keelmark.audit.discover import Discovery, Part, discover
from keelmark.audit.findings import Finding, Level

__all__ = ["Audit", "Discovery", "Finding", "Level", "Part", "audit", "discover"]
