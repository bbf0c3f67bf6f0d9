"""Time-to-event distributions of a pathway: fitted to what is published, as monthly hazards.

The families are in `families`, `generalised_gamma` and `tables`, what changes a curve in `changes`,
the fits in `fit`; the page is docs/explanation/survival.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import Distribution, TimeFamily
from hepaplan.model.survival.changes import MixtureCure, WithAccelerationFactor
from hepaplan.model.survival.curve import SurvivalCurve
from hepaplan.model.survival.figures import figure_faults
from hepaplan.model.survival.fit import TimeToEvent, fit_curve

LARGEST_MONTHLY_HAZARD = 50.0
"""A month in which nobody is left: exp(-50) is below anything counted."""


def time_to_event(distribution: Distribution, group: str = "") -> TimeToEvent:
    """Return the distribution fitted to its figures, exactly when they are just enough.

    More figures than parameters: least squares on survival. `group` picks figures stated by group.
    What is drawn changes the curve fitted to the stated figures: a drawn median stretches the
    time of those not cured, a drawn cured share moves the plateau. Every draw then has a curve; a
    fit to figures drawn apart from each other need not exist.
    """
    if faults := list(_faults(distribution, group)):
        raise ValueError("; ".join(faults))
    fitted = _fitted(distribution, group)
    median, cured = distribution.median_months, distribution.cure_share
    curve = fitted.curve
    uncured = curve.curve if isinstance(curve, MixtureCure) else curve
    if median is not None and median.is_drawn:
        stretch = median.stated(group) / np.asarray(median.for_group(group))
        uncured = WithAccelerationFactor(uncured, stretch)
    if cured is None:
        return replace(fitted, curve=uncured)
    return replace(fitted, curve=MixtureCure(uncured, cured.for_group(group)))


def check_distribution(distribution: Distribution) -> list[str]:
    """Return why a distribution cannot be fitted, for every group it names; empty if it can."""
    stated = (distribution.median_months, distribution.cure_share)
    groups = {name for figure in stated if figure for name in figure.numbers() if name}
    stated_in = sorted(groups) or [""]
    faults = [fault for group in stated_in for fault in _faults(distribution, group)]
    return list(dict.fromkeys(faults or _unfitted(distribution, stated_in)))


def monthly_hazards(
    distribution: Distribution | SurvivalCurve, months: int, group: str = ""
) -> Floats:
    """Return the hazard in each month from the start: survival falls by exp(-h).

    Shape (months,), or (months, draw) where anything is drawn. Where nobody is left the hazard
    is 50.
    """
    if isinstance(distribution, Distribution):
        distribution = time_to_event(distribution, group)
    with np.errstate(invalid="ignore"):
        steps = np.diff(distribution.cumulative_hazard(np.arange(months + 1)), axis=0)
    np.minimum(steps, LARGEST_MONTHLY_HAZARD, out=steps)
    return np.nan_to_num(steps, copy=False, nan=LARGEST_MONTHLY_HAZARD)


def _fitted(distribution: Distribution, group: str) -> TimeToEvent:
    """Return the curve fitted to the stated figures, drawn or not."""
    months, survival, at_risk = _figures(distribution, group)
    cured = _cure_share(distribution, group)
    return _fit(distribution.family, tuple(months), tuple(survival), tuple(at_risk), cured)


@lru_cache(maxsize=1024)
def _fit(
    family: TimeFamily,
    months: tuple[float, ...],
    survival: tuple[float, ...],
    at_risk: tuple[int | None, ...],
    cured: float,
) -> TimeToEvent:
    """Return the fit to some figures, which draws and scenarios share."""
    return fit_curve(family, np.array(months), np.array(survival), list(at_risk), cured)


def _unfitted(distribution: Distribution, groups: Iterable[str]) -> Iterator[str]:
    """Yield what stops the fit of sound figures, group by group."""
    for group in groups:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                settled = np.isfinite(_fitted(distribution, group).fit_error)
            reason = "" if settled else "its distance from them is no number"
        except (ValueError, ArithmeticError) as error:
            reason = str(error)
        if reason:
            yield (
                f"no {distribution.family} curve could be fitted to these figures ({reason}): "
                "choose another family or other points"
            )


def _figures(distribution: Distribution, group: str) -> tuple[Floats, Floats, list[int | None]]:
    """Return stated months, survival and people at risk, in order of month.

    A median is the point where half are left, without people at risk.
    """
    figures: list[tuple[float, float, int | None]] = [
        (point.month, point.survival, point.at_risk) for point in distribution.points
    ]
    if distribution.median_months is not None:
        figures.append((distribution.median_months.stated(group), 0.5, None))
    figures.sort(key=lambda figure: figure[:2])
    months = np.array([month for month, _, _ in figures])
    return months, np.array([s for _, s, _ in figures]), [number for _, _, number in figures]


def _cure_share(distribution: Distribution, group: str) -> float:
    return distribution.cure_share.stated(group) if distribution.cure_share else 0.0


def _faults(distribution: Distribution, group: str) -> Iterator[str]:
    """Yield why a distribution cannot be fitted for a group."""
    for figure in (distribution.median_months, distribution.cure_share):
        if figure is not None and isinstance(figure.value, dict) and group not in figure.value:
            yield f"a figure is stated by group, but not for group '{group}': add it"
            return
    yield from figure_faults(
        distribution.family, *_figures(distribution, group), _cure_share(distribution, group)
    )
