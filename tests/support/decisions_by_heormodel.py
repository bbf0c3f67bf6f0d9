"""Choices under uncertainty through heormodel, on draws that are given to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.uncertainty.strategies import Strategies


class Theirs:
    """What heormodel says of the same strategies in the same draws."""

    def __init__(self, strategies: Strategies) -> None:
        """Hand over costs and QALYs, draw by draw."""
        from heormodel.models import Outcomes

        def wide(values: Floats) -> pd.DataFrame:
            draws = pd.RangeIndex(values.shape[1], name="iteration")
            return pd.DataFrame(values.T, index=draws, columns=list(strategies.names))

        self.outcomes = Outcomes.from_wide(wide(strategies.cost), wide(strategies.qalys))
        self.draws = strategies.cost.shape[1]

    def acceptability(self, at: Floats) -> Floats:
        """Return the share of draws in which each is best, (strategy, threshold)."""
        from heormodel.cea import ceac

        return np.asarray(ceac(self.outcomes, at).to_numpy().T)

    def expected_loss(self, at: Floats) -> Floats:
        """Return pounds lost on average by each, (strategy, threshold)."""
        from heormodel.cea import expected_loss

        return np.asarray(expected_loss(self.outcomes, at).to_numpy().T)

    def frontier(self, at: Floats) -> list[tuple[str, float]]:
        """Return the best on average at each threshold, and in how many draws it is best."""
        from heormodel.cea import ceaf

        found = ceaf(self.outcomes, at)
        return list(zip(found["intervention"], found["prob"], strict=True))

    def evpi(self, threshold: float) -> float:
        """Return the value of perfect information."""
        from heormodel.voi import evpi

        return float(evpi(self.outcomes, threshold))

    def evppi(self, threshold: float, inputs: Sequence[Floats]) -> float:
        """Return the value of knowing inputs, by splines without a penalty."""
        from heormodel.voi import evppi

        draws = self._table({f"x{i}": values for i, values in enumerate(inputs)})
        return float(evppi(self.outcomes, draws, list(draws), threshold))

    def evsi(self, threshold: float, reported: Floats) -> float:
        """Return the value of a study that reports a figure in each draw."""
        from heormodel.voi import evsi_regression

        return float(evsi_regression(self.outcomes, self._table({"x": reported}), threshold))

    def _table(self, columns: Mapping[str, Floats]) -> pd.DataFrame:
        return pd.DataFrame(columns, index=pd.RangeIndex(self.draws, name="iteration"))


STANDINGS = {"D": "dominated", "ED": "extendedly dominated"}


def incremental(points: Sequence[tuple[str, float, float]]) -> dict[str, tuple[str, float | None]]:
    """Return each strategy's standing and ratio, of (name, cost, QALYs), all different."""
    from heormodel.cea import icer_table

    name, cost, qalys = zip(*points, strict=True)
    means = pd.DataFrame({"cost": cost, "effect": qalys}, index=list(name), dtype=np.float64)
    table = icer_table(means)
    first = next(iter(table.index[table["status"] == "ND"]))
    return {
        str(row.Index): (
            STANDINGS.get(row.status, "reference" if row.Index == first else "on the frontier"),
            None if np.isnan(row.icer) else float(row.icer),
        )
        for row in table.itertuples()
    }
