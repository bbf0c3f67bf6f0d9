"""The options of a pathway in every draw: what their own course is worth, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.course import Course, option_course
from hepaplan.model.flows.semi_markov import Moves
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Option
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.surroundings import Surroundings, surroundings
from hepaplan.model.uncertainty.region.frame import MEASURES, NOBODY, RATE_OF, Frame


@dataclass(frozen=True)
class Use:
    """What a start takes of a resource, month by month (month, draw), up to the last that does."""

    option: int
    group: int
    resource: int
    taken: Floats


@dataclass(frozen=True)
class OptionDraws:
    """Every option and group in a block of draws.

    `share` (group, option, draw) of those at the point; `own` (measure, group, option, draw): worth
    of the own course; `reached` (rate, group, option, point, draw): arrivals that follow,
    discounted. `moves` between points, in classes (draw, group).
    """

    share: Floats
    own: Floats
    reached: Floats
    moves: Moves
    uses: tuple[Use, ...]


def option_draws(frame: Frame, drawn: Scenario, count: int) -> OptionDraws:
    """Return the options of a drawn scenario, on the clocks of the base case."""
    usual, months = frame.usual, frame.months
    groups, points = drawn.groups, usual.kernels.points
    options = list(drawn.pathway.options())
    price = {name: record.unit_cost.number for name, record in drawn.settings.resource.items()}
    around = surroundings(drawn.pathway, groups, usual.other_cause_survival, usual.studied_survival)
    share = np.zeros((len(groups), len(options), count))
    own = np.zeros((len(MEASURES), *share.shape))
    reached = np.zeros((len(frame.later), len(groups), len(options), len(points), count))
    chance: dict[tuple[int, int], Floats] = {}
    uses: list[Use] = []
    for g, group in enumerate(groups):
        for k, (point, _, option) in enumerate(options):
            c = points.index(point)
            share[g, k] = option.usual_share.for_group(group)
            course = _course(option, around[point, group], int(frame.lived[k, g]))
            own[:, g, k] = own_worth(frame, option, course, price)
            for destination, flow in course.arrive.items():
                x = points.index(destination)
                reached[:, g, k, x] = frame.later[:, : len(flow)] @ flow
                if (c, x) not in chance:
                    chance[c, x] = np.zeros((len(groups), months, count))
                chance[c, x][g, : len(flow)] += share[g, k] * flow[:months]
            for r, name in enumerate(price):
                taken = _taken(course, name, months)
                if taken.size:
                    uses.append(Use(k, g, r, taken))
    by_class = np.empty((len(chance), count, len(groups), months))
    for move, part in enumerate(chance.values()):
        by_class[move] = part.transpose(2, 0, 1)
    moves = Moves(len(points), tuple(chance), by_class.reshape(len(chance), -1, months))
    return OptionDraws(share, own, reached, moves, tuple(uses))


def _course(option: Option, around: Surroundings, months: int) -> Course:
    """Return an option's course over some months, or over all if anybody is left after them."""
    course = option_course(option, around.cut(months))
    if months >= around.background.size or course.alive[-1].max() < NOBODY:
        return course
    return option_course(option, around)


def own_worth(frame: Frame, option: Option, course: Course, price: dict[str, float]) -> Floats:
    """Return what an option's own course is worth (measure, draw), as `outcomes.worth` has it."""
    stated = (*option.costs.values(), *option.doses.values(), *option.footprint.values())
    listed = max((len(schedule.value) for schedule in (*stated, option.utility)), default=0)
    rows = slice(min(listed, len(course.treated) - 1) + 1)
    monthly = sum((cost[rows] for cost in course.costs.values()), np.zeros((rows.stop, 1)))
    monthly = monthly + sum(price[name] * taken[rows] for name, taken in course.footprint.items())
    extra = course.complication_cost + sum(
        price[name] * taken for name, taken in course.complication_use.items()
    )
    lived = _summed(frame.within, np.ones((1, 1)), course.person_months) / MONTHS_PER_YEAR
    gained = _summed(frame.within, course.utility[rows], course.person_months) / MONTHS_PER_YEAR
    gained = gained - course.complication_qalys * frame.within[:, :1]
    spent = _summed(frame.within, monthly, course.treated) + extra * frame.within[:, :1]
    parts = (lived, gained, spent, gained, spent)
    return np.stack(
        np.broadcast_arrays(*(part[rate] for part, rate in zip(parts, RATE_OF, strict=True)))
    )


def _summed(factors: Floats, amounts: Floats, people: Floats) -> Floats:
    """Return the sums (rate, draw) of amounts times people over their months.

    The last of the amounts (month, draw) goes on for as long as there are people.
    """
    factors, listed = factors[:, : len(people)], len(amounts) - 1
    after = amounts[-1] * (factors[:, listed:] @ people[listed:])
    return np.asarray(after + factors[:, :listed] @ (amounts[:listed] * people[:listed]))


def _taken(course: Course, resource: str, months: int) -> Floats:
    """Return units of a resource by month and draw, complications included, as far as any."""
    footprint = course.footprint.get(resource)
    extra = course.complication_use.get(resource)
    last = 0
    if footprint is not None:
        some = np.flatnonzero(footprint[:months].any(axis=1))
        last = int(some[-1]) + 1 if some.size else 0
    if last == 0 and extra is None:
        return np.zeros((0, 1))
    draws = max(course.treated.shape[1], np.size(extra) if extra is not None else 1)
    taken = np.zeros((max(last, 1), draws if footprint is None else max(draws, footprint.shape[1])))
    if footprint is not None and last:
        taken[:last] = footprint[:last] * course.treated[:last]
    if extra is not None:
        taken[0] += extra
    return taken
