"""A real node for tests and trials: anvil on a free port, ended when its block ends."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keelmark.chain.client import Chain
from keelmark.chain.pyevm import BLOCK_GAS_LIMIT, CHAIN_ID, GENESIS_TIME
from keelmark.chain.rpc import RpcCall
from keelmark.chain.transports import RpcNode
from keelmark.errors import InputError, RpcUnreachable

__all__ = ["anvil_path", "running_anvil"]

START_SECONDS = 30.0


def anvil_path() -> Path | None:
    """Where anvil is: installed by ``scripts/install-anvil``, else on the path, else nowhere."""
    installed = Path(__file__).resolve().parents[3] / ".cache/anvil/node_modules/.bin/anvil"
    if installed.exists():
        return installed
    found = shutil.which("anvil")
    return Path(found) if found else None


@contextmanager
def running_anvil(
    *,
    genesis_time: int = GENESIS_TIME,
    chain_id: int = CHAIN_ID,
    ipc_path: Path | None = None,
    hardfork: str = "prague",
    fork_url: str | None = None,
) -> Iterator[Chain]:
    """Starts anvil with the embedded chain's genesis time, chain id and block gas limit, or as a
    fork of another node's chain with what that one has.

    Args:
        genesis_time: time of block 0, in seconds.
        chain_id: the chain's id.
        ipc_path: where it also listens on a Unix socket, if it shall.
        hardfork: rules of the chain, in anvil's words.
        hardfork: whose rules its machine follows.
        fork_url: node of the chain to fork, whose time and id it takes then.

    Raises:
        InputError: anvil is not installed.
        RpcUnreachable: it did not start.
    """
    program = anvil_path()
    if program is None:
        raise InputError("anvil: not installed; scripts/install-anvil installs it from npm")
    port = _free_port()
    arguments: dict[str, object] = {
        "--port": port,
        "--gas-limit": BLOCK_GAS_LIMIT,
        "--hardfork": hardfork,
    }
    if fork_url is None:
        arguments |= {"--timestamp": genesis_time, "--chain-id": chain_id}
    else:
        arguments["--fork-url"] = fork_url
    command = [
        str(program),
        "--silent",
        *(str(item) for pair in arguments.items() for item in pair),
    ]
    if ipc_path is not None:
        command += ["--ipc", str(ipc_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        node = _await_node(f"http://127.0.0.1:{port}", process)
        if fork_url is None:
            # A second a block, as on the embedded chain, and not by the wall clock.
            node.call(RpcCall("anvil_setBlockTimestampInterval", (1,)))
        yield Chain(node)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_node(url: str, process: subprocess.Popen[bytes]) -> RpcNode:
    """The node, once it answers."""
    node = RpcNode(url)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            node.call(RpcCall("eth_chainId"))
            return node
        except RpcUnreachable:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
