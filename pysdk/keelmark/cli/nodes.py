"""Nodes that a user names: by their URL, or by the name of a chain."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.chain import Chain

__all__ = ["chain_of"]


def chain_of(text: str) -> Chain:
    """A chain to read from; one that is archived may be read.

    Args:
        text: a node's URL, or the name of a known chain, whose node ``KEELMARK_RPC_<NAME>`` or the
            user's file of chains gives.

    Raises:
        InputError: it is neither, or no node is known for it.
        ChainMismatch: the node is of another chain than the name.
        RpcUnreachable: no node answers.
    """
    from keelmark.chain import connect
    from keelmark.deploy.chains import as_name, check_chain_id, known_chains, user_file

    if "://" in text:
        return connect(text)
    named = known_chains().get(text)
    if named is None:
        raise InputError(f"node: {as_name(text)!r}, expected a URL or the name of a chain")
    variable = "KEELMARK_RPC_" + text.upper().replace("-", "_")
    url = os.environ.get(variable) or named.rpc
    if not url:
        raise InputError(
            f"node: none for {text}, expected a URL, {variable} or rpc in {user_file()}"
        )
    chain = connect(url)
    check_chain_id(named, chain.chain_id())
    return chain
