"""The report says of each check what it is, and conforms only if nothing was left open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keelmark.conformance.check import Check, Result, Status, all_checks
from keelmark.conformance.report import Report, page, write
from keelmark.errors import InputError
from keelmark.regulation import rules

FIRST, SECOND, *OTHERS = all_checks().values()


def report(*statuses: Status, seen: str = "as it was seen") -> Report:
    """A report whose first two checks came to these statuses, the others to the last of them."""
    each = zip((FIRST, SECOND), statuses, strict=False)
    results = tuple(Result(check, status, ("a step",), seen) for check, status in each)
    results += tuple(Result(check, statuses[1], (), "") for check in OTHERS if len(statuses) == 2)
    return Report("0x" + "22" * 20, 1, "a node", "a.module:Class", 7, "0x" + "33" * 32, results)


@pytest.mark.parametrize(
    ("statuses", "conforms"),
    [
        ((Status.PASSED, Status.PASSED), True),
        ((Status.PASSED, Status.NOT_APPLICABLE), True),
        ((Status.NOT_APPLICABLE, Status.NOT_APPLICABLE), False),
        ((Status.PASSED, Status.NOT_RUN), False),
        ((Status.PASSED, Status.FAILED), False),
        ((Status.PASSED, Status.ADAPTER_WRONG), False),
        ((), False),
    ],
)
def test_conforms(statuses: tuple[Status, ...], conforms: bool) -> None:
    """What was not run is not passed over, and nothing at all is no proof."""
    assert report(*statuses).conforms is conforms
    assert report(*statuses).document()["conforms"] is conforms


def test_what_was_not_asked_for() -> None:
    """A run of a few checks shows no conformance, whatever they came to."""
    few = report(Status.PASSED)
    assert not few.conforms
    assert few.document()["left_out"] == [check.id for check in (SECOND, *OTHERS)]
    assert "54 left out of this run" in page(few)
    assert "not every check was run" in page(few)


def test_page_tells_open_from_broken() -> None:
    """A venue that could not be checked whole is not called a breaker of rules."""
    assert "not every check was run" in page(report(Status.PASSED, Status.NOT_RUN))
    broken = page(report(Status.PASSED, Status.FAILED))
    assert "does not conform: 1 passed, 54 failed" in broken
    assert f"<b>{SECOND.title}.</b> as it was seen" in broken


def test_page_escapes() -> None:
    """A venue's words are text."""
    text = page(report(Status.FAILED, seen="<script>alert(1)</script>"))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_written_whole(tmp_path: Path) -> None:
    """Both files, and no partial one; a folder that cannot be is named."""
    places = write(report(Status.PASSED), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "conformance.html",
        "conformance.json",
    ]
    assert json.loads(places[0].read_text("utf-8"))["counts"]["passed"] == 1
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError, match=r"--report: .*file cannot be written"):
        write(report(Status.PASSED), tmp_path / "file")


@pytest.mark.parametrize("check", list(all_checks().values()), ids=lambda check: check.id)
def test_every_check_says_where_it_comes_from(check: Check) -> None:
    """Known rules, a sentence, or both; an id of its subject."""
    assert set(check.rules) <= set(rules())
    assert check.rules or check.basis
    assert check.title[0].isupper()
    assert len(check.title) > 20
