from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from hepaplan.reports.number_text import number_text
from hepaplan.reports.study.canvas import ShownLocator, line_looks, moved_apart
from hepaplan.reports.study.figures import Drawing, draw
from hepaplan.reports.study.pages import Picture, Shape
from hepaplan.reports.style import CHANGE, POUNDS, SHARE
from tests.reports.page.test_html import contrast
from tests.support.read_html import read

SWINGS = [("Cure", 80.0, 130.0), ("Delay", 104.0, 110.0), ("Cost", 100.0, 100.0)]


def words(drawing: Drawing) -> list[str]:
    """Return the texts that are drawn, in order."""
    return re.findall(r"<text [^>]*>([^<]*)</text>", drawing.svg)


def tornado(rows: list[tuple[str, float, float]]) -> Drawing:
    frame = pd.DataFrame(rows, columns=["Input", "At its low value", "At its high value"])
    picture = Picture("tornado", "t", "Head", "", frame, "GBP", "Input", POUNDS, base=100.0)
    return draw(picture, "t")


def bars(values: list[float]) -> Drawing:
    frame = pd.DataFrame({"Input": [f"Input {i}" for i in range(len(values))], "Worth": values})
    return draw(Picture("bars", "b", "Head", "", frame, "GBP", "Input", CHANGE), "b")


def plane(frame: pd.DataFrame, slope: float = 20_000.0) -> Drawing:
    picture = Picture("plane", "p", "Head", "", frame, "QALYs", "GBP", CHANGE, POUNDS, slope=slope)
    return draw(picture, "p")


def lines(frame: pd.DataFrame) -> Drawing:
    return draw(Picture("lines", "l", "Head", "", frame, "Across", "Chance", POUNDS, SHARE), "l")


def cloud(draws: int, *names: str) -> pd.DataFrame:
    chance = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "Strategy": np.repeat(names, draws),
            "QALYs more": chance.normal(0.0, 5.0, draws * len(names)),
            "Cost more": chance.normal(0.0, 90_000.0, draws * len(names)),
        }
    )


def test_a_tornado_writes_both_ends_and_the_base() -> None:
    said = words(tornado(SWINGS))
    assert {"£80", "£130", "£104", "£110", "base £100", "no change", "Cure", "Delay"} <= set(said)
    assert {"At its low value", "At its high value"} <= set(said)


def test_ends_on_one_side_of_the_base_stand_one_over_the_other() -> None:
    def places(text: str) -> float:
        beside = rf'<text style="font-size: 8.5px[^>]* y="([\d.]+)">{text}<'
        (found,) = re.findall(beside, drawn.svg)
        return float(found)

    drawn = tornado(SWINGS)
    assert places("£80") == places("£130")
    assert places("£104") < places("£110")


def test_the_widest_of_many_are_drawn_and_the_rest_are_told_of() -> None:
    drawn = tornado([(f"Input {i}", 100.0 - i, 100.0 + i) for i in range(30)])
    assert drawn.said == ("Drawn are the first 20 of 30; the table has them all.",)
    assert "Input 29" in words(drawn)
    assert "Input 9" not in words(drawn)
    assert tornado(SWINGS).said == ()


def test_the_widest_swing_is_on_top_not_the_farthest_end() -> None:
    """From 100: 96 to 103 is wider than 105 alone, as the table beside it has them."""
    drawn = words(tornado([("Lopsided", 105.0, 100.0), ("Both ways", 96.0, 103.0)]))
    assert drawn.index("Both ways") < drawn.index("Lopsided")


def test_bars_write_their_values_either_side_of_zero() -> None:
    assert {"+3.0", "-2.5", "0.0"} <= set(words(bars([3.0, -2.5, 0.0])))
    assert words(bars([0.0]))  # nothing at all is worth knowing: still a picture


def test_a_cloud_of_ten_thousand_draws_is_thinned_and_says_so() -> None:
    drawn = plane(cloud(10_000, "First", "Second", "Third"))
    assert drawn.svg.count("<use ") < 3_100
    assert len(drawn.svg) < 200_000
    assert (
        "Drawn are 3,000 of 30,000 points, at most 1,000 a strategy, evenly picked." in drawn.said
    )
    assert "thinned" not in " ".join(plane(cloud(100, "First")).said)


def test_quadrants_strategies_and_threshold_are_named() -> None:
    said = words(plane(cloud(200, "First come", "Most health")))
    assert {"A: First come", "B: Most health", "A", "B", "£20,000 per QALY"} <= set(said)
    assert len([word for word in said if word.startswith(("more health", "less health"))]) == 4
    right = cloud(200, "First come").assign(**{"QALYs more": 50.0})
    assert not [word for word in words(plane(right)) if word.startswith("less health")]
    assert not [word for word in words(plane(right, slope=0.0)) if "per QALY" in word]


def test_lines_are_named_at_their_ends() -> None:
    frame = pd.DataFrame({"Pounds": [0, 50_000], "First come": [1, 0.5], "Other": [0, 0.5]})
    said = words(lines(frame))
    assert {"First come", "Other", "£0", "£50,000", "0%", "100%", "Across", "Chance"} <= set(said)


@pytest.mark.parametrize(
    ("count", "named"),
    [(5, {"Apr 2027"}), (14, {"Apr 2027", "Jul 2027", "Jan 2028"}), (60, {"Jan 2028", "Jan 2031"})],
)
def test_months_are_written_as_months(count: int, named: set[str]) -> None:
    months = [f"{2027 + (i + 1) // 12}-{(i + 1) % 12 + 1:02d}" for i in range(count)]
    said = {
        word for word in words(lines(pd.DataFrame({"Month": months, "Lists": 0.5}))) if "20" in word
    }
    assert named <= said
    assert len(said) <= 8


@pytest.mark.parametrize(
    ("number_format", "high"), [("0", 12.6), ("0", 2.4), ("0%", 0.031), (POUNDS, 1.4), ("0.0", 0.5)]
)
def test_ticks_are_what_they_say(number_format: str, high: float) -> None:
    for tick in ShownLocator(number_format, 6).tick_values(0.0, high):
        shown = float(number_text(tick, number_format).strip("£%"))
        assert shown / (100 if number_format == "0%" else 1) == pytest.approx(tick)


def test_ticks_of_any_fineness_are_round_in_a_general_format() -> None:
    assert ShownLocator("General", 6).tick_values(0.0, 0.9) == pytest.approx(
        [0, 0.2, 0.4, 0.6, 0.8, 1]
    )


def test_names_across_are_written_as_they_are() -> None:
    said = words(lines(pd.DataFrame({"Site": ["Bury", "Bolton"], "Chance": [0.2, 0.9]})))
    assert {"Bury", "Bolton"} <= set(said)


def test_a_fan_names_its_bands_and_what_is_held_beside_it() -> None:
    steps = {f"P{level}": [level / 10, level / 5] for level in (10, 25, 50, 75, 90)}
    frame = pd.DataFrame({"Month": ["2027-01", "2027-02"], **steps, "Lists there are": 6.0})
    drawn = draw(Picture("fan", "f", "Head", "", frame, "Month", "Lists", "mmm yyyy", "0"), "f")
    joined = " ".join(words(drawn))
    for name in (
        "P90: 1 in 10 draws above",
        "Median (P50)",
        "P10: 1 in 10 draws",
        "Lists there are",
    ):
        assert name in joined
    assert "middle 80%" in drawn.said[0]


NAMES = ["$x^2$ \\frac{", "肝臓 \N{GRINNING FACE}", "a\x00b\x1b", "W" * 300, "", "_x"]


@pytest.mark.parametrize("shape", ["bars", "tornado", "lines", "plane"])
def test_any_name_can_be_drawn(shape: Shape) -> None:
    ones = [1.0, 2.0, 3.0, 0.0, -1.0, 5.0]
    frames: dict[Shape, pd.DataFrame] = {
        "bars": pd.DataFrame({"Input": NAMES, "Worth": ones}),
        "tornado": pd.DataFrame({"Input": NAMES, "Low": ones, "High": ones}),
        "lines": pd.DataFrame({"Across": NAMES, **{name: ones for name in NAMES}}),
        "plane": pd.DataFrame({"Strategy": NAMES, "QALYs": ones, "Cost": ones}),
    }
    for title in (NAMES[0], NAMES[3] + NAMES[2]):
        drawn = draw(Picture(shape, "any", title, title, frames[shape], title, title), "any")
        assert read(drawn.svg).attributes("svg")
        assert "$x^2$" in " ".join(words(drawn))


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    heights = np.full(4, 0.1)
    moved = moved_apart(np.array([0.5, 0.5, 0.52, 0.0]), heights)
    assert moved[3] == 0.0
    assert (np.diff(np.sort(moved)) >= 0.1 - 1e-12).all()
    assert list(np.argsort(moved)) == [3, 0, 1, 2]
    crowded = moved_apart(np.array([0.98, 0.99, 1.0]), heights[:3])
    assert crowded.tolist() == pytest.approx([0.8, 0.9, 1.0])
    apart = np.array([0.1, 0.9])
    assert moved_apart(apart, heights[:2]).tolist() == apart.tolist()


def test_lines_stand_out_and_differ() -> None:
    names = ["Nothing scarce", "Longest wait", "First come", "Most health", "Own", "Another"]
    looks = line_looks(names)
    assert len(set(looks)) == len(names)
    many = line_looks([str(number) for number in range(30)])
    assert len(set(many)) == 30
    everyday = line_looks([str(number) for number in range(8)])
    assert min(contrast(colour[1:]) for colour, _ in (*looks, *everyday)) >= 3
