"""The OpenAPI document as a file: ``python -m keelmark.api.document [--check]``.

It describes the API of the kit's tables; what a foreign venue's store has beside them is in
`/v1/tables`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from keelmark.api.app import create_app
from keelmark.api.service import Service
from keelmark.columns.spec import own_tables
from keelmark.store.model import Description

__all__ = ["FILE", "document"]

FILE = Path(__file__).with_name("openapi.json")


class _Nowhere:
    """A store that is described and never read."""

    location = ""
    description = Description(1, "keelmark", (), own_tables(), 0)


def document() -> str:
    """The text of ``openapi.json``."""
    store: Any = _Nowhere()
    found = create_app(Service.of(store)).openapi()
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    if "--check" not in sys.argv:
        FILE.write_text(document(), "utf-8")
    elif not FILE.is_file() or FILE.read_text("utf-8") != document():
        sys.exit("build: api/openapi.json is not current; run scripts/build")
