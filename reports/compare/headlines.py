"""What the charts of a comparison say, and how far their lines and axes reach."""

from __future__ import annotations

import math

import pandas as pd

from hepaplan.model.tables.words import pounds

LEAST = 1e-9
STEPS = ((0.5, 2.5), (1.0, 5.0), (2.0, math.inf))
"""Step of an axis, for lengths up to so many times a power of ten."""


def threshold(points: pd.DataFrame, willingness_to_pay: float) -> pd.DataFrame:
    """Return the line of zero incremental net benefit, as far as the points reach."""
    reach = max(float(points["QALYs more"].abs().max()), LEAST)
    most = float(points["Cost more"].abs().max())
    end = min(reach, max(most / willingness_to_pay, reach / 4)) if willingness_to_pay else reach
    qalys = [-end, end]
    return pd.DataFrame({"QALYs more": qalys, "Cost more": [q * willingness_to_pay for q in qalys]})


def room_below(values: pd.DataFrame) -> tuple[float | None, float | None]:
    """Return where an axis starts, and its steps, so that the longest bar below 0 keeps its label.

    Nothing where no bar is below 0.
    """
    lowest = float(values.min().min())
    if lowest >= 0:
        return None, None
    longest = 1.25 * max(-lowest, float(values.max().max()) / 2)
    size = 10.0 ** math.floor(math.log10(longest))
    step = size * next(part for part, up_to in STEPS if longest < up_to * size)
    return -step * math.ceil(longest / step), step


def plane_headline(points: pd.DataFrame, reference: str, willingness_to_pay: float) -> str:
    """Return what the plane shows: how many strategies are worth their cost."""
    gain = points["Net monetary benefit more"]
    worth = int((gain > 0).sum())
    return (
        f"At £{willingness_to_pay:,.0f} per QALY {worth} of {len(points)} strategies "
        f"{'is' if worth == 1 else 'are'} better than {reference}"
    )


def benefit_headline(points: pd.DataFrame, reference: str) -> str:
    """Return what the bars of net benefit show: the best strategy."""
    best = points.iloc[int(points["Net monetary benefit more"].argmax())]
    gain = best["Net monetary benefit more"]
    if gain <= 0:
        return f"No strategy has more net monetary benefit than {reference}"
    return f"{best['Strategy']} has most net monetary benefit: {pounds(gain)} more"


def budget_headline(frame: pd.DataFrame, reference: str, policy: str) -> str:
    """Return what the chart of spending shows: the largest difference over the window."""
    totals = frame.iloc[:, 1:].sum()
    most = str(totals.abs().idxmax())
    amount = float(totals[most])
    said = pounds(abs(amount))
    if said == "£0":
        return f"Spending hardly differs from {reference} ({policy})"
    return (
        f"{most} spends {said} {'more' if amount > 0 else 'less'} than {reference} in the whole "
        f"window ({policy})"
    )
