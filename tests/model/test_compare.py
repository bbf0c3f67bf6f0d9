from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.compare.comparison import (
    Incomparable,
    budget_gap,
    compare,
    names,
    off_the_frontier,
    ratios_that_fall,
    refuse_incomparable,
)
from hepaplan.model.compare.inputs import differences
from hepaplan.model.compare.words import against, inputs_words, later_start, where_more_die
from hepaplan.model.evaluate import evaluate
from hepaplan.model.parameters import Scenario
from hepaplan.model.tables.words import pounds
from tests.support.compared import compared, dear_theatre, more_capacity, more_people, named
from tests.support.scenarios import tiny, tiny_with

THEATRE = "resource.theatre.unit_cost"
SCARCE = ("first come", "most health")


def strategy(scenario: str, policy: str) -> dict[str, object]:
    table = compared().tables["strategies"]
    (row,) = table[(table["scenario"] == scenario) & (table["policy"] == policy)].to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_names_come_once_and_the_second_has_its_number() -> None:
    twice = [tiny(), named(tiny(), "Tiny"), named(tiny(), "tiny (2)"), tiny()]
    assert names(twice) == ("tiny", "Tiny (2)", "tiny (2) (2)", "tiny (3)")


def test_every_check_passes_and_is_named_by_scenario() -> None:
    checks = compared().tables["checks"]
    assert compared().checks_pass
    assert set(checks["scenario"]) == {
        "tiny", "tiny (2)", "more", "dear", "people", "all together",
    }  # fmt: skip


@pytest.mark.parametrize("policy", ["nothing scarce", *SCARCE])
def test_key_figures_are_those_of_a_run(policy: str) -> None:
    run = evaluate(tiny()).tables["key_figures"].set_index("measure")[policy]
    side = compared().sides[0]
    for measure in run.index:
        assert side.figure(measure, policy) == pytest.approx(run[measure], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("policy", SCARCE)
def test_c6_a_scenario_given_twice_has_identical_figures(policy: str) -> None:
    one, other = strategy("tiny", policy), strategy("tiny (2)", policy)
    for column in ("cost_gbp", "qalys", "standing", "frontier_cost_gbp", "compared_with"):
        np.testing.assert_equal(one[column], other[column])
    if policy == "first come":
        assert other["incremental_cost_gbp"] == other["incremental_qalys"] == 0
        assert np.isnan(float(str(other["icer"])))
        assert other["in_words"] == "equal in cost and QALYs: no ratio"
    assert "the same as tiny" in str(other["frontier_in_words"])


def test_the_same_care_for_more_money_is_dominated() -> None:
    row = strategy("dear", "first come")
    assert row["incremental_qalys"] == 0
    assert float(str(row["incremental_cost_gbp"])) > 0
    assert row["standing"] == "dominated"
    assert str(row["in_words"]).startswith("dominated")
    assert np.isnan(float(str(row["icer"])))


def test_increments_are_differences_of_totals_and_of_net_benefit() -> None:
    row, first = strategy("more", "most health"), strategy("tiny", "first come")
    cost, qalys = (float(str(row[c])) - float(str(first[c])) for c in ("cost_gbp", "qalys"))
    assert row["incremental_cost_gbp"] == pytest.approx(cost)
    assert row["incremental_qalys"] == pytest.approx(qalys)
    assert row["incremental_net_monetary_benefit_gbp"] == pytest.approx(20_000 * qalys - cost)
    totals = compared().sides[2].totals["most health"]
    assert row["cost_gbp"] == pytest.approx(totals.cost_discounted)
    assert row["qalys"] == pytest.approx(totals.qalys_discounted)


def test_more_patients_are_no_gain_in_health() -> None:
    row = strategy("people", "first come")
    assert row["pool"] == "people"
    assert row["compared_with"] == "people (first come)"
    assert row["in_words"] == "other people than tiny: no ratio between them"
    assert np.isnan(float(str(row["icer"])))
    said = " ".join(compared().headlines)
    assert "people treats other people than tiny" in said
    figures = compared().tables["key_figures"]
    lifetime = figures[figures["measure"].str.startswith("lifetime")]
    assert lifetime[lifetime["scenario"] == "people"]["difference"].isna().all()
    assert lifetime[lifetime["scenario"] != "people"]["difference"].notna().all()


def test_one_of_twice_as_many_patients_fares_the_same_if_nothing_is_scarce() -> None:
    """Those on day one's lists are no more than before, hence the last digits."""
    table = compared().tables["per_patient"]
    free = table[table["policy"] == "nothing scarce"].set_index("scenario")
    for column, least, most in (
        ("patients", 1.8, 2.0),
        ("cost_gbp", 0.9, 1.1),
        ("qalys", 0.9, 1.1),
    ):
        values = free[column].astype(float)
        assert least <= values["people"] / values["tiny"] <= most


def test_people_from_before_the_window_are_taken_out_where_a_scenario_changes_them() -> None:
    """What a scenario makes of those treated earlier is no effect on its own patients."""
    key = "pathway__decision_point__operable__option__resection__utility"
    found = compare([tiny(), named(tiny_with(**{key: "[0.6]"}), "other")], with_plan=False)
    one, other = (side.people for side in found.sides)
    assert one.same_as(other)
    excess = other.carried_worth.qalys - one.carried_worth.qalys
    assert abs(excess) > 1e-6
    table = found.tables["strategies"].set_index(["scenario", "policy"])["incremental_qalys"]
    raw = [side.totals["first come"].qalys_discounted for side in found.sides]
    assert table["other", "first come"] == pytest.approx(raw[1] - raw[0] - excess)


def test_h14_budget_impact_is_scenario_less_reference() -> None:
    table = compared().tables["budget_impact"]
    for side in compared().sides:
        for policy in side.policies:
            own = table[(table["scenario"] == side.name) & (table["policy"] == policy)]
            spent = side.costs[side.costs["policy"] == policy]
            base = compared().reference.costs
            before = base[base["policy"] == policy]
            assert own["cost_gbp"].sum() == pytest.approx(spent["cost_gbp"].sum())
            assert own["difference_gbp"].sum() == pytest.approx(
                spent["cost_gbp"].sum() - before["cost_gbp"].sum(), abs=1e-6
            )
    assert set(table["year"]) == {"2027"}


def test_h14_undiscounted_price_times_use() -> None:
    """Theatre at twice its price costs what it cost once more, and nothing else moves."""
    table = compared().tables["budget_impact"]
    dear = table[(table["scenario"] == "dear") & (table["policy"] == "first come")]
    theatre = dear["category"] == "theatre"
    assert dear[theatre]["reference_gbp"].sum() > 0
    assert dear[theatre]["difference_gbp"].sum() == pytest.approx(
        dear[theatre]["reference_gbp"].sum()
    )
    assert dear[~theatre]["difference_gbp"].abs().max() == pytest.approx(0, abs=1e-9)


def test_checks_between_scenarios_see_what_is_wrong() -> None:
    found = compared()
    wrong = found.tables["budget_impact"].assign(
        difference_gbp=found.tables["budget_impact"]["difference_gbp"] + 1.0
    )
    assert budget_gap(found.sides, wrong) >= 1
    table = pd.DataFrame(
        {
            "pool": "a",
            "cost_gbp": [1.0, 2.0, 3.0],
            "icer_on_frontier": [np.nan, 20.0, 10.0],
            "net_monetary_benefit_gbp": [5.0, 9.0, 7.0],
            "standing": ["reference", "dominated", "on the frontier"],
        }
    )
    assert ratios_that_fall(table) == pytest.approx(1.0)
    assert off_the_frontier(table) == 1


def test_what_differs_is_listed_with_reason_and_place() -> None:
    named_ones = {"tiny": tiny(), "dear": dear_theatre(), "more": more_capacity()}
    table = differences(named_ones)
    assert set(table["what"]) == {THEATRE, "table of capacity"}
    dear = table[(table["what"] == THEATRE)].set_index("scenario")
    assert dear["value"].to_dict() == {"tiny": "15", "dear": "30", "more": "15"}
    assert dear.loc["dear", "place"] == "command line"
    assert str(dear.loc["dear", "reason"]).startswith("set on the command line")
    capacity = table[table["what"] == "table of capacity"].set_index("scenario")["value"]
    assert capacity.to_dict() == {"tiny": "4 rows", "dear": "4 rows", "more": "4 of 4 rows differ"}


def rows_that_differ(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["what", "scenario", "value"])


def test_what_only_this_scenario_changes_comes_first() -> None:
    sides = [side for side in compared().sides if side.name in ("tiny", "more", "dear")]
    shared = [
        (f"shared {n}", name, "1" if name == "tiny" else "2")
        for n in range(4)
        for name in ("tiny", "more", "dear")
    ]
    own = [("own", "tiny", "5"), ("own", "more", "5"), ("own", "dear", "9")]
    table = rows_that_differ(*shared, *own)
    assert inputs_words(sides[2], sides, table) == (
        "dear differs from tiny in own (9); shared 0 (2); shared 1 (2); and 2 more."
    )
    assert "in shared 0 (2); shared 1 (2); shared 2 (2); and 1 more" in inputs_words(
        sides[1], sides, table
    )


def test_an_input_of_delay_that_differs_is_said_to_move_nothing() -> None:
    table = rows_that_differ(("delay.from_week", "tiny", "0"), ("delay.from_week", "dear", "12"))
    (said,) = later_start(table)
    assert "do not count what a later start does after the start" in said
    assert later_start(rows_that_differ(("resource.delay.x", "tiny", "0"))) == []


def test_the_same_care_for_more_money_is_no_difference_in_qalys() -> None:
    said = [s for s in compared().headlines if s.startswith("dear, as today")]
    assert "; no difference in QALYs and +£" in said[0]
    assert not any("+0.0 QALYs" in s or "-0.0 QALYs" in s for s in compared().headlines)


def test_a_difference_of_a_few_pounds_is_about_the_same_cost() -> None:
    """By hand: 499 pounds show as none, 501 as a thousand."""
    one, dear = compared().sides[0], compared().sides[3]
    table = compared().tables["strategies"]
    of_dear = (table["scenario"] == dear.name) & (table["policy"] == "first come")
    base = float(str(strategy("tiny", "first come")["cost_gbp"]))
    for more, said in ((499.0, "no difference in QALYs and about the same cost (lifetime"),
                       (501.0, "no difference in QALYs and +£1 thousand (lifetime")):  # fmt: skip
        costs = table["cost_gbp"].where(~of_dear, base + more)
        tables = {**compared().tables, "strategies": table.assign(cost_gbp=costs)}
        assert said in against(dear, one, "first come", tables)


def test_deaths_that_rise_are_placed_on_the_list_where_they_rise_most() -> None:
    one, other = compared().sides[0], compared().sides[2]
    for policy in SCARCE:
        assert sum(one.list_deaths[policy].values()) == pytest.approx(
            one.figure("deaths on a waiting list", policy)
        )
    risen = replace(other, list_deaths={"p": {"operable": 2.0, "systemic": 9.0}})
    before = replace(one, list_deaths={"p": {"operable": 0.5, "systemic": 8.9}})
    label = tiny().pathway.decision_point["operable"].label
    assert where_more_die(risen, before, "p") == f" (largest rise: {label}, +1.5)"


def test_nothing_differs_between_a_scenario_and_itself() -> None:
    assert differences({"one": tiny(), "two": tiny()}).empty


def test_a_switch_and_a_dated_change_are_differences() -> None:
    other = tiny_with(plan__age_neutral="false")
    changes = tiny().tables.capacity_changes
    other = replace(other, tables=replace(other.tables, capacity_changes=changes.head(1)))
    table = differences({"one": tiny(), "two": other}).set_index(["what", "scenario"])["value"]
    assert table["plan.age_neutral", "two"] == "no"
    gone = "Chemotherapy chair at Hilltop, 2027-03 to 2027-04"
    assert (table[gone, "one"], table[gone, "two"]) == ("+0.05", "not stated")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"economics__price_year": 2020}, "economics.price_year is 2020, but 2024 in tiny"),
        ({"economics__discount_rate_costs": 0.015}, "economics.discount_rate_costs is 0.015"),
        ({"economics__discount_rate_effects": 0.035}, "economics.discount_rate_effects is 0.035"),
        ({"economics__willingness_to_pay": 30000}, "economics.willingness_to_pay is 30000"),
        ({"economics__horizon_years": 50}, "economics.horizon_years is 50"),
        ({"window__months": 2}, "window.months is 2"),
        ({"window__start": "2027-02"}, "window.start is 2027-02"),
    ],
)
def test_what_would_mean_other_things_side_by_side_is_refused(
    settings: dict[str, object], words: str
) -> None:
    other = named(tiny_with(**settings), "other")
    with pytest.raises(Incomparable, match=f"other: {words}"):
        refuse_incomparable([tiny(), other])


def test_another_currency_and_one_scenario_alone_are_refused() -> None:
    money = tiny().settings.economics.model_copy(update={"currency": "EUR"})
    euros = replace(tiny(), settings=tiny().settings.model_copy(update={"economics": money}))
    with pytest.raises(Incomparable, match=r"economics\.currency is EUR, but GBP in tiny"):
        refuse_incomparable([tiny(), euros])
    with pytest.raises(Incomparable, match="two or more"):
        refuse_incomparable([tiny()])


def test_all_reasons_come_at_once_and_before_any_work() -> None:
    worse = tiny_with(economics__horizon_years=50, economics__price_year=2020)
    with pytest.raises(Incomparable) as refused:
        compare([tiny(), more_people(), worse])
    assert str(refused.value).count("tiny (2): ") == 2


def test_without_the_plan_only_policies_that_need_none_are_compared() -> None:
    found = compare([tiny(), more_capacity()], with_plan=False)
    assert set(found.tables["strategies"]["policy"]) == {"first come", "longest wait"}
    assert found.checks_pass
    assert any("No plan was sought" in sentence for sentence in found.headlines)
    assert not any("with the plan" in sentence for sentence in found.headlines)
    with_plan = compared().tables["strategies"].set_index(["scenario", "policy"])
    for row in found.tables["strategies"].to_dict("records"):
        whole = with_plan.loc[(row["scenario"], row["policy"])]
        assert row["cost_gbp"] == pytest.approx(whole["cost_gbp"])


def test_the_order_of_the_others_changes_no_figure() -> None:
    def figures(*order: Scenario) -> dict[str, tuple[object, ...]]:
        table = compare(order, with_plan=False).tables["strategies"]
        columns = ["cost_gbp", "qalys", "incremental_qalys", "standing", "in_words"]
        return {
            f"{row['scenario']}, {row['policy']}": tuple(row[c] for c in columns)
            for row in table.to_dict("records")
        }

    one = figures(tiny(), more_capacity(), dear_theatre())
    assert one == figures(tiny(), dear_theatre(), more_capacity())


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (1_249_000.0, "+£1.2 million"),
        (-1_249_000.0, "-£1.2 million"),
        (24_600.0, "+£25 thousand"),
        (999_400.0, "+£999 thousand"),
        (999_700.0, "+£1.0 million"),
        (-400.0, "£0"),
    ],
)
def test_pounds_in_words(amount: float, said: str) -> None:
    assert pounds(amount, signed=True) == said
