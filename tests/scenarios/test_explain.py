"""What `hepaplan explain` says of lists, and of the parts of a figure: unit and source too."""

from __future__ import annotations

from functools import cache

import pytest

from hepaplan.scenarios.explain import explain
from hepaplan.scenarios.load import Loaded, load

OPTION = "pathway.decision_point.resectable.option.minor_open"
SHARE = "metastases.synchronous_share"


@cache
def loaded() -> Loaded:
    return load("greater-manchester")


def lines(key: str) -> list[str]:
    return str(explain(loaded(), key)).splitlines()


@pytest.mark.parametrize(
    ("key", "value", "whole", "unit"),
    [
        (
            "metastases.metachronous_timing.points",
            "6, 0.1; 12, 0.35; 24, 0.71; 36, 0.88; 60, 1",
            "metastases.metachronous_timing",
            "share",
        ),
        (
            "metastases.metachronous_timing.points[2]",
            "12, 0.35",
            "metastases.metachronous_timing",
            "share",
        ),
        (
            f"{OPTION}.exits.recurrence.time.points",
            "month 12, survival 0.54; month 36, survival 0.3365",
            f"{OPTION}.exits.recurrence.time",
            "months",
        ),
        (f"{OPTION}.utility.then", "0.8", f"{OPTION}.utility", "utility"),
        (f"{OPTION}.usual_share.value.under_65", "0.217", f"{OPTION}.usual_share", "share"),
        (
            "metastases.synchronous_share.within",
            "0, 0.178",
            "metastases.synchronous_share",
            "share",
        ),
    ],
)
def test_a_part_of_a_figure_has_its_unit_and_source(
    key: str, value: str, whole: str, unit: str
) -> None:
    first, *others = lines(key)
    assert first == f"{key} = {value}"
    assert f"  part of: {whole}" in others
    assert f"  unit: {unit}" in others
    assert sum(line.startswith("  source: ") for line in others) == 1
    assert sum(line.startswith("  quality: ") for line in others) == 1


def test_each_figure_of_a_list_has_unit_quality_and_source() -> None:
    first, _, *below = lines(f"{OPTION}.published")
    assert first == f"{OPTION}.published = a list of 3"
    assert below[0] == (
        f"  {OPTION}.published[1] = month: 60; overall_survival: 0.443 "
        "(share, published, cucchetti_2015)"
    )
    assert lines(OPTION)[2] == (
        f"  {OPTION}.usual_share = under_65 0.217, 65_to_79 0.27, 80_and_over 0.406 share "
        "(judgement, norway_registry)"
    )


def test_a_list_of_names_is_shown_itself() -> None:
    assert lines("plan.aims")[0] == "plan.aims = health, standard, cost, travel, waiting"
