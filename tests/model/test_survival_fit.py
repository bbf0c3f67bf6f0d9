from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from hepaplan.model.arrays import Floats
from hepaplan.model.pathway import TimeFamily
from hepaplan.model.survival import nearest
from hepaplan.model.survival.changes import MixtureCure
from hepaplan.model.survival.curve import SurvivalCurve
from hepaplan.model.survival.families import (
    Exponential,
    Gompertz,
    LogLogistic,
    LogNormal,
    Weibull,
)
from hepaplan.model.survival.figures import FIGURES_NEEDED, THROUGH_ALL
from hepaplan.model.survival.fit import fit_curve
from hepaplan.model.survival.fitted import monthly_hazards
from hepaplan.model.survival.generalised_gamma import GeneralisedGamma

MONTHS = np.array([3.0, 6.0, 12.0, 24.0, 48.0])
OFF_THE_CURVE = np.array([0.93, 0.8, 0.66, 0.4, 0.18])
KNOWN: list[tuple[TimeFamily, SurvivalCurve]] = [
    ("exponential", Exponential.of_hazard(0.04)),
    ("weibull", Weibull.of(shape=1.4, scale=25.0)),
    ("gompertz", Gompertz(0.02, 0.03)),
    ("gompertz", Gompertz(0.06, -0.04)),
    ("gompertz", Gompertz(0.04, 0.0)),
    ("log_normal", LogNormal.of(mu=2.8, sigma=0.9)),
    ("log_logistic", LogLogistic.of(shape=1.4, scale=15.0)),
    ("generalised_gamma", GeneralisedGamma.of(mu=2.8, sigma=0.9, q=0.6)),
    ("generalised_gamma", GeneralisedGamma.of(mu=2.8, sigma=0.9, q=-1.2)),
    ("generalised_gamma", GeneralisedGamma.of(mu=2.8, sigma=0.9, q=0.0)),
]
NEAREST: tuple[TimeFamily, ...] = tuple(f for f in FIGURES_NEEDED if f not in THROUGH_ALL)


@pytest.mark.parametrize(("family", "curve"), KNOWN)
@pytest.mark.parametrize("cured", [0.0, 0.15])
def test_known_parameters_are_recovered(
    family: TimeFamily, curve: SurvivalCurve, cured: float
) -> None:
    truth = MixtureCure(curve, cured)
    for figures in (MONTHS[-FIGURES_NEEDED[family] :], MONTHS):
        found = fit_curve(family, figures, truth.survival(figures), cured=cured)
        assert found.fit_error < 1e-11
        after = np.array([1.0, 9.0, 80.0])
        np.testing.assert_allclose(found.survival(after), truth.survival(after), atol=1e-8)


@pytest.mark.parametrize("family", sorted(THROUGH_ALL))
def test_a_curve_through_points_hits_every_one(family: TimeFamily) -> None:
    found = fit_curve(family, MONTHS, OFF_THE_CURVE, cured=0.1)
    assert found.survival(MONTHS) == pytest.approx(OFF_THE_CURVE, rel=1e-13)
    assert found.fit_error <= 1e-15
    assert (np.diff(found.survival(np.arange(0, 200, 0.25))) < 0).all()


@given(
    early=st.floats(1, 60), apart=st.floats(1.05, 10), low=st.floats(0.02, 0.9),
    drop=st.floats(0.01, 0.9),
)  # fmt: skip
def test_every_gompertz_goes_through_two_points(
    early: float, apart: float, low: float, drop: float
) -> None:
    points = np.array([early, early * apart])
    survival = np.array([low + drop * (1 - low), low])
    assert fit_curve("gompertz", points, survival).survival(points) == pytest.approx(
        survival, abs=1e-12
    )


def as_free(curve: SurvivalCurve) -> tuple[Floats, Callable[[Floats], SurvivalCurve]]:
    """Return a curve's parameters, and what makes a curve of others."""
    names = [name for name in ("intercept", "slope", "q", "first_hazard", "change")
             if name in vars(curve)]  # fmt: skip
    if isinstance(curve, Exponential):
        names = ["intercept"]
    return np.array([getattr(curve, name) for name in names]), lambda free: type(curve)(*free)


@pytest.mark.parametrize("weights", [(), (200, 150, 90, 40, 8)])
@pytest.mark.parametrize("family", NEAREST)
def test_more_figures_are_fitted_by_least_squares(
    family: TimeFamily, weights: tuple[float, ...]
) -> None:
    found = fit_curve(family, MONTHS, OFF_THE_CURVE, at_risk=weights)
    best, make = as_free(found.curve)

    def misfit(free: Floats) -> float:
        squares = (make(free).survival(MONTHS) - OFF_THE_CURVE) ** 2
        return float((squares * (weights or 1.0)).sum())

    away = misfit(best)
    for step in np.concatenate([np.eye(len(best)), -np.eye(len(best))]):
        assert misfit(best + 1e-4 * step * np.abs(best)) > away
    search = minimize(misfit, best, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-14})
    assert away <= search.fun + 1e-12
    distance = found.survival(MONTHS) - OFF_THE_CURVE
    assert found.fit_error == pytest.approx(np.abs(distance).max(), rel=1e-12)
    assert found.fit_error_rms == pytest.approx(np.sqrt((distance**2).mean()), rel=1e-12)
    assert found.fit_error > 0.005


def test_people_at_risk_draw_the_curve_to_their_points() -> None:
    def distances(*at_risk: float) -> Floats:
        found = fit_curve("weibull", MONTHS[:3], [0.9, 0.7, 0.62], at_risk=at_risk)
        return np.abs(found.survival(MONTHS[:3]) - [0.9, 0.7, 0.62])

    even, first, last = distances(), distances(1000, 10, 10), distances(10, 10, 1000)
    assert first[0] < even[0] / 5
    assert last[2] < even[2] / 5
    np.testing.assert_allclose(distances(70, 70, 70), even, atol=1e-9)


@pytest.mark.parametrize("family", list(FIGURES_NEEDED))
@pytest.mark.parametrize("more", [0, 1])
def test_draws_are_fitted_as_a_loop_over_draws_would(family: TimeFamily, more: int) -> None:
    figures = max(FIGURES_NEEDED[family], 2) + more
    months = np.repeat(MONTHS[:figures, np.newaxis], 4, axis=1)
    months[1] = [5.0, 6.0, 7.5, 8.0]
    survival, cured = OFF_THE_CURVE[:figures], np.array([0.0, 0.05, 0.1, 0.15])
    together = fit_curve(family, months, survival, cured=cured)
    assert np.shape(together.fit_error) == np.shape(together.fit_error_rms) == (4,)
    exact = figures == FIGURES_NEEDED[family] or family in THROUGH_ALL
    for draw in range(4):
        alone = fit_curve(family, months[:, draw], survival, cured=cured[draw])
        np.testing.assert_allclose(
            together.survival(MONTHS)[:, draw], alone.survival(MONTHS),
            rtol=1e-12 if exact and family != "generalised_gamma" else 1e-7,
        )  # fmt: skip
        assert isinstance(alone.fit_error, float)


def test_what_a_generalised_gamma_cannot_reach_is_reported_as_error() -> None:
    # Almost nobody between 6 and 12 months, then most: no member has such a curve.
    found = fit_curve("generalised_gamma", [6, 12, 24], [0.9, 0.899, 0.3])
    assert isinstance(found.curve, GeneralisedGamma)
    assert found.curve.q == 5.0
    assert 0.05 < found.fit_error < 0.1


def test_a_fit_that_does_not_settle_is_no_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "MOST_STEPS", 2)
    with pytest.raises(ArithmeticError, match="did not settle in 2 steps"):
        fit_curve("weibull", MONTHS, OFF_THE_CURVE)


@pytest.mark.parametrize(
    ("months", "survival", "at_risk", "cured", "words"),
    [
        ([6.0, 12.0], [0.9, 0.5], (), 0.0, "needs 3 figures, .* but 2 given"),
        ([6.0, 12.0, 24.0], [0.9, 0.5, 0.0], (), 0.0, "survival of 0: points must lie between"),
        ([6.0, 12.0, 24.0], [1.0, 0.5, 0.2], (), 0.0, "survival of 1: points must lie between"),
        ([6.0, 12.0, 24.0], [0.9, 0.5, 0.6], (), 0.0, "from 0.5 at month 12 to 0.6 at month 24"),
        ([6.0, 6.0, 24.0], [0.9, 0.5, 0.2], (), 0.0, "from 0.9 at month 6 to 0.5 at month 6"),
        ([6.0, 12.0, 24.0], [0.9, 0.5, 0.2], (), 0.2, "cure share 0.2 is not below"),
        (
            [3.0, 6.0, 12.0, 24.0], [0.95, 0.9, 0.5, 0.2], (90, 80, None, 10), 0.0,
            "at_risk is stated for 3 of 4 figures",
        ),
    ],
)  # fmt: skip
def test_figures_without_a_curve_are_refused(
    months: list[float],
    survival: list[float],
    at_risk: tuple[float | None, ...],
    cured: float,
    words: str,
) -> None:
    with pytest.raises(ValueError, match=words):
        fit_curve("generalised_gamma", months, survival, at_risk=at_risk, cured=cured)


def test_people_at_risk_of_some_points_do_no_harm_where_nothing_is_weighed() -> None:
    for family in ("weibull", "published_curve"):
        assert fit_curve(family, [6.0, 12.0], [0.9, 0.5], at_risk=(80, None)).fit_error < 1e-15


def test_a_thousand_draws_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    draws = np.linspace(0.9, 1.1, 1000)
    curve = MixtureCure(LogNormal.of(2.5 * draws, 1.1 * draws), 0.2 * draws)
    asked = []
    read = LogNormal.cumulative_hazard_at

    def counted(self: LogNormal, months: Floats) -> Floats:
        asked.append(np.size(months))
        return read(self, months)

    monkeypatch.setattr(LogNormal, "cumulative_hazard_at", counted)
    assert monthly_hazards(curve, 900).shape == (900, 1000)
    assert asked == [901]
