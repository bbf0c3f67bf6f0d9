"""What the sheets show of patients: what one can expect on arrival, and the region's new ones."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.content import ReportContent
from hepaplan.reports.style import (
    PEOPLE,
    POUNDS,
    THOUSANDS,
    WHOLE,
    WHOLE_PEOPLE,
    format_for_unit,
)
from hepaplan.reports.table_columns import SURVIVAL
from hepaplan.reports.views.shown import (
    a_year,
    heading,
    in_sentence,
    known_columns,
    labelled,
    optional,
    options_labelled,
    pivot,
)
from hepaplan.reports.views.value import CAUSES, shown_group

ALL, ALL_AGES = "all", "All ages"
ALIVE = dict(
    zip(SURVIVAL, ("1 year", "2 years", "3 years", "5 years", "10 years"), strict=True)
)  # fmt: skip
MEDIAN = "Median survival, months"
PEOPLE_A_YEAR = "People a year"
MOST_CATEGORIES = 6
OTHERS, TOTAL = "All other", "Whole cost"


def ages(content: ReportContent, groups: pd.Series) -> pd.Series:
    """Return the labels of a column of groups, all of them together included."""
    return groups.map({g: ALL_AGES if g == ALL else content.label(str(g)) for g in groups.unique()})


def arrival_survival(content: ReportContent, *, by_group: bool) -> pd.DataFrame:
    """Return overall survival from arrival at each decision point, of all ages or by group.

    Years beyond the horizon have no column.
    """
    table = _arrivals(content, by_group=by_group)
    frame = _point_and_people(content, table)
    if by_group:
        frame.insert(1, "Age group", ages(content, table["group"]))
    for column, words in ALIVE.items():
        frame[f"Alive at {words}"] = table[column]
    frame[MEDIAN] = table["median_survival_months"]
    return known_columns(frame, [*(f"Alive at {words}" for words in ALIVE.values()), MEDIAN])


def arrival_value(content: ReportContent) -> pd.DataFrame:
    """Return how patients of all ages die, their life-years, QALYs and cost, from arrival on."""
    table = _arrivals(content, by_group=False)
    frame = _point_and_people(content, table)
    for column, words in CAUSES.items():
        frame[words] = table[column]
    frame["Life-years"] = table["life_years"]
    frame["QALYs"] = table["qalys"]
    frame["Cost, GBP"] = table["cost_gbp"]
    frame["QALYs, discounted"] = table["qalys_discounted"]
    frame["Cost, GBP, discounted"] = table["cost_gbp_discounted"]
    return frame


def _arrivals(content: ReportContent, *, by_group: bool) -> pd.DataFrame:
    table = content.tables["per_arrival"]
    return table[(table["group"] == ALL) != by_group].reset_index(drop=True)


def _point_and_people(content: ReportContent, table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Decision point": labelled(content, table["decision_point"]),
            PEOPLE_A_YEAR: table["arrivals"].astype(float) * a_year(content),
        }
    )


def region(content: ReportContent) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return what the window's new patients can expect, and each column's formats by row."""
    table = optional(content.tables["region"], ["per_patient", "all_new_patients"])
    part = table["measure"].str.startswith("cost, ") & (table["measure"] != "cost, discounted")
    table = pd.concat([table[~part], table[part]], ignore_index=True)
    units = [str(unit) for unit in table["unit"]]
    shares = [unit == "share" for unit in units]
    frame = pd.DataFrame(
        {
            "Measure": [_measure(content, str(measure)) for measure in table["measure"]],
            "Unit": [
                "share; in all, people" if share else unit
                for share, unit in zip(shares, units, strict=True)
            ],
            "One patient": table["per_patient"],
            "All new patients": table["all_new_patients"],
        }
    )
    known = {"GBP": POUNDS, "months": PEOPLE}
    one = [known.get(unit) or format_for_unit(unit, 1.0) for unit in units]
    in_all = [
        THOUSANDS if unit == "GBP" else WHOLE_PEOPLE if share else WHOLE
        for share, unit in zip(shares, units, strict=True)
    ]
    return frame, {"One patient": one, "All new patients": in_all}


def _measure(content: ReportContent, measure: str) -> str:
    first, comma, category = measure.partition("cost, ")
    if comma and not first:
        return f"Cost, {in_sentence(content.label(category))}"
    return heading(measure)


def expected(content: ReportContent) -> list[str]:
    """Return what a new patient of the region can expect, in a sentence, if there is any."""
    one = content.tables["region"].set_index("measure")["per_patient"]
    if not _anybody(content):
        return []
    median = one.get("median survival")
    half = f"; half die within {median:.0f} months" if pd.notna(median) else ""
    return [
        f"At usual care with nothing scarce a new patient lives {one['life-years']:.1f} years "
        f"({one['QALYs']:.1f} QALYs{half}) on average and costs £{one['cost']:,.0f}, undiscounted."
    ]


def deaths_headline(content: ReportContent) -> str:
    """Return what the region's new patients die of, of a hundred."""
    if not _anybody(content):
        return "0 new patients in this run"
    one = content.tables["region"].set_index("measure")["per_patient"]
    cancer, procedure, other = (
        _of_100(float(one[f"dies of {cause}"]))
        for cause in ("cancer", "a procedure", "other causes")
    )
    return (
        f"Of 100 new patients {cancer} die of cancer, {procedure} of a procedure and {other} of "
        "other causes; by decision point, from arrival there"
    )


def _of_100(share: float) -> str:
    return f"{100 * share:.0f}" if share == 0 or share >= 0.0095 else f"{100 * share:.1f}"


def _anybody(content: ReportContent) -> bool:
    people = content.tables["region"].set_index("measure")["all_new_patients"].get("new patients")
    return people is not None and float(people) > 0


def patient_costs(content: ReportContent) -> pd.DataFrame:
    """Return the lifetime cost of one start by category in the group shown, the largest first.

    Pounds, undiscounted, all that follows included; small categories are summed.
    """
    table = content.tables["patient_costs"]
    table = table[table["group"] == shown_group(content)]
    totals = table.groupby("category", sort=False)["cost_gbp"].sum()
    top = list(totals.sort_values(ascending=False, kind="stable").index[:MOST_CATEGORIES])
    named = table["category"].where(table["category"].isin(top), OTHERS)
    order = top + ([OTHERS] if (named == OTHERS).any() else [])
    keys = ["decision_point", "option"]
    wide = pivot(table.assign(category=named), keys, "category", "cost_gbp", order)
    wide[TOTAL] = wide[order].sum(axis=1)
    wide["option"] = options_labelled(content, wide, "option")
    wide["decision_point"] = labelled(content, wide["decision_point"])
    names = {"decision_point": "Decision point", "option": "Option"}
    return wide.rename(columns=names | {c: content.label(str(c)) for c in top})
