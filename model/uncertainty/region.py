"""What the region needs and gains in every draw, nothing scarce: reading 1 with draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.course import Course, option_course
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.problems import Key
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.semi_markov import Moves
from hepaplan.model.superposition import superposed
from hepaplan.model.surroundings import surroundings
from hepaplan.model.tidy import add_up
from hepaplan.model.uncertainty.drawn import drawn_pathway, refuse_unknown

BLOCK = 125
"""Draws worked on at once: many to spread the cost of calls, few to stay in the cache."""
MEASURES = ("life_years", "qalys", "cost", "qalys_discounted", "cost_discounted")
RATE_OF = (0, 0, 0, 1, 2)
"""Discount rate of each measure: none, that of effects, that of costs."""


@dataclass(frozen=True)
class RegionDraws:
    """The window's new patients in every draw, draws last.

    `totals` (measure, draw): lifetime life-years, QALYs and pounds of the window's new patients,
    the discounted ones to its first month. `starts` (treatment, month, draw): of the window.
    """

    measures: tuple[str, ...]
    treatments: tuple[str, ...]
    totals: Floats
    starts: Floats


@dataclass(frozen=True)
class _Frame:
    """What all draws share: `entries` (group, point, 1, month), factors (rate, month)."""

    usual: UsualCare
    entries: Floats
    within: Floats
    later: Floats


def region_draws(
    usual: UsualCare, draws: Mapping[Key, Floats], workers: int = 2, block: int = BLOCK
) -> RegionDraws:
    """Return health, money and monthly starts of the whole region for every draw.

    `draws` are values (draw,) by the key of the pathway's figure, those of options switched off
    without effect; the rest is as in `usual`, the
    ages at which the base case brings people to each point included. Draws are worked on in
    blocks, by `workers` threads, and do not depend on each other.
    """
    counts = {len(values) for values in draws.values()}
    if len(counts) != 1 or 0 in counts:
        raise ValueError(f"every figure needs the same number of draws, 1 or more, not {counts}")
    (count,) = counts
    refuse_unknown(usual.scenario.pathway, draws)
    frame = _frame(usual)
    edges = np.linspace(0, count, math.ceil(count / block) + 1).astype(int)
    blocks = [
        {key: values[first:after] for key, values in draws.items()}
        for first, after in pairwise(edges)
    ]
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda part: _block(frame, part), blocks))
    starts, treatments = add_up(
        np.concatenate([starts for _, starts in found], axis=-1), usual.treatments, axis=0
    )
    totals = np.concatenate([totals for totals, _ in found], axis=-1)
    return RegionDraws(MEASURES, treatments, totals, starts)


def _frame(usual: UsualCare) -> _Frame:
    economics = usual.scenario.settings.economics
    months = usual.kernels.months
    rates = (0.0, economics.discount_rate_effects.number, economics.discount_rate_costs.number)
    return _Frame(
        usual,
        usual.entries.sum(axis=1).transpose(1, 0, 2)[:, :, None, :],
        np.stack([discount_factors(rate, months) for rate in rates]),
        np.stack([discount_factors(rate, months + 1, offset=0.0) for rate in rates]),
    )


def _block(frame: _Frame, draws: Mapping[Key, Floats]) -> tuple[Floats, Floats]:
    """Return totals (measure, draw) and starts (option, window month, draw) of a block."""
    usual, count = frame.usual, len(next(iter(draws.values())))
    pathway = drawn_pathway(usual.scenario.pathway, draws)
    groups, points = usual.scenario.groups, usual.kernels.points
    span = usual.span.count
    around = surroundings(pathway, groups, usual.other_cause_survival, usual.studied_survival)
    chance: dict[tuple[int, int], Floats] = {}
    share = np.zeros((len(groups), len(usual.kernels.options), count))
    totals = np.zeros((len(MEASURES), count))
    for g, group in enumerate(groups):
        own = np.zeros((len(MEASURES), len(points), count))
        reached = np.zeros((len(frame.later), len(points), len(points), count))
        for k, (point, _, option) in enumerate(pathway.options()):
            c = points.index(point)
            share[g, k] = option.usual_share.for_group(group)
            course = option_course(option, around[point, group])
            own[:, c] += share[g, k] * _own(frame, course)
            for destination, flow in course.arrive.items():
                x = points.index(destination)
                reached[:, c, x] += share[g, k] * (frame.later @ flow)
                if (c, x) not in chance:
                    chance[c, x] = np.zeros((count, len(groups), span))
                chance[c, x][:, g] += (share[g, k] * flow[:span]).T
        totals += _totals(frame, g, own, reached)
    classes = count * len(groups)
    moves = Moves(
        len(points),
        tuple(chance),
        np.stack([part.reshape(classes, span) for part in chance.values()]),
    )
    arrivals = superposed(moves, np.tile(frame.entries, (count, 1, 1, 1)))
    arrivals = arrivals.reshape(count, len(groups), len(points), span)
    window = slice(usual.before, usual.before + usual.scenario.settings.window.months)
    reaching = arrivals[:, :, usual.kernels.point_of, window]
    return totals, np.einsum("gkd,dgkt->ktd", share, reaching)


def _own(frame: _Frame, course: Course) -> Floats:
    """Return what an option's own course is worth (measure, draw)."""
    resources = frame.usual.scenario.settings.resource
    price = {name: resources[name].unit_cost.number for name in resources}
    monthly = sum(course.costs.values(), np.zeros((1, 1)))
    monthly = monthly + sum(price[name] * taken for name, taken in course.footprint.items())
    extra = course.complication_cost + sum(
        price[name] * taken for name, taken in course.complication_use.items()
    )
    lost = course.complication_qalys
    lived = _summed(frame.within, np.ones((1, 1)), course.person_months) / MONTHS_PER_YEAR
    gained = _summed(frame.within, course.utility, course.person_months) / MONTHS_PER_YEAR
    gained = gained - lost * frame.within[:, :1]
    spent = _summed(frame.within, monthly, course.treated) + extra * frame.within[:, :1]
    parts = (lived[0], gained[0], spent[0], gained[1], spent[2])
    return np.stack(np.broadcast_arrays(*parts))


def _summed(factors: Floats, amounts: Floats, people: Floats) -> Floats:
    """Return the sums (rate, draw) of amounts times people over months."""
    if amounts.shape[1] == 1:
        return np.asarray((factors * amounts[:, 0]) @ people)
    return np.asarray(factors @ (amounts * people))


def _totals(frame: _Frame, group: int, own: Floats, reached: Floats) -> Floats:
    """Return what a group's new patients of the window are worth (measure, draw).

    As `outcomes.worth`: the value of an arrival is what is usually started there and what follows.
    """
    usual, points = frame.usual, own.shape[1]
    window = usual.scenario.settings.window.months
    came = usual.eligible[..., usual.before : usual.before + window].sum(axis=1)[:, group]
    totals = np.zeros((len(MEASURES), own.shape[-1]))
    for m, rate in enumerate(RATE_OF):
        worth = np.linalg.solve(
            np.eye(points) - reached[rate].transpose(2, 0, 1), own[m].T[..., None]
        )[..., 0]
        totals[m] = worth @ (came @ frame.later[rate, :window])
    return totals
