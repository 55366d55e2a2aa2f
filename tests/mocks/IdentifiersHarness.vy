# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Harness: opens the identifiers and action gate modules to tests
@license Apache-2.0
"""


from ...contracts.modules import action_gate
from ...contracts.modules import identifiers


@external
@pure
def is_lei(lei: uint256) -> bool:
    """
    @notice `identifiers._is_lei`.
    """
    return identifiers._is_lei(lei)


@external
@pure
def lei_of(text: String[20]) -> uint256:
    """
    @notice `identifiers._lei_of`.
    """
    return identifiers._lei_of(text)


@external
@pure
def text_of(lei: uint256) -> String[20]:
    """
    @notice `identifiers._text_of`.
    """
    return identifiers._text_of(lei)


@external
@pure
def is_dti(dti: bytes9) -> bool:
    """
    @notice `identifiers._is_dti`.
    """
    return identifiers._is_dti(dti)


@external
@pure
def is_upi(upi: bytes12) -> bool:
    """
    @notice `identifiers._is_upi`.
    """
    return identifiers._is_upi(upi)


@external
@pure
def is_currency(code: bytes9) -> bool:
    """
    @notice `identifiers._is_currency`.
    """
    return identifiers._is_currency(code)


@external
@pure
def is_cfi(cfi: bytes6, kind: uint256, option_type: uint256) -> bool:
    """
    @notice `identifiers._is_cfi`.
    """
    return identifiers._is_cfi(cfi, kind, option_type)


@external
@pure
def reason(
    word: uint256,
    account: uint256,
    action: uint256,
    asset_class: uint256,
    timestamp: uint256,
    issuers: uint256,
) -> uint256:
    """
    @notice `action_gate._reason`.
    """
    return action_gate._reason(word, account, action, asset_class, timestamp, issuers)


@external
@pure
def action_of(size: int256, delta: int256) -> uint256:
    """
    @notice `action_gate._action_of`.
    """
    return action_gate._action_of(size, delta)
