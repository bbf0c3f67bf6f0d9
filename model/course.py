"""One option's own course in one group: competing exits, harm, and what it takes by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.money.drugs import DosePrices
from hepaplan.model.pathway import CANCER_DEATH, Exit, Option
from hepaplan.model.quantities import MONTHS_PER_YEAR, Quantity, Schedule
from hepaplan.model.surroundings import Surroundings
from hepaplan.model.survival.fitted import monthly_hazards
from hepaplan.model.survival.hazard_ratios import hazard_ratio_by_month


@dataclass(frozen=True)
class Course:
    """What happens to one planned start, by months since the start; draws are the last axis.

    That axis has length 1 where nothing is drawn. `arrive` (by decision point), `cancer_death` and
    `other_death` have shape (months + 1, draw), entry d the share between d - 1 and d; `alive`
    (months + 1, draw) are still in the option's own course at time d. `procedural_death` (draw,) is
    the part of cancer_death that the procedure itself causes.
    `footprint`, `costs` and `utility` have shape (months, draw), per patient still in the option;
    `started` is the share of month 0's amounts that is really used. Complications are expected
    amounts at month 0.
    """

    arrive: dict[str, Floats]
    alive: Floats
    cancer_death: Floats
    procedural_death: Floats
    other_death: Floats
    started: Floats
    footprint: dict[str, Floats]
    costs: dict[str, Floats]
    utility: Floats
    complication_use: dict[str, Floats]
    complication_cost: Floats
    complication_qalys: Floats

    @cached_property
    def deaths(self) -> Floats:
        """Deaths from any cause between d - 1 and d, shape (months + 1, draw)."""
        return self.cancer_death + self.other_death

    @cached_property
    def person_months(self) -> Floats:
        """Months lived in each month, deaths at its middle, shape (months, draw)."""
        return self.alive[:-1] - 0.5 * self.deaths[1:]

    @cached_property
    def treated(self) -> Floats:
        """Those who take each month's amounts, shape (months, draw)."""
        begun = np.broadcast_to(self.started, (1, self.alive.shape[1]))
        return np.concatenate((begun, self.alive[1:-1]))

    def taken(self, resource: str) -> Floats:
        """Return units of a resource by month, complications apart, shape (months, draw)."""
        return self.footprint[resource] * self.treated

    @cached_property
    def qalys(self) -> Floats:
        """QALYs of each month, complications apart, shape (months, draw)."""
        return self.utility * self.person_months / MONTHS_PER_YEAR


def option_course(option: Option, around: Surroundings, residual: Floats | float = 1.0) -> Course:
    """Return an option's course in a group, over the months of its surroundings.

    `residual` multiplies the hazards of the exits: what a delay before the start still does after
    it. An array (draw,) gives one course a draw.
    """
    group, months = around.group, around.background.size
    abandoned = option.not_performed
    performed = 1.0 - (abandoned.share.for_group(group) if abandoned else 0.0)
    mortality = option.procedural_mortality
    procedural = np.atleast_1d(performed * (mortality.for_group(group) if mortality else 0.0))
    flows, other, alive = _competing(option.exits, around, performed - procedural, residual)
    flows.append((CANCER_DEATH, _first_month(procedural, months)))
    started = np.atleast_1d(np.asarray(performed))
    if abandoned is not None:
        survive = np.exp(-around.background[0])
        other = other + _first_month((1.0 - performed) * (1.0 - survive), months)
        for destination, share in abandoned.to.items():
            people = (1.0 - performed) * survive * share.for_group(group)
            flows.append((destination, _first_month(people, months)))
        started = started + (1.0 - performed) * abandoned.footprint_share.for_group(group)
    arrive: dict[str, Floats] = {}
    for destination, flow in flows:
        arrive[destination] = arrive[destination] + flow if destination in arrive else flow
    cancer = arrive.pop(CANCER_DEATH)

    def expected(probability: Quantity, amount: Quantity) -> Floats:
        return np.atleast_1d(performed * probability.for_group(group) * amount.for_group(group))

    harms = option.complications.values()
    extra: dict[str, Floats] = {}
    for harm in harms:
        for name, amount in harm.footprint.items():
            extra[name] = extra.get(name, np.zeros(1)) + expected(harm.probability, amount)
    return Course(
        arrive=arrive,
        alive=alive,
        cancer_death=cancer,
        procedural_death=procedural,
        other_death=other,
        started=started,
        footprint={name: by_month(s, months) for name, s in option.footprint.items()},
        costs=_costs(option, around.dose_prices, months),
        utility=by_month(option.utility, months),
        complication_use=extra,
        complication_cost=sum((expected(h.probability, h.cost) for h in harms), np.zeros(1)),
        complication_qalys=sum((expected(h.probability, h.qaly_loss) for h in harms), np.zeros(1)),
    )


def _costs(option: Option, dose_prices: DosePrices, months: int) -> dict[str, Floats]:
    """Return costs by category, those of doses in categories of their own, (months, draw)."""
    costs = {name: by_month(schedule, months) for name, schedule in option.costs.items()}
    for drug, schedule in option.doses.items():
        for category, price in dose_prices[drug].items():
            line = by_month(schedule, months) * price
            costs[category] = costs[category] + line if category in costs else line
    return costs


def by_month(schedule: Schedule, months: int) -> Floats:
    """Return a schedule's amounts, shape (months, draw), or (months, 1) where nothing is drawn."""
    listed, then = schedule.amounts()
    draws = max(np.size(amount) for amount in (*listed, then))
    amounts = np.zeros((months, draws))
    if np.any(then):
        amounts[len(listed) :] = then
    for month, amount in enumerate(listed[:months]):
        amounts[month] = amount
    return amounts


def exit_hazards(record: Exit, around: Surroundings) -> Floats:
    """Return an exit's own hazard in each month, shape (months, draw).

    Where a published curve counts death from other causes, only its excess over those of its own
    patients (`Surroundings.published`) is the exit's own hazard: background mortality is never
    counted twice (Estève et al., Stat Med 1990;9:529-38, 10.1002/sim.4780090506).
    """
    group, months = around.group, around.published.size
    hazard = monthly_hazards(record.time, months, group)
    hazard = hazard if hazard.ndim == 2 else hazard[:, None]
    if record.time.counts_other_deaths:
        hazard = np.maximum(hazard - around.published[:, None], 0.0)
    first = record.hazard_ratio.for_group(group) if record.hazard_ratio else 1.0
    if not record.hazard_ratio_changes:
        return np.asarray(first * hazard)
    ratio = hazard_ratio_by_month(first, record.hazard_ratio_changes, months, group)
    return (ratio if ratio.ndim == 2 else ratio[:, None]) * hazard


def _competing(
    exits: Mapping[str, Exit], around: Surroundings, begun: Floats, residual: Floats | float
) -> tuple[list[tuple[str, Floats]], Floats, Floats]:
    """Return what leaves by each exit, with its destination, other deaths, and who is left.

    All (months + 1, draw). Cause-specific hazards compete, constant within a month; each takes its
    part of a month's exits in proportion to its hazard (Prentice et al., Biometrics 1978;34:541-54,
    10.2307/2530374). Who moves on at s arrives at the month's end if other causes spare them,
    exp(-background * (1 - s)): over the month, at_risk * (1 - exp(-disease)) * hazard / disease *
    exp(-background), as if the disease moved them alone and other causes spared them all month. The
    rest are other deaths.
    """
    background = around.background[:, None]
    hazards = {name: exit_hazards(record, around) for name, record in exits.items()}
    if np.ndim(residual) or residual != 1.0:
        hazards = {name: residual * hazard for name, hazard in hazards.items()}
    disease = reduce(np.add, hazards.values()) if hazards else np.zeros_like(background)
    total = disease + background
    alive = _left(begun, total)
    dying = alive[:-1] * _time_at_risk(total)
    moving = _time_at_risk(disease) * np.exp(-background)
    moving = np.minimum(moving * alive[:-1], dying)
    flows, other = [], _later(dying, background)
    for name, record in exits.items():
        shares = {to: share.for_group(around.group) for to, share in record.to.items()}
        if CANCER_DEATH in shares:
            killed = _later(dying, hazards[name])
            flows.append((CANCER_DEATH, shares.pop(CANCER_DEATH) * killed))
        if shares:
            moved = _later(moving, hazards[name])
            flows += [(to, share * moved) for to, share in shares.items()]
            other = other + sum(shares.values()) * (_later(dying, hazards[name]) - moved)
    alive[0] = 1.0
    return flows, other, alive


def _left(begun: Floats, hazard: Floats) -> Floats:
    """Return who is left of those who begin, at each month's beginning and after the last."""
    left = np.empty((len(hazard) + 1, max(begun.size, hazard.shape[1])))
    left[0] = begun
    np.multiply(begun, np.exp(-np.cumsum(hazard, axis=0)), out=left[1:])
    return left


def _time_at_risk(hazard: Floats) -> Floats:
    """Return the part of a month that one person is at risk, on average, under a hazard."""
    return np.divide(-np.expm1(-hazard), hazard, out=np.ones_like(hazard), where=hazard > 0)


def _later(people: Floats, hazard: Floats) -> Floats:
    """Return people times hazard by month as the flow between d - 1 and d, nobody at d = 0."""
    later = np.empty((len(people) + 1, people.shape[1]))
    later[0] = 0.0
    np.multiply(people, hazard, out=later[1:])
    return later


def _first_month(people: Floats | float, months: int) -> Floats:
    """Return a flow of the first month alone, shape (months + 1, draw)."""
    flow = np.zeros((months + 1, np.size(people)))
    flow[1] = people
    return flow
