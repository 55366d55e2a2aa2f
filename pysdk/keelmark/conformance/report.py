"""The results as JSON and as one HTML page that opens offline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from keelmark import __version__
from keelmark.conformance.check import Result, Status, all_checks
from keelmark.errors import InputError
from keelmark.regulation import Rule, digest
from keelmark.reports.page import STYLE

__all__ = ["Report", "write"]

TAGS = {
    Status.PASSED: "good",
    Status.FAILED: "bad",
    Status.NOT_APPLICABLE: "none",
    Status.NOT_RUN: "warn",
    Status.ADAPTER_WRONG: "bad",
}
OWN_STYLE = """
td.did { font-size: 12px; } td.did li { margin: 0 0 2px; } td.did ol { margin: 4px 0 0; }
td.did ol { padding-left: 20px; } td .id { color: var(--soft); font-size: 12px; }
td.what { min-width: 17em; } td.law { min-width: 15em; font-size: 12px; }
td.seen { overflow-wrap: anywhere; min-width: 15em; }
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything about one run."""

    venue: str
    """Address."""
    chain_id: int
    chain: str
    """``embedded``, or the node's URL without credentials."""
    adapter: str
    block: int
    """Height at the start of the run."""
    code_hash: str
    """keccak256 of the venue's code, ``0x`` and 64 digits."""
    results: tuple[Result, ...]
    adapter_hash: str = ""
    """SHA-256 of the adapter's file, 64 digits: the report is worth what the adapter is."""

    def count(self, status: Status) -> int:
        """How many checks came to a status."""
        return sum(result.status is status for result in self.results)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Ids of checks that this run was not asked for."""
        run = {result.check.id for result in self.results}
        return tuple(name for name in all_checks() if name not in run)

    @property
    def conforms(self) -> bool:
        """Every check passed or does not apply; none failed, was left out or hung on the
        adapter."""
        return (
            not self.left_out
            and bool(self.count(Status.PASSED))
            and all(
                result.status in (Status.PASSED, Status.NOT_APPLICABLE) for result in self.results
            )
        )

    def document(self) -> dict[str, Any]:
        """For a program."""
        return {
            "keelmark": __version__,
            "rulebook_digest": "0x" + digest().hex(),
            "venue": self.venue,
            "chain_id": self.chain_id,
            "chain": self.chain,
            "adapter": self.adapter,
            "adapter_sha256": self.adapter_hash,
            "block": self.block,
            "code_hash": self.code_hash,
            "conforms": self.conforms,
            "left_out": list(self.left_out),
            "counts": {status.value: self.count(status) for status in Status},
            "checks": [_entry(result) for result in self.results],
        }


def write(report: Report, folder: Path) -> tuple[Path, Path]:
    """Writes ``conformance.json`` and ``conformance.html``, each whole or not at all.

    Raises:
        InputError: the folder cannot be written.
    """
    texts = {
        "conformance.json": json.dumps(report.document(), indent=2, ensure_ascii=False) + "\n",
        "conformance.html": page(report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            partial = folder / f".{name}.partial"
            partial.write_text(text, "utf-8")
            partial.replace(folder / name)
    except OSError as error:
        raise InputError(f"--report: {folder} cannot be written, {error.strerror}") from error
    return folder / "conformance.json", folder / "conformance.html"


def _entry(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "id": check.id,
        "title": check.title,
        "status": result.status.value,
        "rules": [
            {
                "id": rule.id,
                "value": rule.value,
                "unit": rule.unit,
                "source": rule.citation,
                "status": rule.status.name.lower(),
            }
            for rule in check.sources
        ],
        "basis": check.basis,
        "done": list(result.done),
        "seen": result.seen,
    }


def page(report: Report) -> str:
    """The HTML page."""
    title = f"Conformance of {report.venue}"
    facts = (
        ("Chain", f"{report.chain_id} ({report.chain})"),
        ("Block at the start", f"{report.block:,}"),
        ("Code hash", report.code_hash),
        ("Adapter", report.adapter),
        ("Its file, SHA-256", report.adapter_hash),
        ("Rulebook digest", "0x" + digest().hex()),
        ("Keelmark", __version__),
    )
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts
    )
    groups = dict.fromkeys(result.check.id.partition(".")[0] for result in report.results)
    sections = "".join(
        _section(group, [r for r in report.results if r.check.id.startswith(f"{group}.")])
        for group in groups
    )
    links = "".join(f'<a href="#{group}">{group.capitalize()}</a>' for group in groups)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{OWN_STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1>"
        '<p class="soft">By outcome alone: what parties did at the venue and what came of it. '
        "Nothing was asked about how it is written, and no check proves that no other way is "
        "open. What the venue answers, and what it does not offer, is the adapter's word: read the "
        "adapter with the report.</p>"
        f'{_verdict(report)}<dl class="facts">{cells}</dl><nav>{links}</nav>{sections}'
        '<p class="soft">Status of a source: read = taken from the text itself; derived = follows '
        "from it by our reasoning; practice = a venue's custom, no law's figure; unconfirmed = not "
        "yet read at its source. A basis without a figure is a principle, named as we read it; it "
        "is no legal advice.</p></main></body></html>\n"
    )


def _verdict(report: Report) -> str:
    counts = ", ".join(
        f"{report.count(status)} {status.value}" for status in Status if report.count(status)
    )
    if report.left_out:
        counts += f", {len(report.left_out)} left out of this run"
    kind = "good" if report.conforms else "bad"
    words = "conforms, as far as these checks reach" if report.conforms else "does not conform"
    if not report.conforms and not report.count(Status.FAILED):
        words = "is not shown to conform: not every check was run"
    failed = [result for result in report.results if result.status is Status.FAILED]
    lines = "".join(
        f"<li><b>{escape(result.check.title)}.</b> {escape(result.seen)}</li>" for result in failed
    )
    listed = f"<ul>{lines}</ul>" if lines else ""
    return f'<div class="verdict {kind}">The venue {words}: {counts}.{listed}</div>'


def _section(group: str, results: Sequence[Result]) -> str:
    rows = "".join(map(_row, results))
    head = "<th>result</th><th>what must hold</th><th>rule and source</th><th>seen</th>"
    return (
        f'<section id="{group}"><h2>{group.capitalize()}</h2><div class="scroll"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _row(result: Result) -> str:
    check = result.check
    law = "<br>".join(_law(rule) for rule in check.sources)
    if check.basis:
        law += ("<br>" if law else "") + escape(check.basis)
    steps = "".join(f"<li>{escape(step)}</li>" for step in result.done)
    done = f"<details><summary>what was done</summary><ol>{steps}</ol></details>" if steps else ""
    return (
        f'<tr><td><span class="tag {TAGS[result.status]}">{result.status.value}</span></td>'
        f'<td class="what">{escape(check.title)}<br><span class="id">{check.id}</span></td>'
        f'<td class="law">{law}</td><td class="seen did">{escape(result.seen)}{done}</td></tr>'
    )


def _law(rule: Rule) -> str:
    figure = f"{rule.value:,} {rule.unit}"
    return (
        f"{escape(rule.id)} = {escape(figure)}: {escape(rule.citation)} "
        f'<span class="soft">({rule.status.name.lower()})</span>'
    )
