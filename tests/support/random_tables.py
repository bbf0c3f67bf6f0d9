"""The tables of a random scenario: unequal regions, sexes, ages and sites."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hepaplan.model.calendar import Months
from hepaplan.model.parameters import AGE_BANDS, SEXES, STAGES
from hepaplan.model.table_columns import TABLE_COLUMNS
from tests.support.random_pathways import Record, whole_parts
from tests.support.random_shapes import START, Shape

Frames = dict[str, pd.DataFrame]
SOURCED: Record = {"source": "paper", "quality": "illustrative"}


def people(chance: np.random.Generator, regions: list[str]) -> Frames:
    """Return who lives there, falls ill and dies: unequal regions, sexes and ages."""
    bands, sexes = len(AGE_BANDS), len(SEXES)
    age, sex = np.array(AGE_BANDS * sexes), np.repeat(SEXES, bands)
    rate = chance.integers(20, 400, sexes * bands) * (age >= 50) * (chance.random(age.size) < 0.7)
    rate[AGE_BANDS.index(60)] = 150
    late = chance.integers(20, 30, sexes) / 100
    early = np.stack([whole_parts(chance, 3) for _ in SEXES]) * (1.0 - late)[:, None]
    stages = np.column_stack((early, 1.0 - early.sum(axis=1)))
    deaths = chance.uniform(0.8, 1.2, age.size) * np.exp(age / 11.0 - 9.5)
    return {
        "population": pd.DataFrame(
            {
                "region": np.repeat(regions, age.size),
                "sex": np.tile(sex, len(regions)),
                "age_from": np.tile(age, len(regions)),
                "people": chance.integers(500, 9000, age.size * len(regions)).astype(float),
            }
        ),
        "incidence": pd.DataFrame(
            {"sex": sex, "age_from": age, "rate_per_100k": rate.astype(float)}
        ),
        "trend": pd.DataFrame(
            {"age_from": [0, 70], "change_per_year": chance.integers(-3, 4, 2) / 100}
        ),
        "stage": pd.DataFrame(
            {"sex": list(SEXES), "age_from": [0] * sexes}
            | {name: stages[:, i] for i, name in enumerate(STAGES)}
        ),
        "life_table": pd.DataFrame(
            {"sex": sex, "age_from": age, "deaths_per_person_year": np.minimum(deaths, 1.0)}
        ),
    }


def places(
    chance: np.random.Generator, names: dict[str, list[str]], pathway: Record, shape: Shape
) -> Frames:
    """Return who is sent where, and what is there."""
    points = list(pathway["decision_point"])
    eligible = [
        (group, point, float(part))
        for group in names["group"]
        for point, part in zip(points, whole_parts(chance, len(points)), strict=True)
    ]
    services = sorted(
        {option["service"] for p in pathway["decision_point"].values()
         for option in p["option"].values()}
    )  # fmt: skip
    referral = []
    for region in names["region"]:
        for service in services:
            count = int(chance.integers(1, shape.sites + 1))
            there = chance.choice(names["site"], count, replace=False).tolist()
            parts = whole_parts(chance, count)
            referral += [(region, service, s, float(p)) for s, p in zip(there, parts, strict=True)]
    pairs = [(site, resource) for site in names["site"] for resource in names["resource"]]
    size = chance.uniform(0.2, 0.8, len(pairs)) * shape.plenty * shape.regions
    tables = {
        "eligibility": sourced(["group", "decision_point", "share"], eligible),
        "referral": sourced(["region", "service", "site", "share"], referral),
        "capacity": sourced(
            ["site", "resource", "number"],
            [(*pair, round(float(number), 3)) for pair, number in zip(pairs, size, strict=True)],
        ),
    }
    months = Months(START, shape.months).labels
    some = [pair for pair in pairs if chance.random() < 0.5]
    first, last = sorted(chance.integers(0, shape.months, 2).tolist())
    if shape.changes and some:
        tables["capacity_changes"] = pd.DataFrame(
            [
                (*pair, months[first], months[last], float(chance.integers(5, 20)) / 10,
                 float(chance.integers(0, 4)) / 10, "A change")
                for pair in some
            ],
            columns=TABLE_COLUMNS["capacity_changes"],
        )  # fmt: skip
    if shape.other_use and some:
        has = dict(zip(pairs, size, strict=True))
        rows = [(*pair, months[first], months[last], round(has[pair] * 0.2, 3)) for pair in some]
        tables["other_use"] = sourced(
            ["site", "resource", "from_month", "to_month", "number"], rows
        )
    if shape.travel:
        minutes = [
            (region, site, float(chance.integers(5, 90)))
            for region in names["region"]
            for site in names["site"]
        ]
        tables["travel"] = sourced(["region", "site", "minutes"], minutes)
    return tables


def backlog(chance: np.random.Generator, groups: list[str], pathway: Record) -> pd.DataFrame:
    rows = [
        (name, group, int(chance.integers(0, 4)), float(chance.integers(0, 30)) / 10)
        for name, point in pathway["decision_point"].items()
        if "waiting" in point
        for group in groups
    ]
    return sourced(["decision_point", "group", "months_waited", "patients"], rows)


def sourced(columns: list[str], rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame([(*row, *SOURCED.values()) for row in rows], columns=[*columns, *SOURCED])
