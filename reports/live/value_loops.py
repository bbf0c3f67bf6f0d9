"""The order in which what an arrival is worth can be worked out: what is reached comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def worth_order(reached: Mapping[int, Sequence[int]]) -> tuple[list[int], frozenset[int]]:
    """Return points, each after those it leads to, and the points that lie on a longer loop.

    `reached` are the points that each leads to. A point that leads to itself is no longer loop;
    points on one lead to each other, and their worth has no formula of its own.
    """
    beyond = {point: _reachable(reached, point) for point in reached}
    looped = frozenset(
        point
        for point, others in beyond.items()
        if any(point in beyond[other] for other in others if other != point)
    )
    return sorted(reached, key=lambda point: (len(beyond[point] | {point}), point)), looped


def _reachable(reached: Mapping[int, Sequence[int]], start: int) -> frozenset[int]:
    found: set[int] = set()
    ahead = list(reached[start])
    while ahead:
        point = ahead.pop()
        if point not in found:
            found.add(point)
            ahead += reached[point]
    return frozenset(found)
