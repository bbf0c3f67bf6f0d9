"""What the sheets show of the plan: starts by treatment and site, and who waits for them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hepaplan.model.readings import NOTHING_SCARCE
from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import (
    a_year,
    by_size,
    compared,
    heading,
    in_order,
    in_sentence,
    labelled,
    pivot,
    policies_in,
    relabel,
    treatments_named,
    year_names,
)

OTHERS = "All other lists"
TOGETHER = "All lists together"
SMALL_LIST = 0.1


def treatments_by_year(content: ReportContent) -> pd.DataFrame:
    """Return starts by treatment and year, one column for each policy."""
    table = content.tables["treatments"]
    names = year_names(content.tables["cases"]["month"])
    shown = policies_in(table)
    wide = pivot(table, ["treatment", "year"], "policy", "starts", shown)
    wide = in_order(wide, table, ["treatment", "year"])
    wide["year"] = [names.get(str(year), str(year)) for year in wide["year"]]
    wide["treatment"] = treatments_named(wide["treatment"])
    return wide.rename(
        columns={"treatment": "Treatment", "year": "Year"} | {p: heading(p) for p in shown}
    )


def treatments_in_all(content: ReportContent) -> pd.DataFrame:
    """Return starts by treatment over the whole window, the most frequent first."""
    table = content.tables["treatments"]
    shown = policies_in(table)
    wide = by_size(pivot(table, ["treatment"], "policy", "starts", shown), (shown or [""])[0])
    wide["treatment"] = treatments_named(wide["treatment"])
    return wide.rename(columns={"treatment": "Treatment"} | {p: heading(p) for p in shown})


def treatments_missing(content: ReportContent) -> pd.DataFrame:
    """Return how many starts a year each policy makes fewer than wanted; below 0 if more."""
    total = treatments_in_all(content)
    wanted = heading(NOTHING_SCARCE)
    scarce = [h for h in total.columns[1:] if h != wanted]
    if wanted not in total.columns:
        return total.iloc[:0][["Treatment", *scarce]]
    missing = {h: (total[wanted] - total[h]) * a_year(content) for h in scarce}
    return pd.DataFrame({"Treatment": total["Treatment"]} | missing)


def starts_by_month(content: ReportContent) -> pd.DataFrame:
    """Return all starts by month: wanted, and under each policy."""
    demand = content.tables["demand"].assign(policy=NOTHING_SCARCE)
    columns = ["month", "policy", "starts"]
    starts = content.tables["starts"]
    starts = starts[starts["policy"] != NOTHING_SCARCE]
    both = pd.concat([demand[columns], starts[columns]])
    shown = policies_in(both)
    wide = pivot(both, ["month"], "policy", "starts", shown).sort_values("month", ignore_index=True)
    wide["month"] = as_dates(wide["month"])
    return wide.rename(columns={"month": "Month"} | {p: heading(p) for p in shown})


def starts_by_site(content: ReportContent, *, monthly: bool) -> pd.DataFrame:
    """Return starts by site and treatment, by month or a year on average, by policy."""
    table = content.tables["starts"]
    shown = policies_in(table)
    keys = ["site", "treatment", *(["month"] if monthly else [])]
    wide = in_order(pivot(table, keys, "policy", "starts", shown), table, keys)
    if monthly:
        wide["month"] = as_dates(wide["month"])
    else:
        wide[shown] = wide[shown] * a_year(content)
    if not monthly and len(shown) > 1:
        wide["Change"] = wide[shown[-1]] - wide[shown[0]]
    wide = relabel(content, wide, ["site"])
    wide["treatment"] = treatments_named(wide["treatment"])
    names = {"site": "Site", "treatment": "Treatment", "month": "Month"}
    return wide.rename(columns=names | {p: heading(p) for p in shown})


def site_totals(sites: pd.DataFrame) -> pd.DataFrame:
    """Return starts a year by site, from starts by site and treatment."""
    numbers = [h for h in sites.columns if h not in ("Site", "Treatment")]
    return sites.groupby("Site", sort=False)[numbers].sum().reset_index()


def largest_changes(sites: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return where starts a year change most between the policies, largest change first."""
    if "Change" not in sites.columns or sites.empty:
        return pd.DataFrame({"Where": [], "Change": []})
    order = sites["Change"].abs().sort_values(ascending=False, kind="stable").index[:most]
    rows = sites.loc[order]
    pairs = zip(rows["Site"], rows["Treatment"], strict=True)
    where = [f"{site}: {in_sentence(str(treatment))}" for site, treatment in pairs]
    numbers = rows[[h for h in rows.columns if h not in ("Site", "Treatment")]]
    named = numbers.reset_index(drop=True)
    named.insert(0, "Where", where)
    return named


def waiting(content: ReportContent) -> pd.DataFrame:
    """Return people waiting by decision point and month, one column for each policy."""
    table = content.tables["lists"]
    table = table[table["policy"] != NOTHING_SCARCE]
    shown = policies_in(table)
    keys = ["decision_point", "month"]
    count = in_order(pivot(table, keys, "policy", "waiting", shown), table, keys)
    late = in_order(pivot(table, keys, "policy", "beyond_standard", shown), table, keys)
    return pd.DataFrame(
        {
            "Decision point": labelled(content, count["decision_point"]),
            "Month": as_dates(count["month"]),
        }
        | {f"Waiting, {p}": count[p] for p in shown}
        | {f"Beyond standard, {p}": late[p] for p in shown}
    )


def waiting_in_all(monthly: pd.DataFrame) -> pd.DataFrame:
    """Return people waiting and beyond the standard by month, all lists together."""
    return monthly.drop(columns="Decision point").groupby("Month", sort=True).sum().reset_index()


def waiting_by_year(content: ReportContent, column: str) -> pd.DataFrame:
    """Return people waiting in an average month of each year, under the policies compared.

    Lists that stay below a tenth of a person are summed; the last row is the sum of all.
    """
    table = content.tables["lists"]
    table = table[table["policy"] != NOTHING_SCARCE]
    shown = compared(policies_in(table))
    table = table[table["policy"].isin(shown)]
    names = year_names(table["month"])
    months = table.groupby(table["month"].str[:4])["month"].nunique()
    parts = [f"{heading(p)}, {name}" for p in shown for name in names.values()]
    years = table["month"].str[:4]
    averaged = table.assign(
        part=[f"{heading(p)}, {names[y]}" for p, y in zip(table["policy"], years, strict=True)],
        people=table[column] / years.map(months).astype(float),
    )
    wide = pivot(averaged, ["decision_point"], "part", "people", parts)
    wide = relabel(content, wide, ["decision_point"]).rename(
        columns={"decision_point": "Decision point"}
    )
    return _with_sums(wide, ["Decision point"], parts)


def waiting_by_site(content: ReportContent) -> pd.DataFrame:
    """Return people waiting in an average month by site and decision point, by policy."""
    table = content.tables["waiting"]
    shown = policies_in(table)
    wide = pivot(table, ["site", "decision_point"], "policy", "waiting", shown)
    wide = in_order(wide, table, ["site", "decision_point"])
    wide[shown] = wide[shown] * a_year(content) / 12
    wide = relabel(content, wide, ["site", "decision_point"])
    names = {"site": "Site", "decision_point": "Decision point"}
    wide = wide.rename(columns=names | {p: heading(p) for p in shown})
    numbers = [heading(p) for p in shown]
    if wide.empty:
        return wide
    parts = [
        _with_sums(rows, ["Site", "Decision point"], numbers)
        for _, rows in wide.groupby("Site", sort=False)
    ]
    return pd.concat(parts, ignore_index=True)


def _with_sums(frame: pd.DataFrame, names: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    if frame.empty:
        return frame
    columns = list(numbers)
    small = frame[columns].max(axis=1) < SMALL_LIST
    if int(small.sum()) < 2:
        small &= False
    rows = [frame[~small]]
    for name, part in ((OTHERS, frame[small]), (TOGETHER, frame)):
        if part.empty:
            continue
        row = dict(zip(names, part.iloc[0][list(names)], strict=True)) | {names[-1]: name}
        rows.append(pd.DataFrame([row | part[columns].sum().to_dict()]))
    return pd.concat(rows, ignore_index=True)
