"""Currency codes of ISO 4217, kept by hand: what a field of a currency may say.

No ticker of a crypto asset is among them, however well known (ESMA74-362-2281, para 370). Codes
withdrawn since 2020 stand here as well, since reports reach back. Those for tests and for no
currency at all do not: neither is a currency.
"""

from __future__ import annotations

from typing import Final

from keelmark.errors import InputError

__all__ = ["CODES", "check_currency", "is_currency"]

_BY_COUNTRY: Final = """
AE-D AF-N AL-L AM-D AN-G AO-A AR-S AU-D AW-G AZ-N BA-M BB-D BD-T BG-N BH-D BI-F BM-D BN-D BO-BV
BR-L BS-D BT-N BW-P BY-N BZ-D CA-D CD-F CH-EFW CL-FP CN-Y CO-PU CR-C CU-CP CV-E CZ-K DJ-F DK-K
DO-P DZ-D EG-P ER-N ET-B EU-R FJ-D FK-P GB-P GE-L GH-S GI-P GM-D GN-F GT-Q GY-D HK-D HN-L HR-K
HT-G HU-F ID-R IL-S IN-R IQ-D IR-R IS-K JM-D JO-D JP-Y KE-S KG-S KH-R KM-F KP-W KR-W KW-D KY-D
KZ-T LA-K LB-P LK-R LR-D LS-L LY-D MA-D MD-L MG-A MK-D MM-K MN-T MO-P MR-U MU-R MV-R MW-K MX-NV
MY-R MZ-N NA-D NG-N NI-O NO-K NP-R NZ-D OM-R PA-B PE-N PG-K PH-P PK-R PL-N PY-G QA-R RO-N RS-D
RU-B RW-F SA-R SB-D SC-R SD-G SE-K SG-D SH-P SL-EL SO-S SR-D SS-P ST-N SV-C SY-P SZ-L TH-B TJ-S
TM-T TN-D TO-P TR-Y TT-D TW-D TZ-S UA-H UG-X US-DN UY-IUW UZ-S VE-DS VN-D VU-V WS-T XA-FGU XB-ABCD
XC-DG XD-R XO-F XP-DFT XS-U XU-A YE-R ZA-R ZM-W ZW-GL
"""
"""Two letters of the country or region, then the last letters of its currencies."""

CODES: Final = frozenset(
    country + letter
    for country, _, letters in (word.partition("-") for word in _BY_COUNTRY.split())
    for letter in letters
)
"""Every code that is a currency's."""


def is_currency(text: str) -> bool:
    """Whether a text is a currency's code."""
    return text in CODES


def check_currency(text: str, field: str) -> str:
    """The text itself, if it is a currency's code.

    Raises:
        InputError: it is not; the message names `field`.
    """
    if text not in CODES:
        raise InputError(f"{field}: expected an ISO 4217 currency code, not {text!r}")
    return text
