"""The value of a study, against closed forms of conjugate priors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaln, gammaln, ndtr

from hepaplan.model.uncertainty.information.evpi import Estimate, evpi
from hepaplan.model.uncertainty.information.evppi import evppi
from hepaplan.model.uncertainty.information.evsi import (
    CAPPED,
    MeanStudy,
    ShareStudy,
    evsi,
    headline,
)

DRAWS = 10_000
PRIOR = np.random.default_rng(21).standard_normal((2, DRAWS))


def test_a_normal_mean_has_the_closed_form() -> None:
    """Prior sd 0.5, 40 people with sd 2: the report moves the mean by 0.5 ** 2 / sqrt(0.35)."""
    values = 1.0 + 0.5 * PRIOR[0]
    more = 1_000.0 * (values - 1.2) + 300.0 * PRIOR[1]
    moved = 1_000.0 * 0.25 / np.sqrt(0.25 + 4.0 / 40)
    at = -200.0 / moved
    truth = moved * (np.exp(-at * at / 2) / np.sqrt(2 * np.pi) + at * ndtr(at))
    net_benefit = np.stack([np.zeros(DRAWS), more])
    found = evsi(net_benefit, values, MeanStudy(40, 2.0), np.random.default_rng(1))
    assert abs(found.value - truth) < 3.0 * found.standard_error
    known = evppi(net_benefit, [values])
    assert 0 < found.value < known.value < evpi(net_benefit).value


def test_a_share_has_the_closed_form() -> None:
    """Prior beta(6, 14), 15 people: the mean becomes (6 + events) / 35."""
    values = np.random.default_rng(22).beta(6.0, 14.0, DRAWS)
    net_benefit = np.stack([np.zeros(DRAWS), 10_000.0 * (values - 0.32) + 100.0 * PRIOR[1]])
    events = np.arange(16)
    ways = gammaln(16) - gammaln(events + 1) - gammaln(16 - events)
    chance = np.exp(ways + betaln(6 + events, 29 - events) - betaln(6, 14))
    assert chance.sum() == pytest.approx(1.0)
    truth = chance @ np.maximum(10_000.0 * ((6 + events) / 35 - 0.32), 0.0)
    found = evsi(net_benefit, values, ShareStudy(15), np.random.default_rng(2))
    assert abs(found.value - truth) < 3.0 * found.standard_error


def test_a_larger_study_is_worth_more_and_never_more_than_knowing() -> None:
    values = 1.0 + 0.5 * PRIOR[0]
    net_benefit = np.stack([np.zeros(DRAWS), 1_000.0 * (values - 1.2)])
    known = evppi(net_benefit, [values])
    found = [
        evsi(net_benefit, values, MeanStudy(n, 2.0), np.random.default_rng(3))
        for n in (1, 10, 100, 10_000_000)
    ]
    assert [f.value for f in found] == sorted(f.value for f in found)
    assert found[-1].value == pytest.approx(known.value, rel=1e-3)
    assert all(f.value < known.value or f.note == CAPPED for f in found)


def test_what_is_no_study_is_refused() -> None:
    with pytest.raises(ValueError, match="a study of 0 people"):
        ShareStudy(0)
    with pytest.raises(ValueError, match="the standard deviation between people is 0: above 0"):
        MeanStudy(10, 0.0)
    with pytest.raises(ValueError, match="a share lies between 0 and 1"):
        ShareStudy(5).reports(np.array([0.2, 1.2]), np.random.default_rng(0))


def test_the_headline_says_what_part_of_knowing_it_is() -> None:
    said = headline(Estimate(600.0, 30.0), Estimate(800.0, 20.0), ShareStudy(1_500), "the share")
    assert said == (
        "A study of the share with 1,500 people would be worth £600 (standard error £30), 75% of "
        "what knowing it exactly is worth, before the study's own cost."
    )
    none = headline(Estimate(0.0, 0.0), Estimate(0.0, 0.0), ShareStudy(5), "the share")
    assert none == "No study of the share could change the decision."
