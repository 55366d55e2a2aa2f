"""Gas of a whole deployment through the deterministic factory, from receipts."""

from __future__ import annotations

from benchmarks.gas_table import record
from keelmark.chain import Signer, connect
from keelmark.deploy.plan import KIT
from tests.support.factory_kit import deploy_by_factory
from tests.support.houses import with_factory


def test_deployment() -> None:
    """A transaction a contract: what is created is code, and each byte of it costs 200."""
    chain = connect("embedded")
    with_factory(chain, Signer.generate())
    made = deploy_by_factory(chain).deployment.contracts
    assert set(made) == set(KIT)
    gas = {name: contract.gas_used for name, contract in made.items()}
    for name in KIT:
        record(f"deployment of {name}", gas[name])
    record("whole deployment, 17 contracts", sum(gas.values()))
