"""Sets of shares of which some have new values, and factors on curves, made whole by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity
from hepaplan.model.uncertainty.drawing.completed import (
    completed_pathway,
    completed_set,
    eligibility_values,
)
from hepaplan.model.uncertainty.drawing.located import (
    record_at,
    refuse_unknown,
    with_figures_at,
)
from hepaplan.model.uncertainty.drawing.stated import refuse_crowded_out
from tests.support.scenarios import tiny
from tests.support.small import figure, pathway_record, share

A: Key = ("a",)
B: Key = ("b",)
C: Key = ("c",)
EXIT: Key = ("decision_point", "listed", "option", "operation", "exits", "recurrence")


def shares(**values: Any) -> dict[Key, Quantity]:
    return {(name,): Quantity.model_validate(share(value)) for name, value in values.items()}


def test_shares_without_a_value_keep_their_proportions() -> None:
    """0.2 of the whole is left for 0.3 and 0.2: 0.12 and 0.08."""
    found: Any = completed_set(shares(a=0.5, b=0.3, c=0.2), {A: 0.8})
    assert {key: float(value) for key, value in found.items()} == pytest.approx(
        {A: 0.8, B: 0.12, C: 0.08}
    )


def test_values_beyond_the_whole_are_scaled_down_to_it() -> None:
    found: Any = completed_set(shares(a=0.5, b=0.3, c=0.2), {A: 0.9, B: 0.6})
    assert {key: float(value) for key, value in found.items()} == pytest.approx(
        {A: 0.6, B: 0.4, C: 0.0}
    )


@pytest.mark.parametrize(("given", "expected"), [((0.2, 0.3), (0.4, 0.6)), ((0.0, 0.0), (0, 0))])
def test_with_nobody_to_take_the_rest_values_are_divided_by_their_sum(
    given: tuple[float, float], expected: tuple[float, float]
) -> None:
    found: Any = completed_set(shares(a=0.5, b=0.5, c=0.0), {A: given[0], B: given[1]})
    assert (float(found[A]), float(found[B])) == pytest.approx(expected)
    assert float(found[C]) == 0.0
    alone: Any = completed_set(shares(a=0.5, b=0.5), {A: given[0], B: given[1]})
    assert (float(alone[A]), float(alone[B])) == pytest.approx(expected)


def test_groups_and_draws_are_made_whole_each() -> None:
    """The value is of the young alone, in two draws; 0.3 to 0.1 is the rest of the old."""
    stated = shares(a={"young": 0.6, "old": 0.6}, b={"young": 0.3, "old": 0.3}, c=0.1)
    given: Any = {"young": np.array([0.2, 0.8]), "old": np.array([0.5, 0.9])}
    found: Any = completed_set(stated, {A: given})
    np.testing.assert_allclose(found[B]["young"], [0.6, 0.15])
    np.testing.assert_allclose(found[C]["young"], [0.2, 0.05])
    np.testing.assert_allclose(found[C]["old"], [0.125, 0.025])
    np.testing.assert_allclose(found[A]["old"], [0.5, 0.9])


def recurring(**more: Any) -> Pathway:
    record = pathway_record()
    record["decision_point"]["listed"]["option"]["operation"]["exits"]["recurrence"] |= more
    return Pathway.model_validate(record)


def ratio(value: float | dict[str, float]) -> dict[str, Any]:
    return figure(value, "hazard ratio")


def test_a_factor_on_a_curve_multiplies_its_hazard_ratio() -> None:
    own = (*EXIT, "hazard_ratio")
    bare: Any = completed_pathway(recurring(), {(*EXIT, "time"): 1.5})
    assert bare == {own: 1.5}
    stated: Any = completed_pathway(recurring(hazard_ratio=ratio(0.8)), {(*EXIT, "time"): 1.5})
    assert stated[own] == pytest.approx(1.2)
    drawn: Any = completed_pathway(
        recurring(hazard_ratio=ratio(0.8)), {(*EXIT, "time"): 1.5, own: 0.6}
    )
    assert drawn[own] == pytest.approx(0.9)


def test_a_factor_by_group_or_on_ratios_by_group_stays_by_group() -> None:
    own = (*EXIT, "hazard_ratio")
    by_group = recurring(hazard_ratio=ratio({"young": 0.8, "old": 0.5}))
    found: Any = completed_pathway(by_group, {(*EXIT, "time"): 2.0})
    assert {name: float(value) for name, value in found[own].items()} == {"young": 1.6, "old": 1.0}
    factor: Any = {"young": 2.0, "old": 3.0}
    found = completed_pathway(by_group, {(*EXIT, "time"): factor})
    assert {name: float(value) for name, value in found[own].items()} == {"young": 1.6, "old": 1.5}


def test_a_pathways_set_is_completed_where_one_of_it_changes() -> None:
    """Recurrence leads 0.3 back, 0.5 on and 0.2 to death: of 0.4 left, 5 and 2 parts of 7."""
    to = (*EXIT, "to")
    found: Any = completed_pathway(recurring(), {(*to, "listed"): 0.6})
    assert {key[-1]: float(value) for key, value in found.items()} == pytest.approx(
        {"listed": 0.6, "settled": 0.4 * 5 / 7, "cancer_death": 0.4 * 2 / 7}
    )
    cost: Key = ("decision_point", "listed", "waiting", "cost")
    assert completed_pathway(recurring(), {cost: 50.0}) == {cost: 50.0}


def test_eligibility_of_a_group_is_made_whole() -> None:
    table = tiny().tables.eligibility
    own = table[table["group"] == "65_and_over"].set_index("decision_point")["share"]
    first, *others = own.index
    found: Any = eligibility_values(tiny(), "65_and_over", {str(first): 0.9})
    rest = own.drop(index=first)
    assert float(found[first]) == pytest.approx(0.9)
    for point in others:
        assert float(found[point]) == pytest.approx(0.1 * own[point] / rest.sum())


@pytest.mark.parametrize(
    ("group", "value", "said"),
    [
        ("young", {"operable": 0.5}, "eligibility of group young: no such group"),
        ("65_and_over", 0.5, "group 65_and_over: give a share for each decision point"),
        ("65_and_over", {"elsewhere": 0.5}, "65_and_over has no decision point elsewhere"),
    ],
)
def test_eligibility_of_nobody_and_of_nowhere_is_refused(group: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        eligibility_values(tiny(), group, value)


def test_records_are_found_and_replaced_by_key() -> None:
    pathway = recurring()
    cost = (*EXIT[:4], "procedural_mortality")
    assert record_at(pathway, cost).value == 0.05
    assert record_at(pathway, (*EXIT, "nothing", "there")) is None
    assert record_at(pathway, ("decision_point", "unknown")) is None
    new = Quantity.model_validate(share(0.07))
    changed = with_figures_at(pathway, {cost: new})
    assert record_at(changed, cost) is new
    assert record_at(pathway, cost).value == 0.05
    assert changed.decision_point["settled"] is pathway.decision_point["settled"]
    with pytest.raises(ValueError, match=r'no figure a; no figure .*lit; did you mean "dec'):
        refuse_unknown(pathway, [cost, A, (*cost[:-1], "procedural_mortalit")])


def test_a_share_that_others_leave_no_room_for_is_refused() -> None:
    refuse_crowded_out(A, 0.4, 0.4 + 1e-12)
    with pytest.raises(ValueError, match=r"a cannot be 0.4: .* at most 0.39 is left for it"):
        refuse_crowded_out(A, 0.4, 0.39)
