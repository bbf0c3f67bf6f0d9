"""The harm of a later start: how much waiting itself does, and what remains to be done after it.

The total is one input, a hazard ratio of death from the disease for each four weeks. Deaths and
lost eligibility on the list are part of it; the rest is a residual hazard ratio on what follows the
start, solved so that restricted mean survival counted from arrival shows the total (Royston &
Parmar, Stat Med 2011;30:2409-21, 10.1002/sim.4274). Background mortality is never multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.course import Course, option_course
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.parameters import Delay
from hepaplan.model.pathway import Option
from hepaplan.model.quantities import DAYS_PER_MONTH, MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.renewal import overall_survival
from hepaplan.model.surroundings import Surroundings, surroundings

FOUR_WEEKS = 4.0
LATE = 12
"""Weeks without harm in the variant of late harm."""
WAITED = (1, 2, 3, 6)
"""Months on the list for which the harm is reported."""
LARGEST_RESIDUAL = 20.0
TRIALS = np.geomspace(1.0, LARGEST_RESIDUAL, 61)
POLISH, STEP = 2, 1e-4
Texts = npt.NDArray[np.str_]
SOLVED, ALONE, BEYOND = (
    "solved",
    "waiting alone does this harm or more",
    f"more harm than a residual hazard ratio of {LARGEST_RESIDUAL:g} does",
)
COLUMNS = (
    "variant", "decision_point", "option", "group", "months_waited", "total_hazard_ratio",
    "residual_hazard_ratio", "mean_months_now", "mean_months_with_wait", "qalys_lost",
    "qalys_lost_waiting_alone", "status",
)  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One reading of the evidence on delay: its hazard ratio per four weeks, and from when."""

    name: str
    hazard_ratio: float
    from_week: int

    def total(self) -> Floats:
        """Return the hazard ratio of death from the disease after each wait, shape (waited,)."""
        weeks = np.array(WAITED) * DAYS_PER_MONTH / 7.0
        return np.asarray(
            self.hazard_ratio ** (np.maximum(weeks - self.from_week, 0.0) / FOUR_WEEKS)
        )


def variants(delay: Delay) -> tuple[Variant, ...]:
    """Return the base case and those always shown beside it."""
    base, first = delay.hazard_ratio, delay.from_week
    shown = [
        Variant("base case", base.number, first),
        Variant("no effect", 1.0, first),
        Variant("after 12 weeks", base.number, max(LATE, first)),
    ]
    if base.high is not None:
        shown.append(Variant("upper end", base.high, first))
    return tuple(shown)


@dataclass(frozen=True)
class Listed:
    """Someone meant for one option, in one group, and what waits on its list mean.

    `around` covers the horizon; `now` (months + 1,): overall survival of who starts at once. For
    each wait in `WAITED`: `on_list`, mean months lived before a start or without one;
    `still_there`, the share who start. `after`: mean months lived after an arrival at each point,
    restricted to each number of months, (months + 1,).
    """

    option: Option
    around: Surroundings
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
        found = np.empty((len(WAITED), lived.shape[1]))
        for w, waited in enumerate(WAITED):
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
        each = np.arange(len(WAITED)).repeat(wanted.shape[1]), np.arange(wanted.size)

        def given(log_ratios: Floats) -> Floats:
            return self.with_wait(np.exp(log_ratios).ravel())[each].reshape(wanted.shape)

        for _ in range(POLISH):
            level = given(logs)
            change = STEP * (wanted - level) / np.minimum(given(logs + STEP) - level, -1e-300)
            logs = np.where(status == SOLVED, np.maximum(logs + change, 0.0), logs)
        return np.exp(logs), given(logs), status


def harm_of_delay(usual: UsualCare) -> pd.DataFrame:
    """Return what waits of some months do under each variant, by option and group.

    Mean months are restricted to the scenario's horizon of delay and counted from arrival; QALYs
    lost are lifetime, discounted to arrival. Empty where the scenario states no delay.
    """
    delay = usual.scenario.settings.delay
    if delay is None:
        return pd.DataFrame(columns=list(COLUMNS))
    shown = variants(delay)
    totals = np.stack([variant.total() for variant in shown], axis=1)
    rows = []
    for k, listed in _everyone_listed(usual, delay):
        now = float(listed.mean_months(np.ones(1))[0])
        wanted = np.stack([listed.mean_months(ratio) for ratio in totals.T], axis=1)
        residual, months, status = listed.residual(wanted)
        lost = _qalys_lost(usual, k, listed, residual)
        alone = _qalys_lost(usual, k, listed, np.ones((len(WAITED), 1)))[:, 0]
        rows += [
            (variant.name, *usual.kernels.options[k], listed.around.group, waited, totals[w, v],
             residual[w, v], now, months[w, v], lost[w, v], alone[w], str(status[w, v]))
            for v, variant in enumerate(shown)
            for w, waited in enumerate(WAITED)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _everyone_listed(usual: UsualCare, delay: Delay) -> Iterator[tuple[int, Listed]]:
    """Yield the option's index and `Listed` for each option and group where anybody waits."""
    kernels, month = usual.kernels, usual.waiting
    months = min(round(delay.restricted_to.number * MONTHS_PER_YEAR), kernels.months)
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
            stay = month.stay[c, g] ** np.arange(max(WAITED) + 1)
            moved = np.array(
                [month.move[c, :, g] @ lived[:, g, months - w] for w in range(1, max(WAITED) + 1)]
            )
            each = stay[:-1] * (month.person_months()[c, g] + moved)
            yield (
                k,
                Listed(
                    option,
                    around[point, group],
                    by_option[k, g],
                    np.array([each[:waited].sum() for waited in WAITED]),
                    stay[list(WAITED)],
                    {name: lived[x, g] for x, name in enumerate(kernels.points)},
                ),
            )


def _qalys_lost(usual: UsualCare, k: int, listed: Listed, residual: Floats) -> Floats:
    """Return discounted QALYs lost against starting at once, (waited, variant) as `residual`."""
    kernels, month, value = usual.kernels, usual.waiting, usual.worth.qalys_discounted
    c, g = kernels.point_of[k], kernels.groups.index(listed.around.group)
    rate = usual.scenario.settings.economics.discount_rate_effects.number
    course = listed.course(np.concatenate(([1.0], residual.ravel())), kernels.months)
    start = discount_factors(rate, kernels.months) @ course.qalys - course.complication_qalys
    later = discount_factors(rate, kernels.months + 1, offset=0.0)
    for point, flow in course.arrive.items():
        start = start + value.arrival[kernels.points.index(point), g] * (later @ flow)
    one = np.sqrt(value.monthly_discount) * month.qalys[c, g]
    one += value.monthly_discount * month.move[c, :, g] @ value.arrival[:, g]
    stay = (value.monthly_discount * month.stay[c, g]) ** np.arange(max(WAITED) + 1)
    on_list = one * np.array([stay[:waited].sum() for waited in WAITED])
    started = stay[list(WAITED), None] * start[1:].reshape(residual.shape)
    return np.asarray(start[0] - on_list[:, None] - started)
