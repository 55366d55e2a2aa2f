"""Requests to services: where a key may go, and what an answer may be."""

import pytest

from keelmark.errors import InputError
from keelmark.source_verification import VerifierFailed
from keelmark.source_verification.http import LARGEST_ANSWER, Endpoint
from keelmark.source_verification.outcome import LONGEST_WORDS, in_short
from tests.support.verification_server import serving


class Echo:
    """Answers what the test says."""

    def __init__(self, status, body):
        self.answered = (status, body)

    def answer(self, request):
        return self.answered


def test_default_behavior():
    with serving(Echo(200, {"a": 1})) as running:
        answer = Endpoint(running.url + "/api/", "secret").get("/x", {"q": "&"})
    (request,) = running.received
    assert (answer.status, answer.body) == (200, {"a": 1})
    assert request.path == "/api/x"
    assert request.query == {"q": "&", "apikey": "secret"}


@pytest.mark.parametrize(
    "url", ["ftp://host", "host", "", "https://", "https://u:p@host", "https://host?x=1"]
)
def test_no_address(url):
    with pytest.raises(InputError, match="url: expected"):
        Endpoint(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://explorer.example", True),
        ("http://explorer.example", False),
        ("http://127.0.0.1:1", True),
        ("http://localhost", True),
        ("http://[::1]:1", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example", False),
    ],
)
def test_key_goes_nowhere_in_the_clear(url, allowed):
    Endpoint(url)
    if allowed:
        Endpoint(url, "secret")
        return
    with pytest.raises(InputError, match="https://"):
        Endpoint(url, "secret")


def test_key_is_in_no_text():
    endpoint = Endpoint("https://explorer.example/api", "secret")
    assert "secret" not in repr(endpoint) + endpoint.shown
    assert endpoint.said("your key secret is bad") == "your key (key) is bad"


def test_redirect_is_not_followed():
    with serving(Echo(307, {"moved": True})) as running:
        assert Endpoint(running.url, "secret").post("/x", form={"a": "b"}).status == 307
    assert len(running.received) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"text"', b"\xff\xfe"])
def test_no_document(body):
    with serving(Echo(200, body)) as running, pytest.raises(VerifierFailed, match="JSON object"):
        Endpoint(running.url).get()


def test_too_long_an_answer():
    body = b'{"a": "' + b"x" * LARGEST_ANSWER + b'"}'
    with serving(Echo(200, body)) as running, pytest.raises(VerifierFailed, match="more than"):
        Endpoint(running.url).get()


@pytest.mark.parametrize("url", ["http://[::1", "https://host]x"])
def test_half_an_address(url):
    with pytest.raises(InputError, match="url: expected http"):
        Endpoint(url)


def test_words_of_strangers():
    assert in_short("two\nlines\tand\x1b[31m red") == "two lines and [31m red"
    assert len(in_short("x" * 1000)) == LONGEST_WORDS
    assert in_short(None) == "None"
