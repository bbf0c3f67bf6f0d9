from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.cohort.transitions import probability_over
from hepaplan.model.pathway import Distribution
from hepaplan.model.survival.changes import MixtureCure
from hepaplan.model.survival.families import StraightLine, Weibull
from hepaplan.model.survival.fitted import (
    LARGEST_MONTHLY_HAZARD,
    check_distribution,
    monthly_hazards,
    time_to_event,
)

TWO_FIGURES = ("weibull", "gompertz", "log_normal", "log_logistic")


def distribution(
    family: str,
    *points: tuple[float, float],
    median: float | dict[str, float] | None = None,
    cure: float | dict[str, float] | None = None,
) -> Distribution:
    sourced = {"source": "paper", "quality": "illustrative"}
    record: dict[str, Any] = {
        "family": family,
        "unit": "months",
        "points": [{"month": month, "survival": survival} for month, survival in points],
        **sourced,
    }
    if median is not None:
        record["median_months"] = {"value": median, "unit": "months", **sourced}
    if cure is not None:
        record["cure_share"] = {"value": cure, "unit": "share", **sourced}
    return Distribution.model_validate(record)


def test_a11_median_of_14_5_months_exponential() -> None:
    time = time_to_event(distribution("exponential", median=14.5))
    hazard = monthly_hazards(time, 12)
    assert [probability_over(h, 1) for h in hazard] == pytest.approx([0.0466787] * 12, abs=5e-8)
    assert time.survival(12) == pytest.approx(0.5634712, abs=5e-8)
    assert time.median() == pytest.approx(14.5, rel=1e-14)


def test_a14_weibull_of_shape_1_is_exponential() -> None:
    # Half at 10 months and a quarter at 20 lie on one exponential.
    weibull = time_to_event(distribution("weibull", (20, 0.25), median=10))
    exponential = time_to_event(distribution("exponential", median=10))
    assert isinstance(weibull.curve, Weibull)
    assert weibull.curve.slope == pytest.approx(1, rel=1e-14)
    months = np.arange(0, 600, 7)
    np.testing.assert_allclose(
        weibull.cumulative_hazard(months), exponential.cumulative_hazard(months), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("family", "slope", "at_40"),
    [
        # Half at 10 months, 0.2 at 20; log2(x) is the shape where a doubling multiplies by x.
        # Weibull: -ln S from 0.6931 to 1.6094, and again by 2.3219 to 3.7370.
        ("weibull", math.log2(math.log(5) / math.log(2)), 0.2 ** (math.log(5) / math.log(2))),
        # Log-logistic: the odds of the event are 1 at the median and 4 at 20: 16 at 40.
        ("log_logistic", 2.0, 1 / 17),
        # Log-normal: z = 0.841621 per doubling: S(40) = Phi(-1.683242).
        ("log_normal", 0.8416212335729143 / math.log(2), 0.0461641),
    ],
)
def test_two_figures_fit_as_worked_on_paper(family: str, slope: float, at_40: float) -> None:
    time = time_to_event(distribution(family, (20, 0.2), median=10))
    assert isinstance(time.curve, StraightLine)
    assert time.curve.slope == pytest.approx(slope, rel=1e-12)
    assert time.survival(40) == pytest.approx(at_40, abs=5e-8)
    assert time.median() == pytest.approx(10, rel=1e-13)


def test_mixture_cure_levels_off_at_the_cured() -> None:
    # 0.2 cured; of the rest, half are left at month 12: 0.2 + 0.8 / 2 = 0.6.
    time = time_to_event(distribution("exponential", (12, 0.6), cure=0.2))
    assert time.survival([0, 12, 24, 1200]) == pytest.approx([1, 0.6, 0.4, 0.2], rel=1e-14)
    # Half of all are left when 0.3 of 0.8 are: 12 log2(8 / 3) months.
    assert time.median() == pytest.approx(12 * math.log2(8 / 3), rel=1e-14)
    assert monthly_hazards(time, 1200)[-1] == pytest.approx(0, abs=1e-15)


def test_without_a_half_lost_the_median_is_infinite() -> None:
    time = time_to_event(distribution("weibull", (12, 0.8), (60, 0.6), cure=0.5))
    assert time.median() == math.inf


@given(
    family=st.sampled_from(TWO_FIGURES),
    early=st.floats(1, 60),
    apart=st.floats(1.05, 10),
    low=st.floats(0.02, 0.9),
    drop=st.floats(0.01, 0.9),
    cure=st.floats(0, 0.95),
)
def test_every_fit_hits_its_points(
    family: str, early: float, apart: float, low: float, drop: float, cure: float
) -> None:
    high = low + drop * (1 - low)
    points = ((early, high), (early * apart, low))
    time = time_to_event(distribution(family, *points, cure=cure * low))
    assert time.survival([early, early * apart]) == pytest.approx([high, low], abs=1e-12)
    assert time.fit_error <= 1e-12
    survival = time.survival(np.arange(0, 600))
    assert survival[0] == 1
    assert (np.diff(survival) <= 1e-15).all()
    assert (survival >= cure * low - 1e-12).all()
    hazards = monthly_hazards(time, 240)
    assert (hazards >= -1e-12).all()
    if hazards.max() < LARGEST_MONTHLY_HAZARD:
        np.testing.assert_allclose(np.exp(-hazards.cumsum()), survival[1:241], rtol=1e-9)


@given(month=st.floats(0.5, 300), survival=st.floats(0.01, 0.99), cure=st.floats(0, 0.95))
def test_an_exponential_hits_its_one_point(month: float, survival: float, cure: float) -> None:
    time = time_to_event(distribution("exponential", (month, survival), cure=cure * survival))
    assert time.survival(month) == pytest.approx(survival, abs=1e-12)


def test_hazards_are_capped_where_nobody_is_left() -> None:
    # 1% left at month 1 and 0.000001 at month 2: the Weibull hazard soon passes any number.
    steep = distribution("weibull", (1, 0.01), (2, 1e-6))
    hazards = monthly_hazards(steep, 1200)
    assert np.isfinite(hazards).all()
    assert hazards[0] == pytest.approx(-math.log(0.01), rel=1e-12)
    assert hazards[-1] == LARGEST_MONTHLY_HAZARD
    # So steep that the cumulative hazard overflows: still 50 a month, never inf - inf.
    vertical = distribution("weibull", (1, 0.999), (1.001, 1e-9))
    assert (monthly_hazards(vertical, 1200)[1:] == LARGEST_MONTHLY_HAZARD).all()


def test_figures_by_group() -> None:
    by_group = distribution("exponential", median={"younger": 20.0, "older": 10.0})
    assert time_to_event(by_group, "older").median() == pytest.approx(10)
    assert monthly_hazards(by_group, 3, "younger")[0] == pytest.approx(math.log(2) / 20)
    assert check_distribution(by_group) == []
    with pytest.raises(ValueError, match="stated by group, but not for group 'oldest'"):
        time_to_event(by_group, "oldest")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (distribution("exponential"), "exponential needs 1 figure, .* but 0 given"),
        (distribution("weibull", median=12), "weibull needs 2 figures, .* but 1 given"),
        (distribution("gompertz", (12, 0.4)), "gompertz needs 2 figures, .* but 1 given"),
        (
            distribution("generalised_gamma", (24, 0.4), median=12),
            "generalised_gamma needs 3 figures, .* but 2 given",
        ),
        (distribution("published_curve"), "published_curve needs 1 figure, .* but 0 given"),
        (distribution("weibull", (12, 0.5), (12, 0.4)), "does not fall from 0.4 at month 12"),
        (distribution("log_normal", (12, 0.5), (24, 0.5)), "does not fall from 0.5 at month 12"),
        (distribution("log_logistic", (24, 0.6), median=12), "from 0.5 at month 12 to 0.6"),
        (distribution("exponential", median=12, cure=0.5), "cure share 0.5 is not below .* 0.5"),
        (
            distribution("weibull", (60, 0.3), median=12, cure={"a": 0.1, "b": 0.35}),
            "cure share 0.35 is not below the lowest figure, 0.3 at month 60",
        ),
        (
            distribution("exponential", median={"a": 9.0, "b": 8.0}, cure={"a": 0.1}),
            "not for group 'b'",
        ),
    ],
)
def test_figures_that_no_curve_has_are_refused(wrong: Distribution, message: str) -> None:
    (fault,) = check_distribution(wrong)
    with pytest.raises(ValueError, match=message):
        raise ValueError(fault)
    with pytest.raises(ValueError, match=message):
        time_to_event(wrong, "b")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (distribution("gompertz", (12, 0.5), (12.0000001, 0.4)), "first hazard must be above 0"),
        (
            distribution("generalised_gamma", (1, 0.5), (2, 1e-200), (3, 1e-300)),
            "least squares did not settle",
        ),
    ],
)
def test_figures_that_the_solver_cannot_fit_are_a_fault(wrong: Distribution, reason: str) -> None:
    (fault,) = check_distribution(wrong)
    assert fault.startswith(f"no {wrong.family} curve could be fitted to these figures (")
    assert reason in fault
    assert fault.endswith("): choose another family or other points")


def test_one_figure_too_few_is_not_sent_back_to_the_family_that_lacks_it() -> None:
    (fault,) = check_distribution(distribution("exponential"))
    assert fault.endswith("but 0 given: add points")
    (fault,) = check_distribution(distribution("weibull", median=12))
    assert fault.endswith("but 1 given: add points, or choose exponential, which needs 1")


def drawn(record: Distribution, **values: Any) -> Distribution:
    """Return a distribution whose figures hold draws, as a drawn pathway has them."""
    changed = {name: getattr(record, name).drawn(value) for name, value in values.items()}
    return record.model_copy(update=changed)


@pytest.mark.parametrize("family", TWO_FIGURES)
def test_drawn_figures_stretch_time_and_move_the_plateau(family: str) -> None:
    record = distribution(family, (36, 0.25), median=10.0, cure=0.1)
    stated = time_to_event(record).curve
    assert isinstance(stated, MixtureCure)
    medians, cured = np.array([9.0, 10.0, 14.0]), np.array([0.2, 0.1, 0.0])
    found = monthly_hazards(drawn(record, median_months=medians, cure_share=cured), 600)
    assert found.shape == (600, 3)
    survival = np.exp(-np.cumsum(found, axis=0))
    month = np.arange(1, 601)
    for draw, (median, share) in enumerate(zip(medians, cured, strict=True)):
        uncured = stated.curve.survival(month * 10.0 / median)
        np.testing.assert_allclose(survival[:, draw], share + (1 - share) * uncured, rtol=1e-10)
    np.testing.assert_allclose(found[:, 1], monthly_hazards(record, 600), rtol=1e-12)


def test_a_drawn_median_is_the_median_where_nobody_is_cured() -> None:
    record = distribution("log_normal", (36, 0.25), median=10.0)
    medians = np.array([8.0, 12.5])
    np.testing.assert_allclose(
        time_to_event(drawn(record, median_months=medians)).median(), medians
    )


def test_an_exponential_drawn_is_the_exponential_fitted_to_the_draw() -> None:
    record = distribution("exponential", median=10.0)
    found = monthly_hazards(drawn(record, median_months=np.array([7.0, 12.0])), 60)
    for draw, median in enumerate((7.0, 12.0)):
        one = monthly_hazards(distribution("exponential", median=median), 60)
        np.testing.assert_allclose(found[:, draw], one, rtol=1e-12)


def test_draws_by_group_are_those_of_the_group() -> None:
    record = distribution("weibull", (36, 0.25), median=10.0, cure=0.1)
    cured = np.array([0.1, 0.0, 0.2])
    by_group = drawn(record, cure_share={"a": cured, "b": cured[::-1]})
    last_first = monthly_hazards(by_group, 60, "b")[:, ::-1]
    np.testing.assert_allclose(last_first, monthly_hazards(by_group, 60, "a"), rtol=1e-13)


def test_a_cured_share_above_a_published_point_has_a_curve_when_drawn() -> None:
    record = distribution("weibull", (12, 0.4), median=10.0, cure=0.1)
    found = time_to_event(drawn(record, cure_share=np.array([0.2, 0.45])))
    assert (np.diff(found.survival(np.arange(200)), axis=0) <= 0).all()
    np.testing.assert_allclose(found.survival([1e6])[0], [0.2, 0.45])
    with pytest.raises(ValueError, match=r"share 0\.45 is not below"):
        time_to_event(distribution("weibull", (12, 0.4), median=10.0, cure=0.45))
