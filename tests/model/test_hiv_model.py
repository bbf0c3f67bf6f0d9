"""A published model rebuilt from the general engine alone: two therapies for HIV infection.

Chancellor et al., Pharmacoeconomics 1997;12:54-66 (PubMed 10169387), as worked in Briggs, Claxton &
Sculpher, Decision Modelling for Health Economic Evaluation, Oxford 2006, example 2.5: zidovudine
alone, or with lamivudine for two years. The book prints 44,663 pounds and 7.996 years alone, 50,602
and 8.937 for both, 6,276 pounds a life-year. Its 7.996 is off by rounding within its table: with
8.937 it would give 6,311 a life-year. Its workbook has 7.9912066, and 8.475 and 9.42 years with a
half-cycle correction. The workbook's digits are those quoted in the tests of the R packages heemod
(Filipović-Pierucci et al., arXiv:1702.03252) and rdecision.
"""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import Key, from_probabilities
from hepaplan.model.cohort.varying import per_cycle
from hepaplan.model.economics import frontier
from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting

# CD4 count 200 to 500; below 200; AIDS; dead. Moves counted over one year.
STATES = ("A", "B", "C", "D")
COUNTS = {
    "A": {"A": 1251, "B": 350, "C": 116, "D": 17},
    "B": {"B": 731, "C": 512, "D": 15},
    "C": {"C": 1312, "D": 437},
}
CARE = {"A": 1701 + 1055, "B": 1774 + 1278, "C": 6948 + 2059}
ZIDOVUDINE, LAMIVUDINE = 2278.0, 2086.50
RELATIVE_RISK, YEARS_OF_BOTH, YEARS = 0.509, 2, 20


def run(
    combined: bool,
    relative_risk: float | Floats = RELATIVE_RISK,
    weights: CycleWeights = "end",
) -> Results:
    """Return a strategy's cost, 6% a year from the end of the first, and years, undiscounted."""
    on_both = np.arange(YEARS) < YEARS_OF_BOTH
    effect = np.where(on_both[:, None] & combined, relative_risk, 1.0)
    chances: dict[Key, Floats] = {
        (a, b): np.asarray(number / sum(row.values()))
        for a, row in COUNTS.items()
        for b, number in row.items()
        if a != b
    }
    # A cycle's drugs are paid at its end: point 0, the start of the first, has none.
    lamivudine = LAMIVUDINE * np.append(0.0, on_both & combined)
    return evaluate(
        from_probabilities(STATES, {key: per_cycle(p * effect) for key, p in chances.items()}),
        start={"A": 1.0},
        cycles=YEARS,
        cycle_years=1,
        streams=[
            Stream("care", Discounting(0.06), CARE),
            Stream("zidovudine", Discounting(0.06), dict.fromkeys("ABC", ZIDOVUDINE)),
            Stream("lamivudine", Discounting(0.06), dict.fromkeys("ABC", per_cycle(lamivudine))),
            Stream("years", UNDISCOUNTED, dict.fromkeys("ABC", 1.0)),
        ],
        weights=weights,
    )


def cost(found: Results) -> float:
    return sum(found[line].item() for line in ("care", "zidovudine", "lamivudine"))


def test_costs_years_and_icer_are_those_of_the_workbook() -> None:
    alone, both = run(False), run(True)
    assert cost(alone) == pytest.approx(44663.4535637, abs=5e-8)
    assert cost(both) == pytest.approx(50601.6513312, abs=5e-8)
    assert alone["years"].item() == pytest.approx(7.9912066, abs=5e-8)
    assert both["years"].item() == pytest.approx(8.9373889, abs=5e-8)
    arms = [(name, cost(arm), arm["years"].item()) for name, arm in (("1", alone), ("2", both))]
    assert frontier(arms)[1].icer == pytest.approx(6275.95560, abs=5e-6)


def test_what_the_book_prints() -> None:
    alone, both = run(False), run(True)
    assert round(cost(alone)) == 44663
    assert round(cost(both)) == 50602
    assert round(both["years"].item(), 3) == 8.937
    assert round((cost(both) - cost(alone)) / (8.937 - 7.996), -1) == 6310


def test_years_with_a_half_cycle_correction() -> None:
    assert round(run(False, weights="half-cycle")["years"].item(), 3) == 8.475
    assert round(run(True, weights="half-cycle")["years"].item(), 2) == 9.42


def test_costs_under_another_convention_are_not_those_of_the_book() -> None:
    other: tuple[CycleWeights, ...] = ("start", "half-cycle", "none")
    for weights in other:
        assert cost(run(False, weights=weights)) > 46_000


def test_without_an_effect_only_the_price_is_left() -> None:
    none = run(True, relative_risk=1.0)
    assert none["years"].item() == pytest.approx(run(False)["years"].item(), rel=1e-14)
    assert none["lamivudine"].item() > 0
    assert run(False)["lamivudine"].item() == 0


def test_draws_of_the_relative_risk_one_of_them_the_point_value() -> None:
    drawn = np.append(np.random.default_rng(5).lognormal(np.log(0.509), 0.17, 99), 0.509)
    found = run(True, relative_risk=drawn)
    assert found["years"].shape == (100,)
    assert found["years"][99] == pytest.approx(8.9373889, abs=5e-8)
    assert (np.argsort(found["years"]) == np.argsort(-drawn)).all()
