"""Strategies in every draw: what each costs and gains, on the same draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats


@dataclass(frozen=True)
class Strategies:
    """What is compared: `cost` in pounds and `qalys`, both discounted, shape (strategy, draw).

    `what` says in words whose cost and QALYs they are. Column d of every strategy is the same draw
    of the inputs: common random numbers.
    """

    what: str
    names: tuple[str, ...]
    cost: Floats
    qalys: Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit the names or each other, or hold no finite number."""
        if self.cost.shape != self.qalys.shape or self.cost.shape[0] != len(self.names):
            raise ValueError(
                f"{len(self.names)} strategies with costs {self.cost.shape} and QALYs "
                f"{self.qalys.shape}: give one row a strategy, one column a draw"
            )
        if not (np.isfinite(self.cost).all() and np.isfinite(self.qalys).all()):
            raise ValueError("costs and QALYs of strategies must be finite in every draw")

    def net_benefit(self, willingness_to_pay: float) -> Floats:
        """Return net monetary benefit in pounds, shape (strategy, draw)."""
        return willingness_to_pay * self.qalys - self.cost
