"""A figure of a scenario as something to fit, and a scenario with fitted figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from hepaplan.model.batch.apply import figure_of
from hepaplan.model.calibration.request import Parameter, ParameterStated
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Distribution
from hepaplan.model.problems import Key, dotted, listed, nearest
from hepaplan.model.uncertainty.drawing.located import record_at
from hepaplan.model.uncertainty.drawing.stated import (
    CURVE_FIGURES,
    refuse_crowded_out,
    stated_scenario,
)
from hepaplan.model.uncertainty.moving.levers import Lever, levers, mean
from hepaplan.model.uncertainty.spread.choices import why_fixed
from hepaplan.model.uncertainty.spread.inputs import (
    ELIGIBILITY,
    HAZARD_FACTOR,
    Value,
    uncertain_inputs,
)
from hepaplan.model.uncertainty.spread.labels import label_of

OUTSIDE = 0.0005
"""Probability below and above the bounds that are taken where none are stated: 99.9% inside."""


class NoParameter(ValueError):
    """A parameter that cannot be; `field` is what of it is wrong, the text says why."""

    def __init__(self, field: str, message: str) -> None:
        """Keep the field beside the words."""
        super().__init__(message)
        self.field = field


def all_levers(scenario: Scenario) -> tuple[Lever, ...]:
    """Return what is known of the spread of a scenario's figures."""
    return levers(scenario, uncertain_inputs(scenario))


def parameter_of(
    scenario: Scenario, known: Sequence[Lever], name: str, key: Key, stated: ParameterStated
) -> Parameter:
    """Return a parameter, or raise `NoParameter` with the field that is wrong and what to do.

    Bounds that are not stated are those of the figure's 99.9% interval, cut at what such a figure
    can be. `known`: `all_levers` of the scenario.
    """
    numbers, unit, limits = _figure(scenario, key)
    if stated.multiply and stated.part:
        raise NoParameter("part", 'is stated with "multiply", which moves every part; delete one')
    if stated.multiply and _is_eligibility(key):
        raise NoParameter("multiply", "found true; shares sum to 1 whatever they are multiplied by")
    if not stated.multiply and stated.part not in numbers:
        raise NoParameter("part" if stated.part else "key", _wrong_part(key, stated.part, numbers))
    keys = (key, *scenario.copies_of(key))
    lever = _lever(known, key, stated.part)
    before = 1.0 if stated.multiply else float(numbers[stated.part])
    if stated.multiply:
        limits = _factors(numbers, limits)
    low, high = _bounds(lever, stated, limits)
    return Parameter(
        name, keys, stated.part, stated.multiply,
        label_of(scenario.settings, scenario.pathway, key), "factor" if stated.multiply else unit,
        low, high, before, numbers, _sd(lever, stated),
    )  # fmt: skip


def with_numbers(
    scenario: Scenario, parameters: Sequence[Parameter], numbers: Sequence[float]
) -> Scenario:
    """Return the scenario as if its files had stated these numbers of the parameters.

    Raises ValueError, in words, if a figure cannot have its number: outside what it can be, or more
    than its set of shares leaves for it.
    """
    values: dict[Key, Value] = {}
    for parameter, number in zip(parameters, numbers, strict=True):
        for key in parameter.keys:
            values[key] = parameter.changed(float(number), values.get(key))
    new = stated_scenario(scenario, _asked(parameters, values))
    for parameter, number in zip(parameters, numbers, strict=True):
        key = parameter.keys[0]
        if not _is_curve(scenario, key) and not parameter.multiply:
            refuse_crowded_out(key, float(number), float(_figure(new, key)[0][parameter.part]))
    return new


def overlaps(parameters: Sequence[Parameter]) -> Iterator[tuple[Parameter, Parameter]]:
    """Yield (first, second) of parameters that would set the same number."""
    for place, second in enumerate(parameters):
        for first in parameters[:place]:
            shared = set(first.keys) & set(second.keys)
            if shared and (first.part == second.part or first.multiply or second.multiply):
                yield first, second


def _asked(parameters: Sequence[Parameter], values: Mapping[Key, Value]) -> dict[Key, Value]:
    """Return values of which a table's shares are only those asked for: others make room."""
    fitted = {(p.keys[0], p.part) for p in parameters}
    return {
        key: {part: v for part, v in value.items() if (key, part) in fitted}  # type: ignore[misc]
        if _is_eligibility(key) and isinstance(value, Mapping)
        else value
        for key, value in values.items()
    }


def _figure(scenario: Scenario, key: Key) -> tuple[Mapping[str, float], str, tuple[float, float]]:
    """Return (numbers by part, unit, least and most) of a figure that can be fitted."""
    if why := why_fixed(key):
        raise NoParameter("key", f"{dotted(key)} is a choice ({why}), not a figure to fit")
    if _is_eligibility(key):
        rows = scenario.tables.eligibility
        rows = rows[rows["group"] == key[-1]]
        if rows.empty or len(key) != len(ELIGIBILITY) + 1:
            raise NoParameter(
                "key", f"found no {dotted(key)}; expected {dotted(ELIGIBILITY)}.GROUP, with one of "
                f"{listed(scenario.groups)}"
            )  # fmt: skip
        shares = dict(zip(rows["decision_point"].astype(str), rows["share"], strict=True))
        return shares, "share", (0.0, 1.0)
    if _is_curve(scenario, key):
        return {"": 1.0}, HAZARD_FACTOR, (0.0, math.inf)
    if key[-1] in CURVE_FIGURES:
        raise NoParameter(
            "key", f"{dotted(key)} shapes a curve that is fitted when files are read; fit the "
            "factor on the curve's hazard instead: end the key with .time"
        )  # fmt: skip
    try:
        figure = figure_of(scenario, key)
    except ValueError as error:
        raise NoParameter("key", f"found {error}") from None
    return figure.numbers(), figure.unit, figure.bounds


def _is_eligibility(key: Key) -> bool:
    return key[: len(ELIGIBILITY)] == ELIGIBILITY


def _is_curve(scenario: Scenario, key: Key) -> bool:
    inside = key[0] == "pathway"
    return inside and isinstance(record_at(scenario.pathway, key[1:]), Distribution)


def _factors(numbers: Mapping[str, float], limits: tuple[float, float]) -> tuple[float, float]:
    """Return the least and the most that all numbers of a figure can be multiplied by."""
    above = [number for number in numbers.values() if number > 0]
    if not above:
        return 0.0, math.inf
    return max(limits[0] / min(above), 0.0), limits[1] / max(above)


def _wrong_part(key: Key, part: str, numbers: Mapping[str, float]) -> str:
    parts = [name for name in numbers if name]
    if not parts:
        return f"{dotted(key)} has one number, without parts; delete it"
    if not part:
        return (
            f"{dotted(key)} has several numbers; name one by part = …, one of {listed(parts)}, or "
            "fit a factor on them all by multiply = true"
        )
    return f"found {part}{nearest(part, parts)}; expected one of {listed(parts)}"


def _lever(known: Sequence[Lever], key: Key, part: str) -> Lever | None:
    for lever in known:
        if key in (lever.what.key, *lever.what.copies) and lever.part in ("", part):
            return lever
    return None


def _numbers_of(lever: Lever, stated: ParameterStated) -> tuple[str, ...]:
    """Return which of a lever's numbers a parameter moves."""
    parts = tuple(lever.point)
    return parts if stated.multiply or stated.part not in parts else (stated.part,)


def _bounds(
    lever: Lever | None, stated: ParameterStated, limits: tuple[float, float]
) -> tuple[float, float]:
    """Return the bounds stated, or those of what is known of the figure."""
    ends = [stated.low, stated.high]
    for place, field in enumerate(("low", "high")):
        end = ends[place]
        if end is None:
            if lever is None:
                raise NoParameter(
                    field, "is missing: the figure has no distribution to take bounds from; add it"
                )
            ends[place] = _end(lever, stated, (OUTSIDE, 1.0 - OUTSIDE)[place])
        elif not limits[0] <= end <= limits[1]:
            raise NoParameter(
                field, f"found {end:g}, which lies outside {limits[0]:g} to {limits[1]:g}, all "
                "that such a figure can be"
            )  # fmt: skip
    low, high = (min(max(float(end or 0.0), limits[0]), limits[1]) for end in ends)
    if not low < high:
        raise NoParameter("low", f"found bounds {low:g} to {high:g}; expected the lower one first")
    return low, high


def _end(lever: Lever, stated: ParameterStated, probability: float) -> float:
    found, parts = lever.at_probability(probability), _numbers_of(lever, stated)
    end = mean({part: found[part] for part in parts})
    if not stated.multiply:
        return end
    point = mean({part: lever.point[part] for part in parts})
    return end / point if point else 1.0


def _sd(lever: Lever | None, stated: ParameterStated) -> float | None:
    """Return the standard deviation of what is known of a parameter."""
    if lever is None:
        return None
    parts = _numbers_of(lever, stated)
    sd = mean({part: lever.parts[part].sd for part in parts})
    if stated.multiply:
        point = mean({part: lever.point[part] for part in parts})
        sd = sd / point if point else 0.0
    return sd if sd > 0 else None
