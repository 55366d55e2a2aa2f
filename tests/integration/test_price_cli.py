"""`keelmark price option --on-chain` against an OptionPricer on a real node."""

from __future__ import annotations

import json

import pytest

from keelmark.bindings import OptionPricer, Rulebook
from keelmark.chain import Chain, Signer
from keelmark.chain.compiler import compile_contract
from keelmark.cli import main

TERMS = (
    *("--kind", "put", "--forward", "8000", "--strike", "8500", "--volatility", "0.8"),
    *("--expiry", "2020-03-27T08:00:00Z", "--at", "2020-03-12T08:00:00Z", "--json"),
)
KEYS = ("price", "delta", "gamma", "vega", "theta", "volatility")


def cli(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Runs the command in this process: exit code, output, errors."""
    with pytest.raises(SystemExit) as stopped:
        main(["price", "option", *TERMS, *arguments])
    shown = capsys.readouterr()
    return int(stopped.value.code or 0), shown.out, shown.err


def test_default_behavior(anvil: Chain, capsys: pytest.CaptureFixture[str]) -> None:
    """The same digits as the twin; other code at the address, or none, is refused."""
    signer = Signer.from_key(bytes.fromhex("55" * 32))
    anvil.local.fund(signer.address)
    chain = anvil.signing(signer)
    pricer = chain.run(OptionPricer.create(compile_contract("pricing/OptionPricer").bytecode))
    other = chain.run(Rulebook.create(compile_contract("rulebook/Rulebook").bytecode))
    asked = ("--on-chain", "--rpc", anvil.name, "--pricer")

    code, twin, _ = cli(capsys)
    assert code == 0
    code, contract, _ = cli(capsys, *asked, str(pricer.contract))
    assert code == 0
    left, right = (json.loads(text, parse_float=str) for text in (twin, contract))
    assert {name: left[name] for name in KEYS} == {name: right[name] for name in KEYS}
    assert right["answered_by"] == f"OptionPricer at {pricer.contract} on {anvil.name}"

    code, out, err = cli(capsys, *asked, str(other.contract))
    assert (code, out) == (1, "")
    assert "--pricer: other code at" in err
    code, _, err = cli(capsys, *asked, signer.address)
    assert code == 1
    assert "--pricer: no code at" in err
