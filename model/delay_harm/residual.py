"""The residual hazard ratio of a later start: what waiting itself leaves of a stated total harm.

The total is one input, a hazard ratio of death from the disease for each four weeks. Deaths and
lost eligibility on the list are part of it; the rest is a residual hazard ratio on what follows the
start, solved so that restricted mean survival counted from arrival shows the total (Royston &
Parmar, Stat Med 2011;30:2409-21, 10.1002/sim.4274). Background mortality is never multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepaplan.model.arrays import Floats
from hepaplan.model.course import Course, option_course
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.parameters import Delay
from hepaplan.model.pathway import Option
from hepaplan.model.quantities import DAYS_PER_MONTH, MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.surroundings import Surroundings, surroundings

FOUR_WEEKS = 4.0
LATE = 12
"""Weeks without harm in the variant of late harm."""
BASE_CASE, NO_EFFECT = "base case", "no effect"
LARGEST_RESIDUAL = 20.0
TRIALS = np.geomspace(1.0, LARGEST_RESIDUAL, 61)
POLISH, STEP = 2, 1e-4
Texts = npt.NDArray[np.str_]
SOLVED, ALONE, BEYOND = (
    "solved",
    "waiting alone does this harm or more",
    f"more harm than a residual hazard ratio of {LARGEST_RESIDUAL:g} does",
)


@dataclass(frozen=True)
class Variant:
    """One reading of the evidence on delay: its hazard ratio per four weeks, and from when."""

    name: str
    hazard_ratio: float
    from_week: int

    def total(self, waited: Sequence[int]) -> Floats:
        """Return the hazard ratio of death from the disease after waits in months, (waited,)."""
        weeks = np.array(waited) * DAYS_PER_MONTH / 7.0
        return np.asarray(
            self.hazard_ratio ** (np.maximum(weeks - self.from_week, 0.0) / FOUR_WEEKS)
        )


def variants(delay: Delay) -> tuple[Variant, ...]:
    """Return the base case and those always shown beside it."""
    base, first = delay.hazard_ratio, delay.from_week
    shown = [
        Variant(BASE_CASE, base.number, first),
        Variant(NO_EFFECT, 1.0, first),
        Variant("after 12 weeks", base.number, max(LATE, first)),
    ]
    if base.high is not None:
        shown.append(Variant("upper end", base.high, first))
    return tuple(shown)


@dataclass(frozen=True)
class Listed:
    """Someone meant for one option, in one group, and what waits on its list mean.

    `around` covers the horizon; `now` (months + 1,): overall survival of who starts at once. For
    each wait in `waits`, in months: `on_list`, mean months lived before a start or without one;
    `still_there`, the share who start. `after`: mean months lived after an arrival at each point,
    restricted to each number of months, (months + 1,).
    """

    option: Option
    around: Surroundings
    waits: tuple[int, ...]
    now: Floats
    on_list: Floats
    still_there: Floats
    after: dict[str, Floats]

    @property
    def months(self) -> int:
        """Months that mean survival is restricted to."""
        return self.now.size - 1

    def course(self, residual: Floats, months: int) -> Course:
        """Return the option's course after a start, one draw for each residual hazard ratio."""
        return option_course(self.option, self.around.cut(months), residual)

    def mean_months(self, ratio: Floats) -> Floats:
        """Return mean months (waited,) if a ratio (waited,) multiplies disease deaths alone."""
        reached = np.concatenate(([0.0], np.cumsum(self.around.background[: self.months])))
        excess = np.maximum(-np.log(np.maximum(self.now, 1e-300)) - reached, 0.0)
        alive = np.exp(-reached[:, None] - np.outer(excess, ratio))
        return np.asarray(0.5 * (alive[1:] + alive[:-1]).sum(axis=0))

    def with_wait(self, residual: Floats) -> Floats:
        """Return mean months from arrival (waited, draw) with these residual hazard ratios (draw,).

        Only what falls within the restricted months counts, the wait included.
        """
        course = self.course(residual, self.months)
        lived = np.cumsum(course.person_months, axis=0)
        found = np.empty((len(self.waits), lived.shape[1]))
        for w, waited in enumerate(self.waits):
            left = self.months - waited
            later = lived[left - 1]
            for point, flow in course.arrive.items():
                later = later + self.after[point][:left][::-1] @ flow[1 : left + 1]
            found[w] = self.on_list[w] + self.still_there[w] * later
        return found

    def residual(self, wanted: Floats) -> tuple[Floats, Floats, Texts]:
        """Return residual hazard ratios that give mean months (waited, variant) where any does.

        With them the mean months that they give, and in words how they were found.
        """
        trials = self.with_wait(TRIALS)
        status = np.where(
            wanted >= trials[:, :1], ALONE, np.where(wanted < trials[:, -1:], BEYOND, SOLVED)
        )
        rows = zip(wanted, trials, strict=True)
        logs = np.array([np.interp(-w, -row, np.log(TRIALS)) for w, row in rows])
        each = np.arange(len(self.waits)).repeat(wanted.shape[1]), np.arange(wanted.size)

        def given(log_ratios: Floats) -> Floats:
            return self.with_wait(np.exp(log_ratios).ravel())[each].reshape(wanted.shape)

        for _ in range(POLISH):
            level = given(logs)
            change = STEP * (wanted - level) / np.minimum(given(logs + STEP) - level, -1e-300)
            logs = np.where(status == SOLVED, np.maximum(logs + change, 0.0), logs)
        return np.exp(logs), given(logs), status


def restricted_months(usual: UsualCare, delay: Delay) -> int:
    """Return the months that mean survival is restricted to, at most the horizon."""
    return min(round(delay.restricted_to.number * MONTHS_PER_YEAR), usual.kernels.months)


def everyone_listed(
    usual: UsualCare, delay: Delay, waits: Sequence[int]
) -> Iterator[tuple[int, Listed]]:
    """Yield the option's index and `Listed` for each option and group where anybody waits."""
    kernels, month = usual.kernels, usual.waiting
    months = restricted_months(usual, delay)
    by_point, by_option = overall_survival(kernels, months)
    lived = np.zeros_like(by_point)
    lived[..., 1:] = np.cumsum(0.5 * (by_point[..., 1:] + by_point[..., :-1]), axis=-1)
    pathway = usual.scenario.pathway
    around = surroundings(
        pathway, kernels.groups, usual.other_cause_survival, usual.studied_survival
    )
    for k, (point, _, option) in enumerate(pathway.options()):
        c = kernels.points.index(point)
        for g, group in enumerate(kernels.groups) if month.waits[c] else ():
            stay = month.stay[c, g] ** np.arange(max(waits) + 1)
            moved = np.array(
                [month.move[c, :, g] @ lived[:, g, months - w] for w in range(1, max(waits) + 1)]
            )
            each = stay[:-1] * (month.person_months()[c, g] + moved)
            yield (
                k,
                Listed(
                    option,
                    around[point, group],
                    tuple(waits),
                    by_option[k, g],
                    np.array([each[:waited].sum() for waited in waits]),
                    stay[list(waits)],
                    {name: lived[x, g] for x, name in enumerate(kernels.points)},
                ),
            )
