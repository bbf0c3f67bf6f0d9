"""The share of the variance that the inputs kept explain, where it is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.outputs import Output
from hepaplan.model.problems import InvalidInput, Key, NoAnswer
from hepaplan.model.uncertainty.moving.global_sensitivity import through_draws
from hepaplan.model.uncertainty.moving.kept import shares_kept
from hepaplan.model.uncertainty.spread.distributions import Normal
from hepaplan.model.uncertainty.spread.inputs import Input, Value
from tests.support.inputs_by_hand import made_input

SUM = Output("sum", "Sum", "units", "reading 1", None)
PRODUCT = Output("product", "Product", "units", "reading 1", None)
FLAT = Output("flat", "Flat", "units", "reading 1", None)
OUTPUTS = [SUM, PRODUCT, FLAT]
A: Key = ("a",)
B: Key = ("b",)
C: Key = ("c",)
INPUTS: dict[Key, Input] = {
    key: made_input(key, mean, Normal(mean, sd))
    for key, mean, sd in ((A, 1.0, 3.0), (B, 5.0, 2.0), (C, 0.0, 1.0))
}


def results(values: dict[Key, Value]) -> dict[str, Floats]:
    a, b, c = (np.asarray(values[key]) for key in INPUTS)
    return {"sum": a + b + c, "product": (a - 1) * (b - 5) + c, "flat": np.ones(len(a))}


EVALUATION = through_draws(INPUTS, results)


def test_a_sum_is_shared_out_by_variance_and_a_product_needs_both() -> None:
    """Variances 9, 4 and 1: of their sum 9 / 14 with a, 13 / 14 with a and b.

    The product has 36 of 37, all of it together: nothing with a alone.
    """
    alone = shares_kept(INPUTS, {A}, OUTPUTS, EVALUATION, 4_000, 1)
    both = shares_kept(INPUTS, {A, B}, OUTPUTS, EVALUATION, 4_000, 1)
    assert alone["sum"] == pytest.approx(9 / 14, abs=0.03)
    assert both["sum"] == pytest.approx(13 / 14, abs=0.01)
    assert alone["product"] == pytest.approx(0.0, abs=0.05)
    assert both["product"] == pytest.approx(36 / 37, abs=0.01)
    assert math.isnan(both["flat"])


def test_all_inputs_explain_all_without_a_sample() -> None:
    def never(_: Floats) -> dict[str, Floats]:
        raise AssertionError

    assert shares_kept(INPUTS, {A, B, C}, OUTPUTS, never, 8, 1) == {o.name: 1.0 for o in OUTPUTS}


@pytest.mark.parametrize("refusal", [NoAnswer, InvalidInput, ValueError])
def test_where_a_sample_is_refused_no_share_is_said(refusal: type[Exception]) -> None:
    def refused(_: Floats) -> dict[str, Floats]:
        raise refusal("not today")

    assert all(map(math.isnan, shares_kept(INPUTS, {A}, OUTPUTS, refused, 8, 1).values()))


def test_chance_never_makes_a_share_negative() -> None:
    found = [shares_kept(INPUTS, {C}, [SUM], EVALUATION, 4, seed)["sum"] for seed in range(20)]
    assert min(found) == 0.0
    assert max(found) <= 1.0
