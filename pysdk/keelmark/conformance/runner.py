"""Opens a venue by its adapter, looks whether the adapter keeps its word, and runs checks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from eth_utils.address import is_address, to_checksum_address

from keelmark.chain.client import connect
from keelmark.chain.operations import GetCode, Operation
from keelmark.conformance.adapter import Adapter, is_local
from keelmark.conformance.check import Check, Result, Status, Violation
from keelmark.conformance.checks.figures import to_cents
from keelmark.conformance.desk import DEEP, UNIT, Desk
from keelmark.conformance.guarded import asked
from keelmark.conformance.vocabulary import AdapterWrong, NeedsLocalNode, NotOffered
from keelmark.errors import InputError, KeelmarkError

__all__ = ["Session", "code_of", "load_adapter"]


def load_adapter(name: str) -> type[Adapter]:
    """The adapter class that ``package.module:Class`` names, installed or in the working folder.

    Raises:
        InputError: there is none, or it leaves a verb out; the text says which.
    """
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise InputError(f"--adapter: {name!r}, expected package.module:Class")
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InputError(f"--adapter: {name} cannot be loaded, {error}") from error
    if not (isinstance(found, type) and issubclass(found, Adapter)):
        raise InputError(f"--adapter: {name} is no keelmark.conformance.Adapter, expected one")
    left_out = sorted(getattr(found, "__abstractmethods__", ()))
    if left_out:
        raise InputError(f"--adapter: {name} leaves out {', '.join(left_out)}")
    return found


class Session:
    """A venue with two deep parties in it, put back after each check where the chain allows it."""

    def __init__(self, adapter: Adapter) -> None:
        """Brings the parties in and looks whether the adapter keeps its word.

        Raises:
            AdapterWrong: it does not; the text is one sentence.
            NeedsLocalNode: the adapter cannot bring parties in on this chain.
        """
        self.adapter = adapter
        self.local = is_local(adapter.chain)
        self.opening = _opened(Desk(adapter))
        with self._undone():
            _check_adapter(self.opening)

    @classmethod
    def open(cls, adapter: str, venue: str | None, rpc: str | None) -> Session:
        """By the command line's names.

        Args:
            adapter: ``package.module:Class``.
            venue: address; without it the adapter deploys one in this process.
            rpc: URL of a node; without it a chain in this process.

        Raises:
            InputError: a name leads nowhere.
        """
        kind = load_adapter(adapter)
        chain = connect(rpc) if rpc else connect("embedded")
        if venue is None:
            return cls(kind(chain, kind.deploy(chain)))
        if not rpc:
            raise InputError("--rpc: expected the URL of the node on which --venue is")
        if not is_address(venue):
            raise InputError(f"--venue: {venue!r} is no address, expected one")
        address = to_checksum_address(venue)
        if not chain.run(code_of(address)):
            raise InputError(f"--venue: no contract at {address} on {chain.name}")
        return cls(kind(chain, address))

    def run(self, check: Check) -> Result:
        """One check at the venue."""
        desk = Desk(self.adapter)
        status, seen = Status.PASSED, ""
        try:
            with self._undone():
                # What an earlier check did to the deep parties stays where nothing is put back.
                desk.carry(self.opening if self.local else _opened(Desk(self.adapter)))
                check.run(desk)
            seen = "; ".join(desk.seen[-4:])
        except Violation as breach:
            status, seen = Status.FAILED, str(breach)
        except NotOffered as reason:
            status, seen = Status.NOT_APPLICABLE, str(reason)
        except NeedsLocalNode as reason:
            status, seen = Status.NOT_RUN, str(reason)
        except KeelmarkError as fault:
            status, seen = Status.ADAPTER_WRONG, str(fault)
        return Result(check, status, tuple(desk.done), seen)

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """A node of one's own forgets what a check did."""
        if not self.local:
            yield
            return
        with self.adapter.chain.undone():
            yield


def _opened(desk: Desk) -> Desk:
    """A usual price, and two parties with money on the other side.

    Raises:
        AdapterWrong: a party with money cannot be brought in.
    """
    desk.price(desk.one.price)
    try:
        desk.maker = desk.party("maker", cash=DEEP)
        desk.taker = desk.party("taker", cash=DEEP)
    except Violation as refused:
        raise AdapterWrong(
            f"adapter {type(desk.adapter).__name__}: a party with money cannot be brought in, "
            f"{refused}"
        ) from refused
    return desk


def _check_adapter(desk: Desk) -> None:
    """Looks whether verbs do what they say, as far as no rule is touched.

    Raises:
        AdapterWrong: one does not.
    """
    name = f"adapter {type(desk.adapter).__name__}"
    party = desk.party("party for trying out")
    amount = to_cents(100 * UNIT)
    before = desk.holdings(party)
    desk.endow(party, amount)
    if desk.holdings(party) != before + amount:
        raise AdapterWrong(
            f"{name}.give: the wallet holds {desk.holdings(party)}, expected {before + amount}"
        )
    start, cash = desk.next_block(), desk.account(party).cash
    act = desk.deposit(party, amount)
    words = act.call()
    if words is not None:
        raise AdapterWrong(f"{name}.deposit: was refused ({words}), expected money to be paid in")
    if desk.holdings(party) == before + amount and desk.account(party).cash == cash:
        raise AdapterWrong(f"{name}.deposit: wallet and account are as before, expected a payment")
    desk.reported(start)
    asked(desk.adapter, "price_validity", int, desk.one)
    size = desk.usual
    words = desk.trade(desk.maker, desk.taker, size).call()
    if words is not None:
        raise AdapterWrong(
            f"{name}.trade: two parties with {DEEP // UNIT:,} each were refused a trade of usual "
            f"size ({words}), expected it to be done"
        )
    if desk.size_of(desk.maker) <= 0:
        raise AdapterWrong(
            f"{name}.position: the buyer's is {desk.size_of(desk.maker)}, expected above zero"
        )
    equity = desk.account(desk.maker).equity
    desk.price(desk.one.price * 101 // 100)
    if desk.account(desk.maker).equity <= equity:
        raise AdapterWrong(
            f"{name}.set_price: the price rose by 1 % and the buyer's equity did not, expected "
            "the venue to see the price"
        )


def code_of(address: str) -> Operation[bytes]:
    """The operation that reads a contract's code; empty if there is none."""
    code: bytes = yield GetCode(address)
    return code
