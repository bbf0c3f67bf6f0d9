"""Figures of reading 1's value that the workbook's formulas give too: survival, QALYs and money."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.readings import UsualCare
from hepaplan.model.ties.tie import Tie, tie_name, ties_of

MEASURES = {
    "life_years": ("life-years", "years"),
    "qalys": ("QALYs", "QALY"),
    "qalys_discounted": ("QALYs, discounted", "QALY"),
    "cost": ("cost", "GBP"),
    "cost_discounted": ("cost, discounted", "GBP"),
}
"""By field of `outcomes.Values`: words and unit."""
DISCOUNTED = ("qalys_discounted", "cost_discounted")
TOTALS = {
    "own": "own course, all options and groups",
    "start": "with all that follows, all options and groups",
    "arrival": "arrivals, all points and groups",
}
"""By field of `outcomes.Value`: what its sum is of."""
ALIVE_AT = (12, 24, 60)
SURVIVAL, VALUE, WORTH, REGION = "Alive", "Value", "Worth", "New patients"
NEW_PATIENTS, NET_BENEFIT = "value_new_patients", "value_region_net_benefit"


def region_name(measure: str) -> str:
    """Return the name of what the region's new patients come to."""
    return tie_name("value_region", measure)


def total_name(field: str, measure: str) -> str:
    """Return the name of a sum over a table."""
    return tie_name("value_all", field, measure)


def arrival_name(measure: str, point: str, group: str) -> str:
    """Return the name of what an arrival is worth."""
    return tie_name("value_arrival", measure, point, group)


def alive_name(month: int) -> str:
    """Return the name of the sum of those at risk at a month."""
    return tie_name("value_alive", str(month))


def new_in_window(usual: UsualCare) -> Floats:
    """Return the window's new patients (point, group), the people whom the table region counts."""
    window = usual.scenario.settings.window.months
    came = usual.eligible[..., usual.before : usual.before + window]
    return np.asarray(came.sum(axis=(1, 3)))


def value_ties(usual: UsualCare) -> dict[str, Tie]:
    """Return survival, worth and the region's totals of reading 1, by name.

    QALYs and pounds of the region's new patients are at usual care and discounted to each patient's
    arrival, as in the table region.
    """
    return ties_of([*_region(usual), *_arrivals(usual), *_totals(usual)])


def _region(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    came = new_in_window(usual)
    what = "new patients in the window, nothing scarce"
    yield NEW_PATIENTS, Tie(REGION, what, "people", float(came.sum()), is_headline=True)
    found = {}
    for measure, (words, unit) in MEASURES.items():
        found[measure] = float((came * getattr(usual.worth, measure).arrival).sum())
        label = f"new patients' {words}"
        yield region_name(measure), Tie(REGION, label, unit, found[measure], is_headline=True)
    threshold = usual.scenario.settings.economics.willingness_to_pay.number
    benefit = net_monetary_benefit(found["cost_discounted"], found["qalys_discounted"], threshold)
    label = "new patients' net monetary benefit"
    yield NET_BENEFIT, Tie(REGION, label, "GBP", benefit, is_headline=True)


def _arrivals(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    for measure in DISCOUNTED:
        words, unit = MEASURES[measure]
        values = getattr(usual.worth, measure).arrival
        for c, point in enumerate(usual.kernels.points):
            for g, group in enumerate(usual.kernels.groups):
                label = f"an arrival's {words}, {point}, {group}".replace("_", " ")
                tie = Tie(WORTH, label, unit, float(values[c, g]))
                yield arrival_name(measure, point, group), tie


def _totals(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    for field, of in TOTALS.items():
        for measure, (words, unit) in MEASURES.items():
            value = float(getattr(getattr(usual.worth, measure), field).sum())
            yield total_name(field, measure), Tie(VALUE, f"{words}, {of}", unit, value)
    for month in ALIVE_AT:
        if month <= usual.kernels.months:
            alive = float(usual.kernels.alive[..., month].sum())
            label = f"still in their own course at month {month}, all options and groups"
            yield alive_name(month), Tie(SURVIVAL, label, "shares of starts, summed", alive)
