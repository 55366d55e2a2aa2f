"""As a third party runs it: in a process of its own, from a folder of its own, by the command."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from keelmark.chain import Chain
from keelmark.conformance.check import all_checks
from tests.conformance.third_party import run


def test_sound_venue(tmp_path: Path, anvil: Chain, example: str) -> None:
    """The example venue on a node: no check fails, and the report says what was left out."""
    out = tmp_path / "out"
    venue = ("--venue", example, "--rpc", anvil.name, "--adapter", "my_venue:Mine")
    done = run(tmp_path, *venue, "--report", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "52 passed, 3 skipped" in done.stdout
    report = json.loads((out / "conformance.json").read_text("utf-8"))
    assert report["conforms"] is True
    assert report["venue"] == example
    assert report["chain_id"] == anvil.chain_id()
    mine = (tmp_path / "my_venue.py").read_bytes()
    assert report["adapter_sha256"] == sha256(mine).hexdigest()
    assert [check["id"] for check in report["checks"]] == list(all_checks())
    left_out = {c["id"]: c["seen"] for c in report["checks"] if c["status"] == "not applicable"}
    assert set(left_out) == {"retail.no-netting", "margin.netting-floor", "margin.dust"}
    assert all("one instrument" in words for words in left_out.values())
    (cap,) = (check for check in report["checks"] if check["id"] == "retail.leverage-cap")
    assert cap["rules"][0] == {
        "id": "RETAIL_MARGIN_CRYPTO_BPS",
        "value": 5000,
        "unit": "bps",
        "source": "ESMA 2018/796 Annex I",
        "status": "read",
    }
    assert any("refused (venue: below initial margin)" in step for step in cap["done"])
    page = (out / "conformance.html").read_text("utf-8")
    assert "<script" not in page
    assert "http://" not in page.replace(anvil.name, "")
    assert all(check["id"] in page for check in report["checks"])


def test_broken_venue(tmp_path: Path, anvil: Chain, example: str) -> None:
    """A check that fails is named with its law, and the run ends with 1."""
    venue = ("--venue", example, "--rpc", anvil.name, "--adapter", "my_venue:Blind")
    done = run(tmp_path, *venue, "--report", "out", "-k", "trade-reported or expired-red")
    assert done.returncode == 1, done.stdout
    assert "Each side of a trade is reported (EU 648/2012 Art. 9: every" in done.stdout
    report = json.loads((tmp_path / "out/conformance.json").read_text("utf-8"))
    assert report["conforms"] is False
    assert report["counts"]["failed"] == 1
    page = (tmp_path / "out/conformance.html").read_text("utf-8")
    assert "The venue does not conform: 1 passed, 1 failed, 53 left out of this run." in page


def test_wrong_adapter(tmp_path: Path, anvil: Chain, example: str) -> None:
    """It is told so in one sentence; no check is run and no report written."""
    venue = ("--venue", example, "--rpc", anvil.name, "--report", "out")
    done = run(tmp_path, *venue, "--adapter", "my_venue:Deaf")
    assert done.returncode == 4, done.stdout
    (line,) = (text for text in done.stdout.splitlines() if "adapter" in text)
    assert "adapter Deaf.set_price: the price rose by 1 % and the buyer's equity did not" in line
    assert "passed" not in done.stdout
    assert not (tmp_path / "out").exists()


def test_report_that_cannot_be_written(tmp_path: Path, anvil: Chain, example: str) -> None:
    """Said in one sentence, not by a stack of frames."""
    (tmp_path / "out").write_text("", "utf-8")
    venue = ("--venue", example, "--rpc", anvil.name, "--adapter", "my_venue:Mine")
    done = run(tmp_path, *venue, "--report", "out", "-k", "cash-exact")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "--report: out cannot be written" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_many_processes(tmp_path: Path) -> None:
    """Each process would have a venue and a report of its own: refused."""
    done = run(tmp_path, "--adapter", "my_venue:Mine", "-n2")
    assert done.returncode == 4
    assert "--adapter: a venue is checked in one process, expected -n0" in done.stderr
