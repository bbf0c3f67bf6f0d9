from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as some

from hepaplan.model.economics import frontier, increment, net_monetary_benefit, preferred

PLACES = some.lists(
    some.tuples(some.integers(0, 6).map(float), some.integers(0, 6).map(float)),
    min_size=1,
    max_size=7,
)


def test_net_monetary_benefit_by_hand() -> None:
    assert net_monetary_benefit(7_500.0, 1.25, 20_000.0) == 17_500
    assert net_monetary_benefit(7_500.0, 0.25, 20_000.0) == -2_500


def test_an_increment_by_hand() -> None:
    added = increment((7_500.0, 1.25), (4_500.0, 1.0))
    assert (added.cost, added.qalys, added.icer) == (3_000, 0.25, 12_000)
    assert added.net_benefit(20_000.0) == 2_000


def test_one_strategy_and_none() -> None:
    (only,) = frontier([("UC", 10.0, 1.0)])
    assert (only.standing, only.icer, only.same_as) == ("reference", None, ("UC",))
    assert frontier([]) == ()
    assert preferred([], 20_000.0) == ()


@given(PLACES)
def test_who_is_best_at_some_threshold_is_on_the_frontier(
    places: list[tuple[float, float]],
) -> None:
    """Against a plain search: the best at any threshold are on it, and everyone on it is best."""
    named = [(str(i), cost, qalys) for i, (cost, qalys) in enumerate(places)]
    found = frontier(named)
    on = {one.name for one in found if one.standing in ("reference", "on the frontier")}
    ratios = {
        (a[1] - b[1]) / (a[2] - b[2])
        for a, b in itertools.permutations(named, 2)
        if a[2] != b[2] and (a[1] - b[1]) / (a[2] - b[2]) >= 0
    }
    cuts = sorted({0.0, *ratios})
    tried = [*cuts, *((a + b) / 2 for a, b in itertools.pairwise(cuts)), cuts[-1] + 1.0]
    best = {name for worth in tried[1:] for name in preferred(named, worth) if worth > 0}
    assert best == on


@given(PLACES, some.randoms(use_true_random=False))
def test_order_does_not_matter(places: list[tuple[float, float]], chance: object) -> None:
    named = [(str(i), cost, qalys) for i, (cost, qalys) in enumerate(places)]
    shuffled = named.copy()
    getattr(chance, "shuffle")(shuffled)  # noqa: B009
    assert frontier(shuffled) == frontier(named)
