"""Where notices go: a webhook that is signed, and a log of JSON lines.

A receiver checks a webhook by its `Keelmark-Signature` header, ``t=SECONDS,v1=HEX``: HEX is the
HMAC-SHA256 (RFC 2104) of ``SECONDS.BODY`` under the shared secret, BODY the request's bytes as
they came. `verify_signature` does it. `Idempotency-Key` is the same at every attempt, so that a
receiver that saw a notice before can tell.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import aiohttp

from keelmark import __version__
from keelmark.errors import InputError
from keelmark.monitor.outbox import Notice

__all__ = [
    "LogSink",
    "Outcome",
    "Sink",
    "WebhookSink",
    "read_secret",
    "sign",
    "verify_signature",
]

SECRET: Final = "KEELMARK_WEBHOOK_SECRET"
"""Environment variable that holds the secret."""

LEAST_SECRET: Final = 16
"""Bytes."""

SIGNATURE_HEADER: Final = "Keelmark-Signature"

TOLERANCE_SECONDS: Final = 300
"""How old a signature may be."""

LONGEST_WAIT: Final = 3_600.0
"""The longest that a receiver's Retry-After is heeded, seconds."""

REFUSED: Final = frozenset((400, 406, 410, 413, 415, 422))
"""Answers that say of the notice itself that it will never be taken."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went."""

    delivered: bool
    reason: str = ""
    """Why not."""
    final: bool = False
    """It will not be taken at another attempt either."""
    wait: float | None = None
    """Seconds after which the receiver wants to be asked again."""


class Sink(Protocol):
    """A receiver of notices."""

    name: str
    """Told in logs and metrics, and kept in the state file: no part of it is secret."""

    async def deliver(self, notice: Notice) -> Outcome:
        """One attempt."""

    async def close(self) -> None:
        """Lets go of connections and files."""


def sign(body: bytes, secret: bytes, seconds: int) -> str:
    """The value of the signature's header.

    Args:
        body: the request's bytes.
        secret: shared with the receiver.
        seconds: Unix time of the attempt.
    """
    digest = hmac.new(secret, b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def verify_signature(body: bytes, header: str, secret: bytes, now: int) -> bool:
    """Whether a webhook comes from who has the secret, lately and unaltered.

    Args:
        body: the request's bytes as they came.
        header: its `Keelmark-Signature`.
        secret: shared with the sender.
        now: Unix time; signatures further than `TOLERANCE_SECONDS` away are refused.
    """
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(sign(body, secret, int(stamp)).encode(), header.encode())


def read_secret(path: Path | None) -> bytes:
    """The webhooks' secret, from a file or the environment; never from an argument, which every
    process on the machine can read.

    Raises:
        InputError: there is none, or it is too short.
    """
    if path is not None:
        try:
            secret = path.read_bytes().strip()
        except OSError as error:
            raise InputError(f"secret: {path} cannot be read, {error.strerror}") from None
    else:
        secret = os.environ.get(SECRET, "").encode().strip()
        if not secret:
            raise InputError(
                f"webhook: no secret to sign with, expected one in {SECRET} or in a file"
            )
    if len(secret) < LEAST_SECRET:
        raise InputError(f"secret: {len(secret)} bytes, expected at least {LEAST_SECRET}")
    return secret


def check_url(url: str) -> str:
    """A webhook's URL: https, or http on this machine.

    Raises:
        InputError: it is neither.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InputError("webhook: expected a URL such as https://example.org/hook") from None
    if not host or parts.scheme not in ("http", "https"):
        raise InputError("webhook: expected a URL such as https://example.org/hook")
    if parts.scheme == "http" and not _is_here(host):
        raise InputError(f"webhook: http to {host}, expected https (http on this machine alone)")
    return url


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(header: str | None, now: float) -> float | None:
    """The seconds of a Retry-After header (RFC 9110, 10.2.3), at most `LONGEST_WAIT`; None if
    there is none that makes sense."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_WAIT)
    try:
        then = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(then - now, 0.0), LONGEST_WAIT)


class WebhookSink:
    """Posts notices to a URL."""

    def __init__(
        self, url: str, secret: bytes, timeout: float, clock: Callable[[], float] = time.time
    ) -> None:
        """
        Args:
            url: https, or http on this machine.
            secret: to sign with.
            timeout: of one attempt, seconds.
            clock: Unix seconds.

        Raises:
            InputError: the URL is none of these.
        """
        self._url = check_url(url)
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        host = urlsplit(url).netloc.rpartition("@")[2]
        # A path may be a password; its digest tells two webhooks of a host apart.
        self.name = f"webhook {host} {hashlib.sha256(url.encode()).hexdigest()[:8]}"

    async def deliver(self, notice: Notice) -> Outcome:
        """Posts a notice; delivered is what the receiver answers with 2xx."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        body = notice.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"keelmark/{__version__}",
            "Idempotency-Key": notice.key,
            SIGNATURE_HEADER: sign(body, self._secret, int(self._clock())),
        }
        try:
            # A redirect would send the alert, signed, to somebody whom nobody named.
            async with self._session.post(
                self._url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
                wait = retry_after(answer.headers.get("Retry-After"), self._clock())
        except TimeoutError:
            return Outcome(False, f"no answer within {self._timeout.total:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The text of some of these repeats the URL.
            return Outcome(False, f"not reached ({type(error).__name__})")
        if 200 <= status < 300:
            return Outcome(True)
        return Outcome(False, f"answer {status}", final=status in REFUSED, wait=wait)

    async def close(self) -> None:
        """Lets go of connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class LogSink:
    """Appends notices to a file, or prints them, one JSON object a line."""

    def __init__(self, path: Path | None) -> None:
        """
        Args:
            path: the file; standard output if None.

        Raises:
            InputError: the file cannot be opened.
        """
        self._path = path
        self.name = "log"
        try:
            self._handle = None if path is None else path.open("ab")
        except OSError as error:
            raise InputError(f"log: {path} cannot be opened, {error.strerror}") from None

    async def deliver(self, notice: Notice) -> Outcome:
        """Writes a line; it is delivered once the system has it."""
        try:
            await asyncio.to_thread(self._write, notice.body)
        except OSError as error:
            return Outcome(False, f"cannot be written, {error.strerror}")
        return Outcome(True)

    def _write(self, body: str) -> None:
        line = body + "\n"
        if self._handle is None:
            sys.stdout.write(line)
            sys.stdout.flush()
            return
        self._handle.write(line.encode())
        self._handle.flush()

    async def close(self) -> None:
        """Lets go of the file."""
        if self._handle is not None:
            self._handle.close()
