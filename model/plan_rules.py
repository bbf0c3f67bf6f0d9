"""The rules a plan must keep and the choices it has, as a scenario states them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hepaplan.model.quantities import Expect, Frozen, Pounds, Price, Quantity, Share

MONTH = r"^(199[0-9]|20[0-9]{2}|21[0-4][0-9])-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=MONTH)]
Aim = Literal["health", "money", "standard", "cost", "travel", "waiting"]
AIMS: tuple[Aim, ...] = ("health", "standard", "cost", "travel", "waiting")
"""The order in which aims are sought unless a scenario states another."""

WholeMonths = Annotated[Quantity, Expect("months", 0.0, 240.0)]
Minutes = Annotated[Quantity, Expect("minutes", 0.0, 1440.0)]
SaleableUnits = Annotated[Quantity, Expect("saleable units", 0.0, 1e4)]
UnitsPerMonth = Annotated[Quantity, Expect("units per month", 0.0, 1e6)]
StartsPerYear = Annotated[Quantity, Expect("starts per year", 0.0, 1e5)]
PoundsPerYear = Annotated[Quantity, Price("GBP per year", 0.0, 1e9)]
PoundsPerUnit = Annotated[Quantity, Price("GBP per unit", 0.0, 1e6)]
Capital = Annotated[Quantity, Price("GBP", 0.0, 1e9)]


class Equity(Frozen):
    """A floor under the worst region's or group's share started within the standard."""

    over: Literal["region", "group"]
    floor: Share


class Plan(Frozen):
    """The rules the plan must keep, and what it seeks first."""

    referral_shift: Share = Field(description="how far referral shares may move either way")
    age_neutral: bool = Field(description="nobody on a list is passed over for age")
    aims: Annotated[tuple[Aim, ...], Field(strict=False, min_length=1)] = Field(
        default=AIMS, description="sought one after the other, each kept while the next is sought"
    )
    give_up: Share | None = Field(
        default=None, description="share of the first aim that later ones may cost; absent: none"
    )
    longest_travel: Minutes | None = Field(
        default=None, description="nobody is newly sent further than this"
    )
    largest_change: Share | None = Field(
        default=None,
        description="how much a site's starts of a treatment may change from month to month, as a "
        "share of what it starts when nothing is scarce",
    )
    equity: Equity | None = None
    budget: dict[Annotated[str, Field(pattern=r"^\d{4}$")], Capital] = Field(
        default_factory=dict,
        description="by year: most that expansions, overtime and outsourcing may cost",
    )


class RingFence(Frozen):
    """Capacity at a site that only some treatments may use."""

    label: str
    site: str
    resource: str
    number: SaleableUnits
    treatments: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]


class ExtraCapacity(Frozen):
    """Overtime or outsourcing: units of a resource bought when needed, at a price."""

    label: str
    kind: Literal["overtime", "outsourcing"]
    site: str
    resource: str
    most: UnitsPerMonth
    unit_cost: PoundsPerUnit = Field(description="beyond the resource's own unit cost")
    from_month: Month | None = None
    to_month: Month | None = None


class Expansion(Frozen):
    """Capacity that can be added, once, as a whole: what it costs and when it comes."""

    label: str
    site: str
    resource: str
    adds: SaleableUnits
    capital: Pounds
    running: PoundsPerYear
    lead: WholeMonths = Field(description="from the decision to the first month of use")
    ramp_up: WholeMonths = Field(description="months of use until all of it is there")
    decided: Month | None = Field(default=None, description="absent: the window's first month")
    until: Month | None = Field(default=None, description="last month, of temporary capacity")
    opens: str | None = Field(
        default=None, description="a service that the site offers only with this expansion"
    )


class MinimumVolume(Frozen):
    """Fewest yearly starts of a treatment at a site, for safety; it may close instead, if said."""

    label: str
    site: str
    treatment: str
    least: StartsPerYear
    may_close: bool = False
