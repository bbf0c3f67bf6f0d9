"""A share of a design's runs, for clusters that have only a queue of jobs."""

from __future__ import annotations

import re

from hepaplan.model.problems import WrongUse

STATED = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")


def part_stated(text: str) -> tuple[int, int]:
    """Return which part of how many `3/100` says, or raise WrongUse."""
    found = STATED.fullmatch(text.strip())
    number, of = (int(found.group(1)), int(found.group(2))) if found else (0, 0)
    if not 1 <= number <= of:
        raise WrongUse(
            f"found --part {text}; expected a part and how many there are, such as 3/100, "
            "with the first from 1 to the second"
        )
    return number, of


def part(runs: range, number: int, of: int) -> range:
    """Return the runs of part `number` of `of`, the first part being 1.

    Every `of`-th run from the `number`-th: each run is in exactly one part, and runs that take
    long, being neighbours, are spread evenly.
    """
    if not 1 <= number <= of:
        raise WrongUse(f"there is no part {number} of {of}")
    return runs[number - 1 :: of]


def part_of(place: int, of: int) -> int:
    """Return which of `of` parts has the run at a place, from 0."""
    return place % of + 1
