"""What the sheet Chance shows: how likely promises are kept, lists by chance, and headroom."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import (
    heading,
    labelled,
    optional,
    policies_in,
    relabel,
    shortened,
    year_names,
)

ALL_YEARS = "All years"
ABSENT = "Not worked out in this run (--quick, --draws 0)."
EXPECTED, MEAN, LOW, HIGH = "Expected", "By chance, mean", "By chance, P10", "By chance, P90"
MOST_LISTS = 4
SHORT = 0.5
MEDIAN = "P50"
AT_RISK = 5
ALWAYS = 0.995
WORSE = 0.005
"""Share of those who come by which the plan must fall short to be said to."""
PLACE = ["site", "decision_point"]


def promises(content: ReportContent, policy: str) -> pd.DataFrame:
    """Return how likely nobody is beyond the standard at a month's end, by place and year.

    Mean of the months of a year; the places most at risk first. Places where the standard is
    as good as always kept are left out.
    """
    table = content.tables["chance"]
    table = table[table["policy"] == policy]
    names = year_names(table["month"])
    dated = table.assign(year=table["month"].str[:4].map(names))
    wide = dated.pivot_table(index=PLACE, columns="year", values="probability", sort=False)
    wide = wide.reindex(columns=list(names.values())).reset_index()
    mean = table.groupby(PLACE, sort=False)["probability"].mean()
    wide[ALL_YEARS] = mean.reindex(pd.MultiIndex.from_frame(wide[PLACE])).to_numpy()
    wide = wide[wide[ALL_YEARS] < ALWAYS].sort_values(ALL_YEARS, kind="stable", ignore_index=True)
    wide = relabel(content, wide, PLACE)
    return wide.rename(columns={"site": "Site", "decision_point": "Decision point"})


def at_risk(content: ReportContent) -> pd.DataFrame:
    """Return the promises most at risk under the plan, beside first come, over all years."""
    table = content.tables["chance"]
    sums = table.groupby([*PLACE, "policy"], sort=False)["probability"].mean()
    wide = sums.unstack("policy")  # noqa: PD010
    shown = policies_in(table)
    wide = wide[shown].sort_values(shown[-1], kind="stable").head(AT_RISK).reset_index()
    places = relabel(content, wide, PLACE)
    pairs = zip(shortened(places["decision_point"]), places["site"], strict=True)
    frame = pd.DataFrame({"Promise": [f"{point}, {site}" for point, site in pairs]})
    return frame.assign(**{heading(p): wide[p].to_numpy() for p in shown})


def years(content: ReportContent) -> pd.DataFrame:
    """Return the share started within the standard by year and policy, its spread, and the odds."""
    table = content.tables["chance_years"]
    if table.empty:
        return pd.DataFrame(columns=["Year", "Policy"])
    target = float(table["target"].iloc[0])
    return pd.DataFrame(
        {
            "Year": _years(table),
            "Policy": [heading(str(policy)) for policy in table["policy"]],
            "Mean": table["share_within"],
            "P10": table["p10"],
            MEDIAN: table["p50"],
            "P90": table["p90"],
            f"Probability of {target:.0%} or more": table["probability"],
            "Its standard error": optional(table, ["standard_error"])["standard_error"],
        }
    )


def medians(content: ReportContent) -> pd.DataFrame:
    """Return the median share started within the standard by year, a column for each policy."""
    table = content.tables["chance_years"]
    named = table.assign(year=_years(table))
    wide = named.pivot_table(index="year", columns="policy", values="p50", sort=False)
    shown = policies_in(table)
    wide = wide[shown].reset_index()
    return wide.rename(columns={"year": "Year"} | {p: heading(p) for p in shown})


def _years(table: pd.DataFrame) -> list[str]:
    pairs = zip(table["from_month"].astype(str), table["to_month"].astype(str), strict=True)
    return [
        first[:4] if (first[5:], last) == ("01", f"{first[:4]}-12") else f"{first} to {last}"
        for first, last in pairs
    ]


def headroom(content: ReportContent) -> pd.DataFrame:
    """Return what more of the resources that are ever full makes a promise safe, by probability."""
    table = optional(content.tables["headroom"], ["headroom"])
    everywhere = table["site"].astype(str).replace("all", "All sites together")
    return pd.DataFrame(
        {
            "Where": labelled(content, everywhere),
            "Started within the standard": table["share_within"],
            "Promised with probability": table["promised_probability"],
            "Headroom": [
                "more than 100%" if value is None else f"{value:.0%}" for value in table["headroom"]
            ],
            "Probability reached": table["probability"],
            "Its standard error": table["standard_error"],
        }
    )


def lists_by_month(content: ReportContent) -> pd.DataFrame:
    """Return the longest lists under the plan by month: expected, and by chance."""
    table = content.tables["chance_lists"]
    table = table[(table["policy"] == MOST_HEALTH) & (table["measure"] == "waiting")]
    peak = table.groupby(["name", "site"], sort=False)["mean"].max()
    peak = peak[peak >= SHORT].sort_values(ascending=False, kind="stable").head(MOST_LISTS)
    parts = []
    for point, site in peak.index:
        rows = table[(table["name"] == point) & (table["site"] == site)]
        parts.append(
            pd.DataFrame(
                {
                    "List": f"{content.label(str(point))}, {content.label(str(site))}",
                    "Month": as_dates(rows["month"]),
                    EXPECTED: rows["expected"],
                    MEAN: rows["mean"],
                    LOW: rows["p10"],
                    HIGH: rows["p90"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["List"])


def years_headline(content: ReportContent) -> str:
    """Return what the chart of shares shows: the last year's median under each policy."""
    frame = medians(content)
    last = frame.iloc[-1]
    parts = [f"{last[policy]:.0%} {_under(policy)}" for policy in frame.columns[1:]]
    return f"Started in time in {last['Year']}, in the middle of what may come: {', '.join(parts)}"


def _under(policy: str) -> str:
    return "with the plan" if policy == heading(MOST_HEALTH) else policy.lower()


def risk_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of promises shows: the one most at risk under the plan."""
    top = frame.iloc[0]
    return (
        f"Most at risk: {top['Promise']}: the standard is kept in "
        f"{top[frame.columns[-1]]:.0%} of months"
    )


def list_headline(name: str, frame: pd.DataFrame) -> str:
    """Return what the chart of a list shows: its expected and its mean length, and the spread."""
    return (
        f"{name}: {frame[EXPECTED].mean():,.1f} people expected in an average month, "
        f"{frame[MEAN].mean():,.1f} by chance (P10 {frame[LOW].mean():,.1f}, "
        f"P90 {frame[HIGH].mean():,.1f})"
    )


def warning(content: ReportContent) -> tuple[str, ...]:
    """Return that chance makes the plan worse than first come, and what to do, if it does."""
    table = content.tables["chance_years"]
    mean = table.groupby("policy", sort=False)["share_within"].mean()
    if not {FIRST_COME, MOST_HEALTH} <= set(mean.index):
        return ()
    first, best = float(mean[FIRST_COME]), float(mean[MOST_HEALTH])
    if best >= first - WORSE:
        return ()
    return (
        f"By chance the plan, followed as fixed slots, starts fewer in time than first come: "
        f"{best:.0%} against {first:.0%}, mean of all years. Slots planned for people who do not "
        "come stay empty, and others find none. So do not follow it blindly: plan again with what "
        "has happened (--actuals) and keep the headroom shown.",
    )
