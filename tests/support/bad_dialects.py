"""How providers word their limits, as they were seen to: each a template of an answer.

The texts come from the providers' documentation and from their customers' reports; a test that
reads through each of them needs no key of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RANGE_DIALECTS", "ROWS_DIALECTS", "SIZE_DIALECTS", "Dialect"]


@dataclass(frozen=True)
class Dialect:
    """One way to say that too much was asked for.

    In ``text``, ``{limit}`` is the limit, ``{limit:,}`` with separators, ``{span}`` how many blocks
    were asked for, ``{first}`` and ``{last}`` the range that would do, as numbers.
    """

    name: str
    text: str
    code: int | None = -32000
    """JSON-RPC error code; None answers plain text instead of JSON."""
    status: int = 200
    data: bool = False
    """Whether the error's ``data`` names the range that would do, as Infura's does."""


RANGE_DIALECTS = (
    Dialect("infura range", "range {span} exceeds limit of {limit}", -32602),
    Dialect(
        "alchemy free",
        "Under the Free tier plan, you can make eth_getLogs requests with up to a {limit} block "
        "range. Based on your parameters, this block range should work: [{first:#x}, {last:#x}]. "
        "Upgrade to PAYG for expanded block range.",
        -32600,
        400,
    ),
    Dialect("quicknode", "eth_getLogs is limited to a {limit:,} range", -32614, 413),
    Dialect("ankr", "block range is too wide", -32600),
    Dialect("drpc", "ranges over {limit} blocks are not supported on free plan", 35),
    Dialect(
        "chainstack",
        "Block range limit exceeded. See more details at https://docs.chainstack.com/docs/limits",
        -32602,
    ),
    Dialect(
        "blast", "block range exceeds the range allowed for your plan ({span} > {limit})", -32600
    ),
    Dialect("publicnode", "exceed maximum block range: {limit}", -32701, 403),
    Dialect(
        "erigon", "query block range exceeds server limit, narrow your filter: {limit}", -32602
    ),
    Dialect("geth", "exceed max block range: {limit}", -32602),
    Dialect("avalanche", "requested too many blocks from 3 to 99, maximum is set to {limit}"),
    Dialect("cloudflare", "'fromBlock'-'toBlock' range too large. Max range: {limit}", -32047),
    Dialect("plain text", "The range is too large\n", None, 400),
    Dialect("an internal error", "Internal error", -32603),
    Dialect("words never seen before", "computer says no", -31999),
)
"""Limits on the number of blocks."""

ROWS_DIALECTS = (
    Dialect(
        "infura",
        "query returned more than {limit} results. "
        "Try with this block range [0x{first:X}, 0x{last:X}].",
        -32005,
        data=True,
    ),
    Dialect(
        "alchemy",
        "Log response size exceeded. You can make eth_getLogs requests with up to a 2,000 block "
        "range and no limit on the response size, or you can request any block range with a cap of "
        "{limit} logs in the response. Based on your parameters and the response size limit, this "
        "block range should work: [{first:#x}, {last:#x}]",
        -32602,
    ),
    Dialect("zkevm", "query returned more than {limit} results", -32005),
    Dialect("erigon", "query returns too many logs, narrow your filter: {limit}", -32602),
    Dialect("arbitrum", "logs matched by query exceeds limit of {limit}", -32000),
    Dialect("llamarpc", "query exceeds max results {limit}", -32602),
    Dialect(
        "reth", "query exceeds max results {limit}, retry with the range {first}-{last}", -32602
    ),
    Dialect("internal error", "query returned too many results", -32603),
    Dialect("timeout", "Query timeout exceeded. Consider reducing your block range.", -32000),
    Dialect("plain text", "too many results", None, 500),
    Dialect("words never seen before", "computer says no", -31999),
)
"""Limits on the number of logs."""

SIZE_DIALECTS = (
    Dialect("http 413", "Request Entity Too Large", None, 413),
    Dialect("alchemy", "Response size is larger than 150MB limit.", -32000),
    Dialect("1rpc", "response size should not greater than {limit} bytes", -32000),
    Dialect("optimism", "backend response too large", -32020),
)
"""Limits on the size of the answer."""
