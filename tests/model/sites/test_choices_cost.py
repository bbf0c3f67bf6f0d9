"""What a plan builds and buys, by hand: cheapest units first, capital in the month decided."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hepaplan.model.sites.choices_cost import bought_units, choices_cost
from hepaplan.model.sites.lumps import Lumps


def lists_at_site_1() -> Lumps:
    """Return one expansion: 2 lists a month there from month 1, 5,000 and then 40 pounds."""
    adds = np.zeros((1, 1, 2, 3))
    adds[0, 0, 1, 1:] = 2.0
    return Lumps(("lists",), adds, adds[:, 0, 1] > 0, np.array([[0.0, 5000.0, 40.0]]))


def network(most: Any) -> Any:
    """Return two units for sale at site 0, dear and cheap, and one at site 1; three months."""
    extras = SimpleNamespace(
        names=("dear", "cheap", "other"),
        unit_cost=np.array([30.0, 10.0, 7.0]),
        resource=np.array([0, 0, 0]),
        site=np.array([0, 0, 1]),
        most=np.array(most),
    )
    return cast(Any, SimpleNamespace(extras=extras, horizon=3, lumps=lists_at_site_1()))


MOST = [[4.0, 4.0, 4.0], [1.0, 2.0, 3.0], [9.0, 9.0, 9.0]]
EXTRA = np.array([[[0.5, 5.0, 3.0], [0.0, 2.5, 3.0]]])
BUILT = np.array([1.0])


def plan(extra: Any, built: Any) -> Any:
    return cast(Any, SimpleNamespace(extra=extra, built=built))


def test_the_cheapest_is_bought_first_and_what_was_built_is_not_bought() -> None:
    given = EXTRA.copy()
    found = bought_units(network(MOST), plan(given, BUILT))
    assert found.tolist() == [[0, 3, 0], [0.5, 2, 3], [0, 0.5, 1]]
    assert (given == EXTRA).all()


def test_without_expansions_all_of_it_is_bought() -> None:
    for nothing in (None, np.zeros(0)):
        found = bought_units(network(MOST), plan(EXTRA, nothing))
        assert found[2].tolist() == [0, 2.5, 3]
    assert not bought_units(network(MOST), plan(None, None)).any()


def test_pounds_of_the_first_months_discounted_at_their_middle() -> None:
    """Months: 5; 90 + 20 + 3.5 + 5,000; 30 + 7 + 40. Without the expansion 90 + 20 + 17.5."""
    all_of_it = plan(EXTRA, BUILT)
    assert choices_cost(network(MOST), all_of_it, 0.0, 3) == pytest.approx(5 + 5113.5 + 77)
    assert choices_cost(network(MOST), all_of_it, 0.0, 1) == pytest.approx(5)
    assert choices_cost(network(MOST), plan(EXTRA, None), 0.0, 2) == pytest.approx(5 + 127.5)
    later = 5 * 1.035 ** (-0.5 / 12) + 5113.5 * 1.035 ** (-1.5 / 12)
    assert choices_cost(network(MOST), all_of_it, 0.035, 2) == pytest.approx(later, rel=1e-12)
