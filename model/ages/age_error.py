"""How far groups of ages, with one clock for each decision point, are from single ages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import fft

from hepaplan.model.ages.ageing import disease_kernels, usual_arrivals
from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.metastases import eligibility
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare

ALIVE_AT_YEARS = (1, 5, 10)
EVERYONE = "all"
LIFE_YEARS = "life_years"


@dataclass(frozen=True)
class Lifetime:
    """A cohort at usual care from its first metastasis, one person a group.

    `alive` (group, months + 1); `life_years` and `qalys` (group, month).
    """

    alive: Floats
    life_years: Floats
    qalys: Floats


def lifetime(kernels: Kernels, entering: Floats) -> Lifetime:
    """Return the life of those who enter points in month 0, `entering` (point, group)."""
    months = kernels.months
    starts = usual_arrivals(kernels, entering, months + 1)[kernels.point_of]
    starts *= kernels.usual_share[..., None]
    length = fft.next_fast_len(2 * (months + 1), real=True)
    begun = fft.rfft(starts, length)

    def since_entry(stream: Floats) -> Floats:
        everyone = (begun * fft.rfft(stream, length)).sum(axis=0)
        return np.asarray(fft.irfft(everyone, length)[..., : stream.shape[-1]])

    return Lifetime(
        alive=since_entry(kernels.alive),
        life_years=since_entry(kernels.person_months) / MONTHS_PER_YEAR,
        qalys=since_entry(kernels.qalys),
    )


def with_other_causes(disease: Lifetime, survival: Floats) -> Lifetime:
    """Return a lifetime without other causes, times their survival (group, months + 1).

    Death from other causes multiplies every state, so one factor by month since first metastasis
    does for every path, and a sum over single ages and sexes of factors times one lifetime is their
    mixture times that lifetime: `survival` of the mixture is exact for its single ages. Months
    lived take the mean of the month's two ends, deaths being at its middle.
    """
    middle = (survival[:, 1:] + survival[:, :-1]) / 2
    return Lifetime(disease.alive * survival, disease.life_years * middle, disease.qalys * middle)


def single_age_lifetime(usual: UsualCare) -> Lifetime:
    """Return reading 1's lifetime by group, each single age and sex on a clock that never restarts.

    The hazards of the disease are those of the group's kernels, what is taken out of published
    curves included (`ageing.disease_kernels`), so only death from other causes differs.
    """
    scenario = usual.scenario
    kernels = disease_kernels(scenario.pathway, scenario.groups, usual.studied_survival)
    disease = lifetime(kernels, eligibility(scenario))
    return with_other_causes(disease, usual.survival_since_metastasis)


def largest_life_years_error(errors: pd.DataFrame) -> float:
    """Return the largest relative error of a group's life-years in `age_groups_error`'s table."""
    groups = errors[(errors["measure"] == LIFE_YEARS) & (errors["group"] != EVERYONE)]
    return float(groups["relative_difference"].abs().max())


def age_groups_error(usual: UsualCare) -> pd.DataFrame:
    """Return figures per patient by groups, as in every other table, and by single ages.

    Columns: group, measure, unit, grouped, single_ages, difference (grouped less single ages),
    relative_difference (of single_ages). From first metastasis to the horizon, everyone at usual
    care; QALYs also discounted at the rate of effects. The group `all` weighs groups by the
    window's new patients.
    """
    rate = usual.scenario.settings.economics.discount_rate_effects.number
    grouped = _measures(lifetime(usual.kernels, eligibility(usual.scenario)), rate)
    exact = _measures(single_age_lifetime(usual), rate)
    patients = usual.eligible[..., usual.before :].sum(axis=(0, 1, 3))
    weight = patients / patients.sum() if patients.any() else np.full(patients.size, np.nan)
    rows = []
    for (measure, unit), by_groups in grouped.items():
        by_ages = exact[measure, unit]
        pairs = [*zip(by_groups, by_ages, strict=True), (weight @ by_groups, weight @ by_ages)]
        for group, (found, true) in zip((*usual.kernels.groups, EVERYONE), pairs, strict=True):
            gap = found - true
            rows.append((group, measure, unit, found, true, gap, gap / true if true else np.nan))
    columns = ["group", "measure", "unit", "grouped", "single_ages", "difference",
               "relative_difference"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _measures(life: Lifetime, rate: float) -> dict[tuple[str, str], Floats]:
    """Return each measure by group, by its name and unit."""
    alive = {
        (f"alive_{year}y", "share"): life.alive[:, year * MONTHS_PER_YEAR]
        for year in ALIVE_AT_YEARS
        if year * MONTHS_PER_YEAR < life.alive.shape[-1]
    }
    return {
        (LIFE_YEARS, "years"): life.life_years.sum(axis=-1),
        ("qalys", "QALY"): life.qalys.sum(axis=-1),
        ("qalys_discounted", "QALY"): life.qalys @ discount_factors(rate, life.qalys.shape[-1]),
        **alive,
    }
