"""Death from other causes: life tables, and how a mix of ages and sexes survives under them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.metastases import group_of_band
from hepaplan.model.parameters import AGE_BANDS, SEXES, Scenario
from hepaplan.model.quantities import MONTHS_PER_YEAR

OFFSETS = np.arange(5) + 0.5
"""Entry ages within a band, years: single years, each at its middle."""


@dataclass(frozen=True)
class LifeTable:
    """Deaths per person-year from each age in `age_from` to the next; the last row is open.

    Both have shape (row,); rows may be one year wide, five, or any mixture. The rate is constant
    within a row, so that ages and times of any fraction have an exact answer (Preston, Heuveline &
    Guillot, Demography, Blackwell 2001, chapter 3). A table of probabilities of dying is the
    caller's to convert: over n years q is the rate -log(1 - q) / n
    (`quantities.probability_to_rate`).
    """

    age_from: Floats
    rate: Floats

    def __post_init__(self) -> None:
        """Refuse rows that are not in order and rates that are none."""
        age, rate = (np.array(a, dtype=np.float64) for a in (self.age_from, self.rate))
        if age.ndim != 1 or age.shape != rate.shape or not age.size:
            raise ValueError(f"ages of shape {age.shape} and rates of shape {rate.shape}: one each")
        if not np.isfinite(age).all() or (np.diff(age) <= 0).any():
            raise ValueError(f"the ages {age.tolist()} do not rise: one row an age, youngest first")
        if bad := [float(r) for r in rate if not (np.isfinite(r) and r >= 0)]:
            raise ValueError(f"the death rate {bad[0]:g} is not a number of 0 or more")
        object.__setattr__(self, "age_from", age)
        object.__setattr__(self, "rate", rate)

    def cumulative_hazard(self, age: npt.ArrayLike, years: npt.ArrayLike) -> Floats:
        """Return the hazard gathered from `age` to `age + years`, shapes broadcast."""
        age = np.asarray(age, dtype=np.float64)
        return self._reached(age + np.asarray(years)) - self._reached(age)

    def survival(self, age: npt.ArrayLike, years: npt.ArrayLike) -> Floats:
        """Return the share of those alive at `age` who live `years` more, shapes broadcast."""
        return np.exp(-self.cumulative_hazard(age, years))

    def life_expectancy(self, age: npt.ArrayLike) -> Floats:
        """Return mean years ahead of those alive at exact ages; infinite where nobody dies."""
        last = self.rate.size - 1
        ahead = np.full(self.rate.size, 1 / self.rate[-1] if self.rate[-1] else np.inf)
        widths = np.diff(self.age_from)
        for row in reversed(range(last)):
            ahead[row] = _years_lived(self.rate[row], widths[row], ahead[row + 1])
        row_at = self._row(age)
        next_row = np.minimum(row_at + 1, last)
        left = np.maximum(self.age_from[next_row] - np.asarray(age), 0.0)
        return _years_lived(self.rate[row_at], left, ahead[next_row])

    def _row(self, age: npt.ArrayLike) -> Ints:
        age = np.asarray(age, dtype=np.float64)
        if (age < self.age_from[0]).any():
            raise ValueError(
                f"age {float(age.min()):g} lies before the life table, which starts at "
                f"{self.age_from[0]:g}"
            )
        return np.asarray(np.searchsorted(self.age_from, age, side="right") - 1)

    def _reached(self, age: Floats) -> Floats:
        """Return the hazard gathered from the table's first age."""
        row = self._row(age)
        steps = self.rate[:-1] * np.diff(self.age_from)
        before = np.concatenate([[0.0], np.cumsum(steps)])
        return np.asarray(before[row] + self.rate[row] * (age - self.age_from[row]))


def _years_lived(rate: Floats, years: Floats, ahead: Floats) -> Floats:
    """Return mean years lived at a constant rate for `years`, then `ahead` by those still alive."""
    live = np.exp(-rate * years)
    with np.errstate(divide="ignore", invalid="ignore"):
        lived = np.where(rate > 0, -np.expm1(-rate * years) / rate, years)
        return np.asarray(lived + np.where(live > 0, live * ahead, 0.0))


def period_table(table: LifeTable, lived_by_the_dying: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Return the columns of a complete or abridged period life table, one row an age interval.

    Columns: age_from; years (width n, infinite in the last row); rate (nmx); lived_by_the_dying
    (nax, years lived in the interval by those who die there); probability (nqx); alive (lx, of 1 at
    the first age); deaths (ndx); person_years (nLx); person_years_ahead (Tx); expectancy (ex).
    Without `lived_by_the_dying` rates are constant within rows, as everywhere else in the model;
    with it, shape (row,), nqx = n m / (1 + (n - a) m) (Chiang, The Life Table and its Applications,
    Krieger 1984; Preston, Heuveline & Guillot 2001, box 3.1).
    """
    rate = table.rate
    years = np.append(np.diff(table.age_from), np.inf)
    if not rate[-1] > 0:
        raise ValueError("nobody dies in the last row of the life table: it needs a rate above 0")
    if lived_by_the_dying is None:
        q = -np.expm1(-rate * years)
        with np.errstate(divide="ignore", invalid="ignore"):
            lived = np.where(rate > 0, 1 / rate - years * (1 - q) / q, years / 2)
    else:
        lived = np.array(lived_by_the_dying, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            q = years * rate / (1 + (years - lived) * rate)
        if bad := [float(a) for a, p in zip(lived[:-1], q[:-1], strict=True) if not 0 <= p <= 1]:
            raise ValueError(
                f"{bad[0]:g} years lived by the dying do not fit the rate: more than all would die"
            )
    q[-1], lived[-1] = 1.0, 1 / rate[-1]
    alive = np.concatenate([[1.0], np.cumprod(1 - q[:-1])])
    deaths = alive * q
    full = np.append(years[:-1], 0.0) * (alive - deaths)
    person_years = full + lived * deaths
    ahead = np.cumsum(person_years[::-1])[::-1]
    return pd.DataFrame(
        {
            "age_from": table.age_from,
            "years": years,
            "rate": rate,
            "lived_by_the_dying": lived,
            "probability": q,
            "alive": alive,
            "deaths": deaths,
            "person_years": person_years,
            "person_years_ahead": ahead,
            "expectancy": ahead / alive,
        }
    )


def mixed_survival(survival: Floats, mix: Floats) -> Floats:
    """Return the share of mixed cohorts still alive, shape (cohorts…, time).

    `survival` has the classes' axes and then time, `mix` those of the cohorts, if there are
    several, and then the classes'; each mix sums to 1. The survival of a mixture, not survival at a
    mean age (Vaupel & Yashin, Am Stat 1985;39:176-85, 10.1080/00031305.1985.10479424).
    """
    return np.asarray(np.tensordot(mix, survival, axes=survival.ndim - 1))


def surviving_mix(survival: Floats, mix: Floats) -> Floats:
    """Return who those still alive are, shape (classes…, time); sums to 1 at each time.

    Arguments as for `mixed_survival`, one cohort. The frail go first, so the weights move to the
    others.
    """
    left = mix[..., None] * survival
    return np.asarray(left / mixed_survival(survival, mix))


def life_tables(scenario: Scenario) -> dict[str, LifeTable]:
    """Return the scenario's life table of each sex; each must start at age 0."""
    return {sex: _life_table(scenario.tables.life_table, sex) for sex in SEXES}


def _life_table(table: pd.DataFrame, sex: str) -> LifeTable:
    rows = table[table["sex"] == sex].sort_values("age_from")
    age = rows["age_from"].to_numpy(dtype=np.float64)
    if not age.size or age[0] != 0:
        start = f"starts at age {age[0]:g}" if age.size else "is empty"
        raise ValueError(f"the life table of the sex {sex} {start}: start it at 0")
    return LifeTable(age, rows["deaths_per_person_year"].to_numpy(dtype=np.float64))


def group_age_mix(scenario: Scenario, arrivals: Floats) -> Floats:
    """Return who a group's arrivals are, shape (group, sex, age_band); each group sums to 1.

    `arrivals` has the axes (month, region, sex, age_band, timing). A group that nobody enters gets
    an even mix of its sexes and bands: then only people on its lists on day one have these ages.
    """
    member = group_of_band(scenario).T[:, None, :]
    people = arrivals.sum(axis=(0, 1, 4)) * member
    total = people.sum(axis=(1, 2), keepdims=True)
    people = np.where(total > 0, people, np.broadcast_to(member, people.shape))
    return np.asarray(people / people.sum(axis=(1, 2), keepdims=True))


def group_weights(scenario: Scenario, arrivals: Floats) -> Floats:
    """Return each group's share of all arrivals, shape (group,); even where nobody arrives.

    `arrivals` has the axes (month, region, sex, age_band, timing).
    """
    people = group_of_band(scenario).T @ arrivals.sum(axis=(0, 1, 2, 4))
    even = np.full(people.size, 1.0 / people.size)
    return np.asarray(people / people.sum()) if people.any() else even


def single_age_survival(scenario: Scenario, months: int) -> Floats:
    """Return the share of each single age to escape other-cause death by month since entry.

    Shape (sex, age_band, year within the band, months + 1), 1 at month 0; each single year of age
    enters at its middle.
    """
    ages = np.asarray(AGE_BANDS)[:, None, None] + OFFSETS[:, None]
    years = np.arange(months + 1) / MONTHS_PER_YEAR
    return np.stack([table.survival(ages, years) for table in life_tables(scenario).values()])


def other_cause_survival(scenario: Scenario, age_mix: Floats, months: int) -> Floats:
    """Return the share of a mix who escape other-cause death, (…, months + 1), 1 at month 0.

    `age_mix` (…, sex, age_band), one mix or several; single years are equally many within a band.
    The old die first, so the mix grows younger than its years.
    """
    return mixed_survival(single_age_survival(scenario, months).mean(axis=2), age_mix)
