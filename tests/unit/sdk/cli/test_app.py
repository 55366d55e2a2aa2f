"""The command line: discovery, exit codes, one sentence for an error."""

import pytest
import typer

from keelmark.cli import app
from keelmark.errors import InputError


def run(arguments: list[str]) -> int:
    """The exit code of a run."""
    with pytest.raises(SystemExit) as ended:
        app.main(arguments)
    return int(ended.value.code or 0)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The package's own version."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "keelmark 0.1.0\n"


def test_discovers_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """A module with `register` is a command."""
    assert run(["--help"]) == 0
    assert "rulebook" in capsys.readouterr().out


def test_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use is exit code 2."""
    assert run(["no-such-command"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_refusal_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of ours becomes one line with one full stop, and no traceback."""
    root = typer.Typer()

    @root.command()
    def fail() -> None:
        raise InputError("size:\n  -1 is negative, expected a positive number")

    monkeypatch.setattr(app, "build", lambda: root)
    assert run([]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "keelmark: size: -1 is negative, expected a positive number.\n"


def test_strangers_words_cannot_reach_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A node's error is the node's to word: its control characters are not passed on."""
    root = typer.Typer()

    @root.command()
    def fail() -> None:
        raise InputError("rpc: refused, \x1b]0;title\x07\x1b[2Jgone\u202e now")

    monkeypatch.setattr(app, "build", lambda: root)
    assert run([]) == 1
    assert capsys.readouterr().err == "keelmark: rpc: refused, ?]0;title??[2Jgone? now.\n"


def test_an_interrupt_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the library makes of it."""
    root = typer.Typer()

    @root.command()
    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "build", lambda: root)
    assert run([]) == 130
    assert capsys.readouterr().err == "keelmark: interrupted.\n"


def test_a_defect_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not ours to word stays an exception."""
    root = typer.Typer(pretty_exceptions_enable=False)

    @root.command()
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(app, "build", lambda: root)
    with pytest.raises(ZeroDivisionError):
        app.main([])
