"""Tables of parameters, from the types that read them."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from words_of_fields import EVERYWHERE, MEANINGS

from hepaplan.model.quantities import Expect, Price, Schedule, Sourced

LIMITS = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "any value"}
HEADINGS = ("key", "type", "unit and bounds", "if absent", "meaning")


class Bare(NamedTuple):
    """A type without `| None`, and what annotates it."""

    kind: Any
    about: tuple[Any, ...]


def bare(stated: Any, about: tuple[Any, ...] = ()) -> Bare:
    """Return a type without annotations and `| None`, with the annotations found on the way."""
    if typing.get_origin(stated) is typing.Annotated:
        inner, *more = typing.get_args(stated)
        return bare(inner, (*about, *more))
    if typing.get_origin(stated) in (typing.Union, types.UnionType):
        parts = [p for p in typing.get_args(stated) if p is not type(None)]
        if len(parts) == 1:
            return bare(parts[0], about)
    return Bare(stated, about)


def is_record(kind: Any) -> bool:
    """Return whether a type is a record of keys."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def is_figure(kind: Any) -> bool:
    """Return whether a record is a figure: unit, source and quality beside its numbers."""
    return is_record(kind) and issubclass(kind, Sourced) and "value" in kind.model_fields


def in_words(stated: Any) -> str:
    """Return what is to be written for a type."""
    kind, _ = bare(stated)
    arguments = typing.get_args(kind)
    if typing.get_origin(kind) is Literal:
        return "one of " + ", ".join(f"`{word}`" for word in arguments)
    if typing.get_origin(kind) is dict:
        return f"table by name, each {in_words(arguments[1])}"
    if typing.get_origin(kind) is tuple:
        if arguments[-1] is Ellipsis:
            return f"list, each {in_words(arguments[0])}"
        return "list of " + ", ".join(in_words(part) for part in arguments)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return " or ".join(in_words(part) for part in arguments)
    if is_figure(kind):
        return "schedule" if issubclass(kind, Schedule) else "figure"
    return "record" if is_record(kind) else PLAIN[kind]


def limits(stated: Any, about: tuple[Any, ...] = ()) -> Iterator[str]:
    """Yield units and bounds of a type: of a table or a list by name, those of its parts."""
    kind, about = bare(stated, about)
    for one in about:
        if isinstance(one, FieldInfo):
            yield from limits(kind, tuple(one.metadata))
        if isinstance(one, Expect):
            currency = ", or another currency" if isinstance(one, Price) else ""
            yield f"{one.unit}{currency}; {one.low:g} to {one.high:g}"
        for name, words in LIMITS.items():
            if (bound := getattr(one, name, None)) is not None:
                yield words.format(f"{bound:g}")
        if (least := getattr(one, "min_length", None)) and kind is not str:
            yield f"{least} or more"
        if pattern := getattr(one, "pattern", None):
            yield "year" if pattern == r"^\d{4}$" else "year-month, as `2027-01`"
    if typing.get_origin(kind) in (dict, tuple):
        for part in typing.get_args(kind):
            if part is not Ellipsis:
                yield from limits(part)


def absent(field: FieldInfo) -> str:
    """Return what holds where a key is not stated."""
    if field.is_required():
        return "must be stated"
    value = field.get_default(call_default_factory=True)
    if value is None or value == () or value == "":
        return "nothing"
    if isinstance(value, Mapping | BaseModel):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value)
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def owner(model: type[BaseModel], name: str) -> type[BaseModel]:
    """Return the type that a field was first stated in."""
    return next(m for m in reversed(model.__mro__) if name in getattr(m, "model_fields", {}))


def meaning(model: type[BaseModel], name: str) -> str:
    """Return what a key means: the type's own words, else `words_of_fields`, else its record's."""
    field = model.model_fields[name]
    kind, about = bare(field.annotation)
    described = (part.description for part in about if isinstance(part, FieldInfo))
    own = field.description or next(filter(None, described), None)
    if own is not None:
        return own
    key = f"{owner(model, name).__name__}.{name}"
    if (said := MEANINGS.get(key) or EVERYWHERE.get(name)) is not None:
        return said
    inner = next((held for _, held in within(kind, name)), None)
    if inner is None:
        raise KeyError(key)
    return first_sentence(inner)


def first_sentence(model: type[BaseModel]) -> str:
    """Return what a record says of itself, without its last full stop."""
    return (model.__doc__ or "").partition("\n")[0].rstrip(".")


def rows(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each key of a record."""
    for name, field in model.model_fields.items():
        bounds = "; ".join(dict.fromkeys(limits(field.annotation, tuple(field.metadata))))
        said = meaning(model, name)
        yield f"`{field.alias or name}`", in_words(field.annotation), bounds, absent(field), said


def records(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield (path, record) of a record and all those within it, figures apart, each type once."""
    todo, seen = [(path, model)], {model}
    while todo:
        path, current = todo.pop(0)
        yield path, current
        inner = []
        for name, field in current.model_fields.items():
            for step, kind in within(field.annotation, name):
                if kind not in seen and not is_figure(kind):
                    seen.add(kind)
                    inner.append((f"{path}.{step}".strip("."), kind))
        todo = inner + todo


def within(stated: Any, step: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the records that a type holds, with the step of the path to each."""
    kind, _ = bare(stated)
    if is_record(kind):
        yield step, kind
    elif typing.get_origin(kind) is dict:
        yield from within(typing.get_args(kind)[1], f"{step}.NAME")
    elif typing.get_origin(kind) is tuple:
        for part in typing.get_args(kind):
            yield from within(part, step) if part is not Ellipsis else ()
