from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.number_text import number_text
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.study.drawn import Drawn, drawn_tables, signed, threshold_ends
from hepaplan.reports.study.looks import COLOURS, looks_of
from hepaplan.reports.study.native_charts import draw
from hepaplan.reports.study.pages import Picture
from hepaplan.reports.style import AMOUNT, POLICY_LOOKS, POUNDS, THOUSANDS
from hepaplan.reports.workbook import start_workbook


def picture(shape: str, frame: pd.DataFrame, **more: object) -> Picture:
    return Picture(shape, "one", "It shows this", "That.", frame, "Across", "Up", **more)  # type: ignore[arg-type]


def placed(tables: tuple[Drawn, ...]) -> list[Placed]:
    workbook, styles = start_workbook(["Here"])
    sheet = SheetWriter(workbook, styles, "Here", "There.")
    return [sheet.add_table(Block(t.name, t.caption, t.frame, t.formats)) for t in tables]


def chart_of(drawn: Picture) -> Any:
    return draw(drawn, placed(drawn_tables(drawn)))


def swings(rows: list[tuple[str, float, float]], **more: object) -> Picture:
    frame = pd.DataFrame(rows, columns=["Input", "Low", "High"])
    return picture("tornado", frame, base=100.0, **more)


def test_bars_of_a_tornado_are_differences_from_the_base_the_widest_first() -> None:
    (drawn,) = drawn_tables(swings([("a", 99.0, 102.0), ("b", 95.0, 103.0), ("c", 101.0, 107.0)]))
    assert drawn.frame["Input"].tolist() == ["b", "c", "a"]
    assert drawn.frame["Low, change from base"].tolist() == [-5.0, 1.0, -1.0]
    assert drawn.frame["High, change from base"].tolist() == [3.0, 7.0, 2.0]


def test_only_the_widest_are_drawn_and_the_axis_says_of_how_many() -> None:
    many = swings([(f"input {i}", 100.0 - i, 100.0 + i) for i in range(1_148)])
    (drawn,) = drawn_tables(many)
    assert drawn.frame["Input"].tolist() == [f"input {1_147 - i}" for i in range(20)]
    chart = chart_of(many)
    assert chart.x_axis.title.tx.rich.p[0].r[0].t == "Up: 20 of 1,148"
    bars = picture("bars", pd.DataFrame({"Name": list("abc"), "Value": [3.0, 2.0, -1.0]}))
    assert chart_of(bars).y_axis.scaling.min is None


def test_a_tornado_has_room_for_its_figures_at_both_ends() -> None:
    one = swings([("a", 59.0, 130.0)])
    axis = chart_of(one).y_axis
    assert axis.scaling.min < -41.0 * 1.15
    assert axis.scaling.max > 30.0 * 1.15
    assert axis.scaling.min % axis.majorUnit == axis.scaling.max % axis.majorUnit == 0


def test_both_ends_on_one_side_are_both_seen() -> None:
    found = swings([("one side", 103.0, 107.0), ("two sides", 98.0, 104.0)])
    low, high = chart_of(found).series
    assert [label.idx for label in low.dLbls.dLbl] == [0]
    assert [label.idx for label in high.dLbls.dLbl] == []
    assert [(point.idx, point.spPr.noFill) for point in high.dPt] == [(0, True)]
    assert "outlined" in high.tx.v
    plain = swings([("two sides", 95.0, 104.0)])
    assert chart_of(plain).series[1].tx.v == "High"


def test_a_tornado_that_nothing_moves_is_drawn() -> None:
    still = swings([("a", 100.0, 100.0)])
    assert chart_of(still).y_axis.scaling.max is None


@pytest.mark.parametrize(
    ("number_format", "largest", "said"),
    [
        (POUNDS, 9e9, ["+£1,234", "-£1,234", ""]),
        (THOUSANDS, 9e9, ["+£1k", "-£1k", ""]),
        ("General", 2_000.0, ["+1,234", "-1,234", ""]),
        ("General", 20.0, ["+1,234.0", "-1,234.0", ""]),
        ("General", 0.2, ["+1234.000", "-1234.000", ""]),
        (AMOUNT, 9e9, ["1,234", "-1,234.0", "0.0"]),
    ],
)
def test_changes_have_signs(number_format: str, largest: float, said: list[str]) -> None:
    shown = signed(number_format, largest)
    assert [number_text(value, shown) for value in (1_234.0, -1_234.0, 0.0)] == said


@pytest.mark.parametrize(
    ("across", "up", "ends"),
    [
        ([10.0, 40.0], [100.0, 200.0], (0.0, 20.0)),
        ([10.0, 15.0], [100.0, 2_000.0], (0.0, 15.0)),
        ([-10.0, 40.0], [-20.0, 800.0], (-2.0, 40.0)),
        ([10.0, 40.0], [-100.0, -200.0], (-5.0, 5.0)),
    ],
)
def test_the_threshold_stays_beside_the_points(
    across: list[float], up: list[float], ends: tuple[float, float]
) -> None:
    assert threshold_ends(pd.Series(across), pd.Series(up), 10.0) == ends


def test_strategies_that_do_not_stand_together_keep_their_own_points() -> None:
    frame = pd.DataFrame(
        {"Strategy": list("abab"), "Q": [1.0, 10.0, 3.0, 30.0], "C": [2.0, 20.0, 4.0, 40.0]}
    )
    points, means = drawn_tables(picture("plane", frame))
    assert points.frame["Strategy"].tolist() == list("aabb")
    assert means.frame["Q"].tolist() == [2.0, 20.0]
    chart = chart_of(picture("plane", frame))
    assert [s.tx.v for s in chart.series] == ["a", "b", "a (mean)", "b (mean)"]
    assert [entry.idx for entry in chart.legend.legendEntry] == [0, 1]
    sizes = [s.marker.size for s in chart.series]
    assert sizes[0] < sizes[2]


def test_lines_far_from_nothing_are_not_flattened() -> None:
    frame = pd.DataFrame({"Draws": [100, 1_000], "Mean": [63.0, 64.0]})
    far = picture("lines", frame)
    near = picture("lines", frame.assign(Mean=[0.2, 0.9]), y_format="0%")
    below = picture("lines", frame.assign(Mean=[-5.0, 9.0]))
    axes = [chart_of(p).y_axis.scaling for p in (far, near, below)]
    assert [axis.min for axis in axes] == [None, 0, None]
    assert [axis.max for axis in axes] == [None, 1, None]


def test_a_frontier_lies_wide_and_pale_beneath_the_lines_that_it_follows() -> None:
    frame = pd.DataFrame({"x": [0.0, 1.0, 2.0], "a": [0.9, 0.6, 0.3], "b": [0.1, 0.4, 0.7]})
    best = picture("lines", frame.assign(Frontier=[0.9, 0.6, 0.7]))
    names = [series.tx.v for series in chart_of(best).series]
    assert names == ["Frontier", "a", "b"]
    widths = [s.graphicalProperties.line.w for s in chart_of(best).series]
    assert widths[0] > 2 * widths[1] == 2 * widths[2]
    other = picture("lines", frame.assign(Third=[0.9, 0.5, 0.7]))
    assert [s.tx.v for s in chart_of(other).series] == ["a", "b", "Third"]
    two = picture("lines", frame[["x", "a"]].assign(b=frame["a"]))
    assert [s.tx.v for s in chart_of(two).series] == ["a", "b"]


@pytest.mark.parametrize(("bars", "gap"), [(1, 500), (3, 300), (12, 40), (20, 40)])
def test_few_bars_are_not_fat(bars: int, gap: int) -> None:
    frame = pd.DataFrame({"Name": [f"n{i}" for i in range(bars)], "Value": [2.0] * bars})
    assert chart_of(picture("bars", frame)).gapWidth == gap


def test_a_policy_keeps_its_colour_and_nobody_else_takes_it() -> None:
    names = ["Most health", "a", "First come", "b", "c"]
    looks = looks_of(names)
    assert (looks[0].colour, looks[0].dash) == POLICY_LOOKS["most health"][:3:2]
    assert len({look.colour for look in looks}) == len({look.dash for look in looks}) == 5
    assert len({look.mark for look in looks}) == 5
    assert len(looks_of([str(i) for i in range(30)])) == 30


def test_the_first_colours_differ_in_grey() -> None:
    levels = sorted(luminance(colour) for colour in COLOURS[:3])
    assert levels[1] - levels[0] > 0.1 < levels[2] - levels[1]


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_months_are_named_without_crowding() -> None:
    for months, apart in ((12, 1), (36, 3), (60, 6), (130, 12), (400, 12)):
        frame = pd.DataFrame(
            {"Month": [f"{2027 + i // 12}-{1 + i % 12:02d}" for i in range(months)]}
        )
        for place, name in enumerate(("P10", "P25", "P50", "P75", "P90")):
            frame[name] = 2.0 + place
        fan = picture("fan", frame)
        chart = chart_of(fan)
        assert chart.x_axis.tickLblSkip == apart
        assert [entry.idx for entry in chart.legend.legendEntry] == [0, 3]
