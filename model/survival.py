"""Time-to-event distributions of a pathway: fitted to what is published, as monthly hazards.

The families are in `survival_families` and `survival_tables`, what changes a curve in
`survival_changes`, the fits in `survival_fit`; the page is docs/survival.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import Distribution
from hepaplan.model.survival_curve import Drawn, SurvivalCurve
from hepaplan.model.survival_figures import figure_faults
from hepaplan.model.survival_fit import TimeToEvent, fit_curve

LARGEST_MONTHLY_HAZARD = 50.0
"""A month in which nobody is left: exp(-50) is below anything counted."""


def time_to_event(distribution: Distribution, group: str = "") -> TimeToEvent:
    """Return the distribution fitted to its figures, exactly when they are just enough.

    More figures than parameters: least squares on survival. `group` picks figures stated by group;
    drawn figures give a drawn curve.
    """
    if faults := list(_faults(distribution, group)):
        raise ValueError("; ".join(faults))
    months, survival, at_risk = _figures(distribution, group)
    return fit_curve(
        distribution.family, months, survival, at_risk, _cure_share(distribution, group)
    )


def check_distribution(distribution: Distribution) -> list[str]:
    """Return why a distribution cannot be fitted, for every group it names; empty if it can."""
    stated = (distribution.median_months, distribution.cure_share)
    groups = {name for figure in stated if figure for name in figure.numbers() if name}
    return list(
        dict.fromkeys(fault for g in sorted(groups) or [""] for fault in _faults(distribution, g))
    )


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


def _figures(distribution: Distribution, group: str) -> tuple[Floats, Floats, list[int | None]]:
    """Return months, (figure,) or (figure, draw), survival and people at risk, in order of month.

    A median is the point where half are left, without people at risk.
    """
    figures: list[tuple[Drawn, float, int | None]] = [
        (point.month, point.survival, point.at_risk) for point in distribution.points
    ]
    if distribution.median_months is not None:
        figures.append((distribution.median_months.for_group(group), 0.5, None))
    figures.sort(key=lambda figure: (float(np.mean(figure[0])), figure[1]))
    months = np.broadcast_arrays(*(month for month, _, _ in figures)) if figures else []
    survival = np.array([share for _, share, _ in figures], dtype=np.float64)
    return np.array(months, dtype=np.float64), survival, [number for _, _, number in figures]


def _cure_share(distribution: Distribution, group: str) -> Drawn:
    return distribution.cure_share.for_group(group) if distribution.cure_share else 0.0


def _faults(distribution: Distribution, group: str) -> Iterator[str]:
    """Yield why a distribution cannot be fitted for a group."""
    for figure in (distribution.median_months, distribution.cure_share):
        if figure is not None and isinstance(figure.value, dict) and group not in figure.value:
            yield f"a figure is stated by group, but not for group '{group}': add it"
            return
    yield from figure_faults(
        distribution.family, *_figures(distribution, group), _cure_share(distribution, group)
    )
