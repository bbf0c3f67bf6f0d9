"""Sobol indices and Morris effects where they are known in closed form."""

from __future__ import annotations

import builtins
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.outputs import Output
from hepaplan.model.problems import Key, NoAnswer, WrongUse
from hepaplan.model.uncertainty.moving import indices
from hepaplan.model.uncertainty.moving.evaluations import by_runs
from hepaplan.model.uncertainty.moving.global_sensitivity import (
    MORRIS,
    SOBOL,
    Factor,
    _indices,
    factors_of,
    headline,
    morris,
    sobol,
    through_draws,
    through_runs,
    uncorrelated,
)
from hepaplan.model.uncertainty.spread.distributions import Beta, Gamma, Normal, Uniform
from hepaplan.model.uncertainty.spread.inputs import Input, Value
from tests.support.inputs_by_hand import OPERABLE, made_input
from tests.support.scenarios import tiny

RESULT = Output("result", "Result", "units", "reading 1", None)
FLAT = Output("flat", "Flat", "units", "reading 1", None)
NAMES = ("first", "second", "third")


def inputs(**drawn: Any) -> dict[Key, Input]:
    return {(name,): made_input((name,), what.mean, what) for name, what in drawn.items()}


def at(table: pd.DataFrame, row: str, column: str) -> float:
    value: Any = table.loc[row, column]
    return float(value)


def arrays(values: dict[Key, Value]) -> list[Floats]:
    return [np.asarray(values[name,]) for name in NAMES]


def ishigami(values: dict[Key, Value]) -> dict[str, Floats]:
    """Ishigami & Homma 1990, a = 7, b = 0.1."""
    x, y, z = arrays(values)
    result = np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)
    return {"result": result, "flat": np.ones(len(x))}


CIRCLE = inputs(**{name: Uniform(-np.pi, np.pi) for name in NAMES})


@cache
def of_ishigami() -> pd.DataFrame:
    evaluation = through_draws(CIRCLE, ishigami)
    return sobol(factors_of(CIRCLE), [RESULT, FLAT], evaluation, base=1000, seed=2)


def test_sobol_indices_of_the_ishigami_function() -> None:
    """Expected: first .314 .442 0, total .558 .442 .244, within SALib's 95% intervals."""
    table = of_ishigami()
    assert tuple(table.columns) == SOBOL
    found = table[table["output"] == "result"].set_index("factor")
    assert found["samples"].unique().tolist() == [1024 * 5]
    truth = {"first": (0.314, 0.442, 0.0), "total": (0.558, 0.442, 0.244)}
    for index, values in truth.items():
        for name, value in zip(NAMES, values, strict=True):
            assert abs(at(found, name, index) - value) < at(found, name, f"{index}_95"), index
    assert found["rank"].to_dict() == {"first": 1, "second": 2, "third": 3}
    assert found["variance"].iloc[0] == pytest.approx(13.84, rel=0.05)


def test_an_output_that_does_not_vary_has_no_indices() -> None:
    flat = of_ishigami()[of_ishigami()["output"] == "flat"]
    assert flat[["first", "total", "variance"]].to_numpy().tolist() == [[0.0] * 3] * 3
    assert headline(flat, FLAT) == "No input moves Flat (units)."


def test_the_sentence_ranks_by_total_index() -> None:
    words = headline(of_ishigami(), RESULT, most=2)
    assert words.startswith("Of the variance of Result (units)")
    assert words.index("first, 5") < words.index("second, 4")
    assert "third" not in words


def test_groups_have_the_indices_of_all_their_members_together() -> None:
    """Expected: {first, third} has .558 both, {second} .442: they do not interact."""
    grouped = factors_of(CIRCLE, {"waves": [("first",), ("third",)]})
    assert [factor.group for factor in grouped] == ["waves", "second", "waves"]
    evaluation = through_draws(CIRCLE, ishigami)
    table = sobol(grouped, [RESULT], evaluation, base=1024, seed=2).set_index("factor")
    assert at(table, "waves", "inputs") == 2
    for index in ("first", "total"):
        assert abs(at(table, "waves", index) - 0.558) < at(table, "waves", f"{index}_95")
        assert abs(at(table, "second", index) - 0.442) < at(table, "second", f"{index}_95")


def test_quantiles_carry_the_spread_of_each_distribution() -> None:
    """Expected: of a sum of independent normals, shares of the variance: 9, 4 and 1 of 14."""
    normals = inputs(first=Normal(1, 3), second=Normal(5, 2), third=Normal(0, 1))
    evaluation = through_draws(normals, lambda values: {"result": sum(arrays(values))})  # type: ignore[dict-item]
    table = sobol(factors_of(normals), [RESULT], evaluation, base=1024).set_index("factor")
    for name, share in zip(NAMES, (9 / 14, 4 / 14, 1 / 14), strict=True):
        assert at(table, name, "total") == pytest.approx(share, abs=0.03)
        assert at(table, name, "first") == pytest.approx(share, abs=0.05)


def test_morris_effects_of_a_linear_function_are_its_slopes() -> None:
    """Expected: slope times the width of the interval, no spread; the product has spread."""
    ranges = inputs(first=Uniform(0, 2), second=Uniform(0, 10), third=Uniform(0, 1))

    def linear(values: dict[Key, Value]) -> dict[str, Floats]:
        x, y, z = arrays(values)
        return {"result": 3 * x - 2 * y + 0 * z, "flat": x * y}

    evaluation = through_draws(ranges, linear)
    table = morris(factors_of(ranges), [RESULT, FLAT], evaluation, base=10)
    assert tuple(table.columns) == MORRIS
    found = table[table["output"] == "result"].set_index("factor")
    assert found["mu"].to_dict() == pytest.approx({"first": 5.7, "second": -19.0, "third": 0.0})
    assert found["mu_star"].to_dict() == pytest.approx({"first": 5.7, "second": 19.0, "third": 0.0})
    assert found["sigma"].max() == pytest.approx(0.0, abs=1e-9)
    assert found["rank"].to_dict() == {"second": 1, "first": 2, "third": 3}
    product = table[table["output"] == "flat"].set_index("factor")
    assert at(product, "first", "sigma") > 1.0
    assert headline(table, RESULT) == (
        "The largest mean effects on Result (units), 1.5 times a step of two thirds of an input's "
        "95% interval: second, 19; first, 5.7."
    )


def test_morris_effects_of_correlated_inputs_are_each_ones_own() -> None:
    """The output is the second of a pair of normals: by hand, 1.5 (1.96 + 0.4077) = 3.5515.

    The step is from the 2.5% to the 65.8% point, or its mirror. The first does nothing, however
    closely the second follows it.
    """
    both = inputs(first=Normal(0, 1), second=Normal(0, 1))
    known = tuple(both)
    pair = {
        key: replace(what, correlated="pair", correlations=tuple(zip(known, row, strict=True)))
        for (key, what), row in zip(both.items(), ((1.0, 0.9), (0.9, 1.0)), strict=True)
    }
    evaluation = through_draws(
        uncorrelated(pair), lambda values: {"result": np.asarray(values["second",])}
    )
    table = morris(factors_of(pair), [RESULT], evaluation, base=20).set_index("factor")
    assert table["mu_star"].to_dict() == pytest.approx({"second": 3.5515, "first": 0.0}, abs=1e-3)
    assert at(table, "second", "sigma") == pytest.approx(0.0, abs=1e-9)


def test_correlated_inputs_and_shares_of_a_set_are_groups() -> None:
    table: Key = ("tables", "eligibility", "under_65")
    parts = {"operable": Gamma(30, 0.01), "inoperable": Gamma(70, 0.01)}
    several = inputs(first=Uniform(0, 1)) | {
        table: made_input(table, {"operable": 0.3, "inoperable": 0.7}, parts, of_set=table)
    }
    found = factors_of(several)
    assert [factor.name for factor in found] == [
        "first", "tables.eligibility.under_65.operable", "tables.eligibility.under_65.inoperable"
    ]  # fmt: skip
    assert {factor.group for factor in found} == {"first", "tables.eligibility.under_65"}


def test_the_model_run_sample_by_sample() -> None:
    cost: Key = (*OPERABLE, "option", "resection", "complications", "major", "cost")
    share: Key = ("metastases", "synchronous_share")
    two = {
        cost: made_input(cost, 2500.0, Uniform(2000, 3000), "GBP"),
        share: made_input(share, 0.16, Beta(64.0, 336.0)),
    }
    patients = Output("new_metastases", "Patients", "people a year", "reading 1", None)
    evaluation = through_runs(two, by_runs(tiny(), ["new_metastases"]), [patients])
    table = morris(factors_of(two), [patients], evaluation, base=2).set_index("factor")
    assert at(table, "metastases.synchronous_share", "mu") > 0
    assert table["mu_star"].min() == 0.0


def test_samples_that_cannot_be_run_leave_no_index() -> None:
    evaluation = through_runs(CIRCLE, lambda points: ["not today"] * len(points), [RESULT])
    with pytest.raises(NoAnswer, match=r"5 of 5 samples cannot be run.*not today"):
        evaluation(np.full((5, 3), 0.5))


def test_without_salib_the_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name.startswith("SALib"):
            raise ImportError(name)
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(WrongUse, match=r"pip install 'hepaplan\[sensitivity\]'"):
        indices.morris_design(["a"], (0.0, 1.0), 2, 1)


def test_the_same_seed_gives_the_same_indices_and_another_does_not() -> None:
    factors = [Factor(name, name, name) for name in NAMES]

    def once(seed: int) -> pd.DataFrame:
        return sobol(factors, [RESULT], through_draws(CIRCLE, ishigami), base=64, seed=seed)

    assert once(0).equals(once(0))
    assert not once(0).equals(once(1))


def test_a_group_is_called_what_its_members_begin_with_and_how_many_they_are() -> None:
    factors = [
        Factor("a.one", "Shares: Under 65: one", "a"),
        Factor("a.two", "Shares: Under 65: two", "a"),
        Factor("b", "Utility", "pair"),
        Factor("c", "Cost", "pair"),
        Factor("d", "Price", "d"),
    ]
    output = Output("x", "x", "people", "replay", None)
    table = sobol(factors, [output], lambda points: {"x": points @ np.arange(1.0, 6.0)}, 8)
    expected = {"Shares: Under 65 (2 together)", "Utility, and 1 with it", "Price"}
    assert set(table["label"]) == expected


def test_where_nothing_is_divided_an_input_has_all_of_it_or_nothing() -> None:
    """One group explains all that moves; of what does not move nobody explains anything."""
    alone = _indices(["a", "b"], ["both", "both"], np.array([1.0, 3.0]), 1)
    assert {name: value.tolist() for name, value in alone.items()} == {
        "first": [1.0], "first_95": [0.0], "total": [1.0], "total_95": [0.0],
    }  # fmt: skip
    still = _indices(["a", "b"], ["a", "b"], np.array([2.0, 2.0]), 1)
    assert sorted(still) == sorted(alone)
    assert all(value.tolist() == [0.0, 0.0] for value in still.values())
