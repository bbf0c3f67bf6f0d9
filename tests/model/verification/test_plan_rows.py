"""Rows F that need no other plan: each passes on the tiny run and fails on a doctored one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.plan_rules import Equity, MinimumVolume
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Replay
from hepaplan.model.verification import plan_rows
from hepaplan.model.verification.changed import without_new_cases
from hepaplan.model.verification.changed_supply import supply_times
from hepaplan.model.verification.plan_again_rows import PLAN_AGAIN_ROWS
from hepaplan.model.verification.plan_rows import (
    PLAN_ROWS,
    PLANS_OF_THE_CODE,
    calm_is_the_replay,
    complications_take_wards,
    floor_is_kept,
    keeps_every_rule,
    no_worse_than_a_fixed_plan,
    nobody_starts,
    nobody_waits_in_plenty,
    nothing_without_capacity,
    people_and_capacity,
    proven_and_told,
)
from hepaplan.model.verification.subject import Row, Subject
from tests.support.scenarios import (
    tiny,
    tiny_capacity,
    tiny_pathway,
    with_pathway,
    with_settings,
    with_table,
)
from tests.support.small import figure, share
from tests.support.verified import (
    deaf,
    subject_of,
    tiny_subject,
    with_best,
    with_capacity,
    with_usual,
)


@pytest.mark.parametrize("row", PLAN_ROWS, ids=lambda row: f"{row.identifier}-{row.judge.__name__}")
def test_each_row_passes_on_the_tiny_run(row: Row) -> None:
    finding = row.judge(tiny_subject())
    expected = "not applicable" if row.judge is floor_is_kept else "pass"
    assert finding.outcome == expected, finding.found


def test_rows_and_those_of_the_code_are_the_whole_section() -> None:
    named = {row.identifier for row in (*PLAN_ROWS, *PLAN_AGAIN_ROWS)} | set(PLANS_OF_THE_CODE)
    assert named == {f"F{number}" for number in range(1, 23)}
    assert not any(row.plans_again for row in PLAN_ROWS)
    assert all(row.plans_again for row in PLAN_AGAIN_ROWS)


def doctored(done: Replay, name: str, by: float) -> Replay:
    """Return a replay with its largest figure of a kind changed."""
    figures = getattr(done, name).copy()
    figures[np.unravel_index(int(np.argmax(figures)), figures.shape)] += by
    return replace(done, **{name: figures})


def test_people_who_start_without_capacity_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_rows, "first_come", nothing_scarce)
    finding = nothing_without_capacity(tiny_subject())
    assert finding.outcome == "fail"
    assert "0.0 wait after 4 months" in finding.found


def test_where_nothing_takes_a_resource_no_capacity_means_nothing() -> None:
    network = tiny_capacity().network
    free = replace(network.kernels, use=np.zeros_like(network.kernels.use))
    subject = with_capacity(planned_in=replace(network, kernels=free))
    assert nothing_without_capacity(subject).outcome == "not applicable"


def test_people_who_are_no_number_are_not_taken_for_nobody() -> None:
    network = tiny_capacity().network
    done = first_come(network)
    lost = replace(done, at_site=np.full_like(done.at_site, np.nan))
    assert nobody_starts(network, lost).outcome == "fail"


def test_where_nobody_comes_to_a_list_no_capacity_means_nothing() -> None:
    nobody = without_new_cases(tiny())
    nobody = with_table(nobody, backlog=nobody.tables.backlog.iloc[:0])
    assert nothing_without_capacity(subject_of(nobody)).outcome == "not applicable"


@pytest.mark.parametrize("wrong", [1e-3, np.nan])
def test_starts_in_plenty_other_than_on_arrival_are_found_out(wrong: float) -> None:
    nothing = doctored(tiny_capacity().nothing_scarce_there, "starts", wrong)
    assert nobody_waits_in_plenty(with_capacity(nothing_scarce_there=nothing)).outcome == "fail"
    assert nobody_waits_in_plenty(with_best(usual_worth_gap=wrong)).outcome == "fail"


def test_a_plan_worse_than_first_come_is_found_out() -> None:
    """What happens with a tenth of the capacity, said to be the plan."""
    poor = first_come(supply_times(tiny_capacity().network, 0.1))
    assert no_worse_than_a_fixed_plan(with_capacity(planned=poor)).outcome == "fail"


MINIMUM = {
    "label": "Resections",
    "site": "hilltop",
    "treatment": "resection",
    "least": figure(1.0, "starts per year"),
}


def test_first_come_is_no_measure_of_other_aims_nor_where_it_breaks_rules() -> None:
    settings = tiny().settings
    cost = settings.plan.model_copy(update={"aims": ("cost", "health")})
    minimum = {"resections": MinimumVolume.model_validate(MINIMUM)}
    for changed, words in (
        (with_settings(tiny(), plan=cost), "the first aim is cost"),
        (with_settings(tiny(), minimum_volume=minimum), "may break a rule"),
    ):
        finding = no_worse_than_a_fixed_plan(with_usual(scenario=changed))
        assert finding.outcome == "not applicable"
        assert words in finding.found


def test_a_plan_that_breaks_a_rule_is_found_out() -> None:
    """Half as much again of everything; a rule said to be broken; what is not a number."""
    best = tiny_capacity().best
    more = keeps_every_rule(with_best(point=1.5 * best.point))
    assert more.outcome == "fail"
    assert "broken beyond rounding: arrivals by" in more.found
    for wrong in (1e-3, np.nan):
        told = keeps_every_rule(with_best(residuals={"capacity": wrong, "lists": 0.0}))
        assert told.outcome == "fail"
    assert keeps_every_rule(with_best(point=best.point * np.nan)).outcome == "fail"


@pytest.mark.parametrize("name", ["starts", "left", "at_site", "arrivals", "use"])
@pytest.mark.parametrize("wrong", [1e-3, np.nan])
def test_people_lost_or_use_told_wrong_is_found_out(name: str, wrong: float) -> None:
    """A thousandth of a person more, or a thousandth of a unit's size; what is no number."""
    planned = tiny_capacity().planned
    by = wrong * planned.use.max() if name == "use" else wrong
    assert people_and_capacity(with_capacity(planned=doctored(planned, name, by))).outcome == "fail"


def test_use_above_capacity_is_found_out() -> None:
    """Everybody at once, said to be first come: nobody is lost, but theatres are overfull."""
    finding = people_and_capacity(with_capacity(first_come_there=nothing_scarce(network())))
    assert finding.outcome == "fail"
    assert finding.found.startswith("largest imbalance ")


def network() -> Any:
    return tiny_capacity().network


def with_floor(floor: float) -> Subject:
    """Return a run whose worst region has a floor under its share started in time."""
    equity = Equity.model_validate({"over": "region", "floor": share(floor)})
    plan = tiny().settings.plan.model_copy(update={"equity": equity})
    return subject_of(with_settings(tiny(), plan=plan))


def test_a_floor_is_kept_and_one_that_is_not_is_found_out() -> None:
    subject = with_floor(0.4)
    assert floor_is_kept(subject).outcome == "pass"
    best = subject.capacity.best
    nobody = np.where(np.isin(np.arange(best.point.size), best.written.at.starts), 0.0, best.point)
    broken = replace(subject.capacity, best=replace(best, point=nobody))
    assert floor_is_kept(replace(subject, capacity=broken)).outcome == "fail"


@pytest.mark.parametrize(
    ("status", "gap", "expected"),
    [
        ("optimal", 4e-3, "pass"),
        ("optimal", 6e-3, "fail"),
        ("optimal", np.nan, "fail"),
        ("time limit", 6e-3, "pass"),
        ("time limit", np.inf, "fail"),
    ],
)
def test_a_gap_that_belies_its_status_is_found_out(status: str, gap: float, expected: str) -> None:
    """Whole choices are proven to five thousandths; one stopped earlier says how far it is."""
    assert proven_and_told(with_best(status=status, gap=gap)).outcome == expected


def test_complications_that_take_nothing_more_are_found_out() -> None:
    finding = complications_take_wards(tiny_subject(read=deaf))
    assert finding.outcome == "fail"
    assert finding.found.startswith("1 uses by complications, each 0 units")


def test_complications_that_take_something_else_are_found_out() -> None:
    engine = tiny_subject().read

    def lying(scenario: Any) -> Any:
        usual = engine(scenario)
        use = usual.kernels.use.copy()
        use[2, 0, 1, 0] += 0.01
        return replace(usual, kernels=replace(usual.kernels, use=use))

    assert complications_take_wards(tiny_subject(read=lying)).outcome == "fail"


def test_without_complications_their_row_does_not_apply() -> None:
    record = tiny_pathway()
    for point in record["decision_point"].values():
        for option in point["option"].values():
            option.pop("complications", None)
    subject = with_usual(scenario=with_pathway(tiny(), record))
    assert complications_take_wards(subject).outcome == "not applicable"


@pytest.mark.parametrize("name", ["use", "left"])
def test_a_replay_other_than_chance_without_variance_is_found_out(name: str) -> None:
    planned = doctored(tiny_capacity().planned, name, 1.0)
    assert calm_is_the_replay(with_capacity(planned=planned)).outcome == "fail"
