"""A made-up flow of people through a pathway: what comes in starts, and what starts leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from hepaplan.model.fates import CAUSES
from hepaplan.model.tables.flow_tables import COLUMNS, COMES, LEAVES, MORE, NEW, STARTS

Points = Mapping[str, tuple[Sequence[str], float]]


def flow_rows(points: Points) -> pd.DataFrame:
    """The table of flows: each point passes three tenths of its people on to the next but one.

    `points` gives the options of each point and the new people a month.
    """
    rows: list[tuple[str, str, str, str, float]] = []
    names = list(points)
    arrived = dict.fromkeys(names, 0.0)
    for position, (point, (options, new)) in enumerate(points.items()):
        rows.append((COMES, NEW, "", point, 12 * new))
        arrived[point] += 12 * new
        onward = names[position + 2] if position + 2 < len(names) else ""
        for option in options:
            people = arrived[point] / len(options)
            rows.append((STARTS, point, option, option, people))
            shares = dict(zip((*CAUSES, MORE), (0.45, 0.01, 0.14, 0.1), strict=True))
            shares[onward or CAUSES[0]] = shares.get(onward or CAUSES[0], 0.0) + 0.3
            rows += [(LEAVES, point, option, to, people * s) for to, s in shares.items()]
            if onward:
                arrived[onward] += 0.3 * people
    return pd.DataFrame(rows, columns=list(COLUMNS))
