"""A figure with its unit and source, and the conversions between rates, probabilities and odds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Quality = Literal["published", "derived", "judgement", "illustrative"]
Family = Literal[
    "beta",
    "gamma",
    "log_normal",
    "normal",
    "uniform",
    "triangular",
    "pert",
    "dirichlet",
    "empirical",
]

CURRENCY = re.compile(r"[A-Z]{3}(?= |$)(?! per QALY$)")
DAYS_PER_MONTH = 365.25 / 12
MONTHS_PER_YEAR = 12


class Frozen(BaseModel):
    """A record read from a file: strict types, no unknown keys, no NaN, never edited."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Sourced(Frozen):
    """What every figure carries beside its value."""

    unit: str
    source: str = Field(min_length=1, description="key of the scenario's list of sources")
    year: int | None = Field(default=None, description="year the figure describes or was published")
    quality: Quality
    note: str = ""
    reason: str = Field(default="", description="why an overlay changed the value")


class Amount(Sourced):
    """A figure made of numbers; prices may say of which year they are."""

    price_year: int | None = Field(
        default=None, ge=1950, le=2100, description="year of the prices, of an amount of money"
    )

    @property
    def currency(self) -> str:
        """The currency that a price's unit begins with, nothing for what is no price."""
        found = CURRENCY.match(self.unit)
        return found.group() if found else ""


class Samples(Frozen):
    """A column of a CSV file whose rows are equally likely values of a figure."""

    file: str
    column: str


class Spread(Amount):
    """A figure that may say how sure it is."""

    distribution: Family | None = Field(
        default=None,
        description="of our knowledge of the figure: with low and high, standard_error, parameters "
        "or samples",
    )
    standard_error: float | None = Field(
        default=None,
        ge=0,
        description="standard error of the figure, of each of its numbers; never the standard "
        "deviation between patients",
    )
    _bounds: tuple[float, float] = PrivateAttr(default=(-math.inf, math.inf))

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that such a figure can be."""
        return self._bounds


class Quantity(Spread):
    """One number, or one number for each patient group."""

    value: float | dict[str, float]
    low: float | None = Field(
        default=None,
        description="lower end of the 95% interval; of a uniform, triangular or pert the least",
    )
    high: float | None = Field(
        default=None,
        description="upper end of the 95% interval; of a uniform, triangular or pert the most",
    )
    parameters: dict[str, float] | None = Field(
        default=None,
        description="of the distribution: alpha, beta; shape, scale; log_mean, log_sd; mean, sd; "
        "low, high; low, mode, high; for a dirichlet sample_size",
    )
    within: Annotated[tuple[float, float], Field(strict=False)] | None = Field(
        default=None, description="the distribution is cut off below the first and above the second"
    )
    samples: Samples | None = Field(default=None, description="of an empirical distribution")
    _drawn: Any = PrivateAttr(default=None)

    def for_group(self, group: str) -> float:
        """Return the value that holds for a patient group; where it is drawn, an array (draw,)."""
        held: Any = self.value if self._drawn is None else self._drawn
        return cast("float", held[group] if isinstance(held, dict) else held)

    def stated(self, group: str) -> float:
        """Return the value stated for a patient group, also where it is drawn."""
        return self.value[group] if isinstance(self.value, dict) else self.value

    @property
    def is_drawn(self) -> bool:
        """Whether `for_group` gives an array."""
        return self._drawn is not None

    def drawn(self, values: Any) -> Self:
        """Return the figure with one value a draw, an array (draw,) or one for each group."""
        figure = self.model_copy()
        figure._drawn = values
        return figure

    @property
    def number(self) -> float:
        """The single value, drawn or not; a value stated by group has none."""
        if isinstance(self.value, dict):
            raise TypeError("this figure is stated by group: use for_group")
        return self.for_group("")

    def numbers(self) -> Mapping[str, float]:
        """Return every number stated, keyed by group, or by nothing for a single value."""
        return self.value if isinstance(self.value, dict) else {"": self.value}


class Schedule(Spread):
    """Amounts by month since a treatment's start, per patient still in it."""

    value: Annotated[tuple[float, ...], Field(strict=False)]
    then: float = Field(default=0.0, description="every month after the last one listed")
    _drawn: Any = PrivateAttr(default=None)

    def drawn(self, values: Mapping[str, Any]) -> Self:
        """Return the schedule with one amount a draw (draw,) by the keys of `numbers`."""
        figure = self.model_copy()
        figure._drawn = values
        return figure

    def amounts(self) -> tuple[list[Any], Any]:
        """Return the amounts of the months listed and of every later one, arrays where drawn."""
        *listed, then = (self.numbers() if self._drawn is None else self._drawn).values()
        return listed, then

    def at(self, month: int) -> float:
        """Return the amount in a month since start, 0 for the month of the start."""
        return self.value[month] if month < len(self.value) else self.then

    def numbers(self) -> Mapping[str, float]:
        """Return every number stated, keyed by month since start."""
        return {f"month {i}": v for i, v in enumerate(self.value)} | {"then": self.then}


Figure = TypeVar("Figure", Quantity, Schedule)


@dataclass(frozen=True)
class Expect:
    """The unit and the bounds a figure must have; the file states the unit too, and we compare."""

    unit: str
    low: float = 0.0
    high: float = math.inf

    def __get_pydantic_core_schema__(
        self, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check unit and bounds after the record itself is sound."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Tell editors the unit and the bounds."""
        bounds = f"unit '{self.unit}', {self.low:g} to {self.high:g}"
        return {"allOf": [handler(schema)], "description": bounds}

    def check(self, figure: Figure) -> Figure:
        """Return the figure, or refuse it with what was found and what was expected."""
        faults = list(self._faults(figure))
        if faults:
            raise PydanticCustomError("figure", "{faults}", {"faults": "; ".join(faults)})
        bounded = figure.model_copy()
        bounded._bounds = (self.low, self.high)
        return bounded

    def accepts(self, figure: Quantity | Schedule) -> bool:
        """Whether the unit is as expected."""
        return figure.unit == self.unit

    def _faults(self, figure: Quantity | Schedule) -> Iterator[str]:
        if not self.accepts(figure):
            yield (
                f"the unit is '{figure.unit}' but '{self.unit}' is expected: "
                f'convert the value and write unit = "{self.unit}"'
            )
        stated = dict(figure.numbers())
        if isinstance(figure, Quantity):
            stated |= {k: v for k in ("low", "high") if (v := getattr(figure, k)) is not None}
        for where, number in stated.items():
            if not self.low <= number <= self.high:
                name = f"{where} = {number:g}" if where else f"{number:g}"
                hint = f" ({number:g} %? write {number / 100:g})" if self._percent(number) else ""
                yield f"{name} lies outside {self.low:g} to {self.high:g}{hint}"

    def _percent(self, number: float) -> bool:
        return (self.low, self.high) == (0.0, 1.0) and 1.0 < number <= 100.0


class Price(Expect):
    """An amount in pounds, or in another currency that the scenario can convert."""

    def accepts(self, figure: Quantity | Schedule) -> bool:
        """Whether the unit is as expected, whatever its currency."""
        after = figure.unit.removeprefix(figure.currency)
        return bool(figure.currency) and after == CURRENCY.sub("", self.unit, count=1)


Share = Annotated[Quantity, Expect("share", 0.0, 1.0)]
MonthlyProbability = Annotated[Quantity, Expect("probability per month", 0.0, 1.0)]
Utility = Annotated[Quantity, Expect("utility", -1.0, 1.0)]
HazardRatio = Annotated[Quantity, Expect("hazard ratio", 0.0, 100.0)]
Pounds = Annotated[Quantity, Price("GBP", 0.0, 1e7)]


def probability_to_rate(probability: float, time: float = 1.0) -> float:
    """Return the constant rate that gives `probability` over `time`."""
    return -math.log1p(-probability) / time


def rescale_probability(probability: float, ratio: float) -> float:
    """Return the probability over `ratio` times as long, under a constant rate."""
    return -math.expm1(math.log1p(-probability) * ratio)


def apply_hazard_ratio(probability: float, hazard_ratio: float) -> float:
    """Return the probability after its rate is multiplied by a hazard ratio."""
    return rescale_probability(probability, hazard_ratio)


def apply_odds_ratio(probability: float, odds_ratio: float) -> float:
    """Return the probability after its odds are multiplied by an odds ratio."""
    odds = odds_ratio * probability
    return odds / (1.0 - probability + odds)
