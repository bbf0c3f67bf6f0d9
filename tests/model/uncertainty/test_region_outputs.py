"""Values taken together as draws give what each gives in a run of its own."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model import evaluate
from hepaplan.model.evaluate import usual_care
from hepaplan.model.outputs import chosen_outputs, outputs_of
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.moving.evaluations import by_runs, number
from hepaplan.model.uncertainty.moving.levers import levers
from hepaplan.model.uncertainty.region.region_outputs import (
    by_region_draws,
    drawn_names,
    influential,
    stacked,
)
from hepaplan.model.uncertainty.spread.distributions import Beta, Uniform
from hepaplan.model.uncertainty.spread.inputs import Values
from tests.support.inputs_by_hand import OPERABLE, made_input
from tests.support.scenarios import tiny, tiny_usual

RESECTION: Key = (*OPERABLE, "option", "resection")
TABLE: Key = ("tables", "eligibility", "under_65")
POINTS: list[Values] = [
    {},
    {(*RESECTION, "usual_share"): {"under_65": 0.5, "65_and_over": 0.4}},
    {(*RESECTION, "complications", "major", "cost"): 4100.0},
    {("metastases", "synchronous_share"): 0.19},
    {TABLE: {"operable": 0.35}},
    {(*RESECTION, "procedural_mortality"): {"under_65": 0.02, "65_and_over": 0.05}},
    {(*RESECTION, "utility"): {"then": 0.7}},
]


@pytest.fixture
def same_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = tiny_usual().clocks
    monkeypatch.setattr(evaluate, "other_cause_clocks", lambda *_: clocks)


@pytest.mark.usefixtures("same_clocks")
def test_values_taken_together_are_those_of_runs() -> None:
    """Expected: equal to 1e-9, each point alone, on the same clocks."""
    names = drawn_names(tiny())
    chosen_outputs(tiny(), names)
    together = by_region_draws(usual_care(tiny()), names)(POINTS)
    alone = by_runs(tiny(), names)(POINTS)
    for one, other in zip(together, alone, strict=True):
        assert not isinstance(one, str)
        assert not isinstance(other, str)
        assert one == pytest.approx(other, rel=1e-9)
    name = "new_patients.net_monetary_benefit_gbp"
    assert len({number(outcome, name) for outcome in together}) == len(POINTS)


def test_points_leave_alone_what_they_do_not_change() -> None:
    values = stacked(tiny(), POINTS)
    mortality = values[*RESECTION, "procedural_mortality"]
    assert isinstance(mortality, dict)
    assert mortality["under_65"].tolist() == [0.01] * 5 + [0.02, 0.01]
    ablation = values[*OPERABLE, "option", "ablation", "usual_share"]
    assert isinstance(ablation, dict)
    np.testing.assert_allclose(ablation["under_65"], [0.25, 0.5, *[0.25] * 5])
    table = values[TABLE]
    assert isinstance(table, dict)
    np.testing.assert_allclose(sum(table.values()), np.ones(len(POINTS)))


def test_one_value_that_cannot_be_is_refused_alone() -> None:
    share: Key = ("metastases", "synchronous_share")
    points: list[Values] = [{share: 0.1}, {share: 1.7}, {share: 0.2}]
    found = by_region_draws(tiny_usual(), ["new_metastases"])(points)
    assert [isinstance(outcome, str) for outcome in found] == [False, True, False]
    assert "outside 0 to 1" in str(found[1])


def test_nothing_changed_is_the_base_case() -> None:
    (base,) = by_region_draws(tiny_usual(), ["new_metastases"])([{}])
    assert base == pytest.approx(outputs_of(tiny(), ["new_metastases"]))


def test_the_largest_inputs_are_kept_and_those_that_only_scarcity_shows() -> None:
    inputs = [
        made_input(("metastases", "synchronous_share"), 0.16, Beta(16, 84)),
        made_input((*RESECTION, "complications", "major", "cost"), 2500.0, Uniform(2400, 2600)),
        made_input((*OPERABLE, "waiting", "cost"), 90.0, Uniform(60, 120), "GBP per month"),
    ]
    found = levers(tiny(), {what.key: what for what in inputs})
    kept = [lever.what for lever in influential(tiny_usual(), found, most=1)]
    assert kept == [inputs[0], inputs[2]]
