"""The generalised gamma: a wide family, with most of the others among its members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import (
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
    gammaln,
    log_ndtr,
    ndtri_exp,
)

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.survival.curve import Drawn, is_drawn, plain, refuse_unless
from hepaplan.model.survival.families import StraightLine, log_density

LOG_NORMAL_BELOW = 1e-7
"""A generalised gamma of smaller |q| is log-normal to 3e-8."""


@dataclass(frozen=True, eq=False)
class GeneralisedGamma(StraightLine):
    """The family of Prentice (Biometrika 1974;61:539-44, 10.1093/biomet/61.3.539).

    As Cox et al. write it (Stat Med 2007;26:4352-74, 10.1002/sim.2836), with x = exp(q z) / q**2:
    S = Q(1 / q**2, x) for q > 0 and P(1 / q**2, x) for q < 0, the regularised incomplete gamma
    functions. q = 1 is Weibull, q = 0 log-normal, q = sigma gamma, q = -1 inverse Weibull.
    """

    q: Drawn

    @classmethod
    def of(cls, mu: Drawn, sigma: Drawn, q: Drawn) -> Self:
        """Return the generalised gamma of location, scale and shape of ln(month)."""
        return cls(-mu / np.asarray(sigma), 1.0 / np.asarray(sigma), q)

    def __post_init__(self) -> None:
        """Refuse lines on which survival does not fall."""
        super().__post_init__()
        refuse_unless(np.isfinite(self.q), "q must be finite")

    @property
    def drawn(self) -> bool:
        """Whether any of the three is drawn."""
        return super().drawn or is_drawn(self.q)

    @property
    def tail_power(self) -> Drawn:
        """Slope / -q where q < 0, else infinite."""
        q = np.asarray(self.q)
        with np.errstate(divide="ignore"):
            return plain(np.where(q <= -LOG_NORMAL_BELOW, self.slope / -q, np.inf))

    @property
    def _nearly_log_normal(self) -> Flags:
        near: Flags = np.less(np.abs(self.q), LOG_NORMAL_BELOW)
        return near

    @property
    def _safe_q(self) -> Floats:
        return np.where(self._nearly_log_normal, 1.0, self.q)

    def cumulative_of(self, z: Floats) -> Floats:
        """Return -ln S, from the smaller of S and 1 - S."""
        q, k = self._safe_q, self._safe_q**-2.0
        q, k, x = np.broadcast_arrays(q, k, k * np.exp(q * z))
        event = _incomplete(k, x, upper=q < 0.0)
        late = event > 0.5
        with np.errstate(divide="ignore"):
            cumulative: Floats = -np.log1p(-np.minimum(event, 0.5))
            if late.any():
                cumulative[late] = -np.log(_incomplete(k[late], x[late], upper=q[late] > 0.0))
        if self._nearly_log_normal.any():
            return np.where(self._nearly_log_normal, -log_ndtr(-z), cumulative)
        return cumulative

    def z_of(self, cumulative: Floats) -> Floats:
        """Return the z of a cumulative hazard, from the smaller of S and 1 - S."""
        q, k = self._safe_q, self._safe_q**-2.0
        survival, event = np.exp(-cumulative), -np.expm1(-cumulative)
        from_event = np.where(q > 0.0, gammaincinv(k, event), gammainccinv(k, event))
        from_survival = np.where(q > 0.0, gammainccinv(k, survival), gammaincinv(k, survival))
        with np.errstate(divide="ignore"):
            z = np.log(np.where(event < 0.5, from_event, from_survival) / k) / q
        return np.where(self._nearly_log_normal, -ndtri_exp(-cumulative), z)

    def log_slope_of(self, z: Floats) -> Floats:
        """Return the log density of z plus the cumulative hazard."""
        q, k = self._safe_q, self._safe_q**-2.0
        scaled = np.log(np.abs(q)) + _log_gamma_peak(k) + k * (q * z - np.expm1(q * z))
        density: Floats = np.where(self._nearly_log_normal, log_density(z), scaled)
        return density + self.cumulative_of(z)

    def restricted_mean_at(self, months: Floats) -> Floats:
        """Return horizon x S + mean x a share of the gamma with 1 / (q x slope) added to k.

        By quadrature where |q| < 0.01 or the mean is infinite, for there the terms overflow.
        """
        q, k = np.asarray(self.q), self._safe_q**-2.0
        moved = k + 1.0 / (self._safe_q * self.slope)
        if (np.abs(q) < 0.01).any() or (moved <= 0.0).any() or (moved > LARGEST_MOVED).any():
            return super().restricted_mean_at(months)
        x = np.exp(q * self.z_at(months)) * k
        log_mean = -self.intercept / self.slope - np.log(k) / (q * self.slope)
        mean: Floats = np.exp(log_mean + gammaln(moved) - gammaln(k))
        before = np.where(q > 0.0, gammainc(moved, x), gammaincc(moved, x))
        survival = np.exp(-self.cumulative_hazard_at(months))
        beyond: Floats = np.where(np.isinf(months), 0.0, months * survival)
        return beyond + mean * before


def _incomplete(k: Floats, x: Floats, upper: Flags) -> Floats:
    """Return the upper or the lower regularised incomplete gamma function, each where asked.

    By masks, for scipy's `where=` corrupts memory with these two functions (1.17).
    """
    found = np.empty_like(x)
    found[upper] = gammaincc(k[upper], x[upper])
    found[~upper] = gammainc(k[~upper], x[~upper])
    return found


def _log_gamma_peak(k: Floats) -> Floats:
    """Return k ln k - k - ln gamma(k); by Stirling's series where the terms nearly cancel."""
    stirling = 0.5 * np.log(k / (2.0 * np.pi)) - 1.0 / (12.0 * k) + 1.0 / (360.0 * k**3)
    return np.where(k > 1e3, stirling, k * np.log(k) - k - gammaln(k))


LARGEST_MOVED = 1e5
