"""When usual care brings patients to each point, and how much older they are there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.ages.age_error import lifetime
from hepaplan.model.ages.ageing import disease_kernels, survival_by_point, usual_arrivals
from hepaplan.model.arrays import Floats
from hepaplan.model.course import exit_hazards
from hepaplan.model.evaluate import usual_care
from hepaplan.model.flows.renewal import usual_flow
from hepaplan.model.kernels import Kernels, pathway_kernels
from hepaplan.model.outcomes import pathway_values
from hepaplan.model.pathway import Pathway
from hepaplan.model.surroundings import surroundings
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import tiny_usual
from tests.support.small import (
    ESCAPE,
    exponential,
    figure,
    pathway_record,
    resources,
    share,
    small_kernels,
)

LISTED, SETTLED = 0, 1
OPERATION = 0


def steady(months: int, monthly: float) -> Floats:
    """Return survival of one group under a constant hazard."""
    return np.asarray(np.exp(-monthly * np.arange(months + 1))[None])


def test_arrivals_are_those_of_the_renewal_recursion() -> None:
    small = small_kernels(escape=steady(60, 0.0))
    entering = np.array([[0.7], [0.3]])
    inflow = np.zeros((2, 1, 1, 40))
    inflow[:, 0, :, 0] = entering
    found = usual_arrivals(small, entering, 40)
    np.testing.assert_allclose(found, usual_flow(small, inflow).arrivals[:, 0], atol=1e-11)
    assert found[LISTED, 0, 20] > 1e-6


def test_without_other_causes_published_curves_keep_what_was_taken_out_of_them() -> None:
    """Disease-free survival counts all deaths: 0.81 = exp(-2b) a month, b of it other causes."""
    record = pathway_record()
    operation = record["decision_point"]["listed"]["option"]["operation"]
    time = exponential(0.81) | {"counts_other_deaths": True}
    operation["exits"] = {"recurrence": {"time": time, "to": {"settled": share(1.0)}}}
    del operation["procedural_mortality"], operation["not_performed"]
    pathway = Pathway.model_validate(record)
    alone = disease_kernels(pathway, ("all",), ESCAPE)
    # The excess over other causes is b = -log 0.9; the whole curve would leave 0.81 ** d.
    np.testing.assert_allclose(alone.alive[OPERATION, 0], 0.9 ** np.arange(4), rtol=1e-12)
    assert not alone.other_death.any()
    together = pathway_kernels(pathway, ("all",), resources(), ESCAPE)
    np.testing.assert_allclose(together.alive[OPERATION, 0], 0.81 ** np.arange(4), rtol=1e-12)


def test_who_comes_later_has_a_clock_that_runs_already() -> None:
    survival = np.array([[1.0, 0.9, 0.6, 0.3, 0.1, 0.04]])
    arrivals = np.zeros((3, 1, 3))
    arrivals[0, 0] = [0.8, 0.0, 0.0]
    arrivals[1, 0] = [0.1, 0.0, 0.4]
    found = survival_by_point(arrivals, survival)
    assert found.shape == (3, 1, 4)
    np.testing.assert_allclose(found[0, 0], [1, 0.9, 0.6, 0.3], rtol=1e-12)
    there = 0.1 * 1 + 0.4 * 0.6
    later = np.array([there, 0.09 + 0.4 * 0.3, 0.06 + 0.04, 0.03 + 0.016]) / there
    np.testing.assert_allclose(found[1, 0], later, rtol=1e-12)
    np.testing.assert_allclose(found[2, 0], [1, 0.9, 0.6, 0.3], rtol=1e-15)  # nobody comes


def test_where_the_hazard_is_constant_every_point_has_the_same_clock() -> None:
    arrivals = np.random.default_rng(4).random((5, 1, 30))
    found = survival_by_point(arrivals, steady(69, 0.03))
    np.testing.assert_allclose(found, np.broadcast_to(steady(40, 0.03), (5, 1, 41)), rtol=1e-12)


def aged(record: dict[str, Any], entering: Floats, survival: Floats) -> Kernels:
    """Return kernels on the clocks of the points; `survival` for twice the months."""
    months = (survival.shape[-1] - 1) // 2
    pathway = Pathway.model_validate(record)
    general = survival[:, : months + 1]
    came = usual_arrivals(disease_kernels(pathway, ("all",), general), entering, months + 1)
    by_point = survival_by_point(came, survival)
    return pathway_kernels(pathway, ("all",), resources(), by_point, published_survival=general)


def harmless() -> dict[str, Any]:
    """Return the small pathway as one on which people move to and fro and nobody dies of it."""
    record = pathway_record()
    operation = record["decision_point"]["listed"]["option"]["operation"]
    operation["exits"]["recurrence"]["to"] = {"listed": share(0.3), "settled": share(0.7)}
    del operation["procedural_mortality"]
    care = record["decision_point"]["settled"]["option"]["care"]
    care["exits"]["death"]["to"] = {"listed": share(1.0)}
    return record


def years_lived(found: Kernels) -> float:
    """Return mean years of those who enter, however late they are treated again."""
    return float(ENTERING[:, 0] @ pathway_values(found, 0.0, 0.0).life_years.arrival[:, 0])


ENTERING = np.array([[0.8], [0.2]])
OLD = np.exp(-((np.arange(401)[None] / 45) ** 2.5))
"""Survival of people whose hazard rises steeply: none are left after 200 months."""


@pytest.mark.parametrize(
    ("back_and_forth", "by_month", "restarted"), [(0.0, 0.03, 1.1), (1.0, 0.3, 10.0)]
)
def test_a3_who_moves_without_dying_of_the_disease_lives_as_the_life_table_says(
    back_and_forth: float, by_month: float, restarted: float
) -> None:
    """Expected: mean years lived exact to 1e-12, where clocks that restart give 1.1 and 10 times.

    Alive by month is not exact: a point's clock is that of all who ever come there, too old for
    those who come early and too young for those who come late. It is out by up to 0.03 where some
    move two or three times, and 0.3 where all move to and fro for life.
    """
    record = harmless()
    care = record["decision_point"]["settled"]["option"]["care"]
    care["exits"]["death"]["hazard_ratio"] = figure(back_and_forth, "hazard ratio")
    found = aged(record, ENTERING, OLD)
    living = OLD[0, :201]
    years = (living[1:] + living[:-1]).sum() / 2 / 12
    assert years_lived(found) == pytest.approx(years, rel=1e-12)
    gap = np.abs(lifetime(found, ENTERING).alive[0] - living).max()
    assert by_month / 2 < gap < by_month
    assert years_lived(small_kernels(record, OLD[:, :201])) > restarted * years


def test_a3_every_month_is_the_life_tables_where_all_come_to_a_point_at_one_time() -> None:
    """Expected: survival is the life table's to 1e-12 in every month."""
    record = harmless()
    operation = record["decision_point"]["listed"]["option"]["operation"]
    operation["not_performed"]["share"] = share(1.0)
    care = record["decision_point"]["settled"]["option"]["care"]
    care["exits"]["death"]["hazard_ratio"] = figure(0.0, "hazard ratio")
    entering = np.array([[1.0], [0.0]])
    found = lifetime(aged(record, entering, OLD), entering)
    np.testing.assert_allclose(found.alive[0], OLD[0, :201], rtol=0, atol=1e-12)


def test_a3_every_month_is_the_life_tables_where_the_hazard_is_constant() -> None:
    """Expected: survival is the life table's to 1e-12 in every month."""
    survival = steady(400, 0.03)
    for kernel in (aged(harmless(), ENTERING, survival), small_kernels(harmless(), survival)):
        alive = lifetime(kernel, ENTERING).alive[0]
        np.testing.assert_allclose(alive, survival[0, : alive.size], rtol=0, atol=1e-12)


def test_all_who_ever_come_to_a_point_are_those_of_single_clocks_followed_step_by_step() -> None:
    """Of the operations 0.1 are not done and 0.05 of the rest kill; recurrence leaves 0.81 a month.

    It goes 0.3 to another operation and 0.5 to care. Expected: arrivals in all to 1e-10.
    """
    new, operated, came = 0.8, 0.0, np.array([0.8, 0.2])
    for month in range(200):
        spared = OLD[0, month + 1] / OLD[0, month]
        inside = new * 0.9 * 0.95 + operated
        settled = spared * (0.5 * 0.19 * inside + 0.1 * new)
        new, operated = spared * 0.3 * 0.19 * inside, spared * 0.81 * inside
        came += new, settled
    small = aged(pathway_record(), ENTERING, OLD)
    moves = small.arrive[:, 0].sum(axis=-1)
    found = np.linalg.solve(np.eye(2) - moves.T, ENTERING[:, 0])
    np.testing.assert_allclose(found, came, rtol=1e-10)


def test_kernels_take_a_clock_for_each_point() -> None:
    record = pathway_record()
    by_point = np.array([[[1.0, 0.9, 0.81, 0.729]], [[1.0, 0.8, 0.5, 0.2]]])
    both = small_kernels(record, by_point)
    for point in (LISTED, SETTLED):
        one = small_kernels(record, by_point[point])
        np.testing.assert_array_equal(both.alive[point], one.alive[point])
        np.testing.assert_array_equal(both.arrive[point], one.arrive[point])
    assert both.alive[SETTLED, 0, 1] == pytest.approx(0.6 * 0.8, rel=1e-12)


def test_published_curves_lose_the_deaths_of_all_ages_together() -> None:
    """Expected: groups weighted by their patients since first metastasis, not any one group."""
    usual = tiny_usual()
    patients = usual.eligible.sum(axis=(0, 1, 3))
    assert patients[0] != pytest.approx(patients[1])
    expected = patients @ usual.survival_since_metastasis / patients.sum()
    np.testing.assert_allclose(usual.studied_survival, expected, rtol=1e-12)
    for one in usual.survival_since_metastasis:
        assert np.abs(usual.studied_survival[60:240] / one[60:240] - 1).min() > 0.01


def test_the_disease_of_such_a_curve_is_the_same_at_every_age() -> None:
    """Expected: equal hazards in all groups, above 0; with each group's own they would differ."""
    usual = usual_care(load_scenario("greater-manchester"))
    pathway, groups = usual.scenario.pathway, usual.scenario.groups
    exit_ = pathway.decision_point["resectable"].option["minor_open"].exits["recurrence"]
    assert exit_.time.counts_other_deaths

    def hazards(published: Floats) -> list[Floats]:
        around = surroundings(pathway, groups, usual.other_cause_survival, published)
        return [exit_hazards(exit_, around["resectable", group]) for group in groups]

    together = hazards(usual.studied_survival)
    assert (together[0][:60] > 0).all()
    for other in together[1:]:
        np.testing.assert_array_equal(other, together[0])
    apart = hazards(usual.survival_since_metastasis)
    assert (apart[2][:60] < apart[0][:60]).all()
