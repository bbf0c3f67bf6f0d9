"""Intervals of results over draws, how exact they are, and whether there were enough draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.tables import standard_error
from hepaplan.model.tables.words import figure
from hepaplan.model.uncertainty.spread.distributions import (
    INTERVAL_95,
    STANDARD_ERRORS_IN_95,
)

LOW, HIGH = INTERVAL_95
MIDDLE = 0.5
GAP = 0.02
"""Share of the base case by which a mean may differ from it without an explanation."""
TENTHS = 10
FEWEST_FOR_CONVERGENCE = 2 * TENTHS
TOLERANCE = 0.05
"""Share of an interval's width that its ends may move over the last half of the draws, and to
which each must be known with 95% confidence."""
NORMAL_95 = STANDARD_ERRORS_IN_95 / 2.0
NOT_EXPLAINED = "not explained"
COLUMNS = (
    "output", "unit", "base", "mean", "sd", "low", "median", "high", "mean_standard_error",
    "low_standard_error", "high_standard_error", "mean_less_base", "gap", "explanation",
)  # fmt: skip


@dataclass(frozen=True)
class Convergence:
    """An output's mean and 95% interval with more and more of the draws.

    `table` columns: draws, mean, low, high. `moved`: the most that either end of the interval
    moved over the last half of the draws; `error`: 1.96 Monte Carlo errors of the end that is
    less well known. Both are shares of the interval's width with all draws.
    """

    table: pd.DataFrame
    moved: float
    error: float
    tolerance: float

    @property
    def settled(self) -> bool:
        """Whether the ends moved no more than the tolerance, and are known to within it.

        Ends of few draws often stay by luck: half of the draws are in all of them.
        """
        return max(self.moved, self.error) <= self.tolerance


def intervals(
    base: Mapping[str, float],
    values: Mapping[str, Floats],
    units: Mapping[str, str],
    explanations: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return each output with its spread over draws, in its unit.

    Columns: output, unit, base (the base case, missing where there is none), mean, sd, low,
    median and high (percentiles 2.5, 50, 97.5), Monte Carlo standard errors of the mean and of
    both ends, mean_less_base as a share of the base case (missing where that is 0), gap (whether
    they differ by more than 2%), explanation. `values` (draw,) by output. Raises ValueError for
    fewer than two draws, for values that are not finite and for an output without unit.
    """
    said = explanations or {}
    rows = []
    for output, drawn in values.items():
        _refuse(output, drawn)
        if output not in units:
            raise ValueError(f"{output} has no unit")
        known, mean = base.get(output, np.nan), float(drawn.mean())
        low, middle, high = np.quantile(drawn, [LOW, MIDDLE, HIGH]).tolist()
        share = (mean - known) / abs(known) if known else np.nan
        gap = bool(abs(mean - known) > GAP * abs(known))
        rows.append(
            (output, units[output], known, mean, float(drawn.std(ddof=1)), low, middle, high,
             standard_error(drawn), percentile_error(drawn, LOW), percentile_error(drawn, HIGH),
             share, gap, said.get(output, NOT_EXPLAINED if gap else ""))
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def percentile_error(drawn: Floats, share: float) -> float:
    """Return the Monte Carlo standard error of a percentile of draws (draw,), in their unit.

    The rank of the true percentile among n draws is binomial; the error is half the distance of
    the draws one standard deviation of that rank below and above (Woodruff, Journal of the
    American Statistical Association 1952;47:635-46). Too small where so few draws lie beyond the
    percentile that a rank falls off their end. Draws of a Latin hypercube or a Sobol sequence are
    more exact than this says.
    """
    ordered, spread = np.sort(drawn), np.sqrt(share * (1.0 - share) / len(drawn))
    ranks = np.clip([share - spread, share + spread], 0.0, 1.0) * (len(drawn) - 1)
    below, above = np.interp(ranks, np.arange(len(drawn)), ordered)
    return float(above - below) / 2.0


def convergence(drawn: Floats, tolerance: float = TOLERANCE) -> Convergence:
    """Return mean and interval of draws (draw,) with the first tenth, two tenths and so on.

    The tolerance is a share of the interval's width. Raises ValueError as `intervals`, and for
    fewer than 20 draws.
    """
    _refuse("a convergence", drawn, FEWEST_FOR_CONVERGENCE)
    counts = np.arange(1, TENTHS + 1) * len(drawn) // TENTHS
    rows = [
        (count, drawn[:count].mean(), *np.quantile(drawn[:count], [LOW, HIGH])) for count in counts
    ]
    table = pd.DataFrame(rows, columns=["draws", "mean", "low", "high"])
    ends = table[["low", "high"]].to_numpy()
    width = float(ends[-1, 1] - ends[-1, 0])
    moved = float(np.ptp(ends[TENTHS // 2 - 1 :], axis=0).max())
    error = NORMAL_95 * max(percentile_error(drawn, share) for share in INTERVAL_95)
    relative = width if width > 0 else 1.0
    return Convergence(table, moved / relative, error / relative, tolerance)


def chance_interval(times: float, draws: int) -> tuple[float, float]:
    """Return the 95% interval of a probability that was seen so many times in so many draws.

    Jeffreys' (Brown, Cai & DasGupta, Statistical Science 2001;16:101-33,
    10.1214/ss/1009213286), whose ends are 0 and 1 where it was seen never and always. Raises
    ValueError for times that are not of 0 to `draws`.
    """
    if not 0 <= times <= draws or draws < 1:
        raise ValueError(f"seen in {times:g} of {draws} draws: give 0 to all of 1 or more")
    low, high = betaincinv(times + 0.5, draws - times + 0.5, INTERVAL_95).tolist()
    return low if times > 0 else 0.0, high if times < draws else 1.0


def headline(table: pd.DataFrame, found: Mapping[str, Convergence]) -> str:
    """Return in a sentence how many means lie near the base case, and whether draws suffice."""
    gaps = table[table["gap"]]
    said = f"Of {len(table)} results, the mean over draws lies within 2% of the base case for "
    said += "all" if gaps.empty else f"{len(table) - len(gaps)}"
    if not gaps.empty:
        relative = gaps["mean_less_base"].abs()
        worst = gaps.assign(relative=relative).sort_values("relative").to_dict("records")[-1]
        by = f"{figure(100.0 * worst['mean_less_base'], signed=True)}%"
        if np.isnan(worst["mean_less_base"]):
            by = "where the base case has none"
        said += f"; furthest from it: {worst['output']} ({by}, {worst['explanation']})"
    moving = [name for name, one in found.items() if not one.settled]
    if moving:
        which = ", ".join(moving)
        return f"{said}. More draws are needed: the intervals of {which} have not settled."
    return f"{said}. The intervals have settled." if found else f"{said}."


def _refuse(what: str, drawn: Floats, fewest: int = 2) -> None:
    if drawn.ndim != 1 or len(drawn) < fewest:
        raise ValueError(f"{what} needs {fewest} draws or more, not an array {drawn.shape}")
    if not np.isfinite(drawn).all():
        raise ValueError(f"{what}: not every draw is a finite number")
