"""What each site may use of each resource, month by month."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Scenario


def site_capacity(scenario: Scenario, months: Months) -> Floats:
    """Return what each site may use of each resource, in its units (resource, site, month).

    Saleable units, after the scenario's dated changes and without those that other services use,
    times what one of them gives.
    """
    number = saleable_numbers(scenario, months)
    for r, name in enumerate(scenario.settings.resource):
        number[r] *= usable_units(scenario, name, months)
    return np.maximum(number, 0.0)


def usable_units(scenario: Scenario, resource: str, months: Months) -> Floats:
    """Return the units (month,) that one saleable unit of a resource gives.

    Units a week x weeks of the month's calendar x utilisation cap x the share not cancelled.
    """
    calendar, record = scenario.settings.calendar, scenario.settings.resource[resource]
    weeks = months.weeks(record.calendar, calendar.country, calendar.subdivision)
    units = record.units_per_week * weeks * record.utilisation_cap.number
    return units if record.cancelled is None else units * (1.0 - record.cancelled.number)


def saleable_numbers(scenario: Scenario, months: Months) -> Floats:
    """Return the saleable units left to this pathway (resource, site, month)."""
    settings, tables = scenario.settings, scenario.tables
    resources, sites = tuple(settings.resource), tuple(settings.site)
    number = np.zeros((len(resources), len(sites), months.count))
    for row in tables.capacity.itertuples():
        number[resources.index(str(row.resource)), sites.index(str(row.site))] += row.number
    for change, during in _dated(tables.capacity_changes, months):
        r, h = resources.index(change["resource"]), sites.index(change["site"])
        number[r, h, during] = number[r, h, during] * change["multiply"] + change["add"]
    for use, during in _dated(tables.other_use, months):
        number[resources.index(use["resource"]), sites.index(use["site"]), during] -= use["number"]
    return number


def _dated(table: pd.DataFrame, months: Months) -> Iterator[tuple[dict[Hashable, Any], Flags]]:
    """Yield a table's rows, each with the months in which it holds."""
    labels = np.array(months.labels)
    for row in table.to_dict("records"):
        yield row, (labels >= row["from_month"]) & (labels <= row["to_month"])
