"""Progressive filling by hand: claims rise together until what they need runs out."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.sites.sharing import share_what_fits


def shares(need: list[list[list[float]]], free: list[list[float]]) -> list[float]:
    given = np.array(free)
    found = share_what_fits(np.array(need), given)
    assert given.tolist() == free, "what is free is not touched"
    return [float(share) for share in found]


def test_all_fit() -> None:
    assert shares([[[2.0]], [[3.0]]], [[5.0]]) == [1.0, 1.0]


def test_two_claims_on_one_resource_get_equal_shares() -> None:
    assert shares([[[2.0]], [[6.0]]], [[4.0]]) == pytest.approx([0.5, 0.5])


def test_who_needs_none_of_what_ran_out_goes_on() -> None:
    """Beds: 4 of 8 at a half. Chairs: 6 of 10 by then; 4 left and 5 wanted: 0.8 more is 1."""
    need = [[[8.0], [0.0]], [[0.0], [10.0]]]
    assert shares(need, [[4.0], [9.0]]) == pytest.approx([0.5, 0.9])


def test_a_claim_stops_at_the_first_month_that_is_full() -> None:
    """The first stops at 3/6 in month 2; the second shares month 1 and takes what is left of it."""
    need = [[[2.0, 6.0]], [[4.0, 0.0]]]
    assert shares(need, [[4.0, 3.0]]) == pytest.approx([0.5, 0.75])


def test_nothing_free_and_nothing_needed() -> None:
    assert shares([[[1.0]], [[0.0]]], [[0.0]]) == [0.0, 1.0]
    assert shares([[[1e-13]]], [[0.0]]) == [1.0]
    assert shares([[[1e-11]]], [[0.0]]) == [0.0]
