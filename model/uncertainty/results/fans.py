"""Monthly demand over draws: its fan, and the capacity that meets it in most draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.tables.words import amount, figure

FAN = {"p10": 0.10, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p90": 0.90}
CHANCES = (0.50, 0.80, 0.95)
AVERAGE_MONTH, EVERY_MONTH = "an average month", "every month of the year"


def fan(demand: Floats) -> Floats:
    """Return P10, P25, P50, P75 and P90 of demand (..., draw), shape (percentile, ...)."""
    return np.asarray(np.quantile(demand, list(FAN.values()), axis=-1))


def fan_table(names: Sequence[str], months: Sequence[str], demand: Floats) -> pd.DataFrame:
    """Return the fan of demand (name, month, draw) by name and month.

    Columns: name, month, mean, p10, p25, p50, p75, p90, in the unit of the demand. Percentiles are
    of each month by itself: no one draw follows a line of the fan.
    """
    _refuse(names, months, demand)
    shares = fan(demand)
    return pd.DataFrame(
        {
            "name": np.repeat(np.array(names, dtype=object), len(months)),
            "month": np.tile(np.array(months, dtype=object), len(names)),
            "mean": demand.mean(axis=-1).ravel(),
            **{column: shares[k].ravel() for k, column in enumerate(FAN)},
        }
    )


def needed(demand: Floats, chance: float) -> Floats:
    """Return the least of the drawn levels (...) that meets demand (..., draw) this often."""
    return np.asarray(np.quantile(demand, chance, axis=-1, method="inverted_cdf"))


def monthly_capacity(
    names: Sequence[str], months: Sequence[str], demand: Floats, present: Floats
) -> pd.DataFrame:
    """Return the capacity that meets each month's demand in 50, 80 and 95% of draws.

    `demand` (resource, month, draw) and `present` capacity (resource, month) are in the resource's
    units a month. Columns: resource, month, present, chance_present_meets, needed_50, needed_80,
    needed_95.
    """
    _refuse(names, months, demand)
    return pd.DataFrame(
        {
            "resource": np.repeat(np.array(names, dtype=object), len(months)),
            "month": np.tile(np.array(months, dtype=object), len(names)),
            "present": present.ravel(),
            "chance_present_meets": _met(demand, present).ravel(),
            **{_column(chance): needed(demand, chance).ravel() for chance in CHANCES},
        }
    )


def yearly_capacity(names: Sequence[str], demand: Floats, present: Floats) -> pd.DataFrame:
    """Return the monthly capacity that meets a year's demand in 50, 80 and 95% of draws.

    As `monthly_capacity`, by whole year of the window (1 is the first) and by what it must meet:
    "an average month" of the year, so that a year's work fits into the year if it can be moved
    between months, or "every month of the year", so that it fits where it falls. There each month's
    capacity is multiplied by the same number, so that what is added follows working days as what
    there is does. Columns: resource, year, meets, present, chance_present_meets, needed_50,
    needed_80, needed_95, in units a month, means of the year's months. Needed is no more than
    present exactly where present meets the demand as often. Missing where no multiple does: there
    is need in a month without capacity. Of a resource without any all year, needed is an amount
    that is the same in every month. A last part of a year is left out.
    """
    _refuse(names, range(demand.shape[1]), demand)
    years = demand.shape[1] // MONTHS_PER_YEAR
    rows = []
    for year in range(years):
        span = slice(year * MONTHS_PER_YEAR, (year + 1) * MONTHS_PER_YEAR)
        own, have = demand[:, span], present[:, span]
        level = have.mean(axis=1)
        meets = {AVERAGE_MONTH: own.mean(axis=1), EVERY_MONTH: _level_for_every_month(own, have)}
        for what, use in meets.items():
            chance_met = _met(use, level)
            levels = [needed(use, chance) for chance in CHANCES]
            known = [np.where(np.isfinite(each), each, np.nan) for each in levels]
            rows += [
                (name, year + 1, what, level[k], chance_met[k], *(each[k] for each in known))
                for k, name in enumerate(names)
            ]
    columns = ["resource", "year", "meets", "present", "chance_present_meets"]
    return pd.DataFrame(rows, columns=[*columns, *map(_column, CHANCES)])


def headline(table: pd.DataFrame, words: dict[str, str], chance: float = 0.8) -> str:
    """Return in a sentence what of `yearly_capacity` is shortest in the last year, every month."""
    column = _column(chance)
    last = table[(table["meets"] == EVERY_MONTH) & (table["year"] == table["year"].max())]
    if last.empty:
        return "There is no whole year in the window: needed capacity is shown by month."
    short = last[last["chance_present_meets"] < chance]
    if short.empty:
        return (
            f"If nothing were put off, present capacity would meet every month's demand of the "
            f"last year in {chance:.0%} of draws."
        )
    times = (short[column] / short["present"].where(short["present"] > 0)).fillna(np.inf)
    worst = short.loc[times.idxmax()]
    return (
        f"To meet demand in every month of year {worst['year']} in {chance:.0%} of draws, "
        f"{words.get(worst['resource'], worst['resource'])} would need "
        f"{_more(worst['present'], worst[column])}; "
        f"{len(short)} of {len(last)} resources would need more than they have."
    )


def _more(present: float, need: float) -> str:
    """Return what is needed in every month, where `present` is too little."""
    if present == 0.0:
        return f"{amount(need)} a month where there are none today"
    if np.isnan(need):
        return "capacity in a month that has none, so no multiple of today's is enough"
    return (
        f"{figure(need / present, 2)} times today's capacity in every month, {amount(need)} a "
        f"month on average instead of {amount(present)}"
    )


def _level_for_every_month(demand: Floats, capacity: Floats) -> Floats:
    """Return the mean capacity that meets every month's demand, shape (resource, draw).

    Capacity (resource, month) times the least number that is enough for demand (resource, month,
    draw); infinite where no number is. The highest demand where there is no capacity at all.
    """
    level, have = capacity.mean(axis=1), capacity[..., None]
    times = np.where(demand > 0, np.inf, 0.0)
    np.divide(demand, have, out=times, where=have > 0)
    found = demand.max(axis=1)
    there = level > 0
    found[there] = times.max(axis=1)[there] * level[there, None]
    return np.asarray(found)


def _met(demand: Floats, capacity: Floats) -> Floats:
    return np.asarray((demand <= capacity[..., None]).mean(axis=-1))


def _column(chance: float) -> str:
    return f"needed_{round(100 * chance)}"


def _refuse(names: Sequence[str], months: Sequence[object], demand: Floats) -> None:
    if demand.ndim != 3 or demand.shape[:2] != (len(names), len(months)) or not demand.size:
        raise ValueError(
            f"demand {demand.shape} for {len(names)} names and {len(months)} months: "
            "give (name, month, draw)"
        )
