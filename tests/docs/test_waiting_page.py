"""The page on how waiting harms: its code runs, and gives every figure of its tables."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.pages import names_of, page

NAME = "explanation/how-waiting-harms.md"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_of(NAME)


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"


def test_the_month_on_the_list_is_what_the_code_gives(names: dict[str, Any]) -> None:
    text = page(NAME)
    for what, shares in names["month"].items():
        assert row(what, *(f"{1000 * share:.1f}" for share in shares)) in text
    assert sum(names["month"].values()) == pytest.approx([1.0, 1.0, 1.0])


def test_the_waits_are_what_the_code_gives(names: dict[str, Any]) -> None:
    text = page(NAME)
    base = names["older"].loc["base case"]
    for waited, wait in base.iterrows():
        ratios = (f"{wait['total_hazard_ratio']:.2f}", f"{wait['residual_hazard_ratio']:.2f}")
        months = f"{wait['mean_months_with_wait']:.1f}"
        lost = (f"{wait['qalys_lost']:.2f}", f"{wait['qalys_lost_waiting_alone']:.2f}")
        assert row(waited, *ratios, months, *lost) in text
    assert f"they live {base['mean_months_now'].iloc[0]:.1f} of the next 120 months" in text


def test_the_variants_are_what_the_code_gives(names: dict[str, Any]) -> None:
    text, lost = page(NAME), names["older"]["qalys_lost"]
    after = lost.xs(3, level="months_waited")
    for variant, qalys in after.items():
        assert row(variant, f"{qalys:.2f}") in text
    assert after["no effect"] < after["base case"] / 2
    assert after["upper end"] > 4 * after["no effect"]
