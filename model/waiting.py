"""Waiting lists: what a month of waiting does, and whether it could ever look like a treatment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import Value
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Problem
from hepaplan.model.quantities import DAYS_PER_MONTH, MONTHS_PER_YEAR

SHORT_HORIZON_YEARS = 5
"""Up to which waiting that pays is put down to the horizon."""


@dataclass(frozen=True)
class WaitingMonth:
    """What one month on a list does, by point and group; rows sum to 1.

    `stay` (point, group), `move` (from point, to point, group), `cancer_death` and `other_death`
    (point, group). `qalys` and `cost` (point, group) are per person on the list at the month's
    start. `standard_months` (point): whole months within the waiting standard, 0 where nobody
    waits; `waits` (point).
    """

    stay: Floats
    move: Floats
    cancer_death: Floats
    other_death: Floats
    qalys: Floats
    cost: Floats
    standard_months: Ints
    standard_days: Floats
    waits: Flags

    def person_months(self) -> Floats:
        """Months lived in the next month by one person on the list, deaths at mid-month."""
        return 1.0 - 0.5 * (self.cancer_death + self.other_death)


def waiting_month(
    pathway: Pathway, groups: tuple[str, ...], other_cause_survival: Floats
) -> WaitingMonth:
    """Return the effect of a month's waiting.

    The file's probabilities hold for those who escape death from other causes in the month;
    `other_cause_survival` (point, group, months + 1), or the same at all points without the first
    axis, gives that.
    """
    points = tuple(pathway.decision_point)
    shape = (len(points), len(groups))
    stay, cancer, qalys, cost = (np.zeros(shape) for _ in range(4))
    move = np.zeros((len(points), *shape))
    standard_months = np.zeros(len(points), dtype=np.int64)
    standard_days = np.full(len(points), np.nan)
    waits = np.zeros(len(points), dtype=bool)
    escaped = np.broadcast_to(other_cause_survival[..., 1], shape)
    for c, point in enumerate(pathway.decision_point.values()):
        if point.waiting is None or point.standard is None:
            continue
        waits[c] = True
        standard_days[c] = point.standard.number
        standard_months[c] = max(1, round(standard_days[c] / DAYS_PER_MONTH))
        for g, group in enumerate(groups):
            row = point.waiting
            stay[c, g] = row.stay.for_group(group) * escaped[c, g]
            cancer[c, g] = row.cancer_death.for_group(group) * escaped[c, g]
            for destination, probability in row.move.items():
                move[c, points.index(destination), g] = probability.for_group(group) * escaped[c, g]
            lived = 1.0 - 0.5 * (cancer[c, g] + 1.0 - escaped[c, g])
            qalys[c, g] = row.utility.for_group(group) * lived / MONTHS_PER_YEAR
            cost[c, g] = row.cost.for_group(group) * lived
    other = np.where(waits[:, None], 1.0 - escaped, 0.0)
    return WaitingMonth(
        stay, move, cancer, other, qalys, cost, standard_months, standard_days, waits
    )


def worth_of_waiting(month: WaitingMonth, kernels: Kernels, qalys: Value) -> Floats:
    """Return the QALYs of waiting one month and then starting, shape (option, group)."""
    point = kernels.point_of
    half, whole = np.sqrt(qalys.monthly_discount), qalys.monthly_discount
    moved = np.einsum("cxg,xg->cg", month.move, qalys.arrival)
    later = month.stay[point] * qalys.start + moved[point]
    return np.asarray(half * month.qalys[point] + whole * later)


def waiting_that_pays(
    month: WaitingMonth, kernels: Kernels, qalys: Value, tolerance: float = 1e-9
) -> list[Problem]:
    """Return one problem for each option and group where a month on the list beats starting now.

    One for all if the horizon is short: that is the likelier cause.
    """
    gain = worth_of_waiting(month, kernels, qalys) - qalys.start
    listed = month.waits[kernels.point_of][:, None] & (kernels.usual_share > 0.0)
    paying = [(int(k), int(g)) for k, g in np.argwhere(listed & (gain > tolerance))]
    if paying and kernels.months <= SHORT_HORIZON_YEARS * MONTHS_PER_YEAR:
        k, g = max(paying, key=lambda where: gain[where])
        return [
            Problem(
                ("economics", "horizon_years"),
                f"found {kernels.months // MONTHS_PER_YEAR}, too short to see what treatment "
                f"gains: waiting seems to pay, most for {kernels.options[k][1]} in group "
                f"{kernels.groups[g]}, {gain[k, g]:.4f} QALYs a month; raise it until none of "
                "those treated may live longer",
            )
        ]
    return [
        Problem(
            ("pathway", "decision_point", kernels.options[k][0], "waiting"),
            f"for group {kernels.groups[g]}, one more month on the list for "
            f"{kernels.options[k][1]} is worth {gain[k, g]:.4f} QALYs more than starting now: "
            "waiting must not look like a treatment. Raise the monthly cancer_death or move "
            "probabilities of waiting, or lower its utility, so that they match untreated "
            "disease; if they do, raise economics.horizon_years, which may be too short to see "
            "what treatment gains",
        )
        for k, g in paying
    ]
