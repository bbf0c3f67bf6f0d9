"""Words that tell things apart."""

from __future__ import annotations

from hepaplan.model.tables.words import told_apart


def test_names_that_come_again_are_numbered_whatever_their_capitals() -> None:
    """Expected: a number that is taken already is passed over."""
    assert told_apart(["Care", "Surgery", "care"]) == ("Care", "Surgery", "care (2)")
    assert told_apart(["a", "a (2)", "a", "a"]) == ("a", "a (2)", "a (3)", "a (4)")
    assert told_apart([]) == ()
