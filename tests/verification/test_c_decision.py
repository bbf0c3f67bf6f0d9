"""Verification rows C: decision results."""

from __future__ import annotations

import itertools

import pytest

from hepaplan.model.economics import (
    Compared,
    frontier,
    increment,
    net_monetary_benefit,
    preferred,
)

# VA Health Economics Resource Center, Cost-Effectiveness Analysis, worked example, as dampack's
# tests print it: cost and effect of usual care and of five programmes.
HERC = [
    ("UC", 5_000.0, 1.0),
    ("A", 12_000.0, 1.5),
    ("B", 10_000.0, 2.0),
    ("C", 25_000.0, 3.0),
    ("D", 35_000.0, 4.0),
    ("E", 55_000.0, 5.0),
]


def by_name(*strategies: tuple[str, float, float]) -> dict[str, Compared]:
    return {found.name: found for found in frontier(strategies)}


def row(found: Compared) -> tuple[object, ...]:
    return tuple(value for name, value in vars(found).items() if name != "name")


def test_c1_herc_frontier() -> None:
    """Expected: UC, B 5,000, D 12,500, E 20,000 a QALY; C extendedly dominated; A dominated."""
    found = by_name(*HERC)
    table = {
        name: (one.standing, one.incremental_cost, one.incremental_qalys, one.icer)
        for name, one in found.items()
    }
    assert table == {
        "UC": ("reference", None, None, None),
        "B": ("on the frontier", 5_000, 1, 5_000),
        "D": ("on the frontier", 25_000, 2, 12_500),
        "E": ("on the frontier", 20_000, 1, 20_000),
        "C": ("extendedly dominated", None, None, None),
        "A": ("dominated", None, None, None),
    }
    assert found["A"].beaten_by == ("B",)
    assert found["C"].beaten_by == ("B", "D")


def test_c1_a_wrong_cost_is_seen() -> None:
    """Expected: the published statuses no longer hold; a control that C1 can fail."""
    cheaper = [(n, 20_000.0 if n == "C" else c, q) for n, c, q in HERC]
    assert by_name(*cheaper)["C"].standing == "on the frontier"


@pytest.mark.parametrize("order", list(itertools.permutations(range(6)))[::37])
def test_c1_the_order_given_does_not_matter(order: tuple[int, ...]) -> None:
    """Expected: the same statuses in any order."""
    twice = [*HERC, ("D again", 35_000.0, 4.0)]
    assert frontier([HERC[i] for i in order]) == frontier(HERC)
    assert frontier([twice[6], *(twice[i] for i in order)]) == frontier(twice)


def test_c4_ratios_on_the_frontier_rise_each_against_the_one_before_on_it() -> None:
    """Expected: ratios never fall along the frontier, each against the one before on it."""
    path = [one for one in frontier(HERC) if one.standing in ("reference", "on the frontier")]
    ratios = [one.icer for one in path[1:]]
    assert ratios == sorted(ratio for ratio in ratios if ratio is not None)
    for before, after in itertools.pairwise(path):
        assert after.icer == (after.cost - before.cost) / (after.qalys - before.qalys)


def test_c4_one_on_the_line_between_its_neighbours_stays() -> None:
    """Expected: equal ratios on both sides, so none is removed."""
    found = by_name(("none", 0.0, 0.0), ("half", 5.0, 0.5), ("all", 10.0, 1.0))
    assert [one.icer for one in found.values()] == [None, 10, 10]


def test_c4_extended_dominance_can_remove_several_in_a_row() -> None:
    """Expected: what is left has rising ratios."""
    found = by_name(
        ("none", 0.0, 0.0), ("one", 50.0, 1.0), ("two", 100.0, 1.5), ("all", 110.0, 4.0)
    )
    assert found["one"].standing == found["two"].standing == "extendedly dominated"
    assert found["one"].beaten_by == found["two"].beaten_by == ("none", "all")
    assert found["all"].icer == pytest.approx(110 / 4)


@pytest.mark.parametrize(
    ("threshold", "best"),
    [
        (0, ("UC",)),
        (4_999, ("UC",)),
        (5_000, ("B", "UC")),
        (5_001, ("B",)),
        (12_499, ("B",)),
        (12_501, ("D",)),
        (19_999, ("D",)),
        (20_001, ("E",)),
    ],
)
def test_c5_the_best_by_net_benefit_follows_the_frontier(
    threshold: float, best: tuple[str, ...]
) -> None:
    """Expected: at every threshold the most net benefit is where the frontier says."""
    assert preferred(HERC, threshold) == best
    benefit = {name: net_monetary_benefit(c, q, threshold) for name, c, q in HERC}
    assert benefit[best[0]] == max(benefit.values())
    on = {one.name for one in frontier(HERC) if one.standing in ("reference", "on the frontier")}
    assert set(best) <= on


@pytest.mark.parametrize("name", [name for name, _, _ in HERC])
def test_c6_a_duplicate_has_an_identical_row(name: str) -> None:
    """Expected: the duplicate's row equals the original's, whatever its standing."""
    cost, qalys = next((c, q) for n, c, q in HERC if n == name)
    found = by_name(*HERC, ("again", cost, qalys))
    assert row(found[name]) == row(found["again"])
    assert found[name].same_as == tuple(sorted((name, "again")))
    alone = by_name(*HERC)
    for other in alone:
        assert (found[other].standing, found[other].icer) == (
            alone[other].standing, alone[other].icer,
        )  # fmt: skip


def test_c6_between_duplicates_increments_are_0_and_the_ratio_is_undefined() -> None:
    """Expected: identical rows, increments 0, a ratio that is undefined, not infinite or 0."""
    added = increment((35_000.0, 4.0), (35_000.0, 4.0))
    assert (added.cost, added.qalys, added.net_benefit(20_000)) == (0, 0, 0)
    assert added.icer is None
    assert added.relation == "equal"


def test_c6_a_difference_in_the_last_digit_is_a_duplicate_too() -> None:
    """Expected: no ratio between strategies that differ by rounding alone."""
    one, other = frontier([("one", 0.1 + 0.2, 3.0), ("other", 0.3, 3.0)])
    assert one.standing == other.standing == "reference"
    assert one.same_as == other.same_as == ("one", "other")
    apart = by_name(("one", 0.3 + 1e-6, 3.0), ("other", 0.3, 3.0))
    assert apart["one"].standing == "dominated"


def test_c7_equal_costs_and_equal_effects_have_no_ratio_and_are_flagged() -> None:
    """Expected: no ratio, and the word for it."""
    found = by_name(("UC", 10.0, 1.0), ("same", 10.0, 1.0), ("worse", 10.0, 0.5))
    assert found["UC"].same_as == found["same"].same_as == ("UC", "same")
    assert found["worse"].standing == "dominated"
    assert all(one.icer is None for one in found.values())
    assert increment((12.0, 1.0), (10.0, 1.0)).relation == "dominated"
    assert increment((10.0, 1.1), (10.0, 1.0)).relation == "dominant"


@pytest.mark.parametrize(
    ("cost", "qalys", "relation", "icer", "saving"),
    [
        (-5.0, 0.5, "dominant", None, None),
        (5.0, -0.5, "dominated", None, None),
        (5.0, 0.5, "dearer and better", 10.0, None),
        (-5.0, -0.5, "cheaper and worse", None, 10.0),
    ],
)
def test_c8_quadrants_have_words_and_no_signed_ratio(
    cost: float, qalys: float, relation: str, icer: float | None, saving: float | None
) -> None:
    """Expected: dominant or dominated in words; no signed ratio."""
    added = increment((100.0 + cost, 2.0 + qalys), (100.0, 2.0))
    assert added.relation == relation
    assert (added.icer, added.saving_per_qaly_lost) == (icer, saving)
    assert added.net_benefit(20.0) == pytest.approx(20.0 * qalys - cost)
    found = frontier([("old", 100.0, 2.0), ("new", 100.0 + cost, 2.0 + qalys)])
    assert all(one.icer is None or one.icer > 0 for one in found)
