"""Tables of a comparison, of sides made up by hand: differences, one patient, and money by year."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from hepaplan.model.compare.inputs import rows_that_differ
from hepaplan.model.compare.side import Side
from hepaplan.model.compare.tables import ALL_POLICIES, budget_impact, key_figures, per_patient
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.model.tables.summary import LIFETIME
from tests.support.unsure import row

CASES = "new colorectal cancers"


class People:
    """People known by a name, so many of them, some carried in from before."""

    def __init__(self, name: str, count: float = 200.0, cost: float = 0.0, qalys: float = 0.0):
        self.name, self.count, self.carried_in = name, count, 12.0
        self.carried_worth = SimpleNamespace(cost=cost, qalys=qalys)

    def same_as(self, other: People) -> bool:
        return self.name == other.name


def side(name: str, people: People, **more: Any) -> Side:
    return cast(Side, SimpleNamespace(name=name, people=people, **more))


def figures(**values: float) -> pd.DataFrame:
    """Cases, starts and lifetime QALYs under two policies."""
    rows = [
        (measure, "unit", policy, values[key] + place)
        for key, measure in (("cases", CASES), ("starts", "starts"), ("qalys", f"{LIFETIME}QALYs"))
        for place, policy in enumerate((FIRST_COME, MOST_HEALTH))
    ]
    return pd.DataFrame(rows, columns=["measure", "unit", "policy", "value"])


def test_differences_are_from_the_reference_under_the_same_policy() -> None:
    base = side("base", People("all"), figures=figures(cases=100.0, starts=40.0, qalys=900.0))
    same = side("same", People("all"), figures=figures(cases=103.0, starts=47.0, qalys=890.0))
    other = side("other", People("others"), figures=figures(cases=120.0, starts=50.0, qalys=990.0))
    table = key_figures([base, same, other])
    starts = row(table, measure="starts", scenario="same", policy=MOST_HEALTH)
    assert (starts["value"], starts["difference"]) == (48.0, 7.0)
    (cases,) = table.query("measure == @CASES and scenario == 'same'").to_dict("records")
    assert (cases["policy"], cases["difference"]) == (ALL_POLICIES, 3.0)
    health = table[table["measure"].str.endswith("QALYs")].query(f"policy == '{FIRST_COME}'")
    by_name = health.set_index("scenario")["difference"].to_dict()
    assert by_name["same"] == -10.0
    assert math.isnan(by_name["other"])
    assert row(table, measure="starts", scenario="other", policy=FIRST_COME)["difference"] == 10.0


def test_a_patients_part_leaves_out_those_treated_before() -> None:
    """1,000 of 9,000 pounds and 20 of 120 QALYs are theirs; 200 patients share the rest."""
    totals = {FIRST_COME: SimpleNamespace(cost_discounted=9_000.0, qalys_discounted=120.0)}
    found = row(per_patient([side("base", People("all", 200.0, 1_000.0, 20.0), totals=totals)]))
    assert (found["patients"], found["carried_in"]) == (200.0, 12.0)
    assert (found["cost_gbp"], found["qalys"]) == (40.0, 0.5)
    nobody = row(per_patient([side("base", People("all", 0.0), totals=totals)]))
    assert (nobody["cost_gbp"], nobody["qalys"]) == (9_000.0, 120.0)


def costs(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["policy", "year", "category", "cost_gbp"])


def test_spending_is_compared_by_year_and_category_of_either() -> None:
    base = costs((FIRST_COME, 2027, "theatre", 500.0), (FIRST_COME, 2027, "drugs", 70.0))
    more = costs(
        (FIRST_COME, 2027, "theatre", 300.0), (FIRST_COME, 2027, "theatre", 290.0),
        (FIRST_COME, 2028, "theatre", 40.0),
    )  # fmt: skip
    sides = [side("base", People("all"), costs=base), side("more", People("all"), costs=more)]
    table = budget_impact(sides)
    theatre = row(table, scenario="more", year=2027, category="theatre")
    assert (theatre["cost_gbp"], theatre["reference_gbp"]) == (590.0, 500.0)
    assert theatre["difference_gbp"] == 90.0
    assert row(table, scenario="more", year=2027, category="drugs")["difference_gbp"] == -70.0
    assert row(table, scenario="more", year=2028)["reference_gbp"] == 0.0
    assert table.query("scenario == 'base'")["difference_gbp"].tolist() == [0.0, 0.0, 0.0]
    assert table.columns.tolist()[0] == "scenario"


@pytest.mark.parametrize(
    ("other", "differ"),
    [
        ([("a", 1.0), ("b", 2.0)], 0),
        ([("b", 2.0), ("a", 1.0)], 0),
        ([("a", 1.0), ("b", 2.5)], 1),
        ([("a", 1.0)], 1),
        ([("a", 1.0), ("c", 2.0), ("d", 2.0), ("e", 1.0)], 3),
    ],
)
def test_rows_that_differ_are_the_more_of_those_gone_and_those_new(
    other: list[tuple[str, float]], differ: int
) -> None:
    """Whatever their order, and whatever is said of where they are from."""
    ours = pd.DataFrame([("a", 1.0), ("b", 2.0)], columns=["site", "number"])
    theirs = pd.DataFrame(other, columns=["site", "number"])
    assert rows_that_differ(ours, theirs) == differ
    assert rows_that_differ(theirs, ours) == differ
    told = [frame.assign(source=f"paper {n}", note="x") for n, frame in enumerate((ours, theirs))]
    assert rows_that_differ(*told) == differ
