"""The one way to read a scenario: files to checked values, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, TypeAdapter, ValidationError

from hepaplan.model.input_checks.drug_checks import check_drugs
from hepaplan.model.input_checks.horizon_notices import horizon_notices
from hepaplan.model.input_checks.pathway_checks import check_pathway
from hepaplan.model.input_checks.plan_checks import check_plan_rules
from hepaplan.model.input_checks.scenario_checks import (
    check_backlog,
    check_names,
    check_settings,
    check_sources,
)
from hepaplan.model.input_checks.service_checks import check_services
from hepaplan.model.input_checks.table_checks import check_tables
from hepaplan.model.money.prices import check_prices, in_own_prices, price_notices
from hepaplan.model.parameters import (
    Place,
    Resource,
    Scenario,
    Settings,
    Tables,
)
from hepaplan.model.pathway import DecisionPoint, Pathway
from hepaplan.model.problems import Key, Problem, dotted
from hepaplan.model.sites.list_patterns import check_list_patterns
from hepaplan.model.table_columns import TABLE_COLUMNS
from hepaplan.model.uncertainty.spread.checks import (
    check_correlated,
    check_intervals,
    check_rules,
    check_sets,
    check_uncertainty,
    interval_notices,
)
from hepaplan.scenarios.chain import EVIDENCE, Chain, with_evidence
from hepaplan.scenarios.changes import apply_settings, apply_where_stated, resolve_likes, told_once
from hepaplan.scenarios.copies import alike_copies, originals
from hepaplan.scenarios.edits import apply_edits
from hepaplan.scenarios.entered import Entered
from hepaplan.scenarios.files import shipped
from hepaplan.scenarios.names import names_in
from hepaplan.scenarios.overlays import Merged, merge
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.samples import SampleFiles, read_samples
from hepaplan.scenarios.sources import chain_of
from hepaplan.scenarios.table_files import read_tables
from hepaplan.scenarios.tables import Table, empty_table
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
    """A checked scenario, what a reader should know of its overlays, and why they change things.

    `entered`: of a scenario read from a workbook, what that states over its base.
    """

    scenario: Scenario
    notices: tuple[str, ...]
    reasons: dict[Key, str]
    entered: Entered | None = None

    @property
    def edits_in_words(self) -> tuple[str, ...]:
        """What was changed in a workbook, a line each."""
        return self.entered.in_words if self.entered else ()

    @property
    def settings(self) -> Mapping[str, str]:
        """The `--set` values of the run that wrote an edited report."""
        return self.entered.settings if self.entered else {}

    @property
    def edited(self) -> dict[str, str]:
        """The digest of an edited workbook, by its name."""
        return {self.entered.file: self.entered.digest} if self.entered else {}


def load_scenario(
    source: str | Path,
    overlays: Sequence[str | Path] = (),
    settings: Mapping[str, str] | None = None,
    base: str | Path | None = None,
) -> Scenario:
    """Return a checked scenario as `load` does, without what it says of its overlays."""
    return load(source, overlays, settings, base).scenario


def load(
    source: str | Path,
    overlays: Sequence[str | Path] = (),
    settings: Mapping[str, str] | None = None,
    base: str | Path | None = None,
) -> Loaded:
    """Return a checked scenario with the notices and reasons of its overlays.

    A source is a shipped name, a folder, a template filled in or an edited report (.xlsx); then
    come overlays, then `--set` values. `base`: what an edited report was made from, where that is
    not found by its name. Raises InvalidScenario with every problem found, each with its file and
    line, or sheet and cell, and remedy.
    """
    return _checked(chain_of(source, overlays, base), settings)


def load_under_evidence(
    source: str | Path,
    evidence: str,
    settings: Mapping[str, str] | None = None,
    base: str | Path | None = None,
) -> Scenario:
    """Return a scenario under a shipped evidence set, `registry` or `review`."""
    chain = chain_of(source, (f"{EVIDENCE}/{evidence}",), base)
    return _checked(with_evidence(chain, evidence), settings).scenario


def _checked(chain: Chain, settings: Mapping[str, str] | None) -> Loaded:
    merged, stated = merge(chain), dict(settings or {})
    before = chain.entered.settings if chain.entered else {}
    of_copies = apply_where_stated(merged, {**before, **stated})
    resolve_likes(merged)
    if chain.entered is not None:
        apply_edits(merged, chain.entered, stated)
    apply_settings(merged, of_copies)
    return _Checking(chain, merged).loaded()


class _Checking:
    """Turns merged values into a scenario; gathers problems on the way."""

    def __init__(self, chain: Chain, merged: Merged) -> None:
        self.chain, self.merged = chain, merged
        self.problems = list(merged.problems)
        self.home = chain.top.path.resolve().parent
        self.read: dict[str, Table] = {}

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
            self._hashes() | samples.hashes,
            dict(self.merged.reasons),
            copies=alike_copies(self.merged, pathway),
            originals=originals(self.merged, pathway),
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
        reasons = dict(self.merged.reasons)
        return Loaded(in_own_prices(scenario), notices, reasons, self.chain.entered)

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
        """Read every table that a file or a sheet names; a table not read is left out."""
        self.read, problems = read_tables(self.merged, self.home, self.chain.sheets)
        self.problems += problems
        edited = self.chain.entered.tables if self.chain.entered else {}
        return {name: edited.get(name, table) for name, table in self.read.items()}

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
            ("tables", name, row): table.place(row)
            for name, table in tables.items()
            for row in range(len(table.lines))
        }
        return {key: place for key, place in self.merged.places.items() if key} | rows

    def _hashes(self) -> dict[str, str]:
        """Return the SHA-256 of every file read, by its short name; an edited report's is apart."""
        documents = [*self.chain.documents, *self.chain.pathways.values()]
        tables = self.read.values()
        return {d.name: d.digest for d in documents} | {t.file: t.digest for t in tables}

    def _located(self, problem: Problem, tables: Mapping[str, Table]) -> LocatedProblem:
        table = tables.get(problem.table)
        if table is None:
            return self.merged.problem(problem.key, problem.message)
        column = dotted(problem.key[2:])
        return LocatedProblem.at(table.place(problem.row, column), column, problem.message)
