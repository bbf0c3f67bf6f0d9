"""Capacity bought by the unit when needed: overtime and outsourcing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Scenario


@dataclass(frozen=True)
class Extras:
    """What may be bought: `resource` and `site` (extra,), `most` (extra, month) and `unit_cost`.

    `unit_cost` (extra,) is in pounds a unit, beyond the resource's own unit cost.
    """

    names: tuple[str, ...] = ()
    resource: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    site: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    most: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    unit_cost: Floats = field(default_factory=lambda: np.zeros(0))


def extras_of(scenario: Scenario, months: Months) -> Extras:
    """Return what a scenario lets a plan buy in a run of months."""
    settings = scenario.settings
    records = settings.extra_capacity.values()
    if not records:
        return Extras(most=np.zeros((0, months.count)))
    resources, sites, labels = tuple(settings.resource), tuple(settings.site), months.labels
    most = [
        [
            record.most.number
            if (record.from_month or labels[0]) <= label <= (record.to_month or labels[-1])
            else 0.0
            for label in labels
        ]
        for record in records
    ]
    return Extras(
        names=tuple(settings.extra_capacity),
        resource=np.array([resources.index(record.resource) for record in records]),
        site=np.array([sites.index(record.site) for record in records]),
        most=np.array(most),
        unit_cost=np.array([record.unit_cost.number for record in records]),
    )
