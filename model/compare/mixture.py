"""Two scenarios mixed: what is different between them, and one with some of it from the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from pydantic import BaseModel

from hepaplan.model.compare.inputs import NAMING, rows_that_differ
from hepaplan.model.parameters import Scenario, Tables
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced

TABLES, PATHWAY = "tables", "pathway"
WITHOUT_EFFECT = NAMING | {"quality", "uncertainty", TABLES}
"""What no single best estimate depends on: words, and how sure a figure is."""


def differing(reference: Scenario, other: Scenario) -> tuple[Key, ...]:
    """Return the keys of what differs: figures, switches, whole tables, and parts not in both.

    Keys of the pathway begin with `pathway`, those of tables with `tables`. Sources, notes and
    intervals are no difference: no best estimate depends on them.
    """
    tables = (
        (TABLES, field.name)
        for field in fields(Tables)
        if rows_that_differ(
            getattr(reference.tables, field.name), getattr(other.tables, field.name)
        )
    )
    return (
        *_differing(reference.settings, other.settings, ()),
        *_differing(reference.pathway, other.pathway, (PATHWAY,)),
        *tables,
    )


def mixed(reference: Scenario, other: Scenario, keys: Collection[Key]) -> Scenario:
    """Return the reference with what is at these keys taken from the other; both are kept."""
    chosen = frozenset(keys)
    names = [str(key[1]) for key in chosen if key[0] == TABLES]
    changed = {name: getattr(other.tables, name) for name in names}
    return replace(
        reference,
        settings=_mixed(reference.settings, other.settings, chosen, ()),
        pathway=_mixed(reference.pathway, other.pathway, chosen, (PATHWAY,)),
        tables=replace(reference.tables, **changed),
    )


def _differing(ours: object, theirs: object, key: Key) -> Iterator[Key]:
    if ours is theirs:
        return
    if isinstance(ours, Sourced) and type(ours) is type(theirs):
        if not _alike(ours, theirs):
            yield key
    elif (parts := _common_parts(ours, theirs)) is not None:
        for name, our, their in parts:
            yield from _differing(our, their, (*key, name))
    elif ours != theirs:
        yield key


def _common_parts(ours: object, theirs: object) -> list[tuple[str | int, object, object]] | None:
    """Return the parts that two records of one form have, by name; None where forms differ."""
    if isinstance(ours, BaseModel) and type(ours) is type(theirs):
        names = [name for name in type(ours).model_fields if name not in WITHOUT_EFFECT]
        return [(name, getattr(ours, name), getattr(theirs, name)) for name in names]
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping) and ours.keys() == theirs.keys():
        return [(name, part, theirs[name]) for name, part in ours.items()]
    if isinstance(ours, tuple) and isinstance(theirs, tuple) and len(ours) == len(theirs):
        return [(n, *pair) for n, pair in enumerate(zip(ours, theirs, strict=True))]
    return None


def _alike(ours: Sourced, theirs: Sourced) -> bool:
    """Whether two figures are the same to a best estimate: in number, unit and form."""
    if isinstance(ours, Quantity | Schedule):
        spread = type(ours).model_fields.keys() - {"unit", "value", "then"}
        return ours.model_dump(exclude=spread) == theirs.model_dump(exclude=spread)
    return not any(
        next(_differing(getattr(ours, name), getattr(theirs, name), (name,)), None)
        for name in type(ours).model_fields.keys() - (Sourced.model_fields.keys() - {"unit"})
    )


def _mixed(ours: Any, theirs: Any, chosen: frozenset[Key], key: Key) -> Any:
    if key in chosen:
        return theirs
    if not any(leaf[: len(key)] == key for leaf in chosen):
        return ours
    parts = _common_parts(ours, theirs) or []
    new = {name: _mixed(our, their, chosen, (*key, name)) for name, our, their in parts}
    if isinstance(ours, BaseModel):
        return ours.model_copy(update={str(name): part for name, part in new.items()})
    return new if isinstance(ours, Mapping) else tuple(new.values())
