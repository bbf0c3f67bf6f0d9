"""What reading 1 comes to in the window: starts, use and worth, without the sites."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.demand import resource_use
from hepaplan.model.outcomes import Value
from hepaplan.model.plan_value import start_worth
from hepaplan.model.readings import UsualCare


def usual_starts(usual: UsualCare) -> Floats:
    """Return the window's starts (option, group, month) when nothing is scarce."""
    after = usual.before + usual.scenario.settings.window.months
    return np.asarray(usual.flow.starts[..., usual.before : after].sum(axis=1))


def usual_use(usual: UsualCare) -> Floats:
    """Return what all starts take when nothing is scarce (resource, month), from the window on.

    Starts of the years before the window still take their part.
    """
    return resource_use(usual.flow.starts.sum(axis=1), usual.kernels.use, usual.before)


def usual_worth(usual: UsualCare, part: str) -> float:
    """Return what everyone treated in the window is worth when nothing is scarce.

    `part` is a field of `Totals`. New patients, those on a list as the window opens, and those who
    come back after earlier treatment: the totals of `replay_totals` without the replay.
    """
    starts = usual_starts(usual)
    value: Value = getattr(usual.worth, part)
    months = starts.shape[-1]
    settled = np.zeros(len(usual.kernels.points), dtype=bool)
    worth = start_worth(usual.kernels.arrive, value.own, value, months, settled)
    return float((starts * worth * value.monthly_discount ** np.arange(months)).sum())


def new_patients_worth(usual: UsualCare, part: str) -> float:
    """Return what the window's new patients are worth at usual care.

    `part` is a field of `Totals`. Nobody who fell ill before the window is in it.
    """
    window = usual.scenario.settings.window.months
    came = usual.eligible[..., usual.before : usual.before + window].sum(axis=1)
    value: Value = getattr(usual.worth, part)
    when = value.monthly_discount ** np.arange(window)
    return float(np.einsum("cgt,cg,t->", came, value.arrival, when))
