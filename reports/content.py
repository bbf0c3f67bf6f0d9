"""What a report is made of: sentences, labels and tables, checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from hepaplan.model.parameters import Scenario
from hepaplan.model.tables.in_time import ASKED
from hepaplan.reports.table_columns import COLUMNS, MAY_BE_MISSING, MAY_LACK


class UnfitTable(ValueError):
    """A table cannot be reported: it, or a column or a number of it, is missing."""


@dataclass(frozen=True)
class ReportContent:
    """Everything a report shows; sentences are printed as given, tables are summed and shown.

    `made` says when the run was made, empty where that is not to be shown.
    """

    name: str
    title: str
    question: str
    headlines: tuple[str, ...]
    labels: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    status: str
    version: str
    site_note: str = ""
    option_labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    made: str = ""

    @property
    def answer(self) -> str:
        """The sentence that says whether everyone starts in time; empty where none does."""
        return next((said for said in self.headlines if said.startswith(ASKED)), "")

    def label(self, name: str) -> str:
        """Return the label of a machine name; a name without one is made readable."""
        known = self.labels.get(name)
        return known if known is not None else readable(name)

    def option_label(self, point: str, option: str) -> str:
        """Return the label of an option of a decision point; points may share an option's name."""
        return self.option_labels.get((point, option)) or self.label(option)


def readable(name: str) -> str:
    """Return a machine name as words; treatments have no labels, and options may share a name."""
    return name.replace("_", " ").strip().capitalize()


class ResultsLike(Protocol):
    """The part of the model's results that a report reads."""

    @property
    def scenario(self) -> Scenario: ...  # noqa: D102
    @property
    def tables(self) -> Mapping[str, pd.DataFrame]: ...  # noqa: D102
    @property
    def headlines(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def labels(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def gap(self) -> float: ...  # noqa: D102


def content_of(results: ResultsLike, version: str, made: str = "") -> ReportContent:
    """Return what a report shows of a run; sites without published capacities are said to be so."""
    settings = results.scenario.settings
    return ReportContent(
        name=settings.name,
        title=settings.title,
        question=settings.question,
        headlines=tuple(results.headlines),
        labels=results.labels,
        tables=results.tables,
        status=status_words(results.status, results.gap),
        version=version,
        made=made,
        site_note=site_note(results.scenario),
        option_labels={
            (point, option): record.label
            for point, option, record in results.scenario.pathway.options()
        },
    )


def status_words(status: str, gap: float) -> str:
    """Return how the plan was proven; a solve that was stopped is called that."""
    if status == "optimal":
        return status
    far = f"{gap:.2%} from proven" if np.isfinite(gap) else "how far from proven is not known"
    return f"STOPPED at its {status}, {far}"


def site_note(scenario: Scenario) -> str:
    """Return the warning every sheet with sites carries, empty when all of them are published."""
    qualities = {site.quality for site in scenario.settings.site.values()}
    qualities |= set(scenario.tables.capacity["quality"])
    if "illustrative" in qualities:
        return (
            "ILLUSTRATIVE: the sites and their capacities are made up for illustration; "
            "put in your own before deciding anything."
        )
    return ""


def check_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse tables that lack a column or hold a number that is not finite, all faults at once."""
    lost = [name for name in COLUMNS if name not in tables]
    faults = [f"the table {name} is missing" for name in lost]
    for name, table in tables.items():
        needed = [c for c in COLUMNS.get(name, ()) if c not in MAY_LACK.get(name, ())]
        lacking = [c for c in needed if c not in table.columns]
        if lacking:
            faults.append(f"{name}: no column {', '.join(lacking)}")
        faults += number_faults(name, table)
    if faults:
        raise UnfitTable("this cannot be reported:\n" + "\n".join(faults))


def number_faults(
    name: str, table: pd.DataFrame, may_miss: Mapping[str, frozenset[str]] = MAY_BE_MISSING
) -> list[str]:
    """Return one sentence for each column that holds NaN, an infinity or nothing at all."""
    faults = []
    optional = may_miss.get(name, frozenset())
    for column in table.columns:
        values = table[column]
        bad = values.isna().to_numpy() & (column not in optional)
        bad |= _infinite(values)
        if bad.any():
            row = int(np.argmax(bad))
            faults.append(
                f"{name}: {column} holds {values.iloc[row]} in row {row + 1} "
                f"({int(bad.sum())} such values)"
            )
    return faults


def _infinite(values: pd.Series) -> np.ndarray:
    if pd.api.types.is_float_dtype(values.dtype):
        return np.asarray(np.isinf(values.to_numpy(dtype=float, na_value=0.0)), dtype=bool)
    if values.dtype == object:
        return np.array([isinstance(v, float) and np.isinf(v) for v in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)
