"""Figures of reading 1 that the workbook's sheets of demand give too: cases to resource need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import SEXES, STAGES, TIMINGS
from hepaplan.model.population import regions
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.tidy import add_up, years_of
from hepaplan.model.tables.usual_totals import usual_starts, usual_use
from hepaplan.model.ties.tie import Tie, tie_name, ties_of

INCIDENCE, METASTASES, ARRIVALS, DEMAND = "Incidence", "Metastases", "Arrivals", "Demand live"
ALL = "all"


def demand_ties(usual: UsualCare) -> dict[str, Tie]:
    """Return the window's totals of reading 1 by name, people or units of the resource.

    New cancers by year, sex, stage and (without a projection) region; new metastases by year, group
    and timing; new patients and all arrivals by point; starts by treatment and year, by option, and
    what they need of each resource by year, that of earlier starts included.
    """
    return ties_of(
        [*_cases(usual), *_metastases(usual), *_arrivals(usual), *_starts(usual), *_need(usual)]
    )


def _parts(
    kind: str, what: str, unit: str, part: str, values: Floats, labels: Sequence[str]
) -> Iterator[tuple[str, Tie]]:
    for label, value in zip(labels, values, strict=True):
        yield tie_name(kind, label), Tie(part, f"{what}, {label}", unit, float(value))


def _cases(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    window = usual.scenario.settings.window
    first = usual.case_months.position(window.start)
    cases = usual.cases[first : first + window.months]
    what, unit = "new colorectal cancers in the window", "people"
    yield tie_name("cases", ALL), Tie(INCIDENCE, what, unit, float(cases.sum()), is_headline=True)
    by_year, years = add_up(cases.sum(axis=(1, 2, 3, 4)), years_of(usual.window_labels), axis=0)
    yield from _parts("cases", what, unit, INCIDENCE, by_year, years)
    yield from _parts("cases", what, unit, INCIDENCE, cases.sum(axis=(0, 1, 3, 4)), SEXES)
    stages = [f"stage {stage}" for stage in STAGES]
    yield from _parts("cases", what, unit, INCIDENCE, cases.sum(axis=(0, 1, 2, 3)), stages)
    if usual.scenario.tables.projection.empty:
        by_region = cases.sum(axis=(0, 2, 3, 4))
        for number, name in enumerate(regions(usual.scenario)):
            tie = Tie(INCIDENCE, f"{what}, {name}", unit, float(by_region[number]))
            yield tie_name("cases_region", str(number + 1)), tie


def _metastases(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    months = usual.scenario.settings.window.months
    found = usual.metastases[usual.before : usual.before + months].sum(axis=1)
    what, unit = "new patients with liver metastases in the window", "people"
    total = Tie(METASTASES, what, unit, float(found.sum()), is_headline=True)
    yield tie_name("metastases", ALL), total
    by_year, years = add_up(found.sum(axis=(1, 2)), years_of(usual.window_labels), axis=0)
    yield from _parts("metastases", what, unit, METASTASES, by_year, years)
    by_group = found.sum(axis=(0, 2))
    groups = usual.scenario.groups
    yield from _parts("metastases_group", what, unit, METASTASES, by_group, groups)
    yield from _parts("metastases", what, unit, METASTASES, found.sum(axis=(0, 1)), TIMINGS)


def _arrivals(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    inside = slice(usual.before, usual.before + usual.scenario.settings.window.months)
    points = usual.kernels.points
    new = usual.eligible[..., inside].sum(axis=(1, 2, 3))
    what = "new patients who reach a decision point in the window"
    yield from _parts("new", what, "people", ARRIVALS, new, points)
    came = usual.flow.arrivals[..., inside].sum(axis=(1, 2, 3))
    what = "all arrivals at a decision point in the window, nothing scarce"
    yield from _parts("arrivals", what, "people", ARRIVALS, came, points)


def _starts(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    starts = usual_starts(usual).sum(axis=1)
    what, unit = "starts in the window, nothing scarce", "people"
    total = Tie(DEMAND, what, unit, float(starts.sum()), is_headline=True)
    yield tie_name("starts", ALL), total
    options = [f"{point} {name}" for point, name in usual.kernels.options]
    yield from _parts("starts_option", what, unit, DEMAND, starts.sum(axis=1), options)
    by_treatment, treatments = add_up(starts, usual.treatments, axis=0)
    by_year, years = add_up(by_treatment, years_of(usual.window_labels), axis=1)
    for treatment, values in zip(treatments, by_year, strict=True):
        kind = tie_name("starts", treatment)
        yield from _parts(kind, f"{treatment}: {what}", unit, DEMAND, values, years)


def _need(usual: UsualCare) -> Iterator[tuple[str, Tie]]:
    months = usual.scenario.settings.window.months
    need = np.asarray(usual_use(usual)[:, :months])
    by_year, years = add_up(need, years_of(usual.window_labels), axis=1)
    for (name, resource), values in zip(
        usual.scenario.settings.resource.items(), by_year, strict=True
    ):
        what = f"need of {resource.label}, nothing scarce, in the window"
        total = Tie(DEMAND, what, resource.unit, float(values.sum()), is_headline=True)
        yield tie_name("need", name), total
        yield from _parts(tie_name("need", name), what, resource.unit, DEMAND, values, years)
