"""What a planner reads first: about twelve sentences, each computed, of what the run found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hepaplan.model.readings import FIRST_COME, NOTHING_SCARCE, Capacity, UsualCare
from hepaplan.model.tables import plan_words
from hepaplan.model.tables.assumptions import change_table
from hepaplan.model.tables.in_time import SCARCE, answered, fewest
from hepaplan.model.tables.money_tables import WITHIN_STANDARD
from hepaplan.model.tables.summary import SPENDING, Tables, labels
from hepaplan.model.tables.words import people, pounds, told_with_digits

DEATHS = "deaths on a waiting list"
NEAR_POINTS = 10
"""Percentage points within which modelled survival counts as near the published."""
Figures = Mapping[tuple[str, str], float]


def headlines(usual: UsualCare, capacity: Capacity, tables: Tables) -> tuple[str, ...]:
    """Return what the run found, in sentences; of parts not worked out there is none."""
    settings = usual.scenario.settings
    years = settings.window.months / 12
    span = f"over {settings.window.months} months"
    if years >= 1:
        span = f"over {years:g} {'year' if years == 1 else 'years'}"
    figures: Figures = {
        (str(row["measure"]), policy): float(row[policy])
        for row in tables["key_figures"].to_dict(orient="records")
        for policy in capacity.replays
    }
    words = labels(usual.scenario)
    cases = figures["new colorectal cancers", NOTHING_SCARCE]
    patients = figures["new patients with liver metastases", NOTHING_SCARCE]
    spending = [figures[SPENDING, policy] for policy in SCARCE]
    spent = told_with_digits(spending, lambda amount, digits: pounds(amount, digits=digits), 1, 3)
    return (
        f"{answered({policy: figures[WITHIN_STANDARD, policy] for policy in SCARCE})} Deaths on a "
        f"waiting list {span}: {_each([people(figures[DEATHS, policy]) for policy in SCARCE])}.",
        *plan_words.stopped(capacity.best),
        *_changed(usual),
        f"{cases:,.0f} people a year are found with colorectal cancer; {patients:,.0f} a year with "
        f"new liver metastases, at diagnosis or later.",
        *_half_or_quarter(tables),
        f"Treatment starts a year if nothing were scarce: {_starts(usual, figures)}.",
        _short_of(usual, tables),
        _who_waits(usual, tables),
        plan_words.gained(figures, tables["gain"], span),
        *fewest(tables["access"], words),
        *plan_words.priced(tables["prices"], words),
        *plan_words.to_build(tables["expansions"]),
        *plan_words.by_chance(tables["chance_years"], tables["headroom"]),
        f"Spending a year: {_each(spent)} (undiscounted, {settings.economics.price_year} prices).",
        *misfit(usual, tables["published"]),
        "Sites and capacities, and several costs and shares, are illustrative or judgement: see "
        "Assumptions.",
    )


def _each(told: Sequence[str]) -> str:
    """Return a figure of each policy where capacity is scarce, told in their order."""
    return ", ".join(f"{said} {words}" for said, words in zip(told, SCARCE.values(), strict=True))


def near_published(difference: pd.Series[float]) -> int:
    """Return how many modelled shares alive are near the published, given what they differ by."""
    return int((100 * difference.abs() <= NEAR_POINTS).sum())


def misfit(usual: UsualCare, table: pd.DataFrame) -> tuple[str, ...]:
    """Return how far modelled survival is from what was published, if anything was."""
    if table.empty:
        return ()
    worst = max(table.to_dict("records"), key=lambda row: abs(row["difference"]))
    point = usual.scenario.pathway.decision_point[str(worst["decision_point"])]
    option = point.option[str(worst["option"])].label
    points, month = 100 * float(worst["difference"]), float(worst["month"])
    when = f"{month:.2g} months" if month < 24 else f"{month / 12:.2g} years"
    return (
        f"Modelled survival lies within {NEAR_POINTS} points of "
        f"{near_published(table['difference'])} of {len(table)} published figures; furthest from "
        f"it: {option} ({when}), {abs(points):.0f} points "
        f"{'above' if points > 0 else 'below'}.",
    )


def _starts(usual: UsualCare, figures: Figures) -> str:
    numbers = {t: figures[f"starts of {t}", NOTHING_SCARCE] for t in usual.treatments}
    told = {
        name: f"{number:,.0f}" if number >= 0.5 else "fewer than 1"
        for name, number in numbers.items()
        if number > 0
    }
    return "; ".join(f"{name} {number}" for name, number in told.items())


def _changed(usual: UsualCare) -> tuple[str, ...]:
    """Return what this scenario changes of its base, if anything; the first few by name."""
    changes = change_table(usual.scenario)
    if changes.empty:
        return ()
    named = [f"{row['what']} ({row['change']})" for row in changes.head(3).to_dict("records")]
    more = f"; and {len(changes) - 3} more, listed under changes" if len(changes) > 3 else ""
    return (f"Changed from the base: {'; '.join(named)}{more}.",)


def _half_or_quarter(tables: Tables) -> tuple[str, ...]:
    """Return how much the evidence sets differ, if both are there."""
    table = tables["evidence_sets"].set_index("measure")
    if not {"registry", "review"} <= set(table.columns):
        return ()
    numbers = table[["registry", "review"]].astype(float)
    share = 100 * numbers.loc["new liver metastases to new cancers"]
    first = next(name for name in numbers.index if name.startswith("starts of "))
    return (
        f"Half or a quarter? Of 100 new cancers {share['registry']:.0f} lead to liver metastases "
        f"on the registries' evidence, {share['review']:.0f} on the reviews'; {first} "
        f"{numbers.loc[first, 'registry']:,.0f} or {numbers.loc[first, 'review']:,.0f} a year.",
    )


def _short_of(usual: UsualCare, tables: Tables) -> str:
    """Return which resources are most often full under first come."""
    words = labels(usual.scenario)
    window = usual.scenario.settings.window.months
    table = tables["bottlenecks"]
    full = table[(table["policy"] == FIRST_COME) & (table["months_full"] > 0)].head(3)
    named = [
        f"{words[row['resource']]} at {words[row['site']]} (full in {row['months_full']} of "
        f"{window} months)"
        for row in full.to_dict(orient="records")
    ]
    if not named:
        return "Nothing is short: no resource is ever full."
    return f"What is short as today (first come): {'; '.join(named)}."


def _who_waits(usual: UsualCare, tables: Tables) -> str:
    """Return the longest lists under first come: their mean, and their peak."""
    words = labels(usual.scenario)
    lists = tables["lists"]
    waiting = lists[lists["policy"] == FIRST_COME].groupby("decision_point")["waiting"]
    table = waiting.agg(["mean", "max"]).sort_values("mean", ascending=False).head(3)
    named = [
        f"{words[str(point)]} {row['mean']:,.1f} (most {row['max']:,.0f})"
        for point, row in table.to_dict(orient="index").items()
        if row["max"] >= 0.5
    ]
    if not named:
        return "Hardly anyone waits."
    return f"Waiting at a month's end, on average, first come: {'; '.join(named)}."
