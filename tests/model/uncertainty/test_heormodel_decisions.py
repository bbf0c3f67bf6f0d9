"""Choices and the value of information against a program that is not ours, on the same draws.

Shares, losses and perfect information are sums over the same numbers and agree to rounding. What
one figure is worth is a regression: ours is drawn towards a straight line, theirs has six free
functions an input. Both have the error of the draws, so they agree within two of our standard
errors and 2% of perfect information.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.economics import frontier
from hepaplan.model.uncertainty.information.evpi import evpi, loss
from hepaplan.model.uncertainty.information.evppi import evppi
from hepaplan.model.uncertainty.information.evsi import MeanStudy, evsi
from hepaplan.model.uncertainty.results.acceptability import acceptability
from hepaplan.model.uncertainty.sampled import Sampling, comparisons, sampled
from hepaplan.model.uncertainty.strategies import Strategies
from tests.support.decisions_by_heormodel import Theirs, incremental
from tests.support.sick_sicker import RATES, drawn, reference
from tests.support.sick_sicker import STRATEGIES as TREATMENTS
from tests.support.unsure import unsure

pytestmark = pytest.mark.skipif(
    find_spec("heormodel") is None,
    reason="heormodel is not installed: pip install 'hepaplan[bench]'",
)

DRAWS = 2_000
AT = np.arange(0.0, 150_001.0, 5_000.0)
TO_CHOOSE = (70_000.0, 75_000.0, 120_000.0, 130_000.0)
"""Pounds a QALY at which the reference model's choice is not clear."""
EXACT = 1e-9


@cache
def reference_model() -> tuple[Strategies, dict[str, Floats]]:
    """Return the four strategies of the reference model on drawn rates, and the rates."""
    rates = drawn(DRAWS)
    found = [reference(code, rates=rates).totals.values for code in TREATMENTS.values()]
    cost, qalys = (np.stack([totals[line] for totals in found]) for line in (0, 1))
    return Strategies("a patient", tuple(TREATMENTS), cost, qalys), rates


@cache
def options() -> tuple[Strategies, ...]:
    """Return what an uncertain scenario compares, in its own draws."""
    side = sampled(unsure(more="\n[economics.willingness_to_pay]\nvalue = 2765\n"), Sampling(60))
    return tuple(found.strategies for found in comparisons([side]))


def compared() -> tuple[Strategies, ...]:
    return reference_model()[0], *options()


def regressions_agree(ours: float, error: float, theirs: float, most: float) -> bool:
    return abs(ours - theirs) <= 2.0 * error + 0.02 * most


def test_there_is_something_to_choose() -> None:
    assert len(compared()) > 1
    for strategies in compared():
        assert max(evpi(strategies.net_benefit(t)).value for t in AT.tolist()) > 0


def test_acceptability_and_its_frontier() -> None:
    for strategies in compared():
        ours, theirs = acceptability(strategies, AT), Theirs(strategies)
        np.testing.assert_allclose(ours.probability_best, theirs.acceptability(AT), atol=EXACT)
        for t, (name, share) in enumerate(theirs.frontier(AT)):
            place = strategies.names.index(name)
            assert ours.preferred[place, t]
            assert ours.probability_best[place, t] == pytest.approx(share, rel=EXACT)


def test_expected_losses_and_perfect_information() -> None:
    for strategies in compared():
        theirs = Theirs(strategies)
        np.testing.assert_allclose(
            acceptability(strategies, AT).expected_loss,
            theirs.expected_loss(AT),
            rtol=EXACT,
            atol=EXACT,
        )
        for threshold in AT.tolist():
            benefit = strategies.net_benefit(threshold)
            assert evpi(benefit).value == pytest.approx(
                theirs.evpi(threshold), rel=EXACT, abs=EXACT
            )
            assert loss(benefit).mean() == pytest.approx(
                theirs.evpi(threshold), rel=EXACT, abs=EXACT
            )


def test_one_draw_changed_or_one_missing_is_seen() -> None:
    strategies, _ = reference_model()
    qalys = strategies.qalys.copy()
    qalys[1, 7] += 1.0
    for other in (
        Strategies("a patient", strategies.names, strategies.cost, qalys),
        Strategies(
            "a patient", strategies.names, strategies.cost[:, 1:], strategies.qalys[:, 1:]
        ),
    ):  # fmt: skip
        theirs = Theirs(other)
        ours = acceptability(strategies, AT)
        assert np.abs(ours.probability_best - theirs.acceptability(AT)).max() > 1e-5
        assert np.abs(ours.expected_loss - theirs.expected_loss(AT)).max() > 1e-2


@pytest.mark.parametrize("threshold", TO_CHOOSE)
@pytest.mark.parametrize("names", [*([name] for name in RATES), ["fall_sick", "recover"]])
def test_what_an_input_is_worth(threshold: float, names: list[str]) -> None:
    strategies, rates = reference_model()
    benefit, inputs = strategies.net_benefit(threshold), [rates[name] for name in names]
    ours, most = evppi(benefit, inputs), evpi(benefit).value
    theirs = Theirs(strategies).evppi(threshold, inputs)
    assert regressions_agree(ours.value, ours.standard_error, theirs, most)


def test_another_input_or_its_draws_in_another_order_are_seen() -> None:
    strategies, rates = reference_model()
    benefit = strategies.net_benefit(75_000.0)
    ours, most = evppi(benefit, [rates["recover"]]), evpi(benefit).value
    for wrong in (rates["worsen"], rates["recover"][::-1]):
        theirs = Theirs(strategies).evppi(75_000.0, [wrong])
        assert not regressions_agree(ours.value, ours.standard_error, theirs, most)


@pytest.mark.parametrize("people", [200, 2_000])
def test_what_a_study_of_one_input_is_worth(people: int) -> None:
    """Both see the same simulated reports."""
    strategies, rates = reference_model()
    benefit, study = strategies.net_benefit(75_000.0), MeanStudy(people, sd=0.5)
    ours = evsi(benefit, rates["recover"], study, np.random.default_rng(3))
    reported = study.reports(rates["recover"], np.random.default_rng(3))
    theirs, most = Theirs(strategies).evsi(75_000.0, reported), evpi(benefit).value
    assert regressions_agree(ours.value, ours.standard_error, theirs, most)
    assert ours.value > 0.1 * most


@pytest.mark.parametrize("seed", range(40))
def test_the_frontier_of_strategies_made_at_random(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = [
        (f"s{i}", 1_000 * float(random.uniform(0, 40)), float(random.uniform(0, 3)))
        for i in range(int(random.integers(1, 9)))
    ]
    theirs = incremental(points)
    for found in frontier(points):
        standing, icer = theirs[found.name]
        assert found.standing == standing
        assert found.icer == (None if icer is None else pytest.approx(icer, rel=EXACT))
    dearer = [(name, cost + 5e4 * (name == "s0"), qalys) for name, cost, qalys in points]
    if len(points) > 4 and theirs["s0"][0] in ("reference", "on the frontier"):
        assert incremental(dearer) != theirs
