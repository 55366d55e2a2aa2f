"""What authorities, the sanctions officer and a hesitant client do: powers and borders at work.

Two authorities agree to help one another; one asks the other to freeze a party, which does so by
its own power. Trading is halted for an hour on the day of the fall, a wallet is put on the
sanctions list, and a client tries to trade before it accepted its risk warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from eth_utils.crypto import keccak

from keelmark.bindings.sanctions_list import Entry
from keelmark.chain.operations import Operation, Receipt
from keelmark.evidence import Package, package_digest
from keelmark.evidence.asking import ChainReference
from keelmark.evidence.parts import Scope
from keelmark.ledger.cooperation_words import Kind
from keelmark.ledger.evidence import build_evidence
from keelmark.regulation import value
from keelmark.scenario.cast import (
    FOREIGN_COUNTRY,
    FOREIGN_LEI,
    LATE_READER,
    lei_word,
    signer_of,
)
from keelmark.scenario.keeper import Keeper
from keelmark.scenario.venue import GAS, TOKEN, Venue
from keelmark.types import Power

__all__ = ["FROZEN", "LISTED", "PowerStory"]

HOME, FOREIGN = "authority", "authority fr"
HOME_ID, FOREIGN_ID = 1, 2
"""Ids are given in the order of recognition."""

AGREEMENT = REQUEST = 1
"""Ids of the only agreement and of the only request."""

FROZEN, LISTED = "short seller", "family office"
"""Whose assets the authority freezes, and whose wallet is put on the sanctions list."""

WANTED = 10_000
"""What each of the two then tries to withdraw, whole settlement units."""

HOUR, DAY = 3_600, 86_400
REVIEW = 90 * DAY
"""After which a freeze is to be reviewed."""

HALT_AT = 14 * HOUR + 60
"""Of the day of the fall: the grace after an hour of halt ends a minute after a price."""

FURTHEST = 2**32 - 1


def _word(text: str) -> bytes:
    """A short text as a word."""
    return text.encode("ascii").ljust(32, b"\0")


def _commitment(text: str) -> bytes:
    """A commitment to a document that no one here has written."""
    return bytes(keccak(text=f"Keelmark demonstration: {text}"))


FOUNDED = _word("EU 596/2014 Art. 22")
FREEZING = _word("EU 596/2014 Art. 23(2)(i)")
HALTING = _word("EU 596/2014 Art. 23(2)(j)")
COOPERATION = _word("EU 596/2014 Art. 25")


@dataclass
class PowerStory:
    """The authorities' side of the replay, and that of those whom they stop."""

    venue: Venue
    keeper: Keeper
    _grace_ends: int = 0

    def recognise(self) -> None:
        """The convenor recognises a second authority, whose mandate begins a day later."""
        recognising = self.venue.deployment.supervision.recognise_authority(
            signer_of(FOREIGN).address,
            lei_word(FOREIGN_LEI),
            FOREIGN_COUNTRY.encode(),
            int(Power.FREEZE | Power.RESTRICT | Power.COOPERATE),
            self._later(5 * 365 * DAY),
            FOUNDED,
            gas=GAS,
        )
        self.venue.send("convenor", recognising)

    def agree(self) -> None:
        """Both authorities agree to answer each other; neither lends a power."""
        supervision = self.venue.deployment.supervision
        proposing = supervision.propose_agreement(
            [HOME_ID, FOREIGN_ID],
            int(Kind.INFORMATION | Kind.EVIDENCE | Kind.FREEZE),
            0,
            [],
            self.venue.now,
            self._later(365 * DAY),
            _commitment("memorandum of understanding"),
            gas=GAS,
        )
        self.venue.send(HOME, proposing)
        self.venue.send(FOREIGN, supervision.accept_agreement(AGREEMENT, gas=GAS))

    def assist(self) -> None:
        """One authority asks for a freeze; the other orders it, delivers, and is read."""
        venue, supervision = self.venue, self.venue.deployment.supervision
        account, wallet = venue.ids[FROZEN], signer_of(FROZEN).address
        asking = supervision.request(
            AGREEMENT,
            HOME_ID,
            int(Kind.FREEZE),
            account,
            0,
            _commitment("what the request asks for"),
            venue.now + DAY,
            venue.now + 3 * DAY,
            COOPERATION,
            gas=GAS,
        )
        venue.send(FOREIGN, asking)
        freezing = venue.deployment.parties.freeze(
            wallet, 0, FREEZING, _commitment("case one"), self._later(REVIEW), gas=GAS
        )
        venue.send(HOME, freezing)
        digest = package_digest(self._evidence(account))
        venue.send(HOME, supervision.deliver(REQUEST, digest, gas=GAS))
        venue.send(FOREIGN, supervision.log_access(REQUEST, digest, COOPERATION, gas=GAS))
        outcome = _commitment("outcome")
        venue.send(FOREIGN, supervision.close(REQUEST, outcome, gas=GAS))
        venue.send(FROZEN, self._withdrawing(FROZEN))

    def _evidence(self, account: int) -> Package:
        """What the house and the party registry reported on an account, with its proofs."""
        deployment = self.venue.deployment
        reference = ChainReference(deployment.chain_id, deployment.supervision.address, REQUEST)
        scope = Scope(
            chain_id=deployment.chain_id,
            contracts=[deployment.house.address, deployment.parties.address],
            first_block=deployment.first_block,
            last_block=self.venue.chain.block().number,
            accounts=[account],
        )
        return self.venue.chain.run(build_evidence(str(reference), scope))

    def halt(self, midnight: int) -> None:
        """The authority halts trading for an hour."""
        self.venue.until(midnight + HALT_AT)
        end = self.venue.now + HOUR
        halting = self.venue.deployment.parties.halt(end, HALTING, _commitment("case two"), gas=GAS)
        self.venue.send(HOME, halting)
        self._grace_ends = end + value("HALT_GRACE_SECONDS")

    def wait_out_the_grace(self) -> None:
        """A liquidator comes too early; what is due is done when the grace is over."""
        self.keeper.try_early()
        self.venue.until(self._grace_ends)

    def warn(self, maker: str, size: int) -> None:
        """A retail client tries to buy before it accepted the risk warning, and accepts it."""
        venue = self.venue
        price = venue.mark()
        signed = venue.orders(LATE_READER, maker, size, price, venue.perpetual)
        trying = venue.deployment.matcher.try_match(*signed, size, price, gas=GAS)
        venue.send("trading venue", trying)
        venue.accept_warning(LATE_READER)

    def put_on_list(self) -> None:
        """A wallet is listed, stopped at once, and flagged when somebody asks for it."""
        venue, wallet = self.venue, signer_of(LISTED).address
        venue.list_source = sha256(b"Keelmark demonstration: one entry").digest()
        listing = venue.deployment.sanctions.update(
            [],
            [Entry(wallet, _word("TEST-LIST-1"))],
            venue.list_source,
            venue.now,
            gas=GAS,
        )
        venue.send("sanctions officer", listing)
        venue.send(LISTED, self._withdrawing(LISTED))
        venue.send("keeper", venue.deployment.parties.screen(wallet, gas=GAS))

    def _withdrawing(self, name: str) -> Operation[Receipt]:
        """A withdrawal that leaves a trace if it is denied."""
        venue = self.venue
        return venue.deployment.house.try_withdraw(venue.ids[name], 0, WANTED * TOKEN, gas=GAS)

    def _later(self, seconds: int) -> int:
        """A time that a word still holds."""
        return min(self.venue.now + seconds, FURTHEST)
