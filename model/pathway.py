"""The clinical pathway: decision points where patients wait, and options that start there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from hepaplan.model.money.drugs import Body, Drug
from hepaplan.model.quantities import (
    Expect,
    Frozen,
    HazardRatio,
    MonthlyProbability,
    Pounds,
    Price,
    Quantity,
    Schedule,
    Share,
    Sourced,
    Utility,
)

CANCER_DEATH = "cancer_death"

Kind = Literal[
    "resection",
    "ablation",
    "cryotherapy",
    "chemoembolisation",
    "radioembolisation",
    "arterial_infusion",
    "transplantation",
    "radiotherapy",
    "conversion",
    "systemic",
    "immunotherapy",
    "supportive",
]
REGIONAL: frozenset[Kind] = frozenset(
    {
        "ablation",
        "cryotherapy",
        "chemoembolisation",
        "radioembolisation",
        "arterial_infusion",
        "transplantation",
    }
)

Months = Annotated[Quantity, Expect("months", 1e-6, 1200.0)]
Days = Annotated[Quantity, Expect("days", 1.0, 3650.0)]
PoundsPerMonth = Annotated[Quantity, Price("GBP per month", 0.0, 1e6)]
PoundsSchedule = Annotated[Schedule, Price("GBP per month since start", 0.0, 1e7)]
DoseSchedule = Annotated[Schedule, Expect("doses per month since start", 0.0, 100.0)]
UtilitySchedule = Annotated[Schedule, Expect("utility", -1.0, 1.0)]
Qalys = Annotated[Quantity, Expect("QALY", 0.0, 10.0)]
Amount = Annotated[Quantity, Expect("resource units", 0.0, 1e6)]


class SurvivalPoint(Frozen):
    """A published point of a time-to-event curve."""

    month: float = Field(gt=0, le=1200)
    survival: float = Field(gt=0, lt=1, description="share without the event at that month")
    at_risk: int | None = Field(
        default=None, ge=1, description="people at risk then; weighs the point in a fit"
    )


TimeFamily = Literal[
    "exponential",
    "weibull",
    "gompertz",
    "log_normal",
    "log_logistic",
    "generalised_gamma",
    "piecewise_exponential",
    "published_curve",
]


class Distribution(Sourced):
    """A time-to-event distribution, by its published median or points.

    One figure (a median or a point) fits `exponential`; two fit the others. With `cure_share`
    the points are of the whole group, cured included (mixture cure: Farewell,
    Biometrics 1982;38:1041-6, 10.2307/2529885).
    """

    family: TimeFamily
    median_months: Months | None = None
    points: Annotated[tuple[SurvivalPoint, ...], Field(strict=False)] = ()
    cure_share: Share | None = None
    counts_other_deaths: bool = Field(
        default=False,
        description="the published curve counts death from other causes as an event too, as "
        "disease-free and progression-free survival do",
    )


class HazardRatioChange(Frozen):
    """A later hazard ratio: reached over some months, straight on the log scale, then kept.

    An effect that wanes is a change to 1.
    """

    from_month: int = Field(ge=0, le=1200, description="months since the start")
    over_months: int = Field(default=0, ge=0, le=1200, description="0: at once")
    hazard_ratio: HazardRatio

    @property
    def when(self) -> str:
        """From when the hazard ratio holds, in words."""
        over = f", over {self.over_months} months" if self.over_months else ""
        return f"from month {self.from_month}{over}"


class Exit(Frozen):
    """One way an option's effect ends: when, and where the patient goes."""

    time: Distribution
    to: dict[str, Share] = Field(description="share to each decision point, or to cancer_death")
    hazard_ratio: HazardRatio | None = None
    hazard_ratio_changes: Annotated[tuple[HazardRatioChange, ...], Field(strict=False)] = ()


class Complication(Frozen):
    """A harm of the procedure, its cost, its QALY loss and the extra resources it takes."""

    probability: Share
    cost: Pounds
    qaly_loss: Qalys
    footprint: dict[str, Amount] = Field(default_factory=dict)


class NotPerformed(Frozen):
    """Planned starts that are not carried out: how many, where they go, what they still use."""

    share: Share
    footprint_share: Share
    to: dict[str, Share]


class PublishedSurvival(Sourced):
    """Published overall survival after an option, shown beside the model's, never fitted."""

    month: float = Field(gt=0)
    overall_survival: float = Field(ge=0, le=1)


class Option(Frozen):
    """A treatment that can be started at a decision point."""

    label: str
    treatment: str = Field(description="the name under which demand is counted")
    kind: Kind
    service: str = Field(description="the service whose referral shares and sites apply")
    on: bool = True
    allow_extrahepatic: bool = False
    allow_extrahepatic_reason: str = ""
    usual_share: Share
    footprint: dict[str, Schedule] = Field(description="resource use by month since start")
    costs: dict[str, PoundsSchedule] = Field(description="costs beyond the footprint, by category")
    doses: dict[str, DoseSchedule] = Field(
        default_factory=dict, description="doses of the pathway's drugs by month since start"
    )
    utility: UtilitySchedule
    procedural_mortality: Share | None = None
    complications: dict[str, Complication] = Field(default_factory=dict)
    not_performed: NotPerformed | None = None
    exits: dict[str, Exit]
    published: Annotated[tuple[PublishedSurvival, ...], Field(strict=False)] = ()


class Waiting(Frozen):
    """What happens in a month on the list, given no death from other causes in it."""

    stay: MonthlyProbability
    cancer_death: MonthlyProbability
    move: dict[str, MonthlyProbability] = Field(description="to other decision points")
    utility: Utility
    cost: PoundsPerMonth


class Interchange(Frozen):
    """Options the plan may exchange for each other, and up to what share of a list."""

    options: Annotated[tuple[str, ...], Field(strict=False, min_length=2)]
    up_to: Share


class DecisionPoint(Frozen):
    """A place in the pathway where a patient waits for the next treatment."""

    label: str
    liver_limited: bool
    standard: Days | None = Field(default=None, description="waiting standard")
    waiting: Waiting | None = Field(default=None, description="absent: nobody waits here")
    interchangeable: Annotated[tuple[Interchange, ...], Field(strict=False)] = ()
    option: dict[str, Option]

    def open_options(self) -> dict[str, Option]:
        """Return the options that are switched on."""
        return {name: option for name, option in self.option.items() if option.on}


class Pathway(Frozen):
    """The graph of decision points and options; data, never code."""

    name: str
    title: str
    body: Body | None = Field(default=None, description="needed where a dose goes by body size")
    drug: dict[str, Drug] = Field(default_factory=dict)
    decision_point: dict[str, DecisionPoint]

    def options(self) -> Iterator[tuple[str, str, Option]]:
        """Yield every open option as (decision point, option, record), in the file's order."""
        for point_name, point in self.decision_point.items():
            for option_name, option in point.open_options().items():
                yield point_name, option_name, option
