"""Two regions small enough to work on paper, from people to arrivals at decision points.

Unequal regions, sexes, ages, stages and rates; 36,500 people at 100 per 100,000 have 36.5 cases a
year, so 3.1 in the 31 days of a January. The trend's base is the middle of January 2025: two
years, exactly, before the middle of January 2027.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from hepaplan.model.parameters import AGE_BANDS, SEXES, Scenario, Settings, Tables
from hepaplan.model.pathway import DecisionPoint, Pathway

MIDDLE_OF_JANUARY = 15.5 / 365

PEOPLE = {
    ("North", "female", 60): 36_500,
    ("North", "female", 65): 18_250,
    ("North", "female", 90): 3_650,
    ("North", "male", 60): 73_000,
    ("North", "male", 65): 36_500,
    ("South", "female", 60): 7_300,
    ("South", "male", 60): 14_600,
}
RATE_PER_100K = {
    ("female", 60): 100,
    ("female", 65): 200,
    ("female", 90): 400,
    ("male", 60): 200,
    ("male", 65): 500,
    ("male", 90): 300,
}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """Return a figure of the fixture as a file would state it."""
    return {"value": value, "unit": unit, "source": "paper", "quality": "illustrative"}


def settings() -> Settings:
    """Return the settings: 20% synchronous over two months, late metastases to ten years."""
    metastases = {
        "synchronous_share": quantity(0.2, "share"),
        "synchronous_window": quantity(2, "months"),
        "metachronous_cumulative_incidence": {
            "I": quantity(0.05, "share"),
            "II": quantity(0.1, "share"),
            "III": quantity(0.2, "share"),
        },
        # By lag: 0.05 a month for lags 2-13, 0.02 for 14-23, 0.01 for 24-43.
        "metachronous_timing": {
            "points": [(14, 0.6), (24, 0.8), (44, 1.0)],
            "unit": "share",
            "source": "paper",
            "quality": "illustrative",
        },
        # 0.002 a month for lags 60-119.
        "late_share": quantity(0.12, "share"),
        "late_until": quantity(120, "months"),
    }
    return Settings.model_validate(
        {
            "name": "front",
            "title": "Two regions on paper",
            "question": "Who arrives where?",
            "window": {
                "start": "2027-01",
                "months": 3,
                "run_out_months": 2,
                "burn_in_years": 1,
            },
            "calendar": {"country": "GB", "subdivision": "ENG"},
            "economics": {
                "currency": "GBP",
                "price_year": 2024,
                "discount_rate_costs": quantity(0.035, "per year"),
                "discount_rate_effects": quantity(0.015, "per year"),
                "willingness_to_pay": quantity(20_000, "GBP per QALY"),
                "horizon_years": 10,
            },
            "trend": {
                "base_year": 2025 + MIDDLE_OF_JANUARY,
                "damped_after_years": quantity(3, "years"),
                "damping": quantity(0.5, "share per year"),
            },
            "metastases": metastases,
            "group": {
                "older": {"label": "65 and over", "from_age": 65},
                "younger": {"label": "Under 65", "from_age": 0},
            },
            "resource": {},
            "site": {},
            "plan": {
                "referral_shift": quantity(0.2, "share"),
                "age_neutral": True,
            },
            "tables": {
                "population": {
                    "file": "population.csv",
                    "unit": "people",
                    "source": "paper",
                    "year": 2021,
                    "quality": "illustrative",
                }
            },
            "sources": {"paper": {"citation": "worked on paper", "seen": True}},
        }
    )


def tables() -> Tables:
    """Return the tables; those that the front of the chain does not read are empty."""
    people = [
        {"region": region, "sex": sex, "age_from": age, "people": PEOPLE.get((region, sex, age), 0)}
        for region in ("North", "South")
        for sex in SEXES
        for age in AGE_BANDS
    ]
    rates = [
        {"sex": sex, "age_from": age, "rate_per_100k": RATE_PER_100K.get((sex, age), 0)}
        for sex in SEXES
        for age in AGE_BANDS
    ]
    return Tables(
        population=pd.DataFrame(people),
        projection=pd.DataFrame(),
        incidence=pd.DataFrame(rates),
        trend=pd.DataFrame({"age_from": [20, 65], "change_per_year": [0.0, 0.1]}),
        stage=pd.DataFrame(
            [
                ("female", 20, 0.1, 0.2, 0.4, 0.3),
                ("male", 20, 0.2, 0.3, 0.25, 0.25),
                ("male", 65, 0.3, 0.2, 0.1, 0.4),
            ],
            columns=["sex", "age_from", "I", "II", "III", "IV"],
        ),
        life_table=pd.DataFrame(
            [
                ("female", 0, 0.0),
                ("female", 60, 0.012),
                ("female", 65, 0.024),
                ("female", 70, 0.12),
                ("male", 0, 0.0),
                ("male", 60, 0.036),
                ("male", 65, 0.06),
            ],
            columns=["sex", "age_from", "deaths_per_person_year"],
        ),
        eligibility=pd.DataFrame(
            [
                ("younger", "resectable", 0.3),
                ("younger", "palliative", 0.7),
                ("older", "resectable", 0.1),
                ("older", "palliative", 0.9),
            ],
            columns=["group", "decision_point", "share"],
        ),
        referral=pd.DataFrame(),
        travel=pd.DataFrame(),
        capacity=pd.DataFrame(),
        capacity_changes=pd.DataFrame(),
        other_use=pd.DataFrame(),
        site_shares=pd.DataFrame(),
        backlog=pd.DataFrame(),
    )


def front_scenario() -> Scenario:
    """Return the scenario."""
    points = {
        name: DecisionPoint(label=name, liver_limited=name != "palliative", option={})
        for name in ("resectable", "recurrence", "palliative")
    }
    return Scenario(
        settings=settings(),
        pathway=Pathway(name="front", title="Front", decision_point=points),
        tables=tables(),
        places={},
        input_hashes={},
    )
