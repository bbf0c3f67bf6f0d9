"""The weights of a trace's points, written out for five cycles, and for one and none."""

from __future__ import annotations

import pytest

from hepaplan.model.cohort.cycle_weights import CycleWeights, cycle_weights


@pytest.mark.parametrize(
    ("kind", "weights"),
    [
        ("none", [1, 1, 1, 1, 1, 1]),
        ("start", [1, 1, 1, 1, 1, 0]),
        ("end", [0, 1, 1, 1, 1, 1]),
        ("half-cycle", [1 / 2, 1, 1, 1, 1, 1 / 2]),
        ("tutorial-simpson", [1 / 3, 2 / 3, 4 / 3, 2 / 3, 4 / 3, 1 / 3]),
    ],
)
def test_five_cycles(kind: CycleWeights, weights: list[float]) -> None:
    assert cycle_weights(kind, 5).tolist() == weights


def test_one_cycle() -> None:
    assert cycle_weights("half-cycle", 1).tolist() == [0.5, 0.5]
    assert cycle_weights("start", 1).tolist() == [1, 0]
    assert cycle_weights("tutorial-simpson", 2).tolist() == [1 / 3, 2 / 3, 1 / 3]


def test_unknown_weights_are_refused_and_the_known_named() -> None:
    with pytest.raises(ValueError, match='no cycle weights "middle"; known: none, start, end, '):
        cycle_weights("middle", 3)  # type: ignore[arg-type]
