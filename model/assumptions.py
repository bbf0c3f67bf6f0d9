"""Every figure of a scenario with unit, source, year, quality, and who set it."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Quantity, Schedule, Sourced

COLUMNS = [
    "key", "label", "value", "unit", "low", "high", "distribution", "source", "year", "quality",
    "note", "reason", "place",
]  # fmt: skip


def assumption_table(scenario: Scenario) -> pd.DataFrame:
    """Return one row for each figure of the settings, the pathway and the tables."""
    rows = [_row(scenario, key, figure) for key, figure in figures(scenario.settings)]
    rows += [_row(scenario, ("pathway", *key), figure) for key, figure in figures(scenario.pathway)]
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


def _row(scenario: Scenario, key: Key, figure: Sourced) -> dict[str, object]:
    return {
        "key": dotted(key),
        "label": " ".join(str(part).replace("_", " ") for part in key if part != "pathway"),
        "value": _value(figure),
        "unit": figure.unit,
        "low": figure.low if isinstance(figure, Quantity) else None,
        "high": figure.high if isinstance(figure, Quantity) else None,
        "distribution": figure.distribution if isinstance(figure, Quantity) else None,
        "source": figure.source,
        "year": figure.year,
        "quality": figure.quality,
        "note": figure.note,
        "reason": figure.reason,
        "place": _place(scenario, key),
    }


def _value(figure: Sourced) -> float | str:
    """Return the number, or the numbers as text where there are several."""
    if isinstance(figure, Quantity):
        if not isinstance(figure.value, dict):
            return figure.value
        return "; ".join(f"{group}: {value:g}" for group, value in figure.value.items())
    if isinstance(figure, Schedule):
        listed = ", ".join(f"{amount:g}" for amount in figure.value)
        return f"by month: {listed}; then {figure.then:g}"
    stated = figure.model_dump(exclude=set(Sourced.model_fields))
    return "; ".join(f"{name}: {_plain(value)}" for name, value in stated.items() if value)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        inner = value.get("value", value)
        if isinstance(inner, dict):
            return ", ".join(f"{name} {_plain(part)}" for name, part in inner.items())
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
