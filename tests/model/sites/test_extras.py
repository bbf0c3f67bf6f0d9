"""Overtime and outsourcing: what may be bought, when, and what it adds."""

from __future__ import annotations

import numpy as np

from hepaplan.model.allocation import constraints
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.columns import columns
from hepaplan.model.allocation.rows import assemble
from hepaplan.model.calendar import Months
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import ExtraCapacity
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.extras import extras_of
from hepaplan.model.sites.network import Network, saleable_capacity
from tests.support.scenarios import tiny, tiny_usual, with_settings, with_table
from tests.support.small import figure

HILLTOP, RIVERSIDE = 0, 1
THEATRE, CHAIR = 0, 1


def extra(site: str, resource: str, most: float, cost: float, **months: str) -> ExtraCapacity:
    return ExtraCapacity.model_validate(
        {
            "label": "More",
            "kind": "overtime",
            "site": site,
            "resource": resource,
            "most": figure(most, "units per month"),
            "unit_cost": figure(cost, "GBP per unit"),
            **months,
        }
    )


def scenario(whole_cases: bool = False) -> Scenario:
    resources = tiny().settings.resource
    theatre = resources["theatre"].model_copy(update={"whole_cases": whole_cases})
    return with_settings(
        tiny(),
        resource=resources | {"theatre": theatre},
        extra_capacity={
            "evenings": extra("hilltop", "theatre", 400, 9, from_month="2027-02"),
            "chairs": extra("riverside", "chair", 30, 2, to_month="2027-02"),
        },
    )


def network(whole_cases: bool = False) -> Network:
    return network_of(usual_care(scenario(whole_cases)))


def test_what_may_be_bought_in_which_months() -> None:
    found = extras_of(scenario(), Months("2027-01", 4))
    assert found.names == ("evenings", "chairs")
    assert found.resource.tolist() == [THEATRE, CHAIR]
    assert found.site.tolist() == [HILLTOP, RIVERSIDE]
    assert found.most.tolist() == [[0, 400, 400, 400], [30, 30, 0, 0]]
    assert found.unit_cost.tolist() == [9, 2]
    assert extras_of(tiny(), Months("2027-01", 4)).most.shape == (0, 4)


def test_bought_units_join_the_capacity_of_their_site() -> None:
    bought = np.array([[0.0, 100, 200, 0], [3, 0, 0, 0]])
    added = network().bought_capacity(bought)
    assert added[THEATRE, HILLTOP].tolist() == [0, 100, 200, 0]
    assert added[CHAIR, RIVERSIDE].tolist() == [3, 0, 0, 0]
    assert added.sum() == 303
    whole = network(whole_cases=True)
    added = whole.bought_capacity(bought)
    np.testing.assert_allclose(added[2:, HILLTOP], [[0, 100 / 204, 200 / 204, 0]] * 2)
    assert not added[2:, RIVERSIDE].any()
    nothing = network_of(tiny_usual())
    assert not nothing.bought_capacity(np.zeros((0, 4))).any()


def test_the_programme_adds_what_is_bought_to_every_row_it_serves() -> None:
    whole = network(whole_cases=True)
    classes = patient_classes(whole, nothing_scarce(whole), pooled=True)
    at = columns(whole, classes)
    rows = assemble([constraints.capacity(whole, classes, at)], at.count)
    numbers = rows.rows_of("capacity", whole.available.shape)
    matrix = rows.matrix.toarray()
    assert (at.bought >= 0).tolist() == [[False, True, True, True], [True, True, False, False]]
    evening = matrix[:, at.bought[0, 2]]
    assert evening[numbers[THEATRE, HILLTOP, 2]] == -1
    np.testing.assert_allclose(evening[numbers[2:, HILLTOP, 2]], -1 / 204)
    assert np.count_nonzero(evening) == 3
    chair = matrix[:, at.bought[1, 0]]
    assert chair[numbers[CHAIR, RIVERSIDE, 0]] == -1
    assert np.count_nonzero(chair) == 1


def test_one_more_saleable_unit_is_what_the_capacity_grows_by() -> None:
    whole = network(whole_cases=True)
    gives = saleable_capacity(scenario(whole_cases=True), whole)
    assert gives.shape == (2, 4, 2, 4)
    capacity = tiny().tables.capacity
    one_more = (capacity["site"] == "hilltop") & (capacity["resource"] == "theatre")
    table = capacity.assign(number=capacity["number"] + one_more)
    grown = network_of(usual_care(with_table(scenario(whole_cases=True), capacity=table)))
    np.testing.assert_allclose(
        (grown.capacity - whole.capacity)[:, HILLTOP], gives[THEATRE, :, HILLTOP]
    )
