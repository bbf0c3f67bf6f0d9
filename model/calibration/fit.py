"""Least squares within bounds, from several points, with its own account of what it tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import NoAnswer

Residuals = Callable[[Floats], Floats]
"""Residuals (target,) at a position (parameter,) in the unit cube; not numbers where refused."""
MOST_STEPS = 60
TOLERANCE = 1e-9
SETTLED = "settled"
PULL = 1e-3
"""Standard errors that going the whole range from the present value counts for."""
KEPT = 100
"""Last answers that are kept: derivatives ask for the middle again."""
AT_BOUND = 1e-3
"""Nearer to a bound than this part of the range counts as at it."""


@dataclass(frozen=True)
class Search:
    """One search: where it began and ended in the unit cube, and what it came to.

    `objective` is the sum of squared residuals, infinite where the search could not begin.
    """

    begun: Floats
    position: Floats
    objective: float
    evaluations: int
    ended: str


def search(residuals: Residuals, begun: Floats, step: float, home: Floats) -> Search:
    """Return where least squares within the unit cube ends, begun at a position.

    Of positions that fit alike, the one nearest to `home`: a pull too weak to move what the
    residuals settle, so that what they do not settle stays where it was.
    Trust region reflective (Branch, Coleman & Li, SIAM J Sci Comput 1999;21:1-23,
    10.1137/S1064827595289108), derivatives by forward differences of `step` of the range.
    """
    from scipy.optimize import least_squares  # a third of a second that other commands need not pay

    counted = Counted(residuals)
    if not np.isfinite(counted(begun)).all():
        return Search(begun, begun, np.inf, counted.count, "the model refuses the values here")
    pull = PULL * np.eye(len(begun))

    def pulled(at: Floats) -> Floats:
        return np.concatenate([counted(at), pull @ (at - home)])

    def derivatives(at: Floats) -> Floats:
        return np.vstack([jacobian(counted, at, step, central=False), pull])

    try:
        found = least_squares(
            pulled,
            begun,
            jac=derivatives,
            bounds=(0.0, 1.0),
            method="trf",
            max_nfev=MOST_STEPS,
            ftol=TOLERANCE,
            xtol=TOLERANCE,
            gtol=TOLERANCE,
        )
    except NoAnswer as error:
        return Search(begun, begun, np.inf, counted.count, str(error))
    ended = SETTLED if found.status > 0 else f"stopped after {MOST_STEPS} steps"
    objective = float((found.fun[: -len(begun)] ** 2).sum())
    return Search(begun, found.x, objective, counted.count, ended)


def jacobian(residuals: Residuals, at: Floats, step: float, central: bool = True) -> Floats:
    """Return the derivatives of the residuals (target, parameter) at a position in the unit cube.

    Central differences, or else forward ones, half the work; one-sided where a bound, or a value
    that the model refuses, is near. Raises `NoAnswer` where it refuses both sides.
    """
    middle = residuals(at)
    return np.column_stack(
        [_derivative(residuals, at, middle, place, step, central) for place in range(len(at))]
    )


def _derivative(
    residuals: Residuals, at: Floats, middle: Floats, place: int, step: float, central: bool
) -> Floats:
    ends: list[tuple[float, Floats]] = []
    for moved in (at[place] + step, at[place] - step):
        if 0.0 <= moved <= 1.0:
            there = at.copy()
            there[place] = moved
            found = residuals(there)
            if np.isfinite(found).all():
                ends.append((moved, found))
        if ends and not central:
            break
    if not ends:
        raise NoAnswer("the model refuses every value near this one")
    if len(ends) == 1:
        ends.append((float(at[place]), middle))
    (first, one), (second, other) = ends
    return np.asarray((one - other) / (first - second))


def ends_at_bound(position: Floats) -> tuple[str, ...]:
    """Return `low`, `high` or nothing for each parameter: the bound at which it ended."""
    return tuple(
        "low" if x <= AT_BOUND else "high" if x >= 1.0 - AT_BOUND else "" for x in position
    )


def refused_sides(residuals: Residuals, position: Floats, step: float) -> tuple[str, ...]:
    """Return `below`, `above` or nothing for each parameter: where a step away is refused."""
    sides = []
    for place in range(len(position)):
        refused = ""
        for side, by in (("below", -step), ("above", step)):
            there = position.copy()
            there[place] += by
            if 0.0 <= there[place] <= 1.0 and not np.isfinite(residuals(there)).all():
                refused = side
        sides.append(refused)
    return tuple(sides)


def best_of(searches: Sequence[Search]) -> Search:
    """Return the search with the least objective; raise `NoAnswer` where none could begin."""
    best = min(searches, key=lambda found: found.objective)
    if not np.isfinite(best.objective):
        raise NoAnswer(f"no search could be made: {best.ended}; narrow the bounds")
    return best


class Counted:
    """Residuals that count how often they are asked for; the last answers are kept."""

    def __init__(self, residuals: Residuals) -> None:
        self.residuals, self.count = residuals, 0
        self._last: dict[bytes, Floats] = {}

    def __call__(self, at: Floats) -> Floats:
        """Return the residuals at a position, worked out once."""
        key = at.tobytes()
        if key not in self._last:
            self.count += 1
            self._last = dict(list(self._last.items())[-KEPT:])
            self._last[key] = self.residuals(at)
        return self._last[key]
