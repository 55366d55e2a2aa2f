"""Requests to a verification service: bounded, without redirects, and with no key in any text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests

from keelmark.errors import InputError
from keelmark.source_verification.outcome import VerifierFailed, in_short

__all__ = ["Answer", "Endpoint"]

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
LARGEST_ANSWER = 8 * 2**20
"""Bytes; an answer beyond is no answer of these services."""

_Files = Mapping[str, tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service's address and the key that goes with each request.

    Raises:
        InputError: the address is no http or https URL, has more than a path, or would have the key
            sent in the clear.
    """

    url: str
    """Where the service is, without a slash at its end."""
    key: str = field(default="", repr=False)
    """Goes into the query as ``apikey``, if there is one."""
    secret_query: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
        except ValueError:  # half an IPv6 address
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("url: expected http:// or https:// and a host")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise InputError("url: expected a host and a path, without query or user")
        if self.key and parts.scheme == "http" and not _is_local(parts.hostname):
            raise InputError("url: expected https://, since a key is sent along")
        object.__setattr__(self, "url", self.url.rstrip("/"))
        object.__setattr__(self, "secret_query", {"apikey": self.key} if self.key else {})

    @property
    def shown(self) -> str:
        """The address for people."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def get(self, path: str = "", query: Mapping[str, str] | None = None) -> Answer:
        """Asks.

        Raises:
            VerifierFailed: no answer, or none of such a service.
        """
        return self._send("GET", path, query or {})

    def post(
        self,
        path: str = "",
        query: Mapping[str, str] | None = None,
        *,
        form: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        files: _Files | None = None,
    ) -> Answer:
        """Sends a form, a form with files, or a JSON document; raises as `get`."""
        return self._send("POST", path, query or {}, data=form, json=document, files=files)

    def _send(self, method: str, path: str, query: Mapping[str, str], **content: Any) -> Answer:
        """One exchange. A redirect is not followed: it would take the key and the sources along."""
        try:
            with requests.request(
                method,
                self.url + path,
                params={**query, **self.secret_query},
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
                **content,
            ) as response:
                status = response.status_code
                raw = bytearray()
                for part in response.iter_content(2**16):
                    raw += part
                    if len(raw) > LARGEST_ANSWER:
                        break
        except (requests.RequestException, OSError) as error:
            # Such an exception's text has the URL in it, and with it the key.
            what = "took too long" if isinstance(error, requests.Timeout) else "is not reached"
            raise VerifierFailed(f"verifier: {self.shown} {what}; nothing is known of it") from None
        if len(raw) > LARGEST_ANSWER:
            raise VerifierFailed(
                f"verifier: {self.shown} answered more than {LARGEST_ANSWER} bytes"
            )
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise VerifierFailed(
                f"verifier: {self.shown} answered HTTP {status} without a JSON object; expected "
                "the service's API at this address"
            )
        return Answer(status, body)

    def said(self, text: object) -> str:
        """The service's words, for people."""
        return in_short(text, self.key)


def _is_local(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
