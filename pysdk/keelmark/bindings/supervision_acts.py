"""Generated from the contracts: Supervision. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import send
from keelmark.bindings.supervision_reads import SupervisionReads
from keelmark.chain.operations import Operation, Receipt

__all__ = ["SupervisionActs"]


@dataclass(frozen=True, slots=True)
class SupervisionActs(SupervisionReads):
    """What Supervision does."""

    def hand_over_role(
        self,
        role: bytes,
        successor: str,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Offers a role. Only its holder; the zero address withdraws an offer."""
        return send(self, "hand_over_role(bytes32 role,address successor)", (role, successor), gas)

    def recognise_authority(
        self,
        authority: str,
        identifier: int,
        jurisdiction: bytes,
        powers: int,
        until: int,
        legal_basis: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Gives a mandate, which begins after the delay. Only the convenor."""
        return send(
            self,
            "recognise_authority(address authority,uint256 identifier,bytes2 jurisdiction,"
            "uint256 powers,uint256 until,bytes32 legal_basis)",
            (authority, identifier, jurisdiction, powers, until, legal_basis),
            gas,
        )

    def narrow_mandate(
        self,
        id: int,
        powers: int,
        until: int,
        legal_basis: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Takes powers from a mandate or ends it earlier, at once, and withdraws a widening that
        does not count yet. Only the convenor.
        """
        return send(
            self,
            "narrow_mandate(uint256 id,uint256 powers,uint256 until,bytes32 legal_basis)",
            (id, powers, until, legal_basis),
            gas,
        )

    def widen_mandate(
        self,
        id: int,
        powers: int,
        until: int,
        legal_basis: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Adds powers to a mandate or ends it later. Counts after the delay, if it is not
        withdrawn by then, and takes the place of one that does not count yet. Only the convenor.
        """
        return send(
            self,
            "widen_mandate(uint256 id,uint256 powers,uint256 until,bytes32 legal_basis)",
            (id, powers, until, legal_basis),
            gas,
        )

    def offer_mandate(self, successor: str, *, gas: int | None = None) -> Operation[Receipt]:
        """Offers the caller's mandate to another key. Only an authority whose mandate is not
        over; the zero address withdraws an offer.
        """
        return send(self, "offer_mandate(address successor)", (successor,), gas)

    def accept_mandate(self, id: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a mandate as it is, with a widening that does not count yet. Only the one
        to whom it is offered: neither the convenor nor who has a mandate that is not over.
        """
        return send(self, "accept_mandate(uint256 id)", (id,), gas)

    def propose_agreement(
        self,
        members: Sequence[int],
        kinds: int,
        powers: int,
        instruments: Sequence[int],
        begins: int,
        until: int,
        text_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Proposes an agreement and accepts it. Only an authority that may cooperate, one of its
        members.
        """
        return send(
            self,
            "propose_agreement(uint256[] members,uint256 kinds,uint256 powers,"
            "uint256[] instruments,uint256 begins,uint256 until,bytes32 text_hash)",
            (members, kinds, powers, instruments, begins, until, text_hash),
            gas,
        )

    def accept_agreement(self, id: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Accepts an agreement that is not over. Only a member that may cooperate and holds
        every power that it would lend.
        """
        return send(self, "accept_agreement(uint256 id)", (id,), gas)

    def leave_agreement(self, id: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Leaves an agreement at once and for good, or declines it. Requests that were made stay
        to be answered. Only a member.
        """
        return send(self, "leave_agreement(uint256 id)", (id,), gas)

    def request(
        self,
        agreement: int,
        requested: int,
        kind: int,
        subject: int,
        instrument: int,
        scope_hash: bytes,
        acknowledge_by: int,
        deliver_by: int,
        legal_basis: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Asks another authority. Only one that may cooperate, under an agreement in force that
        both accepted and that covers it.
        """
        return send(
            self,
            "request(uint256 agreement,uint256 requested,uint256 kind,uint256 subject,"
            "uint256 instrument,bytes32 scope_hash,uint256 acknowledge_by,uint256 deliver_by,"
            "bytes32 legal_basis)",
            (
                agreement,
                requested,
                kind,
                subject,
                instrument,
                scope_hash,
                acknowledge_by,
                deliver_by,
                legal_basis,
            ),
            gas,
        )

    def acknowledge(self, id: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Says that a request has arrived. Only the requested authority."""
        return send(self, "acknowledge(uint256 id)", (id,), gas)

    def refuse(
        self,
        id: int,
        reason_code: int,
        reason_hash: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Refuses a request. Only the requested authority."""
        return send(
            self,
            "refuse(uint256 id,uint256 reason_code,bytes32 reason_hash)",
            (id, reason_code, reason_hash),
            gas,
        )

    def deliver(
        self,
        id: int,
        package_digest: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Anchors the answer that was sent, once; it counts as acknowledged. Only the requested
        authority.
        """
        return send(self, "deliver(uint256 id,bytes32 package_digest)", (id, package_digest), gas)

    def close(self, id: int, outcome_hash: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Ends a request that was refused, or delivered and opened. Only the requester."""
        return send(self, "close(uint256 id,bytes32 outcome_hash)", (id, outcome_hash), gas)

    def withdraw_request(self, id: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes back a request that has no answer yet. Only the requester."""
        return send(self, "withdraw_request(uint256 id)", (id,), gas)

    def log_access(
        self,
        id: int,
        digest: bytes,
        purpose: bytes,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Says that a delivered package was opened, also after the request was closed. Only the
        requester or the requested authority.
        """
        return send(
            self,
            "log_access(uint256 id,bytes32 digest,bytes32 purpose)",
            (id, digest, purpose),
            gas,
        )

    def accept_role(self, role: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over the convenor's role. Only the one to whom it is offered, who must not have
        a mandate that is not over.
        """
        return send(self, "accept_role(bytes32 role)", (role,), gas)
