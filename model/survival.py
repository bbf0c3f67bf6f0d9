"""Time-to-event distributions, fitted to published medians and points of survival curves.

All four families are straight lines on their own scale: with z = intercept + slope x ln(month),
Weibull S = exp(-exp(z)) (exponential: slope 1), log-logistic S = 1 / (1 + exp(z)), log-normal
S = Phi(-z). A mixture cure has S = c + (1 - c) S0 (Farewell, Biometrics 1982;38:1041-6,
10.2307/2529885).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.special import log_ndtr, ndtri

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import Distribution

LARGEST_MONTHLY_HAZARD = 50.0
"""A month in which nobody is left: exp(-50) is below anything counted."""


@dataclass(frozen=True)
class Family:
    """A family on its straight-line scale: log survival at z, and the z of a survival."""

    log_survival: Callable[[Floats], Floats]
    z: Callable[[Floats], Floats]
    slope: float | None = None


FAMILIES: dict[str, Family] = {
    "exponential": Family(lambda z: -np.exp(z), lambda s: np.log(-np.log(s)), slope=1.0),
    "weibull": Family(lambda z: -np.exp(z), lambda s: np.log(-np.log(s))),
    "log_logistic": Family(lambda z: -np.logaddexp(0.0, z), lambda s: np.log1p(-s) - np.log(s)),
    "log_normal": Family(lambda z: log_ndtr(-z), lambda s: -ndtri(s)),
}


@dataclass(frozen=True)
class TimeToEvent:
    """A fitted distribution; `fit_error` is its greatest distance from a stated survival."""

    family: str
    intercept: float
    slope: float
    cure_share: float
    fit_error: float

    def cumulative_hazard(self, months: npt.ArrayLike) -> Floats:
        """Return the cumulative hazard at times in months, 0 at time 0."""
        with np.errstate(divide="ignore", over="ignore"):
            z = self.intercept + self.slope * np.log(np.asarray(months, dtype=np.float64))
            uncured = np.asarray(FAMILIES[self.family].log_survival(z))
            early = np.log1p((1.0 - self.cure_share) * np.expm1(uncured))
            late = np.logaddexp(np.log(self.cure_share), np.log1p(-self.cure_share) + uncured)
        return -np.where(uncured > -1.0, early, late)  # two forms of one sum, each where precise

    def survival(self, months: npt.ArrayLike) -> Floats:
        """Return the share without the event at times in months, the cured included."""
        return np.exp(-self.cumulative_hazard(months))

    def median(self) -> float:
        """Return the month by which half have had the event; infinite where half are cured."""
        if self.cure_share >= 0.5:
            return float("inf")
        uncured = np.float64((0.5 - self.cure_share) / (1.0 - self.cure_share))
        z = FAMILIES[self.family].z(np.asarray(uncured))
        return float(np.exp((z - self.intercept) / self.slope))


def time_to_event(distribution: Distribution, group: str = "") -> TimeToEvent:
    """Return the distribution fitted to its figures, exactly when they are just enough.

    More figures than parameters: least squares on survival. `group` picks figures stated by group.
    """
    if faults := list(_faults(distribution, group)):
        raise ValueError("; ".join(faults))
    name, cure = distribution.family, _cure_share(distribution, group)
    month, survival = np.array(_figures(distribution, group)).T
    line = _line(FAMILIES[name], np.log(month), (survival - cure) / (1.0 - cure))
    fitted = TimeToEvent(name, *line, cure_share=cure, fit_error=0.0)
    return replace(fitted, fit_error=float(np.abs(fitted.survival(month) - survival).max()))


def check_distribution(distribution: Distribution) -> list[str]:
    """Return why a distribution cannot be fitted, for every group it names; empty if it can."""
    stated = (distribution.median_months, distribution.cure_share)
    groups = {name for figure in stated if figure for name in figure.numbers() if name}
    return list(
        dict.fromkeys(fault for g in sorted(groups) or [""] for fault in _faults(distribution, g))
    )


def monthly_hazards(
    distribution: Distribution | TimeToEvent, months: int, group: str = ""
) -> Floats:
    """Return the hazard in each month from the start, shape (months,): survival falls by exp(-h).

    Where nobody is left the hazard is 50.
    """
    if isinstance(distribution, Distribution):
        distribution = time_to_event(distribution, group)
    with np.errstate(invalid="ignore"):
        steps = np.diff(distribution.cumulative_hazard(np.arange(months + 1)))
    return np.nan_to_num(np.minimum(steps, LARGEST_MONTHLY_HAZARD), nan=LARGEST_MONTHLY_HAZARD)


def _line(family: Family, log_month: Floats, survival: Floats) -> tuple[float, float]:
    """Return intercept and slope through, or nearest to, the survival of the uncured."""
    z, centred = family.z(survival), log_month - log_month.mean()
    slope = family.slope or (centred @ z) / (centred @ centred)
    start = np.array([(z - slope * log_month).mean(), slope])[: 1 if family.slope else 2]

    def line(free: Floats) -> tuple[float, float]:
        return float(free[0]), family.slope or float(free[1])

    def misfit(free: Floats) -> Floats:
        intercept, slope = line(free)
        return np.exp(family.log_survival(intercept + slope * log_month)) - survival

    if len(z) == len(start):
        return line(start)
    return line(least_squares(misfit, start, xtol=1e-12, ftol=1e-12, gtol=1e-12).x)


def _figures(distribution: Distribution, group: str) -> list[tuple[float, float]]:
    """Return (month, survival) in order of month; a median is the point where half are left."""
    figures = [(point.month, point.survival) for point in distribution.points]
    if distribution.median_months is not None:
        figures.append((distribution.median_months.for_group(group), 0.5))
    return sorted(figures)


def _cure_share(distribution: Distribution, group: str) -> float:
    return distribution.cure_share.for_group(group) if distribution.cure_share else 0.0


def _faults(distribution: Distribution, group: str) -> Iterator[str]:
    """Yield why a distribution cannot be fitted for a group."""
    for figure in (distribution.median_months, distribution.cure_share):
        if figure is not None and isinstance(figure.value, dict) and group not in figure.value:
            yield f"a figure is stated by group, but not for group '{group}': add it"
            return
    name, figures = distribution.family, _figures(distribution, group)
    needed = 1 if FAMILIES[name].slope is not None else 2
    if len(figures) < needed:
        yield (
            f"{name} needs {needed} figure{'s' * (needed > 1)}, a median or points of the curve, "
            f"but {len(figures)} given: add points, or choose exponential, which needs 1"
        )
        return
    for (early, high), (late, low) in pairwise(figures):
        if late <= early or low >= high:
            yield (
                f"survival does not fall from {high:g} at month {early:g} "
                f"to {low:g} at month {late:g}: points must fall as months rise"
            )
    cure, (month, lowest) = _cure_share(distribution, group), figures[-1]
    if cure >= lowest:
        yield (
            f"the cure share {cure:g} is not below the lowest figure, {lowest:g} at month "
            f"{month:g}: figures are of the whole group, the cured included"
        )
