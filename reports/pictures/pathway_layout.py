"""Where the picture of flow puts its boxes and bands: in columns, from left to right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.fates import CAUSES
from hepaplan.model.tables.flow_tables import COMES, LEAVES, MORE, NEW, STARTS

DEATH = "death"
GAP = 0.045
SMALLEST = 0.01
Edges = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Box:
    """A place in the picture: its column, its lower and upper edge (0 to 1), people a year."""

    name: str
    column: int
    bottom: float
    top: float
    people: float


@dataclass(frozen=True)
class Band:
    """A flow between two boxes: its upper ends at the left and at the right, and its height."""

    source: str
    target: str
    left: float
    right: float
    height: float
    people: float


@dataclass(frozen=True)
class Layout:
    """All boxes and bands; `left_out` counts people a year whose flows are not drawn."""

    boxes: tuple[Box, ...]
    bands: tuple[Band, ...]
    left_out: float


def layout(table: pd.DataFrame) -> Layout:
    """Return where boxes and bands of the table `flows` stand, heights in proportion to people.

    Options of a decision point are taken together, causes of death too. Flows back to an earlier
    column, and those below a hundredth of new patients, are not drawn.
    """
    edges = _edges(table)
    new = sum(people for (source, _), people in edges.items() if source == NEW)
    forward = _forward({e: p for e, p in edges.items() if p >= SMALLEST * new})
    columns = _columns(forward)
    people = _people(table, columns, edges)
    stacks: dict[int, list[str]] = {}
    for name, column in columns.items():
        stacks.setdefault(column, []).append(name)
    scale = min(
        (1 - GAP * (len(names) - 1)) / max(sum(people[n] for n in names), 1e-12)
        for names in stacks.values()
    )
    boxes: dict[str, Box] = {}
    for column in sorted(stacks):
        middle = {n: _middle(n, forward, boxes) for n in stacks[column]}
        names = sorted(stacks[column], key=lambda n: (-middle[n], -people[n]))
        taken = sum(people[n] for n in names) * scale + GAP * (len(names) - 1)
        top = 0.5 + taken / 2
        for name in names:
            height = people[name] * scale
            boxes[name] = Box(name, column, top - height, top, people[name])
            top -= height + GAP
    bands = _bands(forward, boxes, scale)
    return Layout(tuple(boxes.values()), bands, sum(edges.values()) - sum(forward.values()))


def _edges(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return people a year from outside to points, between points, and from points to death."""
    moving = table[table["stage"].isin([COMES, LEAVES]) & (table["to"] != MORE)]
    found: dict[tuple[str, str], float] = {}
    for source, stage, target, people in zip(
        moving["from"], moving["stage"], moving["to"], moving["people_a_year"], strict=True
    ):
        edge = (NEW if stage == COMES else str(source), DEATH if target in CAUSES else str(target))
        found[edge] = found.get(edge, 0.0) + float(people)
    return found


def _forward(edges: Edges) -> dict[tuple[str, str], float]:
    """Return the edges, largest first, that close no circle with larger ones."""
    kept: dict[tuple[str, str], float] = {}
    for (source, target), people in sorted(edges.items(), key=lambda e: (-e[1], e[0])):
        if source != target and source not in _reached(target, kept):
            kept[source, target] = people
    return kept


def _reached(start: str, edges: Edges) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        onward = [target for source, target in edges if source == here and target not in found]
        found |= set(onward)
        waiting += onward
    return found


def _columns(edges: Edges) -> dict[str, int]:
    """Return the column of each box: one after the last of those that feed it; death is last."""
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    columns = dict.fromkeys(names, 0)
    for _ in names:
        for source, target in edges:
            columns[target] = max(columns[target], columns[source] + 1)
    if DEATH in columns:
        columns[DEATH] = max(columns.values())
    return columns


def _people(table: pd.DataFrame, names: Mapping[str, int], edges: Edges) -> dict[str, float]:
    """Return the size of each box: starts at a point, all who come or die otherwise."""
    starts = table[table["stage"] == STARTS].groupby("from")["people_a_year"].sum()
    size = {str(name): float(people) for name, people in starts.items()}
    size[NEW] = sum(people for (source, _), people in edges.items() if source == NEW)
    size[DEATH] = sum(people for (_, target), people in edges.items() if target == DEATH)
    return {name: size.get(name, 0.0) for name in names}


def _middle(name: str, edges: Edges, boxes: Mapping[str, Box]) -> float:
    """Return the mean height of the boxes that feed one, weighted by people."""
    feeds = {s: p for (s, t), p in edges.items() if t == name and s in boxes}
    total = sum(feeds.values())
    if total == 0:
        return 0.5
    return sum(p * (boxes[s].bottom + boxes[s].top) / 2 for s, p in feeds.items()) / total


def _bands(edges: Edges, boxes: Mapping[str, Box], scale: float) -> tuple[Band, ...]:
    """Return the bands, stacked downwards at both ends in the order of the boxes they lead to."""
    leaving = {name: box.top for name, box in boxes.items()}
    coming = dict(leaving)
    left: dict[tuple[str, str], float] = {}
    right: dict[tuple[str, str], float] = {}
    for edge in sorted(edges, key=lambda e: (e[0], -boxes[e[1]].top)):
        left[edge] = leaving[edge[0]]
        leaving[edge[0]] -= edges[edge] * scale
    for edge in sorted(edges, key=lambda e: (e[1], -boxes[e[0]].top)):
        right[edge] = coming[edge[1]]
        coming[edge[1]] -= edges[edge] * scale
    return tuple(
        Band(*edge, left[edge], right[edge], people * scale, people)
        for edge, people in edges.items()
    )
