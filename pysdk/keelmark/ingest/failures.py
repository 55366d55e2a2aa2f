"""What a reading cannot heal: each is one sentence, and the store is as it was before it."""

from __future__ import annotations

from keelmark.errors import KeelmarkError

__all__ = [
    "AnswersIncomplete",
    "EndpointBehind",
    "EndpointsDisagree",
    "FinalizedReorganised",
    "RootsMissed",
]


class FinalizedReorganised(KeelmarkError, RuntimeError):
    """The chain replaced a block that it had called finalized."""


class EndpointsDisagree(KeelmarkError, RuntimeError):
    """Two endpoints answered the same question differently."""


class AnswersIncomplete(KeelmarkError, RuntimeError):
    """An endpoint's logs are not all that a contract emitted, twice in a row."""


class EndpointBehind(KeelmarkError, TimeoutError):
    """An endpoint does not have the blocks that it should have by now."""


class RootsMissed(AnswersIncomplete):
    """Rows do not fold to the root that a contract has."""

    def __init__(self, message: str, first: int, last: int) -> None:
        super().__init__(message)
        self.first = first
        """First block that may lack something."""
        self.last = last

    @classmethod
    def of(cls, where: str, contract: str, first: int, last: int) -> RootsMissed:
        """The sentence of it.

        Args:
            where: the endpoint's name.
            contract: the contract's name.
            first: first block that may lack something.
            last: block after which the root was compared.
        """
        span = f"block {first}" if first == last else f"blocks {first} to {last}"
        return cls(
            f"endpoint: {where}, its logs of {contract} in {span} do not fold to the root that "
            "the contract has, twice in a row; expected every log",
            first,
            last,
        )
