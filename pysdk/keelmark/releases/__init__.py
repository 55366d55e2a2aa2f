"""Which deployed code is ours: the contracts of every release, recognised by their bytes.

match = identify(code)                    # as eth_getCode answered it
match.contract, match.release             # "ClearingHouse", "0.1.0"
match.value("PARTIES")                    # an immutable, decoded from the code's end

A release is one file of data beside this module, written by ``scripts/build``. The package's
own follows its sources, the others never change again.
"""

from keelmark.releases.identify import DecodedImmutable, Match, identify
from keelmark.releases.release import (
    Immutable,
    Release,
    ReleasedContract,
    current,
    releases,
    rulebook_init_code,
)

__all__ = [
    "DecodedImmutable",
    "Immutable",
    "Match",
    "Release",
    "ReleasedContract",
    "current",
    "identify",
    "releases",
    "rulebook_init_code",
]
