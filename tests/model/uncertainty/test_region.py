"""The region in every draw equals the region read once for each draw."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from hepaplan.model.ages.ageing import OtherCauses
from hepaplan.model.evaluate import usual_care
from hepaplan.model.problems import InvalidInput, Key
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.drawing.draws import one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.region.region import RegionDraws, region_draws
from hepaplan.model.uncertainty.spread.inputs import Value
from tests.support.region_values import ReadOnce, all_values, read_once
from tests.support.scenarios import tiny, tiny_usual, with_table

DRAWS = 7
SINGLE = {"starts_by_region", "use_by_region"}


@cache
def values() -> dict[Key, Value]:
    return all_values(tiny(), DRAWS)


def the_same(found: RegionDraws, draw: int, alone: ReadOnce, rtol: float, single: float) -> None:
    for field in fields(alone):
        tolerance = single if field.name in SINGLE else rtol
        one, other = getattr(found, field.name)[..., draw], getattr(alone, field.name)
        scale = np.abs(other).max()
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * scale)


def of_draw(draw: int, clocks: OtherCauses | None = None) -> UsualCare:
    return usual_care(stated_scenario(tiny(), one_draw(values(), draw)), clocks)


@pytest.mark.parametrize("draw", [0, 3, DRAWS - 1])
def test_every_draw_equals_the_region_read_on_its_own(draw: int) -> None:
    """Expected: equal to 1e-9 where both are on the base case's clocks, all inputs drawn."""
    kinds = {key[0] for key in values()}
    assert {"pathway", "tables", "metastases", "trend", "resource"} <= kinds
    usual = tiny_usual()
    found = region_draws(usual, values())
    the_same(found, draw, read_once(of_draw(draw, usual.clocks)), rtol=1e-9, single=1e-5)
    for field in fields(ReadOnce):
        assert (getattr(found, field.name).std(axis=-1).max()) > 0


def test_on_clocks_of_its_own_a_draw_is_within_half_a_percent() -> None:
    found = region_draws(tiny_usual(), values())
    alone = read_once(of_draw(3))
    np.testing.assert_allclose(found.totals[:, 3], alone.totals, rtol=5e-3)
    assert not np.allclose(found.totals[:, 3], alone.totals, rtol=1e-7)


def test_draws_do_not_depend_on_blocks_or_workers() -> None:
    whole = region_draws(tiny_usual(), values(), workers=1, block=DRAWS)
    for workers, block in ((1, 2), (2, 3)):
        parts = region_draws(tiny_usual(), values(), workers=workers, block=block)
        np.testing.assert_allclose(parts.totals, whole.totals, rtol=1e-11)
        np.testing.assert_allclose(parts.starts, whole.starts, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(parts.use, whole.use, rtol=1e-10, atol=1e-9)
        np.testing.assert_allclose(parts.option_cost, whole.option_cost, rtol=1e-11)


def test_regions_add_up_and_are_left_out_where_nobody_asks() -> None:
    found = region_draws(tiny_usual(), values())
    np.testing.assert_allclose(found.starts_by_region.sum(axis=0), found.starts, rtol=1e-5)
    np.testing.assert_allclose(found.use_by_region.sum(axis=0), found.use, rtol=1e-5, atol=1e-5)
    without = region_draws(tiny_usual(), values(), with_regions=False)
    assert without.starts_by_region.size == without.use_by_region.size == 0
    np.testing.assert_array_equal(without.starts, found.starts)


def test_draws_that_fit_nothing_are_refused() -> None:
    usual = tiny_usual()
    key = next(iter(values()))
    with pytest.raises(ValueError, match="same number of draws"):
        region_draws(usual, {})
    with pytest.raises(ValueError, match="same number of draws"):
        region_draws(usual, {("trend", "damping"): np.ones(2), key: np.ones(3)})
    with pytest.raises(ValueError, match=r"no figure decision_point\.x; did you mean"):
        region_draws(usual, {("pathway", "decision_point", "x"): np.ones(3)})
    with pytest.raises(InvalidInput, match="stage IV"):
        region_draws(usual, {("metastases", "synchronous_share"): np.array([0.9])})
    with pytest.raises(ValueError, match="late_until is not drawn"):
        region_draws(usual, {("metastases", "late_until"): np.array([100.0])})
    with pytest.raises(ValueError, match=r"trend\.damping: the value 1\.5 lies outside 0 to 1"):
        region_draws(usual, {("trend", "damping"): np.array([1.5])})


def test_shares_by_site_are_refused_in_words() -> None:
    shares = tiny().tables.site_shares
    one = {name: "x" if name not in ("share",) else 1.0 for name in shares.columns}
    table = shares.reindex([0]).assign(**one)
    usual = tiny_usual()
    changed = type(usual)(**{**vars(usual), "scenario": with_table(tiny(), site_shares=table)})
    with pytest.raises(ValueError, match="site_shares"):
        region_draws(changed, values())
