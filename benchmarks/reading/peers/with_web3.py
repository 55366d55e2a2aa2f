"""web3.py: ``get_logs`` of the contract's event, decoded, to CSV or to PostgreSQL row by row."""

import asyncio
import csv
from pathlib import Path

import asyncpg
from timed import ABOUT, begin, done, ranges
from web3 import HTTPProvider, Web3

COLUMNS = ["block_number", "block_hash", "transaction_hash", "log_index", "address"]


def rows():
    """Every event, decoded, a range at a time."""
    w3 = Web3(HTTPProvider(ABOUT["url"], request_kwargs={"timeout": 120}))
    contract = w3.eth.contract(Web3.to_checksum_address(ABOUT["address"]), abi=ABOUT["abi"])
    for first, last in ranges(ABOUT["first"], ABOUT["last"], ABOUT["range"]):
        found = contract.events.TradeReported().get_logs(from_block=first, to_block=last)
        yield [
            [
                one["blockNumber"],
                bytes(one["blockHash"]),
                bytes(one["transactionHash"]),
                one["logIndex"],
                one["address"],
                *one["args"].values(),
            ]
            for one in found
        ]


def to_csv():
    """Into a file; returns how many."""
    count = 0
    with Path(ABOUT["folder"], "web3.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for some in rows():
            writer.writerows(
                [one.hex() if isinstance(one, bytes) else one for one in row] for row in some
            )
            count += len(some)
    return count


async def to_postgres():
    """Into a table with a primary key, one insert a row, a transaction a range."""
    link = await asyncpg.connect(ABOUT["postgres"])
    fields = [entry["name"] for entry in ABOUT["abi"][0]["inputs"]]
    types = [entry["type"] for entry in ABOUT["abi"][0]["inputs"]]
    kinds = ["bytea" if kind == "bytes32" else "numeric" for kind in types]
    columns = ["number bigint", "hash bytea", "transaction bytea", "place int", "address text"]
    columns += [f'"{name}" {kind}' for name, kind in zip(fields, kinds, strict=True)]
    await link.execute("DROP TABLE IF EXISTS by_web3")
    await link.execute(f"CREATE TABLE by_web3 ({', '.join(columns)}, PRIMARY KEY (hash, place))")
    places = ", ".join(f"${number + 1}" for number in range(len(columns)))
    statement = await link.prepare(f"INSERT INTO by_web3 VALUES ({places}) ON CONFLICT DO NOTHING")
    count = 0
    for some in rows():
        async with link.transaction():
            for row in some:
                await statement.fetch(*row)
        count += len(some)
    await link.close()
    return count


begin()
done(asyncio.run(to_postgres()) if ABOUT.get("postgres") else to_csv())
