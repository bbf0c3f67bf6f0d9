"""Made-up tables of what the plan means: its gain, prices, expansions, and what chance makes of it.

Under chance the plan, followed as fixed slots, starts fewer in time than first come.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from hepaplan.reports.table_columns import COLUMNS

PLANNED = ("first come", "most health")
QUANTILES = ["p10", "p50", "p90"]
OF_LISTS = [
    "demand_per_week", "started_per_week", "load", "waiting", "target_waiting", "relief_per_week",
    "mean_wait_weeks", "pressure",
]  # fmt: skip
SOLVED = "solved again"
Row = tuple[object, ...]


def plan_tables(
    months: Sequence[str], regions: Sequence[str], points: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """The tables of prices, gain, floors, expansions, chance and access, by name."""
    rows = _plan_rows(months, regions, points) | _chance_rows(months, points)
    more = {"chance": QUANTILES, "chance_lists": ["standard_error", *QUANTILES],
            "chance_years": QUANTILES, "list_planning": OF_LISTS}  # fmt: skip
    return {
        name: pd.DataFrame(data, columns=[*COLUMNS[name], *more.get(name, [])])
        for name, data in rows.items()
    }


def _plan_rows(
    months: Sequence[str], regions: Sequence[str], points: Sequence[str]
) -> dict[str, list[Row]]:
    window = f"{months[0]} to {months[11]}"
    policies = ("first come", "longest wait", "most health")
    return {
        "plan": [
            (month, "central", "resectable", "resection", "resection", 3.5, 0.625)
            for month in months[:4]
        ],
        "gain": [
            ("first come", 5_665.2, 93_408_491.0, 19_895_509.0, 0.713, 54.25, 0.0, 0.0, 0.0, 0.0),
            ("order of starts", 5_720.0, 93_600_000.0, 20_800_000.0, 0.741, 50.0, 54.8, 191_509.0,
             0.028, 4.25),
            ("and referral", 5_788.5, 94_850_000.0, 20_920_000.0, 0.852, 41.5, 68.5, 1_250_000.0,
             0.111, 8.5),
            ("and substitution: the plan", 5_812.8, 95_841_004.0, 20_414_996.0, 0.864, 40.1, 24.3,
             991_004.0, 0.012, 1.4),
        ],
        "prices": [
            (1, "central", "theatre", "weekly list", window, 6.44, -7.31, 96_800.0, -118_200.0,
             -20.5, 26.25, 1.0, 6.61, SOLVED),
            (2, "north", "ir_session", "weekly session", window, 1.73, -2.11, 21_400.0, -30_900.0,
             -5.5, 6.75, 1.0, 1.7, SOLVED),
            (3, "cancer_centre", "chair", "chair", window, 0.42, -0.2, 3_100.0, -1_250.0, -1.5,
             0.75, 0.5, 0.45, SOLVED),
            (4, "central", "icu_bed", "bed", window, 0.0375, None, -12_600.0, None, 0.0, None, 1.0,
             0.04, "one less: infeasible"),
        ],
        "equity": [
            (0.5, 5_812.8, 0.0, "Wigan", 0.73, "optimal"),
            (0.9, 5_806.1, 6.7, "Wigan", 0.9, "optimal"),
            (0.99, None, None, "", None, "infeasible"),
        ],
        "expansions": [
            ("third_theatre", "A third liver theatre", "central", "theatre", 4.5, "weekly list",
             True, 2_400_000.0, 310_000.0, "2027-01", "2027-09", "2028-10", 71.3, 1_390_000.0,
             "dearer and better", 19_495.0, 11.2, 16_848.0, "optimal"),
            ("more_chairs", "Four more chairs", "cancer_centre", "chair", 4.0, "chair", False,
             150_000.0, 42_000.0, "2027-04", None, None, 0.5, 205_000.0, "dearer and better",
             410_000.0, 0.0, 410_000.0, "optimal"),
        ],
        "delay_variants": [
            (variant, policy, lost, gained)
            for variant, first, best in (
                ("base case", 236.1, 88.5), ("no effect", 140.2, 61.7),
                ("after 12 weeks", 171.4, 70.9), ("upper end", 331.0, 115.6),
            )
            for policy, lost, gained in (
                ("first come", first, 0.0), ("most health", best, first - best),
            )
        ],
        "fixed_plan": [
            ("arrivals", 900, 0, 0.0, "people", "kept"),
            ("referral_bounds", 640, 12, 0.375, "people", "not kept by this policy"),
            ("capacity", 1_080, 0, 0.0, "units of the resource", "kept"),
        ],
        "access": [
            (policy, region, point, 0.95 - 0.03 * r - 0.02 * p + 0.04 * k, 21.0 + 3 * r + k,
             1.0 + r + p)
            for k, policy in enumerate(policies)
            for r, region in enumerate(regions)
            for p, point in enumerate(points[:3])
        ],
        "list_planning": [
            (policy, site, point, 2.5 + p, 2.25 + p, 1.1, 9.5 + k, 4.25, 2.75 + p, 3.5, 1.4)
            for k, policy in enumerate(policies)
            for site in ("central", "north")
            for p, point in enumerate(points[:3])
        ],
        "actuals": [
            (months[0], "central", "started, not expected", "resection", 1.5, "people",
             "1.5 people started resection at central whom no list held: added to it"),
        ],
    }  # fmt: skip


def _chance_rows(months: Sequence[str], points: Sequence[str]) -> dict[str, list[Row]]:
    years = sorted({month[:4] for month in months})
    places = list(itertools.product(("central", "north"), points[:3]))
    return {
        "chance": [
            (policy, month, site, point, 0.9 - 0.1 * k - 0.05 * n, 0.01, 0.8, 0.5, 0.75, 1.0)
            for k, policy in enumerate(PLANNED)
            for month in months
            for n, (site, point) in enumerate(places)
        ],
        "chance_lists": [
            (policy, measure, month, site, name, 6.5 - n, 7.25 - n, 0.1, 3.5, 7.0 - n, 11.5)
            for policy in PLANNED
            for month in months
            for n, (measure, site, name) in enumerate(
                [("waiting", site, point) for site, point in places]
                + [("use", "central", "theatre")]
            )
        ],
        "chance_years": [
            (policy, f"{year}-01", f"{year}-12", 0.81 - 0.12 * k - 0.01 * y, 0.95, 0.08 / (k + 1),
             0.009, 0.75 - 0.12 * k, 0.815 - 0.12 * k - 0.01 * y, 0.87 - 0.12 * k)
            for k, policy in enumerate(PLANNED)
            for y, year in enumerate(years)
        ],
        "headroom": [
            ("all", 0.95, 0.8, 0.23, 0.815, 0.0275),
            ("all", 0.95, 0.95, None, 0.905, 0.0207),
        ],
    }  # fmt: skip
