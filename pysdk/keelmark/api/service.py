"""What every endpoint works with: a store as it is watched, its form, books and verification."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from keelmark.api.book import Book, Books
from keelmark.api.problems import Refused
from keelmark.api.recent import Recent
from keelmark.api.rows import Form
from keelmark.api.watch import Seen, Watch
from keelmark.columns.spec import TableSpec
from keelmark.errors import InputError, StoreFailed
from keelmark.proofs.verification_result import Verification
from keelmark.store.base import Store
from keelmark.store.model import Finality

__all__ = ["Service"]

T = TypeVar("T")


@dataclass
class Service:
    """A store that is served."""

    watch: Watch
    form: Form
    books: Books
    recent: Recent
    """What a reader in this process has just committed."""
    verification_file: Path | None = None
    """What `keelmark verify` wrote; read again whenever it is asked for."""

    @classmethod
    def of(
        cls,
        store: Store,
        verification_file: Path | None = None,
        recent: Recent | None = None,
        **options: Any,
    ) -> Service:
        """The service of an open store.

        Args:
            store: read from.
            verification_file: what `keelmark verify` wrote of it.
            recent: what a reader in this process tells of through a `Tee`.
            options: of `Watch`.
        """
        told = recent or Recent()
        books = Books(store, told)
        return cls(Watch(store, **options), Form(store.description), books, told, verification_file)

    @property
    def store(self) -> Store:
        """The store."""
        return self.watch.store

    @property
    def seen(self) -> Seen:
        """The store as it was last seen."""
        return self.watch.seen

    def table(self, name: str) -> TableSpec:
        """A table by its name.

        Raises:
            Refused: this store has none of that name.
        """
        try:
            return self.store.description.table(name)
        except InputError:
            raise Refused(
                HTTPStatus.NOT_FOUND,
                f"table: {name} is not in this store, expected one of /v1/tables",
            ) from None

    async def read(self, work: Callable[[Store], T]) -> T:
        """Reads the store in a thread.

        Raises:
            Refused: the store cannot be read now.
        """
        try:
            return await self.watch.run(lambda: work(self.store))
        except StoreFailed as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error

    async def book(self, finality: Finality, seen: Seen, work: Callable[[Book], T]) -> T:
        """Reads the book of a finality in a thread.

        Args:
            finality: which blocks count.
            seen: the store as the answer is to describe it.
            work: gets the book, and must not keep it.
        """

        def locked() -> T:
            with self.books.lock:
                return work(self.books.get(finality, seen))

        return await self.watch.run(locked)

    def verification(self) -> Verification | None:
        """The verification that was named; None if none was.

        Raises:
            Refused: its file cannot be read.
        """
        if self.verification_file is None:
            return None
        try:
            text = self.verification_file.read_text("utf-8")
            return Verification.from_json(text, self.verification_file.name)
        except (OSError, InputError, json.JSONDecodeError) as error:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"verification: its file cannot be read ({type(error).__name__})",
            ) from error
