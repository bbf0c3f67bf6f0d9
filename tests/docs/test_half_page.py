"""The page on half or a quarter: its code runs, and gives every figure of its table."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.pages import names_of, page

NAME = "explanation/half-or-quarter.md"
ROW = re.compile(r"^\| ([^|]+) \| ([\d.,]+%?) \| ([\d.,]+%?) \|$", re.MULTILINE)
SHARES = {
    "resectable, of new patients": "resectable",
    "alive at five years, of all who come as resectable": "alive of all resectable",
    "alive at five years, of first resections carried out": "alive after a first resection",
}
SETS = ("registry", "review")


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_of(NAME)


def written(value: float, like: str) -> str:
    """Return a figure with the places, thousands and sign of one that is shown."""
    places = len(like.rstrip("%").partition(".")[2])
    return f"{value:,.{places}%}" if like.endswith("%") else f"{value:,.{places}f}"


def computed(names: dict[str, Any], what: str) -> tuple[float, ...]:
    if what in SHARES:
        return tuple(names["shares"][name][SHARES[what]] for name in SETS)
    return tuple(names["table"].loc[what, name] for name in SETS)


def test_the_table_is_what_its_code_gives(names: dict[str, Any]) -> None:
    rows = ROW.findall(page(NAME))
    assert len(rows) == 14
    for what, *shown in rows:
        found = computed(names, what)
        assert [written(v, s) for v, s in zip(found, shown, strict=True)] == shown, what


def test_the_figures_in_the_text_are_those_of_the_table(names: dict[str, Any]) -> None:
    text = page(NAME).partition("## Where the review")[2]
    for what in (*SHARES, "new liver metastases to new cancers"):
        for value in computed(names, what):
            assert f"{value:.1%}" in text, what
    registry, review = computed(names, "starts of liver resection")
    assert f"resections rise {review / registry:.1f} times" in text


def test_a_figure_that_is_off_is_found() -> None:
    assert written(0.2494, "24.9%") == "24.9%"
    assert written(0.2496, "24.9%") == "25.0%"
    assert written(1675.4, "1,675") == "1,675"
    assert written(3.2849, "3.28") == "3.28" != written(3.2851, "3.28")
