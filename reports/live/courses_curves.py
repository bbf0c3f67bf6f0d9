"""Time-to-event curves as formulas: the line through just enough figures, and a month's hazard."""

from __future__ import annotations

from dataclasses import dataclass

from hepaplan.model.pathway import Distribution
from hepaplan.model.problems import Key
from hepaplan.model.survival.changes import MixtureCure
from hepaplan.model.survival.families import StraightLine
from hepaplan.model.survival.fitted import time_to_event
from hepaplan.reports.live.inputs import InputCells

JUST_ENOUGH = {"exponential": 1, "weibull": 2, "log_normal": 2, "log_logistic": 2}
"""Figures that a family goes through exactly, by formula; others keep the engine's hazards."""


def is_live(distribution: Distribution) -> bool:
    """Return whether a formula can give the curve: a straight line through its figures."""
    figures = len(distribution.points) + (distribution.median_months is not None)
    return JUST_ENOUGH.get(distribution.family) == figures


def line_of(distribution: Distribution, group: str) -> tuple[float, float]:
    """Return the engine's intercept and slope of a live curve."""
    curve = time_to_event(distribution, group).curve
    uncured = curve.curve if isinstance(curve, MixtureCure) else curve
    if not isinstance(uncured, StraightLine):
        raise TypeError(f"{distribution.family} is no straight line")
    return float(uncured.intercept), float(uncured.slope)


def line_formulas(
    cells: InputCells, key: Key, distribution: Distribution, group: str, cured: str, slope: str
) -> tuple[str, str]:
    """Return the formulas of intercept and slope; `cured`, `slope`: the cells of those.

    The family's scale z is that of model/survival/families.py; z = intercept + slope x ln(month).
    """
    figures = [
        (cells.cell(key, f"point {place} month"), cells.cell(key, f"point {place} survival"))
        for place in range(len(distribution.points))
    ]
    if distribution.median_months is not None:
        figures.append((cells.figure((*key, "median_months"), group), "1/2"))
    has_cure = distribution.cure_share is not None
    scaled = [
        (
            month,
            _scale(distribution.family, f"({share}-{cured})/(1-{cured})" if has_cure else share),
        )
        for month, share in figures
    ]
    (month, z), *others = scaled
    if not others:
        return f"={z}-LN({month})", ""
    ((later, other),) = others
    return f"={z}-{slope}*LN({month})", f"=({other}-{z})/(LN({later})-LN({month}))"


def _scale(family: str, share: str) -> str:
    """Return z of a share still without the event."""
    if family == "log_normal":
        return f"(-NORMSINV({share}))"
    if family == "log_logistic":
        return f"LN((1-{share})/({share}))"
    return f"LN(-LN({share}))"


@dataclass(frozen=True)
class Curve:
    """A live curve: its family and the cells of its parameters; `smallest` avoids ln(0)."""

    family: str
    cured: str
    intercept: str
    slope: str
    smallest: str

    def hazard(self, month: str, before: str, is_first: bool) -> str:
        """Return the hazard over the month that ends at `month` and began at `before` (cells)."""
        if not self.cured and self.family == "exponential":
            return f"EXP({self.intercept})"
        if not self.cured and self.family == "weibull":
            return f"EXP({self.intercept})*({month}^{self.slope}-{before}^{self.slope})"
        early = "1" if is_first else self._left(before)
        return f"LN({early}/{self._left(month)})"

    def _left(self, month: str) -> str:
        if self.cured:
            return f"({self.cured}+(1-{self.cured})*{self._uncured(month)})"
        left = self._uncured(month)
        return f"MAX({left},{self.smallest})" if self.family == "log_normal" else f"({left})"

    def _uncured(self, month: str) -> str:
        if self.family == "exponential":
            return f"EXP(-EXP({self.intercept})*{month})"
        if self.family == "weibull":
            return f"EXP(-EXP({self.intercept})*{month}^{self.slope})"
        if self.family == "log_logistic":
            return f"1/(1+EXP({self.intercept})*{month}^{self.slope})"
        return f"NORMSDIST(-({self.intercept}+{self.slope}*LN({month})))"
