"""A published model with ageing, rebuilt from the general engine: two hip prostheses.

Briggs, Claxton & Sculpher, Decision Modelling for Health Economic Evaluation, Oxford 2006, example
3.5: revision by a Weibull regression on years since the operation, death by age, a woman of 60
followed for 60 years. Digits of its workbook as quoted in the tests of the R package heemod
(Filipović-Pierucci et al., arXiv:1702.03252).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import from_probabilities
from hepaplan.model.cohort.varying import per_cycle
from hepaplan.model.economics import frontier
from hepaplan.model.money.discounting import Discounting

STATES = ("operation", "primary", "revision", "revised", "dead")
CYCLES, AGE = 61, 60
DEATHS_PER_1000 = {35: 0.99, 45: 2.6, 55: 6.7, 65: 19.3, 75: 53.5, 85: 154.8}
SURGICAL_DEATH, REVISED_AGAIN, REVISION_COST = 0.02, 0.04, 5294.0
SCALE, SHAPE = math.exp(-5.490935 - 0.0367022 * AGE), math.exp(0.3740968)
PROSTHESES = {"standard": (394.0, 1.0), "new": (579.0, math.exp(-1.344474))}


def run(prosthesis: str) -> Results:
    """Return costs at 6%, QALYs at 1.5% and the trace; the first year is that of the operation."""
    price, hazard_ratio = PROSTHESES[prosthesis]
    years = np.arange(1, CYCLES + 1)
    band = np.searchsorted(list(DEATHS_PER_1000), AGE + years, side="right") - 1
    die = np.array(list(DEATHS_PER_1000.values()))[band] / 1000
    revise = -np.expm1(-SCALE * hazard_ratio * (years**SHAPE - (years - 1) ** SHAPE))
    return evaluate(
        from_probabilities(
            STATES,
            {
                ("operation", "primary"): 1 - SURGICAL_DEATH,
                ("operation", "dead"): SURGICAL_DEATH,
                ("primary", "revision"): per_cycle(revise),
                ("primary", "dead"): per_cycle(die),
                ("revision", "revised"): per_cycle(1 - SURGICAL_DEATH - die),
                ("revision", "dead"): per_cycle(SURGICAL_DEATH + die),
                ("revised", "revision"): REVISED_AGAIN,
                ("revised", "dead"): per_cycle(die),
            },
        ),
        start={"operation": 1.0},
        cycles=CYCLES,
        cycle_years=1,
        streams=[
            Stream("implant", Discounting(0.06), on_transitions={(OUTSIDE, "operation"): price}),
            Stream("revisions", Discounting(0.06), {"revision": REVISION_COST}),
            Stream(
                "qalys", Discounting(0.015), {"primary": 0.85, "revision": 0.30, "revised": 0.75}
            ),
        ],
        weights="start",
        trace=True,
    )


def cost(found: Results) -> float:
    return found["implant"].item() + found["revisions"].item()


def test_costs_qalys_and_icer_are_those_of_the_workbook() -> None:
    standard, new = run("standard"), run("new")
    assert cost(standard) == pytest.approx(512.434658, abs=5e-7)
    assert cost(new) == pytest.approx(610.311818, abs=5e-7)
    assert standard["qalys"].item() == pytest.approx(14.6531896, abs=5e-8)
    assert new["qalys"].item() == pytest.approx(14.69770986, abs=5e-9)
    arms = [(name, cost(arm), arm["qalys"].item()) for name, arm in (("s", standard), ("n", new))]
    assert frontier(arms)[1].icer == pytest.approx(2198.486665, abs=5e-7)


@pytest.mark.parametrize(
    ("prosthesis", "eighth_year"),
    [
        ("standard", (0.88040225, 0.00168398, 0.00618146, 0.11173231)),
        ("new", (0.88631355, 0.00044144, 0.00161577, 0.11162924)),
    ],
)
def test_the_trace_of_the_workbook(prosthesis: str, eighth_year: tuple[float, ...]) -> None:
    trace = run(prosthesis).trace
    np.testing.assert_allclose(trace.at(cycle=1, draw=0), [0, 0.98, 0, 0, 0.02], rtol=0, atol=1e-15)
    np.testing.assert_allclose(trace.at(cycle=8, draw=0)[1:], eighth_year, rtol=0, atol=5e-9)
    assert trace.at(cycle=7, draw=0)[1] != pytest.approx(eighth_year[0], abs=1e-3)
