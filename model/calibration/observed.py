"""What a scenario yields of things that are observed: its outputs, and survival since a start."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hepaplan.model.depth import FULL, Depth
from hepaplan.model.evaluate import usual_care
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.outputs import Output, outputs_known, outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import listed, nearest
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.usual_tables import survival_if_performed

SURVIVAL = "overall_survival"
SURVIVAL_FORM = f"{SURVIVAL}.POINT.OPTION.MONTH"
MAY_BE_NEGATIVE = "net_monetary_benefit_gbp"
ONE_AT_MOST = "share"


def observable(scenario: Scenario, name: str) -> Output:
    """Return an output by name, survival since an option's start included.

    `overall_survival.POINT.OPTION.MONTH` is the share alive so many months after starts that were
    carried out, all that follows included, patient groups by their starts of the window. Raises
    ValueError, in words, for a name that is none.
    """
    if name.split(".")[0] != SURVIVAL:
        known = outputs_known(scenario)
        if name not in known:
            near = nearest(name, known) or f"; write policy.measure, or {SURVIVAL_FORM}"
            raise ValueError(f'found no output "{name}"{near}')
        return known[name]
    place, month = _survival(scenario, name)
    option = list(scenario.pathway.options())[place][2]
    label = f"{option.label}: alive {month} months after the start"
    return Output(name, label, ONE_AT_MOST, "reading 1", True)


def range_of(output: Output) -> tuple[float, float]:
    """Return the least and the most that an output can be."""
    low = -math.inf if output.name.endswith(MAY_BE_NEGATIVE) else 0.0
    return low, 1.0 if output.unit == ONE_AT_MOST else math.inf


def observed(scenario: Scenario, names: Sequence[str], depth: Depth = FULL) -> dict[str, float]:
    """Return outputs by name, in their units, as `outputs_of`; survival by `observable`."""
    survival = [name for name in names if name.split(".")[0] == SURVIVAL]
    others = [name for name in names if name not in survival]
    found = outputs_of(scenario, others, depth) if others else {}
    if survival:
        usual = usual_care(scenario)
        asked = {name: _survival(scenario, name) for name in survival}
        longest = max(month for _, month in asked.values())
        by_point, by_option = overall_survival(usual.kernels, longest)
        for name, (option, month) in asked.items():
            alive = survival_if_performed(usual, option, month, by_point, by_option)
            found[name] = float(alive @ _starts(usual, option))
    return found


def _starts(usual: UsualCare, option: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the groups' parts of an option's starts, equal ones where nobody starts it."""
    starts = usual.flow.starts[option, ..., usual.before :].sum(axis=(0, 2))
    total = float(starts.sum())
    return starts / total if total > 0 else np.full(len(starts), 1.0 / len(starts))


def _survival(scenario: Scenario, name: str) -> tuple[int, int]:
    """Return (place of the option in the pathway, month) of a survival output."""
    options = [f"{point}.{option}" for point, option, _ in scenario.pathway.options()]
    *middle, month = name.split(".")[1:] or [""]
    stated = ".".join(middle)
    if stated not in options:
        near = nearest(stated, options)
        raise ValueError(
            f"found no option {stated or 'at all'}{near}; expected {SURVIVAL_FORM}, with one of "
            f"{listed(options)}"
        )
    last = scenario.settings.economics.horizon_years * MONTHS_PER_YEAR
    if not (month.isdecimal() and 1 <= int(month) <= last):
        raise ValueError(f"found month {month}; expected a whole number from 1 to {last}")
    return options.index(stated), int(month)
