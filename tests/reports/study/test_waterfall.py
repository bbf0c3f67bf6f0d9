"""Waterfalls: what is stacked, where the axis starts, and the same picture in both forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from hepaplan.reports.blocks import Placed
from hepaplan.reports.study import figures, native_charts
from hepaplan.reports.study.drawn import ADDS, BASE, BELOW, ENDS, TAKES, axis_start, drawn_tables
from hepaplan.reports.study.pages import Picture


def bridge(first: float, *amounts: float) -> Picture:
    rows: list[tuple[str, float, float, float]] = [("before", first, 0.0, first)]
    at = first
    for number, amount in enumerate(amounts, start=1):
        rows.append((f"change {number}", amount, at, at + amount))
        at += amount
    rows.append(("after", at, 0.0, at))
    frame = pd.DataFrame(rows, columns=["Change", "Amount", "From", "To"])
    return Picture("waterfall", "b", "A change adds most of it", "Told.", frame, "People a year",
                   "Change", "#,##0.0")  # fmt: skip


def stacked(picture: Picture) -> pd.DataFrame:
    return drawn_tables(picture)[0].frame


def test_bars_stand_on_their_base_and_ends_are_whole() -> None:
    frame = stacked(bridge(10.0, 5.0, -8.0))
    assert frame[BASE].tolist() == [0, 10, 7, 0]
    assert frame[ENDS].tolist() == [10, 0, 0, 7]
    assert frame[ADDS].tolist() == [0, 5, 0, 0]
    assert frame[TAKES].tolist() == [0, 0, 8, 0]
    assert frame["Change"].tolist() == [
        "before: 10.0", "change 1: +5.0", "change 2: -8.0", "after: 7.0"
    ]  # fmt: skip


def test_a_bar_across_nothing_has_a_part_on_each_side() -> None:
    frame = stacked(bridge(4.0, -10.0, 1.0))
    assert frame[BASE].tolist() == [0, 0, -5, 0]
    assert frame[TAKES].tolist() == [0, 4, 0, 0]
    assert frame[TAKES + BELOW].tolist() == [0, -6, 0, 0]
    assert frame[ADDS + BELOW].tolist() == [0, 0, -1, 0]


@pytest.mark.parametrize(
    ("picture", "start"),
    [
        (bridge(10.0, 5.0, -8.0), 0.0),
        (bridge(4.0, -10.0), 0.0),
        (bridge(7.0, 0.0), 0.0),
        (bridge(1000.0, 20.0, -5.0), 990.0),
    ],
)
def test_the_axis_starts_higher_only_where_changes_would_not_show(
    picture: Picture, start: float
) -> None:
    assert axis_start(picture) == start


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data.strip())


def test_the_drawing_names_every_bar_with_its_amount() -> None:
    drawing = figures.draw(bridge(1000.0, 20.0, -5.0, 0.0), "one")
    texts = Texts()
    texts.feed(drawing.svg)
    assert {"before", "+20.0", "-5.0", "no change", "1,015.0", "adds", "takes away"} <= set(
        texts.found
    )
    assert drawing.said == ("The axis starts at 990.0, not at 0.",)


def test_the_native_chart_stacks_what_the_table_holds() -> None:
    picture = bridge(1000.0, 20.0, -5.0)
    sheet = Workbook().create_sheet("Bridge")
    chart: Any = native_charts.draw(picture, [Placed(sheet, stacked(picture), 1, 1)])
    assert (chart.grouping, chart.overlap, chart.type) == ("stacked", 100, "bar")
    assert len(chart.series) == 4
    assert chart.series[0].graphicalProperties.noFill
    assert chart.y_axis.scaling.min == 990.0
    assert "axis starts at 990.0" in chart.y_axis.title.tx.rich.p[0].r[0].t
    assert chart.legend is None
