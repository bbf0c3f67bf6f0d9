"""Why the mean of a figure's draws is not the figure itself."""

from __future__ import annotations

from hepaplan.model.uncertainty.spread.altered import Scaled, Truncated
from hepaplan.model.uncertainty.spread.bounded import Pert, Triangular
from hepaplan.model.uncertainty.spread.distributions import LogNormal, Uncertain, Uniform
from hepaplan.model.uncertainty.spread.empirical import Empirical
from hepaplan.model.uncertainty.spread.inputs import Input

ALIKE = 1e-9
"""Relative difference of mean and point that is rounding alone."""


def why_mean_differs(item: Input, part: str = "") -> str:
    """Return why the mean of an input's distribution is not its point value; nothing if it is.

    `part`: the patient group, month or decision point, of an input that has several numbers.
    """
    point, distribution = item.point[part], item.parts[part]
    apart = abs(distribution.mean - point) > ALIKE * abs(point)
    return _reason(distribution) if apart else ""


def _reason(distribution: Uncertain) -> str:
    if isinstance(distribution, Truncated):
        inner = _reason(distribution.whole)
        cut = "values that the figure cannot have are cut off"
        return f"{cut}, and {inner}" if isinstance(distribution.whole, LogNormal) else cut
    if isinstance(distribution, Scaled):
        return _reason(distribution.whole)
    if isinstance(distribution, LogNormal):
        return "the point is the median of a log-normal, whose mean lies above it"
    if isinstance(distribution, Uniform):
        return "the point is not the middle of its interval"
    if isinstance(distribution, Triangular | Pert):
        return "the point is the most likely value, not the mean"
    if isinstance(distribution, Empirical):
        return "the samples have a mean of their own"
    return "the distribution is stated by parameters of its own"
