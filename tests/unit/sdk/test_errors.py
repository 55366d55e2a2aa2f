"""`translate_revert`: one typed exception from whatever a chain reports.

The shapes of failures were taken down from eth-tester 0.14, web3 8 and anvil 1.7.1.
"""

import pytest
from eth_abi import encode
from eth_tester.exceptions import TransactionFailed
from web3.exceptions import ContractLogicError

from keelmark import errors
from keelmark.errors import (
    DomainRefusal,
    GateRefusal,
    InputError,
    KeelmarkError,
    MachineFailure,
    MarginRefusal,
    PriceRefusal,
    Reverted,
    RoleRefusal,
    RpcRefused,
    translate_revert,
)
from keelmark.regulation import rules
from keelmark.types import GateReason
from tests.conftest import REPOSITORY


def revert_data(reason: str) -> bytes:
    """Error(string) as a node returns it."""
    return bytes.fromhex("08c379a0") + encode(["string"], [reason])


def shapes(reason: str) -> list[object]:
    """The same revert as each library tells it."""
    data = revert_data(reason)
    return [
        data,
        TransactionFailed(f"execution reverted: {reason}"),
        TransactionFailed(reason),
        TransactionFailed(repr(data)),
        ContractLogicError(f"execution reverted: {reason}", data="0x" + data.hex()),
        ContractLogicError(f"execution reverted: {reason}"),
        {"code": 3, "message": f"execution reverted: {reason}", "data": "0x" + data.hex()},
        {"code": -32000, "message": f"execution reverted: {reason}"},
        {"error": {"code": 3, "message": "execution reverted", "data": "0x" + data.hex()}},
    ]


@pytest.mark.parametrize("number", range(9))
@pytest.mark.parametrize(
    ("reason", "kind", "rule"),
    [
        ("house: below initial margin", MarginRefusal, "IM_CRYPTO_BPS"),
        ("house: too many positions", Reverted, "MAX_POSITIONS"),
        ("house: stale price", PriceRefusal, "PRICE_MAX_AGE_LIMIT_SECONDS"),
        ("roles: not the holder", RoleRefusal, None),
        ("house: deficit", MarginRefusal, None),
        ("matcher: nonce used", Reverted, None),
        ("house: premium not paid", MarginRefusal, None),
        ("house: no options here", MarginRefusal, None),
        ("arrays: not an open option", Reverted, None),
        ("surface: stale node", PriceRefusal, "PRICE_MAX_AGE_LIMIT_SECONDS"),
        ("surface: missing tenor", PriceRefusal, None),
        ("surface: missing forward", PriceRefusal, None),
        ("surface: no such expiry", Reverted, None),
        ("board: volatility bounds", Reverted, "VOLATILITY_MAX_BPS"),
        ("black76: forward out of range", DomainRefusal, None),
        ("implied: premium below intrinsic", DomainRefusal, None),
        ("risk: lane overflow", DomainRefusal, None),
        ("parties: stale screening", Reverted, "SCREENING_MAX_AGE_SECONDS"),
        ("parties: list stale or silent", Reverted, "SANCTIONS_LIST_MAX_AGE_SECONDS"),
        ("parties: cooling off", Reverted, "CATEGORY_COOLING_OFF_SECONDS"),
        ("parties: not the replacement", RoleRefusal, None),
        ("supervision: out of scope", RoleRefusal, None),
        ("supervision: mandate not begun", RoleRefusal, "MANDATE_DELAY_SECONDS"),
        ("supervision: request of others", RoleRefusal, None),
        ("close-out: halted", Reverted, "HALT_GRACE_SECONDS"),
    ],
)
def test_every_shape_gives_the_same_exception(number, reason, kind, rule):
    error = translate_revert(shapes(reason)[number])
    assert type(error) is kind
    assert (error.reason, error.rule) == (reason, rule)
    assert error.module == reason.split(":")[0]


@pytest.mark.parametrize("gate", list(GateReason)[1:])
def test_gate_codes_have_names(gate):
    error = translate_revert(revert_data(f"house: gate {gate.value}"))
    assert isinstance(error, GateRefusal)
    assert error.gate is gate
    assert isinstance(error, PermissionError)
    assert gate.name.lower().replace("_", " ") in str(error)


@pytest.mark.parametrize("code", ["0x", "99", "x"])
def test_a_gate_code_that_is_none(code):
    assert type(translate_revert(revert_data(f"house: gate {code}"))) is Reverted


@pytest.mark.parametrize(
    "failure",
    [
        b"",
        {"code": 3, "message": "execution reverted", "data": "0x"},
        {"status": 0, "gasUsed": 21_000},
        TransactionFailed("execution reverted: empty revert"),
        TransactionFailed("b''"),
        ContractLogicError("execution reverted", data="0x"),
    ],
)
def test_a_revert_without_a_reason(failure):
    assert isinstance(translate_revert(failure), MachineFailure)


def test_a_request_the_node_refuses_is_no_revert():
    error = translate_revert({"code": -32005, "message": "query returned more than 10000 results"})
    assert isinstance(error, RpcRefused)
    assert error.code == -32005
    assert not isinstance(error, Reverted)


def test_figures_and_a_better_known_rule():
    error = translate_revert(
        revert_data("house: below initial margin"),
        rule="RETAIL_MARGIN_CRYPTO_BPS",
        figures={"equity_wad": 5, "initial_margin_wad": 9},
    )
    assert dict(error.figures) == {"equity_wad": 5, "initial_margin_wad": 9}
    assert str(error) == (
        "house: below initial margin; rule RETAIL_MARGIN_CRYPTO_BPS; "
        "equity_wad 5, initial_margin_wad 9"
    )
    again = translate_revert(error, figures={"cash_wad": 1})
    assert again.rule == "RETAIL_MARGIN_CRYPTO_BPS"
    assert dict(again.figures) == {"equity_wad": 5, "initial_margin_wad": 9, "cash_wad": 1}


def test_figures_join_a_gate_refusal():
    error = translate_revert(translate_revert(revert_data("house: gate 6")), figures={"account": 4})
    assert isinstance(error, GateRefusal)
    assert error.gate is GateReason.RETAIL_BANNED
    assert dict(error.figures) == {"account": 4}


def test_a_typed_error_passes_through():
    error = InputError("size: expected a positive number")
    assert translate_revert(error) is error


@pytest.mark.parametrize("kind", [RuntimeError, KeelmarkError])
def test_reverts_are_also_builtins(kind):
    assert isinstance(translate_revert(b""), kind)


def test_rules_named_by_reasons_are_in_the_rulebook():
    assert not set(errors._RULES.values()) - set(rules())


def test_reasons_with_a_rule_are_in_the_contracts():
    folder = REPOSITORY / "contracts"
    sources = "".join(path.read_text() for path in folder.rglob("*.vy"))
    assert [reason for reason in errors._RULES if f'"{reason}"' not in sources] == []


def test_every_reason_tried_here_is_in_the_contracts():
    folder = REPOSITORY / "contracts"
    sources = "".join(path.read_text() for path in folder.rglob("*.vy"))
    tried = (*errors._UNPRICED, "house: premium not paid", "house: no options here")
    assert [reason for reason in tried if f'"{reason}"' not in sources] == []


def test_every_module_of_the_pricing_refuses_by_its_name():
    modules = (REPOSITORY / "contracts" / "modules").glob("*.vy")
    sources = "".join(path.read_text() for path in modules)
    assert [name for name in errors._PRICING_MODULES if f'"{name}: ' not in sources] == []


def test_the_gate_of_another_module():
    error = translate_revert(revert_data("close-out: gate 8"))
    assert isinstance(error, GateRefusal)
    assert error.module == "close-out"
    assert error.gate is GateReason.SCREENING_STALE
