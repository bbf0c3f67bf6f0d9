"""What changes a time-to-event curve: cure, relative effects, background mortality.

Each change holds the curve it changes and is a curve itself, so changes compose. H is the
cumulative hazard before the change, S = exp(-H).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.survival.curve import (
    Drawn,
    SurvivalCurve,
    is_drawn,
    month_by_bisection,
    pick,
    plain,
    refuse_unless,
)


@dataclass(frozen=True, eq=False)
class Changed(SurvivalCurve):
    """A curve made from another."""

    curve: SurvivalCurve

    @property
    def drawn(self) -> bool:
        """Whether the curve is drawn, or anything that changes it."""
        return self.curve.drawn or is_drawn(
            *(getattr(self, field.name) for field in fields(self) if field.name != "curve")
        )


@dataclass(frozen=True, eq=False)
class MixtureCure(Changed):
    """A share never has the event: cured + (1 - cured) x S.

    Farewell, Biometrics 1982;38:1041-6, 10.2307/2529885.
    """

    cured: Drawn

    def __post_init__(self) -> None:
        """Refuse what is not a share below 1."""
        sound = np.greater_equal(self.cured, 0.0) & np.less(self.cured, 1.0)
        refuse_unless(sound, "the cured share must be 0 or more and below 1")

    @property
    def tail_power(self) -> Drawn:
        """0 where anyone is cured."""
        return plain(np.where(np.greater(self.cured, 0.0), 0.0, self.curve.tail_power))

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return -ln(cured + (1 - cured) x S); where few are cured and left, by logarithms."""
        uncured = self.curve.cumulative_hazard_at(months)
        event = (1.0 - np.asarray(self.cured)) * -np.expm1(-uncured)
        few = (uncured >= 1.0) & np.less(self.cured, FEW_CURED)
        if not few.any():
            return -np.log1p(-event)
        with np.errstate(divide="ignore"):
            late = -np.logaddexp(np.log(self.cured), np.log1p(-np.asarray(self.cured)) - uncured)
            return np.where(few, late, -np.log1p(-event))

    def hazard_at(self, months: Floats) -> Floats:
        """Return the hazard x the uncured among those left."""
        change = self.cumulative_hazard_at(months) - self.curve.cumulative_hazard_at(months)
        return (1.0 - np.asarray(self.cured)) * np.exp(change) * self.curve.hazard_at(months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the uncured reach the value that gives this one; infinite where none does."""
        with np.errstate(divide="ignore", invalid="ignore"):
            early = -np.log1p(np.expm1(-cumulative) / (1.0 - np.asarray(self.cured)))
            ratio = np.minimum(np.exp(cumulative + np.log(self.cured)), 1.0)
            late = cumulative - np.log1p(-ratio) + np.log1p(-np.asarray(self.cured))
        reached = ratio < 1.0
        uncured = np.where(cumulative < 1.0, early, late)
        months = self.curve.month_at(np.where(reached, uncured, 0.0))
        return np.where(reached, months, np.inf)

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return the cured share of the horizon plus the mean of the others."""
        cured = np.asarray(self.cured)
        whole = np.where(cured > 0.0, cured * months, 0.0)
        return whole + (1.0 - cured) * self.curve.restricted_mean_at(months)


@dataclass(frozen=True, eq=False)
class WithHazardRatio(Changed):
    """Proportional hazards: ratio x H (Cox, J R Stat Soc B 1972;34:187-220)."""

    ratio: Drawn

    def __post_init__(self) -> None:
        """Refuse a ratio below 0."""
        refuse_unless(np.greater_equal(self.ratio, 0.0), "a hazard ratio must be 0 or more")

    @property
    def tail_power(self) -> Drawn:
        """The ratio x the curve's."""
        return _scaled_tail(self.curve.tail_power, self.ratio)

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the ratio x H."""
        return self.ratio * self.curve.cumulative_hazard_at(months)

    def hazard_at(self, months: Floats) -> Floats:
        """Return the ratio x the hazard."""
        return self.ratio * self.curve.hazard_at(months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when H reaches the value divided by the ratio."""
        return self.curve.month_at(_over(cumulative, self.ratio))


@dataclass(frozen=True, eq=False)
class WithHazardRatioByMonth(Changed):
    """A hazard ratio for each month since the start, the last one ever after: sum of ratio x rise.

    `ratios` has shape (month,) or (month, draw), as `hazard_ratios.hazard_ratio_by_month` gives.
    An effect that wanes ends at 1.
    """

    ratios: Floats

    def __post_init__(self) -> None:
        """Refuse ratios below 0, or none."""
        refuse_unless(np.size(self.ratios) > 0, "give a hazard ratio for one month or more")
        refuse_unless(self.ratios >= 0.0, "hazard ratios must be 0 or more")

    @property
    def drawn(self) -> bool:
        """Whether the curve or the ratios are drawn."""
        return self.curve.drawn or self.ratios.ndim > 1

    @property
    def tail_power(self) -> Drawn:
        """The last ratio x the curve's."""
        return _scaled_tail(self.curve.tail_power, self.ratios[-1])

    @cached_property
    def _tables(self) -> tuple[Floats, Floats]:
        """H and the changed cumulative hazard at the start of each month."""
        starts = self.curve.cumulative_hazard(np.arange(len(self.ratios)))
        ratios = self.ratios
        if starts.ndim < ratios.ndim:
            starts = starts[:, np.newaxis]
        elif ratios.ndim < starts.ndim:
            ratios = ratios[:, np.newaxis]
        rises = np.cumsum(ratios[:-1] * np.diff(starts, axis=0), axis=0)
        return starts, np.concatenate([np.zeros((1, *rises.shape[1:])), rises])

    def _month(self, months: Floats) -> Ints:
        return np.minimum(months, len(self.ratios) - 1).astype(np.int64)

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return the sum of each month's ratio x the rise of H in it."""
        before, changed = self._tables
        month = self._month(months)
        rise = self.curve.cumulative_hazard_at(months) - pick(before, month)
        return pick(changed, month) + pick(self.ratios, month) * rise

    def hazard_at(self, months: Floats) -> Floats:
        """Return the month's ratio x the hazard."""
        return pick(self.ratios, self._month(months)) * self.curve.hazard_at(months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the sum reaches a value, by halving."""
        return month_by_bisection(self, cumulative)


@dataclass(frozen=True, eq=False)
class WithAccelerationFactor(Changed):
    """Accelerated failure time: S(factor x month), so that a factor above 1 is worse.

    Wei, Stat Med 1992;11:1871-9, 10.1002/sim.4780111409. Others state the time ratio, 1 / factor.
    """

    factor: Drawn

    def __post_init__(self) -> None:
        """Refuse a factor that stops the clock."""
        refuse_unless(np.greater(self.factor, 0.0), "an acceleration factor must be above 0")

    @property
    def tail_power(self) -> Drawn:
        """The curve's own."""
        return self.curve.tail_power

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return H at factor x month."""
        return self.curve.cumulative_hazard_at(self.factor * months)

    def hazard_at(self, months: Floats) -> Floats:
        """Return factor x the hazard at factor x month."""
        return self.factor * self.curve.hazard_at(self.factor * months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return the curve's time divided by the factor."""
        return self.curve.month_at(cumulative) / self.factor

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return the curve's mean to factor x horizon, divided by the factor."""
        return self.curve.restricted_mean_at(self.factor * months) / self.factor


@dataclass(frozen=True, eq=False)
class WithOddsRatio(Changed):
    """Proportional odds of the event: ratio x (1 - S) / S, so ln(1 + ratio x (exp(H) - 1)).

    Bennett, Stat Med 1983;2:273-7, 10.1002/sim.4780020223.
    """

    ratio: Drawn

    def __post_init__(self) -> None:
        """Refuse a ratio of 0: nobody would have the event, at any time."""
        refuse_unless(np.greater(self.ratio, 0.0), "an odds ratio must be above 0")

    @property
    def tail_power(self) -> Drawn:
        """The curve's own: survival ends as S / ratio."""
        return self.curve.tail_power

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return ln(1 + ratio x (exp(H) - 1))."""
        return _odds_times(np.asarray(self.ratio), self.curve.cumulative_hazard_at(months))

    def hazard_at(self, months: Floats) -> Floats:
        """Return hazard x ratio / (S + ratio x (1 - S))."""
        cumulative = self.curve.cumulative_hazard_at(months)
        weight = np.exp(-cumulative) - self.ratio * np.expm1(-cumulative)
        return self.ratio * self.curve.hazard_at(months) / weight

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when H has the odds divided by the ratio."""
        return self.curve.month_at(_odds_times(1.0 / np.asarray(self.ratio), cumulative))


@dataclass(frozen=True, eq=False)
class WithBackground(Changed):
    """Excess hazards: background mortality is added, H + B, and never multiplied.

    Estève et al., Stat Med 1990;9:529-38, 10.1002/sim.4780090506. Relative effects on the disease
    belong inside, on `curve`. A life table is a `PiecewiseExponential.of_hazards`.
    """

    background: SurvivalCurve

    @property
    def drawn(self) -> bool:
        """Whether either is drawn."""
        return self.curve.drawn or self.background.drawn

    @property
    def tail_power(self) -> Drawn:
        """The sum of both."""
        return plain(np.add(self.curve.tail_power, self.background.tail_power))

    def cumulative_hazard_at(self, months: Floats) -> Floats:
        """Return H + B."""
        mine = self.curve.cumulative_hazard_at(months)
        return mine + self.background.cumulative_hazard_at(months)

    def hazard_at(self, months: Floats) -> Floats:
        """Return the sum of both hazards."""
        return self.curve.hazard_at(months) + self.background.hazard_at(months)

    def month_at(self, cumulative: Floats) -> Floats:
        """Return when the sum reaches a value, by halving."""
        return month_by_bisection(self, cumulative)


def _over(cumulative: Floats, ratio: Drawn) -> Floats:
    """Return cumulative / ratio; infinite where the ratio is 0 and there is anything to reach."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(cumulative, 0.0), 0.0, cumulative / np.asarray(ratio))


def _scaled_tail(power: Drawn, ratio: Drawn) -> Drawn:
    """Return power x ratio, 0 where the ratio is 0."""
    with np.errstate(invalid="ignore"):
        return plain(np.where(np.greater(ratio, 0.0), np.multiply(power, ratio), 0.0))


def _odds_times(ratio: Floats, cumulative: Floats) -> Floats:
    """Return the cumulative hazard whose odds of the event are a ratio x those of another."""
    early = np.log1p(ratio * np.expm1(np.minimum(cumulative, 1.0)))
    late = cumulative + np.log(ratio - (ratio - 1.0) * np.exp(-cumulative))
    return np.where(cumulative < 1.0, early, late)


FEW_CURED = 1e-3
"""With more cured than this, 1 - event keeps 13 digits of the share left."""
