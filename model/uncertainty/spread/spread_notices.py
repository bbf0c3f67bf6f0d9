"""What `hepaplan check` tells of distributions that are sound, but not quite as stated."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import dotted, listed
from hepaplan.model.quantities import Family, Quantity, Sourced
from hepaplan.model.uncertainty.spread.as_stated import stated_distribution
from hepaplan.model.uncertainty.spread.choices import why_fixed
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.model.uncertainty.spread.sets import beginning, figures_in_use, pathway_sets

FITTED: Collection[Family] = ("beta", "gamma", "normal")
"""Distributions that keep an interval's width around the value, and so not both of its ends."""
MISSED = 0.1
"""Distance from an end of the interval, as a share of its width, from which it is told."""
NAMED = 3
"""How many of the worst are named."""


def spread_notices(scenario: Scenario) -> list[str]:
    """Return notices of intervals that draws miss, and of sets whose every share has its spread."""
    return [*_missed_ends(scenario), *_whole_sets(scenario)]


def _missed_ends(scenario: Scenario) -> list[str]:
    """Return one notice with how many figures in use are drawn beside an end, and the worst."""
    found = [
        (missed, f"{dotted(key)} (stated {figure.low:g} to {figure.high:g}, drawn {drawn})")
        for key, figure in figures_in_use(scenario.settings, scenario.pathway)
        if isinstance(figure, Quantity) and key not in scenario.copies and not why_fixed(key)
        for missed, drawn in _missed(figure)
    ]
    if not found:
        return []
    words = [said for _, said in sorted(found, key=lambda one: -one[0])[:NAMED]]
    figures = "1 figure has" if len(found) == 1 else f"{len(found)} figures have"
    worst = "" if len(found) <= NAMED else "the worst are "
    return [
        f"{figures} an interval that lies unevenly around the value; the distribution keeps the "
        f"value and the interval's width, and misses an end by more than {MISSED:.0%} of it: "
        f"{worst}{listed(words)}; where it matters, state another distribution or its parameters"
    ]


def _missed(figure: Quantity) -> list[tuple[float, str]]:
    """Return how far a figure's draws miss an end, with their interval, if they do."""
    if figure.distribution not in FITTED or figure.low is None or figure.high is None:
        return []
    ends = np.array([figure.low, figure.high])
    drawn = stated_distribution(figure)[""].quantile(INTERVAL_95)
    missed = float(np.abs(drawn - ends).max())
    if missed <= MISSED * (figure.high - figure.low):
        return []
    return [(missed / (figure.high - figure.low), "{:.3g} to {:.3g}".format(*drawn))]


def _whole_sets(scenario: Scenario) -> list[str]:
    """Return one notice naming the sets of shares in which none is left to take the rest."""
    found = []
    for shares in pathway_sets(scenario.pathway):
        own = {key for key, share in shares.items() if _has_its_own(share)}
        others = [share for key, share in shares.items() if key not in own]
        takes_rest = any(number > 0.0 for share in others for number in share.numbers().values())
        if len(own) > 1 and not takes_rest and not own <= scenario.copies.keys():
            found.append(dotted(beginning(shares)))
    if not found:
        return []
    sets = "1 set of shares states" if len(found) == 1 else f"{len(found)} sets of shares state"
    return [
        f"{sets} how sure every share is; as they must sum to 1, draws are divided by their sum, "
        f"and shares vary otherwise than stated: {listed(found)}; leave one share to take the "
        "rest, or state one dirichlet"
    ]


def _has_its_own(share: Sourced) -> bool:
    return isinstance(share, Quantity) and share.distribution not in (None, "dirichlet")
