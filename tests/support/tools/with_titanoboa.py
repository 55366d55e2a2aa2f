"""Run by titanoboa's Python: imports our modules, deploys the example venue and calls it."""

import json
import sys
from pathlib import Path

import boa
from eth_account import Account

import keelmark

facts = json.load(sys.stdin)
answer = {"quote": boa.loads(facts["snippet"]).retail_requirement(10**18 + 1)}

boa.set_network_env(facts["url"])
deployer, owner = (Account.from_key(key) for key in facts["keys"])
boa.env.add_account(deployer, force_eoa=True)
boa.env.add_account(owner)
source = Path(keelmark.__file__).parent / "contracts" / "examples" / "ExampleVenue.vy"
venue = boa.load(str(source), *facts["arguments"])
token = boa.loads_abi(json.dumps(facts["token_abi"])).at(facts["token"])
with boa.env.prank(owner.address):
    token.approve(venue.address, facts["amount"])
    venue.deposit(facts["account"], 0, facts["amount"])
answer["venue"] = str(venue.address)
answer["cash"] = venue.accounts(facts["account"])[0]
answer["margin"] = list(venue.margin(facts["account"], 2))
answer["root"] = venue.root().hex()
with boa.env.prank(owner.address), boa.reverts("venue: not enough cash"):
    venue.withdraw(facts["account"], 0, facts["amount"] + 1)
json.dump(answer, sys.stdout)
