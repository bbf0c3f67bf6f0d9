"""What it would be worth to know every uncertain figure before choosing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.tables import standard_error
from hepaplan.model.economics import SAME
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.tables.words import THOUSAND, pounds, sentence_case

FEW_THOUSAND = 10 * THOUSAND


@dataclass(frozen=True)
class Estimate:
    """A value estimated from draws, its Monte Carlo standard error, and what was done to it."""

    value: float
    standard_error: float
    note: str = ""


def chosen(net_benefit: Floats) -> int:
    """Return the strategy with most expected net benefit, of equal ones the first.

    `net_benefit` (strategy, draw) is in pounds. Means that differ by less than a billionth are
    equal, as in `economics.preferred`.
    """
    mean = net_benefit.mean(axis=1)
    return int(np.argmax(mean.max() - mean <= SAME * np.abs(mean).max()))


def loss(net_benefit: Floats) -> Floats:
    """Return pounds lost in each draw (draw,) by the strategy that is best on average."""
    return np.asarray(net_benefit.max(axis=0) - net_benefit[chosen(net_benefit)])


def evpi(net_benefit: Floats) -> Estimate:
    """Return the expected value of perfect information in pounds, of net benefit (strategy, draw).

    Mean of the best net benefit of each draw less the best mean (Claxton, Journal of Health
    Economics 1999;18:341-64, 10.1016/S0167-6296(98)00039-3). The standard error takes the
    strategy that is best on average as given. From few draws the value tends to be too low where
    choices are nearly as good: of two that are equally good on average, with a normal difference of
    standard deviation s, by 0.4 s / sqrt(draws), 0.7 of that standard error. One strategy: 0.
    """
    lost = loss(net_benefit)
    return Estimate(float(lost.mean()), standard_error(lost))


def people_affected(people_per_year: float, years: float, annual_rate: float) -> float:
    """Return the people whom a decision affects over years, discounted to its first day.

    `annual_rate` is that of costs: what information is worth is money. Monthly, at the middle of
    each month, a last part of a month in proportion. Raises ValueError for a negative number.
    """
    if people_per_year < 0 or years < 0:
        raise ValueError(f"{people_per_year:g} people a year over {years:g} years")
    months = years * MONTHS_PER_YEAR
    whole = math.ceil(months)
    if not whole:
        return 0.0
    share = np.ones(whole)
    share[-1] = months - (whole - 1)
    return float(people_per_year / MONTHS_PER_YEAR * (share @ discount_factors(annual_rate, whole)))


def for_population(per_patient: Estimate, people: float) -> Estimate:
    """Return what information is worth for `people`, from what it is worth for one of them.

    Only for net benefit of one patient: that of a region's strategies is of all its patients.
    """
    return Estimate(per_patient.value * people, per_patient.standard_error * people)


def money(amount: float) -> str:
    """Return pounds in words, to the pound where they are fewer than ten thousand."""
    return pounds(amount) if abs(amount) >= FEW_THOUSAND else f"£{round(amount) + 0:,}"


def headline(value: Estimate, willingness_to_pay: float, what: str, draws: int) -> str:
    """Return in a sentence what perfect information is worth, as far as so many draws tell.

    `what` says whose decision it is.
    """
    if value.value == 0:
        return (
            f"{sentence_case(what)}: at {money(willingness_to_pay)} a QALY the same choice is best "
            f"in all of {draws:,} draws: no study is seen to change the decision."
        )
    return (
        f"{sentence_case(what)}: at {money(willingness_to_pay)} a QALY, knowing every uncertain "
        f"figure before choosing would be worth {money(value.value)} (Monte Carlo standard error "
        f"{money(value.standard_error)}); no study of them can be worth more."
    )
