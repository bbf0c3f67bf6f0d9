"""The region in every draw equals the region read once for each draw."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from hepaplan.model import evaluate, kernels
from hepaplan.model.evaluate import usual_care
from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity
from hepaplan.model.readings import UsualCare
from hepaplan.model.tidy import add_up
from hepaplan.model.uncertainty.distributions import Uniform
from hepaplan.model.uncertainty.drawn import drawn_pathway
from hepaplan.model.uncertainty.draws import sample, uncertain_figures
from hepaplan.model.uncertainty.region import MEASURES, region_draws
from hepaplan.scenarios.load import load_scenario
from tests.support.scenarios import tiny, tiny_usual

DRAWS = 7


def tiny_draws() -> dict[Key, np.ndarray]:
    """Nearly every figure of the tiny pathway, up to a tenth below what is stated.

    Curves are left out: drawn, they are not fitted again (see tests of `time_to_event`).
    """
    stated = {
        key: figure.value
        for key, figure in figures(tiny().pathway)
        if isinstance(figure, Quantity) and isinstance(figure.value, float) and "time" not in key
    }
    return sample({key: Uniform(0.9 * v, v) for key, v in stated.items() if v}, DRAWS, seed=5)


def read_once(usual: UsualCare) -> tuple[list[float], np.ndarray]:
    """Totals by measure and starts by treatment and month, from reading 1 itself."""
    window = usual.scenario.settings.window.months
    inside = slice(usual.before, usual.before + window)
    came = usual.eligible[..., inside].sum(axis=1)
    totals = []
    for measure in MEASURES:
        value = getattr(usual.worth, measure)
        factors = value.monthly_discount ** np.arange(window)
        totals.append(float(np.einsum("cgt,cg,t->", came, value.arrival, factors)))
    starts, _ = add_up(usual.flow.starts[..., inside].sum(axis=(1, 2)), usual.treatments, axis=0)
    return totals, starts


def numbers(figure: Quantity, draw: int) -> float | dict[str, float]:
    """The plain numbers of one draw, by group where stated so or made so."""
    groups = tiny().groups
    each = {
        g: float(np.ravel(figure.for_group(g))[draw % np.size(figure.for_group(g))]) for g in groups
    }
    return each if len(set(each.values())) > 1 else each[groups[0]]


def one_draw(usual: UsualCare, draws: dict[Key, np.ndarray], draw: int) -> Scenario:
    """Return the region on a pathway that holds one draw's plain numbers."""
    drawn = drawn_pathway(usual.scenario.pathway, draws)
    record: Any = usual.scenario.pathway.model_dump()
    for key, figure in figures(drawn):
        if isinstance(figure, Quantity) and figure.is_drawn:
            node = record
            for part in key:
                node = node[part]
            node["value"] = numbers(figure, draw)
    return replace(usual.scenario, pathway=Pathway.model_validate(record))


@pytest.fixture
def nothing_lumped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "lump_small_flows", lambda flow, *_: (flow, 0.0))


@pytest.mark.usefixtures("nothing_lumped")
def test_every_draw_equals_the_region_read_on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expected: equal on the base case's clocks; on clocks of its own within 0.3%."""
    usual, draws = usual_care(tiny()), tiny_draws()
    assert len(draws) > 1
    found = region_draws(usual, draws)
    totals, _ = read_once(usual_care(one_draw(usual, draws, 3)))
    np.testing.assert_allclose(found.totals[:, 3], totals, rtol=3e-3)
    assert not np.allclose(found.totals[:, 3], totals, rtol=1e-7)
    clocks = (
        usual.other_cause_survival,
        usual.survival_since_metastasis,
        usual.studied_survival,
    )
    monkeypatch.setattr(evaluate, "other_cause_clocks", lambda *_: clocks)
    for draw in (0, 3, DRAWS - 1):
        totals, starts = read_once(usual_care(one_draw(usual, draws, draw)))
        np.testing.assert_allclose(found.totals[:, draw], totals, rtol=1e-9)
        np.testing.assert_allclose(found.starts[..., draw], starts, rtol=1e-9, atol=1e-11)
    assert (found.totals.std(axis=1) > 0).all()


@cache
def shipped() -> UsualCare:
    return usual_care(load_scenario("greater-manchester"))


def test_draws_do_not_depend_on_blocks_or_workers() -> None:
    draws = tiny_draws()
    whole = region_draws(tiny_usual(), draws, workers=1, block=DRAWS)
    for workers, block in ((1, 2), (2, 3)):
        parts = region_draws(tiny_usual(), draws, workers=workers, block=block)
        np.testing.assert_allclose(parts.totals, whole.totals, rtol=1e-13)
        np.testing.assert_allclose(parts.starts, whole.starts, rtol=1e-10, atol=1e-12)


def test_d10_draws_of_the_base_values_give_the_base_case() -> None:
    usual = shipped()
    pathway = usual.scenario.pathway
    uncertain = uncertain_figures(pathway)
    draws = {
        key: np.array([figure.number])
        for key, figure in figures(pathway)
        if key in uncertain and isinstance(figure, Quantity)
    }
    found = region_draws(usual, draws)
    totals, starts = read_once(usual)
    np.testing.assert_allclose(found.totals[:, 0], totals, rtol=2e-5)  # kernels of the plan lump
    np.testing.assert_allclose(found.starts[..., 0], starts, rtol=1e-4, atol=1e-3)
    assert found.treatments[0] == usual.treatments[0]


def test_draws_that_fit_nothing_are_refused() -> None:
    usual = tiny_usual()
    key = next(iter(tiny_draws()))
    with pytest.raises(ValueError, match="same number of draws"):
        region_draws(usual, {})
    with pytest.raises(ValueError, match="same number of draws"):
        region_draws(usual, {key: np.ones(2), ("decision_point", "x"): np.ones(3)})
    with pytest.raises(ValueError, match=r"no figure decision_point\.x; did you mean"):
        region_draws(usual, {("decision_point", "x"): np.ones(3)})
