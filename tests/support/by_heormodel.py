"""The reference model through heormodel, another open engine: pip install 'hepaplan[bench]'."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from tests.support.sick_sicker import CYCLES, RATES, STATES, STRATEGIES, moves, rewards


def by_heormodel(rates: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return costs and QALYs (draw, stream) of each strategy, one draw after another."""
    from heormodel.models.markov import CohortSpec, MarkovModel

    def spec(drawn: pd.Series[float], strategy: str) -> object:
        treatment = STRATEGIES[strategy]
        matrix = np.zeros((len(STATES), len(STATES)))
        for (a, b), chance in moves({name: drawn[name] for name in RATES}, treatment).items():
            matrix[STATES.index(a), STATES.index(b)] = chance
        matrix += np.diag(1 - matrix.sum(axis=1))
        cost, qalys = (
            np.array([on.get(s, 0.0) for s in STATES]) for on in rewards(treatment).values()
        )
        return CohortSpec(matrix, cost, qalys)

    engine = MarkovModel(
        states=STATES,
        interventions=tuple(STRATEGIES),
        transitions_and_rewards=spec,
        n_cycles=CYCLES,
        discount_rate=0.03,
        cycle_correction="half_cycle",
    )
    draws = pd.DataFrame(dict(rates))
    draws.index.name = "iteration"
    found = engine.evaluate(draws).data
    return {name: found.loc[name][["cost", "qaly"]].to_numpy() for name in STRATEGIES}
