"""What a scenario holds: every figure typed, with unit, meaning, bounds and source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field

from hepaplan.model.pathway import Pathway
from hepaplan.model.plan_rules import (
    MONTH,
    Expansion,
    ExtraCapacity,
    MinimumVolume,
    Plan,
    PoundsPerUnit,
    RingFence,
    WholeMonths,
)
from hepaplan.model.quantities import (
    Amount,
    Expect,
    Frozen,
    Quality,
    Quantity,
    Share,
    Sourced,
)
from hepaplan.model.uncertainty.spread.rules import Uncertainty

STAGES = ("I", "II", "III", "IV")
STAGES_WITHOUT_METASTASES = STAGES[:3]
SEXES = ("female", "male")
AGE_BANDS = tuple(range(0, 95, 5))
"""Five-year bands by the age they start from; the last is open."""
TIMINGS = ("synchronous", "metachronous")

AnnualRate = Annotated[Quantity, Expect("per year", 0.0, 1.0)]
PoundsPerQaly = Annotated[Quantity, Expect("GBP per QALY", 0.0, 1e6)]
Years = Annotated[Quantity, Expect("years", 0.0, 100.0)]
AYearOrMore = Annotated[Quantity, Expect("years", 1.0, 100.0)]


class Source(Frozen):
    """Where figures come from; `seen` is false when nobody of ours has read the original."""

    citation: str = Field(min_length=1)
    url: str = ""
    seen: bool


class Window(Frozen):
    """The months planned for, and those before and after that make them right."""

    start: Annotated[str, Field(pattern=MONTH, description="first month")]
    months: int = Field(ge=1, le=240)
    run_out_months: int = Field(ge=0, le=60, description="solved after the window, not reported")
    burn_in_years: int = Field(ge=0, le=20, description="years before the window run at usual care")


class Calendar(Frozen):
    """Whose public holidays shorten a month's working days."""

    country: str
    subdivision: str | None = None


class Economics(Frozen):
    """Prices, discounting and the value of a QALY."""

    currency: Literal["GBP"]
    price_year: int = Field(ge=2000, le=2100)
    discount_rate_costs: AnnualRate
    discount_rate_effects: AnnualRate
    willingness_to_pay: PoundsPerQaly
    horizon_years: int = Field(ge=1, le=100)


class YearSeries(Sourced):
    """One number for each year."""

    value: dict[str, float]


class Prices(Frozen):
    """What turns an amount stated in other prices into the scenario's; absent: nothing is."""

    index: YearSeries | None = Field(
        default=None, description="price index; only ratios of its years matter"
    )
    exchange: dict[str, YearSeries] = Field(
        default_factory=dict,
        description="by currency code: pounds for one unit of it, in the year of the amount",
    )


class Trend(Frozen):
    """How incidence rates move with calendar time: damped beyond some years from the base."""

    base_year: float = Field(ge=1950, le=2100, description="middle of the rates' period")
    damped_after_years: Years
    damping: Annotated[Quantity, Expect("share per year", 0.0, 1.0)] = Field(
        description="what remains of a year's change one year later, once damped"
    )


class Incidence(Frozen):
    """How a region's incidence compares with the rates of its table, ages and sexes alike."""

    standardised_ratio: Annotated[Quantity, Expect("ratio", 0.1, 10.0)] = Field(
        description="new cancers for each that the rates lead one to expect"
    )


class Timing(Sourced):
    """When metachronous metastases appear: share of the five-year risk reached by each month."""

    points: Annotated[
        tuple[Annotated[tuple[int, float], Field(strict=False)], ...], Field(strict=False)
    ]


class Metastases(Frozen):
    """Who of those with colorectal cancer develops liver metastases, and when."""

    synchronous_share: Share
    synchronous_window: WholeMonths
    metachronous_cumulative_incidence: dict[Literal["I", "II", "III"], Share]
    metachronous_timing: Timing
    late_share: Share = Field(description="further cases after five years, of the five-year risk")
    late_until: WholeMonths


class Group(Frozen):
    """Patients of an age range at first liver metastasis."""

    label: str
    from_age: int = Field(ge=0, le=120)


class Resource(Frozen):
    """Something scarce: its unit, the unit it is bought in, and its calendar."""

    label: str
    unit: str
    saleable_unit: str = Field(description="what a planner adds or loses: a weekly list, a bed")
    units_per_week: float = Field(gt=0, description="units that one saleable unit gives a week")
    calendar: Literal["working_days", "every_day"]
    utilisation_cap: Share
    unit_cost: PoundsPerUnit = Field(description="cost of one unit used")
    cancelled: Share | None = Field(
        default=None, description="share of what is set aside that is cancelled on the day"
    )
    whole_cases: bool = Field(
        default=False,
        description="a case is done within one session: sessions hold whole cases, not minutes",
    )


class Site(Frozen):
    """A hospital."""

    label: str
    quality: Quality
    note: str = ""


class Delay(Frozen):
    """The total harm of starting later: what waiting itself does is part of it."""

    hazard_ratio: Annotated[Quantity, Expect("hazard ratio", 1.0, 3.0)] = Field(
        description="hazard of death from the disease for each four weeks between arrival and start"
    )
    from_week: int = Field(ge=0, le=104, description="weeks of delay that do no harm")
    restricted_to: AYearOrMore = Field(description="years over which mean survival is compared")

    @property
    def when(self) -> str:
        """From when the hazard ratio holds, in words."""
        return f"from week {self.from_week}"


class TableFile(Frozen):
    """A CSV table of the scenario: its file, unit and source."""

    file: str
    unit: str
    source: str
    year: int | None = None
    quality: Quality
    note: str = ""
    reason: str = ""
    sample_size: dict[str, Annotated[float, Field(ge=1)]] = Field(
        default_factory=dict,
        description="of the table of eligibility: by group, the patients in whom its shares are "
        "as if counted, which makes them a Dirichlet",
    )


class Settings(Frozen):
    """Everything in scenario.toml, apart from the pathway and the contents of tables."""

    name: str = Field(min_length=1, max_length=100)
    title: str
    question: str
    window: Window
    calendar: Calendar
    economics: Economics
    trend: Trend
    incidence: Incidence | None = Field(
        default=None, description="absent: the table's rates are the region's own"
    )
    metastases: Metastases
    group: dict[str, Group]
    resource: dict[str, Resource]
    site: dict[str, Site]
    plan: Plan
    ring_fence: dict[str, RingFence] = Field(default_factory=dict)
    extra_capacity: dict[str, ExtraCapacity] = Field(default_factory=dict)
    expansion: dict[str, Expansion] = Field(default_factory=dict)
    minimum_volume: dict[str, MinimumVolume] = Field(default_factory=dict)
    prices: Prices = Field(default_factory=Prices)
    delay: Delay | None = Field(default=None, description="absent: only waiting itself harms")
    uncertainty: Uncertainty | None = Field(
        default=None, description="rules for figures without a distribution of their own"
    )
    tables: dict[str, TableFile]
    sources: dict[str, Source]


@dataclass(frozen=True)
class Tables:
    """The scenario's tables, checked; columns as in `table_columns.TABLE_COLUMNS`."""

    population: pd.DataFrame
    projection: pd.DataFrame
    incidence: pd.DataFrame
    trend: pd.DataFrame
    stage: pd.DataFrame
    life_table: pd.DataFrame
    eligibility: pd.DataFrame
    referral: pd.DataFrame
    travel: pd.DataFrame
    capacity: pd.DataFrame
    capacity_changes: pd.DataFrame
    other_use: pd.DataFrame
    site_shares: pd.DataFrame
    backlog: pd.DataFrame


@dataclass(frozen=True)
class Place:
    """The file and line (of a workbook, the sheet and cell) that set a figure."""

    file: str
    line: int | None = None
    cell: str = ""

    def __str__(self) -> str:
        """Return file:line, as compilers and editors write it, or file: sheet!cell."""
        if self.cell:
            return f"{self.file}: {self.cell}"
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Scenario:
    """A checked scenario: settings, pathway and tables, who set each figure and why it changed.

    Money is in the scenario's own prices; `stated` holds, by key, the amounts that a file states
    in other prices, as it states them. `copies`: figures that `like` copied and that are still
    alike, with the key of the original; `originals` holds those altered since too, each with the
    figure that its copies begin from. `samples` by the key of the figure they are of.
    """

    settings: Settings
    pathway: Pathway
    tables: Tables
    places: dict[tuple[str | int, ...], Place]
    input_hashes: dict[str, str]
    reasons: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    stated: dict[tuple[str | int, ...], Amount] = field(default_factory=dict)
    copies: dict[tuple[str | int, ...], tuple[str | int, ...]] = field(default_factory=dict)
    originals: dict[tuple[str | int, ...], tuple[str | int, ...]] = field(default_factory=dict)
    samples: dict[tuple[str | int, ...], tuple[float, ...]] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the patient groups, youngest first."""
        return tuple(sorted(self.settings.group, key=lambda g: self.settings.group[g].from_age))

    def copies_of(self, key: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], ...]:
        """Return the keys of the copies of a figure that are still alike."""
        return tuple(copy for copy, original in self.copies.items() if original == key)
