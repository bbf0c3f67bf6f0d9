"""What an open semi-Markov population is made of: moves, inflow, staying, background deaths.

It knows no pathway. States are whatever a person enters and leaves; what happens next depends on
the months since entering. Classes may differ in their course and do not mix; places share it.
Howard, Dynamic Probabilistic Systems II, Wiley 1971.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats

ROUNDING = 1e-9
"""How far chances of one person that add up to one may miss it."""
LARGEST_BACKGROUND = 500.0
"""Cumulative hazard whose exponential is still a number."""


@dataclass(frozen=True)
class Moves:
    """The moves that can happen; all others are left out.

    `between` (from, to) of each move; `chance` (move, class or 1, months since entering) of making
    it in that month, 0 in the first: nobody enters and leaves at the same moment.
    """

    states: int
    between: tuple[tuple[int, int], ...]
    chance: Floats

    def __post_init__(self) -> None:
        """Refuse chances that are not those of one person."""
        chance = self.chance
        if chance.ndim != 3 or len(chance) != len(self.between):
            raise ValueError(
                f"chance has the shape {chance.shape}, not (move, class, lag) for "
                f"{len(self.between)} moves"
            )
        if len(set(self.between)) < len(self.between):
            raise ValueError("a move is stated twice: add its chances up")
        if not all(0 <= state < self.states for move in self.between for state in move):
            raise ValueError(f"a move leaves the {self.states} states: {self.between}")
        if not (np.isfinite(chance).all() and (chance >= 0).all()):
            raise ValueError("a chance is negative or not a number")
        if chance[..., :1].any():
            raise ValueError("a move takes at least a month: the chances of lag 0 must be 0")
        leaving = np.zeros((self.states, chance.shape[1]))
        np.add.at(leaving, [a for a, _ in self.between], chance.sum(axis=-1))
        if (leaving > 1 + ROUNDING).any():
            state, group = np.argwhere(leaving > 1 + ROUNDING)[0]
            raise ValueError(
                f"chances of leaving state {state} in class {group} add up to "
                f"{leaving[state, group]:.12g}, more than 1"
            )

    @property
    def classes(self) -> int:
        """Classes whose course is stated; 1 stands for all."""
        return int(self.chance.shape[1])

    @property
    def lags(self) -> int:
        """Months after entering in which somebody may still move."""
        return int(self.chance.shape[2]) - 1


def moves_of(kernel: Floats) -> Moves:
    """Return the moves of a kernel (class or 1, from, to, lag) that are not zero for everyone."""
    if kernel.ndim != 4 or kernel.shape[1] != kernel.shape[2]:
        raise ValueError(f"a kernel is (class, from, to, lag), not {kernel.shape}")
    between = [(int(a), int(b)) for a, b in np.argwhere(kernel.any(axis=(0, 3)))]
    chance = np.array([kernel[:, a, b] for a, b in between])
    shape = (len(between), kernel.shape[0], kernel.shape[3])
    return Moves(kernel.shape[1], tuple(between), chance.reshape(shape))


def checked(kernel: Floats | Moves, inflow: Floats) -> Moves:
    """Return the moves of a kernel, which must fit the inflow (class, state, place, time)."""
    moves = kernel if isinstance(kernel, Moves) else moves_of(kernel)
    if inflow.ndim != 4 or inflow.shape[1] != moves.states or not inflow.shape[3]:
        raise ValueError(
            f"the inflow is {inflow.shape}, not (class, {moves.states} states, place, time)"
        )
    if moves.classes not in (1, inflow.shape[0]):
        raise ValueError(f"the kernel has {moves.classes} classes, the inflow {inflow.shape[0]}")
    if not np.isfinite(inflow).all():
        raise ValueError("the inflow is not a number somewhere")
    return moves


def escaping(background: Floats | None, inflow: Floats) -> Floats:
    """Return the chance of escaping the background until each month (class, 1, 1, time)."""
    classes, _, _, months = inflow.shape
    if background is None:
        return np.ones((1, 1, 1, 1))
    if background.shape != (classes, months):
        raise ValueError(f"the background is {background.shape}, not {(classes, months)}")
    since = background - background[:, :1]
    if not (np.diff(background) >= 0).all() or (since > LARGEST_BACKGROUND).any():
        raise ValueError(f"a cumulative hazard falls, or rises by more than {LARGEST_BACKGROUND:g}")
    return np.asarray(np.exp(-since)[:, None, None, :])


def checked_staying(staying: Floats, people: Floats) -> Floats:
    """Return the chances of staying, which must fit people (class, state, place, time)."""
    classes, states = people.shape[:2]
    fits = staying.ndim == 3 and staying.shape[0] in (1, classes) and staying.shape[1] == states
    if not fits or not staying.shape[2]:
        raise ValueError(f"staying is {staying.shape}, not ({classes} or 1, {states}, months)")
    if not ((staying >= -ROUNDING) & (staying <= 1 + ROUNDING)).all():
        raise ValueError("a chance of staying is not between 0 and 1")
    return staying


def of_block(by_class: Floats, block: slice) -> Floats:
    """Return the rows of a block of classes; one row stands for all."""
    return by_class if len(by_class) == 1 else by_class[block]
