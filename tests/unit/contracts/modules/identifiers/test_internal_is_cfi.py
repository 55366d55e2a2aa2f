"""`_is_cfi`: codes that ISO 10962's tables allow for cash-settled products of each kind."""

from __future__ import annotations

import pytest
from web3.contract import Contract

PERPETUAL, DATED, OPTION = 1, 2, 3
CALL, PUT = 1, 2


@pytest.mark.parametrize(
    ("cfi", "kind", "option_type"),
    [
        ("JTMXCC", PERPETUAL, 0),
        ("FFMCSX", PERPETUAL, 0),
        ("FFICSX", PERPETUAL, 0),
        ("FFMCSX", DATED, 0),
        ("FFICSX", DATED, 0),
        ("FCMCSX", DATED, 0),
        ("FFMCNX", DATED, 0),
        ("JTMXFC", DATED, 0),
        ("OCEMCS", OPTION, CALL),
        ("OPEMCS", OPTION, PUT),
        ("OCAMCS", OPTION, CALL),
        ("HTMAVC", OPTION, CALL),
        ("HTMDVC", OPTION, PUT),
        ("HMMAVC", OPTION, CALL),
    ],
)
def test_default_behavior(codes: Contract, cfi: str, kind: int, option_type: int) -> None:
    assert codes.functions.is_cfi(cfi.encode(), kind, option_type).call()


@pytest.mark.parametrize(
    ("cfi", "kind", "option_type"),
    [
        ("JTMXFC", PERPETUAL, 0),  # a forward ends
        ("JTMXCC", DATED, 0),  # a contract for difference does not
        ("JTMXSC", PERPETUAL, 0),  # spread bet
        ("JTMXCP", PERPETUAL, 0),  # physical
        ("JTMACC", PERPETUAL, 0),  # third attribute is unused
        ("JXMXCC", PERPETUAL, 0),  # no such group
        ("FFMPSX", DATED, 0),  # physical
        ("FXMCSX", DATED, 0),  # no such group
        ("FFACSX", DATED, 0),  # no such underlying
        ("FCBCSX", DATED, 0),  # no such commodity
        ("FFMCXX", DATED, 0),  # neither standard nor not
        ("FFMCSS", DATED, 0),  # fourth attribute is unused
        ("STMCXC", PERPETUAL, 0),  # a swap
        ("FFMCS0", DATED, 0),
        ("ffmcsx", DATED, 0),
        ("FFMCSX", DATED, CALL),
        ("FFMCSX", 0, 0),
        ("FFMCSX", 4, 0),
        ("FFMCSX", OPTION, CALL),
        ("OCEMCS", OPTION, PUT),
        ("OPEMCS", OPTION, CALL),
        ("OCEMCS", OPTION, 0),
        ("OCEMCS", OPTION, 3),
        ("OMEMCS", OPTION, CALL),
        ("OCXMCS", OPTION, CALL),  # no such style
        ("OCEACS", OPTION, CALL),  # no such underlying
        ("OCEMPS", OPTION, CALL),  # physical
        ("OCEMCX", OPTION, CALL),
        ("HTMDVC", OPTION, CALL),
        ("HTMAVC", OPTION, PUT),
        ("HAMAVC", OPTION, CALL),  # no such group
        ("HTMAXC", OPTION, CALL),  # no such valuation
        ("HTMAVP", OPTION, CALL),  # physical
        ("JTMXCC", OPTION, CALL),
    ],
)
def test_refused(codes: Contract, cfi: str, kind: int, option_type: int) -> None:
    assert not codes.functions.is_cfi(cfi.encode(), kind, option_type).call()
