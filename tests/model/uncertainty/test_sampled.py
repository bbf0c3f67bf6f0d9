"""A scenario in draws: its base case, its options compared, and scenarios on the same draws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.outputs import outputs_of
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.region.frame import MEASURES
from hepaplan.model.uncertainty.region.region import region_draws
from hepaplan.model.uncertainty.sampled import (
    PER_PATIENT,
    PER_REGION,
    SAME_PEOPLE,
    Sampled,
    Sampling,
    all_sampled,
    at_means,
    at_points,
    comparisons,
    left_out,
    sampled,
)
from hepaplan.model.uncertainty.spread.distributions import LogNormal
from hepaplan.model.uncertainty.spread.inputs import Input, uncertain_inputs
from tests.support.inputs_by_hand import made_input
from tests.support.region_values import read_once
from tests.support.unsure import unsure, unsure_usual

FREE = "\n[resource.theatre.unit_cost]\nvalue = 0\n"
DEAR = "\n[resource.theatre.unit_cost]\nvalue = 40\n"
LONGER = "\n[window]\nmonths = 4\n"
MORE_PEOPLE = "\n[metastases.late_share]\nvalue = 0.2\n"
ASKED = Sampling(6, seed=3)


def at_the_base(side: Sampled) -> Sampled:
    """The same with the base case for its only draw."""
    return replace(side, region=side.base)


def test_the_base_is_reading_1_itself() -> None:
    """Expected: equal to 1e-9 in every figure that both have."""
    usual = usual_care(unsure())
    base, alone = region_draws(usual, at_points(uncertain_inputs(unsure()))), read_once(usual)
    np.testing.assert_allclose(base.totals[:, 0], alone.totals, rtol=1e-9)
    np.testing.assert_allclose(base.starts[..., 0], alone.starts, rtol=1e-9)
    np.testing.assert_allclose(base.use[..., 0], alone.use, rtol=1e-9)
    np.testing.assert_allclose(base.new_metastases[..., 0], alone.new_metastases, rtol=1e-9)


def test_the_base_is_what_a_run_says() -> None:
    """Expected: equal to 1e-9."""
    side = sampled(unsure(), ASKED)
    names = {"qalys_discounted": "qalys", "cost_discounted": "cost_gbp", "life_years": "life_years"}
    asked = [f"new_patients.{name}" for name in names.values()]
    said = outputs_of(unsure(), [*asked, "new_metastases"])
    for measure, name in names.items():
        found = float(side.base.totals[MEASURES.index(measure), 0])
        assert found == pytest.approx(said[f"new_patients.{name}"], rel=1e-9)
    people = side.base.new_metastases.sum() * 12 / unsure().settings.window.months
    assert people == pytest.approx(said["new_metastases"], rel=1e-9)


def test_draws_are_those_of_the_seed_and_the_region_is_read_in_them() -> None:
    side, again, other = (sampled(unsure(), Sampling(6, seed)) for seed in (3, 3, 4))
    drawn = draw(side.inputs, 6, 3)
    key = ("metastases", "synchronous_share")
    np.testing.assert_array_equal(np.asarray(side.drawn[key]), np.asarray(drawn[key]))
    np.testing.assert_array_equal(side.region.totals, again.region.totals)
    assert not np.allclose(side.region.totals, other.region.totals)
    assert side.region.totals.shape == (len(MEASURES), 6)
    assert side.base.totals.shape == (len(MEASURES), 1)
    np.testing.assert_allclose(
        side.region.totals, region_draws(unsure_usual(), drawn, workers=1).totals, rtol=1e-12
    )


def test_points_and_means_are_one_draw_of_inputs_and_copies() -> None:
    """A log-normal's mean is exp(mu + sigma²/2), above its point exp(mu) = 2."""
    whole = made_input(("a",), 2.0, LogNormal(np.log(2.0), 0.5), copies=(("b",),))
    parts = {"young": LogNormal(0.0, 0.2), "old": LogNormal(0.1, 0.3)}
    by_group = made_input(("c",), {"young": 1.0, "old": 1.2}, parts)
    inputs: dict[Key, Input] = {("a",): whole, ("c",): by_group}
    points, means = at_points(inputs), at_means(inputs)
    assert points.keys() == means.keys() == {("a",), ("b",), ("c",)}
    np.testing.assert_array_equal(np.asarray(points["a",]), [2.0])
    np.testing.assert_array_equal(np.asarray(points["b",]), [2.0])
    np.testing.assert_allclose(np.asarray(means["b",]), [2.0 * np.exp(0.125)])
    assert points["c",] == {"young": [1.0], "old": [1.2]}
    group_means = means["c",]
    assert isinstance(group_means, dict)
    assert group_means["old"] == pytest.approx([np.exp(0.1 + 0.045)])


def test_options_of_a_point_are_worth_what_the_kernels_say() -> None:
    side = at_the_base(sampled(unsure(), ASKED))
    (found,) = comparisons([side])
    alone = read_once(unsure_usual())
    assert found.strategies.what == "a patient at: Operable"
    assert found.strategies.names == ("Liver resection", "Thermal ablation")
    assert found.per == PER_PATIENT
    options = [point for point, _, _ in unsure().pathway.options()]
    here = [k for k, point in enumerate(options) if point == "operable"]
    np.testing.assert_allclose(found.strategies.qalys[:, 0], alone.option_qalys[here], rtol=1e-4)
    np.testing.assert_allclose(found.strategies.cost[:, 0], alone.option_cost[here], rtol=1e-4)


def test_people_who_face_a_choice_are_a_years_starts_there() -> None:
    """Expected: the window's three months of starts of both options, times four."""
    (found,) = comparisons([sampled(unsure(), ASKED)])
    usual, people = unsure_usual(), 0.0
    for option, (point, _) in enumerate(usual.kernels.options):
        for month in range(usual.before, usual.before + 3):
            if point == "operable":
                people += 4.0 * float(usual.flow.starts[option, ..., month].sum())
    assert found.people_a_year == pytest.approx(people, rel=1e-12)


def test_scenarios_of_the_same_patients_are_compared_on_the_same_draws() -> None:
    first, dear = (sampled(scenario, ASKED) for scenario in (unsure(), unsure(more=DEAR)))
    _, found = comparisons([first, dear])
    assert (found.per, found.people_a_year) == (PER_REGION, 0.0)
    assert left_out([first, dear]) == []
    np.testing.assert_allclose(found.strategies.qalys[0], found.strategies.qalys[1], rtol=1e-12)
    assert (found.strategies.cost[1] > found.strategies.cost[0]).all()
    cost = first.region.totals[first.region.measures.index("cost_discounted")]
    np.testing.assert_array_equal(found.strategies.cost[0], cost)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_scenarios_share_one_sobol_sequence(order: tuple[int, int]) -> None:
    """A cost of 0 is certain, so one scenario has an input fewer: the others keep their draws."""
    asked = Sampling(6, seed=3, design="sobol")
    scenarios = [(unsure(), unsure(more=FREE))[place] for place in order]
    sides = all_sampled(scenarios, asked, lambda _: None)
    more, fewer = (sides[place] for place in order)
    assert more.inputs.keys() - fewer.inputs.keys() == {("resource", "theatre", "unit_cost")}
    for key, what in fewer.inputs.items():
        for part in what.parts:
            both: list[Any] = [side.drawn[key] for side in (more, fewer)]
            one, other = (values[part] if part else values for values in both)
            np.testing.assert_array_equal(one, other)
    assert left_out(sides) == []


def test_a_scenario_alone_has_the_sobol_sequence_of_its_own_inputs() -> None:
    asked = Sampling(6, seed=3, design="sobol")
    (side,) = all_sampled([unsure()], asked, lambda _: None)
    key: Key = ("metastases", "synchronous_share")
    alone = draw(uncertain_inputs(unsure()), 6, 3, "sobol")
    np.testing.assert_array_equal(side.drawn[key], alone[key])


@pytest.mark.parametrize("change", [LONGER, MORE_PEOPLE])
def test_a_scenario_of_other_patients_is_left_out_and_named(change: str) -> None:
    other = unsure(more=change)
    named = replace(other, settings=other.settings.model_copy(update={"name": "other"}))
    sides = [sampled(scenario, ASKED) for scenario in (unsure(), named)]
    assert left_out(sides) == ["other"]
    assert [found.per for found in comparisons(sides)] == [PER_PATIENT]


def test_options_of_one_label_are_told_apart() -> None:
    side = sampled(unsure(), ASKED)
    pathway = side.scenario.pathway
    point = pathway.decision_point["operable"]
    alike = {
        name: option.model_copy(update={"label": "Liver resection"})
        for name, option in point.option.items()
    }
    points = pathway.decision_point | {"operable": point.model_copy(update={"option": alike})}
    renamed = pathway.model_copy(update={"decision_point": points})
    usual = replace(side.usual, scenario=replace(side.scenario, pathway=renamed))
    (found,) = comparisons([replace(side, usual=usual)])
    assert found.strategies.names == ("Liver resection", "Liver resection (2)")


def test_a_point_nobody_starts_at_is_no_choice() -> None:
    usual = unsure_usual()
    nobody = replace(usual, flow=replace(usual.flow, starts=0.0 * usual.flow.starts))
    assert comparisons([replace(sampled(unsure(), ASKED), usual=nobody)]) == []


def test_patients_are_the_same_to_a_billionth_only() -> None:
    side = sampled(unsure(), ASKED)
    for factor, names in ((1 + 1e-6, ["unsure (2)"]), (1 + SAME_PEOPLE / 100, [])):
        more = replace(side.region, new_metastases=factor * side.region.new_metastases)
        assert left_out([side, replace(side, region=more)]) == names


def test_scenarios_of_one_name_are_told_apart() -> None:
    side = sampled(unsure(), ASKED)
    _, found = comparisons([side, side])
    assert found.strategies.names == ("unsure", "unsure (2)")
    other = sampled(unsure(more=MORE_PEOPLE), ASKED)
    assert left_out([side, other]) == ["unsure (2)"]
