"""The one module that knows pyarrow: columns in and out of Parquet files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from hepaplan.model.problems import WrongUse

Kind = Literal["text", "whole", "number", "truth"]


def need_parquet() -> None:
    """Refuse, in words, to keep a batch where pyarrow is not installed."""
    _pyarrow()


def as_parquet(columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, Kind]) -> bytes:
    """Return columns as the bytes of a Parquet file; None is a value that is not there.

    `kinds` gives each column its type, so that the files of one data set agree.
    """
    arrow = _pyarrow()
    types = {
        "text": arrow.string(),
        "whole": arrow.int64(),
        "number": arrow.float64(),
        "truth": arrow.bool_(),
    }
    schema = arrow.schema([(name, types[kinds[name]]) for name in columns])
    sink = arrow.BufferOutputStream()
    arrow.parquet.write_table(
        arrow.table({name: list(v) for name, v in columns.items()}, schema=schema), sink
    )
    return bytes(sink.getvalue())


def from_parquet(content: bytes) -> dict[str, list[Any]]:
    """Return the columns of a Parquet file; a file that cannot be read raises ValueError."""
    arrow = _pyarrow()
    try:
        table = arrow.parquet.ParquetFile(arrow.BufferReader(content)).read()
    except (arrow.ArrowException, OSError) as error:
        raise ValueError(f"not a Parquet file that can be read: {error}") from error
    return {name: table.column(name).to_pylist() for name in table.column_names}


def read_columns(paths: Sequence[Path], names: Sequence[str]) -> pd.DataFrame:
    """Return some columns of a data set of several files, rows in order; no other is read.

    One that no file has, an output of which every run failed, holds no number.
    """
    arrow = _pyarrow()
    there = set(arrow.parquet.read_schema(paths[0]).names)
    known = [name for name in names if name in there]
    whole = arrow.concat_tables([arrow.parquet.read_table(path, columns=known) for path in paths])
    found = {name: whole.column(name).to_numpy() for name in known}
    lacking = np.full(whole.num_rows, math.nan)
    return pd.DataFrame({name: found.get(name, lacking) for name in names})


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise WrongUse(
            "a batch keeps its results as Parquet files: pip install 'hepaplan[parquet]'"
        ) from None
    return pyarrow
