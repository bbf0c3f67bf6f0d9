"""What the sheets show of capacity: use by site, need against capacity, and what is full."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import (
    compared,
    in_order,
    labelled,
    pivot,
    policies_in,
    relabel,
    year_names,
)


def use_by_site(content: ReportContent, *, monthly: bool) -> pd.DataFrame:
    """Return capacity and use by site and resource, by year or month; sites without it left out."""
    table = content.tables["resources"]
    shown = policies_in(table)
    when = table["month"] if monthly else table["month"].str[:4].map(year_names(table["month"]))
    keys = ["site", "resource", "unit", "when"]
    dated = table.assign(when=when)
    wide = pivot(dated, keys, "policy", "used", shown)
    first = dated[dated["policy"] == shown[0]] if shown else dated
    capacity = first.groupby(keys, sort=False, as_index=False)["capacity"].sum()
    wide = wide.merge(capacity, on=keys, how="left", validate="one_to_one")
    held = (wide[shown].abs().sum(axis=1) + wide["capacity"]) > 0
    wide = in_order(wide[held], table, keys)
    full = wide["capacity"] > 0
    result = {
        "Site": labelled(content, wide["site"]),
        "Resource": labelled(content, wide["resource"]),
        "Unit": wide["unit"],
        "Month" if monthly else "Year": as_dates(wide["when"]) if monthly else wide["when"],
        "Capacity": wide["capacity"],
    }
    for policy in shown:
        result[f"Used, {policy}"] = wide[policy]
    for policy in shown:
        share = (wide[policy] / wide["capacity"].where(full)).astype(object)
        result[f"Share used, {policy}"] = share.where(full, None)
    return pd.DataFrame(result)


def stated(content: ReportContent) -> pd.DataFrame:
    """Return the capacity each site states, as it is sold: before the cap and dated changes."""
    table = relabel(content, content.tables["capacity"], ["site", "resource"])
    names = {
        "site": "Site",
        "resource": "Resource",
        "number": "Number",
        "saleable_unit": "Sold as",
        "units_a_week": "Each gives a week",
        "unit": "Unit",
        "utilisation_cap": "Utilisation cap",
        "source": "Source",
        "quality": "Quality",
    }
    return table[list(names)].rename(columns=names)


def requirements(content: ReportContent) -> pd.DataFrame:
    """Return what demand needs against what sites have, by resource and month, region-wide."""
    table = content.tables["requirements"]
    table = in_order(table, table, ["resource", "month"])
    return pd.DataFrame(
        {
            "Resource": labelled(content, table["resource"]),
            "Month": as_dates(table["month"]),
            "Unit": table["unit"],
            "Needed": table["required"],
            "Capacity": table["capacity"],
        }
    )


def bottlenecks(content: ReportContent) -> pd.DataFrame:
    """Return how often each site's resource is full under each policy, the fullest first."""
    table = content.tables["bottlenecks"]
    shown = policies_in(table)
    keys = ["site", "resource"]
    wide = table.drop_duplicates(keys)[keys].reset_index(drop=True)
    index = pd.MultiIndex.from_frame(wide)
    columns: dict[str, pd.Series] = {}
    for column, title in (
        ("months_full", "Months full"),
        ("mean_utilisation", "Share used"),
        ("first_month_full", "First month full"),
    ):
        for policy in shown:
            rows = table[table["policy"] == policy].set_index(keys)[column]
            columns[f"{title}, {policy}"] = rows.reindex(index).reset_index(drop=True)
    wide = relabel(content, wide, keys).assign(**columns)
    if shown:
        full = [f"Months full, {p}" for p in shown]
        order = wide[full].max(axis=1).sort_values(ascending=False, kind="stable").index
        wide = wide.loc[order].reset_index(drop=True)
    wide = wide.rename(columns={"site": "Site", "resource": "Resource"})
    for title in columns:
        values = wide[title].astype(object).where(wide[title].notna(), None)
        if title.startswith("First"):
            values = pd.Series(
                [None if v is None else as_dates(pd.Series([v])).iloc[0] for v in values],
                dtype=object,
            )
        wide[title] = values
    return wide[["Resource", "Site", *columns]]


def what_is_short(content: ReportContent, most: int) -> pd.DataFrame:
    """Return what is full in the most months, and where, under the two policies compared."""
    table = bottlenecks(content)
    full = compared([h for h in table.columns if h.startswith("Months full")])
    shares = compared([h for h in table.columns if h.startswith("Share used")])
    if table.empty:
        return table
    table = (
        table[table[full].astype(float).fillna(0.0).max(axis=1) > 0]
        .head(most)
        .reset_index(drop=True)
    )
    pairs = zip(table["Resource"], table["Site"], strict=True)
    named = table[[*full, *shares]].copy()
    named.insert(0, "What is full, and where", [f"{what}, {site}" for what, site in pairs])
    return named
