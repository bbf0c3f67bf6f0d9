"""Who set a figure, to what, and why: the answer to `hepaplan explain`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Place, Scenario, TableFile
from hepaplan.model.problems import Key, WrongUse, dotted, listed, nearest
from hepaplan.model.quantities import Amount, Quantity, Sourced, Spread
from hepaplan.model.tables.assumptions import prices_in_words, value_in_use
from hepaplan.model.uncertainty.spread.spread_words import spread_in_words
from hepaplan.scenarios.load import Loaded

PART = re.compile(r'"([^"]*)"|\[(\d+)\]|([^.\[\]"]+)')
MOST_BELOW = 40


class UnknownKey(WrongUse):
    """A key that the scenario does not have; the text says which come near."""


@dataclass(frozen=True)
class Explanation:
    """A key, what it holds, and where it was set; `below` are the figures inside a table."""

    key: str
    value: str
    place: Place | None
    unit: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    below: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return one line for each thing known."""
        lines = [f"{self.key} = {self.value}{' ' + self.unit if self.unit else ''}"]
        lines += [f"  {name}: {text}" for name, text in self.details.items() if text]
        if self.place is not None:
            lines.append(f"  set in: {self.place}")
        return "\n".join([*lines, *(f"  {line}" for line in self.below)])


def explain(loaded: Loaded, key: str) -> Explanation:
    """Return what a dotted key holds, its unit and source, and the file and line that set it."""
    scenario = loaded.scenario
    path, value = _find(scenario, key)
    if path[-1] == "value":
        path, value = path[:-1], _find(scenario, dotted(path[:-1]))[1]
    place = _place(scenario, path)
    reason = next((loaded.reasons[k] for k in ((*path, "value"), path) if k in loaded.reasons), "")
    if isinstance(value, Sourced | TableFile):
        return Explanation(
            dotted(path),
            _stated(scenario, path, value),
            place,
            value.unit if _is_amount(value) else "",
            _details(scenario, path, value, reason),
        )
    whole = _figure_around(scenario, path)
    if whole is not None:
        inside, figure = whole
        of_all = _details(scenario, inside, figure, reason) | {"unit": figure.unit}
        details = {"part of": dotted(inside), **of_all}
        return Explanation(dotted(path), _part_in_words(value), place, details=details)
    if isinstance(value, BaseModel | Mapping | tuple):
        below = [_in_one_line(scenario, k, f) for k, f in figures(value, path)]
        more = [f"and {len(below) - MOST_BELOW} more"] if len(below) > MOST_BELOW else []
        table = f"a table with {listed(_names(value), 20)}"
        if isinstance(value, tuple):
            table = f"a list of {len(value)}" if below else _part_in_words(value)
        return Explanation(dotted(path), table, place, below=(*below[:MOST_BELOW], *more))
    return Explanation(dotted(path), str(value), place, details={"reason": reason})


def _figure_around(scenario: Scenario, path: Key) -> tuple[Key, Sourced] | None:
    """Return the sourced figure that a key is a part of, with its own key; none for no part."""
    for length in range(len(path) - 1, 0, -1):
        _, value = _find(scenario, dotted(path[:length]))
        if isinstance(value, Sourced):
            return path[:length], value
    return None


def _part_in_words(value: object) -> str:
    """Return a part of a figure as words: a list of lists is divided by semicolons."""
    if isinstance(value, BaseModel):
        value = {name: part for name, part in value if part is not None}
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_part_in_words(part)}" for name, part in value.items())
    if isinstance(value, tuple):
        flat = all(isinstance(part, str | int | float) for part in value)
        return (", " if flat else "; ").join(_part_in_words(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _in_one_line(scenario: Scenario, key: Key, figure: Sourced) -> str:
    """Return a figure of a list or a table with its unit, quality and the name of its source."""
    about = f"{figure.quality}, {figure.source}"
    about = f"{figure.unit} ({about})" if _is_amount(figure) else f"({figure.unit}, {about})"
    return f"{dotted(key)} = {_stated(scenario, key, figure)} {about}"


def _find(scenario: Scenario, key: str) -> tuple[Key, Any]:
    parts: list[str | int] = [
        int(number) - 1 if number else quoted or plain
        for quoted, number, plain in PART.findall(key)
    ]
    if not parts:
        raise UnknownKey(f"found '{key}'; expected a key such as economics.horizon_years")
    value: Any = scenario.settings
    if parts[0] == "pathway":
        value = {"pathway": scenario.pathway}
    for depth, part in enumerate(parts):
        names = [*_names(value), "pathway"] if depth == 0 else _names(value)
        if part not in names:
            near = nearest(str(part), map(str, names))
            raise UnknownKey(
                f"found no {dotted(tuple(parts[: depth + 1]))}{near}; "
                f"expected one of {listed(map(str, names), 20)}"
            )
        value = getattr(value, str(part)) if isinstance(value, BaseModel) else value[part]
    return tuple(parts), value


def _names(value: Any) -> list[Any]:
    if isinstance(value, BaseModel):
        return list(type(value).model_fields)
    if isinstance(value, tuple):
        return list(range(len(value)))
    return list(value) if isinstance(value, Mapping) else []


def _place(scenario: Scenario, path: Key) -> Place | None:
    for length in range(len(path), 0, -1):
        value = scenario.places.get((*path[:length], "value"))
        if value is not None and length == len(path):
            return value
        if path[:length] in scenario.places:
            return scenario.places[path[:length]]
    return None


def _is_amount(figure: Sourced | TableFile) -> bool:
    """Whether the unit is that of the value shown, not of one of its parts."""
    return isinstance(figure, Amount | TableFile)


def _stated(scenario: Scenario, path: Key, figure: Sourced | TableFile) -> str:
    if isinstance(figure, TableFile):
        return figure.file
    if isinstance(figure, Quantity) and isinstance(figure.value, dict):
        return ", ".join(f"{group} {value:g}" for group, value in figure.value.items())
    value = value_in_use(scenario, path, figure)
    return f"{value:g}" if isinstance(value, float) else value


def _spread(figure: Sourced | TableFile) -> str:
    """Return the distribution of a figure that states it otherwise than by an interval."""
    if not isinstance(figure, Spread) or figure.distribution is None:
        return ""
    return f"{figure.distribution}, {spread_in_words(figure)}"


def _details(
    scenario: Scenario, path: Key, figure: Sourced | TableFile, reason: str
) -> dict[str, str]:
    source = scenario.settings.sources[figure.source]
    interval = ""
    if isinstance(figure, Quantity) and figure.low is not None and figure.high is not None:
        family = f", {figure.distribution}" if figure.distribution else ""
        interval = f"{figure.low:g} to {figure.high:g}{family}"
    return {
        "unit": "" if _is_amount(figure) else figure.unit,
        "95% interval": interval,
        "spread": _spread(figure) if not interval else "",
        "prices": prices_in_words(scenario, path, figure),
        "quality": figure.quality,
        "year": str(figure.year or ""),
        "source": " ".join(part for part in (source.citation, source.url) if part),
        "note": figure.note,
        "reason": figure.reason or reason,
    }
