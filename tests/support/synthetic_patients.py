"""Made-up tables of what patients can expect, what delay costs and how curves fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hepaplan.reports.table_columns import COLUMNS

WAITED = (1, 2, 3, 6)
VARIANTS = {"base case": 1.06, "no effect": 1.0, "after 12 weeks": 1.01, "upper end": 1.12}
CATEGORIES = (
    "theatre", "chair", "ward_bed", "drugs", "devices", "complications", "follow_up", "monitoring",
)  # fmt: skip
Options = Sequence[tuple[str, str]]


def patient_row(hazard: float, cost: float) -> tuple[float | None, ...]:
    """What one patient with a constant monthly hazard can expect, in the tables' order."""
    years = 1 / hazard / 12
    median = float(np.log(2) / hazard) if hazard > 0.0085 else None
    alive = [float(np.exp(-hazard * 12 * year)) for year in (1, 2, 3, 5, 10)]
    worth = (years, years * 0.74, cost, years * 0.66, cost * 0.95)
    procedure = 1.6e-4 / hazard
    return (*worth, 0.85 - procedure, procedure, 0.15, median, *alive)


def arrival_tables(
    points: Sequence[str], options: Options, groups: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The tables of arrivals, of one patient's costs, of the region, and of the fits."""
    rows: dict[str, list[tuple[object, ...]]] = {
        "per_arrival": [
            (point, group, 60.0 + 7 * p, *patient_row(0.009 * (1 + 0.3 * p) * (1 + 0.2 * g), 9e3))
            for p, point in enumerate(points)
            for g, group in enumerate((*groups, "all"))
        ],
        "patient_costs": [
            (point, option, group, category, 90.0 * (o + 2) * (c + 1) / (g + 1), 80.0 * (c + 1))
            for o, (point, option) in enumerate(options)
            for g, group in enumerate(groups)
            for c, category in enumerate(CATEGORIES[: 8 - o % 3])
        ],
        "region": [
            ("new patients", "people", None, 2_000.0),
            ("life-years", "years", 3.1, 6_200.0),
            ("QALYs", "QALY", 2.3, 4_600.0),
            ("QALYs, discounted", "QALY", 1.9, 3_800.0),
            ("cost", "GBP", 33_500.4, 67_000_800.0),
            ("cost, discounted", "GBP", 31_000.4, 62_000_800.0),
            ("dies of cancer", "share", 0.866, 1_732.0),
            ("dies of a procedure", "share", 0.004, 8.0),
            ("dies of other causes", "share", 0.13, 260.0),
            ("alive at 1 year", "share", 0.66, 1_320.0),
            ("cost, theatre", "GBP", 1_200.0, 2_400_000.0),
            ("cost, follow_up", "GBP", 450.0, 900_000.0),
            ("median survival", "months", 19.7, None),
        ],
        "fits": [
            (point, option, "recurrence" if o < 4 else "progression", "all",
             "log_normal" if o < 4 else "exponential", 0.2 if o < 4 else 0.0, month, stated,
             stated + 2e-4 * (o + 1), 2e-4 * (o + 1), "1", "study", "derived")
            for o, (point, option) in enumerate(options)
            for month, stated in ((12.0, 0.54), (36.0, 0.31))
        ],
        "utility_norms": [
            ("resectable", "resection", "from_80", 0.8, 0.694, 0.106),
            ("resectable", "waiting list", "from_80", 0.72, 0.694, 0.026),
        ],
        "age_groups_error": [
            (group, measure, unit, value * 1.002, value, value * 0.002, 0.002)
            for group in (*groups, "all")
            for measure, unit, value in (
                ("life_years", "years", 3.1), ("qalys", "QALY", 2.3), ("alive_5y", "share", 0.12),
            )
        ],
    }  # fmt: skip
    return {name: pd.DataFrame(data, columns=list(COLUMNS[name])) for name, data in rows.items()}


def delay_table(options: Options, groups: Sequence[str]) -> pd.DataFrame:
    """What waits do under each variant; the last option's harm is more than can be solved."""
    rows = []
    for o, (point, option) in enumerate(options):
        for group in groups:
            for variant, ratio in VARIANTS.items():
                for waited in WAITED:
                    alone = 0.03 * waited * (1 + o / 10)
                    lost = alone * (1 + 20 * (ratio - 1) * (o % 5))
                    last = o == len(options) - 1 and variant == "upper end"
                    residual = 20.0 if last else 1 + (ratio - 1) * (o % 5)
                    status = (
                        "more harm than a residual hazard ratio of 20 does" if last
                        else "solved" if residual > 1 else "waiting alone does this harm or more"
                    )  # fmt: skip
                    rows.append(
                        (variant, point, option, group, waited, ratio**waited, residual, 40.0,
                         40.0 - waited, lost, alone, status)
                    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS["delay"]))
