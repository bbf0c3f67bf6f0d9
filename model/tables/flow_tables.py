"""People who flow through the pathway in the window at usual care: in, started, and where to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.fates import CAUSES
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare

COMES, STARTS, LEAVES = "comes", "starts", "leaves"
NEW, DAY_ONE = "new", "waiting on the first day"
MORE = "more in treatment or follow-up"
COLUMNS = ("stage", "from", "option", "to", "people_a_year")


def flow_table(usual: UsualCare) -> pd.DataFrame:
    """Return flows of people a year, averaged over the window, when nothing is scarce.

    Stage "comes": from outside (new, or on a list as the window opens) to a decision point;
    "starts": from a point to the option started; "leaves": from an option to the next point or to a
    cause of death, with the change of people in its treatment or follow-up. What leaves follows
    starts before the window too. Each point's comers and returners equal its starts, and each
    option's starts what leaves it; flows that are nothing are left out.
    """
    kernels, first = usual.kernels, usual.before
    last = first + usual.scenario.settings.window.months
    rows: list[tuple[str, str, str, str, float]] = []
    new = usual.eligible[..., first:last].sum(axis=(1, 2, 3))
    all_entries = usual.entries[..., first:last].sum(axis=(1, 2, 3))
    for source, people in ((NEW, new), (DAY_ONE, all_entries - new)):
        rows += [
            (COMES, source, "", p, float(n)) for p, n in zip(kernels.points, people, strict=True)
        ]
    started = usual.flow.starts.sum(axis=1)
    in_window = started[..., first:last].sum(axis=(1, 2))
    for (point, option), people in zip(kernels.options, in_window, strict=True):
        rows.append((STARTS, point, option, option, float(people)))
    ways = (*kernels.points, *CAUSES, MORE)
    for (point, option), left in zip(kernels.options, _leave(usual, started, last), strict=True):
        rows += [(LEAVES, point, option, to, float(n)) for to, n in zip(ways, left, strict=True)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["people_a_year"] *= MONTHS_PER_YEAR / (last - first)
    return table[table["people_a_year"] != 0].reset_index(drop=True)


def _leave(usual: UsualCare, started: Floats, last: int) -> Floats:
    """Return people who leave each option in the window (option, way): points, causes, change.

    `started` (option, group, span month); the window ends before the span's month `last`.
    """
    kernels = usual.kernels
    past = np.arange(last)
    since = np.clip(usual.before - 1 - past, 0, kernels.months)
    until = np.clip(last - 1 - past, 0, kernels.months)
    people = started[..., :last]
    procedure = np.zeros_like(kernels.cancer_death)
    procedure[..., 1] = kernels.procedural_death
    deaths = np.stack([kernels.cancer_death - procedure, procedure, kernels.other_death], axis=2)
    left = [
        _in_window(people, flows, since, until).sum(axis=1) for flows in (kernels.arrive, deaths)
    ]
    held = kernels.alive[..., until] - np.where(past < usual.before, kernels.alive[..., since], 0.0)
    more = (people * held).sum(axis=(1, 2))
    return np.column_stack([*left, more])


def _in_window(people: Floats, flows: Floats, since: Ints, until: Ints) -> Floats:
    """Return what follows starts (option, group, month) in the window (option, group, way)."""
    reached = np.cumsum(flows, axis=-1)
    happened = reached[..., until] - reached[..., since]
    return np.asarray((happened @ people[..., None])[..., 0])
