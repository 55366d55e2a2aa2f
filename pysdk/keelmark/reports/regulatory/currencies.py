"""Currency codes of ISO 4217, kept by hand: what a field of a currency may say.

No ticker of a crypto asset is among them, however well known (ESMA74-362-2281, para 370). Codes
withdrawn since 2020 stand here as well, since reports reach back. `XTS` (tests) and `XXX` (none)
do not: neither is a currency.
"""

from __future__ import annotations

from typing import Final

from keelmark.errors import InputError

__all__ = ["CODES", "check_currency", "is_currency"]

_TEXT: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP
BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB
EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD
JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD
RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY
TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD
XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG ZWL
"""

CODES: Final = frozenset(_TEXT.split())
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
