"""The sheet Prices: what one more unit is worth, where the gain comes from, what to build."""

from __future__ import annotations

import pandas as pd
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import (
    CHANGE,
    ERROR,
    ERROR_SHARE,
    MONTH,
    PEOPLE,
    POUNDS,
    SHARE,
    SIGNED_POUNDS,
    SIGNED_THOUSANDS,
    WHOLE,
    WHOLE_CHANGE,
    Styles,
)
from hepaplan.reports.views import gain as gain_views
from hepaplan.reports.views import price as price_views

ABOUT = (
    "What one more unit of capacity is worth and one less costs, where the plan's gain comes from, "
    "what expansions and fairness cost."
)
PRICED = "What one more unit is worth, and one less costs"
GAINED = "From first come to the plan, step by step"
PART = "0.0##"
ONE_PLACE = "#,##0.0"


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    best, gain = price_views.best_units(content), gain_views.gain(content)
    expansions, floors = gain_views.expansions(content), price_views.floors(content)
    sheet = SheetWriter(
        workbook,
        styles,
        titles.PRICES,
        ABOUT,
        (
            content.site_note,
            *price_views.notes(content),
            *(() if expansions.empty else (gain_views.expansion_headline(expansions),)),
        ),
    )
    drawn = [not best.empty, not gain.empty, not floors.empty]
    cells = iter(sheet.chart_grid(sum(drawn), f"Charts {_marked(content)}".strip()))
    _price_list(sheet, content)
    steps = sheet.add_table(
        Block("gain", GAINED, gain, _GAIN_FORMATS, page=2, absent=gain_views.NOT_WORKED_OUT)
    )
    sheet.add_table(
        Block(
            "expansions",
            f"What may be built {_marked(content)}".strip(),
            expansions,
            _EXPANSION_FORMATS,
            widths={"Expansion": 34.0, "Standing": 20.0},
            page=2 if expansions.empty else 3,
            absent=gain_views.NO_EXPANSIONS,
        )
    )
    if not floors.empty:
        kept = sheet.add_table(Block("floors", FLOORS, floors, _FLOOR_FORMATS, page=4))
    units = sheet.add_table(
        Block(
            "best_units",
            f"The units most worth having {_marked(content)}".strip(),
            best,
            dict.fromkeys((price_views.MORE, price_views.LESS), _of_size(best)),
            page=0,
            absent=price_views.ABSENT,
        )
    )
    if not best.empty:
        _draw_prices(sheet, next(cells), units, content)
    if not gain.empty:
        _draw_gain(sheet, next(cells), steps)
    if not floors.empty:
        _draw_floors(sheet, next(cells), kept)
    sheet.finish(content.version)


FLOORS = "What a floor under the worst-off's share started in time costs"
_GAIN_FORMATS = {
    "QALYs": WHOLE,
    gain_views.ADDED: ERROR,
    "Cost added, GBP": SIGNED_POUNDS,
    "Within the standard": "0.0%",
    "Points added": ERROR_SHARE,
    "Deaths on a list": PEOPLE,
    "Deaths avoided": ERROR,
}
_EXPANSION_FORMATS = {
    "Capital, GBP": POUNDS,
    "Running, GBP a year": POUNDS,
    "Decide by": MONTH,
    "Breach without it from": MONTH,
    "QALYs gained": CHANGE,
    "Cost in all, GBP": SIGNED_POUNDS,
    "GBP per QALY, other scarce capacity charged": POUNDS,
    "GBP per QALY, not charged": POUNDS,
}
_FLOOR_FORMATS = {
    "Floor": SHARE, "QALYs": WHOLE, price_views.LOST: ONE_PLACE, "Its share": "0.0%",
}  # fmt: skip


def _marked(content: ReportContent) -> str:
    return "(illustrative sites)" if content.site_note else ""


def _price_list(sheet: SheetWriter, content: ReportContent) -> None:
    frame = price_views.price_list(content)
    kinds = {"QALYs": ERROR, "Part": PART, "GBP": SIGNED_THOUSANDS, "Late": CHANGE}
    formats = {h: form for h in frame.columns for kind, form in kinds.items() if h.startswith(kind)}
    caption = f"{PRICED} {_marked(content)}".strip()
    sheet.add_table(
        Block(
            "price_list",
            caption,
            frame,
            formats,
            widths={"How": 18.0, "Unit": 24.0, "Months": 20.0},
            absent=price_views.ABSENT,
        )
    )


def _draw_prices(sheet: SheetWriter, cell: str, placed: Placed, content: ReportContent) -> None:
    labels = _of_size(placed.frame)
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(h, placed.reference(h)) for h in (price_views.MORE, price_views.LESS)],
            placed.reference("Unit"),
            "Resource and site",
            "QALYs gained (+) or lost (-) by the unit for the months shown, discounted",
            WHOLE_CHANGE if labels == CHANGE else ERROR,
            labels,
            from_zero=False,
        ),
        cell,
        price_views.price_headline(content),
        "Horizontal bars of QALYs by one unit more and one less of each resource and site.",
    )


def _of_size(frame: pd.DataFrame) -> str:
    """Return the format of QALYs by a unit: fewer places where some are many."""
    sizes = frame[[price_views.MORE, price_views.LESS]].astype(float).abs()
    return CHANGE if sizes.max().max() >= price_views.LARGE else ERROR


def _draw_gain(sheet: SheetWriter, cell: str, placed: Placed) -> None:
    steps = len(placed.frame) - 1
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(gain_views.ADDED, placed.reference(gain_views.ADDED, 1, steps))],
            placed.reference("Step", 1, steps),
            "What the plan may choose",
            "QALYs added to the step before, lifetime, discounted",
            CHANGE,
            from_zero=False,
        ),
        cell,
        gain_views.gain_headline(placed.frame),
        "Horizontal bars of QALYs that each step from first come to the plan adds.",
    )


def _draw_floors(sheet: SheetWriter, cell: str, placed: Placed) -> None:
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line(price_views.LOST, placed.reference(price_views.LOST))],
            placed.reference("Floor"),
            "Share started in time that everyone is promised",
            "QALYs lost against no floor, discounted",
            ONE_PLACE,
            from_zero=False,
        ),
        cell,
        price_views.floor_headline(placed.frame),
        "Horizontal bars of QALYs lost by each floor under the worst-off's share.",
    )
