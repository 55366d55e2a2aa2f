"""Puts the command together and turns errors into sentences.

A module of this package that has a function `register(root)` adds its own command or group to the
command line; a new one needs no change here. It imports heavy libraries inside its functions, so
that `keelmark --help` stays quick.
"""

import pkgutil
import sys
from importlib import import_module

import typer

import keelmark.cli
from keelmark import __version__
from keelmark.cli.output import printable
from keelmark.errors import KeelmarkError

EXIT_REFUSED = 1
"""Exit code of every refusal that this package words itself."""

EXIT_INTERRUPTED = 130
"""Exit code after an interrupt from the keyboard."""


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"keelmark {__version__}")
        raise typer.Exit


def build() -> typer.Typer:
    """The whole command line, from the modules of this package."""
    root = typer.Typer(
        name="keelmark",
        help="Rules in bytecode, a supervised market, and a report read back from the chain.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @root.callback()
    def options(
        version: bool = typer.Option(
            False, "--version", callback=_show_version, is_eager=True, help="Print the version."
        ),
    ) -> None:
        """Options before the command."""

    for found in sorted(pkgutil.iter_modules(keelmark.cli.__path__), key=lambda item: item.name):
        module = import_module(f"keelmark.cli.{found.name}")
        register = getattr(module, "register", None)
        if register is not None:
            register(root)
    return root


def sentence(error: BaseException) -> str:
    """An error's text on one line, with the full stop that it may lack and nothing that steers a
    terminal."""
    text = printable(" ".join(str(error).split())) or type(error).__name__
    return text if text.endswith((".", "!", "?")) else f"{text}."


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    Args:
        arguments: what follows the command's name; by default the process's own.

    Raises:
        SystemExit: always; 0 done, 1 refused with one sentence, 2 used wrongly, 130 interrupted.
    """
    try:
        build()(arguments)
    except KeelmarkError as error:
        print(f"keelmark: {sentence(error)}", file=sys.stderr)
        raise SystemExit(EXIT_REFUSED) from None
    except SystemExit as ended:
        if ended.code == EXIT_INTERRUPTED:  # as which the library ends an interrupt, wordlessly
            print("keelmark: interrupted.", file=sys.stderr)
        raise
    except KeyboardInterrupt:
        print("keelmark: interrupted.", file=sys.stderr)
        raise SystemExit(EXIT_INTERRUPTED) from None
