"""Who lives where: people by region, sex and age band in each month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.lookup import dense
from hepaplan.model.parameters import AGE_BANDS, SEXES, Scenario

MIDDLE_OF_YEAR = 0.5


def regions(scenario: Scenario) -> tuple[str, ...]:
    """Return the regions' names, in the order in which the population table first names them."""
    return tuple(str(name) for name in dict.fromkeys(scenario.tables.population["region"]))


def person_count(scenario: Scenario, months: Months) -> Floats:
    """Return people, shape (month, region, sex, age_band); read-only where nothing changes.

    Held at the base year unless there is a projection: then linear from the middle of one stated
    year to the next, and flat outside. The population table stands for its own year, if it states
    one that the projection does not.
    """
    base = dense(
        scenario.tables.population,
        "people",
        region=regions(scenario),
        sex=SEXES,
        age_from=AGE_BANDS,
    )
    projection = scenario.tables.projection
    if projection.empty:
        return np.broadcast_to(base, (months.count, *base.shape))
    stated = sorted({int(year) for year in projection["year"]})
    projected = dense(
        projection,
        "people",
        year=stated,
        region=regions(scenario),
        sex=SEXES,
        age_from=AGE_BANDS,
    )
    points = dict(zip(stated, projected, strict=True))
    base_year = scenario.settings.tables["population"].year
    if base_year is not None:
        points.setdefault(base_year, base)
    years = sorted(points)
    weight = _linear_weights(months.middle, [year + MIDDLE_OF_YEAR for year in years])
    return np.tensordot(weight, np.stack([points[year] for year in years]), axes=1)


def _linear_weights(at: Floats, points: Sequence[float]) -> Floats:
    """Return each point's weight in a linear interpolation, shape (at, point); rows sum to 1."""
    return np.stack([np.interp(at, points, unit) for unit in np.eye(len(points))], axis=1)
