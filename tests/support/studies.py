"""Studies of the tiny scenario with every kind of figure unsure, small enough for tests."""

from __future__ import annotations

from functools import cache

from hepaplan.model.uncertainty.psa import Robustness, psa
from hepaplan.model.uncertainty.sampled import Sampling
from hepaplan.model.uncertainty.sensitivity import Spread, sensitivity
from hepaplan.model.uncertainty.study import Study
from hepaplan.model.uncertainty.tornado import Moves, tornado
from hepaplan.model.uncertainty.voi import Decision, voi
from tests.support.unsure import LIST, unsure

GRID = ("pathway.decision_point.operable.waiting.utility", "metastases.synchronous_share")


@cache
def tornado_study() -> Study:
    """Return inputs moved alone, one of them searched for a target, and a grid of two."""
    moves = Moves(workers=1, target=1e6, searched=2, grid=GRID, cells=3)
    return tornado(unsure(), moves)


@cache
def sensitivity_study(base: int = 4) -> Study:
    """Return all inputs moved at once, with few samples; none for indices where `base` is 0."""
    return sensitivity(unsure(), Spread(trajectories=2, base=base, most=3, workers=1))


@cache
def psa_study() -> Study:
    """Return sixty draws, and the plan kept in six of them."""
    return psa([unsure()], Sampling(60, seed=2), Robustness(6, 0))


@cache
def voi_study() -> Study:
    """Return what is worth knowing about treatments and about one more list."""
    return voi([unsure(capital=13_500.0)], Sampling(52), Decision((LIST,), draws=52, years=2.5))
