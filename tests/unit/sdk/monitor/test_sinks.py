"""Webhooks: signatures that others can check, secrets, URLs, and every way in which one fails."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import stat
from pathlib import Path

import pytest

from keelmark.errors import InputError
from keelmark.monitor.outbox import Notice
from keelmark.monitor.sinks import (
    LogSink,
    Outcome,
    WebhookSink,
    read_secret,
    retry_after,
    sign,
    verify_signature,
)
from tests.support.hook import SECRET, Answer, Hook

NOW = 1_700_000_000
NOTICE = Notice(1, "abc-1", '{"id":"abc","text":"50 € – ½"}', NOW, 0, NOW)


def test_signature_against_another_implementation() -> None:
    """As anybody would compute it: RFC 4231's second case is the HMAC, then our own form."""
    found = hmac.new(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hexdigest()
    assert found == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    # printf '1700000000.{}' | openssl dgst -sha256 -hmac 'a secret between the two of them'
    assert sign(b"{}", SECRET, NOW) == (
        "t=1700000000,v1=" + hmac.digest(SECRET, b"1700000000.{}", "sha256").hex()
    )


@pytest.mark.parametrize(
    ("body", "header", "secret", "now", "holds"),
    [
        (b"{}", sign(b"{}", SECRET, NOW), SECRET, NOW, True),
        (b"{}", sign(b"{}", SECRET, NOW), SECRET, NOW + 300, True),
        (b"{}", sign(b"{}", SECRET, NOW), SECRET, NOW + 301, False),
        (b"{}", sign(b"{}", SECRET, NOW), SECRET, NOW - 301, False),
        (b"{ }", sign(b"{}", SECRET, NOW), SECRET, NOW, False),
        (b"{}", sign(b"{}", SECRET, NOW), b"another secret of some length", NOW, False),
        (b"{}", sign(b"{}", SECRET, NOW).replace(f"t={NOW}", f"t={NOW + 1}"), SECRET, NOW, False),
        (b"{}", "", SECRET, NOW, False),
        (b"{}", "t=x,v1=00", SECRET, NOW, False),
        (b"{}", "t=²,v1=00", SECRET, NOW, False),
        (b"{}", "t=" + "9" * 5000 + ",v1=00", SECRET, NOW, False),
        (b"{}", "v1=00", SECRET, NOW, False),
    ],
)
def test_verification(body: bytes, header: str, secret: bytes, now: int, holds: bool) -> None:
    """Altered, late, early, of another secret, or no signature at all."""
    assert verify_signature(body, header, secret, now) == holds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("17", 17.0),
        ("0", 0.0),
        ("99999999999999", 3_600.0),
        ("-5", None),
        ("soon", None),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("Tue, 14 Nov 2999 22:13:50 GMT", 3_600.0),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    """Seconds or a date, RFC 9110; 1,700,000,000 is 22:13:20 on 14 November 2023."""
    assert retry_after(header, NOW) == seconds


def test_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a file or the environment, long enough, without the line's end."""
    file = tmp_path / "secret"
    file.write_bytes(SECRET + b"\n")
    assert read_secret(file) == SECRET
    monkeypatch.setenv("KEELMARK_WEBHOOK_SECRET", SECRET.decode())
    assert read_secret(None) == SECRET
    monkeypatch.delenv("KEELMARK_WEBHOOK_SECRET")
    with pytest.raises(InputError, match="no secret to sign with"):
        read_secret(None)
    with pytest.raises(InputError, match="cannot be read"):
        read_secret(tmp_path / "none")
    file.write_bytes(b"short")
    with pytest.raises(InputError, match="5 bytes, expected at least 16"):
        read_secret(file)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "http://10.0.0.1/hook",
        "http://localhost.example.org/",
        "ftp://example.org/",
        "https://",
        "https://[::1/",
        "https://example.org:99999/",
        "example.org",
    ],
)
def test_urls_refused(url: str) -> None:
    """Plain http goes no further than this machine."""
    with pytest.raises(InputError, match=r"^webhook: "):
        WebhookSink(url, SECRET, 1.0)


@pytest.mark.parametrize(
    "url", ["https://example.org/x", "http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/"]
)
def test_urls_taken(url: str) -> None:
    """https anywhere, http here."""
    assert WebhookSink(url, SECRET, 1.0).name.startswith("webhook ")


def test_names_tell_no_secret() -> None:
    """A path or a password of a URL stands in no log; two paths of one host have two names."""
    first = WebhookSink("https://user:hunter2@example.org/T0/B0/xyzzy", SECRET, 1.0).name
    assert "xyzzy" not in first
    assert "hunter2" not in first
    assert "example.org" in first
    assert first != WebhookSink("https://example.org/T0/B0/other", SECRET, 1.0).name


def attempt(answer: Answer, timeout: float = 5.0) -> tuple[Outcome, Hook]:
    """One attempt at a receiver that answers so."""

    async def run() -> tuple[Outcome, Hook]:
        hook = await Hook([answer]).start()
        sink = WebhookSink(hook.url, SECRET, timeout)
        try:
            return await sink.deliver(NOTICE), hook
        finally:
            await sink.close()
            await hook.stop()

    return asyncio.run(run())


def test_delivered() -> None:
    """The body as it is, its key, and a signature over exactly these bytes."""
    outcome, hook = attempt(Answer())
    assert outcome == Outcome(True)
    assert hook.bodies == [json.loads(NOTICE.body)]
    assert hook.keys == ["abc-1"]
    assert hook.forged == 0


@pytest.mark.parametrize("status", [201, 202, 204])
def test_other_successes(status: int) -> None:
    """Any 2xx is a receipt."""
    assert attempt(Answer(status))[0].delivered


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(500), Outcome(False, "answer 500")),
        (Answer(401), Outcome(False, "answer 401")),
        (Answer(404), Outcome(False, "answer 404")),
        (Answer(429, {"Retry-After": "7"}), Outcome(False, "answer 429", wait=7.0)),
        (Answer(503, {"Retry-After": "x"}), Outcome(False, "answer 503")),
        (Answer(400), Outcome(False, "answer 400", final=True)),
        (Answer(422), Outcome(False, "answer 422", final=True)),
        (Answer(302, {"Location": "https://example.org/"}), Outcome(False, "answer 302")),
        (Answer(reset=True), Outcome(False, "not reached (ServerDisconnectedError)")),
    ],
)
def test_failures(answer: Answer, expected: Outcome) -> None:
    """Every answer but 2xx fails; a redirect is not followed."""
    outcome, hook = attempt(answer)
    assert outcome == expected
    assert len(hook.bodies) == 1


def test_silent_receiver() -> None:
    """An answer that does not come in time."""
    outcome, _ = attempt(Answer(delay=0.5), timeout=0.1)
    assert outcome == Outcome(False, "no answer within 0.1 s")


def test_nobody_there() -> None:
    """A closed port; the reason repeats no URL."""

    async def run() -> Outcome:
        sink = WebhookSink("http://127.0.0.1:1/xyzzy", SECRET, 1.0)
        try:
            return await sink.deliver(NOTICE)
        finally:
            await sink.close()

    outcome = asyncio.run(run())
    assert not outcome.delivered
    assert "xyzzy" not in outcome.reason


def test_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, appended, or printed."""

    async def write(sink: LogSink, times: int) -> None:
        for _ in range(times):
            assert (await sink.deliver(NOTICE)).delivered
        await sink.close()

    path = tmp_path / "alerts.jsonl"
    asyncio.run(write(LogSink(path), 2))
    asyncio.run(write(LogSink(path), 1))
    assert path.read_text("utf-8") == (NOTICE.body + "\n") * 3
    asyncio.run(write(LogSink(None), 1))
    assert capsys.readouterr().out == NOTICE.body + "\n"
    with pytest.raises(InputError, match="cannot be opened"):
        LogSink(tmp_path)


def test_full_disk() -> None:
    """A line that cannot be written has not arrived."""
    full = Path("/dev/full")
    if not full.exists() or not stat.S_ISCHR(full.stat().st_mode):
        pytest.skip("no /dev/full here")
    sink = LogSink(full)
    outcome = asyncio.run(sink.deliver(NOTICE))
    assert outcome == Outcome(False, "cannot be written, No space left on device")
