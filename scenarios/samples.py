"""Samples of uncertain figures, from the CSV files that the figures name."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hepaplan.model.figures import figures
from hepaplan.model.problems import Key, listed, nearest
from hepaplan.model.quantities import Quantity
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.model.uncertainty.spread.empirical import Empirical, empirical
from hepaplan.scenarios.files import MAX_CSV_BYTES, inside, read_source, shown
from hepaplan.scenarios.overlays import Merged
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import shortened
from hepaplan.scenarios.words import NUMBER, number_advice


@dataclass
class SampleFiles:
    """Samples by the key of the figure, SHA-256 by file, and what is wrong with the files."""

    by_figure: dict[Key, tuple[float, ...]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    problems: list[LocatedProblem] = field(default_factory=list)


def read_samples(merged: Merged, record: object, prefix: Key, home: Path) -> SampleFiles:
    """Return the samples that the figures of a record name, each file below its scenario's."""
    found = SampleFiles()
    for key, figure in figures(record, prefix):
        if not isinstance(figure, Quantity) or figure.samples is None:
            continue
        at = (*key, "samples")
        folder = merged.folders.get(merged.original((*at, "file")), home)
        try:
            path = inside(folder, figure.samples.file)
            source = read_source(path, shown(path, home), MAX_CSV_BYTES)
            samples = _column(source.text, figure.samples.column, source.name)
            drawn = empirical(np.array(samples), *figure.bounds)
            _refuse_elsewhere(figure, drawn)
            found.by_figure[key] = drawn.samples
            found.hashes[source.name] = source.digest
        except ValueError as error:
            found.problems.append(merged.problem(at, f"{error}; mend the file or the figure"))
        except InvalidScenario as error:
            found.problems += [
                merged.problem(at, f"{p.file}: {p.message}") if p.line is None else p
                for p in error.problems
            ]
    return found


def _refuse_elsewhere(figure: Quantity, drawn: Empirical) -> None:
    """Raise ValueError where the 95% interval of the samples does not hold the figure's value."""
    low, high = drawn.quantile(INTERVAL_95).tolist()
    if isinstance(figure.value, float) and not low <= figure.value <= high:
        raise ValueError(
            f"95% of the samples lie in {low:.4g} to {high:.4g}, which does not hold the value "
            f"{figure.value:g}"
        )


def _column(text: str, column: str, name: str) -> list[float]:
    """Return a column's numbers, or raise with every cell that is none."""
    try:
        return _numbers(text, column, name)
    except csv.Error as error:
        raise ValueError(f"{name} is not a CSV file: {error}") from None


def _numbers(text: str, column: str, name: str) -> list[float]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    if column not in header:
        raise ValueError(
            f"found no column '{column}' in {name}{nearest(column, header)}; its columns are "
            f"{listed(header)}"
        )
    if header.count(column) > 1:
        raise ValueError(
            f"found column '{column}' {header.count(column)} times in {name}; keep one"
        )
    place, numbers = header.index(column), []
    faults: list[LocatedProblem] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        cell = cells[place].strip() if place < len(cells) else ""
        if NUMBER.match(cell):
            numbers.append(float(cell))
        else:
            message = f"found '{cell}'; expected a number; {number_advice(cell)}"
            faults.append(LocatedProblem(name, reader.line_num, column, message))
    if faults:
        raise InvalidScenario(shortened(faults, name))
    return numbers
