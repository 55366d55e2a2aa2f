# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Governance lens
@license Apache-2.0
@notice Who can change what in a house, when a change takes effect and which changes
        are under way, in one call. Anyone asks; nothing is stored, and nothing
        here can change anything.
@dev    Reads the contracts' own getters at one block, so that the answer is of one
        moment. Feeds are named by the caller, as a board keeps no list of them.
"""


from ..interfaces import IBackOffice
from ..interfaces import IRulebook
from ..modules import rules


# Most roles, authorities and changes of feeds in one answer.
MAX_ROLES: constant(uint256) = 6
MAX_MANDATES: constant(uint256) = 127
MAX_FEEDS: constant(uint256) = 64
MAX_CHANGES: constant(uint256) = 256

# Places of a feed that can change: its limits, and three sources.
_PLACES: constant(uint256) = 4


# A role with one holder, handed over in two steps.
struct Role:
    place: address  # the contract where it counts
    role: bytes32  # keccak256 of its name
    holder: address  # who holds it; zero = nobody, for good
    successor: address  # to whom it is offered; zero = to nobody


# An authority, as Supervision tells it.
struct Mandate:
    authority: address  # its key
    identifier: uint256  # LEI, 20 characters in base 36
    word: uint256  # mandate word: a widening to come stands from bit 128 on
    successor: address  # to whom its key is offered; zero = to nobody


# A change of a feed that was announced and not yet applied.
struct FeedChange:
    feed: uint256  # feed
    slot: uint256  # 0 its limits, 1 to 3 a source
    word: uint256  # limits or source word that it will have
    due: uint256  # seconds from which it can be applied


# How long changes wait, in seconds.
struct Delays:
    mandate: uint256  # a new or wider mandate
    feed: uint256  # a looser limit or another source of prices
    recovery: uint256  # the recovery of a key, from its announcement
    category: uint256  # a category with fewer protections, from its request
    review: uint256  # a freeze, restriction or bar, until its review, at most
    halt: uint256  # a halt's length, at most


struct Governance:
    rulebook_digest: bytes32  # of the constants that the house was built with
    issuers: uint256  # issuers whose attestations count, one bit each
    list_time: uint256  # seconds: the sanctions list, as the gate knows it
    halted_until: uint256  # seconds: end of the last halt; 0 if none
    delays: Delays
    roles: DynArray[Role, MAX_ROLES]
    mandates: DynArray[Mandate, MAX_MANDATES]
    changes: DynArray[FeedChange, MAX_CHANGES]


# What the lens asks of the contracts.
interface Roles:
    def holder_of(role: bytes32) -> address: view
    def successor_of(role: bytes32) -> address: view

interface Mandates:
    def mandate_count() -> uint256: view
    def mandates(first: uint256, count: uint256) -> DynArray[Mandate, MAX_MANDATES]: view

interface Registry:
    def recognised_issuers() -> uint256: view
    def list_time() -> uint256: view
    def halted_until() -> uint256: view
    def supervision() -> address: view
    def sanctions_list() -> address: view

interface Board:
    def announced_at(place: uint256) -> uint256: view
    def due_at(place: uint256) -> uint256: view


RULEBOOK: public(immutable(address))
HOUSE: public(immutable(address))
INSTRUMENTS: public(immutable(address))
PARTIES: public(immutable(address))
BOARD: public(immutable(address))
SUPERVISION: public(immutable(address))
SANCTIONS: public(immutable(address))


@deploy
def __init__(rulebook: address, house: address, instruments: address):
    """
    @notice Fixes what is looked at: a house and what it is connected to.
    @param rulebook The house's rulebook.
    @param house Clearing house.
    @param instruments Its instrument registry.
    """
    assert staticcall IRulebook(rulebook).digest() == rules.DIGEST, "lens: other rulebook"
    RULEBOOK = rulebook
    HOUSE = house
    INSTRUMENTS = instruments
    PARTIES = staticcall IBackOffice(house).party_registry()
    BOARD = staticcall IBackOffice(house).price_board()
    SUPERVISION = staticcall Registry(PARTIES).supervision()
    SANCTIONS = staticcall Registry(PARTIES).sanctions_list()


@external
@view
def governance(feeds: DynArray[uint256, MAX_FEEDS]) -> Governance:
    """
    @notice Roles, holders, delays and pending changes. Anyone may ask.
    @param feeds The feeds whose announced changes are wanted.
    @return Governance See the struct.
    """
    authorities: uint256 = staticcall Mandates(SUPERVISION).mandate_count()
    return Governance(
        rulebook_digest=staticcall IRulebook(RULEBOOK).digest(),
        issuers=staticcall Registry(PARTIES).recognised_issuers(),
        list_time=staticcall Registry(PARTIES).list_time(),
        halted_until=staticcall Registry(PARTIES).halted_until(),
        delays=Delays(
            mandate=rules.MANDATE_DELAY_SECONDS,
            feed=rules.TIGHTENING_NOTICE_SECONDS,
            recovery=rules.RECOVERY_DELAY_SECONDS,
            category=rules.CATEGORY_COOLING_OFF_SECONDS,
            review=rules.POWER_REVIEW_MAX_SECONDS,
            halt=rules.HALT_MAX_SECONDS,
        ),
        roles=[
            self._role(HOUSE, keccak256("operator")),
            self._role(INSTRUMENTS, keccak256("lister")),
            self._role(PARTIES, keccak256("registrar")),
            self._role(BOARD, keccak256("operator")),
            self._role(SUPERVISION, keccak256("convenor")),
            self._role(SANCTIONS, keccak256("sanctions officer")),
        ],
        mandates=staticcall Mandates(SUPERVISION).mandates(1, authorities),
        changes=self._changes(feeds),
    )


@internal
@view
def _role(_place: address, _role: bytes32) -> Role:
    """
    @notice One role, as its contract tells it.
    @param _place The contract.
    @param _role keccak256 of the role's name.
    @return Role Who holds it, and to whom it is offered.
    """
    return Role(
        place=_place,
        role=_role,
        holder=staticcall Roles(_place).holder_of(_role),
        successor=staticcall Roles(_place).successor_of(_role),
    )


@internal
@view
def _changes(_feeds: DynArray[uint256, MAX_FEEDS]) -> DynArray[FeedChange, MAX_CHANGES]:
    """
    @notice What was announced for feeds and not yet applied.
    @param _feeds The feeds.
    @return DynArray In the order of the feeds.
    """
    found: DynArray[FeedChange, MAX_CHANGES] = []
    for feed: uint256 in _feeds:
        for slot: uint256 in range(_PLACES):
            due: uint256 = staticcall Board(BOARD).due_at(feed * _PLACES + slot)
            if due != 0:
                found.append(
                    FeedChange(
                        feed=feed,
                        slot=slot,
                        word=staticcall Board(BOARD).announced_at(feed * _PLACES + slot),
                        due=due,
                    )
                )
    return found
