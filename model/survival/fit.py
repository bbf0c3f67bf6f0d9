"""Curves fitted to published points: through them where they are just enough, else nearest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.pathway import TimeFamily
from hepaplan.model.survival.changes import Changed, MixtureCure
from hepaplan.model.survival.curve import Drawn, SurvivalCurve, plain
from hepaplan.model.survival.families import (
    Exponential,
    Gompertz,
    LogLogistic,
    LogNormal,
    StraightLine,
    Weibull,
)
from hepaplan.model.survival.figures import figure_faults
from hepaplan.model.survival.generalised_gamma import GeneralisedGamma
from hepaplan.model.survival.nearest import nearest
from hepaplan.model.survival.tables import PiecewiseExponential, PublishedCurve

LARGEST_Q = 5.0
"""A generalised gamma is fitted with |q| up to this: far beyond, its quantiles are no numbers."""


@dataclass(frozen=True, eq=False)
class TimeToEvent(Changed):
    """A fitted curve, and how far it lies from the stated survival: greatest, root mean square.

    Both are shares of all people; in a drawn fit they have shape (draw,).
    """

    fit_error: Drawn
    fit_error_rms: Drawn

    @property
    def drawn(self) -> bool:
        """Whether the curve is."""
        return self.curve.drawn

    @property
    def tail_power(self) -> Drawn:
        """The curve's."""
        return self.curve.tail_power

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the curve's."""
        return self.curve.cumulative_hazard_at(months)

    def hazard_at(self, months: Floats) -> Floats:
        """Return the curve's."""
        return self.curve.hazard_at(months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return the curve's."""
        return self.curve.month_at(cumulative)

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return the curve's."""
        return self.curve.restricted_mean_at(months)


def fit_curve(
    family: TimeFamily,
    months: npt.ArrayLike,
    survival: npt.ArrayLike,
    at_risk: Sequence[float | None] = (),
    cured: Drawn = 0.0,
) -> TimeToEvent:
    """Return the curve of a family through, or nearest to, published points.

    `months` has shape (figure,) or (figure, draw), `survival` (figure,): shares of all people,
    the cured included, falling as months rise; a median is the point where survival is 0.5. More
    points than the family has parameters: least squares on survival, each point weighted by its
    number at risk where `at_risk` states them. Raises ValueError in the words of `figure_faults`.
    """
    month, share = np.asarray(months, dtype=np.float64), np.asarray(survival, dtype=np.float64)
    if faults := list(figure_faults(family, month, share, at_risk, cured)):
        raise ValueError("; ".join(faults))
    drawn = month.ndim > 1 or np.ndim(cured) > 0
    share = share[:, np.newaxis]
    uncured = (share - cured) / (1.0 - np.asarray(cured))
    by_draw, uncured = np.broadcast_arrays(
        month if month.ndim > 1 else month[:, np.newaxis], uncured
    )
    weight = np.sqrt(_weights(at_risk, len(share)))
    kind, parameters = FITS[family](Figures(by_draw, -np.log(uncured), weight))
    curve = kind(*(values if drawn else plain(values[..., 0]) for values in parameters))
    if np.any(cured):
        curve = MixtureCure(curve, cured)
    distance = np.abs(np.exp(-curve.cumulative_hazard_at(by_draw)) - share)
    greatest, square = distance.max(axis=0), np.sqrt((distance**2).mean(axis=0))
    return TimeToEvent(curve, *(e if drawn else float(e[0]) for e in (greatest, square)))


def _weights(at_risk: Sequence[float | None], figures: int) -> Floats:
    """Return each figure's weight in the sum of squares, shape (figure, 1); alike unless stated."""
    stated = [number for number in at_risk if number is not None]
    alike = np.ones((figures, 1))
    return np.array(stated)[:, np.newaxis] / np.mean(stated) if len(stated) == figures else alike


@dataclass(frozen=True, eq=False)
class Figures:
    """Months and cumulative hazards of the uncured, (figure, draw), and weights, (figure, 1)."""

    months: Floats
    cumulative: Floats
    weight: Floats

    def misfit(self, curve: SurvivalCurve, draws: Ints) -> Floats:
        """Return the weighted distance in survival of a curve of some draws, (figure, draw)."""
        survival: Floats = np.exp(-curve.cumulative_hazard_at(self.months[:, draws]))
        return self.weight * (survival - np.exp(-self.cumulative[:, draws]))


Fit = tuple[Callable[..., SurvivalCurve], tuple[Floats, ...]]
"""A family and its parameters, draws last."""


def _line(z: Floats, log_month: Floats, slope: float | None = None) -> tuple[Floats, Floats]:
    """Return intercept and slope of the line through, or nearest on its scale to, points."""
    centred = log_month - log_month.mean(axis=0)
    if slope is None:
        slopes = (centred * z).sum(axis=0) / (centred**2).sum(axis=0)
    else:
        slopes = np.full(z.shape[1], slope)
    return (z - slopes * log_month).mean(axis=0), slopes


def _search(
    kind: Callable[..., SurvivalCurve],
    parameters: Callable[[Floats, Ints], tuple[Floats, ...]],
    start: Sequence[Floats],
    figures: Figures,
    bounds: Sequence[float] = (),
) -> Fit:
    """Return the member of a family nearest to the figures.

    `parameters` gives those of some draws from what is searched for: numbers of the order of 1.
    """

    def misfit(free: Floats, draws: Ints) -> Floats:
        return figures.misfit(kind(*parameters(free, draws)), draws)

    found = nearest(misfit, np.array(start), bounds)
    return kind, parameters(found, np.arange(found.shape[1]))


def _straight(family: type[StraightLine]) -> Callable[[Figures], Fit]:
    """Return the fit of a family that is a straight line on its own scale."""

    def fit(figures: Figures) -> Fit:
        log_month = np.log(figures.months)
        z = family(0.0, 1.0).z_of(figures.cumulative)
        intercept, slope = _line(z, log_month)
        if len(z) == 2:
            return family, (intercept, slope)
        centre = log_month.mean(axis=0)

        def line(free: Floats, draws: Ints) -> tuple[Floats, ...]:
            steep = np.exp(free[1])
            return free[0] - steep * centre[draws], steep

        return _search(family, line, [intercept + slope * centre, np.log(slope)], figures)

    return fit


def _exponential(figures: Figures) -> Fit:
    """Return the exponential's one parameter."""
    start, _ = _line(np.log(figures.cumulative), np.log(figures.months), slope=1.0)
    if len(figures.months) == 1:
        return Exponential, (start,)
    return _search(Exponential, lambda free, _: (free[0],), [start], figures)


def _gompertz(figures: Figures) -> Fit:
    """Return the Gompertz through the first and the last point, or near all."""
    months, cumulative = figures.months[[0, -1]], figures.cumulative[[0, -1]]
    change, last = _gompertz_change(months, cumulative), months[1]
    first = cumulative[1] / Gompertz(1.0, change).cumulative_hazard_at(last)
    if len(figures.months) == 2:
        return Gompertz, (first, change)

    def curve(free: Floats, draws: Ints) -> tuple[Floats, ...]:
        return np.exp(free[0]), free[1] / last[draws]

    return _search(Gompertz, curve, [np.log(first), change * last], figures)


def _gompertz_change(months: Floats, cumulative: Floats) -> Floats:
    """Return the hazard's change per month that gives two points, by halving.

    The ratio of the cumulative hazards, which rises with the change, bounds it on both sides.
    """
    grown = np.log(cumulative[1] / cumulative[0])
    low: Floats
    high: Floats
    low, high = np.log(-np.expm1(-grown)) / months[0], grown / (months[1] - months[0])
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        ends = Gompertz(1.0, middle).cumulative_hazard_at(months)
        over = np.log(ends[1] / ends[0]) >= grown
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return high


def _generalised_gamma(figures: Figures) -> Fit:
    """Return the generalised gamma nearest to three points or more, from the best of many lines.

    Three points that no member of the family has are left at some distance, which is reported.
    """
    log_month, anchor = np.log(figures.months), figures.cumulative[len(figures.months) // 2]
    every = np.arange(anchor.size)

    def line(free: Floats, draws: Ints) -> tuple[Floats, ...]:
        """Return intercept, slope and q; free are where and how steeply it passes the anchor."""
        shape = GeneralisedGamma(0.0, 1.0, free[2])
        z = shape.z_of(anchor[draws])
        slope = np.exp(free[1] - shape.log_slope_of(z))
        return z - slope * free[0], slope, free[2]

    starts: list[Floats] = []
    for q in STARTING_Q:
        shape = GeneralisedGamma(0.0, 1.0, q)
        z = shape.z_of(anchor)
        with np.errstate(invalid="ignore"):
            intercept, slope = _line(shape.z_of(figures.cumulative), log_month)
            steep = np.log(slope) + shape.log_slope_of(z)
            start = np.array([(z - intercept) / slope, steep, np.full_like(slope, q)])
        # Far from 0, the z of a rare event may be out of a float's reach: then as for q = 0.
        starts.append(np.where(np.isfinite(start).all(axis=0), start, (starts or [start])[0]))
    lines = (GeneralisedGamma(*line(start, every)) for start in starts)
    distances = [(figures.misfit(curve, every) ** 2).sum(axis=0) for curve in lines]
    start = np.array(starts)[np.argmin(distances, axis=0), :, every].T
    return _search(GeneralisedGamma, line, list(start), figures, (np.inf, np.inf, LARGEST_Q))


def _through(family: type[PiecewiseExponential | PublishedCurve]) -> Callable[[Figures], Fit]:
    """Return the fit of a family that goes through every point."""
    return lambda figures: (family, (figures.months, figures.cumulative))


HALVINGS = 100
STARTING_Q = (0.0, -3.0, -1.5, -0.7, 0.7, 1.5, 3.0)
FITS: dict[TimeFamily, Callable[[Figures], Fit]] = {
    "exponential": _exponential,
    "weibull": _straight(Weibull),
    "gompertz": _gompertz,
    "log_normal": _straight(LogNormal),
    "log_logistic": _straight(LogLogistic),
    "generalised_gamma": _generalised_gamma,
    "piecewise_exponential": _through(PiecewiseExponential),
    "published_curve": _through(PublishedCurve),
}
