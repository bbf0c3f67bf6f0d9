"""Keys: equal for equal runs, different for everything a result depends on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.batch.design import Sample, Target
from hepaplan.model.batch.keys import digest, scenario_digest, task_key
from hepaplan.model.depth import FULL
from tests.support.scenarios import scaled, tiny, with_settings, with_table

SHARE, HORIZON = ("metastases", "synchronous_share"), ("metastases", "late_share")
RUN: dict[str, Any] = {
    "base": "b",
    "targets": {"x": Target("set", (SHARE,)), "y": Target("add", (HORIZON,))},
    "values": {"x": 0.2, "y": 0.1, "overlay": "none"},
    "sample": Sample("draw", 10, 1, "random", None),
    "draw": 3,
    "outputs": ("new_metastases", "nothing_scarce.qalys"),
    "depth": FULL,
    "code": "c",
}


def key(**changed: Any) -> str:
    return task_key(**(RUN | changed))


def test_the_key_is_the_same_on_any_machine() -> None:
    # printf '{"a":null,"b":[1.5,"£"]}' | b2sum -l 128
    assert digest({"b": [1.5, "£"], "a": None}) == "6c1b7639e4d4581e5e733030aa4efcbb"
    assert digest({"a": None, "b": [1.5, "£"]}) == digest({"b": [1.5, "£"], "a": None})


def test_neither_order_nor_the_names_of_axes_count() -> None:
    targets = {"why": RUN["targets"]["y"], "ex": RUN["targets"]["x"]}
    assert key(targets=targets, values={"why": 0.1, "ex": 0.2}) == key()
    assert key(outputs=RUN["outputs"][::-1]) == key()


def test_whole_and_broken_numbers_of_one_value_are_one() -> None:
    assert key(values={"x": 1, "y": 0}) == key(values={"x": 1.0, "y": 0.0})


@pytest.mark.parametrize(
    "changed",
    [
        {"base": "other"},
        {"code": "other"},
        {"draw": 4},
        {"outputs": ("new_metastases",)},
        {"depth": replace(FULL, time_limit=5.0)},
        {"values": {"x": 0.2, "y": 0.11}},
        {"values": {"x": 0.1, "y": 0.2}},
        {"targets": RUN["targets"] | {"y": Target("multiply", (HORIZON,))}},
        {"targets": RUN["targets"] | {"y": Target("add", (HORIZON,), "under_65")}},
        {"targets": RUN["targets"] | {"y": Target("add", cell=("hilltop", "theatre"))}},
        {"targets": RUN["targets"] | {"y": Target("add", (HORIZON,), factor=1.2)}},
        {"targets": RUN["targets"] | {"y": Target("add", (HORIZON, ("its", "copy")))}},
        {"sample": Sample("draw", 10, 2, "random", None)},
        {"sample": Sample("draw", 10, 1, "latin", None)},
        {"sample": Sample("draw", 10, 1, "random", ("metastases.late_share",))},
        {"sample": None, "draw": None},
    ],
)
def test_whatever_a_result_depends_on_changes_the_key(changed: dict[str, Any]) -> None:
    assert key(**changed) != key()


def test_more_draws_keep_the_results_of_the_first_where_each_draw_is_its_own() -> None:
    assert key(sample=Sample("draw", 99, 1, "random", None)) == key()
    strata = Sample("draw", 10, 1, "latin", None)
    assert key(sample=replace(strata, count=99)) != key(sample=strata)


def test_words_about_a_scenario_do_not_count() -> None:
    words = with_settings(tiny(), name="other", title="Other", question="Why?")
    economics = tiny().settings.economics
    noted = economics.willingness_to_pay.model_copy(update={"note": "new", "reason": "why"})
    changed = economics.model_copy(update={"willingness_to_pay": noted})
    assert scenario_digest(words) == scenario_digest(tiny())
    assert scenario_digest(with_settings(tiny(), economics=changed)) == scenario_digest(tiny())


def test_figures_tables_samples_and_copies_of_a_scenario_count() -> None:
    one, base = tiny(), scenario_digest(tiny())
    wtp = one.settings.economics.willingness_to_pay.model_copy(update={"value": 20000.000001})
    economics = one.settings.economics.model_copy(update={"willingness_to_pay": wtp})
    assert scenario_digest(with_settings(one, economics=economics)) != base
    people = scaled(one.tables.population, "people", 1.0000001)
    assert scenario_digest(with_table(one, population=people)) != base
    assert scenario_digest(replace(one, samples={SHARE: (0.1, 0.2)})) != base
    assert scenario_digest(replace(one, copies={SHARE: HORIZON})) != base
