"""House files: a plan as TOML, and files that are wrong."""

from dataclasses import MISSING, fields

import pytest

from keelmark.deploy.house_file import _READERS, read_house
from keelmark.deploy.plan import Plan
from keelmark.errors import InputError
from keelmark.types import Power, Regime
from tests.support.houses import holder, house_plan, house_text

CHECKSUMMED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # an example of EIP-55


def written(folder, **changes):
    """A house file with some fields altered; None leaves one out."""
    path = folder / "house.toml"
    path.write_text(house_text(**changes))
    return path


def test_default_behavior(tmp_path):
    house = read_house(written(tmp_path))
    assert house.system == "keelmark"
    assert house.plan == house_plan(holder(0xD0))


def test_every_field_of_a_plan_can_be_said(tmp_path):
    assert set(_READERS) == {field.name for field in fields(Plan)}
    house = read_house(
        written(
            tmp_path,
            system='"desk-2"',
            regime='"CLEARED_LISTED"',
            sequencer=f'"{CHECKSUMMED}"',
            supervisor_powers='["FREEZE", "HALT"]',
            supervisor_until="2030-01-01T00:00:00Z",
            oracles=f'["{holder(1)}"]',
            existing=f'{{Rulebook = "{holder(2)}"}}',
        )
    )
    assert house.system == "desk-2"
    plan = house.plan
    assert plan.regime is Regime.CLEARED_LISTED
    assert plan.sequencer == CHECKSUMMED
    assert plan.supervisor_powers == Power.FREEZE | Power.HALT
    assert plan.supervisor_until == 1_893_456_000
    assert plan.oracles == (holder(1),)
    assert plan.existing == {"Rulebook": holder(2)}


@pytest.mark.parametrize(
    "name",
    [
        item.name
        for item in fields(Plan)
        if item.default is MISSING and item.default_factory is MISSING
    ],
)
def test_what_is_missing_is_named(tmp_path, name):
    with pytest.raises(InputError, match=f"house: {name} is missing in"):
        read_house(written(tmp_path, **{name: None}))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("token", '"0x12"', "token in .*, expected an address"),
        ("token", "12", "token in"),
        ("token", f'"{CHECKSUMMED.swapcase().replace("X", "x")}"', "token in .*checksum"),
        ("operator", f'"{holder(0)}"', "operator in .*somebody's address"),
        ("token_feed", "-1", "token_feed in .*integer"),
        ("token_feed", "true", "token_feed in .*integer"),
        ("token_feed", '"2"', "token_feed in .*integer"),
        ("lei", '"529900T8BM49AURSDO54"', "lei.*check digits"),
        ("lei", "5", "lei in .*text"),
        ("regime", "3", "regime in .*expected one of"),
        ("regime", '"OTC"', "regime in .*expected one of"),
        ("supervisor_jurisdiction", '"UK"', "supervisor_jurisdiction"),
        ("supervisor_powers", "127", "supervisor_powers in .*list of FREEZE"),
        ("supervisor_powers", "[]", "supervisor_powers in"),
        ("supervisor_powers", '["FLY"]', "supervisor_powers in"),
        ("supervisor_until", "2030-01-01T00:00:00", "supervisor_until in .*zone"),
        ("supervisor_until", "4294967296", "supervisor_until in"),
        ("convenor", f'"{holder(0xA3)}"', "convenor: is the supervisor"),
        ("oracles", f'["{holder(1)}", 2]', "oracles in"),
        ("oracles", str([holder(n) for n in range(1, 5)]), "oracles: expected at most 3"),
        ("existing", f'{{BackOffice = "{holder(1)}"}}', "existing: BackOffice cannot be shared"),
        ("existing", '{Rulebook = "x"}', "existing in .*at Rulebook"),
        ("existing", "[]", "existing in .*table"),
        ("system", '"../x"', "system in"),
        ("system", "1", "system in"),
        ("operater", "1", "operater in .*expected fields among system, lei"),
    ],
)
def test_a_field_that_is_wrong_is_named(tmp_path, field, value, told):
    with pytest.raises(InputError, match=told) as refused:
        read_house(written(tmp_path, **{field: value}))
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("house: ")


def test_files_that_are_no_house(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_house(tmp_path / "none.toml")
    path = tmp_path / "house.toml"
    path.write_text("lei = ")
    with pytest.raises(InputError, match="is no TOML"):
        read_house(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is no TOML"):
        read_house(path)
