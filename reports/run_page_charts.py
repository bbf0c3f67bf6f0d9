"""Charts of the report's workbook as pictures of its page, drawn from the same cells."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
from openpyxl.chart import BarChart, ScatterChart
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.study.pages import Picture, Shape
from hepaplan.reports.style import GENERAL
from hepaplan.reports.views import optional


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
    x_title, y_title = _title(chart.x_axis), _title(chart.y_axis)
    shown = {"name": name, "headline": headline, "description": description}
    upward = _ticks(chart.y_axis)
    if isinstance(chart, ScatterChart):
        return _scattered(workbook, chart, shown | {"x_title": x_title, "y_title": y_title}, upward)
    frame, formats = _columns(workbook, chart, x_title)
    if isinstance(chart, BarChart) and chart.type == "bar":
        shape: Shape = "parts" if chart.grouping == "stacked" else "bars"
        labels = chart.dataLabels or chart.series[0].dLbls
        written = str(labels.numFmt) if labels is not None and labels.numFmt else ""
        return Picture(
            shape,
            **shown,
            frame=frame,
            x_title=y_title,
            y_title=x_title,
            x_format=upward,
            label_format=written,
            formats=formats,
        )
    if isinstance(chart, BarChart) and chart.grouping != "stacked":
        raise TypeError(f"{name}: upright bars beside each other have no drawing on the page")
    shape = "columns" if isinstance(chart, BarChart) else "lines"
    return Picture(
        shape,
        **shown,
        frame=frame,
        x_title=x_title,
        y_title=y_title,
        y_format=upward,
        formats=formats,
    )


def _columns(workbook: Workbook, chart: Any, x_title: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what stands across and each series, and the number formats of their cells."""
    across, _ = _cells(workbook, _pointer(chart.series[0].cat))
    frame: dict[str, list[object]] = {x_title: [_month(value) for value in across]}
    formats: dict[str, str] = {}
    for series in chart.series:
        values, each = _cells(workbook, _pointer(series.val))
        heading = _unused(_name(workbook, series), frame)
        frame[heading] = _numbers(values)
        formats[heading] = each
    return _gaps_as_none(pd.DataFrame(frame)), formats


def _scattered(workbook: Workbook, chart: Any, shown: dict[str, str], upward: str) -> Picture:
    """Return curves, with marks where a series is only points, or strategies on a plane."""
    if chart.scatterStyle == "lineMarker":
        return _plane(workbook, chart, shown, upward)
    curves, formats, marks = [], {shown["x_title"]: "0"}, set()
    for series in chart.series:
        across, _ = _cells(workbook, _pointer(series.xVal))
        values, each = _cells(workbook, _pointer(series.yVal))
        heading = _unused(_name(workbook, series), formats)
        curve = pd.Series(_numbers(values), index=_numbers(across), name=heading, dtype=float)
        curves.append(curve[~curve.index.duplicated()])
        formats[heading] = each
        if _only_marks(series):
            marks.add(heading)
    frame = pd.concat(curves, axis=1).sort_index().rename_axis(shown["x_title"]).reset_index()
    across_format = _ticks(chart.x_axis)
    return Picture(
        "lines",
        **shown,
        frame=_gaps_as_none(frame),
        x_format=across_format,
        y_format=upward,
        formats=formats,
        marks=frozenset(marks),
    )


def _plane(workbook: Workbook, chart: Any, shown: dict[str, str], upward: str) -> Picture:
    rows, slope = [], 0.0
    formats = {shown["x_title"]: GENERAL, shown["y_title"]: upward}
    for series in chart.series:
        across, x_format = _cells(workbook, _pointer(series.xVal))
        values, y_format = _cells(workbook, _pointer(series.yVal))
        if _only_marks(series):
            rows += [(_name(workbook, series), x, y) for x, y in zip(across, values, strict=True)]
            formats = {shown["x_title"]: x_format, shown["y_title"]: y_format}
            continue
        ends = sorted(zip(_numbers(across), _numbers(values), strict=True))
        slope = (ends[-1][1] - ends[0][1]) / (ends[-1][0] - ends[0][0])
    names = ["Strategy", shown["x_title"], shown["y_title"]]
    return Picture(
        "points",
        **shown,
        frame=pd.DataFrame(rows, columns=names),
        x_format=_ticks(chart.x_axis),
        y_format=upward,
        slope=slope,
        formats=formats,
    )


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


def _numbers(values: list[object]) -> list[float | None]:
    """Return numbers as they are; what is no number, such as "n/a", is missing."""
    return [float(v) if isinstance(v, int | float) else None for v in values]


def _month(value: object) -> object:
    return f"{value:%Y-%m}" if isinstance(value, datetime.date) else value
