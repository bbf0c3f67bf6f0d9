"""What the types refuse, said in a planner's words."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from hepaplan.model.problems import Key, listed, nearest
from hepaplan.model.quantities import Expect, Quantity, Sourced

BRANCHES = {"float", "dict[str,float]"}
DECIMAL_COMMA = re.compile(r"^[+-]?\d+,\d+$")
PERCENT = re.compile(r"^([+-]?\d+(?:[.,]\d+)?)\s*%$")
NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
FIGURE = "a figure with value, unit, source and quality"


def faults(model: type[BaseModel], values: Mapping[str, Any]) -> tuple[Any, list[tuple[Key, str]]]:
    """Return the record that values make, or None and every fault with its key."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        found = [_fault(model, values, dict(e)) for e in error.errors(include_url=False)]
        return None, list(dict.fromkeys(f for f in found if f is not None))


def _fault(
    model: type[BaseModel], values: Mapping[str, Any], error: dict[str, Any]
) -> tuple[Key, str] | None:
    loc, kind, found = tuple(error["loc"]), str(error["type"]), error.get("input")
    branch = next((i for i, part in enumerate(loc) if part in BRANCHES and i > 0), None)
    if branch is not None and loc[branch - 1] == "value":
        stated = _at(values, loc[:branch])
        if (loc[branch] == "dict[str,float]") != isinstance(stated, dict):
            return None
        loc = loc[:branch] + loc[branch + 1 :]
    if loc[-1:] == ("[key]",):
        names = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
        return loc[:-1], _unknown(str(loc[-2]), names)
    if kind == "figure":
        said = str(dict(error["ctx"])["faults"])
        return (*loc, "unit" if said.startswith("the unit") else "value"), said
    if kind == "missing":
        return loc, _missing(model, loc)
    if kind == "extra_forbidden":
        inner = _type_at(model, loc[:-1])
        fields = inner.model_fields.items() if _is_model(inner) else ()
        names = [field.alias or name for name, field in fields]
        return loc, _unknown(str(loc[-1]), names)
    return loc, _wrong(
        kind, found, dict(error.get("ctx") or {}), _type_at(model, loc), error["msg"]
    )


def _wrong(kind: str, found: Any, context: dict[str, Any], wanted: Any, message: str) -> str:
    """Say what was found, what is expected and what to do."""
    shown = show(found)
    if kind in {"model_type", "model_attributes_type"}:
        return f"found {shown}; expected {_table(wanted, found)}"
    if kind in {"float_type", "int_type", "int_from_float", "float_parsing"}:
        whole = "a whole number" if kind.startswith("int") else "a number"
        return f"found {shown}; expected {whole}; {number_advice(found, whole)}"
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"found {shown}{nearest(str(found), names)}; expected one of {listed(names, 20)}"
    if kind == "string_pattern_mismatch":
        return f"found {shown}; expected a month; write it as year and month, such as 2027-01"
    if kind == "string_too_short":
        return "found nothing between the quotes; expected text; fill it in"
    simple = {
        "finite_number": "a number; write the figure itself",
        "bool_type": "true or false, without quotes",
        "string_type": f'text in quotes; write "{found}"',
        "dict_type": "a table of names and values",
        "tuple_type": "a list; write it in square brackets",
        "missing": "a further entry in this list",
    }
    if kind in simple:
        return f"found {shown}; expected {simple[kind]}"
    limits = {
        "greater_than_equal": ("ge", "at least"),
        "greater_than": ("gt", "more than"),
        "less_than_equal": ("le", "at most"),
        "less_than": ("lt", "less than"),
        "too_long": ("max_length", "at most this many entries:"),
        "too_short": ("min_length", "at least this many entries:"),
        "string_too_long": ("max_length", "at most this many characters:"),
    }
    if kind in limits:
        name, words = limits[kind]
        return f"found {shown}; expected {words} {context[name]:g}; check the value and its unit"
    return f"found {shown}; {message[:1].lower()}{message[1:]}"


def number_advice(found: Any, whole: str = "a number") -> str:
    """Return what to write instead of something that is no number."""
    text = str(found).strip()
    percent = PERCENT.match(text)
    if percent and isinstance(found, str):
        return f"write {float(percent.group(1).replace(',', '.')) / 100:g}"
    if isinstance(found, str) and DECIMAL_COMMA.match(text):
        joined = text.replace(",", "")
        either = (
            f", or {joined} if the comma parts thousands" if len(text.split(",")[1]) == 3 else ""
        )
        return f"write {text.replace(',', '.')} with a decimal point{either}"
    if isinstance(found, str) and NUMBER.match(text):
        return f"write {text} without quotes"
    if isinstance(found, dict):
        return "write the number itself, not a table"
    return f"write {whole} in digits, with a decimal point where needed"


def show(found: Any) -> str:
    """Return a value as a file would write it, cut short."""
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, str):
        return f'"{found[:60]}…"' if len(found) > 60 else f'"{found}"'
    if isinstance(found, dict):
        return f"a table with {listed(found, 4)}" if found else "an empty table"
    if isinstance(found, list | tuple):
        return f"a list of {len(found)}"
    return f"{found:g}" if isinstance(found, float) else str(found)


def _unknown(name: str, names: list[str]) -> str:
    known = f"; expected one of {listed(names, 20)}" if names else ""
    return f"found an unknown name{nearest(name, names)}{known}; mend or delete it"


def _missing(model: type[BaseModel], loc: Key) -> str:
    wanted = _type_at(model, loc)
    parent = _type_at(model, loc[:-1])
    name = loc[-1]
    field = parent.model_fields.get(str(name)) if _is_model(parent) else None
    about = f" ({field.description})" if field is not None and field.description else ""
    if _is_model(wanted):
        return f"is missing; expected {_table(wanted, None)}{about}; add it"
    if name == "unit" and (unit := _unit_at(model, loc[:-1])):
        return f'is missing; expected the unit; add unit = "{unit}"'
    example = {"source": ' = "…", a key of [sources]', "quality": ' = "published"'}.get(str(name))
    return f"is missing{about}; add {name}{example or ' = …'}"


def _table(wanted: Any, found: Any) -> str:
    if _is_model(wanted) and issubclass(wanted, Sourced):
        value = f"; write {{ value = {show(found)}, unit = …, source = …, quality = … }}"
        return FIGURE + (value if issubclass(wanted, Quantity) and _is_number(found) else "")
    if _is_model(wanted):
        needed = [n for n, f in wanted.model_fields.items() if f.is_required()]
        return f"a table with {listed(needed, 8)}"
    return "a table"


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _is_model(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, BaseModel)


def _at(values: Any, loc: Key) -> Any:
    for part in loc:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _annotations_at(model: type[BaseModel], loc: Key) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Yield the type at each step of a location, with what annotates it."""
    current: Any = model
    metadata: tuple[Any, ...] = ()
    for part in loc:
        current, metadata = _bare(current, metadata)
        if _is_model(current):
            field: FieldInfo | None = current.model_fields.get(str(part))
            if field is None:
                return
            current, metadata = field.annotation, tuple(field.metadata)
        elif typing.get_origin(current) in (dict, tuple):
            arguments = typing.get_args(current)
            many = typing.get_origin(current) is dict or arguments[-1] is Ellipsis
            place = part if isinstance(part, int) and not many else 0
            place = 1 if typing.get_origin(current) is dict else place
            current, metadata = arguments[min(place, len(arguments) - 1)], ()
        else:
            return
        yield _bare(current, metadata)


def _bare(wanted: Any, metadata: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """Take annotations and `| None` off a type."""
    while True:
        if typing.get_origin(wanted) is typing.Annotated:
            wanted, *more = typing.get_args(wanted)
            metadata = (*metadata, *more)
        elif typing.get_origin(wanted) in (typing.Union, types.UnionType):
            parts = [p for p in typing.get_args(wanted) if p is not type(None)]
            if len(parts) != 1:
                return wanted, metadata
            wanted = parts[0]
        else:
            return wanted, metadata


def _type_at(model: type[BaseModel], loc: Key) -> Any:
    steps = list(_annotations_at(model, loc))
    if not loc:
        return model
    return steps[-1][0] if len(steps) == len(loc) else None


def _unit_at(model: type[BaseModel], loc: Key) -> str:
    steps = list(_annotations_at(model, loc))
    if len(steps) != len(loc) or not steps:
        return ""
    return next((m.unit for m in steps[-1][1] if isinstance(m, Expect)), "")
