"""The four-state reference model of verification I, from raw rates, through the engine."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import Transitions, from_probabilities, probability_over
from hepaplan.model.money.discounting import Discounting

STATES = ("healthy", "sick", "sicker", "dead")
STRATEGIES = {"standard of care": "", "A": "A", "B": "B", "A and B": "AB"}
CYCLES = 75
RATES = {"die": 0.002, "fall_sick": 0.15, "recover": 0.5, "worsen": 0.105}
RATIOS = {"sick": 3.0, "sicker": 10.0, "treatment_b": 0.6}
PUBLISHED: dict[CycleWeights, dict[str, tuple[float, float, float | None]]] = {
    "half-cycle": {
        "standard of care": (152262.290718265373, 21.038150923113008, None),
        "B": (259991.515269849886, 22.511198142762833, 73133.5853423586),
        "A and B": (379955.447346878238, 23.466845589527868, 125531.5780763279),
        "A": (285676.923019618785, 21.828836409713695, None),
    },
    "none": {
        "standard of care": (153541.412930632127, 21.554486610501698, None),
        "B": (261490.974371792225, 23.032607807126542, 73031.6036923448),
        "A and B": (381676.095740882505, 23.988968925785915, 125669.1839768285),
        "A": (287185.640775866515, 22.345544455889723, None),
    },
    "tutorial-simpson": {
        "standard of care": (151579.86595738996, 20.711331464322178, None),
        "B": (259100.41061700441, 22.184465140845486, 72987.6360666530),
        "A and B": (378875.19839449192, 23.136844135002598, 125763.7857536882),
        "A": (284804.51337057259, 21.498662808437544, None),
    },
}
"""By cycle weights and strategy of verification I: pounds, QALYs, pounds a QALY on the frontier."""


def moves(rates: Mapping[str, float | Floats], treatment: str) -> dict[tuple[str, str], Floats]:
    """Return the probabilities: death first, the rest among those who live."""
    rate = {name: np.asarray(value, dtype=np.float64) for name, value in rates.items()}
    worsen = rate["worsen"] * (RATIOS["treatment_b"] if "B" in treatment else 1.0)
    die = probability_over(rate["die"], 1)
    die_sick = probability_over(rate["die"] * RATIOS["sick"], 1)
    die_sicker = probability_over(rate["die"] * RATIOS["sicker"], 1)
    return {
        ("healthy", "sick"): (1 - die) * probability_over(rate["fall_sick"], 1),
        ("healthy", "dead"): die,
        ("sick", "healthy"): (1 - die_sick) * probability_over(rate["recover"], 1),
        ("sick", "sicker"): (1 - die_sick) * probability_over(worsen, 1),
        ("sick", "dead"): die_sick,
        ("sicker", "dead"): die_sicker,
    }


def drawn(count: int) -> dict[str, Floats]:
    """Return draws of the rates, each with a standard error of a tenth."""
    random = np.random.default_rng(1)
    return {name: rate * random.gamma(100, 1 / 100, count) for name, rate in RATES.items()}


def transitions(rates: Mapping[str, float | Floats], treatment: str) -> Transitions:
    return from_probabilities(STATES, moves(rates, treatment))


def rewards(treatment: str) -> dict[str, dict[str, float]]:
    added = 12_000.0 * ("A" in treatment) + 13_000.0 * ("B" in treatment)
    return {
        "cost": {"healthy": 2_000.0, "sick": 4_000.0 + added, "sicker": 15_000.0 + added},
        "qalys": {"healthy": 1.0, "sick": 0.95 if "A" in treatment else 0.75, "sicker": 0.5},
    }


def reference(
    treatment: str,
    weights: CycleWeights = "half-cycle",
    rates: Mapping[str, float | Floats] = RATES,
    trace: bool = False,
    compiled: bool | None = None,
    workers: int | None = None,
) -> Results:
    discounting = Discounting(0.03)
    return evaluate(
        transitions(rates, treatment),
        start={"healthy": 1.0},
        cycles=CYCLES,
        cycle_years=1,
        streams=[Stream(name, discounting, on) for name, on in rewards(treatment).items()],
        weights=weights,
        trace=trace,
        compiled=compiled,
        workers=workers,
    )
