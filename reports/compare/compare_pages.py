"""The page of a comparison: the workbook's sheets, in their order, from the same views."""

from __future__ import annotations

import pandas as pd

from hepaplan.reports.compare import headlines, views
from hepaplan.reports.compare.bridge_page import bridge_page
from hepaplan.reports.compare.sheets import (
    BUDGET,
    CHECKS,
    CONTENTS,
    COSTED,
    DIFFERS,
    FIGURES,
    FORMATS,
    STRATEGIES,
)
from hepaplan.reports.content import ReportContent
from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from hepaplan.reports.style import (
    FINE_CHANGE,
    SIGNED_POUNDS,
    SIGNED_THOUSANDS,
    SMALL,
    THOUSANDS,
)
from hepaplan.reports.views.checked import verdict

HOW_TO_READ = (
    "The first scenario is the reference; every difference is a scenario less the reference, under "
    "the same policy. First come is today; longest wait sends the longest wait first; most health "
    "is the optimised plan."
)
QALYS, COST, BENEFIT = "QALYs more", "Cost more", "Net monetary benefit more"


def comparison_pages(content: ReportContent) -> Pages:
    """Return a comparison as chapters of a page."""
    words, _ = verdict(content)
    about = content.tables["about"]
    notes = (f"{words}.", content.site_note, HOW_TO_READ)
    return Pages(
        name=content.name,
        title=content.title,
        question=content.question,
        headlines=content.headlines,
        notes=tuple(note for note in notes if note),
        pages=(
            _differences(content),
            _figures(content),
            _strategies(content),
            _budget(content),
            bridge_page(content, views.scenarios(content)[0]),
            _checks(content),
        ),
        facts=tuple(
            (str(row["item"]).capitalize(), _plain(row["value"]))
            for row in about.to_dict("records")
        ),
        version=content.version,
    )


def _plain(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def _differences(content: ReportContent) -> Page:
    frame = views.differences(content)
    return Page(
        DIFFERS, CONTENTS[DIFFERS],
        ("Rows of a table are counted against those of the first scenario.",),
        tables=(Shown("differences", "What differs", frame, absent="No input differs."),),
    )  # fmt: skip


def _figures(content: ReportContent) -> Page:
    tables = []
    for name, caption, measures in (
        ("main_figures", "The main figures", tuple(views.MAIN)),
        ("key_figures", "Every key figure", ()),
    ):
        frame, values, changes = views.key_figures(content, measures)
        names = {views.column(scenario) for scenario in views.scenarios(content)}
        formats = {h: tuple(values if h in names else changes) for h in frame.columns[3:]}
        tables.append(Shown(name, caption, frame, cell_formats=formats))
    return Page(FIGURES, CONTENTS[FIGURES], tables=tuple(tables))


def _strategies(content: ReportContent) -> Page:
    added, worth = views.plane(content), views.willingness_to_pay(content)
    reference = str(content.tables["strategies"]["strategy"].iloc[0])
    pictures = (
        Picture(
            "points", "plane", headlines.plane_headline(added, reference, worth),
            f"Cost against QALYs of each strategy, {reference} at the origin.",
            added[["Strategy", QALYS, COST]], f"QALYs more than {reference}, discounted",
            "Cost more, GBP, discounted", FINE_CHANGE, SIGNED_THOUSANDS, slope=worth,
        ),
        Picture(
            "bars", "benefit", headlines.benefit_headline(added, reference),
            "Incremental net monetary benefit by strategy.",
            added[["Strategy", BENEFIT]], f"Net monetary benefit more than {reference}, GBP",
            "Strategy", SIGNED_THOUSANDS,
        ),
    ) if len(added) and added.iloc[:, 1:].abs().to_numpy().sum() > 0 else ()  # fmt: skip
    return Page(
        STRATEGIES, CONTENTS[STRATEGIES], (COSTED,), pictures,
        (
            Shown("strategies", "Beside the reference", views.strategies(content), FORMATS),
            Shown("frontier", "Along the frontier, cheapest first", views.frontier(content),
                  FORMATS),
        ),
    )  # fmt: skip


def _budget(content: ReportContent) -> Page:
    first = views.scenarios(content)[0]
    pictures = []
    for policy in (p for p in views.policies(content) if p != "nothing scarce"):
        frame = views.spending_by_year(content, policy)
        frame["Year"] = frame["Year"].astype(str)
        pictures.append(
            Picture(
                "bars", f"by_year_{policy}", headlines.budget_headline(frame, first, policy),
                f"Undiscounted spending by year less that of {first}, {policy}.", frame,
                f"Spending less that of {first}, GBP", "Year", SIGNED_THOUSANDS,
            )
        )  # fmt: skip
    impact, spent = views.budget_impact(content), views.spending(content)
    return Page(
        BUDGET, CONTENTS[BUDGET], (COSTED,), tuple(pictures),
        (
            Shown("budget_impact", f"Less {first}, GBP, not discounted", impact,
                  dict.fromkeys(impact.columns[3:], SIGNED_POUNDS)),
            Shown("spending", "Spending, not discounted", spent,
                  dict.fromkeys(spent.columns[3:], THOUSANDS)),
        ),
    )  # fmt: skip


def _checks(content: ReportContent) -> Page:
    frame: pd.DataFrame = views.checks(content)
    formats = {"Residual": SMALL, "Tolerance": SMALL}
    return Page(CHECKS, CONTENTS[CHECKS], tables=(Shown("checks", "Checks", frame, formats),))
