"""Charts of the report's workbook as pictures of its page, drawn from the same cells."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.chart import BarChart, ScatterChart
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import GENERAL
from hepaplan.reports.views.shown import optional


def pictures_of(workbook: Workbook, title: str) -> tuple[Picture, ...]:
    """Return the charts of a sheet, in its order, as pictures with the figures they show.

    Raises TypeError for a kind of chart that the page cannot draw.
    """
    sheet: Any = workbook[title]
    charts = sheet._charts  # openpyxl has no other way to its own charts
    return tuple(
        picture_of(workbook, chart, f"{title} {number}") for number, chart in enumerate(charts, 1)
    )


def picture_of(workbook: Workbook, chart: Any, name: str) -> Picture:
    """Return a chart as a picture; its texts are those of the chart and of its description."""
    headline = str(chart.anchor.heading)
    description = str(chart.anchor.description).removeprefix(f"{headline}. ")
    made = Picture(
        "lines",
        name,
        headline,
        description,
        pd.DataFrame(),
        x_title=_title(chart.x_axis),
        y_title=_title(chart.y_axis),
        y_format=_ticks(chart.y_axis),
    )
    if isinstance(chart, ScatterChart):
        shown = _plane if chart.scatterStyle == "lineMarker" else _curves
        return shown(workbook, chart, replace(made, x_format=_ticks(chart.x_axis)))
    frame, formats = _columns(workbook, chart, made.x_title)
    made = replace(made, frame=frame, formats=formats)
    if not isinstance(chart, BarChart):
        return made
    if chart.type == "bar":
        return _on_their_side(chart, made)
    if chart.grouping != "stacked":
        raise TypeError(f"{name}: upright bars beside each other have no drawing on the page")
    return replace(made, shape="columns")


def _on_their_side(chart: BarChart, made: Picture) -> Picture:
    """Return bars, or parts of a whole: in the workbook their axes are named as if they stood."""
    labels: Any = chart.dataLabels or chart.series[0].dLbls
    return replace(
        made,
        shape="parts" if chart.grouping == "stacked" else "bars",
        x_title=made.y_title,
        y_title=made.x_title,
        x_format=made.y_format,
        y_format=GENERAL,
        label_format=str(labels.numFmt or "") if labels is not None else "",
    )


def _columns(workbook: Workbook, chart: Any, x_title: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what stands across and each series, and the number formats of their cells."""
    across, _ = _cells(workbook, _pointer(chart.series[0].cat))
    frame: dict[str, list[object]] = {x_title: [_month(value) for value in across]}
    formats: dict[str, str] = {}
    for series in chart.series:
        values, each = _cells(workbook, _pointer(series.val))
        heading = _unused(_name(workbook, series), frame)
        frame[heading] = list(_numbers(values))
        formats[heading] = each
    return _gaps_as_none(pd.DataFrame(frame)), formats


def _curves(workbook: Workbook, chart: ScatterChart, made: Picture) -> Picture:
    """Return curves on one scale across, with marks where a series is only points."""
    curves, formats, marks = [], {made.x_title: "0"}, set()
    for series in chart.series:
        across, _ = _cells(workbook, _pointer(series.xVal))
        values, each = _cells(workbook, _pointer(series.yVal))
        heading = _unused(_name(workbook, series), formats)
        curve = pd.Series(_numbers(values), index=_numbers(across), name=heading, dtype=float)
        curves.append(curve[~curve.index.duplicated()])
        formats[heading] = each
        if _only_marks(series):
            marks.add(heading)
    frame = pd.concat(curves, axis=1).sort_index().rename_axis(made.x_title).reset_index()
    return replace(made, frame=_gaps_as_none(frame), formats=formats, marks=frozenset(marks))


def _plane(workbook: Workbook, chart: ScatterChart, made: Picture) -> Picture:
    """Return the strategies of a plane, and the threshold as the slope of the line through it."""
    rows: list[tuple[str, object, object]] = []
    formats: dict[str, str] = {}
    slope = 0.0
    for series in chart.series:
        across, x_format = _cells(workbook, _pointer(series.xVal))
        values, y_format = _cells(workbook, _pointer(series.yVal))
        if _only_marks(series):
            rows += [(_name(workbook, series), x, y) for x, y in zip(across, values, strict=True)]
            formats = {made.x_title: x_format, made.y_title: y_format}
        else:
            rise, run = np.ptp(_numbers(values)), np.ptp(_numbers(across))
            slope = float(rise / run)
    frame = pd.DataFrame(rows, columns=["Strategy", made.x_title, made.y_title])
    return replace(made, shape="points", frame=frame, slope=slope, formats=formats)


def _gaps_as_none(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose missing numbers are None, which a table shows as "n/a"."""
    gaps = [column for column in frame.columns if frame[column].isna().any()]
    return optional(frame, gaps)


def _ticks(axis: Any) -> str:
    """Return the number format of an axis, which openpyxl keeps as a text or as an object."""
    known = axis.number_format
    return str(getattr(known, "formatCode", known) or GENERAL)


def _title(axis: Any) -> str:
    runs = (run.t for paragraph in axis.title.tx.rich.p for run in paragraph.r or ())
    return "".join(runs)


def _only_marks(series: Any) -> bool:
    line = series.graphicalProperties.line
    return bool(line is not None and line.noFill)


def _pointer(source: Any) -> str:
    """Return the address of the cells that a series or its categories point at."""
    return str((source.numRef or source.strRef).f)


def _name(workbook: Workbook, series: Any) -> str:
    if series.tx.v is not None:
        return str(series.tx.v)
    return str(_cells(workbook, str(series.tx.strRef.f))[0][0])


def _unused(name: str, taken: dict[str, Any]) -> str:
    """Return a name, with a number where another column has it already."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    return found


def _cells(workbook: Workbook, address: str) -> tuple[list[object], str]:
    """Return the values of a range of cells and the number format of the first of them."""
    sheet, _, cells = address.rpartition("!")
    title = sheet.strip("'").replace("''", "'")
    left, top, right, bottom = range_boundaries(cells)
    inside: list[Any] = [
        cell for row in workbook[title].iter_rows(top, bottom, left, right) for cell in row
    ]
    return [cell.value for cell in inside], str(inside[0].number_format)


def _numbers(values: list[object]) -> list[float]:
    """Return numbers as they are; what is no number, such as "n/a", is missing."""
    return [float(v) if isinstance(v, int | float) else math.nan for v in values]


def _month(value: object) -> object:
    return f"{value:%Y-%m}" if isinstance(value, datetime.date) else value
