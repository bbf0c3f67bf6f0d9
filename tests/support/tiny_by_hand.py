"""The tiny scenario by naive arithmetic, from people to starts at usual care.

Months count from January 2027: the window is 0, 1, 2, one month more is solved after it, and the
year before, -12 to -1, is run at usual care.
"""

from __future__ import annotations

import calendar
import itertools
import math
from functools import cache

from tests.support.naive import Fate, all_fates
from tests.support.naive_policies import Listed
from tests.support.scenarios import (
    tiny,
)

REGIONS, SEXES, GROUPS = ("North", "South"), ("female", "male"), ("under_65", "65_and_over")
POINTS = ("operable", "inoperable", "supportive_care")
RESECTION: Listed = ("operable", "resection")
ABLATION: Listed = ("operable", "ablation")
CHEMOTHERAPY: Listed = ("inoperable", "chemotherapy")
SUPPORT: Listed = ("supportive_care", "best_supportive_care")
LISTS = (RESECTION, ABLATION, CHEMOTHERAPY, SUPPORT)
SITES, RESOURCES = ("hilltop", "riverside"), ("theatre", "chair")
FIRST, LAST = -12, 3
WINDOW = 3

PEOPLE = {
    ("North", "female", 60): 20_000, ("North", "female", 70): 10_000,
    ("North", "male", 60): 15_000, ("North", "male", 70): 5_000,
    ("South", "female", 60): 8_000, ("South", "female", 70): 6_000,
    ("South", "male", 60): 7_000, ("South", "male", 70): 4_000,
}  # fmt: skip
RATE_PER_100K = {("female", 60): 100, ("female", 70): 300, ("male", 60): 200, ("male", 70): 400}
TREND = {60: 0.02, 70: -0.01}
STAGES = {"female": (0.2, 0.3, 0.3, 0.2), "male": (0.1, 0.3, 0.35, 0.25)}
FIVE_YEAR_RISK = (0.04, 0.1, 0.2)
ELIGIBLE = {
    "under_65": {"operable": 0.4, "inoperable": 0.5, "supportive_care": 0.1},
    "65_and_over": {"operable": 0.25, "inoperable": 0.45, "supportive_care": 0.3},
}
USUAL_SHARE = {
    (RESECTION, "under_65"): 0.75, (RESECTION, "65_and_over"): 0.6,
    (ABLATION, "under_65"): 0.25, (ABLATION, "65_and_over"): 0.4,
    (CHEMOTHERAPY, "under_65"): 1.0, (CHEMOTHERAPY, "65_and_over"): 1.0,
    (SUPPORT, "under_65"): 1.0, (SUPPORT, "65_and_over"): 1.0,
}  # fmt: skip
BACKLOG = {  # patients by months waited
    ("operable", "under_65"): [0.3, 0.0],
    ("operable", "65_and_over"): [0.0, 0.2],
    ("inoperable", "under_65"): [0.5, 0.0],
}


def month_of(month: int) -> tuple[int, int]:
    """Return calendar year and month."""
    return 2027 + month // 12, month % 12 + 1


@cache
def cases(region: str, sex: str, age: int, month: int) -> float:
    """Return new cancers: people x rate x share of the year x trend."""
    year, in_year = month_of(month)
    days = calendar.monthrange(year, in_year)[1]
    of_year = 366 if calendar.isleap(year) else 365
    before = sum(calendar.monthrange(year, m)[1] for m in range(1, in_year))
    years = year + (before + days / 2) / of_year - 2024.0
    # Two years either side of the base count whole; then each counts half of the one before.
    far = max(abs(years) - 2, 0.0)
    counted = math.copysign(min(abs(years), 2) + (1 - 0.5**far) / math.log(2), years)
    rate = RATE_PER_100K[sex, age] / 100_000 * (1 + TREND[age]) ** counted
    return float(PEOPLE[region, sex, age] * rate * days / of_year)


def reached(month: float) -> float:
    """Return the share of the five-year risk reached a number of months after diagnosis."""
    points = [(2, 0.0), (12, 0.4), (24, 0.7), (60, 1.0)]
    for (start, low), (stop, high) in itertools.pairwise(points):
        if start <= month <= stop:
            return low + (high - low) * (month - start) / (stop - start)
    return 0.0 if month < 2 else 1.0


def appears(lag: int) -> float:
    """Return the part of the five-year risk that appears in the month `lag` after diagnosis."""
    return reached(lag + 1) - reached(lag) + (0.12 / 60 if 60 <= lag < 120 else 0.0)


@cache
def metastases(region: str, sex: str, band: int, month: int) -> tuple[float, float]:
    """Return synchronous and metachronous metastases of an age band at metastasis."""
    synchronous = metachronous = 0.0
    for age in (60, 70):
        for lag in range(120):
            # Of a five-year band, lag/60 have passed its end after `lag` months.
            bands, part = divmod(lag, 60)
            moved = {age + 5 * bands: 1 - part / 60, age + 5 * (bands + 1): part / 60}
            if band not in moved:
                continue
            found = cases(region, sex, age, month - lag) * moved[band]
            if lag < 2:
                synchronous += found * 0.16 / 2
            risk = sum(s * r for s, r in zip(STAGES[sex], FIVE_YEAR_RISK, strict=False))
            metachronous += found * risk * appears(lag)
    return synchronous, metachronous


BANDS = {"under_65": (60,), "65_and_over": (65, 70, 75, 80)}


def patients(region: str, group: str, month: int) -> float:
    return sum(sum(metastases(region, sex, band, month)) for sex in SEXES for band in BANDS[group])


def death_rate(sex: str, age: float) -> float:
    """Return deaths per person-year of the life table."""
    rates = {"female": (0.01, 0.03, 0.3), "male": (0.02, 0.06, 0.4)}[sex]
    return rates[0] if age < 65 else rates[1] if age < 85 else rates[2]


@cache
def general(group: str) -> list[float]:
    """Return survival of other causes for 90 years, of everyone who arrives from -12 to 3."""
    mix = {
        (sex, band): sum(
            sum(metastases(region, sex, band, month))
            for region in REGIONS
            for month in range(FIRST, LAST + 1)
        )
        for sex in SEXES
        for band in BANDS[group]
    }
    survival = [0.0] * 1081
    for (sex, band), people in mix.items():
        for offset in (0.5, 1.5, 2.5, 3.5, 4.5):
            alive = people / sum(mix.values()) / 5
            for month in range(1081):
                survival[month] += alive
                alive *= math.exp(-death_rate(sex, band + offset + (month + 0.5) / 12) / 12)
    return survival


@cache
def clocks() -> dict[tuple[str, str], list[float]]:
    """Return survival of other causes for 45 years after reaching a point, by point and group.

    The times at which one person a group would reach it after first metastasis, if there were no
    other causes, and of those times who is still there to reach it.
    """
    immortal = {(point, group): [1.0] * 541 for point in POINTS for group in GROUPS}
    alone = all_fates(tiny().pathway, immortal, {}, {g: general(g)[:541] for g in GROUPS})
    found = {}
    for group in GROUPS:
        came = {point: [ELIGIBLE[group][point]] + [0.0] * 540 for point in POINTS}
        for now in range(541):
            for point, option in LISTS:
                begun = USUAL_SHARE[(point, option), group] * came[point][now]
                for to, flow in alone[point, option, group].arrive.items():
                    for later in range(now + 1, 541):
                        came[to][later] += begun * flow[later - now]
        for point in POINTS:
            there = [
                sum(people * general(group)[at + since] for at, people in enumerate(came[point]))
                for since in range(541)
            ]
            found[point, group] = [people / there[0] for people in there]
    return found


@cache
def fates() -> dict[tuple[str, str, str], Fate]:
    scenario = tiny()
    published = {group: general(group)[:541] for group in GROUPS}
    return all_fates(scenario.pathway, clocks(), scenario.settings.resource, published)


@cache
def usual_flow() -> tuple[dict[tuple[str, str, str], list[float]], ...]:
    """Return arrivals at points and starts of options by region and group, months -12 to 3."""
    came = {
        (point, region, group): [
            ELIGIBLE[group][point] * patients(region, group, month)
            for month in range(FIRST, LAST + 1)
        ]
        for point in POINTS for region in REGIONS for group in GROUPS
    }  # fmt: skip
    for (point, group), people in BACKLOG.items():
        for region in REGIONS:
            came[point, region, group][-FIRST] += sum(people) * mix(region, group)
    starts: dict[tuple[str, str, str], list[float]] = {
        (option, region, group): [0.0] * 16
        for _, option in LISTS for region in REGIONS for group in GROUPS
    }  # fmt: skip
    for now in range(16):
        for point, option in LISTS:
            for region in REGIONS:
                for group in GROUPS:
                    share = USUAL_SHARE[(point, option), group]
                    begun = share * came[point, region, group][now]
                    starts[option, region, group][now] = begun
                    for to, flow in fates()[point, option, group].arrive.items():
                        for later in range(now + 1, 16):
                            came[to, region, group][later] += begun * flow[later - now]
    return came, starts


def mix(region: str, group: str) -> float:
    """Return a region's share of a group's new patients, months 0 to 3."""
    here = sum(patients(region, group, month) for month in range(4))
    return here / sum(patients(r, group, month) for r in REGIONS for month in range(4))
