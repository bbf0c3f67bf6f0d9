"""Figures changed on purpose: each number by one rule, unit and source as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hepaplan.model.quantities import Quantity, Schedule

Changed = Callable[[float], float]


def times(figure: Quantity, factor: float) -> Quantity:
    """Return a figure multiplied, its unit and source as they were."""
    return in_figure(figure, lambda amount: factor * amount)


def in_figure(figure: Quantity, change: Changed) -> Quantity:
    """Return a figure with each of its numbers changed."""
    if isinstance(figure.value, dict):
        return by_group(figure, {g: change(amount) for g, amount in figure.value.items()})
    return figure.model_copy(update={"value": change(figure.value)})


def in_schedule(schedule: Schedule, change: Changed) -> Schedule:
    """Return a schedule with the amount of each month changed."""
    listed = tuple(change(amount) for amount in schedule.value)
    return schedule.model_copy(update={"value": listed, "then": change(schedule.then)})


def by_group(figure: Quantity, numbers: Mapping[str, float]) -> Quantity:
    """Return a figure with a number for each patient group."""
    return figure.model_copy(update={"value": dict(numbers)})
