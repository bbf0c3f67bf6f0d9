"""From the tiny scenario's files to starts and their worth, by loops that share no line with ours.

The oracle reads the files itself; what it gives equals reading 1 to 1e-9.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import UsualCare
from tests.support.plain_course import course
from tests.support.plain_path import PlainPath, Start
from tests.support.scenarios import (
    TINY,
    scaled,
    tiny,
    tiny_pathway,
    tiny_usual,
    tiny_with,
    with_pathway,
    with_table,
)

CLOSE = 1e-9
MILLIONTH = 1 + 1e-6


@cache
def plain() -> PlainPath:
    return PlainPath(TINY)


@cache
def plain_worth(measure: str, rate: float) -> tuple[dict[Start, float], dict[Start, float]]:
    return plain().own(measure, rate), plain().worth(measure, rate)


def starts_apart(usual: UsualCare) -> float:
    """Return the largest relative difference in starts by option, region, group and month."""
    path, options = plain(), usual.kernels.options
    return max(
        abs(
            float(usual.flow.starts[
                options.index((point, option)), path.regions.index(region),
                usual.kernels.groups.index(group), month,
            ]) / people - 1
        )
        for (point, option, region, group, month), people in path.starts.items()
    )  # fmt: skip


def worth_apart(usual: UsualCare) -> float:
    """Return the largest relative difference in what a start is worth, alone and for life."""
    apart = 0.0
    for name, measure, rate in (
        ("qalys", "qalys", 0.0),
        ("qalys_discounted", "qalys", 0.015),
        ("cost", "cost", 0.0),
        ("cost_discounted", "cost", 0.035),
    ):
        value, (own, whole) = getattr(usual.worth, name), plain_worth(measure, rate)
        for k, (point, option) in enumerate(usual.kernels.options):
            for g, group in enumerate(usual.kernels.groups):
                start = (point, option, group)
                apart = max(apart, abs(float(value.own[k, g]) / own[start] - 1))
                apart = max(apart, abs(float(value.start[k, g]) / whole[start] - 1))
    return apart


def test_starts_by_month_from_the_files() -> None:
    assert len(plain().starts) == tiny_usual().flow.starts.size
    assert starts_apart(tiny_usual()) < CLOSE


def test_qalys_and_cost_of_a_start_from_the_files() -> None:
    assert worth_apart(tiny_usual()) < CLOSE


def test_what_the_loops_do_not_know_is_refused() -> None:
    record = tiny_pathway()["decision_point"]["operable"]["option"]["ablation"]
    resources = plain().settings["resource"]
    assert course(record, "under_65", [1.0, 0.9], resources).qalys[0] > 0
    record["exits"]["recurrence"]["hazard_ratio"] = {"value": 0.8}
    record["doses"] = {}
    with pytest.raises(NotImplementedError, match="doses, hazard_ratio"):
        course(record, "under_65", [1.0, 0.9], resources)


def of_table(name: str, column: str) -> Callable[[], Scenario]:
    return lambda: with_table(
        tiny(), **{name: scaled(getattr(tiny().tables, name), column, MILLIONTH)}
    )


def of_pathway(*keys: str) -> Callable[[], Scenario]:
    def changed() -> Scenario:
        record = tiny_pathway()
        place = record["decision_point"]
        for key in keys[:-1]:
            place = place[key]
        last = place[keys[-1]]
        place[keys[-1]] = [last[0] * MILLIONTH, *last[1:]] if (
            isinstance(last, list)
        ) else last * MILLIONTH  # fmt: skip
        return with_pathway(tiny(), record)

    return changed


RESECTION = ("operable", "option", "resection")
FAULTS: dict[str, Callable[[], Scenario]] = {
    "people": of_table("population", "people"),
    "incidence": of_table("incidence", "rate_per_100k"),
    "trend": of_table("trend", "change_per_year"),
    "life table": of_table("life_table", "deaths_per_person_year"),
    "backlog": of_table("backlog", "patients"),
    "synchronous": lambda: tiny_with(metastases__synchronous_share=0.16 * MILLIONTH),
    "late": lambda: tiny_with(metastases__late_share=0.12 * MILLIONTH),
    "damping": lambda: tiny_with(trend__damping=0.5 * MILLIONTH),
    "procedure": of_pathway(*RESECTION, "not_performed", "share", "value"),
    "cure": of_pathway(*RESECTION, "exits", "recurrence", "time", "cure_share", "value"),
    "median": of_pathway(
        "inoperable", "option", "chemotherapy", "exits", "progression", "time", "median_months",
        "value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_an_input_off_by_a_millionth_is_seen_in_the_starts(what: str) -> None:
    assert starts_apart(usual_care(FAULTS[what]())) > CLOSE


PRICED: dict[str, Callable[[], Scenario]] = {
    "utility": of_pathway(*RESECTION, "utility", "value"),
    "cost": of_pathway(*RESECTION, "costs", "ward", "value"),
    "footprint": of_pathway(*RESECTION, "footprint", "theatre", "value"),
    "complication": of_pathway(*RESECTION, "complications", "major", "probability", "value"),
    "discount rate": lambda: tiny_with(economics__discount_rate_costs=0.035 * MILLIONTH),
}


@pytest.mark.parametrize("what", PRICED)
def test_an_input_off_by_a_millionth_is_seen_in_the_worth(what: str) -> None:
    assert worth_apart(usual_care(PRICED[what]())) > CLOSE
