"""The cohort engine: any discrete-time state-transition model.

The page is docs/explanation/cohort-engine.md.
"""

from hepaplan.model.cohort.cycle_weights import CycleWeights, cycle_weights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.labelled import Labelled
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import (
    Transitions,
    from_array,
    from_probabilities,
    from_rates,
    probability_over,
)
from hepaplan.model.cohort.varying import by_time_in_state, per_cycle
from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting

__all__ = [
    "OUTSIDE",
    "UNDISCOUNTED",
    "CycleWeights",
    "Discounting",
    "Labelled",
    "Results",
    "Stream",
    "Transitions",
    "by_time_in_state",
    "cycle_weights",
    "evaluate",
    "from_array",
    "from_probabilities",
    "from_rates",
    "per_cycle",
    "probability_over",
]
