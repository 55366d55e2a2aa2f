# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Party registry
@license Apache-2.0
@notice Who may trade: one packed word a wallet, with the account id by which
        every other contract keys its state.

        Anyone may read, ask the gate, have a party screened, and bring what a
        recognised issuer signed: `attest`, `attest_many`, `revoke_attested`; an
        issuer may also `revoke_attested` and `void_nonces` by itself. The
        registrar, issuer 1, attests by its own calls: `onboard`, `onboard_many`,
        `renew`, `revoke`; it publishes risk warnings. A party's own wallet accepts
        a warning, asks for another category and contests a recovery of its key;
        who attests a party announces one. Authorities freeze, restrict to
        closing, mark a house as an authorised CCP, bar instruments, halt trading
        and recognise issuers, each as far as its mandate reaches; every such act
        names its legal basis. The deployer holds no role, and nobody but a
        party's own key, or its replacement after a recovery, can move its funds.
@dev    State and checks are in the party book module; powers, issuers, screening,
        suitability and recovery are modules too. What is asked or written often is
        here; other calls are delegated to the party desk: one address, one
        storage, one report chain. Answers `isVerified` as the identity registries
        of ERC-3643 do.
        An account id is never given out twice, and a revoked party stays
        revoked: who returns does so with another wallet and another account.
"""


from ..interfaces import IPartyDesk
from ..interfaces import IPartyRegistry
implements: IPartyRegistry

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import party_book
initializes: party_book[report_chain := report_chain]

from ..modules import party_powers
initializes: party_powers[report_chain := report_chain, party_book := party_book]

from ..modules import market_powers
initializes: market_powers[report_chain := report_chain, party_book := party_book]

from ..modules import screening
initializes: screening[report_chain := report_chain, party_book := party_book]

from ..modules import suitability
initializes: suitability[
    report_chain := report_chain, roles := roles, party_book := party_book
]

from ..modules import issuer_book
initializes: issuer_book[
    report_chain := report_chain, roles := roles, party_book := party_book
]

from ..modules import attestations
initializes: attestations[
    report_chain := report_chain, party_book := party_book, issuer_book := issuer_book
]

from ..modules import recovery
initializes: recovery[
    report_chain := report_chain,
    roles := roles,
    party_book := party_book,
    issuer_book := issuer_book,
    screening := screening,
]

from ..modules import action_gate


exports: (
    # The head of the report chain.
    report_chain.root,
    # What is known of a party.
    party_book.word_of,
    # Authorities' powers over parties.
    party_powers.freeze,
    party_powers.unfreeze,
    party_powers.restrict,
    party_powers.release,
    # What issuers sign.
    attestations.attest,
    attestations.attest_many,
)


# Attests parties.
REGISTRAR: constant(bytes32) = keccak256("registrar")

# Longest answer of the desk.
MAX_ANSWER: constant(uint256) = 96

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# The code that other functions are delegated to.
PARTY_DESK: immutable(address)


# Every party event carries the whole word after the change, so that the
# registry can be rebuilt from its events alone. Where a field is `legal_basis`
# it names the law, and `case_hash` commits to the file without showing it.

event PartyOnboarded:
    account: indexed(uint256)  # the new account id
    wallet: indexed(address)  # the party's key
    word: uint256  # party word: LEI or client code (CDE 2.6, 2.7; its type 2.8)
    member: uint256  # account of the carrying member; 0 for a legal person


event PartyAttested:
    account: indexed(uint256)  # the new account id, or the one that is renewed
    wallet: indexed(address)  # the party's key
    word: uint256  # party word after: LEI or client code, issuer, expiry, screening
    member: uint256  # account of the carrying member; 0 for a legal person
    nonce: uint256  # the issuer's, used up
    document: bytes32  # salted commitment to an IVMS101 document; zero if none


event PartyFrozen:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # frozen flag set; another authority may have set it before
    case_hash: bytes32  # commitment to the case
    mandate: uint256  # authority uint32 | agreement uint32 | review_at uint64 (seconds)


event PartyUnfrozen:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # frozen flag cleared, unless another authority holds the party
    case_hash: bytes32  # commitment to the case
    mandate: uint256  # authority uint32 | agreement uint32 | whose hold uint64


event PartyRestricted:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # close-only flag set; another authority may have set it before
    case_hash: bytes32  # commitment to the case
    mandate: uint256  # authority uint32 | agreement uint32 | review_at uint64 (seconds)


event PartyReleased:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # close-only flag cleared, unless another authority holds the party
    case_hash: bytes32  # commitment to the case
    mandate: uint256  # authority uint32 | agreement uint32 | whose hold uint64


event SuitabilityChanged:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    suitability: uint256  # suitability word: status_until, request, warning


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it; zero for the first


@deploy
def __init__(registrar: address, supervision: address, sanctions: address, desk: address):
    """
    @notice Names the registrar, who says which authorities there are, and the
            sanctions list; the deployer gets nothing. Reverts unless the desk is
            built with the same two.
    @param registrar Who attests parties.
    @param supervision Supervision.
    @param sanctions Sanctions list; its time is taken over.
    @param desk Party desk.
    """
    roles._set_holder(REGISTRAR, registrar)
    party_book.__init__(supervision, sanctions)
    party_book._begin()
    assert (
        staticcall party_book.SUPERVISION.mandate_of(registrar) == 0
    ), "parties: one holder, two roles"
    assert (
        staticcall IPartyDesk(desk).supervision() == supervision
        and staticcall IPartyDesk(desk).sanctions_list() == sanctions
    ), "parties: another desk"
    PARTY_DESK = desk


@external
@raw_return
@reentrant
def __default__() -> Bytes[MAX_ANSWER]:
    """
    @notice Delegates to the desk, whose own functions take the lock.
    @return What the desk answers.
    """
    return raw_call(PARTY_DESK, msg.data, max_outsize=MAX_ANSWER, is_delegate_call=True)


@external
@view
def party_desk() -> address:
    """
    @notice The code that other functions are delegated to. Anyone may ask.
    @return address The party desk.
    """
    return PARTY_DESK


@external
@view
def gate(wallet: address, account: uint256, action: uint256, asset_class: uint256) -> (
    uint256, uint256
):
    """
    @notice May a wallet, for an account, do this? Anyone may ask.
    @param wallet Who acts.
    @param account Account id that it acts for.
    @param action 1 open .. 7 deposit (action gate module).
    @param asset_class Asset class of the product; any for a payment.
    @return uint256 Reason, 0 = allowed, and the party word, with the category that
            counts now.
    """
    return self._judge(wallet, account, action, asset_class, party_book.table, 0)


@external
@view
def gate_trade(
    buyer: address,
    buyer_account: uint256,
    buyer_action: uint256,
    seller: address,
    seller_account: uint256,
    seller_action: uint256,
    asset_class: uint256,
    instrument: uint256,
) -> (uint256, uint256, uint256, uint256):
    """
    @notice The gate for both sides of a trade, in one call. Anyone may ask.
    @param buyer Wallet of the buying side.
    @param buyer_account Its account id.
    @param buyer_action What the trade is to it.
    @param seller Wallet of the selling side.
    @param seller_account Its account id.
    @param seller_action What the trade is to it.
    @param asset_class Asset class of the product.
    @param instrument Instrument id, which may be barred.
    @return uint256 Reason of the buyer, of the seller, word of the buyer, of the
            seller.
    """
    table: uint256 = party_book.table
    bars: uint256 = market_powers._bars_of(instrument, table)
    buyer_reason: uint256 = 0
    seller_reason: uint256 = 0
    bought: uint256 = 0
    sold: uint256 = 0
    buyer_reason, bought = self._judge(
        buyer, buyer_account, buyer_action, asset_class, table, bars
    )
    seller_reason, sold = self._judge(
        seller, seller_account, seller_action, asset_class, table, bars
    )
    return buyer_reason, seller_reason, bought, sold


@external
@view
def party_of(wallet: address) -> uint256:
    """
    @notice A wallet's party word with the category that counts now. Anyone may ask.
    @param wallet The wallet.
    @return uint256 Zero if it is no party's.
    """
    return party_book._as_it_counts(party_book.word_of[wallet])


@external
@view
def isVerified(wallet: address) -> bool:
    """
    @notice Whether a wallet may open positions, whatever the product, as identity
            registries of ERC-3643 answer it. Anyone may ask.
    @dev    The gate's answer for an opening trade of the wallet's own account. A
            retail client passes where a leverage cap is known for it, as it does
            in every asset class there.
    @param wallet The wallet.
    @return bool True if the gate would let it open.
    """
    reason: uint256 = 0
    word: uint256 = 0
    reason, word = self._judge(
        wallet, party_book.word_of[wallet] & _MASK_32, action_gate.OPEN, 0, party_book.table, 0
    )
    return reason == action_gate.ALLOWED


@external
def onboard(attestation: party_book.Attestation) -> uint256:
    """
    @notice Attests one party, not itself. Only the registrar.
    @param attestation What the registrar attests; see the struct.
    @return uint256 The account id given out.
    """
    suitability._check_registrar()
    assert attestation.wallet != msg.sender, "parties: vouches for itself"
    return party_book._attest(attestation, party_book.REGISTRAR_ISSUER)


@external
def onboard_many(parties: DynArray[party_book.Attestation, 50]):
    """
    @notice Attests up to fifty parties, not itself; one that is refused refuses
            all. Only the registrar.
    @param parties What is attested of each, in the order in which ids are given out.
    """
    suitability._check_registrar()
    for attestation: party_book.Attestation in parties:
        assert attestation.wallet != msg.sender, "parties: vouches for itself"
        party_book._attest(attestation, party_book.REGISTRAR_ISSUER)


@internal
@view
def _judge(
    _wallet: address,
    _account: uint256,
    _action: uint256,
    _asset_class: uint256,
    _table: uint256,
    _bars: uint256,
) -> (uint256, uint256):
    """
    @notice The whole gate for one party.
    @param _wallet Who acts.
    @param _account Account id that it acts for.
    @param _action What it does.
    @param _asset_class Asset class of the product; any for a payment.
    @param _table The gate's table.
    @param _bars Jurisdictions in which the instrument is barred.
    @return uint256 Reason, and the party word with the category that counts now.
    """
    word: uint256 = party_book._as_it_counts(party_book.word_of[_wallet])
    reason: uint256 = action_gate._reason(
        word, _account, _action, _asset_class, block.timestamp, _table
    )
    if reason != action_gate.ALLOWED:
        return reason, word
    if _action == action_gate.WITHDRAW:
        # Money that leaves does not come back: the list itself is asked.
        if screening._is_listed(screening._answer(_wallet, word)):
            return action_gate.SANCTIONED, word
    elif action_gate._opens(_action):
        if (word >> 152) & _MASK_8 == action_gate.RETAIL:
            if not suitability._has_accepted(word):
                return action_gate.WARNING_NOT_ACCEPTED, word
        if _bars != 0:
            if action_gate._is_barred(_bars, (word >> 136) & _MASK_16):
                return action_gate.INSTRUMENT_BARRED, word
    return reason, word
