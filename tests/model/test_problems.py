"""How faults are said: keys as files write them, near matches, long lists cut."""

from __future__ import annotations

import pytest

from hepaplan.model.problems import dotted, listed, nearest


def test_places_in_a_list_are_numbered_from_1() -> None:
    assert dotted(("plan", "aims", 0, "weight")) == "plan.aims[1].weight"
    assert dotted(("plan",)) == "plan"
    assert dotted((2, "name")) == "[3].name"
    assert dotted(()) == ""


@pytest.mark.parametrize(
    ("stated", "known", "told"),
    [
        ("resecton", ["Resection", "ablation"], '; did you mean "Resection"?'),
        ("RESECTION", ["resection"], '; did you mean "resection"?'),
        ("abl", ["resection", "ablation of the liver"], '; did you mean "ablation of the liver"?'),
        ("ab", ["resection", "ablation of the liver"], ""),
        ("xyz", ["resection", "ablation"], ""),
        ("a", [], ""),
    ],
)
def test_the_nearest_known_name(stated: str, known: list[str], told: str) -> None:
    assert nearest(stated, known) == told


def test_lists_of_names() -> None:
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed("abc", most=3) == "a, b, c"
    assert listed("abcde", most=3) == "a, b, c and 2 more"
    assert listed(str(n) for n in range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"
    assert listed(str(n) for n in range(13)).endswith("11 and 1 more")
