"""Deployment: the kit on a fresh chain, its manifest, and manifests that are wrong."""

import asyncio
import json
from dataclasses import replace

import pytest

from keelmark.bindings import TestToken as Token
from keelmark.chain import Signer, connect
from keelmark.chain.compiler import compile_contract
from keelmark.deploy import (
    Plan,
    deploy,
    deployment,
    manifest_path,
    read_manifest,
    verify,
    write_manifest,
)
from keelmark.deploy.kit import artefacts
from keelmark.deploy.manifest import json_schema
from keelmark.deploy.plan import KIT, REPORTING
from keelmark.errors import ChainMismatch, InputError
from keelmark.pricing import price
from keelmark.regulation import digest
from keelmark.types import Regime
from tests.conftest import REPOSITORY, find

KEY = bytes.fromhex("88" * 32)
LEI = "529900T8BM49AURSDO55"  # the LEI of the register's own publisher, as it prints it


def role(number: int) -> str:
    """An address for a role's holder."""
    return "0x" + f"{number:02x}" * 20


def rich(reading):
    """A signing client whose signer can pay."""
    signer = Signer.from_key(KEY)
    reading.local.fund(signer.address)
    return reading.signing(signer)


def plan_on(chain, **changes) -> Plan:
    """A plan with a test token deployed for it."""
    made = chain.run(
        Token.create(
            compile_contract(find("testnet/TestToken")).bytecode,
            long_name="Test dollar",
            short_name="TUSD",
            digits=6,
            minter=chain.address,
        )
    )
    fields = {
        "lei": LEI,
        "token": made.contract,
        "token_feed": 2,
        "operator": role(0xA1),
        "registrar": role(0xA2),
        "supervisor": role(0xA3),
        "convenor": role(0xA6),
        "supervisor_lei": LEI,
        "supervisor_jurisdiction": "DE",
        "sanctions_officer": role(0xA7),
        "lister": role(0xA4),
        "price_operator": role(0xA5),
    }
    return Plan(**{**fields, **changes})


@pytest.fixture(scope="module")
def compiled():
    """The kit, compiled once."""
    return artefacts()


@pytest.fixture(scope="module")
def kit(compiled):
    """A chain, and the kit on it."""
    chain = rich(connect())
    seen = []
    steps = deployment(plan_on(chain), compiled, progress=lambda *told: seen.append(told))
    made = chain.run(steps)
    return chain, made, seen


def test_default_behavior(kit):
    chain, made, seen = kit
    assert tuple(made.contracts) == KIT
    assert made.rulebook_digest == "0x" + digest().hex()
    assert made.chain_id == chain.chain_id()
    assert chain.run(made.rulebook.digest()) == digest()
    assert chain.run(made.house.party_registry()) == made.parties.address
    assert chain.run(made.house.price_board()) == made.board.address
    assert chain.run(made.house.back_office()) == made.contracts["BackOffice"].address
    assert [place for place, _, _ in seen] == list(range(1, len(KIT) + 1))
    assert {name for _, _, name in seen} == set(KIT)


def test_the_house_answers_for_its_back_office_and_loss_desk(kit):
    chain, made, _ = kit
    assert chain.run(made.house.collaterals(1)) == 0
    assert chain.run(made.house.uncovered()) == 0
    terms = chain.run(made.house.house_terms())
    assert terms[-1] == int(LEI, 36)


def test_the_pricer_answers_as_the_twin(kit):
    chain, made, _ = kit
    option = (True, 8_000 * 10**18, 9_000 * 10**18, 7_776_000, 8 * 10**17)
    assert chain.run(made.pricer.price(*option)) == price(*option)


def test_every_contract_fits(kit):
    chain, made, _ = kit
    from keelmark.chain.operations import GetCode

    def size(address):
        return len((yield GetCode(address)))

    for contract in made.contracts.values():
        assert chain.run(size(contract.address)) <= 24_576, contract.name


def test_the_deployer_holds_nothing(kit):
    chain, made, _ = kit
    from keelmark.bindings.events import EVENTS, MandateGranted, RoleAccepted
    from keelmark.bindings.runtime import decode_log
    from keelmark.chain.operations import GetLogs

    def logs():
        found = yield GetLogs(tuple(made.reporting.values()), 0, chain.block().number)
        return found

    accepted = [decode_log(log, EVENTS) for log in chain.run(logs())]
    holders = {event.holder for event in accepted if isinstance(event, RoleAccepted)}
    holders |= {event.wallet for event in accepted if isinstance(event, MandateGranted)}
    assert {holder.lower() for holder in holders} == {role(0xA0 + n) for n in range(1, 8)}
    assert chain.address not in holders


def test_the_founding_authority_has_what_the_plan_says(kit):
    chain, made, _ = kit
    word = chain.run(made.supervision.mandate_of(role(0xA3)))
    # id uint8 | jurisdiction uint16 | powers uint16 | from uint32 | until uint32
    assert word & 0xFF == 1
    assert (word >> 8 & 0xFFFF).to_bytes(2, "big") == b"DE"
    assert word >> 24 & 0xFFFF == 127
    assert word >> 72 == 2**32 - 1
    found = chain.run(made.lens.governance([]))
    assert found.rulebook_digest == digest()
    assert found.list_time == 0


def test_the_async_driver_deploys_the_same(kit, compiled):
    _, made, _ = kit
    chain = rich(connect())
    plan = plan_on(chain)

    async def main():
        signing = chain.asynchronous().signing(Signer.from_key(KEY))
        return await signing.run(deployment(plan, compiled))

    assert asyncio.run(main()) == made


def test_anvil_gets_the_same_kit(kit, compiled, anvil):
    _, made, _ = kit
    with anvil.undone():
        chain = rich(anvil)
        other = chain.run(deployment(plan_on(chain), compiled))
        chain.run(verify(other))
    for name in KIT:
        mine, theirs = made.contracts[name], other.contracts[name]
        assert (mine.address, mine.code_hash) == (theirs.address, theirs.code_hash)
        assert mine.gas_used == theirs.gas_used


def test_existing_parts_are_used(kit):
    chain, made, _ = kit
    shared = {name: made.contracts[name].address for name in ("Rulebook", "PartyRegistry")}
    second = deploy(
        chain, plan_on(chain, existing=shared, regime=Regime.CLEARED_LISTED, token=made.token)
    )
    assert second.parties.address == made.parties.address
    assert second.house.address != made.house.address
    for name in ("Rulebook", "Supervision", "SanctionsList", "PartyDesk", "PartyRegistry"):
        assert second.contracts[name].transaction_hash == ""
        assert second.contracts[name].address == made.contracts[name].address


def test_another_list_than_the_registrys_is_refused(kit):
    chain, made, _ = kit
    shared = {
        "PartyRegistry": made.parties.address,
        "SanctionsList": made.supervision.address,
    }
    before = chain.block().number
    with pytest.raises(ChainMismatch, match="SanctionsList: the plan names"):
        deploy(chain, plan_on(chain, existing=shared, token=made.token))
    assert chain.block().number == before + 1  # the token of the plan


def test_existing_parts_must_be_there(kit):
    chain, _, _ = kit
    plan = plan_on(chain, existing={"PartyRegistry": role(0xEE)})
    before = chain.block().number
    with pytest.raises(ChainMismatch, match="PartyRegistry: no contract at"):
        deploy(chain, plan)
    assert chain.block().number == before
    with pytest.raises(InputError, match="cannot be shared"):
        plan_on(chain, existing={"BackOffice": role(0xEE)})


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("lei", "529900T8BM49AURSDO54", "check digits"),
        ("lei", "", "lei"),
        ("operator", "0x12", "operator: expected an address"),
        ("sanctions_officer", "0x12", "sanctions_officer: expected an address"),
        ("oracles", ("0x12",), r"oracles\[0\]: expected an address"),
        ("oracles", (role(1),) * 4, "oracles: expected at most 3"),
        ("supervisor_lei", LEI[:-1] + "4", "check digits"),
        ("supervisor_jurisdiction", "UK", "supervisor_jurisdiction"),
        ("convenor", role(0xA3), "convenor: is the supervisor"),
        ("token", "dollar", "token: expected an address"),
    ],
)
def test_a_bad_plan_deploys_nothing(kit, field, value, told):
    chain, _, _ = kit
    plan = plan_on(chain)
    before = chain.block().number
    with pytest.raises(InputError, match=told):
        deploy(chain, replace(plan, **{field: value}))
    assert chain.block().number == before


def test_manifest_round_trip(kit, tmp_path):
    chain, made, _ = kit
    path = manifest_path(tmp_path, made)
    write_manifest(made, path)
    assert path == tmp_path / str(made.chain_id) / "keelmark.json"
    again = read_manifest(path, chain_id=chain.chain_id())
    assert again == made
    chain.run(verify(again))
    assert [item.name for item in path.parent.iterdir()] == ["keelmark.json"]


def test_manifest_for_another_chain(kit, tmp_path):
    _, made, _ = kit
    path = tmp_path / "m.json"
    write_manifest(made, path)
    with pytest.raises(ChainMismatch) as refused:
        read_manifest(path, chain_id=1)
    assert str(refused.value) == f"manifest: chainId is {made.chain_id}, expected 1"
    assert isinstance(refused.value, InputError)
    other = connect()
    with pytest.raises(ChainMismatch, match="no code"):
        other.run(verify(made))
    with pytest.raises(ChainMismatch, match="chainId is 5, expected"):
        other.run(verify(replace(made, chain_id=5)))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"chainId": "1"}, "chainId"),
        ({"chainId": None}, "chainId"),
        ({"schemaVersion": 3}, "schemaVersion"),
        ({"rulebookDigest": "0x12"}, "rulebookDigest"),
        ({"token": "0x" + "aB" * 20}, "token"),
        ({"surplus": 1}, "surplus"),
        ({"lei": "529900T8BM49AURSDO54"}, "lei"),
        ({"contracts": []}, "Rulebook"),
        ({"contracts": [{"name": "Rulebook"}]}, r"contracts\.0\.address"),
    ],
)
def test_a_malformed_manifest_names_the_field(kit, tmp_path, change, told):
    _, made, _ = kit
    path = tmp_path / "m.json"
    write_manifest(made, path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match=told) as refused:
        read_manifest(path)
    assert "\n" not in str(refused.value)


def test_files_that_are_no_manifest(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_manifest(tmp_path / "none.json")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(InputError, match="no JSON"):
        read_manifest(broken)


def test_nothing_half_written(kit, tmp_path, monkeypatch):
    _, made, _ = kit
    path = tmp_path / "m.json"
    write_manifest(made, path)
    before = path.read_text()

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_manifest(made, path)
    assert path.read_text() == before
    assert [item.name for item in tmp_path.iterdir()] == ["m.json"]


def test_the_schema_is_current():
    assert (REPOSITORY / "deployments" / "schema.json").read_text() == json_schema()


def test_reporting_contracts_are_of_the_kit(kit):
    _, made, _ = kit
    assert set(REPORTING) < set(KIT)
    assert made.first_block == min(item.block_number for item in made.contracts.values())
