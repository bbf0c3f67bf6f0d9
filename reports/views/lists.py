"""What the sheets show of lists as planners count them, and of access by region."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.reports.blocks import as_dates
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.plan import SMALL_LIST
from hepaplan.reports.views.shown import labelled, optional, pivot, policy_words, relabel

COMPARED = (FIRST_COME, MOST_HEALTH)
PLACE = ["site", "decision_point"]
BANDS = ("Came this month", "1 month", "2 months", "3 months or more")
LOAD, LIST, RELIEF = "Load", "List", "Relief a week"
STARTS, MINUTES, WORST = "Starts a year", "Minutes to the site", "Lowest share in time"


def list_planning(content: ReportContent) -> pd.DataFrame:
    """Return demand, load, list, target list and relief capacity of each list, people a week.

    Load is demand over starts: above 1 a list grows. Relief: starts a week that bring the list to
    its target in half a year. Lists below a tenth of a person are left out.
    """
    table = content.tables["list_planning"]
    if table.empty:
        return pd.DataFrame(columns=["Site", "Decision point"])
    table = table[table["policy"].isin(COMPARED)]
    longest = table.groupby(PLACE, sort=False)["waiting"].transform("max")
    table = table[longest >= SMALL_LIST]
    places = table.drop_duplicates(PLACE)[PLACE].reset_index(drop=True)
    index = pd.MultiIndex.from_frame(places)
    by_policy = {p: table[table["policy"] == p].set_index(PLACE).reindex(index) for p in COMPARED}
    frame = relabel(content, places, PLACE).rename(
        columns={"site": "Site", "decision_point": "Decision point"}
    )
    first = by_policy[FIRST_COME]
    frame["Demand a week"] = first["demand_per_week"].to_numpy()
    frame["Target list"] = first["target_waiting"].to_numpy()
    for policy, rows in by_policy.items():
        for name, column in ((LOAD, "load"), (LIST, "waiting"), (RELIEF, "relief_per_week")):
            frame[f"{name}, {policy}"] = rows[column].to_numpy()
    return optional(frame, frame.columns[2:])


def access(content: ReportContent) -> pd.DataFrame:
    """Return starts, travel and the worst decision point's share in time by region.

    Under the two policies compared; shares and minutes are not numbers where nobody starts.
    """
    table = content.tables["access"]
    regions = table["region"].drop_duplicates()
    frame = pd.DataFrame({"Region": labelled(content, regions).to_numpy()})
    for policy in COMPARED:
        rows = table[table["policy"] == policy]
        weighed = rows.assign(
            whole=rows["minutes"].astype(float).fillna(0.0) * rows["starts_per_year"],
            share=rows["share_within_standard"].astype(float),
        )
        found = weighed.groupby("region", sort=False)
        starts = found["starts_per_year"].sum().reindex(regions)
        minutes = found["whole"].sum().reindex(regions) / starts.where(starts > 0)
        frame[f"{STARTS}, {policy}"] = starts.to_numpy()
        frame[f"{MINUTES}, {policy}"] = minutes.to_numpy()
        frame[f"{WORST}, {policy}"] = found["share"].min().reindex(regions).to_numpy()
    return optional(frame, frame.columns[1:])


def access_words(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return whose access is worst, and how far people travel, under each policy compared."""
    parts = []
    for policy in COMPARED:
        known = frame[frame[f"{WORST}, {policy}"].notna()]
        if known.empty:
            return ()
        shares = known[f"{WORST}, {policy}"].astype(float)
        worst = known["Region"].iloc[int(shares.to_numpy().argmin())]
        parts.append(f"{shares.min():.0%} in {worst} {policy_words(policy)}")
    return (
        "Access by region: the lowest share started within the standard, of any decision point, is "
        f"{', '.join(parts)}.",
    )


def by_band(content: ReportContent) -> pd.DataFrame:
    """Return people waiting at each month's end under first come, by how long they have waited.

    Bands are whole months waited: 0 came in that month. Empty if nobody is on a list.
    """
    table = content.tables["waiting"]
    table = table[table["policy"] == FIRST_COME]
    if table.empty:
        return pd.DataFrame()
    band = table["months_waited"].astype(int).clip(upper=len(BANDS) - 1)
    named = table.assign(band=[BANDS[place] for place in band])
    months = sorted(str(month) for month in content.tables["cases"]["month"].unique())
    wide = pivot(named, ["month"], "band", "waiting", BANDS)
    wide = wide.set_index("month").reindex(months).fillna(0.0)
    frame = wide.rename_axis("Month").reset_index()
    frame["Month"] = as_dates(frame["Month"])
    return frame


def band_headline(frame: pd.DataFrame) -> str:
    """Return what the chart by band shows: how many wait on average, and how many of them long."""
    people = frame[list(BANDS)].sum()
    total = people.sum()
    long = 0.0 if total == 0 else people[list(BANDS[1:])].sum() / total
    return (
        f"First come: {total / len(frame):,.1f} people wait in an average month, {long:.0%} of "
        "them for a month or longer"
    )
