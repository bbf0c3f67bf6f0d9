"""The tables of a study over draws: by hand, by naive loops over draws, and against the files."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from hepaplan.model.evaluate import network_of
from hepaplan.model.problems import Key, dotted
from hepaplan.model.uncertainty import psa_tables
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.plan_draws import PlanDraws
from hepaplan.model.uncertainty.psa_tables import (
    BENEFIT,
    INPUTS,
    NEW_PATIENTS,
    TOTALS,
    decision_tables,
    demand_tables,
    draw_table,
    input_table,
    interval_table,
    outputs,
    why_apart,
)
from hepaplan.model.uncertainty.results.acceptability import acceptability
from hepaplan.model.uncertainty.results.intervals import NOT_EXPLAINED
from hepaplan.model.uncertainty.sampled import (
    PER_PATIENT,
    PER_REGION,
    Comparison,
    Sampled,
    Sampling,
    sampled,
)
from hepaplan.model.uncertainty.spread.distributions import Beta, Gamma
from hepaplan.model.uncertainty.strategies import Strategies
from tests.support.unsure import row, unsure

WORTH, MONTHS = 20_000.0, 3
AFTER_ABLATION: Key = ("pathway", "decision_point", "operable", "option", "ablation", "exits",
                       "recurrence", "to", "cancer_death")  # fmt: skip


@cache
def side() -> Sampled:
    return sampled(unsure(), Sampling(30, seed=4))


def moved(by: float) -> Sampled:
    """The same with every total of the draws a multiple of the base case, and no spread."""
    base = side().base
    totals = np.repeat(by * base.totals, 2, axis=1)
    people = np.repeat(base.new_metastases, 2, axis=2)
    starts, use = (np.repeat(each, 2, axis=2) for each in (base.starts, base.use))
    region = replace(side().region, totals=totals, new_metastases=people, starts=starts, use=use)
    return replace(side(), region=region)


def plans(policy: str, deaths: float) -> PlanDraws:
    both = {"first come": {"deaths_waiting": np.array([4.0, 5.0])}}
    measures = both | {policy: {"deaths_waiting": np.array([deaths, deaths])}}
    return PlanDraws(draws=2, without_a_plan=0, measures=measures, standard={})


def test_headline_numbers_of_a_draw_by_a_loop() -> None:
    values, units = outputs(side(), side().region)
    region = side().region
    for d in (0, 17):
        people = sum(
            float(region.new_metastases[r, y, d])
            for r in range(len(region.regions))
            for y in range(len(region.years))
        )
        assert values[NEW_PATIENTS][d] == pytest.approx(people * 12 / MONTHS)
        benefit = WORTH * values[TOTALS["qalys_discounted"][0]][d]
        benefit -= values[TOTALS["cost_discounted"][0]][d]
        assert values[BENEFIT][d] == pytest.approx(benefit)
        for k, treatment in enumerate(region.treatments):
            a_year = sum(float(region.starts[k, m, d]) for m in range(MONTHS)) * 12 / MONTHS
            assert values[f"starts of {treatment}"][d] == pytest.approx(a_year)
        theatre = region.resources.index("theatre")
        a_year = sum(float(region.use[theatre, m, d]) for m in range(MONTHS)) * 12 / MONTHS
        assert values["need of Operating theatre"][d] == pytest.approx(a_year)
    assert units["need of Operating theatre"] == "minutes a year"
    assert units[NEW_PATIENTS] == "people a year"
    assert units.keys() == values.keys()


def test_intervals_have_the_base_case_and_policies_have_none() -> None:
    table = interval_table(side(), [plans("kept", 1.0)])
    base, _ = outputs(side(), side().base)
    for name, number in base.items():
        assert row(table, output=name)["base"] == pytest.approx(float(number[0]))
    drawn, _ = outputs(side(), side().region)
    low, high = np.percentile(drawn[BENEFIT], (2.5, 97.5))
    benefit = row(table, output=BENEFIT)
    assert (benefit["low"], benefit["high"]) == pytest.approx((low, high))
    of_plan = row(table, output="first come: deaths on a waiting list")
    assert np.isnan(of_plan["base"])
    assert (of_plan["mean"], of_plan["unit"]) == (4.5, "people")


def test_a_policy_of_several_studies_is_that_of_the_first() -> None:
    first = plans("kept", 1.0)
    second = plans("kept", 3.0)
    second = replace(second, measures={**second.measures, "anew": {"qalys": np.array([1.0, 2.0])}})
    table = interval_table(side(), [first, second])
    assert row(table, output="kept: deaths on a waiting list")["mean"] == 1.0
    assert row(table, output="anew: QALYs, discounted")["mean"] == 1.5
    assert not table["output"].duplicated().any()


def test_a_mean_far_from_the_base_is_explained_and_one_near_it_is_not() -> None:
    """Inputs at their means move QALYs little: of +50%, made up, nearly all is a bend."""
    table = interval_table(moved(1.5), [])
    far = row(table, output=TOTALS["qalys_discounted"][0])
    assert far["gap"]
    assert "because the result does not follow its inputs" in far["explanation"]
    assert not row(table, output=NEW_PATIENTS)["gap"]
    near = interval_table(moved(1.0), [])
    assert not near["gap"].any()
    assert (near["explanation"] == "").all()
    assert not (table["explanation"] == NOT_EXPLAINED).any()


def test_a_mean_within_two_percent_needs_no_explanation() -> None:
    assert (interval_table(moved(1.01), [])["explanation"] == "").all()
    assert (interval_table(moved(1.03), [])["explanation"] != "").any()


def test_means_of_the_inputs_explain_their_part_of_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of +50% the model gives +20% with every input at its mean, made up: two fifths."""
    monkeypatch.setattr(psa_tables, "region_draws", lambda *_: moved(1.2).region)
    table = interval_table(moved(1.5), [plans("kept", 1.0)])
    said = row(table, output=TOTALS["qalys_discounted"][0])["explanation"]
    assert said.startswith("40% of that because the means of the inputs")
    assert table.index.tolist() == list(range(len(table)))


@pytest.mark.parametrize(
    ("by_means", "error", "begins", "ends"),
    [
        (10.0, 1.0, "because the means of the inputs", "their point values"),
        (4.0, 1.0, "40% of that because the means", "in straight lines"),
        (0.5, 1.0, "because the result does not", "in straight lines"),
        (-3.0, 1.0, "because the result does not", "pulls the other way"),
        (10.0, 6.0, "because the means of the inputs", "may be chance of the draws"),
    ],
)
def test_a_gap_is_explained_by_its_causes_in_words(
    by_means: float, error: float, begins: str, ends: str
) -> None:
    said = why_apart(10.0, by_means, error)
    assert said.startswith(begins)
    assert said.endswith(ends)


def test_fans_are_percentiles_of_each_month_by_itself() -> None:
    tables, region = demand_tables(side()), side().region
    table = tables["fan_treatments"]
    assert len(table) == len(region.treatments) * MONTHS
    resection = region.treatments.index("resection")
    for m, month in enumerate(side().usual.window_labels):
        drawn = sorted(region.starts[resection, m].tolist())
        found = row(table, treatment="resection", month=month)
        assert found["mean"] == pytest.approx(sum(drawn) / 30)
        assert found["p50"] == pytest.approx((drawn[14] + drawn[15]) / 2)
    spread = table[["p10", "p25", "p50", "p75", "p90"]].to_numpy()
    assert (np.diff(spread, axis=1) >= 0).all()


def test_regions_add_up_to_treatments_and_to_all() -> None:
    tables = demand_tables(side())
    each = tables["fan_region_treatments"]
    assert each.index.tolist() == list(range(len(each)))
    assert list(each.columns[:3]) == ["region", "treatment", "month"]
    for columns, whole in (
        (["treatment", "month"], tables["fan_treatments"]),
        (["region", "month"], tables["fan_regions"]),
    ):
        summed = each.groupby(columns)["mean"].sum()
        said = whole.groupby(columns)["mean"].sum()
        assert summed.index.equals(said.index)
        np.testing.assert_allclose(summed, said, rtol=1e-5)


def test_present_capacity_is_that_of_all_sites_and_the_chance_a_count() -> None:
    table = demand_tables(side())["capacity_by_month"]
    network, region = network_of(side().usual), side().region
    for r, resource in enumerate(region.resources):
        for m, month in enumerate(side().usual.window_labels):
            have = sum(float(network.capacity[r, h, m]) for h in range(len(network.sites)))
            met = sum(float(region.use[r, m, d]) <= have for d in range(30)) / 30
            found = row(table, resource=resource, month=month)
            assert found["present"] == pytest.approx(have)
            assert found["chance_present_meets"] == pytest.approx(met)
    assert demand_tables(side())["capacity_by_year"].empty


def test_a_row_for_each_draw_in_the_units_of_its_columns() -> None:
    table = draw_table(side())
    assert table["draw"].tolist() == list(range(30))
    values, units = outputs(side(), side().region)
    assert len(table.columns) == 1 + len(values)
    for name, drawn in values.items():
        np.testing.assert_array_equal(table[f"{name} [{units[name]}]"], drawn)


def test_every_part_of_every_input_has_its_distribution() -> None:
    table = input_table(side())
    assert list(table.columns) == list(INPUTS)
    assert len(table) == sum(len(what.parts) for what in side().inputs.values())
    share = row(table, input="metastases.synchronous_share")
    assert share["distribution"] == Beta.__name__
    assert not share["assumed"]
    assert (share["low"], share["high"]) == pytest.approx((0.14, 0.18), abs=1e-3)
    cost = row(table, input="resource.theatre.unit_cost")
    assert (cost["distribution"], cost["point"], cost["unit"]) == (
        Gamma.__name__, 15.0, "GBP per unit")  # fmt: skip
    assert cost["sd"] == pytest.approx(3.0)
    assert cost["assumed"]
    apart = (table["mean"] - table["point"]).abs() > 1e-6 * table["point"].abs()
    assert (table["why_mean_differs"].ne("") >= apart).all()
    assert str(table["year"].dtype) == "Int64"


def test_shares_of_a_set_are_shown_as_the_dirichlet_that_is_drawn() -> None:
    """15% of 150 counted: a beta of 22.5 and 127.5, and 2,000 draws agree.

    Their error of a percentile is about 3% of the interval's width; 8% is allowed.
    """
    found = row(input_table(side()), input=dotted(AFTER_ABLATION))
    assert found["distribution"] == "Dirichlet (share)"
    assert (found["point"], found["mean"]) == pytest.approx((0.15, 0.15))
    assert found["sd"] == pytest.approx((0.15 * 0.85 / 151) ** 0.5)
    ends = np.array([found["low"], found["high"]])
    np.testing.assert_allclose(ends, stats.beta(22.5, 127.5).interval(0.95))
    drawn = np.asarray(draw(side().inputs, 2_000, seed=3)[AFTER_ABLATION])
    off = np.abs(np.quantile(drawn, (0.025, 0.975)) - ends)
    assert off.max() < 0.08 * np.ptp(ends)


def test_no_share_of_a_set_lies_above_one() -> None:
    table, sets = input_table(side()), {dotted(k) for k, i in side().inputs.items() if i.of_set}
    shares = table[table["input"].isin(sets)]
    assert len(shares) >= len(sets) > 5
    assert (shares["high"] <= 1.0).all()
    assert set(shares["distribution"]) <= {"Dirichlet (share)", "Fixed"}


def test_tables_of_choices_name_their_comparison_and_curves_sum_to_one() -> None:
    """Two draws; the second is dearer by £10, gains 0.001 QALYs in one draw and loses in another.

    At £20,000 a QALY: £20 less £10 in the first draw, less £30 in the second: best in half.
    """
    cost = np.array([[100.0, 100.0], [110.0, 110.0]])
    qalys = np.array([[1.0, 1.0], [1.001, 0.999]])
    one = Comparison(Strategies("care", ("old", "new"), cost, qalys), PER_PATIENT, 5.0)
    two = Comparison(Strategies("region", ("a", "b", "c"), np.ones((3, 2)), np.ones((3, 2))),
                     PER_REGION)  # fmt: skip
    compared = [one, two]
    found = [acceptability(each.strategies, np.array([0.0, WORTH])) for each in compared]
    tables = decision_tables(compared, found, WORTH)
    new, old = (
        row(tables["curves"], comparison="care", strategy=name, threshold_gbp_per_qaly=threshold)
        for name, threshold in (("new", WORTH), ("old", 0.0))
    )
    assert (new["probability_best"], old["probability_best"]) == (0.5, 1.0)
    sums = tables["curves"].groupby(["comparison", "threshold_gbp_per_qaly"])["probability_best"]
    np.testing.assert_allclose(sums.sum(), 1.0, rtol=1e-12)
    plane = tables["plane"].query("comparison == 'care'")
    assert plane["strategy"].unique().tolist() == ["new"]
    assert plane["incremental_cost_gbp"].tolist() == [10.0, 10.0]
    assert plane["incremental_qalys"].tolist() == pytest.approx([0.001, -0.001])
    assert tables["strategies"].groupby("comparison").size().to_dict() == {"care": 2, "region": 3}
    assert set(tables["quadrants"]["per"]) == {PER_PATIENT, PER_REGION}
    for table in tables.values():
        assert table.index.tolist() == list(range(len(table)))


def test_nothing_to_choose_leaves_empty_tables() -> None:
    tables = decision_tables([], [], WORTH)
    assert all(table.empty for table in tables.values())
    assert tables.keys() == {"strategies", "plane", "quadrants", "curves"}
