"""What targets can tell of parameters, and what they cannot: from the derivatives at the fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hepaplan.model.arrays import Floats

Told = Literal["well", "weakly", "not at all"]
NOTHING = 1e-6
"""Part of the largest singular value below which a direction moves no target: what differences
leave of an exact nought."""
WEAK = 1.0
"""Standard errors that targets move by along the whole range; less says little."""
NOTED = 0.2
"""Part of a direction from which a parameter is named."""
ALIKE = 0.95


@dataclass(frozen=True)
class Direction:
    """Parameters that move together: how far the targets move, in standard errors, and words."""

    singular_value: float
    weights: Floats
    told: Told
    words: str


@dataclass(frozen=True)
class Identified:
    """What the targets settle.

    `directions` from the best to the least told; `standard_errors` in parts of the range, not a
    number where the targets do not settle a parameter; `correlation` of the estimates.
    """

    directions: tuple[Direction, ...]
    condition: float
    standard_errors: Floats
    correlation: Floats

    def alike(self, names: Sequence[str]) -> Iterator[tuple[str, str, float]]:
        """Yield (parameter, other, correlation) of estimates correlated above 0.95."""
        for second in range(len(names)):
            for first in range(second):
                found = float(self.correlation[first, second])
                if abs(found) > ALIKE:
                    yield names[first], names[second], found


def identified(derivatives: Floats, names: Sequence[str]) -> Identified:
    """Return what derivatives of the residuals say, shape (target, parameter).

    Residuals are in standard errors and parameters in parts of their range, so a singular value is
    by how many standard errors the targets move when the parameters go one range along its
    direction. The covariance is the inverse of J'J (Seber & Wild, Nonlinear Regression, Wiley 1989,
    chapter 2; singular values and condition: Belsley, Kuh & Welsch, Regression Diagnostics, Wiley
    1980, chapter 3).
    """
    count = derivatives.shape[1]
    _, some, rows = np.linalg.svd(derivatives, full_matrices=True)
    values = np.zeros(count)
    values[: len(some)] = some
    least = NOTHING * values[0] if values[0] > 0 else 1.0
    blind = values <= least
    held = np.where(blind, least, values)
    covariance = (rows.T / held**2) @ rows
    sd = np.sqrt(np.diag(covariance))
    unsettled = (np.abs(rows[blind]) > np.sqrt(NOTHING)).any(axis=0)
    directions = tuple(
        _direction(float(values[i]), rows[i], bool(blind[i]), names) for i in range(count)
    )
    condition = float(values[0] / values[-1]) if not blind[-1] else float("inf")
    return Identified(
        directions,
        condition,
        np.where(unsettled, np.nan, sd),
        covariance / np.outer(sd, sd),
    )


def _direction(value: float, weights: Floats, blind: bool, names: Sequence[str]) -> Direction:
    weights = weights * np.sign(weights[np.argmax(np.abs(weights))])
    told: Told = "not at all" if blind else "weakly" if value < WEAK else "well"
    return Direction(value, weights, told, _words(weights, told, names))


def _words(weights: Floats, told: Told, names: Sequence[str]) -> str:
    order = [i for i in np.argsort(-np.abs(weights), kind="stable") if abs(weights[i]) >= NOTED]
    moves = [
        f"{verb} {' and '.join(moved)}"
        for verb, sign in (("raising", 1.0), ("lowering", -1.0))
        if (moved := [names[i] for i in order if np.sign(weights[i]) == sign])
    ]
    together = " while ".join(moves)
    if told == "not at all":
        return f"{together} moves no target"
    if told == "weakly":
        return f"{together} over the whole range moves the targets by less than a standard error"
    return f"{together} moves the targets"
