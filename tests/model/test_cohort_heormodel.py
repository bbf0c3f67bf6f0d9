"""Verification I, H: the reference model against an engine that is not ours, draw by draw."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from tests.support.by_heormodel import by_heormodel
from tests.support.sick_sicker import STRATEGIES, drawn, reference

pytestmark = pytest.mark.skipif(
    find_spec("heormodel") is None,
    reason="heormodel is not installed: pip install 'hepaplan[bench]'",
)


def test_i_costs_and_qalys_of_every_draw_are_those_of_heormodel() -> None:
    rates = drawn(60)
    theirs = by_heormodel(rates)
    for name, treatment in STRATEGIES.items():
        ours = reference(treatment, rates=rates).totals.values
        np.testing.assert_allclose(ours, theirs[name].T, rtol=1e-12)
        assert np.abs(ours / reference(treatment, "none", rates).totals.values - 1).min() > 1e-4
