"""The whole path once more, from a scenario's files to starts and their worth, in plain loops.

Nothing of the model is used, not even its reading of files: csv, tomllib, math and loops. It knows
what the tiny scenario has; a part of a pathway that it does not know is refused.
"""

from __future__ import annotations

import calendar
import csv
import math
import tomllib
from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import pairwise
from operator import mul
from pathlib import Path
from typing import Any

from tests.support.plain_course import Course, course, figure

Start = tuple[str, str, str]  # decision point, option, group


class PlainPath:
    """A scenario's files and what follows from them; months are numbered year * 12 + month - 1."""

    def __init__(self, folder: Path) -> None:
        """Read the files."""
        with (folder / "scenario.toml").open("rb") as file:
            self.settings: dict[str, Any] = tomllib.load(file)
        with (folder / self.settings["pathway_file"]).open("rb") as file:
            self.pathway: dict[str, Any] = tomllib.load(file)
        self.rows: dict[str, list[dict[str, str]]] = {}
        for name, table in self.settings["tables"].items():
            with (folder / table["file"]).open(encoding="utf-8", newline="") as text:
                self.rows[name] = list(csv.DictReader(text))
        window = self.settings["window"]
        year, month = map(int, window["start"].split("-"))
        self.opens = year * 12 + month - 1
        self.ends = self.opens + window["months"] + window["run_out_months"]
        self.begins = self.opens - 12 * window["burn_in_years"]
        self.window = int(window["months"])
        self.horizon = 12 * int(self.settings["economics"]["horizon_years"])
        self.regions = list(dict.fromkeys(row["region"] for row in self.rows["population"]))
        self.groups: list[str] = list(self.settings["group"])
        self.bands = sorted({int(row["age_from"]) for row in self.rows["population"]})
        self.points = self.pathway["decision_point"]
        self.starts_of = [(p, o) for p, point in self.points.items() for o in point["option"]]

    def held(self, table: str, age: int, **keys: str) -> dict[str, str]:
        """Return the row that holds at an age: the last that begins at or before it."""
        rows = [r for r in self.rows[table] if all(r[k] == v for k, v in keys.items())]
        return max((r for r in rows if int(r["age_from"]) <= age), key=lambda r: int(r["age_from"]))

    def group_of(self, age: int) -> str:
        """Return the group of an age."""
        begins = {name: int(self.settings["group"][name]["from_age"]) for name in self.groups}
        return max((name for name in begins if begins[name] <= age), key=lambda name: begins[name])

    @cached_property
    def cancers(self) -> dict[tuple[str, str, int], list[float]]:
        """New cancers by region, sex and age, each month from 120 before the first to the last."""
        trend, found = self.settings["trend"], {}
        compared = self.settings.get("incidence", {"standardised_ratio": {"value": 1.0}})
        for row in self.rows["population"]:
            sex, age = row["sex"], int(row["age_from"])
            rate = float(self.held("incidence", age, sex=sex)["rate_per_100k"]) / 100_000
            rate *= figure(compared["standardised_ratio"])
            if rate == 0:
                continue
            change = 1 + float(self.held("trend", age)["change_per_year"])
            monthly = []
            for number in range(self.begins - 120, self.ends):
                year, month = number // 12, number % 12 + 1
                days = [calendar.monthrange(year, m)[1] for m in range(1, 13)]
                middle = sum(days[: month - 1]) + days[month - 1] / 2
                away = year + middle / sum(days) - trend["base_year"]
                beyond = max(abs(away) - figure(trend["damped_after_years"]), 0.0)
                damping = figure(trend["damping"])
                counted = min(abs(away), figure(trend["damped_after_years"])) + (
                    (1 - damping**beyond) / -math.log(damping)
                )
                share = days[month - 1] / sum(days)
                monthly.append(
                    float(row["people"]) * rate * share * change ** math.copysign(counted, away)
                )
            found[row["region"], sex, age] = monthly
        return found

    def appears(self, lag: int) -> tuple[float, float]:
        """Return synchronous metastases of a cancer, and metachronous ones of a risk, at a lag."""
        stated = self.settings["metastases"]
        until, window = figure(stated["late_until"]), figure(stated["synchronous_window"])
        points = [(window, 0.0), *map(tuple, stated["metachronous_timing"]["points"])]

        def reached(month: float) -> float:
            for (start, low), (stop, high) in pairwise(points):
                if start <= month <= stop:
                    return float(low + (high - low) * (month - start) / (stop - start))
            return 0.0 if month < window else 1.0

        late = figure(stated["late_share"]) / (until - 60) if 60 <= lag < until else 0.0
        early = figure(stated["synchronous_share"]) / window if lag < window else 0.0
        return early, reached(lag + 1) - reached(lag) + late

    @cached_property
    def patients(self) -> dict[tuple[str, str, int], list[float]]:
        """First metastases by region, sex and age then, each month from the first to the last."""
        risks = self.settings["metastases"]["metachronous_cumulative_incidence"]
        found: dict[tuple[str, str, int], list[float]] = defaultdict(
            lambda: [0.0] * (self.ends - self.begins)
        )
        for (region, sex, age), monthly in self.cancers.items():
            stage = self.held("stage", age, sex=sex)
            risk = sum(float(stage[name]) * figure(value) for name, value in risks.items())
            for lag in range(120):
                early, later = self.appears(lag)
                bands, part = divmod(lag, 60)
                for moved, share in ((bands, 1 - part / 60), (bands + 1, part / 60)):
                    then = min(age + 5 * moved, self.bands[-1])
                    for month in range(self.ends - self.begins):
                        came = monthly[month + 120 - lag] * share
                        found[region, sex, then][month] += came * (early + risk * later)
        return dict(found)

    def people(self, region: str, group: str, month: int) -> float:
        """Return a region's and group's new patients in a month, numbered from the first."""
        return sum(
            monthly[month]
            for (r, _, age), monthly in self.patients.items()
            if r == region and self.group_of(age) == group
        )

    def eligible(self, point: str, group: str) -> float:
        """Return the share of a group first sent to a point."""
        return sum(
            float(row["share"])
            for row in self.rows["eligibility"]
            if (row["decision_point"], row["group"]) == (point, group)
        )

    @cached_property
    def escaping(self) -> dict[str, list[float]]:
        """Survival of other causes by group since first metastasis, to twice the horizon."""
        months = 2 * self.horizon + 1
        whole = dict.fromkeys(self.groups, 0.0)
        found = {group: [0.0] * months for group in self.groups}
        for (_, sex, age), monthly in self.patients.items():
            table = [
                (float(row["age_from"]), float(row["deaths_per_person_year"]))
                for row in self.rows["life_table"]
                if row["sex"] == sex
            ]
            ages = [at for at, _ in table]
            gathered = [0.0]
            for (at, rate), (end, _) in pairwise(table):
                gathered.append(gathered[-1] + rate * (end - at))

            def hazard(
                at: float, ages: list[float] = ages, sums: list[float] = gathered,
                table: list[tuple[float, float]] = table,
            ) -> float:  # fmt: skip
                row = bisect_right(ages, at) - 1
                return sums[row] + table[row][1] * (at - ages[row])

            group, number = self.group_of(age), sum(monthly)
            whole[group] += number
            for since in range(months):
                for entry in (age + 0.5, age + 1.5, age + 2.5, age + 3.5, age + 4.5):
                    lived = math.exp(hazard(entry) - hazard(entry + since / 12))
                    found[group][since] += number / 5 * lived
        return {group: [s / whole[group] for s in found[group]] for group in self.groups}

    @cached_property
    def clocks(self) -> dict[tuple[str, str], list[float]]:
        """Survival of other causes since a point is reached, by point and group, to the horizon."""
        found, months = {}, self.horizon + 1
        for group, survival in self.escaping.items():
            alone = {s: self._course(*s, group, [1.0] * months) for s in self.starts_of}
            came = {p: [self.eligible(p, group)] + [0.0] * (months - 1) for p in self.points}
            for now in range(months):
                for (point, option), one in alone.items():
                    begun = self.usual(point, option, group) * came[point][now]
                    for to, flow in one.arrive.items():
                        for later in range(now + 1, months):
                            came[to][later] += begun * flow[later - now]
            for point, times in came.items():
                reached = [sum(map(mul, times, survival[d : d + months])) for d in range(months)]
                found[point, group] = [people / reached[0] for people in reached]
        return found

    def usual(self, point: str, option: str, group: str) -> float:
        """Return the share of a point's patients who are meant for an option."""
        return figure(self.points[point]["option"][option]["usual_share"], group)

    def _course(self, point: str, option: str, group: str, escape: list[float]) -> Course:
        stated = self.points[point]["option"][option]
        return course(stated, group, escape, self.settings["resource"])

    @cached_property
    def courses(self) -> dict[Start, Course]:
        """What follows each start."""
        return {
            (*start, group): self._course(*start, group, self.clocks[start[0], group])
            for start in self.starts_of
            for group in self.groups
        }

    @cached_property
    def entries(self) -> dict[tuple[str, str, str], list[float]]:
        """People from outside by point, region and group, those waiting on day one with them."""
        months, opening = self.ends - self.begins, self.opens - self.begins
        found = {}
        for group in self.groups:
            new = {r: [self.people(r, group, m) for m in range(months)] for r in self.regions}
            together = sum(sum(monthly[opening:]) for monthly in new.values())
            for point in self.points:
                waiting = sum(
                    float(row["patients"])
                    for row in self.rows["backlog"]
                    if (row["decision_point"], row["group"]) == (point, group)
                )
                for region, monthly in new.items():
                    came = [self.eligible(point, group) * people for people in monthly]
                    came[opening] += waiting * sum(monthly[opening:]) / together
                    found[point, region, group] = came
        return found

    @cached_property
    def starts(self) -> dict[tuple[str, str, str, str, int], float]:
        """Starts by point, option, region, group and month when everyone starts on arrival."""
        came = {key: list(monthly) for key, monthly in self.entries.items()}
        found, months = {}, self.ends - self.begins
        for now in range(months):
            for (point, option, group), one in self.courses.items():
                for region in self.regions:
                    begun = self.usual(point, option, group) * came[point, region, group][now]
                    found[point, option, region, group, now] = begun
                    for to, flow in one.arrive.items():
                        for later in range(now + 1, months):
                            came[to, region, group][later] += begun * flow[later - now]
        return found

    def own(self, measure: str, annual_rate: float) -> dict[Start, float]:
        """Return "qalys" or "cost" of each start's own course, discounted at mid-month."""
        return {
            start: sum(
                amount / (1 + annual_rate) ** ((month + 0.5) / 12)
                for month, amount in enumerate(one.qalys if measure == "qalys" else one.cost)
            )
            for start, one in self.courses.items()
        }

    def following(self, annual_rate: float, first: int = 1) -> dict[Start, dict[str, float]]:
        """Return a start's arrivals by point from a month after it on, discounted to the start."""
        monthly = (1 + annual_rate) ** (1 / 12)
        return {
            start: {
                to: sum(flow[since] / monthly**since for since in range(first, len(flow)))
                for to, flow in one.arrive.items()
            }
            for start, one in self.courses.items()
        }

    def arriving(self, measure: str, annual_rate: float) -> dict[tuple[str, str], float]:
        """Return what coming to a point is worth, by substitution until nothing changes."""
        own, follows = self.own(measure, annual_rate), self.following(annual_rate)
        worth = {(point, group): 0.0 for point in self.points for group in self.groups}
        for _ in range(150):
            before = dict(worth)
            worth = dict.fromkeys(worth, 0.0)
            for (point, option, group), reached in follows.items():
                value = own[point, option, group]
                value += sum(people * before[to, group] for to, people in reached.items())
                worth[point, group] += self.usual(point, option, group) * value
        return worth

    def worth(self, measure: str, annual_rate: float, first: int = 1) -> dict[Start, float]:
        """Return what each start is worth, with arrivals from a month after it on."""
        own, arrival = self.own(measure, annual_rate), self.arriving(measure, annual_rate)
        return {
            start: own[start]
            + sum(people * arrival[to, start[2]] for to, people in reached.items())
            for start, reached in self.following(annual_rate, first).items()
        }
