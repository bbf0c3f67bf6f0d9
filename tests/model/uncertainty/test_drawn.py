"""Scenarios that hold draws or other numbers: shares still sum to 1, bounds are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.course import by_month
from hepaplan.model.evaluate import usual_care
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.survival.fitted import monthly_hazards
from hepaplan.model.uncertainty.drawing.drawn import (
    drawn_eligibility,
    drawn_scenario,
)
from hepaplan.model.uncertainty.drawing.draws import one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.spread.inputs import Value
from hepaplan.model.uncertainty.spread.share_sets import share_sets
from tests.support.drawn_pathways import drawn_pathway
from tests.support.region_values import all_values
from tests.support.scenarios import tiny, tiny_usual
from tests.support.small import pathway_record, share

AT = ("decision_point", "listed", "option", "operation", "exits", "recurrence", "to")
OPERATION: Key = ("decision_point", "listed", "option", "operation")


def pathway() -> Pathway:
    record = pathway_record()
    to = record["decision_point"]["listed"]["option"]["operation"]["exits"]["recurrence"]["to"]
    to["listed"] |= {"low": 0.2, "high": 0.4, "distribution": "beta"}
    to["settled"] = share({"young": 0.5, "old": 0.6})
    to["cancer_death"] = share({"young": 0.2, "old": 0.1})
    return Pathway.model_validate(record)


def share_of(drawn: Pathway, end: str, group: str) -> Any:
    """The drawn share of recurrences that go to one end."""
    record = drawn.decision_point["listed"].option["operation"].exits["recurrence"]
    return np.asarray(record.to[end].for_group(group))


def test_what_is_not_drawn_shares_what_the_drawn_leave() -> None:
    drawn = drawn_pathway(pathway(), {(*AT, "listed"): np.array([0.3, 0.1, 0.65])})
    for group, settled in (("young", 5 / 7), ("old", 6 / 7)):
        parts = [share_of(drawn, end, group) for end in ("listed", "settled", "cancer_death")]
        np.testing.assert_allclose(np.sum(parts, axis=0), 1.0, rtol=1e-14)
        np.testing.assert_allclose(parts[1], settled * np.array([0.7, 0.9, 0.35]))


def test_drawn_shares_above_1_are_scaled_down_to_it() -> None:
    above: dict[Key, Value] = {(*AT, "listed"): np.array([0.6]), (*AT, "settled"): np.array([0.9])}
    drawn = drawn_pathway(pathway(), above)
    np.testing.assert_allclose(share_of(drawn, "listed", "young"), [0.4])
    np.testing.assert_allclose(share_of(drawn, "settled", "old"), [0.6])
    np.testing.assert_allclose(share_of(drawn, "cancer_death", "old"), [0.0])


def test_a_set_drawn_whole_is_divided_by_its_sum_in_each_group() -> None:
    """Expected: young 1 : 2 : 1, old 1 : 5 : 2."""
    drawn = drawn_pathway(
        pathway(),
        {
            (*AT, "listed"): np.array([0.1]),
            (*AT, "settled"): {"young": np.array([0.2]), "old": np.array([0.5])},
            (*AT, "cancer_death"): {"young": np.array([0.1]), "old": np.array([0.2])},
        },
    )
    np.testing.assert_allclose(share_of(drawn, "settled", "young"), [0.5])
    np.testing.assert_allclose(share_of(drawn, "listed", "old"), [0.125])


def test_a_waiting_month_and_usual_shares_are_whole_too() -> None:
    at = ("decision_point", "listed", "waiting")
    drawn = drawn_pathway(pathway(), {(*at, "cancer_death"): np.array([0.1, 0.4])})
    row = drawn.decision_point["listed"].waiting
    assert row is not None
    np.testing.assert_allclose(row.stay.for_group("all"), [0.7, 0.6 * 7 / 9])
    np.testing.assert_allclose(row.move["settled"].for_group("all"), [0.2, 0.6 * 2 / 9])
    only = ("decision_point", "settled", "option", "care", "usual_share")
    assert any(only in s for s in share_sets(pathway()))
    alone = drawn_pathway(pathway(), {only: np.array([0.4])})
    care = alone.decision_point["settled"].option["care"]
    np.testing.assert_allclose(care.usual_share.for_group("all"), [1.0])


def test_a_schedule_is_drawn_month_by_month_and_keeps_the_rest() -> None:
    costs = (*OPERATION, "costs", "drugs")
    drawn = drawn_pathway(pathway(), {costs: {"month 1": np.array([30.0, 40.0])}})
    found = by_month(drawn.decision_point["listed"].option["operation"].costs["drugs"], 4)
    np.testing.assert_array_equal(found, [[100, 100], [30, 40], [5, 5], [5, 5]])
    assert by_month(drawn.decision_point["listed"].option["operation"].costs["drugs"], 1).shape == (
        1,
        2,
    )
    with pytest.raises(ValueError, match="is a schedule: give values for month 0, month 1, then"):
        drawn_pathway(pathway(), {costs: np.array([30.0])})


def test_a_factor_on_a_curve_multiplies_its_hazard() -> None:
    """Expected: recurrence of survival 0.81 a month, hazard x 0.5 and x 2; none before, 1 then."""
    time = (*OPERATION, "exits", "recurrence", "time")
    drawn = drawn_pathway(pathway(), {time: np.array([0.5, 2.0])})
    record = drawn.decision_point["listed"].option["operation"].exits["recurrence"]
    assert record.hazard_ratio is not None
    hazard = np.asarray(record.hazard_ratio.for_group("all")) * monthly_hazards(record.time, 1)
    np.testing.assert_allclose(hazard, -np.log(0.81) * np.array([0.5, 2.0]))


def test_the_pathway_itself_is_left_as_it_was() -> None:
    before = pathway()
    drawn_pathway(before, {(*AT, "listed"): np.array([0.1])})
    assert before == pathway()


def test_draws_of_eligibility_keep_the_proportions_of_the_rest() -> None:
    table = tiny().tables.eligibility
    group = tiny().groups[0]
    stated = table[table["group"] == group].set_index("decision_point")["share"]
    point = str(stated.idxmax())
    one: Key = ("tables", "eligibility", group)
    drawn = drawn_scenario(tiny(), {one: {point: np.array([0.2, 0.4])}})
    found = drawn_eligibility(drawn, 2)
    np.testing.assert_allclose(found.sum(axis=0), 1.0, rtol=1e-14)
    points = list(tiny().pathway.decision_point)
    rest = stated.drop(point)
    left = rest * 0.6 / rest.sum()
    for name, expected in left.items():
        assert found[points.index(str(name)), 0, 1] == pytest.approx(expected)
    with pytest.raises(ValueError, match="has no decision point x"):
        drawn_scenario(tiny(), {one: {"x": np.array([0.2])}})
    with pytest.raises(ValueError, match=r"only those of tables\.eligibility"):
        drawn_scenario(tiny(), {("tables", "stage", "x"): np.array([0.2])})


def test_a_scenario_restated_with_its_own_numbers_is_the_same() -> None:
    values = all_values(tiny(), 1)
    same = {k: one_draw(all_values(tiny(), 1), 0)[k] for k in values}
    changed = usual_care(stated_scenario(tiny(), same)).flow.starts
    assert not np.allclose(changed, tiny_usual().flow.starts, rtol=1e-3)
    base = stated_scenario(tiny(), {})
    np.testing.assert_array_equal(usual_care(base).flow.starts, tiny_usual().flow.starts)


def test_a_stated_figure_has_no_spread_and_says_why_it_changed() -> None:
    key: Key = ("metastases", "synchronous_share")
    new = stated_scenario(tiny(), {key: 0.13})
    figure = new.settings.metastases.synchronous_share
    assert (figure.value, figure.low, figure.high, figure.distribution) == (0.13, None, None, None)
    assert new.reasons[key] == "a value of this run"
    assert tiny().settings.metastases.synchronous_share.value == 0.16


def test_a_value_that_cannot_be_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"synchronous_share: the value 1\.3 lies outside 0 to 1"):
        stated_scenario(tiny(), {("metastases", "synchronous_share"): 1.3})
    with pytest.raises(ValueError, match=r"no figure metastases\.synchronous; did you mean"):
        stated_scenario(tiny(), {("metastases", "synchronous"): 0.2})
    at: Key = ("metastases", "synchronous_share")
    with pytest.raises(ValueError, match=r"the value -0\.1 lies outside"):
        drawn_scenario(tiny(), {at: np.array([0.1, -0.1])})
