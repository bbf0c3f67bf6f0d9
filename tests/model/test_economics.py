from __future__ import annotations

import itertools

import pytest

from hepaplan.model.economics import Compared, frontier, net_monetary_benefit

# Incremental ratios 5,000 (B), 12,500 (D) and 20,000 (E); C lies above the line from B to D, and A
# costs more than usual care for less health.
HERC = [
    ("UC", 10_000.0, 4.0),
    ("A", 11_000.0, 3.9),
    ("B", 15_000.0, 5.0),
    ("C", 25_000.0, 5.4),
    ("D", 27_500.0, 6.0),
    ("E", 37_500.0, 6.5),
]


def by_name(*strategies: tuple[str, float, float]) -> dict[str, Compared]:
    return {found.name: found for found in frontier(strategies)}


def test_c1_herc_frontier() -> None:
    found = by_name(*HERC)
    assert {name: one.icer for name, one in found.items()} == {
        "UC": None,
        "A": None,
        "B": pytest.approx(5_000),
        "C": None,
        "D": pytest.approx(12_500),
        "E": pytest.approx(20_000),
    }
    assert {name: one.standing for name, one in found.items()} == {
        "UC": "reference",
        "A": "dominated",
        "B": "on the frontier",
        "C": "extendedly dominated",
        "D": "on the frontier",
        "E": "on the frontier",
    }


def test_a24_order_does_not_matter() -> None:
    assert frontier(HERC[::-1]) == frontier(HERC) == frontier(HERC[3:] + HERC[:3])
    assert [one.cost for one in frontier(HERC)] == sorted(cost for _, cost, _ in HERC)


def test_c4_ratios_on_the_frontier_rise_each_against_the_one_before_that_is_on_it() -> None:
    found = frontier(HERC)
    ratios = [one.icer for one in found if one.icer is not None]
    assert ratios == sorted(ratios)
    path = [one for one in found if one.standing in ("reference", "on the frontier")]
    for before, after in itertools.pairwise(path):
        ratio = (after.cost - before.cost) / (after.qalys - before.qalys)
        assert after.icer == pytest.approx(ratio)


def test_extended_dominance_can_remove_several_in_a_row() -> None:
    found = by_name(
        ("none", 0.0, 0.0), ("one", 50.0, 1.0), ("two", 100.0, 1.5), ("all", 110.0, 4.0)
    )
    assert found["one"].standing == found["two"].standing == "extendedly dominated"
    assert found["all"].icer == pytest.approx(110 / 4)


@pytest.mark.parametrize(
    ("threshold", "best"),
    [(0, "UC"), (4_999, "UC"), (5_001, "B"), (12_499, "B"), (12_501, "D"), (20_001, "E")],
)
def test_c5_the_best_by_net_benefit_follows_the_frontier(threshold: float, best: str) -> None:
    benefit = {name: net_monetary_benefit(cost, qalys, threshold) for name, cost, qalys in HERC}
    assert max(benefit, key=lambda name: benefit[name]) == best


def test_net_monetary_benefit_by_hand() -> None:
    assert net_monetary_benefit(7_500.0, 1.25, 20_000.0) == 17_500
    assert net_monetary_benefit(7_500.0, 0.25, 20_000.0) == -2_500


def test_c6_a_duplicate_has_no_ratio_of_its_own() -> None:
    first, second = frontier([("UC", 10.0, 1.0), ("UC again", 10.0, 1.0)])
    assert (first.standing, second.standing) == ("reference", "equal")
    assert first.icer is second.icer is None
    found = by_name(*HERC, ("D again", 27_500.0, 6.0))
    pair = {found[name].standing for name in ("D", "D again")}
    assert pair == {"on the frontier", "equal"}
    assert found["E"].icer == pytest.approx(20_000)


def test_c7_equal_costs_and_effects_are_flagged_equal_costs_alone_are_dominance() -> None:
    found = by_name(("UC", 10.0, 1.0), ("same", 10.0, 1.0), ("worse", 10.0, 0.5))
    assert found["same"].standing == "equal"
    assert found["worse"].standing == "dominated"
    assert all(one.icer is None for one in found.values())
    cheaper = by_name(("UC", 10.0, 1.0), ("dearer", 12.0, 1.0))
    assert cheaper["dearer"].standing == "dominated"


@pytest.mark.parametrize(
    ("cost", "qalys", "new", "old"),
    [
        (-5.0, 0.5, "reference", "dominated"),  # cheaper and better
        (5.0, -0.5, "dominated", "reference"),  # dearer and worse
        (5.0, 0.5, "on the frontier", "reference"),
        (-5.0, -0.5, "reference", "on the frontier"),
    ],
)
def test_c8_quadrants_have_words_and_no_signed_ratio(
    cost: float, qalys: float, new: str, old: str
) -> None:
    found = by_name(("old", 100.0, 2.0), ("new", 100.0 + cost, 2.0 + qalys))
    assert (found["new"].standing, found["old"].standing) == (new, old)
    assert all(one.icer is None or one.icer > 0 for one in found.values())


def test_one_strategy_and_none() -> None:
    (only,) = frontier([("UC", 10.0, 1.0)])
    assert (only.standing, only.icer) == ("reference", None)
    assert frontier([]) == ()
