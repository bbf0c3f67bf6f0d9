"""The picture of flow: its boxes and bands are as wide as people, and it is the same each time."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.model.tables.flow_tables import COLUMNS, COMES, LEAVES, NEW, STARTS
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures.pathway_layout import DEATH, layout
from hepaplan.reports.pictures.pathway_picture import described, pathway_png, pathway_svg
from hepaplan.reports.views.pathway import balance, flows, headline

BY_HAND = [
    (COMES, NEW, "", "first", 60.0),
    (COMES, NEW, "", "second", 40.0),
    (STARTS, "first", "a", "a", 70.0),
    (STARTS, "second", "b", "b", 65.0),
    (LEAVES, "first", "a", "second", 25.0),
    (LEAVES, "first", "a", "cancer", 45.0),
    (LEAVES, "second", "b", "first", 10.0),
    (LEAVES, "second", "b", "other causes", 55.0),
]


def by_hand() -> pd.DataFrame:
    return pd.DataFrame(BY_HAND, columns=list(COLUMNS))


def test_boxes_and_bands_are_in_proportion_to_people() -> None:
    made = layout(by_hand())
    boxes = {box.name: box for box in made.boxes}
    assert {name: box.column for name, box in boxes.items()} == {
        NEW: 0, "first": 1, "second": 2, DEATH: 3,
    }  # fmt: skip
    assert {n: b.people for n, b in boxes.items()} == {
        NEW: 100.0, "first": 70.0, "second": 65.0, DEATH: 100.0,
    }  # fmt: skip
    scales = {(b.top - b.bottom) / b.people for b in boxes.values()}
    scales |= {band.height / band.people for band in made.bands}
    assert max(scales) == pytest.approx(min(scales), rel=1e-9)
    assert made.left_out == pytest.approx(10.0)


def test_bands_that_leave_a_box_stay_within_it_and_do_not_overlap() -> None:
    made = layout(by_hand())
    boxes = {box.name: box for box in made.boxes}
    for name in (NEW, "first", "second"):
        leaving = sorted((b for b in made.bands if b.source == name), key=lambda b: -b.left)
        top = boxes[name].top
        for band in leaving:
            assert band.left == pytest.approx(top)
            top -= band.height
        assert top >= boxes[name].bottom - 1e-9


def test_what_comes_to_each_point_equals_what_starts_and_leaves(content: ReportContent) -> None:
    shown = balance(replace(content, tables={**content.tables, "flows": by_hand()}))
    came = shown.iloc[:, 1] + shown.iloc[:, 2]
    left = shown.iloc[:, 4:].sum(axis=1)
    assert came.tolist() == [70.0, 65.0] == shown["Starts"].tolist() == left.tolist()


def test_the_headline_counts_people_and_the_table_names_them(content: ReportContent) -> None:
    made = replace(content, tables={**content.tables, "flows": by_hand()})
    assert headline(made) == (
        "100 new patients a year lead to 135 treatment starts, 1.4 for each, and 100 people a "
        "year die"
    )
    rows = flows(made).to_dict("records")
    assert rows[0]["From"] == "New patients"
    assert rows[-1]["To"] == "Dies of other causes"


def test_the_picture_is_the_same_each_time_and_says_what_it_shows(content: ReportContent) -> None:
    assert pathway_png(content) == pathway_png(content)
    drawn = pathway_svg(content)
    assert drawn == pathway_svg(content)
    assert headline(content) in drawn
    assert "people a year" in described(content)
    assert "<script" not in drawn and "http" not in drawn


def test_a_name_cannot_break_out_of_the_picture(content: ReportContent) -> None:
    labels = dict.fromkeys(content.labels, "<script>x</script> & $x$")
    assert "<script" not in pathway_svg(replace(content, labels=labels))


def test_names_in_letters_that_the_font_lacks_are_drawn_without_a_word(
    content: ReportContent,
) -> None:
    """Warnings are errors here: a planner would read them on the terminal."""
    other = replace(content, labels=dict.fromkeys(content.labels, "\u809d\u5207\u9664"))
    assert pathway_png(other).startswith(b"\x89PNG")
    assert "\u809d" in pathway_svg(other)
