"""What the sheet Prices shows of capacity: what one more unit is worth, and what a floor costs."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import in_sentence, labelled, optional

MORE, LESS = "One more", "One less"
BEST = 10
SMALL = 0.005
LARGE = 10.0
"""QALYs from which a second decimal place says nothing."""
LOST = "QALYs lost"
SOLVED = "optimal"
ABSENT = "Not worked out in this run (--quick, --prices 0), or no further unit is worth anything."
NOTES = (
    "Prices: the plan is made again with one unit more and one less for the months shown; all else "
    "may change with it. QALYs and pounds are discounted to the first month; pounds value a QALY "
    "at the willingness to pay, less what treatment costs, and leave out what the unit costs. Late "
    "person-months are those spent beyond the waiting standard.",
    "The plan knows every patient of the coming years, which nobody does: its gain is the most "
    "that could be had. Sheet Chance shows what becomes of it when people come by chance.",
)
LESS_THAN_ONE = (
    "Where a site has less than one unit free, one less is all that it has: column part taken."
)


def price_list(content: ReportContent) -> pd.DataFrame:
    """Return what one unit more and one less do, the unit most worth having first."""
    table = content.tables["prices"]
    changes = {
        f"QALYs, {MORE.lower()}": "qalys_plus_one",
        f"QALYs, {LESS.lower()}": "qalys_minus_one",
        "Part taken": "units_less",
        f"GBP, {MORE.lower()}": "nmb_plus_one",
        f"GBP, {LESS.lower()}": "nmb_minus_one",
        f"Late person-months, {MORE.lower()}": "beyond_standard_plus_one",
        f"Late person-months, {LESS.lower()}": "beyond_standard_minus_one",
    }
    stated = optional(table, changes.values())
    return pd.DataFrame(
        {
            "Rank": table["rank"],
            "Site": labelled(content, table["site"]),
            "Resource": labelled(content, table["resource"]),
            "Unit": table["unit"],
            "Months": table["window"],
        }
        | {shown: stated[column] for shown, column in changes.items()}
        | {"How": table["status"]}
    )


def best_units(content: ReportContent) -> pd.DataFrame:
    """Return QALYs of one more and one less for the units most worth having, named in words."""
    table = content.tables["prices"].head(BEST)
    stated = optional(table, ["qalys_plus_one", "qalys_minus_one"])
    names = [
        f"{content.label(str(resource))}, {content.label(str(site))}"
        for resource, site in zip(table["resource"], table["site"], strict=True)
    ]
    return pd.DataFrame(
        {"Unit": names, MORE: stated["qalys_plus_one"], LESS: stated["qalys_minus_one"]}
    ).reset_index(drop=True)


def price_headline(content: ReportContent) -> str:
    """Return what the chart of prices shows: the unit most worth having, and one less of it."""
    table = content.tables["prices"]
    top = table.iloc[0]
    where = f"{content.label(str(top['resource']))}, {content.label(str(top['site']))}"
    name = f"{where} ({top['unit']})"
    worth = top["qalys_plus_one"]
    if pd.isna(worth) or worth < SMALL:
        return f"No further unit is worth {SMALL:g} QALYs; first on the list: {in_sentence(name)}"
    less = top["qalys_minus_one"]
    part = float(top["units_less"])
    what = "one less" if part >= 1.0 else f"{part:.2g} of one less"
    lost = "" if pd.isna(less) else f"; {what} costs {_sized(-less)} QALYs"
    return f"One more is worth most of {in_sentence(name)}: {_sized(worth)} QALYs{lost}"


def _sized(qalys: float) -> str:
    """Return QALYs with no more places than say something."""
    return f"{qalys:,.1f}" if abs(qalys) >= LARGE else f"{qalys:,.2f}"


def notes(content: ReportContent) -> tuple[str, ...]:
    """Return how prices are to be read."""
    table = content.tables["prices"]
    if table.empty:
        return (*NOTES[1:],)
    return (*NOTES, LESS_THAN_ONE) if (table["units_less"] < 1.0).any() else NOTES


def floors(content: ReportContent) -> pd.DataFrame:
    """Return what each floor under the worst share costs; empty where no floor is asked for."""
    table = optional(content.tables["equity"], ["qalys", "qalys_lost", "worst_share"])
    return pd.DataFrame(
        {
            "Floor": table["floor"],
            "QALYs": table["qalys"],
            LOST: table["qalys_lost"],
            "Worst": labelled(content, table["worst"]).replace("", "no plan keeps it"),
            "Its share": table["worst_share"],
            "Status": table["status"],
        }
    )


def floor_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of floors shows: what the highest floor that can be kept costs."""
    kept = frame[frame["Status"] == SOLVED]
    if kept.empty:
        return f"No plan keeps a floor of {frame['Floor'].min():.0%}"
    top = kept.iloc[-1]
    return (
        f"{top['Floor']:.0%} started in time even in {top['Worst']}, the worst off, cost "
        f"{max(float(top[LOST]), 0.0):,.1f} QALYs"
    )
