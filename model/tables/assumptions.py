"""Every figure of a scenario with unit, source, year, quality, and who set it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import pandas as pd

from hepaplan.model.calendar import Months
from hepaplan.model.figures import figures
from hepaplan.model.input_rows import settings_rows
from hepaplan.model.parameters import Delay, Scenario, TableFile
from hepaplan.model.pathway import HazardRatioChange
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Amount, Quantity, Schedule, Sourced, Spread
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.model.uncertainty.spread.spread_words import assumed_in_words, spread_in_words

COLUMNS = [
    "key", "label", "value", "unit", "low", "high", "distribution", "source", "year", "quality",
    "note", "reason", "place", "prices", "spread",
]  # fmt: skip
SHORTENED = 3
"""Equal months in a row from which a schedule says how many there are."""


def assumption_table(scenario: Scenario) -> pd.DataFrame:
    """Return one row for each figure of the settings, the pathway and the tables.

    `distribution` and `spread` say how sure each is; where the scenario's rules do, so.
    """
    stated = [*figures(scenario.settings), *figures(scenario.pathway, ("pathway",))]
    assumed = assumed_in_words(uncertain_inputs(scenario))
    rows = [_row(scenario, key, figure, assumed.get(key)) for key, figure in stated]
    rows += [
        {
            "key": dotted(row.key),
            "label": " ".join(str(part).replace("_", " ") for part in row.key),
            "value": row.value,
            "unit": row.unit,
            "source": row.source,
            "quality": row.quality,
            "note": "",
            "reason": "",
            "place": _place(scenario, row.key),
            "prices": "",
            "spread": "",
        }
        for row in settings_rows(scenario)
    ]
    for name, table in scenario.settings.tables.items():
        key = ("tables", name)
        rows.append(
            {
                "key": dotted(key),
                "label": f"table of {name.replace('_', ' ')}",
                "value": table.file,
                "unit": table.unit,
                "source": table.source,
                "year": table.year,
                "quality": table.quality,
                "note": table.note,
                "reason": table.reason,
                "place": _place(scenario, key),
                "prices": "",
                "spread": ", ".join(
                    f"{group} as if counted in {size:g}"
                    for group, size in table.sample_size.items()
                ),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def source_table(scenario: Scenario) -> pd.DataFrame:
    """Return the list of sources; `seen` says whether the original was read."""
    rows = [
        (key, source.citation, source.url, source.seen)
        for key, source in scenario.settings.sources.items()
    ]
    return pd.DataFrame(rows, columns=["key", "citation", "url", "seen"])


def change_table(scenario: Scenario) -> pd.DataFrame:
    """Return what the scenario changes of its base and why: figures first, then capacity."""
    rows = []
    for stated, reason in scenario.reasons.items():
        key = stated[:-1] if stated[-1] == "value" else stated
        rows.append((dotted(key), _stated(scenario, key), reason, _place(scenario, stated)))
    settings = scenario.settings
    window = settings.window
    planned = Months(window.start, window.months + window.run_out_months).labels
    for number, row in enumerate(scenario.tables.capacity_changes.to_dict("records")):
        idle = str(row["to_month"]) < planned[0] or str(row["from_month"]) > planned[-1]
        times = f"x {row['multiply']:g}" if row["multiply"] != 1 else ""
        added = f"{row['add']:+g}" if row["add"] else ""
        rows.append(
            (
                f"{settings.resource[row['resource']].label} at {settings.site[row['site']].label}",
                f"{times} {added}".strip()
                + f", {row['from_month']} to {row['to_month']}"
                + (": outside the months planned, no effect" if idle else ""),
                str(row["reason"]),
                _place(scenario, ("tables", "capacity_changes", number)),
            )
        )
    return pd.DataFrame(rows, columns=["what", "change", "reason", "place"])


def capacity_table(scenario: Scenario) -> pd.DataFrame:
    """Return the capacity each site states, before dated changes and the utilisation cap."""
    table = scenario.tables.capacity[["site", "resource", "number", "source", "quality"]].copy()
    resources = scenario.settings.resource
    table.insert(2, "saleable_unit", table["resource"].map(lambda r: resources[r].saleable_unit))
    table.insert(4, "units_a_week", table["resource"].map(lambda r: resources[r].units_per_week))
    table.insert(5, "unit", table["resource"].map(lambda r: resources[r].unit))
    caps = table["resource"].map(lambda r: resources[r].utilisation_cap.number)
    table.insert(6, "utilisation_cap", caps)
    return table.reset_index(drop=True)


def _stated(scenario: Scenario, key: Key) -> str:
    """Return what a key holds now, as words."""
    record = _held(scenario, key)
    if isinstance(record, Sourced):
        value = in_words(record)
        return f"{value:g} {record.unit}" if isinstance(value, float) else value
    if isinstance(record, TableFile):
        return f"table {record.file}"
    return f"{record:g}" if isinstance(record, float) else str(record)


def _held(scenario: Scenario, key: Key) -> object:
    """Return what a key holds now."""
    record: object = scenario.pathway if key[0] == "pathway" else scenario.settings
    for part in key[1:] if key[0] == "pathway" else key:
        if isinstance(record, Mapping):
            record = record.get(part)
        elif isinstance(record, tuple) and isinstance(part, int):
            record = record[part]
        else:
            record = getattr(record, str(part), None)
    return record


def value_in_use(scenario: Scenario, key: Key, figure: Sourced) -> float | str:
    """Return a figure's number or numbers, and from when they hold if its table says so."""
    value, around = in_words(figure), _held(scenario, key[:-1])
    if key[-1] != "hazard_ratio" or not isinstance(around, Delay | HazardRatioChange):
        return value
    return f"{value:g} ({around.when})" if isinstance(value, float) else f"{value} ({around.when})"


def _row(
    scenario: Scenario, key: Key, figure: Sourced, assumed: tuple[str, str] | None
) -> dict[str, object]:
    own = figure.distribution if isinstance(figure, Spread) else None
    family, spread = (own, spread_in_words(figure)) if assumed is None else assumed
    return {
        "key": dotted(key),
        "label": " ".join(str(part).replace("_", " ") for part in key if part != "pathway"),
        "value": value_in_use(scenario, key, figure),
        "unit": figure.unit,
        "low": figure.low if isinstance(figure, Quantity) else None,
        "high": figure.high if isinstance(figure, Quantity) else None,
        "distribution": family,
        "source": figure.source,
        "year": figure.year,
        "quality": figure.quality,
        "note": figure.note,
        "reason": figure.reason,
        "place": _place(scenario, key),
        "prices": prices_in_words(scenario, key, figure),
        "spread": spread,
    }


def prices_in_words(scenario: Scenario, key: Key, figure: object) -> str:
    """Return of which year a figure's prices are, and what was stated if that was converted."""
    stated = scenario.stated.get(key)
    if stated is not None:
        value = in_words(stated)
        number = f"{value:g}" if isinstance(value, float) else value
        year = f", prices of {stated.price_year}" if stated.price_year else ""
        return f"stated as {number} {stated.unit}{year}"
    if not isinstance(figure, Amount) or figure.price_year is None:
        return ""
    own = figure.price_year == scenario.settings.economics.price_year
    return f"prices of {figure.price_year}" + ("" if own else ", not converted")


def in_words(figure: Sourced) -> float | str:
    """Return the number, or the numbers as text where there are several."""
    if isinstance(figure, Quantity):
        if not isinstance(figure.value, dict):
            return figure.value
        return "; ".join(f"{group}: {value:g}" for group, value in figure.value.items())
    if isinstance(figure, Schedule):
        runs = [(amount, len(list(alike))) for amount, alike in groupby(figure.value)]
        listed = ", ".join(
            f"{n} x {amount:g}" if n >= SHORTENED else ", ".join([f"{amount:g}"] * n)
            for amount, n in runs
        )
        return f"by month: {listed}; then {figure.then:g}"
    stated = figure.model_dump(exclude=set(Sourced.model_fields))
    return "; ".join(f"{name}: {_plain(value)}" for name, value in stated.items() if value)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        inner = value.get("value", value)
        if isinstance(inner, dict):
            return ", ".join(
                f"{name} {_plain(part)}" for name, part in inner.items() if part is not None
            )
        return _plain(inner)
    if isinstance(value, list | tuple):
        return ", ".join(f"({_plain(part)})" if isinstance(part, dict) else _plain(part)
                         for part in value)  # fmt: skip
    return f"{value:g}" if isinstance(value, float) else str(value)


def _place(scenario: Scenario, key: Key) -> str:
    """Return who set a figure: the most exact key that a file names."""
    for length in range(len(key), 0, -1):
        found = scenario.places.get((*key[:length], "value")) or scenario.places.get(key[:length])
        if found is not None:
            return str(found)
    return ""
