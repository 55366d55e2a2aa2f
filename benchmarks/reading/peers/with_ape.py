"""Ape: the contract's event by ``range``, decoded, to CSV."""

import csv
from pathlib import Path

from ape import Contract, networks
from timed import ABOUT, begin, done

with networks.parse_network_choice(f"ethereum:local:{ABOUT['url']}"):
    contract = Contract(ABOUT["address"], abi=ABOUT["abi"])
    count = 0
    begin()
    with Path(ABOUT["folder"], "ape.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for log in contract.TradeReported.range(ABOUT["first"], ABOUT["last"] + 1):
            place = [log.block_number, log.block_hash, log.transaction_hash, log.log_index]
            writer.writerow([*place, log.contract_address, *log.event_arguments.values()])
            count += 1
    done(count)
