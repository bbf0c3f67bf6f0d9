"""Random small scenarios, sound by construction: drawn, named by number, and read by the types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import pandas as pd

from hepaplan.model.parameters import STAGES, Scenario, Settings, Tables
from hepaplan.model.pathway import Pathway
from hepaplan.model.table_columns import TABLE_COLUMNS, TABLE_UNITS
from hepaplan.scenarios.tables import empty_table
from tests.support.random_pathways import Record, random_pathway
from tests.support.random_shapes import SHAPES, START, Shape
from tests.support.random_tables import SOURCED, Frames, backlog, people, places
from tests.support.small import figure, share

AGES_OF_GROUPS = (0, 65, 80)


@dataclass(frozen=True)
class Made:
    """A scenario as files state it: settings and pathway as nested tables, and the CSV tables."""

    settings: Record
    pathway: Record
    tables: Frames

    @cached_property
    def scenario(self) -> Scenario:
        """The typed scenario."""
        frames = _empty_tables() | self.tables
        return Scenario(
            settings=Settings.model_validate(self.settings),
            pathway=Pathway.model_validate(self.pathway),
            tables=Tables(**frames),
            places={},
            input_hashes={},
        )

    def with_tables(self, **tables: pd.DataFrame) -> Made:
        """Return it with other tables."""
        return replace(self, tables=self.tables | tables)


@cache
def _empty_tables() -> Frames:
    return {name: empty_table(name) for name in TABLE_COLUMNS}


def made(shape: Shape) -> Made:
    """Return the scenario of a shape."""
    chance = np.random.default_rng(shape.seed)
    names = {
        what: [f"{what}_{i}" for i in range(count)]
        for what, count in (
            ("region", shape.regions),
            ("site", shape.sites),
            ("group", shape.groups),
            ("resource", shape.resources),
        )
    }
    pathway = random_pathway(
        chance, shape.points, shape.options, names["group"], names["resource"], shape.exchange
    )
    tables = people(chance, names["region"]) | places(chance, names, pathway, shape)
    if shape.backlog:
        tables["backlog"] = backlog(chance, names["group"], pathway)
    settings = _settings(shape, names, tables)
    if shape.fence:
        first = tables["capacity"].iloc[0]
        option = next(iter(pathway["decision_point"]["point_0"]["option"].values()))
        settings["ring_fence"] = {
            "fence_0": {
                "label": "Fence",
                "site": first["site"],
                "resource": first["resource"],
                "number": figure(float(first["number"]) * 0.25, "saleable units"),
                "treatments": [option["treatment"]],
            }
        }
    return Made(settings, pathway, tables)


MADE = SHAPES.map(made)


def _settings(shape: Shape, names: dict[str, list[str]], tables: Frames) -> Record:
    chance = np.random.default_rng(shape.seed + 1)
    record: Record = {
        "name": "made",
        "title": "Made at random",
        "question": "Does it hold?",
        "window": {"start": START, "months": shape.months, "run_out_months": shape.run_out,
                   "burn_in_years": int(chance.integers(0, 2))},
        "calendar": {"country": "GB", "subdivision": "ENG"},
        "economics": {
            "currency": "GBP",
            "price_year": 2024,
            "horizon_years": 6,
            "discount_rate_costs": figure(0.035, "per year"),
            "discount_rate_effects": figure(0.015, "per year"),
            "willingness_to_pay": figure(20000.0, "GBP per QALY"),
        },
        "trend": {
            "base_year": 2024.0,
            "damped_after_years": figure(2.0, "years"),
            "damping": figure(float(chance.integers(0, 11)) / 10, "share per year"),
        },
        "incidence": {"standardised_ratio": figure(1.07, "ratio")},
        "metastases": {
            "synchronous_share": share(float(chance.integers(5, 20)) / 100),
            "synchronous_window": figure(2.0, "months"),
            "metachronous_cumulative_incidence": {
                stage: share(float(chance.integers(0, 30)) / 100) for stage in STAGES[:-1]
            },
            "metachronous_timing": {"points": [[12, 0.4], [36, 1.0]], "unit": "share", **SOURCED},
            "late_share": share(0.0),
            "late_until": figure(0.0, "months"),
        },
        "group": {
            name: {"label": name, "from_age": age}
            for name, age in zip(names["group"], AGES_OF_GROUPS, strict=False)
        },
        "resource": {
            name: {
                "label": name, "unit": "units", "saleable_unit": "one",
                "units_per_week": float(chance.integers(20, 60)),
                "calendar": str(chance.choice(["working_days", "every_day"])),
                "utilisation_cap": share(float(chance.integers(70, 101)) / 100),
                "unit_cost": figure(float(chance.integers(1, 40)), "GBP per unit"),
            }
            for name in names["resource"]
        },
        "site": {name: {"label": name, "quality": "illustrative"} for name in names["site"]},
        "plan": {"age_neutral": bool(chance.random() < 0.5),
                 "referral_shift": share(float(chance.integers(0, 11)) / 10)},
        "tables": {
            name: {"file": f"{name}.csv", "unit": TABLE_UNITS[name], **SOURCED} for name in tables
        },
        "sources": {"paper": {"citation": "Made up", "seen": True}},
    }  # fmt: skip
    if shape.delay:
        record["delay"] = {
            "hazard_ratio": figure(float(chance.integers(100, 120)) / 100, "hazard ratio"),
            "from_week": int(chance.integers(0, 9)),
            "restricted_to": figure(5.0, "years"),
        }
    return record
