"""What the sheets show of the tables: sums and pivots under readable headings, nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import pandas as pd

from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import POLICIES, ReportContent


def policies_in(table: pd.DataFrame) -> list[str]:
    """Return the policies a table holds, in the usual order, others after them."""
    present = list(table["policy"].unique())
    return [p for p in POLICIES if p in present] + [p for p in present if p not in POLICIES]


def heading(policy: str) -> str:
    """Return a policy's name as a heading."""
    return policy[:1].upper() + policy[1:]


def relabel(content: ReportContent, frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the frame with machine names replaced by labels in some columns."""
    changed = {c: labelled(content, frame[c]) for c in columns}
    return frame.assign(**changed)


def labelled(content: ReportContent, names: pd.Series) -> pd.Series:
    """Return labels for a column of machine names."""
    return names.map({name: content.label(str(name)) for name in names.unique()})


def options_labelled(content: ReportContent, table: pd.DataFrame, column: str) -> list[str]:
    """Return the label of each row's option, in the words of its own decision point."""
    pairs = zip(table["decision_point"].astype(str), table[column].astype(str), strict=True)
    return [content.option_label(point, option) for point, option in pairs]


def option_column(table: pd.DataFrame) -> str:
    """Return the column that tells options of a decision point apart."""
    return "option" if "option" in table.columns else "treatment"


def optional(frame: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the frame with what is not stated in some columns as None, which shows as "n/a"."""
    changed = {}
    for column in columns:
        values = frame[column].astype(object)
        changed[column] = values.where(values.notna().to_numpy(), None)
    return frame.assign(**changed)


def pivot(
    table: pd.DataFrame, rows: Sequence[str], across: str, values: str, order: Sequence[Hashable]
) -> pd.DataFrame:
    """Return sums with one column for each name in `order`; rows in order of first appearance.

    For counts and costs only: a combination that does not occur is a true zero, because the
    tables leave out zeros.
    """
    sums = table.groupby([*rows, across], sort=False, observed=True)[values].sum()
    wide = sums.unstack(across)  # noqa: PD010
    wide = wide.reindex(columns=list(order)).fillna(0.0)
    first_seen = table.drop_duplicates(list(rows))[list(rows)]
    wanted = pd.MultiIndex.from_frame(first_seen) if len(rows) > 1 else first_seen[rows[0]]
    return wide.reindex(wanted).reset_index()


def in_order(frame: pd.DataFrame, source: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return rows sorted by keys, names in the order in which `source` first shows them."""
    ranks = {}
    for key in keys:
        known = source[key].unique() if key in source.columns else sorted(frame[key].unique())
        ranks[key] = frame[key].map({name: i for i, name in enumerate(known)})
    order = pd.DataFrame(ranks).sort_values(list(keys), kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def year_names(months: pd.Series) -> dict[str, str]:
    """Return the heading of each year, saying so where the year is not whole."""
    count: dict[str, int] = {}
    for month in sorted(str(m) for m in months.unique()):
        count[month[:4]] = count.get(month[:4], 0) + 1
    return {y: y if n == 12 else f"{y} ({n} months)" for y, n in count.items()}


def by_size(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows, largest first; ties keep their order, and an empty frame stays one."""
    if column not in frame.columns:
        return frame
    return frame.sort_values(column, ascending=False, kind="stable", ignore_index=True)


def cases_by_month(content: ReportContent) -> pd.DataFrame:
    """Return cases, new liver metastases by timing and treatment starts wanted, by month."""
    tables = content.tables
    cases = tables["cases"].groupby("month", as_index=False)["cases"].sum()
    metastases = pivot(
        tables["metastases"], ["month"], "timing", "patients", ("synchronous", "metachronous")
    )
    starts = tables["demand"].groupby("month", as_index=False)["starts"].sum()
    merged = cases.merge(metastases, on="month", how="left").merge(starts, on="month", how="left")
    merged = merged.fillna({"synchronous": 0.0, "metachronous": 0.0, "starts": 0.0})
    return pd.DataFrame(
        {
            "Month": as_dates(merged["month"]),
            "Colorectal cancers": merged["cases"],
            "Liver metastases at diagnosis": merged["synchronous"],
            "Liver metastases later": merged["metachronous"],
            "New liver metastases, all": merged["synchronous"] + merged["metachronous"],
            "Treatment starts wanted": merged["starts"],
        }
    )


def demand_by_year(content: ReportContent, column: str, name: str) -> pd.DataFrame:
    """Return starts wanted by year, one row for each treatment or decision point."""
    table = content.tables["demand"]
    years = year_names(table["month"])
    dated = table.assign(year=table["month"].str[:4].map(years))
    wide = pivot(dated, [column], "year", "starts", list(years.values()))
    wide["All years"] = wide[list(years.values())].sum(axis=1)
    wide = relabel(content, wide, [column]).rename(columns={column: name})
    return wide


def by_region(content: ReportContent) -> pd.DataFrame:
    """Return cases, new liver metastases and starts wanted by region, whole window."""
    parts = [
        content.tables[name].groupby("region", sort=False)[value].sum().rename(shown)
        for name, value, shown in (
            ("cases", "cases", "Colorectal cancers"),
            ("metastases", "patients", "New liver metastases"),
            ("demand", "starts", "Treatment starts wanted"),
        )
    ]
    joined = pd.concat(parts, axis=1).fillna(0.0)
    return relabel(content, joined.rename_axis("Region").reset_index(), ["Region"])


def treatments_by_year(content: ReportContent) -> pd.DataFrame:
    """Return starts by treatment and year, one column for each policy."""
    table = content.tables["treatments"]
    names = year_names(content.tables["cases"]["month"])
    shown = policies_in(table)
    wide = pivot(table, ["treatment", "year"], "policy", "starts", shown)
    wide = in_order(wide, table, ["treatment", "year"])
    wide["year"] = [names.get(str(year), str(year)) for year in wide["year"]]
    wide = relabel(content, wide, ["treatment"])
    return wide.rename(
        columns={"treatment": "Treatment", "year": "Year"} | {p: heading(p) for p in shown}
    )


def treatments_in_all(content: ReportContent) -> pd.DataFrame:
    """Return starts by treatment over the whole window, the most frequent first."""
    table = content.tables["treatments"]
    shown = policies_in(table)
    wide = by_size(pivot(table, ["treatment"], "policy", "starts", shown), (shown or [""])[0])
    wide = relabel(content, wide, ["treatment"])
    return wide.rename(columns={"treatment": "Treatment"} | {p: heading(p) for p in shown})


def starts_by_month(content: ReportContent) -> pd.DataFrame:
    """Return all starts by month: wanted, and under each policy."""
    demand = content.tables["demand"].assign(policy=POLICIES[0])
    columns = ["month", "policy", "starts"]
    starts = content.tables["starts"]
    starts = starts[starts["policy"] != POLICIES[0]]
    both = pd.concat([demand[columns], starts[columns]])
    shown = policies_in(both)
    wide = pivot(both, ["month"], "policy", "starts", shown).sort_values("month", ignore_index=True)
    wide["month"] = as_dates(wide["month"])
    return wide.rename(columns={"month": "Month"} | {p: heading(p) for p in shown})


def starts_by_site(content: ReportContent, *, monthly: bool) -> pd.DataFrame:
    """Return starts by site and treatment, by year or by month, one column for each policy."""
    table = content.tables["starts"]
    shown = policies_in(table)
    if monthly:
        when, name = table["month"], "Month"
    else:
        when, name = table["month"].str[:4].map(year_names(table["month"])), "Year"
    wide = pivot(table.assign(when=when), ["site", "treatment", "when"], "policy", "starts", shown)
    wide = in_order(wide, table, ["site", "treatment", "when"])
    if monthly:
        wide["when"] = as_dates(wide["when"])
    wide = relabel(content, wide, ["site", "treatment"])
    names = {"site": "Site", "treatment": "Treatment", "when": name}
    return wide.rename(columns=names | {p: heading(p) for p in shown})


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


def bottlenecks(content: ReportContent, most: int | None = None) -> pd.DataFrame:
    """Return what is full, the longest first, under the policies in which capacity is scarce."""
    table = content.tables["bottlenecks"]
    if most is not None:
        table = table[table["months_full"] > 0]
    table = by_size(table, "months_full")
    table = table if most is None else table.head(most)
    table = optional(relabel(content, table, ["site", "resource"]), ["first_month_full"])
    return pd.DataFrame(
        {
            "Resource": table["resource"],
            "Site": table["site"],
            "Policy": [heading(p) for p in table["policy"]],
            "Months full": table["months_full"],
            "Mean share used": table["mean_utilisation"],
            "First month full": [
                None if m is None else as_dates(pd.Series([m])).iloc[0]
                for m in table["first_month_full"]
            ],
        }
    )


def waiting(content: ReportContent, *, year_ends: bool) -> pd.DataFrame:
    """Return people waiting by decision point and month (or each year's last month), by policy."""
    table = content.tables["lists"]
    table = table[table["policy"] != POLICIES[0]]
    shown = policies_in(table)
    if year_ends:
        last = table.groupby(table["month"].str[:4])["month"].max()
        table = table[table["month"].isin(set(last))]
    keys = ["decision_point", "month"]
    count = pivot(table, keys, "policy", "waiting", shown)
    late = pivot(table, keys, "policy", "beyond_standard", shown)
    count, late = in_order(count, table, keys), in_order(late, table, keys)
    result = pd.DataFrame(
        {
            "Decision point": labelled(content, count["decision_point"]),
            "Month": as_dates(count["month"]),
        }
        | {f"Waiting, {p}": count[p] for p in shown}
        | {f"Beyond standard, {p}": late[p] for p in shown}
    )
    return result


def waiting_by_site(content: ReportContent) -> pd.DataFrame:
    """Return people waiting in the last month by site and decision point, by policy."""
    table = content.tables["waiting"]
    shown = policies_in(table)
    last = table[table["month"] == table["month"].max()]
    wide = pivot(last, ["site", "decision_point"], "policy", "waiting", shown)
    wide = in_order(wide[wide[shown].sum(axis=1) > 0], table, ["site", "decision_point"])
    wide = relabel(content, wide, ["site", "decision_point"])
    names = {"site": "Site", "decision_point": "Decision point"}
    return wide.rename(columns=names | {p: heading(p) for p in shown})
