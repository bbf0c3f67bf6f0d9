"""Charts of health and money, what heads them, and the formats of one patient's figures."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.blocks import Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    MILLIONS,
    PEOPLE,
    POUNDS,
    SHARE,
    SIGNED_BUDGET,
    TWO_PLACES,
)
from hepaplan.reports.views import budget as budget_views
from hepaplan.reports.views import economics as economics_views
from hepaplan.reports.views import patient as patient_views
from hepaplan.reports.views import value as value_views

PATIENT_FORMATS = {
    "Life-years": TWO_PLACES,
    "QALYs": TWO_PLACES,
    "QALYs, discounted": TWO_PLACES,
    "Cost, GBP": POUNDS,
    "Cost, GBP, discounted": POUNDS,
    "Median survival, months": PEOPLE,
    patient_views.PEOPLE_A_YEAR: PEOPLE,
} | {words: "0.0%" for words in value_views.CAUSES.values()}


def draw_deaths(sheet: SheetWriter, cell: str, placed: Placed, content: ReportContent) -> None:
    """Draw what those who arrive at each decision point die of."""
    if placed.frame.empty:
        return
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(c, placed.reference(c)) for c in value_views.CAUSES.values()],
            placed.reference("Decision point"),
            "Decision point",
            "Share of those who arrive there, all ages",
            SHARE,
            parts=True,
        ),
        cell,
        patient_views.deaths_headline(content),
        "Stacked horizontal bars of deaths by cause, for each decision point.",
    )


def draw_plane(
    sheet: SheetWriter, cell: str, placed: Placed, worth: Placed, content: ReportContent
) -> None:
    """Draw the policies on the plane of QALYs and cost against first come, with the threshold."""
    frame = placed.frame
    points = [
        charts.Line(
            str(name),
            placed.reference(economics_views.MORE_COST, row, 1),
            placed.reference(economics_views.MORE_QALYS, row, 1),
        )
        for row, name in enumerate(frame["Strategy"])
    ]
    line = charts.Line(
        economics_views.LINE,
        worth.reference(economics_views.LINE),
        worth.reference(economics_views.MORE_QALYS),
    )
    charts.place(
        sheet.sheet,
        charts.plane(
            points,
            line,
            "QALYs more (+) or fewer (-) than first come, discounted",
            "GBP thousand more (+) or less (-) than first come, discounted",
        ),
        cell,
        economics_views.headline(frame, economics_views.threshold(content) or 0.0),
        "Cost-effectiveness plane: marks for policies, a dashed line for the threshold.",
    )


def draw_budget(sheet: SheetWriter, cell: str, placed: Placed) -> None:
    """Draw what each policy spends a year against first come."""
    against = [h for h in placed.frame.columns if str(h).endswith(budget_views.AGAINST)]
    if placed.frame.empty or not against:
        return
    years = len(placed.frame) - 1
    charts.place(
        sheet.sheet,
        charts.bars(
            [
                charts.Line(h.removesuffix(budget_views.AGAINST), placed.reference(h, 0, years))
                for h in against
            ],
            placed.reference("Year", 0, years),
            "Year",
            "GBP thousand a year more (+) or less (-) than first come, undiscounted",
            SIGNED_BUDGET,
            from_zero=False,
        ),
        cell,
        budget_views.headline(placed.frame, against[-1].removesuffix(budget_views.AGAINST)),
        "Horizontal bars of undiscounted spending a year against first come, by policy.",
    )


def draw_costs(
    sheet: SheetWriter, cells: list[str], treatments: Placed, yearly: Placed, policy: str
) -> None:
    """Draw what treatments cost in one policy, in all and by year."""
    if treatments.frame.empty or yearly.frame.empty:
        return
    charts.place(
        sheet.sheet,
        charts.bars(
            [
                charts.Line(
                    treatments.frame.columns[-1], treatments.reference(treatments.frame.columns[-1])
                )
            ],
            treatments.reference("Treatment"),
            "Treatment",
            f"GBP million in the whole window, {policy}",
            MILLIONS,
            '[>=995000]"£"0.0,,"m";"£"0,"k"',
        ),
        cells[0],
        cost_headline(treatments.frame),
        f"Horizontal bars of undiscounted cost by treatment, {policy}.",
    )
    charts.place(
        sheet.sheet,
        charts.columns(
            [charts.Line(str(t), yearly.reference(str(t))) for t in yearly.frame.columns[1:]],
            yearly.reference("Year"),
            "Year",
            f"GBP million a year, {policy}",
            MILLIONS,
        ),
        cells[1],
        year_headline(yearly.frame, policy),
        f"Stacked columns of undiscounted cost by year and treatment, {policy}.",
    )


def cost_headline(frame: pd.DataFrame) -> str:
    """Return what the chart of costs shows: the treatment that costs most, and its share."""
    policy = str(frame.columns[-1])
    total = frame[policy].sum()
    if total == 0:
        return "No costs in this run"
    top = frame.iloc[int(frame[policy].argmax())]
    return (
        f"{top['Treatment']} takes {top[policy] / total:.0%} of £{total / 1e6:,.1f} million "
        f"({policy.lower()}, whole window)"
    )


def year_headline(frame: pd.DataFrame, policy: str) -> str:
    """Return what the chart of yearly costs shows: the first and the last year."""
    totals = frame.iloc[:, 1:].sum(axis=1) / 1e6
    first, last = frame["Year"].iloc[0], frame["Year"].iloc[-1]
    if first == last:
        return f"£{totals.iloc[0]:,.1f} million in {first}, {policy}"
    return (
        f"£{totals.iloc[0]:,.1f} million in {first} and £{totals.iloc[-1]:,.1f} million "
        f"in {last}, {policy}"
    )
