"""Draws: the same values whoever else is drawn, by every design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.drawing.designs import Design, latin, sobol, uniform, uniforms
from hepaplan.model.uncertainty.drawing.draws import draw, one_draw, streams_of
from hepaplan.model.uncertainty.spread.distributions import (
    Beta,
    Gamma,
    LogNormal,
    Uncertain,
    Uniform,
)
from hepaplan.model.uncertainty.spread.inputs import Input, Value

ONE, OTHER = Uniform(0.0, 1.0), LogNormal(0.0, 0.2)


def an_input(*key: str, of: Mapping[str, Uncertain] | Uncertain = ONE, **more: Any) -> Input:
    parts = of if isinstance(of, Mapping) else {"": of}
    point = {name: float(part.mean) for name, part in parts.items()}
    return Input(key, ".".join(key), "share", "paper", None, "illustrative", point, parts, **more)


def inputs(*each: Input) -> dict[Key, Input]:
    return {one.key: one for one in each}


def test_an_input_keeps_its_draws_whoever_else_is_drawn() -> None:
    for design in ("random", "latin"):
        alone = draw(inputs(an_input("a")), 50, 3, design)
        both = draw(inputs(an_input("b", of=OTHER), an_input("a")), 50, 3, design, workers=1)
        np.testing.assert_array_equal(alone["a",], both["a",])
        other = np.asarray(draw(inputs(an_input("a")), 50, 4, design)["a",])
        assert (np.asarray(alone["a",]) != other).all()
    more = np.asarray(draw(inputs(an_input("a")), 80, 3)["a",])
    np.testing.assert_array_equal(draw(inputs(an_input("a")), 50, 3)["a",], more[:50])


def test_another_scenario_has_the_same_random_numbers() -> None:
    """Expected: another distribution of the same key, the same quantile of it."""
    narrow = draw(inputs(an_input("a", of=Uniform(0.0, 1.0))), 20, 1)["a",]
    wide = draw(inputs(an_input("a", of=Uniform(2.0, 6.0))), 20, 1)["a",]
    np.testing.assert_allclose(np.asarray(wide), 2.0 + 4.0 * np.asarray(narrow), rtol=1e-14)


@pytest.mark.parametrize("draws", [1, 7, 64])
def test_a_latin_hypercube_has_one_draw_in_each_stratum(draws: int) -> None:
    found = latin(("a",), draws, seed=2)
    np.testing.assert_array_equal(np.sort(np.floor(found * draws)), np.arange(draws))
    assert not (np.sort(np.floor(uniform(("a",), 64, 2) * 64)) == np.arange(64)).all()


def test_sobol_points_are_balanced_and_cut_from_the_next_power_of_2() -> None:
    keys: list[Key] = [("b",), ("a",), ("c",)]
    full, cut = sobol(keys, 64, seed=1), sobol(keys, 50, seed=1)
    for key in keys:
        counts, _ = np.histogram(full[key], bins=64, range=(0, 1))
        assert (counts == 1).all()
        np.testing.assert_array_equal(cut[key], full[key][:50])
        assert 0 < full[key].min() < full[key].max() < 1
    np.testing.assert_array_equal(sobol(keys[::-1], 64, seed=1)["a",], full["a",])
    assert len(sobol(keys, 1, seed=1)["a",]) == 1


def test_even_designs_are_nearer_the_mean() -> None:
    """Expected: the mean of a beta from 256 draws, to 1e-3 by either; at random to 1e-2."""
    what = inputs(an_input("a", of=Beta(3.0, 5.0)), an_input("b", of=OTHER))
    designs: list[tuple[Design, float]] = [("latin", 1e-3), ("sobol", 1e-3), ("random", 2e-2)]
    for design, within in designs:
        found = np.asarray(draw(what, 256, 5, design)["a",])
        assert abs(found.mean() - 0.375) < within


def test_one_random_number_moves_all_parts_and_copies_follow() -> None:
    parts = {"month 0": Gamma(4.0, 1.0), "then": Gamma(4.0, 2.5), "month 1": Gamma(9.0, 1.0)}
    copy: Key = ("d",)
    values = draw(inputs(an_input("a", of=parts, copies=(copy,))), 30, 2)
    found: Any = values["a",]
    np.testing.assert_allclose(found["then"], 2.5 * found["month 0"], rtol=1e-14)
    assert (np.argsort(found["month 1"]) == np.argsort(found["then"])).all()
    assert values[copy] is values["a",]
    np.testing.assert_allclose(found["month 1"], parts["month 1"].quantile(uniform(("a",), 30, 2)))


def test_a_set_of_gammas_is_divided_by_its_sum() -> None:
    """Expected: shares of a Dirichlet (30, 70): standard deviation sqrt(.3 * .7 / 101)."""
    of_set: Key = ("a",)
    whole = inputs(
        an_input("a", of=Gamma(30.0, 0.01), of_set=of_set),
        an_input("b", of=Gamma(70.0, 0.01), of_set=of_set),
    )
    found: Any = draw(whole, 4_000, 1)
    np.testing.assert_allclose(found["a",] + found["b",], 1.0, rtol=1e-14)
    assert found["a",].std() == pytest.approx(np.sqrt(0.21 / 101), rel=0.05)
    lone: Any = draw(inputs(whole["a",]), 20, 1)["a",]
    np.testing.assert_allclose(lone, Gamma(30.0, 0.01).quantile(uniform(("a",), 20, 1)))


def test_shares_of_a_table_have_random_numbers_of_their_own() -> None:
    key: Key = ("tables", "eligibility", "old")
    table = an_input(
        "tables", "eligibility", "old", of={"x": Gamma(3.0, 0.1), "y": Gamma(7.0, 0.1)}, of_set=key
    )
    assert streams_of(table) == ((*key, "x"), (*key, "y"))
    found: Any = draw(inputs(table), 500, 1)[key]
    np.testing.assert_allclose(found["x"] + found["y"], 1.0, rtol=1e-14)
    amount = Gamma(3.0, 0.1).quantile(uniform((*key, "x"), 500, 1))
    assert not np.allclose(found["x"], amount)


def test_correlated_inputs_move_together_and_keep_their_own_distributions() -> None:
    """Expected: a correlation of 0.8 between normal scores, to 3 standard errors of 4,000."""
    a, b = ("a",), ("b",)
    both: dict[str, Any] = {"correlated": "pair"}
    pair = inputs(
        an_input("a", of=OTHER, correlations=((a, 1.0), (b, 0.8)), **both),
        an_input("b", of=Uniform(0.0, 1.0), correlations=((a, 0.8), (b, 1.0)), **both),
    )
    found: Any = draw(pair, 4_000, 7)
    scores = ndtri(found[b]), np.log(found[a]) / 0.2
    assert np.corrcoef(*scores)[0, 1] == pytest.approx(0.8, abs=3 * 0.36 / np.sqrt(4_000))
    assert abs(found[b].mean() - 0.5) < 3 / np.sqrt(12 * 4_000)
    apart: Any = draw(inputs(an_input("a", of=OTHER), an_input("b")), 4_000, 7)
    assert abs(np.corrcoef(apart[a], apart[b])[0, 1]) < 3 / np.sqrt(4_000)


def test_one_draw_is_plain_numbers() -> None:
    values: dict[Key, Value] = {("a",): np.array([1.0, 2.0]), ("b",): {"x": np.array([3.0, 4.0])}}
    assert one_draw(values, 1) == {("a",): 2.0, ("b",): {"x": 4.0}}
    assert type(one_draw(values, 1)["a",]) is float


def test_impossible_designs_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r'no design "latim"; known: random, latin, sobol; did'):
        uniforms([("a",)], 3, 1, "latim")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="ask for 1 or more"):
        uniforms([("a",)], 0, 1, "random")
    with pytest.raises(ValueError, match="the seed is -1"):
        uniforms([("a",)], 3, -1, "random")
    assert uniforms([], 3, 1, "sobol") == {}
