"""The page of times to an event: its code runs as it stands, and gives what the page says."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from hepaplan.model.pathway import TimeFamily
from hepaplan.model.survival import changes as changed
from hepaplan.model.survival.changes import Changed
from hepaplan.model.survival.curve import SurvivalCurve
from hepaplan.model.survival.figures import FIGURES_NEEDED, THROUGH_ALL
from tests.support.pages import names_of, page

NAME = "explanation/survival.md"
PAGE = page(NAME)


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_of(NAME)


def test_the_figures_in_the_text_are_those_of_the_code(names: dict[str, Any]) -> None:
    stated = re.search(
        r"at most ([\d.]+) .*?median is ([\d.]+) months, and ([\d.]+) of", PAGE, re.S
    )
    assert stated is not None
    fitted = names["fitted"]
    assert [float(figure) for figure in stated.groups()] == [
        round(fitted.fit_error, 3),
        round(names["median"], 1),
        round(float(names["in_three_years"]), 1),
    ]
    assert names["hazards"].shape == (60,)
    assert names["by_draw"].shape == (900, 1000)


def test_every_family_is_on_the_page_with_the_figures_it_needs() -> None:
    stated = re.findall(r"^\| `(\w+)` \| (\d)( or more)? \|", PAGE, flags=re.M)
    rows = {family: (int(figures), bool(more)) for family, figures, more in stated}
    assert set(rows) == set(get_args(TimeFamily))
    assert rows == {f: (needed, f in THROUGH_ALL) for f, needed in FIGURES_NEEDED.items()}


def test_every_change_and_every_question_is_on_the_page() -> None:
    kinds = {n: kind for n, kind in vars(changed).items() if isinstance(kind, type)}
    changes = [n for n, kind in kinds.items() if issubclass(kind, Changed) and kind is not Changed]
    public = [n for n, of in vars(SurvivalCurve).items() if callable(of) and n[0] != "_"]
    asked = [n for n in public if not n.endswith("_at")]
    assert len(changes) == 6
    assert [name for name in (*changes, *asked) if not re.search(rf"`{name}\b", PAGE)] == []
