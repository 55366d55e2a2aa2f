"""Generated bindings: they are current, they call, decode, and refuse bad arguments."""

import dataclasses

import pytest
from eth_utils import keccak

from keelmark.bindings import Rulebook
from keelmark.bindings import TestToken as Token
from keelmark.bindings import runtime as bound
from keelmark.bindings.events import EVENTS, RoleAccepted, Transfer
from keelmark.bindings.generate import main
from keelmark.bindings.runtime import decode_log, decode_logs, parse, split_types
from keelmark.bindings.sources import read_sources
from keelmark.chain import Signer, connect
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import RawLog
from keelmark.errors import DecodingFailed, InputError, RoleRefusal
from keelmark.regulation import digest
from tests.conftest import find

KEY = bytes.fromhex("44" * 32)


@pytest.fixture(scope="module")
def chain():
    """An embedded chain with a rich signer."""
    signer = Signer.from_key(KEY)
    reading = connect()
    reading.local.fund(signer.address)
    return reading.signing(signer)


@pytest.fixture(scope="module")
def token(chain):
    """A test token whose minter is the signer."""
    code = compile_contract(find("testnet/TestToken")).bytecode
    made = chain.run(
        Token.create(code, long_name="Test euro", short_name="TEU", digits=6, minter=chain.address)
    )
    return Token(made.contract), made


def test_generated_files_are_current():
    assert main(["--check"]) == 0


def test_a_folder_without_contracts_is_refused(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "rulebook" in capsys.readouterr().err


def test_views_are_typed(chain):
    made = chain.run(Rulebook.create(compile_contract(find("rulebook/Rulebook")).bytecode))
    assert chain.run(Rulebook(made.contract).digest()) == digest()


def test_sending_reading_and_events(chain, token):
    contract, made = token
    other = "0x" + "55" * 20
    receipt = chain.run(contract.mint(other, 1_000_000))
    assert chain.run(contract.balance_of(other)) == 1_000_000
    assert chain.run(contract.symbol()) == "TEU"
    assert receipt.gas_used > 21_000
    assert receipt.block_number == chain.block().number
    transfers = [event for event in decode_logs(receipt.logs, EVENTS) if type(event) is Transfer]
    assert [(event.receiver.lower(), event.amount) for event in transfers] == [(other, 1_000_000)]
    accepted = decode_logs(made.logs, EVENTS)
    assert accepted == (
        RoleAccepted(
            role=keccak(text="minter"), holder=chain.address, predecessor="0x" + "00" * 20
        ),
    )


def test_history(chain, token):
    contract, _ = token
    other = "0x" + "56" * 20
    before = chain.block().number
    chain.run(contract.mint(other, 5))
    assert chain.run(contract.balance_of(other, block=before)) == 0


def test_a_refusal_carries_its_numbers(token):
    contract, _ = token
    stranger = Signer.from_key(bytes.fromhex("66" * 32))
    with pytest.raises(RoleRefusal) as refused:
        fresh_stranger_mints(contract, stranger)
    assert dict(refused.value.figures) == {"amount": 7}


def fresh_stranger_mints(contract, stranger):
    """Deploys the token for somebody else and mints as a stranger."""
    reading = connect()
    reading.local.fund(stranger.address)
    code = compile_contract(find("testnet/TestToken")).bytecode
    chain = reading.signing(stranger)
    made = chain.run(
        Token.create(code, long_name="T", short_name="T", digits=6, minter="0x" + "77" * 20)
    )
    chain.run(Token(made.contract).mint(contract.address, 7))


@pytest.mark.parametrize(
    ("receiver", "amount", "named"),
    [
        ("0x12", 1, "receiver"),
        ("0x" + "55" * 20, -1, "amount"),
        ("0x" + "55" * 20, 2**256, "amount"),
    ],
)
def test_a_bad_argument_is_named(chain, token, receiver, amount, named):
    with pytest.raises(InputError, match=f"mint: {named} is "):
        chain.run(token[0].mint(receiver, amount))


def test_no_contract_there(chain):
    with pytest.raises(DecodingFailed, match="is the contract there"):
        chain.run(Token("0x" + "01" * 20).symbol())


def test_signatures_are_taken_apart():
    # transfer(address,uint256) has the best-known selector there is.
    parsed = parse("transfer(address receiver,uint256 amount)")
    assert parsed.selector.hex() == "a9059cbb"
    assert parsed.arguments == ("receiver", "amount")
    assert split_types("(uint256,(bytes,bool))[],int8") == ("(uint256,(bytes,bool))[]", "int8")
    assert split_types("") == ()


def log(topics, data) -> RawLog:
    return RawLog("0x" + "01" * 20, topics, data, 1, b"", b"", 0, 0)


ROLE = keccak(text="RoleAccepted(bytes32,address,address)")
WORD = b"\x00" * 12 + b"\x11" * 20


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ((), b""),
        ((b"\x01" * 32,), b""),
        ((ROLE, WORD), WORD),
        ((ROLE, WORD, WORD), WORD + WORD),
        ((ROLE, WORD, WORD), b"\x01" * 32),
    ],
)
def test_a_log_of_another_shape_is_refused(topics, data):
    with pytest.raises(DecodingFailed):
        decode_log(log(topics, data), EVENTS)


def test_words():
    assert bound._word("int256", b"\xff" * 32) == -1
    assert bound._word("uint8", b"\x00" * 31 + b"\x07") == 7
    assert bound._word("bool", b"\x00" * 31 + b"\x01") is True
    assert bound._word("bytes4", b"abcd" + b"\x00" * 28) == b"abcd"
    for kind, word in (("uint8", b"\x01" * 32), ("bool", b"\x02" * 32), ("int8", b"\x01" * 32)):
        with pytest.raises(DecodingFailed):
            bound._word(kind, word)


def test_every_event_is_frozen_and_has_its_topic():
    for topic, kind in EVENTS.items():
        types = [*kind.INDEXED, *kind.DATA]
        assert topic == kind.TOPIC == keccak(text=f"{kind.NAME}({','.join(types)})")
        names = [field.name for field in dataclasses.fields(kind)]
        assert len(names) == len(types)
        assert kind.__dataclass_params__.frozen


def test_sources_give_names_and_words():
    found = read_sources(find("margin/OrderMatcher"))
    assert "Order" in found.structs.values()
    assert "wallet that signed" in found.comments["Order", "owner"]
