"""One test a check: what ``pytest --pyargs keelmark.conformance`` collects."""

from __future__ import annotations

import pytest

from keelmark.conformance.check import Check, Status, all_checks
from keelmark.conformance.plugin import RUN
from keelmark.conformance.runner import Session

CHECKS = all_checks()


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_venue(check: Check, venue_session: Session, pytestconfig: pytest.Config) -> None:
    """The venue does what the rule says."""
    result = venue_session.run(check)
    pytestconfig.stash[RUN].results.append(result)
    if result.status in (Status.NOT_APPLICABLE, Status.NOT_RUN):
        pytest.skip(f"{result.status.value}: {result.seen}")
    if result.status is not Status.PASSED:
        law = ", ".join(rule.citation for rule in check.sources) or check.basis
        pytest.fail(f"{check.title} ({law}): {result.seen}", pytrace=False)
