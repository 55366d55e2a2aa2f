"""A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, then gone."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Server", "postgres_programs", "running_postgres"]

INSTALLER = Path(__file__).resolve().parents[2] / "scripts" / "install-postgres"
USER = "keelmark"


@cache
def postgres_programs() -> Path | None:
    """The folder with initdb, pg_ctl and postgres; None if no server is installed."""
    told = subprocess.run([INSTALLER, "--find"], capture_output=True, text=True, check=False)
    return Path(told.stdout.strip()) if told.returncode == 0 else None


@dataclass
class Server:
    """A server that can be stopped, killed and started again."""

    folder: Path
    programs: Path
    _names: Iterator[int] = field(default_factory=itertools.count)

    def url(self, schema: str = "") -> str:
        """A store's location, in a schema that no other test has if none is named."""
        named = schema or f"store_{next(self._names)}"
        return f"postgresql://{USER}@/postgres?host={self.folder}&schema={named}"

    def start(self) -> None:
        """Starts the server and waits for it."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c shared_buffers=32MB"
        self._run("pg_ctl", "-w", "-o", options, "-l", self.folder / "log", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it; ``immediate`` is a crash."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def initialise(self) -> None:
        """Makes the server's folder."""
        self._run("initdb", "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")

    def _run(self, program: str, *arguments: object) -> None:
        data = self.folder / "data"
        command = [self.programs / program, "-D", data, *arguments]
        # The server refuses to run as root.
        other: dict[str, Any] = (
            {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        )
        subprocess.run(
            [str(part) for part in command],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            **other,
        )


@contextmanager
def running_postgres() -> Iterator[Server]:
    """Starts a server, and stops it in the end.

    Raises:
        FileNotFoundError: none is installed.
    """
    programs = postgres_programs()
    if programs is None:
        raise FileNotFoundError(f"no PostgreSQL server; {INSTALLER.name} installs one")
    folder = Path(tempfile.mkdtemp(prefix="keelmark-pg-"))
    server = Server(folder, programs)
    try:
        if os.getuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
