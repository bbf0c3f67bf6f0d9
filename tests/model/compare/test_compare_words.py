"""What a comparison says, of two sides made up by hand: each word at its edge."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from hepaplan.model.checks import REPLAYED_PLAN
from hepaplan.model.compare import words
from hepaplan.model.compare.side import Side
from hepaplan.model.compare.strategies import per_qaly
from hepaplan.model.compare.words import headlines, inputs_words, span, where_more_die
from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH
from hepaplan.model.tables.money_tables import WITHIN_STANDARD
from tests.support.scenarios import tiny, with_settings

DEATHS = "deaths on a waiting list"
FIGURES = {(WITHIN_STANDARD, FIRST_COME): 0.8126, (DEATHS, FIRST_COME): 5.0}
LABELS = {name: point.label for name, point in tiny().pathway.decision_point.items()}


class People:
    """People known by a name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def same_as(self, other: People) -> bool:
        return self.name == other.name


def side(name: str, people: str = "all", months: int = 24, **more: Any) -> Side:
    """A scenario of a comparison, first come alone unless more is said."""
    window = tiny().settings.window.model_copy(update={"months": months})
    figures: Mapping[tuple[str, str], float] = FIGURES | more.pop("figures", {})
    stated = {
        "name": name,
        "scenario": with_settings(tiny(), window=window),
        "scarce": (FIRST_COME,),
        "policies": (FIRST_COME,),
        "people": People(people),
        "figure": lambda measure, policy: figures[measure, policy],
        "list_deaths": {FIRST_COME: {"operable": 3.0, "inoperable": 2.0}},
        "totals": {},
        "checks": pd.DataFrame(),
        "status": "",
    }
    return cast(Side, SimpleNamespace(**(stated | more)))


def worth(
    *rows: tuple[str, float, float],
    standing: list[str] | None = None,
    ratios: list[float] | None = None,
) -> pd.DataFrame:
    """The table of strategies, first come, by cost and QALYs; £20,000 a QALY."""
    first = rows[0]
    table = pd.DataFrame(
        [(name, FIRST_COME, f"{name} (first come)", "one", c, q) for name, c, q in rows],
        columns=["scenario", "policy", "strategy", "pool", "cost_gbp", "qalys"],
    )
    benefit = 20_000 * table["qalys"] - table["cost_gbp"]
    return table.assign(
        net_monetary_benefit_gbp=benefit,
        incremental_net_monetary_benefit_gbp=benefit - (20_000 * first[2] - first[1]),
        standing=standing or ["on the frontier"] * len(rows),
        icer_on_frontier=ratios or [float("nan")] * len(rows),
    )


@pytest.mark.parametrize(
    ("months", "said"),
    [(11, "11 months"), (12, "1 year"), (13, "13 months"), (24, "2 years"), (36, "3 years")],
)
def test_a_window_is_said_in_years_where_it_is_whole_ones(months: int, said: str) -> None:
    assert span(side("base", months=months)) == said


def inputs(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["scenario", "what", "value"])


def test_three_inputs_are_named_and_the_rest_counted() -> None:
    base, other = side("base"), side("other")
    rows = [(name, f"figure {n}", f"{n}{name[0]}") for name in ("base", "other") for n in range(5)]
    assert inputs_words(other, [base, other], inputs(*rows)) == (
        "other differs from base in figure 0 (0o); figure 1 (1o); figure 2 (2o); and 2 more."
    )
    three = [row for row in rows if row[1] in {"figure 0", "figure 1", "figure 2"}]
    assert inputs_words(other, [base, other], inputs(*three)).endswith("figure 2 (2o).")
    same = [("base", "figure", "1"), ("other", "figure", "1")]
    expected = "other has the same inputs as base."
    assert inputs_words(other, [base, other], inputs(*same)) == expected


def test_what_another_scenario_changes_too_comes_last() -> None:
    sides = [side("base"), side("one"), side("two")]
    rows = [(s.name, "shared", "0" if s is sides[0] else "9") for s in sides]
    rows += [(s.name, "own", "7" if s is sides[2] else "0") for s in sides]
    assert inputs_words(sides[2], sides, inputs(*rows)).endswith("in own (7); shared (9).")


def against(
    cost: float = 0.0, qalys: float = 0.0, deaths: float = 5.0, within: float = 0.8126,
    people: str = "all",
) -> str:  # fmt: skip
    """What is said of a scenario that costs and gains so much more than the base."""
    figures = {(WITHIN_STANDARD, FIRST_COME): within, (DEATHS, FIRST_COME): deaths}
    lists = {FIRST_COME: {"operable": 3.0, "inoperable": deaths - 3.0}}
    other = side("other", people, figures=figures, list_deaths=lists)
    table = worth(("base", 1e6, 100.0), ("other", 1e6 + cost, 100.0 + qalys))
    return words.against(other, side("base"), FIRST_COME, {"strategies": table})


def test_a_scenario_is_held_against_the_base() -> None:
    assert against(34_000.0, 1.26, 4.2, 0.9) == (
        "other, as today (first come): 90.0% start within the standard, not 81.3%; 4.2 deaths on "
        "a waiting list in 2 years, against 5.0; +1.3 QALYs and +£34 thousand (lifetime, "
        "discounted)."
    )
    assert "81.3% start within the standard, as before; " in against(within=0.81262)
    assert "no difference in QALYs and -£34 thousand" in against(-34_000.0, 0.04)
    assert "-0.1 QALYs and about the same cost" in against(400.0, -0.06)
    assert against().endswith("; no difference in lifetime QALYs and cost.")
    assert against(34_000.0, 1.26, people="others").endswith("against 5.0.")


@pytest.mark.parametrize(("deaths", "placed"), [(5.2, True), (5.04, False), (4.0, False)])
def test_a_rise_of_deaths_is_placed_where_it_shows(deaths: float, placed: bool) -> None:
    said = against(deaths=deaths)
    assert (f"(largest rise: {LABELS['inoperable']}, +0.2)" in said) == placed


def test_the_largest_rise_counts_a_list_that_the_base_has_not() -> None:
    new = side("other", list_deaths={FIRST_COME: {"operable": 3.5, "inoperable": 1.0}})
    base = side("base", list_deaths={FIRST_COME: {"operable": 3.0}})
    expected = f" (largest rise: {LABELS['inoperable']}, +1.0)"
    assert where_more_die(new, base, FIRST_COME) == expected


def test_other_people_are_compared_for_one_patient() -> None:
    table = pd.DataFrame(
        [
            (FIRST_COME, "base", 1_000.4, 1.234, 9_876.4),
            (FIRST_COME, "other", 1_200.0, 1.5, 12_000.0),
            (MOST_HEALTH, "other", 1.0, 2.0, 3.0),
            (FIRST_COME, "also", 9.0, 9.0, 9.0),
        ],
        columns=["policy", "scenario", "patients", "qalys", "cost_gbp"],
    )
    sides = [side("base"), side("same"), side("other", "others"), side("also", "others")]
    assert words._different_people(sides, table) == [
        "other, also treats other people than base (1,200 patients in 2 years, not 1,000): more "
        "patients are no gain in health, so no cost per QALY is given between them. For one "
        "patient, first come: 1.50 QALYs and £12,000, against 1.23 and £9,876 (discounted)."
    ]
    assert words._different_people(sides[:2], table) == []


def test_the_best_and_the_frontier_are_told_cheapest_first() -> None:
    table = worth(
        ("base", 1e6, 100.0), ("dear", 1.05e6, 105.0), ("bad", 1.2e6, 99.0), ("poor", 9e5, 97.0),
        standing=["on the frontier", "on the frontier", "dominated", "reference"],
        ratios=[33_333.3, 10_000.0, float("nan"), float("nan")],
    )  # fmt: skip
    assert words._best([side("base")], table) == [
        "Most net monetary benefit at £20,000 per QALY: dear (first come), £50 thousand more than "
        "base (first come).",
        "On the frontier, cheapest first: poor (first come); base (first come) (£33,300 per QALY); "
        "dear (first come) (£10,000 per QALY); 1 of 4 strategies are dominated.",
    ]
    alone = words._best([side("base")], table.iloc[[1, 0]])
    assert alone[0] == "Most net monetary benefit at £20,000 per QALY: dear (first come)."
    assert not alone[1].endswith("dominated.")
    assert words._best([side("base")], table.iloc[:1]) == []
    equal = worth(("base", 1e6, 100.0), ("other", 1e6, 100.0))
    assert words._best([side("base")], equal)[0].endswith("per QALY: base (first come).")


def test_strategies_for_other_people_are_no_rivals() -> None:
    table = worth(("base", 1e6, 100.0), ("same", 1e6, 99.0), ("other", 1.0, 900.0))
    table["pool"] = ["one", "one", "two"]
    assert "QALY: base (first come)." in words._best([side("base")], table)[0]


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(12_345.0, "£12,300"), (1_000.0, "£1,000"), (1_049.0, "£1,000"), (994.0, "£990"),
     (-1_250.1, "£-1,300")],
)  # fmt: skip
def test_pounds_per_qaly_are_told_to_the_hundred_and_below_a_thousand_to_ten(
    ratio: float, said: str
) -> None:
    assert per_qaly(ratio) == f"{said} per QALY"


def test_spending_adds_up_all_years_and_places() -> None:
    rows = [("base", FIRST_COME, 9.0), ("other", FIRST_COME, 30_000.0),
            ("other", FIRST_COME, 12_000.0), ("other", LONGEST_WAIT, -8_000.0)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["scenario", "policy", "difference_gbp"])
    other = side("other", scarce=(FIRST_COME, LONGEST_WAIT), months=12)
    assert words._spending([side("base"), other], table) == [
        "Spending in 2 years less that of base under the same policy: other +£42 thousand first "
        "come, -£8 thousand longest wait (undiscounted, 2024 prices)."
    ]


def planned(name: str, residual: float) -> Side:
    checks = pd.DataFrame([(REPLAYED_PLAN, residual)], columns=["check", "residual"])
    totals = {MOST_HEALTH: SimpleNamespace(qalys_discounted=2_000.0)}
    both = (FIRST_COME, MOST_HEALTH)
    return side(name, policies=both, checks=checks, totals=totals, status="optimal")


def test_how_sure_figures_are_is_the_largest_gap_of_a_plan_and_its_replay() -> None:
    said = words._how_sure([planned("base", 1e-4), planned("other", 6e-4)])
    assert said[0] == (
        "With the plan, differences below about 1.2 QALYs say little: its replay by age and its "
        "own programme differ by that much."
    )
    assert len(said) == 2
    mixed = words._how_sure([planned("base", 6e-4), planned("other", 1e-4)])
    assert mixed[0] == said[0]
    unsolved = side("other", policies=(FIRST_COME,), status="", checks=planned("", 0.0).checks,
                    totals=planned("", 0.0).totals)  # fmt: skip
    assert words._how_sure([planned("base", 6e-4), unsolved])[0] == said[0]
    without = words._how_sure([side("base"), side("other")])
    assert without[0] == "No plan was sought: only policies that need none are compared."
    assert len(without) == 2


def test_sentences_come_in_the_order_in_which_they_are_read() -> None:
    tables = {
        "differences": inputs(("base", "x", "1"), ("other", "x", "2")),
        "per_patient": pd.DataFrame(),
        "strategies": worth(("base", 1e6, 100.0), ("other", 1.05e6, 105.0)),
        "budget_impact": pd.DataFrame(
            [("other", name, 1e6) for name in (FIRST_COME, LONGEST_WAIT)],
            columns=["scenario", "policy", "difference_gbp"],
        ),
    }
    other = side("other", scarce=(FIRST_COME, LONGEST_WAIT))
    said = headlines([side("base"), other], tables)
    assert said[1].endswith("; +5.0 QALYs and +£50 thousand (lifetime, discounted).")
    assert [sentence.split(" ")[0] for sentence in said] == [
        "other", "other,", "Most", "On", "Spending", "No", "Care",
    ]  # fmt: skip
