"""What is watched for, and from which level on: the rules file (TOML) and its defaults.

Amounts are whole numbers, or decimals in quotes; a float is refused, since ``0.1`` is not one
tenth. What a rule of the rulebook fixes (close-out at half of the initial margin, the hour of a
margin call) cannot be set here.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from keelmark.errors import InputError
from keelmark.monitor.signals import Severity
from keelmark.regulation import value
from keelmark.units import MAX_REPORTED, WAD

__all__ = ["Delivery", "Measure", "Rules", "Section", "Threshold", "read_rules"]

CLOSE_OUT: Final = value("CLOSE_OUT_BPS")


def _exact(given: object) -> int:
    """An amount as a wad.

    Raises:
        ValueError: it is no exact number, or has more digits than a wad.
    """
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise ValueError("expected a whole number, or a decimal in quotes")
    try:
        number = Decimal(given)
        wad = int(number.scaleb(18)) if number.is_finite() else MAX_REPORTED
        exact = number.is_finite() and Decimal(wad) == number.scaleb(18)
    except (InvalidOperation, ValueError):
        raise ValueError("expected a whole number, or a decimal in quotes") from None
    if not exact or abs(wad) >= MAX_REPORTED:
        raise ValueError("expected at most 18 decimals, and an amount below 10^20")
    return wad


def _severity(given: object) -> object:
    """A severity by its name."""
    known = [one.value for one in Severity]
    if given not in known:
        raise ValueError(f"expected one of {', '.join(known)}")
    return Severity(str(given))


Amount = Annotated[int, BeforeValidator(_exact)]
Bps = Annotated[int, Field(ge=0, le=1_000_000)]
Seconds = Annotated[int, Field(ge=0, le=2**32 - 1)]
Level = Annotated[Severity, BeforeValidator(_severity)]


class Strict(BaseModel):
    """Unknown names and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Section(Strict):
    """What every detector has."""

    enabled: bool = True
    severity: Level = Severity.WARNING


class Critical(Section):
    """A detector that is critical by default."""

    severity: Level = Severity.CRITICAL


class Information(Section):
    """A detector that only informs by default."""

    severity: Level = Severity.INFO


class NearCloseOut(Section):
    """An account's equity is a small part of its initial margin."""

    warning_bps: Annotated[int, Field(gt=CLOSE_OUT, le=1_000_000)] = 7_500
    """Equity over initial margin below which an episode begins."""
    hysteresis_bps: Bps = 500
    """How far above that it ends."""


class BelowCloseOut(Critical):
    """An account may be closed out."""

    hysteresis_bps: Bps = 100
    """How far above half of the initial margin an episode ends."""


class Shortfall(Section):
    """Equity below initial margin, and nobody has called."""

    hysteresis_bps: Bps = 100
    """How far above the initial margin an episode ends."""


class Leverage(Information):
    """A retail client's gross notional is beyond the leverage cap."""

    hysteresis_bps: Bps = 200
    """How far above the cap's margin equity is when an episode ends, of that margin."""


class Concentration(Information):
    """One account holds much of an instrument's open interest."""

    share_bps: Annotated[int, Field(ge=1, le=10_000)] = 5_000
    hysteresis_bps: Bps = 500
    least_open_interest: Amount = 0
    """Units of the underlier below which nothing is said."""


class StalePrice(Section):
    """A price that is needed is no longer fresh."""

    lead_seconds: Seconds = 0
    """How long before a price goes stale it is said."""


class Reorganisation(Section):
    """A reorganisation deeper than expected."""

    depth: Annotated[int, Field(ge=0)] = 2
    """Deepest that is not worth an alert, blocks."""


class Stalled(Critical):
    """No new block."""

    seconds: Annotated[int, Field(ge=1)] = 60


class ReportChain(Critical):
    """The rows do not fold to the root on the chain."""

    every_seconds: Annotated[int, Field(ge=0)] = 10
    """Least time between two readings of the roots."""


class Measure(StrEnum):
    """What a threshold of one's own can be set on."""

    COVER_BPS = "cover_bps"
    EQUITY = "equity"
    INITIAL_MARGIN = "initial_margin"
    GROSS_NOTIONAL = "gross_notional"
    CASH = "cash"
    OPEN_INTEREST = "open_interest"
    OPEN_NOTIONAL = "open_notional"
    PRICE = "price"
    BACKSTOP_LEFT = "backstop_left"
    UNCOVERED_LOSS = "uncovered_loss"
    WEAKEST_COVER_BPS = "weakest_cover_bps"


OF_ACCOUNT: Final = frozenset(
    (
        Measure.COVER_BPS,
        Measure.EQUITY,
        Measure.INITIAL_MARGIN,
        Measure.GROSS_NOTIONAL,
        Measure.CASH,
    )
)
OF_INSTRUMENT: Final = frozenset((Measure.OPEN_INTEREST, Measure.OPEN_NOTIONAL))
IN_BPS: Final = frozenset((Measure.COVER_BPS, Measure.WEAKEST_COVER_BPS))


class Threshold(Section):
    """A level of the user's own."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    measure: Measure
    above: Amount | None = None
    """An episode begins beyond it."""
    below: Amount | None = None
    """An episode begins under it."""
    clear: Amount | None = None
    """Where an episode ends; the level itself if not given."""
    account: Annotated[int, Field(ge=1)] | None = None
    instrument: Annotated[int, Field(ge=1)] | None = None
    feed: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """The measure by its name."""
        if isinstance(given, dict) and isinstance(given.get("measure"), str):
            known = {one.value: one for one in Measure}
            if given["measure"] not in known:
                raise ValueError(f"measure, expected one of {', '.join(known)}")
            return {**given, "measure": known[given["measure"]]}
        return given

    @model_validator(mode="after")
    def _sensible(self) -> Threshold:
        """One level, on its right side, about something that has the measure."""
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either above or below")
        if self.clear is not None:
            wrong = self.clear > self.level if self.above is not None else self.clear < self.level
            if wrong:
                raise ValueError("clear, expected a value on the quiet side of the level")
        for field, fits in (
            ("account", self.measure in OF_ACCOUNT),
            ("instrument", self.measure in OF_INSTRUMENT),
            ("feed", self.measure is Measure.PRICE),
        ):
            if getattr(self, field) is not None and not fits:
                raise ValueError(f"{field}, expected none with the measure {self.measure}")
        return self

    @property
    def level(self) -> int:
        """The level, as the file has it: a wad of its unit."""
        found = self.above if self.above is not None else self.below
        assert found is not None
        return found

    def in_unit(self, level: int) -> int:
        """A level of the file in the measure's own unit: a wad, or basis points."""
        return level // WAD if self.measure in IN_BPS else level


class Delivery(Strict):
    """How alerts are sent."""

    timeout_seconds: Annotated[int, Field(ge=1, le=120)] = 10
    first_retry_seconds: Annotated[int, Field(ge=1)] = 1
    longest_retry_seconds: Annotated[int, Field(ge=1)] = 300
    give_up_seconds: Annotated[int, Field(ge=1)] = 259_200
    """Age at which a notice that never arrived is given up."""
    queue: Annotated[int, Field(ge=1, le=10_000_000)] = 10_000
    """Notices that may wait for one receiver; the oldest is given up beyond that."""


class Rules(Strict):
    """Every detector's settings, thresholds of one's own, and delivery."""

    near_close_out: NearCloseOut = NearCloseOut()
    below_close_out: BelowCloseOut = BelowCloseOut()
    margin_shortfall: Shortfall = Shortfall()
    call_overdue: Critical = Critical()
    retail_leverage: Leverage = Leverage()
    opened_below_margin: Critical = Critical()
    concentration: Concentration = Concentration()
    backstop_exhausted: Section = Section()
    loss_uncovered: Critical = Critical()
    stale_price: StalePrice = StalePrice()
    stale_sanctions_list: Section = Section()
    review_overdue: Section = Section()
    loosened: Section = Section()
    lifted: Information = Information()
    held_party_moved: Critical = Critical()
    held_party_tried: Information = Information()
    broken_sequence: Critical = Critical()
    report_chain: ReportChain = ReportChain()
    store_gap: Critical = Critical()
    deep_reorganisation: Reorganisation = Reorganisation()
    reader_stalled: Stalled = Stalled()
    monitor_stopped: Critical = Critical()
    delivery: Delivery = Delivery()
    threshold: tuple[Threshold, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _list(cls, given: Any) -> Any:
        """TOML's list of tables as a tuple."""
        if isinstance(given, dict) and isinstance(given.get("threshold"), list):
            return {**given, "threshold": tuple(given["threshold"])}
        return given

    @model_validator(mode="after")
    def _names_differ(self) -> Rules:
        """A threshold's name is the key of its episodes."""
        names = [one.name for one in self.threshold]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"threshold, expected names that differ, not {name} twice")
        return self

    @property
    def detectors(self) -> tuple[str, ...]:
        """Every detector's name; ``threshold`` stands for all of one's own."""
        apart = ("delivery", "threshold")
        return (*(name for name in type(self).model_fields if name not in apart), "threshold")

    def section(self, detector: str) -> Section:
        """A detector's settings by its name."""
        found = getattr(self, detector)
        assert isinstance(found, Section)
        return found


def read_rules(path: Path | None) -> Rules:
    """The rules of a file; the defaults if there is none.

    Raises:
        InputError: it cannot be read, is no TOML, or a value is not one that is expected.
    """
    if path is None:
        return Rules()
    try:
        body = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"rules: {path} cannot be read, {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"rules: {path} is no TOML, {error}") from None
    try:
        return Rules.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        words = _words(first["type"], str(first["msg"]), first["loc"])
        raise InputError(f"rules: {where + ', ' if where else ''}{words} (in {path})") from None


def _words(kind: str, message: str, where: tuple[int | str, ...]) -> str:
    """A validator's message as the end of a sentence."""
    if kind == "extra_forbidden":
        section = Rules if len(where) == 1 else getattr(Rules(), str(where[0]))
        if isinstance(section, tuple):
            section = Threshold
        return f"there is no such name, expected one of {', '.join(section.model_fields)}"
    said = message.removeprefix("Value error, ")
    return said[:1].lower() + said[1:]
