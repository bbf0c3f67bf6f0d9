"""Random cohort models, told to the engine and spelt out as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import Key, from_probabilities
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle
from hepaplan.model.money.discounting import Discounting

CYCLES, DRAWS = 9, 3
COSTS, EFFECTS = Discounting(0.035), Discounting(0.015, "continuous")


@dataclass
class Model:
    """A random model twice: as the engine is told, and as plain arrays by cycle, time and draw."""

    states: tuple[str, ...]
    told: dict[Key, Value] = field(default_factory=dict)
    chance: dict[Key, Floats] = field(default_factory=dict)
    worth: dict[str, Value] = field(default_factory=dict)
    worth_is: dict[str, Floats] = field(default_factory=dict)
    one_off: dict[Key, Value] = field(default_factory=dict)
    one_off_is: dict[Key, Floats] = field(default_factory=dict)
    start: dict[str, Value] = field(default_factory=dict)
    inflow: dict[str, Value] = field(default_factory=dict)
    inflow_is: dict[str, Floats] = field(default_factory=dict)


def random_value(
    random: np.random.Generator, kind: str, cycles: int, draws: int
) -> tuple[Value, Floats]:
    """Return a value between 0 and 1, told and as an array (cycle, time, draw)."""
    times = int(random.integers(2, 6))
    by_cycle = random.random((cycles, draws if random.random() < 0.5 else 1))
    by_time = random.random((times, draws if random.random() < 0.5 else 1))
    held = by_time[np.minimum(np.arange(cycles), times - 1)]
    full: Floats = np.ones((cycles, cycles, draws))
    if kind == "constant":
        return np.broadcast_to(by_time[0], draws), full * by_time[0]
    if kind == "by cycle":
        return per_cycle(by_cycle), full * by_cycle[:, None]
    if kind == "by time":
        return by_time_in_state(by_time), full * held
    return per_cycle(by_cycle) * by_time_in_state(by_time), full * by_cycle[:, None] * held


def random_model(seed: int, size: int, density: float, draws: int = DRAWS) -> Model:
    random = np.random.default_rng(seed)
    model = Model(tuple(f"state {i}" for i in range(size)))
    kinds = ("constant", "by cycle", "by time", "both")
    for a in model.states:
        for b in model.states:
            if a != b and random.random() < density:
                told, full = random_value(random, str(random.choice(kinds)), CYCLES, draws)
                model.told[a, b] = per_cycle(np.array([0.9 / size])) * told
                model.chance[a, b] = full * 0.9 / size
                reward, worth = random_value(random, str(random.choice(kinds[:2])), CYCLES, draws)
                if random.random() < 0.5:
                    model.one_off[a, b], model.one_off_is[a, b] = reward, worth[:, 0]
        if random.random() < 0.7:
            told, full = random_value(random, str(random.choice(kinds)), CYCLES + 1, draws)
            model.worth[a], model.worth_is[a] = told, full
        if random.random() < 0.5:
            told, full = random_value(random, str(random.choice(kinds[:2])), CYCLES, draws)
            model.inflow[a], model.inflow_is[a] = told, full[:, 0]
        model.start[a] = float(random.random())
    return model


def run(
    model: Model,
    weights: CycleWeights = "half-cycle",
    *,
    trace: bool = False,
    by_cycle: bool = False,
    compiled: bool | None = None,
    workers: int | None = None,
) -> Results:
    return evaluate(
        from_probabilities(model.states, model.told),
        start=model.start,
        inflow=model.inflow,
        cycles=CYCLES,
        cycle_years=0.25,
        streams=[
            Stream("held", COSTS, model.worth),
            Stream("moved", EFFECTS, on_transitions=model.one_off),
        ],
        weights=weights,
        trace=trace,
        by_cycle=by_cycle,
        compiled=compiled,
        workers=workers,
    )
