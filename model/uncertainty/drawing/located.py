"""Figures of a record by key, and records with other figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from hepaplan.model.figures import figures
from hepaplan.model.problems import Key, dotted, nearest
from hepaplan.model.quantities import Sourced

Record = TypeVar("Record", bound=BaseModel)


def record_at(record: object, key: Key) -> Any:
    """Return what a record holds at a key; nothing where the key leads nowhere."""
    here: Any = record
    for part in key:
        try:
            here = getattr(here, str(part)) if isinstance(here, BaseModel) else here[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            return None
    return here


def refuse_unknown(record: BaseModel, keys: Iterable[Key]) -> None:
    """Raise ValueError naming every key at which a record has no figure, and the nearest."""
    if absent := [key for key in keys if not isinstance(record_at(record, key), Sourced)]:
        known = [dotted(at) for at, _ in figures(record)]
        faults = (f"no figure {dotted(key)}{nearest(dotted(key), known)}" for key in absent)
        raise ValueError("; ".join(faults))


def with_figures_at(record: Record, new: Mapping[Key, Sourced]) -> Record:
    """Return a record with other figures at some keys; what is kept is shared."""
    return _replaced(record, new)  # type: ignore[no-any-return]


def _replaced(record: Any, new: Mapping[Key, Sourced]) -> Any:
    if () in new:
        return new[()]
    inside: dict[str | int, dict[Key, Sourced]] = {}
    for (name, *rest), figure in new.items():
        inside.setdefault(name, {})[tuple(rest)] = figure
    if isinstance(record, tuple):
        return tuple(
            _replaced(part, inside[i]) if i in inside else part for i, part in enumerate(record)
        )
    if isinstance(record, Mapping):
        return {**record, **{name: _replaced(record[name], inside[name]) for name in inside}}
    return record.model_copy(
        update={name: _replaced(getattr(record, str(name)), part) for name, part in inside.items()}
    )
