"""How much each point of the trace counts when people and rewards are summed over time."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from hepaplan.model.arrays import Floats

CycleWeights = Literal["none", "start", "end", "half-cycle", "tutorial-simpson"]


def cycle_weights(kind: CycleWeights, cycles: int) -> Floats:
    """Return the weights of the points 0 to `cycles` of a trace, shape (cycles + 1,).

    - none: every point counts in full, one more than there are cycles.
    - start: a cycle counts those in the state when it starts; the last point counts nothing.
    - end: a cycle counts those in the state when it ends; the first point counts nothing.
    - half-cycle: the mean of both, the trapezium or life-table method (Naimark, Bott & Krahn,
      Medical Decision Making 2008;28:706-12, 10.1177/0272989X08315241).
    - tutorial-simpson: 1/3, 2/3, 4/3, 2/3 … 1/3 as published by Alarid-Escudero et al. (Medical
      Decision Making 2023;43:3-20, 10.1177/0272989X221103163), to reproduce results that used it.
      Simpson's rule has 2/3 and 4/3 the other way round, so the weights do not sum to the horizon.
    """
    if kind not in get_args(CycleWeights):
        known = ", ".join(get_args(CycleWeights))
        raise ValueError(f'no cycle weights "{kind}"; known: {known}')
    weights = np.ones(cycles + 1)
    if kind == "start":
        weights[-1] = 0.0
    elif kind == "end":
        weights[0] = 0.0
    elif kind == "half-cycle":
        weights[[0, -1]] = 0.5
    elif kind == "tutorial-simpson":
        weights[1::2], weights[2::2] = 2 / 3, 4 / 3
        weights[[0, -1]] = 1 / 3
    return weights
