"""Values never change: every dataclass of the model is frozen, but for three that gather."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from hepaplan import model

GATHERERS = [
    "hepaplan.model.allocation.branching._Choices",
    "hepaplan.model.allocation.rows.Rows",
    "hepaplan.model.calibration.calibrate.Model",
]
HOLDERS = (
    "survival.changes.",
    "survival.families.",
    "cohort.varying.",
    "compare.side.P",
    "compare.side.S",
)
"""They hold arrays, which have no one answer to whether they are equal: not compared by value."""
OPTIONAL = "numba"


def dataclasses() -> Iterator[type]:
    """Yield the dataclasses that the model's modules define."""
    for place in pkgutil.walk_packages(model.__path__, "hepaplan.model."):
        try:
            module = import_module(place.name)
        except ModuleNotFoundError as missing:
            if missing.name != OPTIONAL:
                raise
            continue
        yield from (value for value in vars(module).values() if defined_in(place.name, value))


def defined_in(module: str, value: object) -> bool:
    return (
        isinstance(value, type)
        and value.__module__ == module
        and "__dataclass_params__" in vars(value)
    )


def may_change(found: Iterable[type]) -> list[str]:
    return sorted(named(value) for value in found if "__setattr__" not in vars(value))


def named(value: type) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def test_every_dataclass_but_those_that_gather_is_frozen() -> None:
    found = list(dataclasses())
    assert len(found) > 150
    assert may_change(found) == GATHERERS


def test_values_that_hold_arrays_are_compared_by_identity() -> None:
    prefixes = tuple(f"hepaplan.model.{holder}" for holder in HOLDERS)
    holders = [value for value in dataclasses() if named(value).startswith(prefixes)]
    assert len(holders) == 12
    assert [named(value) for value in holders if "__eq__" in vars(value)] == []


def test_a_dataclass_that_may_change_would_be_found() -> None:
    @dataclass
    class Loose:
        number: int

    @dataclass(frozen=True)
    class Fixed:
        number: int

    assert [name.rsplit(".")[-1] for name in may_change([Loose, Fixed])] == ["Loose"]
