"""The one way to read a scenario: files to checked values, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, TypeAdapter, ValidationError

from hepaplan.model.drug_checks import check_drugs
from hepaplan.model.horizon_notices import horizon_notices
from hepaplan.model.list_patterns import check_list_patterns
from hepaplan.model.parameters import (
    Place,
    Resource,
    Scenario,
    Settings,
    Tables,
)
from hepaplan.model.pathway import DecisionPoint, Pathway
from hepaplan.model.pathway_checks import check_pathway
from hepaplan.model.plan_checks import check_plan_rules
from hepaplan.model.prices import check_prices, in_own_prices, price_notices
from hepaplan.model.problems import Key, Problem, dotted, nearest
from hepaplan.model.scenario_checks import (
    check_backlog,
    check_names,
    check_settings,
    check_sources,
)
from hepaplan.model.service_checks import check_services
from hepaplan.model.table_checks import check_tables
from hepaplan.model.table_columns import OPTIONAL_TABLES, TABLE_COLUMNS, TABLE_UNITS
from hepaplan.model.uncertainty.spread.checks import (
    check_correlated,
    check_intervals,
    check_rules,
    check_sets,
    check_uncertainty,
    interval_notices,
)
from hepaplan.scenarios.chain import Chain, read_chain, with_evidence
from hepaplan.scenarios.changes import apply_settings, apply_where_stated, resolve_likes, told_once
from hepaplan.scenarios.copies import alike_copies
from hepaplan.scenarios.files import inside, shipped, shown
from hepaplan.scenarios.names import names_in
from hepaplan.scenarios.overlays import Merged, merge
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.samples import SampleFiles, read_samples
from hepaplan.scenarios.tables import Table, empty_table, read_table
from hepaplan.scenarios.words import faults

__all__ = [
    "InvalidScenario",
    "Loaded",
    "LocatedProblem",
    "load",
    "load_scenario",
    "load_under_evidence",
    "shipped",
]


@dataclass(frozen=True)
class Loaded:
    """A checked scenario, what a reader should know of its overlays, and why they change things."""

    scenario: Scenario
    notices: tuple[str, ...]
    reasons: dict[Key, str]


def load_scenario(
    source: str | Path,
    overlays: Sequence[str | Path] = (),
    settings: Mapping[str, str] | None = None,
) -> Scenario:
    """Return a checked scenario: a shipped name or a folder, then overlays, then `--set` values.

    Raises InvalidScenario with every problem found, each with its file, line and remedy.
    """
    return load(source, overlays, settings).scenario


def load(
    source: str | Path,
    overlays: Sequence[str | Path] = (),
    settings: Mapping[str, str] | None = None,
) -> Loaded:
    """Return a checked scenario with the notices and reasons of its overlays."""
    return _checked(read_chain(source, overlays), settings)


def load_under_evidence(
    source: str | Path, evidence: str, settings: Mapping[str, str] | None = None
) -> Scenario:
    """Return a scenario under a shipped evidence set, `registry` or `review`."""
    return _checked(with_evidence(source, evidence), settings).scenario


def _checked(chain: Chain, settings: Mapping[str, str] | None) -> Loaded:
    merged = merge(chain)
    of_copies = apply_where_stated(merged, settings or {})
    resolve_likes(merged)
    apply_settings(merged, of_copies)
    return _Checking(chain, merged).loaded()


class _Checking:
    """Turns merged values into a scenario; gathers problems on the way."""

    def __init__(self, chain: Chain, merged: Merged) -> None:
        self.chain, self.merged = chain, merged
        self.problems = list(merged.problems)
        self.home = chain.top.path.resolve().parent

    def loaded(self) -> Loaded:
        values = {k: v for k, v in self.merged.content.items() if k != "pathway"}
        settings: Settings | None = self._record(Settings, values, ())
        pathway, whole = self._pathway()
        tables = self._tables()
        frames = {name: table.frame for name, table in tables.items()}
        self._check(settings, pathway, frames, tables)
        samples = self._samples(settings, pathway)
        missing = [name for name in TABLE_COLUMNS if name not in frames]
        if self.problems or settings is None or not whole or pathway is None:
            raise InvalidScenario(self.problems)
        frames |= {name: empty_table(name) for name in missing}
        scenario = Scenario(
            settings,
            pathway,
            Tables(**frames),
            self._places(tables),
            self._hashes(tables) | samples.hashes,
            dict(self.merged.reasons),
            copies=alike_copies(self.merged, pathway),
            samples=samples.by_figure,
        )
        if late := check_correlated(scenario):
            raise InvalidScenario(self._located(problem, tables) for problem in late)
        notices = (
            *self.merged.notices,
            *price_notices(settings, pathway),
            *horizon_notices(settings, pathway),
            *interval_notices(settings, pathway),
        )
        return Loaded(in_own_prices(scenario), notices, dict(self.merged.reasons))

    def _record(self, model: type[BaseModel], values: Mapping[str, Any], prefix: Key) -> Any:
        record, found = faults(model, values)
        stated = [Problem(prefix + key, message) for key, message in found]
        for problem in told_once(self.merged, stated):
            where = self.merged.original(problem.key)
            if not any(where[: len(b)] == b for b in self.merged.broken):
                self.problems.append(self.merged.problem(where, problem.message))
        return record

    def _pathway(self) -> tuple[Pathway | None, bool]:
        """Return the pathway, or what is sound of it, and whether that is the whole."""
        values = self.merged.content.get("pathway")
        if not isinstance(values, dict):
            message = 'is missing; add pathway_file = "…" or a table [pathway]'
            self.problems.append(self.merged.problem(("pathway",), message))
            return None, False
        pathway: Pathway | None = self._record(Pathway, values, ("pathway",))
        if pathway is not None:
            return pathway, True
        stated = values.get("decision_point")
        sound: dict[str, DecisionPoint] = {}
        for name, point in stated.items() if isinstance(stated, dict) else ():
            record, _ = faults(DecisionPoint, point)
            if record is not None:
                sound[name] = record
        part = Pathway.model_construct(name="", title="", decision_point=sound)
        return (part if sound else None), False

    def _tables(self) -> dict[str, Table]:
        """Read every table that a file names; a table not read is left out."""
        stated = self.merged.content.get("tables")
        stated = stated if isinstance(stated, dict) else {}
        tables: dict[str, Table] = {}
        for name in stated:
            if name not in TABLE_COLUMNS:
                self._fault(
                    ("tables", name), f"found an unknown table{nearest(name, TABLE_COLUMNS)}"
                )
        for name in TABLE_COLUMNS:
            entry, key = stated.get(name), ("tables", name, "file")
            if entry is None and name not in OPTIONAL_TABLES:
                self._fault(("tables", name), f"is missing; add [tables.{name}] with its file")
            if not isinstance(entry, dict):
                continue
            unit = entry.get("unit")
            if isinstance(unit, str) and unit != TABLE_UNITS[name]:
                self._fault(
                    ("tables", name, "unit"),
                    f"found '{unit}'; expected '{TABLE_UNITS[name]}'; "
                    "convert the table's values and write that unit",
                )
            if not isinstance(entry.get("file"), str):
                continue
            try:
                path = inside(self.merged.folders.get(key, self.home), entry["file"])
                tables[name] = read_table(name, path, shown(path, self.home))
            except ValueError as error:
                self._fault(key, str(error))
            except InvalidScenario as error:
                self._table_faults(key, error)
        return tables

    def _table_faults(self, key: Key, error: InvalidScenario) -> None:
        """Keep a table's faults; one that is not about a line is told where the file is named."""
        for problem in error.problems:
            if problem.line is None:
                self._fault(key, f"{problem.file}: {problem.message}")
            else:
                self.problems.append(problem)

    def _check(
        self,
        settings: Settings | None,
        pathway: Pathway | None,
        frames: Mapping[str, pd.DataFrame],
        tables: Mapping[str, Table],
    ) -> None:
        """Check what belongs together, as far as its parts are sound."""
        names = names_in(self.merged.content)
        found: list[Problem] = [*check_tables(frames), *check_names(frames, names)]
        if settings is None:
            found += check_intervals(
                {name: part for name, part in self.merged.content.items() if name != "pathway"}
            )
        else:
            found += check_settings(settings, frames)
            found += check_sources(settings, (), names.sources)
            found += [*check_uncertainty(settings, ()), *check_rules(settings)]
            found += check_prices(settings, pathway)
            found += check_plan_rules(settings, pathway, frames, names.points)
        if settings is not None and pathway is not None:
            found += check_list_patterns(settings.resource, pathway)
        if pathway is not None:
            resources = settings.resource if settings is not None else self._resources()
            services = set(frames["referral"]["service"]) if "referral" in frames else None
            if resources is not None:
                found += check_pathway(
                    pathway, tuple(names.groups), resources, services, names.points
                )
            found += check_sources(pathway, ("pathway",), names.sources)
            found += [*check_uncertainty(pathway, ("pathway",)), *check_sets(pathway)]
            found += check_drugs(pathway, names.drugs)
            found += check_backlog(pathway, frames)
            if "population" in frames:
                regions = tuple(dict.fromkeys(frames["population"]["region"].tolist()))
                found += check_services(pathway, frames, regions)
        self.problems += [
            self._located(problem, tables) for problem in told_once(self.merged, found)
        ]

    def _samples(self, settings: Settings | None, pathway: Pathway | None) -> SampleFiles:
        """Read the samples that figures name; their faults are kept with the others."""
        found = read_samples(self.merged, settings, (), self.home)
        more = read_samples(self.merged, pathway, ("pathway",), self.home)
        self.problems += [*found.problems, *more.problems]
        return SampleFiles(found.by_figure | more.by_figure, found.hashes | more.hashes)

    def _resources(self) -> dict[str, Resource] | None:
        try:
            return TypeAdapter(dict[str, Resource]).validate_python(
                self.merged.content.get("resource")
            )
        except ValidationError:
            return None

    def _places(self, tables: Mapping[str, Table]) -> dict[Key, Place]:
        rows: dict[Key, Place] = {
            ("tables", name, row): Place(table.file, line)
            for name, table in tables.items()
            for row, line in enumerate(table.lines)
        }
        return {key: place for key, place in self.merged.places.items() if key} | rows

    def _hashes(self, tables: Mapping[str, Table]) -> dict[str, str]:
        """Return the SHA-256 of every file read, by its short name."""
        documents = [*self.chain.documents, *self.chain.pathways.values()]
        return {d.name: d.digest for d in documents} | {t.file: t.digest for t in tables.values()}

    def _fault(self, key: Key, message: str) -> None:
        self.problems.append(self.merged.problem(key, message))

    def _located(self, problem: Problem, tables: Mapping[str, Table]) -> LocatedProblem:
        table = tables.get(problem.table)
        if table is None:
            return self.merged.problem(problem.key, problem.message)
        line = table.lines[problem.row] if problem.row is not None else None
        return LocatedProblem(table.file, line, dotted(problem.key[2:]), problem.message)
