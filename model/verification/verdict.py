"""What a row of the verification list comes to: pass, fail, or why it was not judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Outcome = Literal["pass", "fail", "not applicable", "left out"]
PASS: Final = "pass"
FAIL: Final = "fail"
NOT_APPLICABLE: Final = "not applicable"
LEFT_OUT: Final = "left out"


class LeftOut(Exception):
    """A row was not judged here; the message says why, and what judges it."""


@dataclass(frozen=True)
class Finding:
    """What was found, in words with figures and units, and the outcome."""

    outcome: Outcome
    found: str


@dataclass(frozen=True)
class Verdict(Finding):
    """A finding with the row it is of: its identifier, the change, and what was expected."""

    row: str
    change: str
    expected: str


def held(found: str) -> Finding:
    """Return that what was expected holds, with the figures that say so."""
    return Finding(PASS, found)


def broken(found: str) -> Finding:
    """Return that it does not hold, with the figures that say so."""
    return Finding(FAIL, found)


def not_applicable(why: str) -> Finding:
    """Return that the scenario has nothing the row could be about."""
    return Finding(NOT_APPLICABLE, why)


def judged(holds: bool, found: str) -> Finding:
    """Return pass or fail with the same figures."""
    return held(found) if holds else broken(found)


def within(largest: float, tolerance: float, what: str) -> Finding:
    """Return whether a largest difference lies within its tolerance; `what` names it and its unit.

    A difference that is not a number fails.
    """
    return judged(largest <= tolerance, f"{what}: {largest:.3g}, tolerance {tolerance:g}")
