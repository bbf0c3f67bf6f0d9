"""What the sheets of a comparison show of its tables: scenarios side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from hepaplan.model.tables.summary import SPENDING
from hepaplan.reports.content import ReportContent
from hepaplan.reports.style import (
    CHANGE,
    FINE_CHANGE,
    PEOPLE,
    SIGNED_MILLIONS,
    SIGNED_POINTS,
    SIGNED_POUNDS,
    format_for_unit,
)
from hepaplan.reports.views.shown import heading, labelled, optional
from hepaplan.reports.views.summary import changed_words

FIXED = ("Key figure", "Under", "Unit", "What", "Category", "Year", "Reason")
MAIN = {
    "started within the standard, of all who came": "share",
    "deaths on a waiting list": "people",
    "most people beyond the standard in any month": "people",
    "lifetime QALYs, discounted": "QALY",
    "lifetime cost, discounted": "GBP",
    "lifetime net monetary benefit, discounted": "GBP",
    SPENDING: "GBP a year",
}
"""The figures a planner reads first, with their units."""
LEAST = 1e-9
NEGLIGIBLE_GBP = 0.5


def scenarios(content: ReportContent) -> list[str]:
    """Return the scenarios' names, the reference first."""
    return list(dict.fromkeys(content.tables["key_figures"]["scenario"]))


def policies(content: ReportContent) -> list[str]:
    """Return the policies compared."""
    return list(dict.fromkeys(content.tables["budget_impact"]["policy"]))


def willingness_to_pay(content: ReportContent) -> float:
    """Return pounds for a QALY."""
    about = content.tables["about"].set_index("item")["value"]
    return float(about["willingness to pay (GBP per QALY)"])


def column(name: str) -> str:
    """Return a scenario's heading, told apart from the headings that every table has."""
    taken = {fixed.casefold() for fixed in FIXED}
    return f"Scenario {name}" if name.casefold() in taken else name


def differences(content: ReportContent) -> pd.DataFrame:
    """Return what differs in the inputs, one column for each scenario, and why."""
    table = content.tables["differences"]
    names = scenarios(content)
    rows = []
    for what, part in table.groupby("what", sort=False):
        values = part.set_index("scenario")["value"]
        base = values[names[0]]
        reasons = dict.fromkeys(
            f"{row['scenario']}: {row['reason'] or 'not stated'} ({row['place']})"
            for row in part.to_dict("records")
            if row["value"] != base
        )
        unit = str(part["unit"].iloc[0]) or "n/a"
        shown = shortened([str(value) for value in values[names]])
        rows.append([changed_words(content, str(what)), unit, *shown, "; ".join(reasons)])
    return pd.DataFrame(rows, columns=["What", "Unit", *map(column, names), "Reason"])


def shortened(values: Sequence[str]) -> list[str]:
    """Return numbers written out to four digits, unless that would hide a difference."""
    short = []
    for value in values:
        try:
            short.append(f"{float(value):.4g}")
        except ValueError:
            short.append(value)
    return short if len(set(short)) == len(set(values)) else list(values)


def key_figures(
    content: ReportContent, measures: Iterable[str] = ()
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return key figures side by side with differences; formats of values, and of differences.

    All of them, or those named. A figure that is zero everywhere is left out.
    """
    table = content.tables["key_figures"]
    place = {measure: number for number, measure in enumerate(measures)}
    if place:
        table = table[table["measure"].isin(list(place)) & (table["policy"] != "nothing scarce")]
        order = table["policy"].map({p: n for n, p in enumerate(dict.fromkeys(table["policy"]))})
        table = table.assign(_p=order, _m=table["measure"].map(place)).sort_values(
            ["_p", "_m"], kind="stable"
        )
    names = scenarios(content)
    rows, values, changes = [], [], []
    for (measure, policy, unit), part in table.groupby(["measure", "policy", "unit"], sort=False):
        numbers = part.set_index("scenario")["value"].reindex(names).tolist()
        added = part.set_index("scenario")["difference"].reindex(names[1:]).tolist()
        size = max(abs(n) for n in numbers)
        if size < LEAST:
            continue
        rows.append([heading(str(measure)), heading(str(policy)), str(unit), *numbers, *added])
        values.append(
            PEOPLE if str(unit).startswith("people") else format_for_unit(str(unit), size)
        )
        changes.append(change_format(str(unit), size))
    columns = ["Key figure", "Under", "Unit", *map(column, names)]
    columns += [f"{column(name)} less {column(names[0])}" for name in names[1:]]
    return optional(pd.DataFrame(rows, columns=columns), columns[3:]), values, changes


def change_format(unit: str, size: float) -> str:
    """Return the number format of a difference: signed, and no finer than it means."""
    if unit.lower().startswith("gbp"):
        return SIGNED_MILLIONS if size >= 1e6 else SIGNED_POUNDS
    if unit == "share":
        return SIGNED_POINTS
    return CHANGE if size >= 100 else FINE_CHANGE


def strategies(content: ReportContent) -> pd.DataFrame:
    """Return strategies with their place beside the reference and on the frontier."""
    table = optional(content.tables["strategies"], ["icer", "icer_on_frontier"])
    return pd.DataFrame(
        {
            "Scenario": table["scenario"],
            "Policy": table["policy"],
            "Cost": table["cost_gbp"],
            "QALYs": table["qalys"],
            "Net monetary benefit": table["net_monetary_benefit_gbp"],
            "Compared with": table["compared_with"],
            "Cost more": table["incremental_cost_gbp"],
            "QALYs more": table["incremental_qalys"],
            "Net monetary benefit more": table["incremental_net_monetary_benefit_gbp"],
            "GBP per QALY gained": table["icer"],
            "In words": table["in_words"],
        }
    )


def frontier(content: ReportContent) -> pd.DataFrame:
    """Return the strategies by cost, with their standing and the steps along the frontier."""
    table = content.tables["strategies"].sort_values(["pool", "cost_gbp"], kind="stable")
    table = table.reset_index(drop=True)
    steps = ["frontier_cost_gbp", "frontier_qalys", "icer_on_frontier"]
    table = optional(table, steps)
    return pd.DataFrame(
        {
            "Strategy": table["strategy"],
            "People of": table["pool"],
            "Cost": table["cost_gbp"],
            "QALYs": table["qalys"],
            "Step in cost": table["frontier_cost_gbp"],
            "Step in QALYs": table["frontier_qalys"],
            "GBP per QALY of the step": table["icer_on_frontier"],
            "Standing": table["frontier_in_words"],
        }
    )


def per_patient(content: ReportContent) -> pd.DataFrame:
    """Return discounted cost and QALYs of one patient by scenario and policy."""
    table = content.tables["per_patient"]
    return pd.DataFrame(
        {
            "Scenario": table["scenario"],
            "Policy": table["policy"],
            "Patients": table["patients"],
            "Come back from before the window": table["carried_in"],
            "Cost of one patient": table["cost_gbp"],
            "QALYs of one patient": table["qalys"],
        }
    )


def plane(content: ReportContent) -> pd.DataFrame:
    """Return what each strategy of the reference's people adds to the reference."""
    table = content.tables["strategies"]
    table = table[table["compared_with"] == table["strategy"].iloc[0]].iloc[1:]
    return pd.DataFrame(
        {
            "Strategy": table["strategy"],
            "QALYs more": table["incremental_qalys"],
            "Cost more": table["incremental_cost_gbp"],
            "Net monetary benefit more": table["incremental_net_monetary_benefit_gbp"],
        }
    ).reset_index(drop=True)


def spending_by_year(content: ReportContent, policy: str) -> pd.DataFrame:
    """Return the difference in undiscounted spending by calendar year, one column a scenario."""
    table = content.tables["budget_impact"]
    table = table[table["policy"] == policy]
    names = scenarios(content)[1:]
    wide = table.pivot_table(
        index="year", columns="scenario", values="difference_gbp", aggfunc="sum"
    )
    frame = wide.reindex(columns=names).rename(columns=column)
    return frame.rename_axis("Year", axis=0).rename_axis(None, axis=1).reset_index()


def budget_impact(content: ReportContent) -> pd.DataFrame:
    """Return undiscounted spending less the reference's by category, years across, with totals."""
    table = content.tables["budget_impact"]
    table = table[table["scenario"] != scenarios(content)[0]]
    return _by_year(content, table, "difference_gbp")


def spending(content: ReportContent) -> pd.DataFrame:
    """Return undiscounted spending of every scenario by category, years across, with totals."""
    return _by_year(content, content.tables["budget_impact"], "cost_gbp")


def _by_year(content: ReportContent, table: pd.DataFrame, values: str) -> pd.DataFrame:
    keys = ["scenario", "policy", "category"]
    years = sorted(table["year"].unique())
    rows = []
    for (scenario, policy), part in table.groupby(keys[:2], sort=False):
        if part[values].abs().max() < NEGLIGIBLE_GBP:
            continue
        wide = part.pivot_table(index="category", columns="year", values=values, sort=False)
        wide = wide.reindex(columns=years).fillna(0.0)
        wide = wide[wide.abs().max(axis=1) >= NEGLIGIBLE_GBP]
        names = labelled(content, wide.index.to_series())
        for category, numbers in zip(names, wide.to_numpy(), strict=True):
            whole = [n if abs(n) >= NEGLIGIBLE_GBP else 0.0 for n in numbers]
            rows.append([scenario, policy, category, *whole, numbers.sum()])
        total = part.groupby("year")[values].sum().reindex(years).fillna(0.0)
        rows.append([scenario, policy, "All categories", *total, total.sum()])
    columns = ["Scenario", "Policy", "Category", *map(str, years), "Whole window"]
    return pd.DataFrame(rows, columns=columns)


def checks(content: ReportContent) -> pd.DataFrame:
    """Return every check of every scenario, and those between scenarios."""
    table = content.tables["checks"]
    return pd.DataFrame(
        {
            "Scenario": table["scenario"],
            "Check": table["check"],
            "Verdict": ["passed" if ok else "FAILED" for ok in table["passed"]],
            "Residual": table["residual"],
            "Tolerance": table["tolerance"],
            "What it says": table["what"],
        }
    )
