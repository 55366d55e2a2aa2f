"""The rulebook's frozen init code: nothing in it is a chain's, so its address is one everywhere."""

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.bindings import Rulebook
from keelmark.chain import Signer
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import Operation, Receipt, Transact
from keelmark.deploy.factory import FACTORY, SALT, create2_address, factory_calldata
from keelmark.regulation import digest
from keelmark.releases import current, identify, release, rulebook_init_code
from tests.support.deployed_kit import KEY, code_at

ADDRESS = "0x9B95BF1ECc214F87d509d73C80A7D4D23e72b0E1"
"""Of the rulebook of release 0.1.0, on every chain. It moves if a rule does, and only then."""

CODE_HASH = "0xbcaaa7bb4199e1f83a7edd142ceacc968c73742499210ba30ecda6a0b367071d"
"""keccak256 of its deployed code, on every chain."""


def test_default_behavior():
    """The address by EIP-1014, written out here once more."""
    packed = b"\xff" + bytes.fromhex(FACTORY[2:]) + SALT + keccak(rulebook_init_code())
    assert to_checksum_address(keccak(packed)[12:]) == ADDRESS
    assert create2_address(SALT, rulebook_init_code()) == ADDRESS
    assert current().contract("Rulebook").runtime_hash == CODE_HASH


def test_the_page_names_both():
    page = (release.FOLDER / "README.md").read_text("utf-8")
    assert f"`{ADDRESS}`" in page
    assert f"`{CODE_HASH}`" in page
    assert f"`{FACTORY}`" in page
    assert keccak(text="keelmark") == SALT


def test_it_is_what_the_sources_compile_to():
    assert compile_contract("rulebook/Rulebook").bytecode == rulebook_init_code()


def test_it_copies_its_code_and_does_nothing_else():
    """PUSH2 length, PUSH2 17, PUSH2 0, CODECOPY, PUSH2 length, PUSH2 0, RETURN: no constructor
    argument, no immutable, nothing asked of the chain; and no trailer after the code."""
    artefact = compile_contract("rulebook/Rulebook")
    length = len(artefact.runtime).to_bytes(2, "big").hex()
    loader = bytes.fromhex(f"61{length}61001161000039" + f"61{length}610000f3")
    assert rulebook_init_code() == loader + artefact.runtime
    assert not [entry for entry in artefact.abi if entry["type"] == "constructor"]
    assert current().contract("Rulebook").immutables == ()
    assert b"vyper" not in rulebook_init_code()


def send(to: str, data: bytes) -> Operation[Receipt]:
    """The operation that sends a transaction."""
    receipt: Receipt = yield Transact(to, data, gas=8_000_000)
    return receipt


def test_through_the_factory_it_is_there(anvil) -> None:
    """Created on a node whose genesis has the factory, by somebody with no role."""

    signer = Signer.from_key(KEY)
    anvil.local.fund(signer.address)
    assert anvil.run(code_at(ADDRESS)) == b""
    anvil.signing(signer).run(send(FACTORY, factory_calldata(SALT, rulebook_init_code())))
    code = anvil.run(code_at(ADDRESS))
    assert "0x" + keccak(code).hex() == CODE_HASH
    assert anvil.run(Rulebook(ADDRESS).digest()) == digest()
    match = identify(code)
    assert match is not None
    assert match.contract == "Rulebook"
