"""A plan edited by hand: what it does, which rules it breaks, how it compares."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.fixed_plan import first_come_in_programme, planned_point
from hepaplan.model.allocation.written import programme
from hepaplan.model.by_hand.edited import (
    COMPARED,
    EDITED,
    NOT_STARTED,
    WAITING_AT_THE_END,
    Edited,
    compare_edited,
    evaluate_edited,
)
from hepaplan.model.by_hand.plan_file import plan_table
from hepaplan.model.by_hand.violations import NOBODY, violations
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE
from hepaplan.model.replay import Plan
from hepaplan.model.sites.lumps import Lumps
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network, rules

WINDOW = 3


@cache
def table() -> pd.DataFrame:
    best = tiny_capacity().best
    return plan_table(tiny_capacity().network, best.written.classes, best.plan, WINDOW)


def by(frame: pd.DataFrame, column: str) -> dict[str, dict[Hashable, Any]]:
    """Return the rows of a table by what a column says, the last of equals."""
    return {str(row[column]): row for row in frame.to_dict("records")}


def edited(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame) -> Edited:
    return compare_edited(tiny_usual(), tiny_capacity(), change(table().copy()))


def test_the_best_plan_unedited_does_what_the_best_plan_does_and_keeps_every_rule() -> None:
    found = edited()
    assert found.keeps_every_rule
    compared = found.tables["comparison"]
    assert compared["against_most_health"].abs().max() < 1e-9
    assert found.headlines[-1] == "The plan keeps every rule."
    assert "brings +0.00 QALYs against the best plan" in found.headlines[0]


def test_it_is_compared_with_the_best_plan_and_first_come() -> None:
    compared = edited(lambda plan: plan.assign(starts=plan["starts"] / 2)).tables["comparison"]
    assert list(compared) == [
        "measure", "unit", *COMPARED, "against_most_health", "against_first_come",
    ]  # fmt: skip
    at = by(compared, "measure")
    waiting = [
        tiny_capacity().replays[policy].left[..., WINDOW - 1].sum()
        for policy in (MOST_HEALTH, FIRST_COME)
    ]
    end = at[WAITING_AT_THE_END]
    assert [end[MOST_HEALTH], end[FIRST_COME]] == pytest.approx(waiting)
    assert end["against_first_come"] > 1
    assert at["QALYs, discounted"]["against_most_health"] < 0
    assert set(edited().tables["waiting"]["policy"]) >= {EDITED, MOST_HEALTH, FIRST_COME}


def test_starts_that_do_not_fit_are_listed_by_resource_site_and_months() -> None:
    network, best = tiny_capacity().network, tiny_capacity().best
    half = replace(network, capacity=0.5 * network.capacity)
    work = best.written
    at, rows = programme(half, work.classes, tiny().settings.plan)
    found = violations(tiny(), half, work.classes, at, rows, best.plan)
    assert set(found["rule"]) == {"capacity"}
    used = (
        tiny_capacity().replays[MOST_HEALTH].use[..., :WINDOW]
        - np.maximum(half.capacity, half.committed)[..., :WINDOW]
    )
    for row in found.to_dict("records"):
        resource = network.kernels.resources.index(row["what"])
        over = used[resource, network.sites.index(row["site"])]
        assert row["most"] == pytest.approx(over.max(), rel=0.02)
        assert row["unit"] == {"theatre": "minutes", "chair": "hours"}[row["what"]]
        assert row["total"] >= row["most"]
    first = found.iloc[0]
    assert first["in_words"].startswith(f"{first['site'].title()}: ")
    assert "of Operating theatre too few in one month, " in first["in_words"]


def test_starts_that_find_nobody_are_listed_and_use_nothing() -> None:
    def more(plan: pd.DataFrame) -> pd.DataFrame:
        first = (plan["month"] == "2027-02") & (plan["option"] == "chemotherapy")
        return plan.assign(starts=plan["starts"] + np.where(first, 50.0, 0.0))

    found = edited(more)
    broken = found.tables["violations"].query("rule == @NOBODY and what == @about", local_dict={
        "NOBODY": NOBODY, "about": "inoperable/chemotherapy"})  # fmt: skip
    assert set(broken["site"]) == {"hilltop", "riverside"}
    assert broken["from_month"].eq("2027-02").all()
    assert broken["most"].between(40, 50 + 1e-9).all()
    words = broken["in_words"].iloc[0]
    assert "starts of inoperable/chemotherapy find nobody on the list" in words
    at = by(found.tables["comparison"], "measure")
    assert at[NOT_STARTED][EDITED] == pytest.approx(broken["total"].sum(), rel=0.05)


def test_substitution_above_its_share_is_listed() -> None:
    def all_ablated(plan: pd.DataFrame) -> pd.DataFrame:
        swapped = plan[(plan["intended"] == "resection") & (plan["starts"] > 0)].copy()
        swapped["option"], swapped["referral_share"] = "ablation", np.nan
        kept = plan.copy()
        kept.loc[kept["intended"] == "resection", "starts"] = 0.0
        kept = kept[(kept["starts"] > 0) | kept["referral_share"].notna()]
        return pd.concat([kept, swapped.groupby(list(swapped)[:5], as_index=False)["starts"].sum()])

    row = by(edited(all_ablated).tables["violations"], "rule")["substitution"]
    assert row["what"] == "operable/ablation"
    assert "beyond the share that may be exchanged" in row["in_words"]


def test_referral_out_of_bounds_is_listed() -> None:
    def all_to_riverside(plan: pd.DataFrame) -> pd.DataFrame:
        ours = plan["option"].eq("chemotherapy")
        return plan.assign(
            referral_share=np.where(ours, plan["site"].eq("riverside"), plan["referral_share"])
        )

    broken = edited(all_to_riverside).tables["violations"]
    found = broken[broken["rule"] == "referral_bounds"]
    assert set(found["site"]) == {"hilltop", "riverside"}
    assert found["what"].eq("inoperable/chemotherapy").all()
    assert found["months"].eq(WINDOW).all()
    assert "beyond what referral may change" in found["in_words"].iloc[0]


def test_a_missed_minimum_volume_and_a_rule_of_unknown_shape_are_listed() -> None:
    network, best = tiny_capacity().network, tiny_capacity().best
    counts = np.zeros((1, *network.offers.shape), dtype=bool)
    counts[0, network.kernels.options.index(("operable", "resection")), 0] = True
    lumps = replace(
        network.lumps, volumes=("resections_hilltop",), counts=counts,
        least=np.array([99.0]), may_close=np.array([False]),
    )  # fmt: skip
    asked = replace(network, lumps=lumps)
    classes = best.written.classes
    at, rows = programme(asked, classes, tiny().settings.plan)
    found = violations(tiny(), asked, classes, at, rows, best.plan)
    resections = best.plan.starts[network.pair_option == 0][:, :, 0].sum()
    assert found["rule"].tolist() == ["minimum_volumes"]
    assert found["most"][0] == pytest.approx(99.0 * network.horizon / 12 - resections, rel=1e-6)
    assert found["in_words"][0].startswith("resections_hilltop: ")
    renamed = replace(
        rows,
        blocks=tuple(("new" if n == "minimum_volumes" else n, a, b) for n, a, b in rows.blocks),
    )
    found = violations(tiny(), asked, classes, at, renamed, best.plan)
    assert found["rule"].tolist() == ["new"]
    assert found["in_words"][0].startswith("new is broken by ")


def test_months_in_which_the_same_rule_is_broken_are_one_row() -> None:
    kernels = hand_kernels([("operable", "resection")], np.ones((1, 1, 1)))
    capacity = np.array([[[5.0, 1.0, 5.0]]])
    network = hand_network(kernels, np.full((1, 1, 3), 4.0), capacity)
    network = replace(network, sites=("hilltop",), kernels=replace(kernels, resources=("chair",)))
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    referral = np.ones((1, 1, 1, 3))
    plan = Plan(np.array([[[[4.0, 4.0, 4.0]]]]), referral, pooled=True)
    (row,) = violations(tiny(), network, classes, at, rows, plan).to_dict("records")
    assert (row["from_month"], row["to_month"], row["months"]) == ("2027-02", "2027-02", 1)
    assert (row["most"], row["total"]) == (3, 3)
    # January lacks nothing, February and March have nobody for 2 and 2 of their starts.
    plan = Plan(np.array([[[[4.0, 6.0, 6.0]]]]), referral, pooled=True)
    row = by(violations(tiny(), network, classes, at, rows, plan), "rule")[NOBODY]
    assert (row["from_month"], row["to_month"], row["months"]) == ("2027-02", "2027-03", 2)
    assert (row["most"], row["total"]) == (2, 4)
    assert row["in_words"] == (
        "Hilltop: 2 starts of operable/resection find nobody on the list in one month, 4 in "
        "2 months, 2027-02 to 2027-03"
    )


@pytest.mark.parametrize(("starts", "short"), [(0.0, 0.0), (1.0, 48.0)])
def test_a_service_that_may_close_and_starts_nothing_is_closed(starts: float, short: float) -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.full((1, 1, 12), 4.0), np.full((1, 1, 12), 9.0))
    lumps = Lumps(
        adds=np.zeros((0, 1, 1, 12)), cost=np.zeros((0, 12)),
        opens=np.zeros((0, 1, 1), dtype=bool), volumes=("operations",),
        counts=np.ones((1, 1, 1), dtype=bool), least=np.array([60.0]),
        may_close=np.array([True]), budget=np.array([np.inf]),
        year_of=np.zeros(12, dtype=np.int64),
    )  # fmt: skip
    network = replace(network, lumps=lumps)
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    plan = Plan(np.full((1, 1, 1, 12), starts), np.ones((1, 1, 1, 12)), True)
    point, _ = planned_point(network, classes, at, rows, plan)
    assert rows.worst(point)["minimum_volumes"] == pytest.approx(short)


def test_what_the_best_plan_builds_is_there_for_the_edited_plan() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.full((1, 1, 2), 4.0), np.full((1, 1, 2), 1.0))
    network = replace(
        network,
        lumps=Lumps(
            expansions=("list",), adds=np.full((1, 1, 1, 2), 3.0), cost=np.full((1, 2), 1e3),
            opens=np.zeros((1, 1, 1), dtype=bool), counts=np.zeros((0, 1, 1), dtype=bool),
            budget=np.array([np.inf]), year_of=np.zeros(2, dtype=np.int64),
        ),
    )  # fmt: skip
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    starts, referral = np.full((1, 1, 1, 2), 4.0), np.ones((1, 1, 1, 2))
    for built, worst in ((0.0, 3.0), (1.0, 0.0)):
        plan = Plan(starts, referral, True, np.full((1, 1, 2), 3.0 * built), np.array([built]))
        point, nobody = planned_point(network, classes, at, rows, plan)
        assert rows.worst(point)["capacity"] == pytest.approx(worst)
        assert not nobody.any()


def test_first_come_as_a_fixed_plan_keeps_every_rule_in_classes_by_group() -> None:
    capacity = tiny_capacity()
    network, done = capacity.network, capacity.replays[FIRST_COME]
    classes = patient_classes(network, capacity.replays[NOTHING_SCARCE], pooled=False)
    at, rows = programme(network, classes, tiny().settings.plan)
    found = first_come_in_programme(network, classes, at, rows, done).set_index("constraint")
    assert found["rows_broken"].sum() == 0
    assert found["largest_violation"].max() < 1e-9
    assert set(found["in_words"]) == {"kept"}


def test_in_pooled_classes_its_flows_differ_by_the_ages_on_the_lists() -> None:
    capacity = tiny_capacity()
    network, done = capacity.network, capacity.replays[FIRST_COME]
    classes = patient_classes(network, capacity.replays[NOTHING_SCARCE], pooled=True)
    at, rows = programme(network, classes, tiny().settings.plan)
    found = first_come_in_programme(network, classes, at, rows, done)
    row = by(found, "constraint")["arrivals"]
    assert row["rows_broken"] > 0
    assert "the ages of those on a list" in row["in_words"]
    assert found["largest_violation"].max() < 0.01


def test_first_come_that_misses_a_rule_is_said_to() -> None:
    capacity = tiny_capacity()
    network = capacity.network
    classes = patient_classes(network, capacity.replays[NOTHING_SCARCE], pooled=False)
    cut = replace(network, capacity=0.5 * network.capacity)
    at, rows = programme(cut, classes, tiny().settings.plan)
    found = first_come_in_programme(cut, classes, at, rows, capacity.replays[FIRST_COME])
    row = by(found, "constraint")["capacity"]
    assert row["rows_broken"] > 0
    assert (row["unit"], row["in_words"]) == ("units of the resource", "not kept by this policy")
    again = first_come_in_programme(cut, classes, at, rows, first_come(cut))
    assert again["rows_broken"].sum() == 0


def test_the_whole_path_from_a_scenario_and_a_table() -> None:
    told: list[str] = []
    found = evaluate_edited(tiny_usual(), table(), told.append)
    assert found.keeps_every_rule
    assert "the plan with most health" in told
    assert len(found.headlines) == 5
