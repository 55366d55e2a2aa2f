"""Generated from the contracts: DefaultFund. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["DefaultFund"]


@dataclass(frozen=True, slots=True)
class DefaultFund:
    """Holds what clearing members, and houses themselves, put up against a member's default, and
    pays it out in the written order: the carrying member's own share, the house's dedicated
    resources ("skin in the game", Delegated Regulation (EU) 153/2013, Art. 35), the other
    members pro rata. Who may call what: `contribute`, `withdraw` and `claim` are for a member's
    own wallet, as the house's party registry knows it; `dedicate` is for anyone; `absorb` and
    `refill` are for a house, on its own book. There is no role; whoever deploys it has no power
    over it. A member leaves at once when it carries nobody, so a house closes the accounts that
    a member carries only when their losses are settled.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(init_code: bytes, *, token: str, gas: int | None = None) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create("DefaultFund", init_code, "(address token)", (token,), gas)

    def root(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The chain's head. Slot 0."""
        return read(self, "root()", (), "bytes32", lambda out: out[0], block)

    def epoch_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """House to the number of its open epoch of shares."""
        return read(self, "epoch_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def pool_at(self, key0: str, key1: int, *, block: BlockId = "latest") -> Operation[int]:
        """House to epoch to units of the token. Written by the functions below and never read
        from the balance: a donation must not move the price of a share.
        """
        return read(
            self,
            "pool_at(address key0,uint256 key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
        )

    def shares_at(self, key0: str, key1: int, *, block: BlockId = "latest") -> Operation[int]:
        """House to epoch to the count of all members' shares."""
        return read(
            self,
            "shares_at(address key0,uint256 key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
        )

    def member_shares_at(
        self,
        key0: str,
        key1: int,
        key2: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """House to epoch to member (account id) to its shares."""
        return read(
            self,
            "member_shares_at(address key0,uint256 key1,uint256 key2)",
            (key0, key1, key2),
            "uint256",
            lambda out: out[0],
            block,
        )

    def share_value(self, house: str, member: int, *, block: BlockId = "latest") -> Operation[int]:
        """What a member's share in a house's open epoch is worth."""
        return read(
            self,
            "share_value(address house,uint256 member)",
            (house, member),
            "uint256",
            lambda out: out[0],
            block,
        )

    def token(self, *, block: BlockId = "latest") -> Operation[str]:
        """The token that every book is kept in."""
        return read(self, "TOKEN()", (), "address", lambda out: checksum(out[0]), block)

    def dedicated_of(self, key: str, *, block: BlockId = "latest") -> Operation[int]:
        """House to units dedicated to it; no function pays them to anybody but the house."""
        return read(self, "dedicated_of(address key)", (key,), "uint256", lambda out: out[0], block)

    def contribute(
        self,
        house: str,
        member: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Pays into the pool of a house for new shares. Only the member's wallet."""
        return send(
            self,
            "contribute(address house,uint256 member,uint256 amount)",
            (house, member, amount),
            gas,
        )

    def withdraw(
        self,
        house: str,
        member: int,
        amount: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes money out of the pool. Only the member's wallet, and only while the house says
        that the member carries no account.
        """
        return send(
            self,
            "withdraw(address house,uint256 member,uint256 amount)",
            (house, member, amount),
            gas,
        )

    def claim(
        self,
        house: str,
        member: int,
        epoch: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes what was reinstated to an epoch that was wiped out. Only the member's wallet. It
        burns the member's shares of that epoch: what is reinstated later goes to those who
        waited.
        """
        return send(
            self,
            "claim(address house,uint256 member,uint256 epoch)",
            (house, member, epoch),
            gas,
        )

    def dedicate(self, house: str, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Gives a house resources of its own, to be lost before its members'. Anyone may; nobody
        gets them back.
        """
        return send(self, "dedicate(address house,uint256 amount)", (house, amount), gas)

    def absorb(self, member: int, amount: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Pays the caller for a loss, out of the caller's own book, in the written order; less
        than asked where the book holds less.
        """
        return send(self, "absorb(uint256 member,uint256 amount)", (member, amount), gas)

    def refill(
        self,
        member: int,
        from_member: int,
        from_house: int,
        from_others: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes back from the caller what a debtor paid, into the caller's own book, last layer
        first: the pool, the dedicated resources, then the member, whose burnt shares are made
        good at today's price. The caller decides how much of a payment belongs to which layer.
        """
        return send(
            self,
            "refill(uint256 member,uint256 from_member,uint256 from_house,uint256 from_others)",
            (member, from_member, from_house, from_others),
            gas,
        )
