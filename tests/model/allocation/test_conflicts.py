"""Infeasible programmes whose conflict is known on paper; every conflict shown to be minimal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.conflicts import Conflict, explain
from hepaplan.model.allocation.named_rules import Rule, named_rules
from hepaplan.model.allocation.rows import Programme, Rows, assemble
from hepaplan.model.allocation.written import programme
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, rules

ONE = [("listed", "operation")]


def written(network: Network, shift: float = 1.0) -> tuple[Columns, Programme]:
    """Return a network's programme, all groups pooled."""
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    return programme(network, classes, rules(shift))


def conflict_of(network: Network, shift: float = 1.0) -> Conflict:
    """Return the conflict, after linprog has agreed that it is one and minimal."""
    at, rows = written(network, shift)
    found = explain(network, at, rows)
    assert found is not None
    assert found.minimal
    every = named_rules(network, at, rows)
    mine = [shortfall.rule for shortfall in found.rules]
    assert not can_be_kept(rows, every, mine)
    for rule in mine:
        assert can_be_kept(rows, every, [other for other in mine if other is not rule])
    return found


def can_be_kept(rows: Programme, every: Sequence[Rule], kept: Sequence[Rule]) -> bool:
    """Whether some point keeps the flows and these rules, all others left out."""
    drop = np.zeros(rows.lower.size, dtype=bool)
    for rule in every:
        drop[rule.rows] = True
    for rule in kept:
        drop[rule.rows] = False
    upper = ~drop & np.isfinite(rows.upper)
    lower = ~drop & np.isfinite(rows.lower)
    matrix = rows.matrix.toarray()
    found = linprog(
        np.zeros(rows.most.size),
        A_ub=np.vstack((matrix[upper], -matrix[lower])),
        b_ub=np.concatenate((rows.upper[upper], -rows.lower[lower])),
        bounds=[(0, most) for most in rows.most],
        integrality=rows.whole.astype(int),
    )
    assert found.status in (0, 2)
    return bool(found.status == 0)


def volumes(least: Sequence[float], sites: int = 1, may_close: bool = False) -> Lumps:
    """Return a minimum volume of the only treatment at each of the first sites."""
    counts = np.zeros((len(least), 1, sites), dtype=bool)
    for site in range(len(least)):
        counts[site, 0, site] = True
    return Lumps(
        volumes=tuple(f"volume_{site}" for site in range(len(least))),
        counts=counts,
        least=np.array(least),
        may_close=np.full(len(least), may_close),
    )


def one_list(
    a_month: float, capacity: Sequence[float], use: float = 1.0, months: int = 12
) -> Network:
    """Return one list whose people come evenly, and sites with that much each month."""
    return hand_network(
        hand_kernels(ONE, np.full((1, 1, 1), use)),
        np.full((1, 1, months), a_month),
        np.repeat(np.array(capacity)[None, :, None], months, axis=2),
    )


def names(found: Conflict) -> list[tuple[str, ...]]:
    return sorted((s.rule.constraint, *s.rule.about) for s in found.rules)


def short(found: Conflict, constraint: str) -> float:
    (amount,) = (s.short for s in found.rules if s.rule.constraint == constraint)
    return amount


def test_more_is_asked_than_people_come() -> None:
    """Twelve come in the year, forty are asked for: 28 short, and no other rule is to blame."""
    found = conflict_of(replace(one_list(1.0, [50.0]), lumps=volumes([40.0])))
    assert names(found) == [("minimum_volumes", "volume_0", "2027")]
    assert short(found, "minimum_volumes") == pytest.approx(28)
    assert found.missing == pytest.approx(28)
    assert found.rules[0].asked == 40
    assert not found.others


def test_more_is_asked_than_fits() -> None:
    """Sixty come, each takes 3 of 6 units a month: 24 fit; forty are asked for, 16 x 3 short."""
    found = conflict_of(replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([40.0])))
    assert names(found) == [
        ("capacity", "resource_0", "site_0", "2027"),
        ("minimum_volumes", "volume_0", "2027"),
    ]
    assert short(found, "minimum_volumes") == pytest.approx(16)
    assert short(found, "capacity") == pytest.approx(48)
    assert found.missing == pytest.approx(16)
    assert sum(s.short / 3 for s in found.least if s.rule.constraint == "capacity") + sum(
        s.short for s in found.least if s.rule.constraint == "minimum_volumes"
    ) == pytest.approx(16)


def test_only_the_year_that_conflicts_is_named() -> None:
    """In 2028 half the room is gone: 12 fit where 20 are asked for; 2027 holds its 24."""
    network = replace(one_list(5.0, [2.0], months=24), lumps=volumes([20.0]))
    network.capacity[:, :, 12:] = 1.0
    found = conflict_of(network)
    assert {rule[-1] for rule in names(found)} == {"2028"}
    assert short(found, "minimum_volumes") == pytest.approx(8)
    (capacity,) = (s for s in found.rules if s.rule.constraint == "capacity")
    assert {month[:4] for month in capacity.months} == {"2028"}


def test_two_minimum_volumes_share_too_few_people() -> None:
    """Thirty come; 18 are asked for at one site and 20 at the other: each alone is fine."""
    found = conflict_of(replace(one_list(2.5, [50.0, 50.0]), lumps=volumes([18.0, 20.0], 2)))
    assert names(found) == [
        ("minimum_volumes", "volume_0", "2027"),
        ("minimum_volumes", "volume_1", "2027"),
    ]
    assert [s.short for s in found.rules] == pytest.approx([8, 8])


def test_referral_keeps_people_from_the_site_that_needs_them() -> None:
    """Of 60, half come to each site and a tenth may move: 36 at most where 40 are asked for."""
    network = replace(one_list(5.0, [50.0, 50.0]), lumps=volumes([40.0], 2))
    found = conflict_of(network, shift=0.1)
    assert names(found) == [
        ("minimum_volumes", "volume_0", "2027"),
        ("referral_bounds", "listed/operation", "2027"),
    ]
    assert short(found, "minimum_volumes") == pytest.approx(4)


def test_two_conflicts_that_have_nothing_in_common() -> None:
    """One is explained, the other announced; the least counts both: 3 and 7 short."""
    points = hand_kernels([("a", "one"), ("b", "two")], np.array([[[1.0]], [[1.0]]]))
    counts = np.array([[[True], [False]], [[False], [True]]])
    network = replace(
        hand_network(points, np.ones((2, 1, 12)), np.full((1, 1, 12), 99.0)),
        lumps=Lumps(
            volumes=("ones", "twos"), counts=counts,
            least=np.array([15.0, 19.0]), may_close=np.array([False, False]),
        ),
    )  # fmt: skip
    found = conflict_of(network)
    assert len(found.rules) == 1
    assert found.others
    assert found.missing == pytest.approx(10)
    assert sorted(s.short for s in found.least) == pytest.approx([3, 7])


def test_a_budget_too_small_for_what_a_minimum_needs_is_in_the_conflict() -> None:
    """An expansion of £9 would bring the room, £5 are there: half of it would do for fractions."""
    network = one_list(4.0, [1.0])
    adds = np.full((1, 1, 1, 12), 2.0)
    cost = np.zeros((1, 12))
    cost[0, 0] = 9.0
    lumps = replace(
        volumes([20.0]), expansions=("theatre",), adds=adds, cost=cost,
        opens=np.zeros((1, 1, 1), dtype=bool), budget=np.array([5.0]),
        year_of=np.zeros(12, dtype=np.int64),
    )  # fmt: skip
    found = conflict_of(replace(network, lumps=lumps))
    assert names(found) == [
        ("budgets", "2027"),
        ("capacity", "resource_0", "site_0", "2027"),
        ("minimum_volumes", "volume_0", "2027"),
    ]
    assert short(found, "budgets") == pytest.approx(4)
    assert short(found, "minimum_volumes") == pytest.approx(8)


def test_a_programme_with_a_plan_has_no_conflict() -> None:
    network = replace(one_list(1.0, [50.0]), lumps=volumes([12.0]))
    assert explain(network, *written(network)) is None


def test_a_minimum_that_may_close_is_no_conflict() -> None:
    network = replace(one_list(1.0, [50.0, 50.0]), lumps=volumes([40.0], 2, may_close=True))
    assert explain(network, *written(network)) is None


def test_a_rule_of_an_unknown_name_is_still_found() -> None:
    network = replace(one_list(1.0, [50.0]), lumps=volumes([40.0]))
    at, rows = written(network)
    renamed = tuple(
        ("fairness" if name == "minimum_volumes" else name, first, stop)
        for name, first, stop in rows.blocks
    )
    found = explain(network, at, replace(rows, blocks=renamed))
    assert found is not None
    assert names(found) == [("fairness",)]


def test_no_time_gives_the_shortfalls_without_the_proof() -> None:
    network = replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([40.0]))
    at, rows = written(network)
    with pytest.raises(Exception, match="time limit"):
        explain(network, at, rows, time_limit=1e-9)


@pytest.mark.parametrize(
    ("treatments", "about"), [(["operation"], ("operation", "site_0", "2027")), ([], ())]
)
def test_changes_between_months_are_named_where_treatments_are(
    treatments: list[str], about: tuple[str, ...]
) -> None:
    """Where they are not, all of them are one rule."""
    network = one_list(1.0, [50.0])
    at, _ = written(network)
    changes = Rows.at_most("largest_change", np.zeros((2, 1, 1, 11)))
    changes.add(np.arange(22).reshape(2, 11), at.starts[0, 0, 0, 1:], 1.0)
    [rule] = named_rules(network, at, assemble([changes], at.count), treatments)
    assert rule.about == about
    assert sorted(rule.rows.tolist()) == list(range(22))
    assert set(rule.months) == (set(network.months.labels[1:]) if about else {""})
