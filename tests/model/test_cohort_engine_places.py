"""Refusals name the very place: which time, which move, though others are just right."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hepaplan.model.cohort.rewards import OUTSIDE
from hepaplan.model.cohort.transitions import Key
from hepaplan.model.cohort.varying import by_time_in_state, per_cycle
from tests.model.test_cohort_engine_refusals import moves, stream, told


def test_the_place_told_is_the_one_that_is_wrong_though_another_row_is_left_in_full() -> None:
    """All leave at time 1, which is right; at time 2 it is 1.1 from cycle 2 on."""
    leave = by_time_in_state(np.array([0.5, 0.8, 0.9]))
    rising = per_cycle(np.array([0.1, 0.2, 0.2, 0.2]))
    with pytest.raises(ValueError, match=r'row "ill", cycle 2, time in state 2: .* sum to 1\.1;'):
        told(transitions=moves(ill_dead=leave, ill_well=rising))


@pytest.mark.parametrize(
    ("move", "words"),
    [
        (("wel", "ill"), 'transition "wel" to "ill": no state "wel"; did you mean "well"?'),
        (("ill", OUTSIDE), 'transition "ill" to "outside": no state "outside"'),
        ((OUTSIDE, OUTSIDE), 'transition "outside" to "outside": no state "outside"'),
        (("well", "dead"), 'transition "well" to "dead": nobody makes this move'),
    ],
)
def test_a_reward_needs_a_move_that_somebody_makes(move: Key, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        stream(on_transitions={move: 3.0})
    assert stream(on_transitions={(OUTSIDE, "ill"): 3.0, ("ill", "well"): 2.0})
