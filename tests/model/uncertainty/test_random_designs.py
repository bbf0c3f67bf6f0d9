"""Random numbers of each design: exact middles, the same from the same seed for years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing import designs
from hepaplan.model.uncertainty.drawing.designs import (
    LARGEST_SEED,
    inside,
    latin,
    sobol,
    uniform,
    uniforms,
)
from hepaplan.reports.options import SEED

KEY: Key = ("metastases", "late_share")
ANOTHER: Key = ("resource", "theatre", "unit_cost")
TINIEST = 2.0**-53


class Ends:
    """A generator that draws the first and the last whole number, and leaves orders as they are."""

    last_first = False

    def integers(self, low: int, end: int, count: int) -> Any:
        both = [end - 1, low] if self.last_first else [low, end - 1]
        return np.array(both * count)[:count]

    def permutation(self, count: int) -> Any:
        return np.arange(count)


def test_the_first_and_last_numbers_are_middles_of_their_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half a step of 2 to the -52 from 0 and from 1: neither is ever reached."""
    monkeypatch.setattr(designs, "_generator", lambda *_: Ends())
    assert uniform(KEY, 2, 1).tolist() == [TINIEST, 1.0 - TINIEST]
    assert latin(KEY, 2, 1).tolist() == [max(TINIEST / 2, TINIEST), 1.0 - TINIEST]
    assert latin(KEY, 1, 1).tolist() == [TINIEST]
    monkeypatch.setattr(Ends, "last_first", True)
    assert latin(KEY, 2, 1).tolist() == [0.5 - TINIEST / 2, 0.5]  # each within its half


def test_numbers_are_odd_multiples_of_half_a_step() -> None:
    """So a number and 1 less it are both exact, and none is drawn twice as often."""
    whole = uniform(KEY, 200, 5) * 2.0**53
    assert (whole % 2 == 1).all()
    assert 0.4 < uniform(KEY, 200, 5).mean() < 0.6


def test_the_seed_that_was_written_down_gives_the_same_numbers_again() -> None:
    """Written down when this test was made: a study is repeated from its seed and its names."""
    expected = [0.874483616375544, 0.5923119460382055, 0.909230625034578]
    assert uniform(KEY, 3, 8).tolist() == pytest.approx(expected, rel=1e-14)
    expected = [0.291494538791848, 0.5307706486794018, 0.9697435416781927]
    assert latin(KEY, 3, 8).tolist() == pytest.approx(expected, rel=1e-14)


def test_numbers_at_the_ends_are_moved_to_the_nearest_that_is_drawn() -> None:
    ends: Floats = np.array([0.0, TINIEST, 0.5, 1.0 - TINIEST, 1.0])
    assert inside(ends).tolist() == [TINIEST, TINIEST, 0.5, 1.0 - TINIEST, 1.0 - TINIEST]


@pytest.mark.parametrize("draws", [1, 2, 63, 64, 65])
def test_sobol_gives_as_many_points_as_are_asked_for(draws: int) -> None:
    found = sobol([KEY, ("a",)], draws, 4)
    assert {key: len(numbers) for key, numbers in found.items()} == {KEY: draws, ("a",): draws}
    assert (found[KEY] != found["a",]).all()


def test_the_least_and_the_largest_seed_and_number_of_draws() -> None:
    assert SEED.min == 0 and SEED.max == LARGEST_SEED == 2**53 - 1  # of the command line
    for seed in (0, LARGEST_SEED):
        assert len(uniforms([ANOTHER], 1, seed, "random")[ANOTHER]) == 1
    with pytest.raises(ValueError, match=r"a whole number from 0 to 9007199254740991$"):
        uniforms([KEY], 1, 2**53, "random")
    with pytest.raises(ValueError, match=r"^0 draws: ask for 1 or more$"):
        uniforms([KEY], 0, 1, "random")


def test_each_design_is_its_own() -> None:
    keys = [KEY]
    assert uniforms(keys, 9, 1, "random")[KEY].tolist() == uniform(KEY, 9, 1).tolist()
    assert uniforms(keys, 9, 1, "latin")[KEY].tolist() == latin(KEY, 9, 1).tolist()
    assert uniforms(keys, 9, 1, "sobol")[KEY].tolist() == sobol(keys, 9, 1)[KEY].tolist()


@pytest.mark.parametrize("key", [KEY, ANOTHER])
def test_the_largest_seeds_are_told_apart(key: Key) -> None:
    """Beside a name of 64 bits a seed is a float, which tells whole numbers of 53 bits apart."""
    assert (uniform(key, 4, LARGEST_SEED) != uniform(key, 4, LARGEST_SEED - 1)).all()
