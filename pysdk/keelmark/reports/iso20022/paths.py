"""Where a data element stands in a message, as far as that is known.

The ISO 20022 schemas are not part of this project and are fetched from nowhere. What is known here
is what the reference material gives: the names of the messages, the header with its count, the
choice of an action's element, and the paths below. A path begins inside the action's element, and
what stands between is left out where it is not known. Whoever holds the schema can give further or
other paths in a file (`read_paths`); without one, an element whose path is unknown is left out of
the message and listed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from keelmark.errors import InputError
from keelmark.proofs.bounded_json import parse_json

__all__ = ["MARGIN_MESSAGE", "TRADE_MESSAGE", "MessageShape", "read_paths"]

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_PATH = re.compile(rf"{_NAME}(/{_NAME})*(\[@{_NAME}\])?")


@dataclass(frozen=True, slots=True)
class MessageShape:
    """A message's name, its choice elements, and its paths."""

    message: str
    """Such as ``auth.030.001.03``."""
    root: str
    """The report's element inside ``Document``: its name as ISO 20022 abbreviates it; the
    reference material has the full name only."""
    choices: Mapping[str, str]
    """Action type to its element."""
    paths: Mapping[str, str]
    """Number of the data element (``2.50``, ``UTI``) to its path, in the order of the message; a
    last ``[@Ccy]`` takes the currency that goes with an amount."""
    currencies: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Amount's number to that of its currency."""

    @property
    def namespace(self) -> str:
        """Target namespace of the message's schema."""
        return f"urn:iso:std:iso:20022:tech:xsd:{self.message}"


CURRENCIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "2.25": "2.26",
        "2.31": "2.33",
        "2.32": "2.33",
        "2.34": "2.36",
        "2.35": "2.36",
        "2.37": "2.39",
        "2.38": "2.39",
        "2.40": "2.42",
        "2.41": "2.42",
        "2.43": "2.44",
        "2.45": "2.46",
        "2.50": "2.51",
        "2.60": "2.61",
        "2.64": "2.65",
        "2.70": "2.74",
    }
)

TRADE_MESSAGE: Final = MessageShape(
    message="auth.030.001.03",
    root="DerivsTradRpt",
    choices=MappingProxyType(
        {
            "NEWT": "New",
            "MODI": "Mod",
            "CORR": "Crrctn",
            "TERM": "Termntn",
            "POSC": "PosCmpnt",
            "VALU": "ValtnUpd",
            "EROR": "Err",
            "REVI": "Rvv",
        }
    ),
    paths=MappingProxyType(
        {
            "2.4": "RptgTmStmp",
            "2.6": "RptgCtrPty/Id/Lgl/Id/LEI",
            "2.13": "RptgCtrPty/DrctnOrSd",
            "2.7": "OthrCtrPty/IdTp/Lgl/Id/LEI",
            "2.106": "CtrctData/DerivBasedOnCrptAsst",
            "2.30": "CollPrtflCd/Prtfl",
            "2.17": "PltfmIdr",
            "2.50": "TxPric/Pric/MntryVal/Amt[@Ccy]",
            "2.70": "NtnlAmt/FrstLeg/Amt/Amt[@Ccy]",
            "2.79": "NtnlQty/FrstLeg/TtlQty",
            "2.5": "ExctnTmStmp",
            "2.1": "FctvDt",
            "2.2": "XprtnDt",
            "2.19": "SttlmDt",
            "2.18": "TradConf/Confd/Tp",
            "2.14": "TradClr/ClrSts",
            "2.112": "Lvl",
        }
    ),
    currencies=CURRENCIES,
)
"""auth.030, DerivativesTradeReport: trades, positions, valuations, corrections."""

MARGIN_MESSAGE: Final = MessageShape(
    message="auth.108.001.01",
    root="DerivsTradMrgnDataRpt",
    choices=MappingProxyType({}),
    paths=MappingProxyType(
        {
            "2.4": "RptgTmStmp",
            "2.6": "RptgCtrPty/Id/Lgl/Id/LEI",
            "2.7": "OthrCtrPty/IdTp/Lgl/Id/LEI",
            "2.30": "CollPrtflCd/Prtfl",
        }
    ),
    currencies=CURRENCIES,
)
"""auth.108, DerivativesTradeMarginDataReport. The reference material has no path of its own for
it: these four are taken over from auth.030 and not confirmed; no amount has one."""


def read_paths(text: str, where: str) -> dict[str, MessageShape]:
    """Shapes of messages with paths from a file.

    Args:
        text: JSON: ``{"auth.030": {"message": …, "root": …, "choices": {action: element},
            "paths": {number: path}}, "auth.108": …}``; every part may be left out, and paths given
            stand in the order of the file, in place of all those that are known here.
        where: how errors name the file.

    Raises:
        InputError: it is none; the text names the part.
    """
    try:
        body = parse_json(text)
    except ValueError:
        raise InputError(f"paths: {where} is no JSON") from None
    known = {"auth.030": TRADE_MESSAGE, "auth.108": MARGIN_MESSAGE}
    if not isinstance(body, dict) or not body.keys() <= known.keys():
        raise InputError(f"paths: {where}, expected an object with auth.030 or auth.108")
    return {name: _shaped(shape, body.get(name, {}), name, where) for name, shape in known.items()}


def _shaped(shape: MessageShape, part: Any, name: str, where: str) -> MessageShape:
    if not isinstance(part, dict) or not part.keys() <= {"message", "root", "choices", "paths"}:
        raise InputError(f"paths: {name} in {where}, expected message, root, choices or paths")
    message, root = part.get("message", shape.message), part.get("root", shape.root)
    if not isinstance(message, str) or re.fullmatch(rf"{name}\.\d{{3}}\.\d{{2}}", message) is None:
        raise InputError(f"paths: message of {name} in {where}, expected such as {shape.message}")
    choices = _texts(part.get("choices", dict(shape.choices)), f"choices of {name} in {where}")
    paths = _texts(part.get("paths", dict(shape.paths)), f"paths of {name} in {where}")
    for key, found in {"root": root, **choices}.items():
        if not isinstance(found, str) or re.fullmatch(_NAME, found) is None:
            raise InputError(f"paths: {key} of {name} in {where}, expected an element's name")
    for key, found in paths.items():
        if _PATH.fullmatch(found) is None:
            raise InputError(f"paths: {key} of {name} in {where}, expected such as A/B[@Ccy]")
    return MessageShape(message, root, choices, paths, shape.currencies)


def _texts(found: Any, where: str) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise InputError(f"paths: {where}, expected an object of texts")
    return found
