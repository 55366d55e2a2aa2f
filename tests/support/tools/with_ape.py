"""Run by Ape's Python: imports our modules, deploys the example venue and calls it."""

import json
import sys
from pathlib import Path

import ape

import keelmark

facts = json.load(sys.stdin)
mine = ape.Project(Path(facts["project"]))
package = ape.Project(
    Path(keelmark.__file__).parent,
    config_override={"contracts_folder": "contracts", "vyper": {"version": "0.4.3"}},
)
(Path(facts["project"]) / "contracts").mkdir(exist_ok=True)
(Path(facts["project"]) / "contracts" / "Quote.vy").write_text(facts["snippet"], "utf-8")
package.load_contracts("contracts/examples/ExampleVenue.vy")

with ape.networks.parse_network_choice(facts["url"]):
    deployer, owner = ape.accounts.test_accounts[0], ape.accounts.test_accounts[1]
    quote = deployer.deploy(mine.Quote)
    answer = {"quote": quote.retail_requirement(10**18 + 1)}
    venue = deployer.deploy(package.ExampleVenue, *facts["arguments"])
    token = ape.Contract(facts["token"], abi=facts["token_abi"])
    token.approve(venue, facts["amount"], sender=owner)
    receipt = venue.deposit(facts["account"], 0, facts["amount"], sender=owner)
    (event,) = receipt.decode_logs(venue.CollateralDeposited)
    answer["event"] = [event.account, event.asset, event.amount, event.balance]
    answer["venue"] = venue.address
    answer["cash"] = venue.accounts(facts["account"]).cash
    held = venue.margin(facts["account"], 2)
    answer["margin"] = [held.equity, held.requirement, held.flags]
    answer["root"] = venue.root().hex()
    with ape.reverts("venue: not enough cash"):
        venue.withdraw(facts["account"], 0, facts["amount"] + 1, sender=owner)
json.dump(answer, sys.stdout)
