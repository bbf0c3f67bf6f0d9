"""Names of figures that formulas give too: fit for Excel."""

from __future__ import annotations

import pytest

from hepaplan.model.problems import InvalidInput
from hepaplan.model.ties.tie import Tie, tie_name, ties_of


def test_names_are_plain_words_and_long_ones_stay_apart() -> None:
    """Expected: words joined by _; beyond 200 letters the first 200 and a checksum of 8 digits."""
    assert tie_name("starts", "liver resection", "2027") == "starts_liver_resection_2027"
    long = {tie_name("use", "x" * 400 + end) for end in "ab"}
    assert len(long) == 2
    assert {len(name) for name in long} == {209}


def test_two_figures_of_one_name_are_refused() -> None:
    one, other = (Tie("Part", what, "people", 1.5) for what in ("one", "other"))
    assert ties_of([("a", one), ("b", other)]) == {"a": one, "b": other}
    with pytest.raises(InvalidInput, match="cannot tell apart: a; rename one of each"):
        ties_of([("a", one), ("b", one), ("a", other)])
