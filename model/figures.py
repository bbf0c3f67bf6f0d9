"""Every figure of a record, with the key it sits at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from hepaplan.model.problems import Key
from hepaplan.model.quantities import Sourced

Record = TypeVar("Record")


def figures(record: object, key: Key = ()) -> Iterator[tuple[Key, Sourced]]:
    """Yield (key, figure) for every sourced figure inside a record, in the file's order.

    A figure made of figures (a distribution and its median) comes before its parts.
    """
    if isinstance(record, Sourced):
        yield key, record
    if isinstance(record, BaseModel):
        for name in type(record).model_fields:
            yield from figures(getattr(record, name, None), (*key, name))
    elif isinstance(record, Mapping):
        for name, part in record.items():
            yield from figures(part, (*key, name))
    elif isinstance(record, tuple):
        for place, part in enumerate(record):
            yield from figures(part, (*key, place))


def with_figures(
    record: Record, change: Callable[[Key, Sourced], Sourced], key: Key = ()
) -> Record:
    """Return a record whose figures are what `change` makes of them; what is kept is shared.

    Of a figure made of figures, the parts are changed before the whole.
    """
    return _changed(record, change, key)  # type: ignore[no-any-return]


def _changed(record: Any, change: Callable[[Key, Sourced], Sourced], key: Key) -> Any:
    if isinstance(record, BaseModel):
        parts = {name: getattr(record, name, None) for name in type(record).model_fields}
        new = {name: _changed(part, change, (*key, name)) for name, part in parts.items()}
        altered = {name: part for name, part in new.items() if part is not parts[name]}
        record = record.model_copy(update=altered) if altered else record
        return change(key, record) if isinstance(record, Sourced) else record
    if isinstance(record, Mapping):
        new = {name: _changed(part, change, (*key, name)) for name, part in record.items()}
        return new if any(new[name] is not part for name, part in record.items()) else record
    if isinstance(record, tuple):
        entries = tuple(_changed(part, change, (*key, i)) for i, part in enumerate(record))
        same = all(a is b for a, b in zip(entries, record, strict=True))
        return record if same else entries
    return record
