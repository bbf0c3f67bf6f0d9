"""Rows on decisions: the frontier of options at each point, and of policies (section C)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations

import numpy as np

from hepaplan.model.economics import SAME, Compared, frontier, increment, preferred
from hepaplan.model.outcomes import Values
from hepaplan.model.readings import NOTHING_SCARCE, UsualCare
from hepaplan.model.verification.changed_pathway import doubled
from hepaplan.model.verification.gaps import EXACT, largest_gap
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, broken, judged, not_applicable

Strategy = tuple[str, float, float]
"""Name, cost in pounds and QALYs, discounted."""
ON = ("reference", "on the frontier")
NO_CHOICE = "no decision point has two open options, and there is one policy"
COPY = "a copy, for verification"


def ratios_rise(subject: Subject) -> Finding:
    """Judge frontiers: ratios rise, each against the one before, and only the beaten are off it."""
    wrong, frontiers, ratios = [], 0, 0
    for what, strategies in choices(subject):
        found = frontier(strategies)
        path = [one for one in found if one.standing in ON and one.name == one.same_as[0]]
        plain = [
            (after.cost - before.cost) / (after.qalys - before.qalys)
            for before, after in pairwise(path)
        ]
        stated = [one.icer for one in path[1:]]
        fits = all(
            icer is not None and abs(icer - ratio) <= EXACT * abs(ratio)
            for icer, ratio in zip(stated, plain, strict=True)
        )
        rising = all(later >= before * (1 - EXACT) for before, later in pairwise(plain))
        off = {one.name for one in found if one.standing not in ON}
        if not (fits and rising and off == _beaten(strategies)):
            wrong.append(what)
        frontiers, ratios = frontiers + 1, ratios + len(plain)
    return _none_wrong(wrong, frontiers, f"frontiers with {ratios} ratios")


def thresholds_follow(subject: Subject) -> Finding:
    """Judge that at any willingness to pay what is preferred is where the frontier says."""
    wrong, frontiers, thresholds = [], 0, 0
    stated = subject.scenario.settings.economics.willingness_to_pay.number
    for what, strategies in choices(subject):
        path = [one for one in frontier(strategies) if one.standing in ON]
        icers = [one.icer for one in path if one.icer is not None]
        between = [
            (low + high) / 2 for low, high in pairwise((0.0, *icers, 2 * max(icers, default=0.0)))
        ]
        for threshold in (*between, stated):
            passed = [
                one for one in path if one.icer is None or one.icer <= threshold * (1 + EXACT)
            ]
            most = max(threshold * qalys - cost for _, cost, qalys in strategies)
            slack = EXACT * max(abs(threshold * q) + abs(c) for _, c, q in strategies)
            best = passed[-1]
            agreed = set(best.same_as) & set(preferred(strategies, threshold))
            if not agreed or most - (threshold * best.qalys - best.cost) > slack:
                wrong.append(f"{what} at GBP {threshold:.6g} per QALY")
            thresholds += 1
        frontiers += 1
    return _none_wrong(wrong, frontiers, f"frontiers at {thresholds} thresholds")


def a_copy_is_the_same(subject: Subject) -> Finding:
    """Judge that a copy of an option has its worth, its row, and no ratio against it."""
    names = subject.usual.kernels.options
    if not names:
        return not_applicable("no option is open")
    point, option = names[0]
    usual = subject.read(doubled(subject.scenario, point, option, COPY))
    if (point, COPY) not in usual.kernels.options:
        return broken(f"a copy of {option} at {point} is not among the options that were read")
    pair = [usual.kernels.options.index((point, name)) for name in (option, COPY)]
    worth = np.stack(
        [v.start[pair] for v in (usual.worth.cost_discounted, usual.worth.qalys_discounted)]
    )
    gap = largest_gap(worth[:, 1], worth[:, 0])
    alike = []
    for strategies in _at_point(usual, point):
        rows = {one.name: one for one in frontier(strategies)}
        one, two = rows[option], rows[COPY]
        added = increment((one.cost, one.qalys), (two.cost, two.qalys))
        alike.append(
            _without_name(one) == _without_name(two)
            and {option, COPY} <= set(one.same_as)
            and (added.relation, added.cost, added.qalys, added.icer) == ("equal", 0.0, 0.0, None)
        )
    return judged(
        gap <= EXACT and all(alike),
        f"{option} at {point} and its copy: cost and QALYs of a start {gap:.3g} apart of the "
        f"largest, tolerance {EXACT:g}; rows identical, increments 0 and no ratio in "
        f"{sum(alike)} of {len(alike)} groups",
    )


def equals_have_no_ratio(subject: Subject) -> Finding:
    """Judge that strategies of equal cost and QALYs are flagged as the same, without a ratio."""
    wrong, pairs = [], 0
    for what, strategies in choices(subject):
        rows = {one.name: one for one in frontier(strategies)}
        for (name, cost, qalys), (other, its_cost, its_qalys) in combinations(strategies, 2):
            if not (_equal(cost, its_cost) and _equal(qalys, its_qalys)):
                continue
            pairs += 1
            ratio = increment((cost, qalys), (its_cost, its_qalys)).icer
            if ratio is not None or other not in rows[name].same_as:
                wrong.append(f"{what}: {name} and {other}")
    if not pairs:
        return not_applicable("no two strategies cost and gain the same")
    return _none_wrong(wrong, pairs, "pairs of equal cost and QALYs flagged, without a ratio")


def quadrants_have_words(subject: Subject) -> Finding:
    """Judge that only a dearer and better strategy has a ratio, and that it is above 0."""
    wrong, pairs = [], 0
    for what, strategies in choices(subject):
        for (name, cost, qalys), (other, its_cost, its_qalys) in permutations(strategies, 2):
            added = increment((cost, qalys), (its_cost, its_qalys))
            more = 0 if _equal(cost, its_cost) else int(np.sign(cost - its_cost))
            better = 0 if _equal(qalys, its_qalys) else int(np.sign(qalys - its_qalys))
            expected = _quadrant(more, better)
            ratio_is_right = (
                added.icer is not None and added.icer > 0
                if expected == "dearer and better"
                else added.icer is None
            )
            if added.relation != expected or not ratio_is_right:
                wrong.append(f"{what}: {name} against {other}")
            pairs += 1
    return _none_wrong(wrong, pairs, "pairs in their quadrant, ratios only for dearer and better")


def choices(subject: Subject) -> Iterator[tuple[str, Sequence[Strategy]]]:
    """Yield what is chosen between: the options of a point by group, and the policies."""
    points = dict.fromkeys(point for point, _ in subject.usual.kernels.options)
    for point in points:
        for group, strategies in zip(
            subject.usual.kernels.groups, _at_point(subject.usual, point), strict=True
        ):
            if len(strategies) > 1:
                yield f"{point}, {group}", strategies
    policies = [
        (name, totals.cost_discounted, totals.qalys_discounted)
        for name, totals in subject.capacity.totals.items()
        if name != NOTHING_SCARCE
    ]
    if len(policies) > 1:
        yield "policies", policies


def _at_point(usual: UsualCare, point: str) -> Iterator[list[Strategy]]:
    """Yield the options of a decision point as strategies, for each group."""
    worth: Values = usual.worth
    here = [(k, name) for k, (at, name) in enumerate(usual.kernels.options) if at == point]
    for g in range(len(usual.kernels.groups)):
        yield [
            (
                name,
                float(worth.cost_discounted.start[k, g]),
                float(worth.qalys_discounted.start[k, g]),
            )
            for k, name in here
        ]


def _beaten(strategies: Sequence[Strategy]) -> set[str]:
    """Return who is beaten by another or by a mixture of two, every pair tried."""
    size = max(abs(cost) for _, cost, _ in strategies), max(abs(q) for _, _, q in strategies)
    found = set()
    for name, cost, qalys in strategies:
        for (_, low_cost, low), (_, high_cost, high) in permutations(strategies, 2):
            cheaper, better = cost - low_cost > SAME * size[0], low - qalys > SAME * size[1]
            no_dearer, no_worse = cost - low_cost >= -SAME * size[0], low - qalys >= -SAME * size[1]
            if (cheaper and no_worse) or (better and no_dearer):
                found.add(name)
            if low < qalys < high:
                mixed = low_cost + (high_cost - low_cost) * (qalys - low) / (high - low)
                if cost - mixed > SAME * size[0]:
                    found.add(name)
    return found


def _quadrant(more: int, better: int) -> str:
    if more == better == 0:
        return "equal"
    if more <= 0 <= better:
        return "dominant"
    if better <= 0 <= more:
        return "dominated"
    return "dearer and better" if more > 0 else "cheaper and worse"


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(abs(one), abs(other))


def _without_name(one: Compared) -> tuple[object, ...]:
    return tuple(value for field, value in vars(one).items() if field != "name")


def _none_wrong(wrong: Sequence[str], count: int, what: str) -> Finding:
    if not count:
        return not_applicable(NO_CHOICE)
    first = f", first {wrong[0]}" if wrong else ""
    return judged(not wrong, f"{count} {what}; {len(wrong)} wrong{first}")


CHOICES_OF_THE_CODE = ("C1",)
CHOICE_ROWS = (
    Row("C4", "none", "ratios on the frontier rise; only the beaten are off it", ratios_rise),
    Row("C5", "thresholds between all ratios", "the preferred is where the frontier says",
        thresholds_follow),
    Row("C6", "a copy of an option", "identical rows, increments 0, no ratio", a_copy_is_the_same),
    Row("C7", "none", "equal cost and QALYs: flagged, no ratio", equals_have_no_ratio),
    Row("C8", "none", "quadrants in words, no signed ratio", quadrants_have_words),
)  # fmt: skip
