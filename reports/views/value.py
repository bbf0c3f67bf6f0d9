"""What the sheets show of health, cost and survival."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE
from hepaplan.model.tables.headlines import NEAR_POINTS, near_published
from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.table_columns import DEATHS
from hepaplan.reports.views.shown import (
    by_size,
    heading,
    labelled,
    option_column,
    optional,
    options_labelled,
    pivot,
    policies_in,
    relabel,
    treatments_named,
    year_names,
)

YEARS_SHOWN = (1, 2, 3, 5, 10)
CURVE_STEP = 3
CURVE_MONTHS = 120
SAME_CURVE = 0.002
CAUSES = dict(
    zip(DEATHS, ("Dies of cancer", "Dies of a procedure", "Dies of other causes"), strict=True)
)


def outcomes(content: ReportContent) -> tuple[pd.DataFrame, list[str]]:
    """Return each measure with one column for each policy, and the unit of each row.

    Intervals are shown only when some are stated.
    """
    table = content.tables["outcomes"]
    shown = policies_in(table)
    keys = ["measure", "unit"]
    rows = table.drop_duplicates(keys)[keys].reset_index(drop=True)
    measures = [heading(str(measure)) for measure in rows["measure"]]
    result = pd.DataFrame({"Measure": measures, "Unit": rows["unit"]})
    index = pd.MultiIndex.from_frame(rows)
    for policy in shown:
        chosen = table[table["policy"] == policy].set_index(keys)
        for column, name in (("value", heading(policy)), ("low", "low"), ("high", "high")):
            if column != "value" and table[column].isna().all():
                continue
            title = name if column == "value" else f"{heading(policy)}, {name}"
            result[title] = chosen[column].reindex(index).to_numpy()
    return optional(result, list(result.columns[2:])), list(rows["unit"])


def comparison(content: ReportContent) -> list[str]:
    """Return what the plan adds to first come in health and money, in a sentence, if both ran."""
    table = content.tables["outcomes"]
    names = table["measure"].str.lower()
    found = []
    for measure in ("qalys, discounted", "cost, discounted"):
        rows = table[names == measure].set_index("policy")["value"]
        if not {FIRST_COME, MOST_HEALTH} <= set(rows.index):
            return []
        found.append(float(rows[MOST_HEALTH] - rows[FIRST_COME]))
    qalys, cost = found
    text = (
        f"Against first come, most health adds {qalys:,.1f} QALYs and "
        f"£{cost / 1e3:,.0f} thousand of cost (both discounted)"
    )
    if cost < 0:
        text = (
            f"Against first come, most health adds {qalys:,.1f} QALYs and saves "
            f"£{-cost / 1e3:,.0f} thousand (both discounted)"
        )
    per_qaly = f": £{round(cost / qalys, -2):,.0f} per QALY" if qalys > 0 and cost > 0 else ""
    return [f"{text}{per_qaly}."]


def whom_counted(content: ReportContent) -> list[str]:
    """Return whose health the policies' totals and the region's table count, and from when."""
    measure, free = "QALYs, discounted", NOTHING_SCARCE
    table, region = content.tables["outcomes"], content.tables["region"]
    whole = table.loc[(table["measure"] == measure) & (table["policy"] == free), "value"]
    new = region.loc[region["measure"] == measure, "all_new_patients"]
    if whole.empty or new.empty:
        return []
    return [
        f"Two totals: what each policy gives ({whole.iloc[0]:,.0f} discounted QALYs, {free}) "
        "counts all who come, wait or start in the window, with those on its first day's lists "
        "and those treated before it who come back, all discounted to its first month. The "
        f"region's new patients ({new.iloc[0]:,.0f}) are only those whose first liver metastases "
        "are found in the window, each counted from arrival and discounted to that arrival.",
    ]


def costs(content: ReportContent, column: str, name: str) -> pd.DataFrame:
    """Return undiscounted cost by treatment, category or year, one column for each policy."""
    table = content.tables["costs"]
    shown = policies_in(table)
    wide = pivot(table, [column], "policy", "cost_gbp", shown)
    if column == "year":
        names = year_names(content.tables["cases"]["month"])
        wide["year"] = [names.get(str(year), str(year)) for year in wide["year"]]
    else:
        wide = by_size(wide, (shown or [""])[-1])
        named = treatments_named(wide[column])
        wide[column] = named if column == "treatment" else labelled(content, wide[column])
    return wide.rename(columns={column: name} | {p: heading(p) for p in shown})


def cost_by_year(content: ReportContent, policy: str, most: int = 5) -> pd.DataFrame:
    """Return cost by year for the treatments that cost most, the rest summed, in one policy."""
    table = content.tables["costs"]
    table = table[table["policy"] == policy]
    totals = table.groupby("treatment", sort=False)["cost_gbp"].sum()
    top = list(totals.sort_values(ascending=False, kind="stable").index[:most])
    named = table["treatment"].where(table["treatment"].isin(top), "All other")
    order = top + (["All other"] if (named == "All other").any() else [])
    wide = pivot(table.assign(treatment=named), ["year"], "treatment", "cost_gbp", order)
    wide = wide.sort_values("year", ignore_index=True)
    names = year_names(content.tables["cases"]["month"])
    wide["year"] = [names.get(str(year), str(year)) for year in wide["year"]]
    labels = {t: readable(t) for t in top}
    return wide.rename(columns={"year": "Year"} | labels)


def per_patient(content: ReportContent) -> pd.DataFrame:
    """Return QALYs, cost and causes of death of one patient by decision point, option, group."""
    table = optional(content.tables["per_patient"], ["median_survival_months"])
    return pd.DataFrame(
        {
            "Decision point": labelled(content, table["decision_point"]),
            "Option": options_labelled(content, table, "option"),
            "Age group": labelled(content, table["group"]),
            "Life-years": table["life_years"],
            "QALYs": table["qalys"],
            "Cost, GBP": table["cost_gbp"],
            "QALYs, discounted": table["qalys_discounted"],
            "Cost, GBP, discounted": table["cost_gbp_discounted"],
            "Median survival, months": table["median_survival_months"],
        }
        | {words: table[cause] for cause, words in CAUSES.items()}
    )


def survival_by_year(content: ReportContent) -> pd.DataFrame:
    """Return overall survival at whole years, one row for each point, treatment and group."""
    table = content.tables["survival"]
    months = [12 * y for y in YEARS_SHOWN if 12 * y in set(table["month"].unique())]
    choice = option_column(table)
    keys = ["decision_point", choice, "group"]
    curves = table[table["month"].isin(months)].set_index([*keys, "month"])["overall_survival"]
    wide = curves.unstack("month")  # noqa: PD010
    wide = wide.reindex(columns=months)
    wide = wide.reindex(pd.MultiIndex.from_frame(table.drop_duplicates(keys)[keys]))
    years = [f"{m // 12} year" + ("s" if m > 12 else "") for m in months]
    wide.columns = pd.Index(years)
    wide = wide.reset_index()
    wide[choice] = options_labelled(content, wide, choice)
    wide = relabel(content, wide, ["decision_point", "group"])
    names = {"decision_point": "Decision point", choice: "Option", "group": "Age group"}
    return optional(wide.rename(columns=names), years)


def shown_group(content: ReportContent) -> str:
    """Return the group with most new liver metastases: the one the curves are drawn for."""
    counts = content.tables["metastases"].groupby("group", sort=False)["patients"].sum()
    return str(counts.idxmax())


def survival_curves(content: ReportContent) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return curves of the shown group side by side, and the headings of each decision point.

    Options of a point whose curves cannot be told apart share one.
    """
    table = content.tables["survival"]
    table = table[table["group"] == shown_group(content)]
    table = table[(table["month"] <= CURVE_MONTHS) & (table["month"] % CURVE_STEP == 0)]
    months = sorted(table["month"].unique())
    frame: dict[str, object] = {"Months since start": months}
    headings: dict[str, list[str]] = {}
    choice = option_column(table)
    for point, options in table.groupby("decision_point", sort=False):
        curves = options.pivot_table(
            index="month", columns=choice, values="overall_survival", sort=False
        )
        curves = curves.reindex(months).dropna(axis=1)
        for same in _alike(curves):
            words = [content.option_label(str(point), str(option)) for option in same]
            more = f" (and {len(words) - 1} more alike)" if len(words) > 1 else ""
            name = f"{content.label(str(point))}: {words[0]}{more}"
            frame[name] = curves[same[0]].to_numpy()
            headings.setdefault(str(point), []).append(name)
    return pd.DataFrame(frame), headings


def _alike(curves: pd.DataFrame) -> list[list[str]]:
    groups: list[list[str]] = []
    for name in curves.columns:
        for group in groups:
            if (curves[name] - curves[group[0]]).abs().max() < SAME_CURVE:
                group.append(name)
                break
        else:
            groups.append([name])
    return groups


def published_words(content: ReportContent) -> str:
    """Return how far modelled survival is from the published, over all figures."""
    difference = content.tables["published"]["difference"] * 100
    if difference.empty:
        return ""
    return (
        f"{near_published(difference / 100)} of {len(difference)} published figures are met "
        f"within {NEAR_POINTS} percentage points; "
        f"modelled less published is {difference.min():+.0f} to {difference.max():+.0f} points, "
        f"{difference.mean():+.1f} on average. The studies' patients may differ from the region's."
    )


def published(content: ReportContent) -> pd.DataFrame:
    """Return published overall survival beside the modelled figure."""
    table = content.tables["published"]
    return pd.DataFrame(
        {
            "Decision point": labelled(content, table["decision_point"]),
            "Option": options_labelled(content, table, "option"),
            "Month": table["month"],
            "Published": table["published"],
            "Modelled": table["modelled"],
            "Difference": table["difference"],
            "Source": table["source"],
            "Quality": table["quality"],
        }
    )
