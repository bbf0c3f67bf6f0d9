"""Whether everybody starts in time, and where fewest do: the first question of a planner."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, POLICIES
from hepaplan.model.tables.words import told_with_digits

ASKED = "Does everyone start in time?"
SCARCE = dict(zip(POLICIES[1:], ("first come", "longest wait first", "with the plan"), strict=True))
"""Policies where capacity is scarce, as a sentence says them."""
EVERYONE = 0.9995
"""The least share that shows as 100.0%."""


def answered(shares: Mapping[str, float]) -> str:
    """Return yes or no, and the share started within the waiting standard of all who came.

    `shares` by policy, of those where capacity is scarce.
    """
    today, plan = (shares[policy] >= EVERYONE for policy in (FIRST_COME, MOST_HEALTH))
    answer = "Yes" if today and plan else "No"
    if today != plan:
        answer = "Yes with the plan, no first come" if plan else "Yes first come, no with the plan"
    most = 1 if today and plan else 2
    told = told_with_digits([shares[policy] for policy in SCARCE], _percent, 1, most)
    each = ", ".join(f"{share} {words}" for share, words in zip(told, SCARCE.values(), strict=True))
    return f"{ASKED} {answer}: of all who came, the waiting standard is met for {each}."


def fewest(access: pd.DataFrame, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return where the plan starts the smallest share in time, beside first come's share there.

    `access` is the table of that name, `words` are labels. Nothing if everybody starts in time
    everywhere, or nobody waits.
    """
    known = access[access["share_within_standard"].notna()]
    known = known.assign(share=known["share_within_standard"].astype(float))
    planned = known[known["policy"] == MOST_HEALTH]
    if planned.empty or planned["share"].min() >= EVERYONE:
        return ()
    worst = planned.iloc[int(planned["share"].to_numpy().argmin())]
    region, point = str(worst["region"]), str(worst["decision_point"])
    there = (known["region"] == region) & (known["decision_point"] == point)
    first = known.loc[there & (known["policy"] == FIRST_COME), "share"]
    share = float(worst["share"])
    where = f"{words.get(region, region)} ({words.get(point, point)})"
    if first.empty:
        return (f"With the plan fewest start in time in {where}: {_percent(share, 1)}.",)
    told = told_with_digits([share, float(first.iloc[0])], _percent, 1, 2)
    return (f"With the plan fewest start in time in {where}: {told[0]}; first come {told[1]}.",)


def _percent(share: float, digits: int) -> str:
    return f"{share:.{digits}%}"
