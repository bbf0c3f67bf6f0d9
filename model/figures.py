"""Every figure of a record, with the key it sits at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from hepaplan.model.problems import Key
from hepaplan.model.quantities import Sourced


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
