"""One option's own course in one group: competing exits, harm, and what it takes by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import CANCER_DEATH, Option
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.survival import monthly_hazards


@dataclass(frozen=True)
class Course:
    """What happens to one planned start, by months since the start.

    `arrive` (by decision point), `cancer_death` and `other_death` have shape (months + 1,), entry
    d the share between d - 1 and d. `footprint`, `costs` and `utility` have shape (months,), per
    patient still in the option; `started` is the share of month 0's amounts that is really used.
    Complications are expected amounts at month 0.
    """

    arrive: dict[str, Floats]
    cancer_death: Floats
    other_death: Floats
    started: float
    footprint: dict[str, Floats]
    costs: dict[str, Floats]
    utility: Floats
    complication_use: dict[str, float]
    complication_cost: float
    complication_qalys: float


def option_course(option: Option, group: str, background: Floats) -> Course:
    """Return an option's course for a group.

    `background` is the monthly hazard of death from other causes since the start, shape (months,).
    """
    months = background.size
    abandoned = option.not_performed
    performed = 1.0 - (abandoned.share.for_group(group) if abandoned else 0.0)
    arrive, cancer, other = _competing(option, group, background, performed)
    started = performed
    if abandoned is not None:
        _leave_unperformed(abandoned.to, group, background[0], 1.0 - performed,
                           arrive, cancer, other)  # fmt: skip
        started += (1.0 - performed) * abandoned.footprint_share.for_group(group)

    def expected(probability: Quantity, amount: Quantity) -> float:
        return performed * probability.for_group(group) * amount.for_group(group)

    harms = option.complications.values()
    extra: dict[str, float] = {}
    for harm in harms:
        for name, amount in harm.footprint.items():
            extra[name] = extra.get(name, 0.0) + expected(harm.probability, amount)
    return Course(
        arrive=arrive,
        cancer_death=cancer,
        other_death=other,
        started=started,
        footprint={name: by_month(s, months) for name, s in option.footprint.items()},
        costs={name: by_month(s, months) for name, s in option.costs.items()},
        utility=by_month(option.utility, months),
        complication_use=extra,
        complication_cost=sum(expected(h.probability, h.cost) for h in harms),
        complication_qalys=sum(expected(h.probability, h.qaly_loss) for h in harms),
    )


def by_month(schedule: Schedule, months: int) -> Floats:
    """Return a schedule's amounts, shape (months,)."""
    amounts = np.full(months, schedule.then)
    listed = np.array(schedule.value[:months])
    amounts[: listed.size] = listed
    return amounts


def _competing(
    option: Option, group: str, background: Floats, performed: float
) -> tuple[dict[str, Floats], Floats, Floats]:
    """Return arrivals by point, cancer deaths and other deaths of the starts carried out.

    Cause-specific hazards compete; each takes its part of a month's exits in proportion to its
    hazard (Prentice et al., Biometrics 1978;34:541-54, 10.2307/2530374). Where a published curve
    counts death from other causes, only its excess over the life table is the exit's own hazard:
    background mortality is never counted twice (Estève et al., Stat Med 1990;9:529-38,
    10.1002/sim.4780090506).
    """
    months = background.size
    hazards: dict[str, Floats] = {}
    for name, record in option.exits.items():
        ratio = record.hazard_ratio.for_group(group) if record.hazard_ratio else 1.0
        hazard = monthly_hazards(record.time, months, group)
        if record.time.counts_other_deaths:
            hazard = np.maximum(hazard - background, 0.0)
        hazards[name] = ratio * hazard
    total = background + sum(hazards.values(), np.zeros(months))
    mortality = option.procedural_mortality
    procedural = mortality.for_group(group) if mortality else 0.0
    begun = performed * (1.0 - procedural)
    at_risk = begun * np.exp(-np.concatenate(([0.0], np.cumsum(total[:-1]))))
    leaving = at_risk * -np.expm1(-total)
    per_hazard = np.divide(leaving, total, out=np.zeros(months), where=total > 0)

    arrive: dict[str, Floats] = {}
    cancer, other = np.zeros(months + 1), np.zeros(months + 1)
    cancer[1] = performed * procedural
    other[1:] = per_hazard * background
    for name, record in option.exits.items():
        flow = per_hazard * hazards[name]
        for destination, share in record.to.items():
            deaths_or_arrivals = (
                cancer
                if destination == CANCER_DEATH
                else arrive.setdefault(destination, np.zeros(months + 1))
            )
            deaths_or_arrivals[1:] += flow * share.for_group(group)
    return arrive, cancer, other


def _leave_unperformed(
    to: Mapping[str, Quantity],
    group: str,
    background: float,
    abandoned: float,
    arrive: dict[str, Floats],
    cancer: Floats,
    other: Floats,
) -> None:
    """Send planned starts that are not carried out onwards after one month, in place."""
    survive = float(np.exp(-background))
    other[1] += abandoned * (1.0 - survive)
    for destination, share in to.items():
        people = abandoned * survive * share.for_group(group)
        if destination == CANCER_DEATH:
            cancer[1] += people
        else:
            arrive.setdefault(destination, np.zeros_like(cancer))[1] += people
