"""web3.py follows the head over a websocket; prints when each block's rows are in a file."""

import asyncio
import csv
import time
from pathlib import Path

from timed import ABOUT
from web3 import AsyncWeb3, WebSocketProvider


async def follow():
    """Follows until a block: its logs by hash, decoded, written to a file and flushed."""
    provider = WebSocketProvider(ABOUT["url"].replace("http", "ws", 1), max_connection_retries=1)
    async with AsyncWeb3(provider) as w3:
        address = AsyncWeb3.to_checksum_address(ABOUT["address"])
        event = w3.eth.contract(address, abi=ABOUT["abi"]).events.TradeReported()
        await w3.eth.subscribe("newHeads")
        print("ready", flush=True)
        with Path(ABOUT["folder"], "live.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            async for message in w3.socket.process_subscriptions():
                head = message["result"]
                logs = await w3.eth.get_logs({"address": address, "blockHash": head["hash"]})
                for log in logs:
                    one = event.process_log(log)
                    place = [one["blockNumber"], one["blockHash"].hex(), one["logIndex"]]
                    writer.writerow([*place, *one["args"].values()])
                file.flush()
                print(head["number"], time.monotonic(), len(logs), flush=True)
                if head["number"] >= ABOUT["until"]:
                    break


asyncio.run(follow())
