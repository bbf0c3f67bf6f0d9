"""Verification H: what a run writes, read back and recalculated by a second program.

One run of the tiny scenario, to ten years, with a hazard ratio, and with labels that begin as
formulas do. LibreOffice calculates its workbook anew after every cached value was made wrong; each
edited workbook is compared with the engine's own figures for that edit, its plan held.
"""

from __future__ import annotations

import csv
import itertools
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import range_boundaries

from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import as_today, evaluate, usual_care
from hepaplan.model.input_rows import input_rows, input_tables
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import dotted
from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH, NOTHING_SCARCE
from hepaplan.model.results import Results
from hepaplan.model.tables.money_tables import budget_impact, cost_table
from hepaplan.reports.content import content_of
from hepaplan.reports.live.book import LivePart
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.reconciliation import AGREES, CHANGED, DIFFERS, SMALLEST, TOLERANCE
from hepaplan.reports.output import FORMULA_STARTS, write_tables
from hepaplan.reports.run import write_run
from hepaplan.reports.saving import save
from hepaplan.reports.views.assumption import NOT_SEEN, SEEN, UNLISTED, sources_seen
from hepaplan.reports.views.shown import heading
from hepaplan.reports.workbook import start_workbook
from hepaplan.scenarios.load import InvalidScenario, load, load_scenario
from tests.support.command import Hepaplan
from tests.support.live_edits import Edit, StartsEdit, changed_cells, engine_figures
from tests.support.recalculated import (
    errors_in,
    needs_libreoffice,
    poisoned,
    recalculated_all,
    sheet_parts,
    values,
)
from tests.support.scenarios import TINY, tiny_with

STORED = 1e-12
"""Relative: sums of the same stored numbers in another order."""
DEPTH = Depth(prices=0, replications=20, seed=7, gain=False)
CHANGES = (
    ("scenario.toml", "horizon_years = 45", "horizon_years = 10"),
    ("scenario.toml", 'title = "Two', 'title = "=Two'),
    ("scenario.toml", 'label = "Hilltop"', 'label = "=Hilltop"'),
    ("scenario.toml", 'label = "Riverside"', 'label = "@Riverside"'),
    ("scenario.toml", 'label = "Under 65"', 'label = "-Under 65"'),
    ("scenario.toml", 'citation = "Numbers', 'citation = "=1+1 Numbers'),
    ("pathway.toml", 'label = "Thermal ablation"', 'label = "+Thermal ablation"'),
    (
        "pathway.toml",
        'exits.recurrence]\ntime = { family = "weibull"',
        'exits.recurrence]\nhazard_ratio = { value = 0.8, unit = "hazard ratio", source = '
        '"made_up", quality = "illustrative" }\ntime = { family = "weibull"',
    ),
)
POLICIES = (NOTHING_SCARCE, FIRST_COME, LONGEST_WAIT, MOST_HEALTH)
SCARCE = POLICIES[1:]
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Run:
    """A run: the folder of its scenario, what it found, the folder written, and its workbook."""

    base: Path
    results: Results
    folder: Path
    book: Any

    @property
    def report(self) -> Path:
        return self.folder / "report.xlsx"

    @property
    def live(self) -> LivePart:
        return LivePart(self.results.usual, self.results.capacity, {})

    def shown(self, name: str) -> pd.DataFrame:
        """Return a table of a sheet by its name."""
        for sheet in self.book.worksheets:
            if name in sheet.tables:
                cells = sheet[sheet.tables[name].ref]
                first, *rows = [[cell.value for cell in row] for row in cells]
                return pd.DataFrame(rows, columns=first)
        raise KeyError(name)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    base = tmp_path_factory.mktemp("base") / "tiny"
    shutil.copytree(TINY, base)
    for file, old, new in CHANGES:
        text = (base / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        (base / file).write_text(text.replace(old, new), encoding="utf-8")
    results = evaluate(load_scenario(base), depth=DEPTH)
    folder = tmp_path_factory.mktemp("run")
    write_run(folder, results, 0.0, {})
    return Run(base, results, folder, load_workbook(folder / "report.xlsx"))


@pytest.fixture(scope="module")
def engine(run: Run) -> Mapping[str, float]:
    """Every figure of the workbook as the engine has it, nothing changed."""
    return engine_figures(run.results.usual, run.results.capacity)


# The model in formulas


OPERABLE = ("pathway", "decision_point", "operable")
RESECTION, ABLATION = (*OPERABLE, "option", "resection"), (*OPERABLE, "option", "ablation")
CHEMOTHERAPY = ("pathway", "decision_point", "inoperable", "option", "chemotherapy")
Edits = tuple[Edit | StartsEdit, ...]
EDITS: dict[str, Edits] = {
    "population": (Edit(1.2, table="population", row=12, column="people"),),
    "incidence": (Edit(0.9, table="incidence", row=14, column="rate_per_100k"),),
    "trend": (Edit(1.5, table="trend", row=1, column="change_per_year"),),
    "synchronous": (Edit(1.25, ("metastases", "synchronous_share")),),
    "eligibility": (
        Edit(1.1, table="eligibility", row=0, column="share"),
        Edit(0.92, table="eligibility", row=1, column="share"),
    ),
    "median": (Edit(1.3, (*CHEMOTHERAPY, "exits", "progression", "time", "median_months")),),
    "hazard": (Edit(1.15, (*ABLATION, "exits", "recurrence", "hazard_ratio")),),
    "cost": (Edit(1.4, (*RESECTION, "costs", "ward"), "month 0"),),
    "utility": (Edit(0.95, (*RESECTION, "utility"), "then"),),
    "costs_rate": (Edit(0.5, ("economics", "discount_rate_costs")),),
    "effects_rate": (Edit(2.0, ("economics", "discount_rate_effects")),),
    "threshold": (Edit(1.5, ("economics", "willingness_to_pay")),),
    "capacity": (Edit(0.6, table="capacity", row=0, column="number"),),
    "starts": (StartsEdit(0.5, "hilltop", "operable", "resection", "resection", 0),),
}
"""What a planner changes, by what it is; the shares of a group still add up to 1: 0.44 and 0.46."""
PLANTED = "planted"
Formulas = Mapping[str, Path]


@pytest.fixture(scope="module")
def recalculated(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Formulas:
    """The workbook as run, its live sheets after each edit, and one with planted formulas."""
    folder = tmp_path_factory.mktemp("recalculated")
    only_live = folder / "live.xlsx"
    workbook, styles = start_workbook(run.live.titles)
    run.live.write(workbook, styles, content_of(run.results, "0", "2027-01-01"))
    with only_live.open("wb") as file:
        save(workbook, file)
    paths = [poisoned(run.report, folder / "untouched.xlsx")]
    for name, edits in EDITS.items():
        changed = changed_cells(only_live, run.results.scenario, edits)
        paths.append(poisoned(only_live, folder / f"{name}.xlsx", changed))
    wrong = with_formula(
        only_live, folder / "wrong.xlsx", "Arrivals", "+SUMPRODUCT(", "+2*SUMPRODUCT("
    )
    wrong = with_formula(wrong, folder / "broken.xlsx", "Discounting", "=", "=1/0+")
    paths.append(poisoned(wrong, folder / f"{PLANTED}.xlsx"))
    made = recalculated_all(paths, folder)
    return {path.stem: path for path in made}


def with_formula(path: Path, out: Path, sheet: str, old: str, new: str) -> Path:
    """Return a copy whose first formula with `old` in it has `new` there; "=" is its start."""
    old, new = (re.sub("^=", "<f>", text) for text in (old, new))
    return with_part(path, out, sheet_parts(path)[sheet], re.escape(old), new)


def with_part(path: Path, out: Path, part: str, pattern: str, new: str) -> Path:
    """Return a copy in whose part the first place that fits a pattern holds another text."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for each in old.infolist():
            data = old.read(each)
            if each.filename == part:
                text, found = re.subn(pattern, new, data.decode(), count=1)
                assert found == 1, f"{part} has no {pattern}"
                data = text.encode()
            copy.writestr(each.filename, data)
    return out


def off(found: Mapping[str, Any], engine: Mapping[str, float]) -> dict[str, float]:
    """Return by how much each `out_…` differs from the engine's figure, relative to it.

    What is no number, such as #DIV/0!, is infinitely far.
    """
    assert {f"out_{name}" for name in engine} == {name for name in found if name[:4] == "out_"}
    cells = {name: found[f"out_{name}"] for name in engine}
    return {
        name: abs(cells[name] - value) / max(abs(value), SMALLEST)
        if isinstance(cells[name], int | float)
        else float("inf")
        for name, value in engine.items()
    }


@needs_libreoffice
@pytest.mark.libreoffice
def test_h8_live_formulas_recalculated_equal_the_engine(
    engine: Mapping[str, float], recalculated: Formulas
) -> None:
    """Expected: every figure within 1e-6, relative, of the engine's; the sheet says it agrees."""
    found = values(recalculated["untouched"])
    assert len(engine) > 80
    assert max(off(found, engine).values()) < TOLERANCE
    assert found["verdict"].startswith(AGREES)
    assert found["largest_difference"] < TOLERANCE


@needs_libreoffice
@pytest.mark.libreoffice
def test_h8_a_wrong_formula_is_told(engine: Mapping[str, float], recalculated: Formulas) -> None:
    """Expected: one month's arrivals counted twice: figures differ, and the sheet says so."""
    found = values(recalculated[PLANTED])
    wrong = off(found, engine)
    assert wrong["cases_all"] < STORED
    assert max(apart for apart in wrong.values() if np.isfinite(apart)) > 1e-3
    assert found["verdict"].startswith(DIFFERS)


@needs_libreoffice
@pytest.mark.libreoffice
@pytest.mark.parametrize("edit", EDITS)
def test_h9_a_changed_input_gives_the_engines_figures(
    run: Run, engine: Mapping[str, float], recalculated: Formulas, edit: str
) -> None:
    """Expected: dependents change, to the engine's figures within 1e-6 relative; no error cell."""
    found = values(recalculated[edit])
    after = engine_figures(run.results.usual, run.results.capacity, *EDITS[edit])
    assert max(off(found, after).values()) < TOLERANCE
    assert max(off(found, engine).values()) > 1e-4
    assert found["verdict"].startswith(CHANGED)
    assert errors_in(recalculated[edit]) == []


@needs_libreoffice
@pytest.mark.libreoffice
def test_h9_an_error_in_a_cell_is_seen(recalculated: Formulas) -> None:
    """Expected: no error as run; #DIV/0! planted on Discounting is found there and after it."""
    assert errors_in(recalculated["untouched"]) == []
    found = errors_in(recalculated[PLANTED])
    assert any(cell.startswith("Discounting!") and cell.endswith("#DIV/0!") for cell in found)
    assert any(cell.startswith("Reconciliation!") for cell in found)


# The tables on the sheets


def engine_totals(tables: Tables) -> dict[tuple[str, str], float]:
    """Return what a column of a sheet's table adds up to, from the engine's tables."""
    metastases = tables["metastases"].groupby("timing")["patients"].sum()
    cases, wanted = tables["cases"]["cases"].sum(), tables["demand"]["starts"].sum()
    totals = {
        ("demand_by_month", "Colorectal cancers"): cases,
        ("demand_by_month", "Liver metastases at diagnosis"): metastases["synchronous"],
        ("demand_by_month", "Liver metastases later"): metastases["metachronous"],
        ("demand_by_month", "New liver metastases, all"): metastases.sum(),
        ("demand_by_month", "Treatment starts wanted"): wanted,
        ("demand_by_region", "Colorectal cancers"): cases,
        ("demand_by_region", "New liver metastases"): metastases.sum(),
        ("demand_by_treatment", "All years"): wanted,
        ("needed_by_month", "Needed"): tables["requirements"]["required"].sum(),
        ("per_patient", "QALYs"): tables["per_patient"]["qalys"].sum(),
        ("region", "All new patients"): tables["region"]["all_new_patients"].sum(),
    }
    for policy in POLICIES:
        costs = _of(tables["costs"], policy)
        for name in ("plan_in_all", "plan_by_month"):
            totals[name, heading(policy)] = begun(tables, policy)["starts"].sum()
        for name in ("cost_by_treatment", "cost_by_category"):
            totals[name, heading(policy)] = costs["cost_gbp"].sum()
        totals["outcomes", heading(policy)] = _of(tables["outcomes"], policy)["value"].sum()
    for policy in SCARCE:
        starts, lists = (_of(tables[name], policy) for name in ("starts", "lists"))
        totals["plan_by_site_and_month", heading(policy)] = starts["starts"].sum()
        used = _of(tables["resources"], policy)["used"].sum()
        totals["use_by_month", f"Used, {policy}"] = used
        totals["use_by_year", f"Used, {policy}"] = used
        for name in ("waiting_in_all", "waiting_by_month"):
            totals[name, f"Waiting, {policy}"] = lists["waiting"].sum()
            totals[name, f"Beyond standard, {policy}"] = lists["beyond_standard"].sum()
    return totals


def begun(tables: Tables, policy: str) -> pd.DataFrame:
    """Return starts under a policy; where nothing is scarce all that are wanted, in demand."""
    return tables["demand"] if policy == NOTHING_SCARCE else _of(tables["starts"], policy)


def _of(table: pd.DataFrame, policy: str) -> pd.DataFrame:
    return table[table["policy"] == policy]


def unequal(run: Run, tables: Tables) -> list[tuple[str, str]]:
    """Return the columns on sheets that do not add up to the engine's totals."""
    found = []
    for (name, column), total in engine_totals(tables).items():
        shown = pd.to_numeric(run.shown(name)[column], errors="coerce").sum()
        if shown != pytest.approx(total, rel=STORED, abs=STORED):
            found.append((name, column))
    return found


def test_h8_totals_on_sheets_are_the_engines(run: Run) -> None:
    """Expected: each column adds up to the engine's total at stored precision."""
    assert unequal(run, run.results.tables) == []


def test_h8_a_wrong_total_is_seen(run: Run) -> None:
    """Expected: a thousandth of a start more in one row of the engine's table is seen."""
    starts = run.results.tables["starts"].copy()
    starts.loc[starts.index[-1], "starts"] += 1e-3
    policy = heading(str(starts["policy"].iloc[-1]))
    wrong = {name for name, column in unequal(run, {**run.results.tables, "starts": starts})}
    assert wrong == {"plan_in_all", "plan_by_month", "plan_by_site_and_month"}, policy


# Assumptions


def unlisted(run: Run, listed: set[str]) -> set[str]:
    """Return the inputs of the run, figures and tables, that no row of Assumptions has."""
    scenario = run.results.scenario
    keys = {dotted(row.key) for row in input_rows(scenario)}
    return (keys | {f"tables.{name}" for name in input_tables(scenario)}) - listed


NO_FIGURES = {"trend.base_year", "resource.theatre.units_per_week", "resource.chair.units_per_week"}
"""Numbers that say what a record is; they are no sourced figures, and stand elsewhere."""


def test_h10_every_input_is_on_the_sheet_assumptions(run: Run) -> None:
    """Expected: each figure and each table has a row; a row that is taken away is missed."""
    listed = set(run.shown("assumptions")["Key"])
    assert unlisted(run, listed) <= NO_FIGURES
    assert "tables.capacity" in unlisted(run, listed - {"tables.capacity"})


def test_h10_numbers_that_are_no_figures_are_listed_too(run: Run) -> None:
    """Expected: what a weekly list holds, and the year of the rates, have rows as well."""
    assert unlisted(run, set(run.shown("assumptions")["Key"])) == set()


def test_h10_every_figure_has_unit_year_source_and_whether_it_was_seen(run: Run) -> None:
    """Expected: a unit, a known source, "seen" or "not seen"; the year where one is stated."""
    sheet, table = run.shown("assumptions"), run.results.tables["assumptions"]
    assert list(sheet["Key"]) == list(table["key"])
    assert all(isinstance(unit, str) and unit for unit in sheet["Unit"])
    assert set(sheet["Source"]) <= set(run.shown("sources")["Source"])
    assert set(sheet["Seen"]) <= {SEEN, NOT_SEEN}
    stated = [None if pd.isna(year) else int(year) for year in table["year"]]
    assert [None if year == "n/a" else year for year in sheet["Year"]] == stated
    assert 2024 in stated
    numbers = [(a, b) for a, b in zip(sheet["Value"], table["value"], strict=True) if _number(b)]
    assert len(numbers) > 50 and all(a == b for a, b in numbers)


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def test_h10_a_source_that_is_not_listed_is_told(run: Run) -> None:
    """Expected: without its row among the sources, a figure is neither seen nor not seen."""
    content = content_of(run.results, "0", "2027-01-01")
    none = content.tables["sources"].iloc[:0]
    lost = sources_seen(replace(content, tables={**content.tables, "sources": none}))
    assert set(lost) == {UNLISTED}


# The same again


def tables_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "tables").iterdir()}


def again(run: Run, report: Path, folder: Path) -> set[str]:
    """Return the tables that differ when a report's own inputs are run, at the same seed."""
    folder.mkdir()
    write_tables(folder, evaluate(load(report, base=run.base).scenario, depth=DEPTH).tables)
    first, second = tables_of(run.folder), tables_of(folder)
    assert set(first) == set(second)
    return {name for name in first if first[name] != second[name]}


def test_h11_the_seed_is_saved(run: Run) -> None:
    """Expected: the sheet About states the seed, 7."""
    stated = run.shown("about").set_index("Item")["Value"]
    assert [str(value) for item, value in stated.items() if "seed" in str(item)] == ["7"]


def test_h11_the_reports_own_inputs_give_the_same_tables(run: Run, tmp_path: Path) -> None:
    """Expected: every table is equal byte by byte, those by chance too; after an edit some differ.

    New patients and demand follow the share at diagnosis; new cancers and what a patient's
    treatment is worth do not.
    """
    assert (run.folder / "tables" / "chance.csv").stat().st_size > 1000
    assert again(run, run.report, tmp_path / "again") == set()
    changed = EDITS["synchronous"][0]
    assert isinstance(changed, Edit)
    edited = poisoned(run.report, tmp_path / "report.xlsx", changed.cells(run.results.scenario))
    differ = again(run, edited, tmp_path / "edited")
    assert {"metastases.csv", "demand.csv", "chance.csv", "assumptions.csv"} <= differ
    assert not {"capacity.csv", "fits.csv", "sources.csv"} & differ


# Charts, and totals in both directions


def chart_columns(path: Path, book: Any) -> list[tuple[str, str, int, int]]:
    """Return for each series: name of the table, heading, first row in it, and how many rows.

    Raises if a series' values are not part of one column of a table, or if its categories are
    other rows.
    """
    found = []
    with zipfile.ZipFile(path) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        for chart in charts:
            root = ElementTree.fromstring(archive.read(chart))
            for series in root.iter(f"{CHART}ser"):
                at = {
                    tag: _cells(series, tag)
                    for tag in ("cat", "val", "xVal", "yVal")
                    if series.find(f"{CHART}{tag}") is not None
                }
                shown, across = at.get("val", at.get("yVal")), at.get("cat", at.get("xVal"))
                assert shown is not None
                sheet, (left, top, right, bottom) = shown
                assert left == right, f"{chart}: values of several columns"
                if across is not None:
                    assert (across[0], across[1][1], across[1][3]) == (sheet, top, bottom), chart
                for table in book[sheet].tables.values():
                    first, head, last, end = bounds(table.ref)
                    if first <= left <= last and head < top and bottom <= end:
                        column = str(book[sheet].cell(head, left).value)
                        found.append((table.name, column, top - head - 1, bottom - top + 1))
                        break
                else:
                    raise AssertionError(f"{chart}: {sheet} has no table with these values")
    return found


def _cells(series: ElementTree.Element, tag: str) -> tuple[str, tuple[int, int, int, int]]:
    found = series.find(f"{CHART}{tag}//{CHART}f")
    assert found is not None
    sheet, _, cells = str(found.text).rpartition("!")
    return sheet.strip("'").replace("''", "'"), bounds(cells.replace("$", ""))


def bounds(cells: str) -> tuple[int, int, int, int]:
    """Return first column and row, and last column and row."""
    left, top, right, bottom = (int(number or 0) for number in range_boundaries(cells))
    return left, top, right, bottom


def in_order(run: Run, table: pd.DataFrame, what: str, name: str) -> pd.DataFrame:
    """Return the engine's rows, by machine name and month, in the order of a table on a sheet."""
    shown = run.shown(name)
    machine = {label: word for word, label in run.results.labels.items()}
    months = [f"{month:%Y-%m}" for month in shown["Month"]]
    return table.loc[list(zip(shown[what].map(machine), months, strict=True))]


def drawn(run: Run) -> dict[str, pd.DataFrame]:
    """Return what the engine's tables give for tables in charts, in the rows' order there."""
    tables = run.results.tables
    metastases = tables["metastases"]

    def by_month(table: pd.DataFrame, column: str) -> list[float]:
        return table.groupby("month")[column].sum().tolist()

    demand = pd.DataFrame(
        {
            "Colorectal cancers": by_month(tables["cases"], "cases"),
            "New liver metastases, all": by_month(metastases, "patients"),
            "Treatment starts wanted": by_month(tables["demand"], "starts"),
        }
        | {
            words: by_month(metastases[metastases["timing"] == timing], "patients")
            for words, timing in (
                ("Liver metastases at diagnosis", "synchronous"),
                ("Liver metastases later", "metachronous"),
            )
        }
    )
    starts = pd.DataFrame({heading(p): by_month(begun(tables, p), "starts") for p in POLICIES})
    lists = pd.DataFrame(
        {
            f"{words}, {policy}": by_month(_of(tables["lists"], policy), column)
            for policy in SCARCE
            for words, column in (("Waiting", "waiting"), ("Beyond standard", "beyond_standard"))
        }
    )
    need = tables["requirements"].set_index(["resource", "month"])
    need = need.rename(columns={"required": "Needed", "capacity": "Capacity"})
    listed = pd.concat(
        [
            _of(tables["lists"], policy)
            .set_index(["decision_point", "month"])[["waiting", "beyond_standard"]]
            .set_axis([f"Waiting, {policy}", f"Beyond standard, {policy}"], axis=1)
            for policy in SCARCE
        ],
        axis=1,
    )
    return {
        "demand_by_month": demand,
        "plan_by_month": starts,
        "waiting_in_all": lists,
        "needed_by_month": in_order(run, need, "Resource", "needed_by_month"),
        "waiting_by_month": in_order(run, listed, "Decision point", "waiting_by_month"),
    }


def test_h12_charts_point_at_the_tables_values(run: Run) -> None:
    """Expected: each series is part of one column of a table; its numbers are the engine's."""
    series, expected, compared = chart_columns(run.report, run.book), drawn(run), 0
    assert len(series) > 50
    for name, column, first, rows in series:
        if name in expected:
            shown = run.shown(name)[column].iloc[first : first + rows].astype(float)
            engine = expected[name][column].iloc[first : first + rows]
            assert np.allclose(shown, engine, rtol=STORED, atol=STORED), (name, column)
            compared += 1
    assert {name for name, *_ in series} >= set(expected)
    assert compared > 20


def test_h12_a_chart_of_other_cells_is_seen(run: Run, tmp_path: Path) -> None:
    """Expected: a series that begins a row late, or above its table, is refused."""
    for rows in ("45:$B$47", "1:$B$2"):
        pattern = r"(<val><numRef><f>[^<]*?![$][A-Z]+[$])[^<]*"
        wrong = with_part(
            run.report, tmp_path / "wrong.xlsx", "xl/charts/chart1.xml", pattern, rf"\g<1>{rows}"
        )
        with pytest.raises(AssertionError, match="chart1"):
            chart_columns(wrong, run.book)


def apart(
    detail: pd.DataFrame, totals: pd.DataFrame, by: Sequence[str], columns: Mapping[str, str]
) -> list[str]:
    """Return the columns whose sums over rows with the same `by` are not those of `totals`.

    `columns` gives each column of the detail, and its name among the totals.
    """
    sums = detail.groupby(list(by))[list(columns)].sum()
    stated = totals.set_index(list(by)).reindex(sums.index)
    return [
        column
        for column, total in columns.items()
        if not np.allclose(sums[column], stated[total].astype(float), rtol=STORED, atol=STORED)
    ]


def same(words: str) -> dict[str, str]:
    return {words.format(policy): words.format(policy) for policy in SCARCE}


def test_h12_sites_and_months_add_up_in_both_directions(run: Run) -> None:
    """Expected: sites add up to months' totals, and months to sites'; swapped totals are seen."""
    plan, months = run.shown("plan_by_site_and_month"), run.shown("plan_by_month")
    policies = {heading(policy): heading(policy) for policy in SCARCE}
    assert apart(plan, months, ["Month"], policies) == []
    yearly = plan.assign(**{policy: plan[policy] * 4.0 for policy in policies})  # three months
    assert apart(yearly, run.shown("plan_by_site"), ["Site", "Treatment"], policies) == []
    assert apart(yearly, run.shown("plan_site_totals"), ["Site"], policies) == []
    used = same("Used, {}") | {"Capacity": "Capacity"}
    each, years = run.shown("use_by_month"), run.shown("use_by_year")
    assert apart(each, years, ["Site", "Resource"], used) == []
    waiting = same("Waiting, {}") | same("Beyond standard, {}")
    lists = run.shown("waiting_by_month"), run.shown("waiting_in_all")
    assert apart(*lists, ["Month"], waiting) == []
    swapped = months.assign(Month=months["Month"].tolist()[::-1])
    assert apart(plan, swapped, ["Month"], policies) == list(policies)
    sites = years.assign(Site=years["Site"].tolist()[::-1])
    assert "Capacity" in apart(each, sites, ["Site", "Resource"], used)


# Text where a number belongs, and text that looks like a formula


def typed(run: Run, out: Path, faults: Mapping[str, str]) -> Path:
    """Return the report with other contents (XML) in cells, as spreadsheet programs store them."""
    path = run.report
    for number, (address, content) in enumerate(faults.items()):
        sheet, _, cell = address.rpartition("!")
        kind = ' t="inlineStr"' if content.startswith("<is>") else ""
        pattern = rf'<c r="{cell}"[^>]*(?:/>|>.*?</c>)'
        new = f'<c r="{cell}"{kind}>{content}</c>'
        part = sheet_parts(path)[sheet]
        path = with_part(path, out.with_name(f"{number}.xlsx"), part, pattern, new)
    return Path(shutil.copy(path, out))


def text(words: str) -> str:
    return f"<is><t>{words}</t></is>"


@pytest.fixture(scope="module")
def faulty(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The report with eight bad cells, and what is said of each, by its address."""
    cells = InputCells(run.results.scenario)
    places = (
        (cells.cell(("metastases", "synchronous_share")), text("0,15"), "found '0,15'"),
        (cells.cell(("economics", "willingness_to_pay")), "", "found an empty cell"),
        (cells.table_cell("population", 12, "people"), "<v>1000000000</v>", "found 1e+09"),
        (cells.cell(("trend", "damping")), "<f>1/2</f><v>0.5</v>", "found a formula"),
        (cells.cell(("resource", "theatre", "unit_cost")), text("=15"), "found '=15'"),
        (cells.cell(("resource", "chair", "unit_cost")), text("+35"), "found '+35'"),
        (cells.cell(("plan", "referral_shift")), text("-0.2"), "found '-0.2'"),
        (cells.table_cell("capacity", 1, "number"), text("@cmd"), "found '@cmd'"),
    )
    clean = [(place.replace("$", "").replace("'", ""), *rest) for place, *rest in places]
    path = tmp_path_factory.mktemp("faulty") / "report.xlsx"
    typed(run, path, {place: content for place, content, _ in clean})
    return path, {place: said for place, _, said in clean}


def test_h13_what_is_no_number_is_refused_with_sheet_and_cell(
    run: Run, faulty: tuple[Path, dict[str, str]]
) -> None:
    """Expected: eight bad cells, eight lines at once, each with its cell and what it holds."""
    path, said = faulty
    with pytest.raises(InvalidScenario) as error:
        load(path, base=run.base)
    lines = str(error.value).split("\n")
    assert len(lines) == len(said)
    for place, words in said.items():
        (line,) = (line for line in lines if f"report.xlsx: {place}: " in line)
        assert words in line
    assert load(run.report, base=run.base).scenario.settings == run.results.scenario.settings


def test_h13_a_command_refuses_it_with_code_3(
    run: Run, faulty: tuple[Path, dict[str, str]], hepaplan: Hepaplan
) -> None:
    """Expected: exit code 3, each cell named, nothing run; as written it is accepted, code 0."""
    path, said = faulty
    ended = hepaplan("run", path, "--base", run.base)
    assert ended.code == 3
    assert all(place in ended.err for place in said)
    assert hepaplan("check", run.report, "--base", run.base).code == 0


def formulas_outside(book: Any, live: Sequence[str]) -> list[str]:
    """Return the formulas of a workbook that stand on other sheets than the live ones."""
    return [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book.worksheets
        if sheet.title not in live
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_h13_labels_like_formulas_are_text_in_the_workbook(run: Run) -> None:
    """Expected: labels with =, +, -, @ are stored as text on every sheet; a planted one is seen."""
    texts: dict[str, set[str]] = {}
    for sheet in run.book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "s" and str(cell.value).startswith(FORMULA_STARTS):
                    texts.setdefault(str(cell.value), set()).add(sheet.title)
    for label in ("=Hilltop", "@Riverside", "-Under 65", "+Thermal ablation"):
        assert len(texts[label]) > 3
    assert any(label.startswith("=1+1 Numbers") for label in texts)
    assert formulas_outside(run.book, run.live.titles) == []
    planted = Workbook()
    planted.create_sheet("Plan")["B2"] = "=Hilltop"
    assert formulas_outside(planted, run.live.titles) == ["Plan!B2"]


def unguarded(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return texts that a spreadsheet program would take for formulas; numbers may be negative."""
    return [
        field
        for field in itertools.chain.from_iterable(rows)
        if field.startswith(FORMULA_STARTS) and not re.fullmatch(r"-?[\d.]+(e[-+]?\d+)?", field)
    ]


def test_h13_labels_like_formulas_are_guarded_in_tables(run: Run) -> None:
    """Expected: an apostrophe stands before such text in every CSV file."""
    found = ""
    for path in sorted((run.folder / "tables").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            assert unguarded(list(csv.reader(file))) == [], path.name
        found += path.read_text(encoding="utf-8")
    assert "'=Two regions" in found and "'=1+1 Numbers" in found
    assert unguarded([["a", "-1.5e-07"], ["=Two regions", "@x"]]) == ["=Two regions", "@x"]


# Budget impact


def test_h14_the_sheet_shows_spending_less_first_come(run: Run) -> None:
    """Expected: each difference is a policy's own spending less first come's, year by year."""
    shown, tables = run.shown("budget_impact"), run.results.tables
    spent = {p: _of(tables["costs"], p)["cost_gbp"].sum() for p in POLICIES}
    for policy in (NOTHING_SCARCE, LONGEST_WAIT, MOST_HEALTH):
        more = shown[f"{heading(policy)}, against first come"]
        assert np.allclose(more, shown[heading(policy)] - shown[heading(FIRST_COME)], atol=1e-6)
        assert more.iloc[-1] == pytest.approx(spent[policy] - spent[FIRST_COME], abs=1e-6)
        assert abs(more.iloc[-1]) > 1.0


def budget(scenario: Scenario) -> pd.DataFrame:
    """Return the budget impact of the policies that need no plan."""
    usual = usual_care(scenario)
    today = as_today(usual)
    tables = [
        cost_table(usual, today, done).assign(policy=policy)
        for policy, done in today.replays.items()
    ]
    return budget_impact(pd.concat(tables, ignore_index=True))


def probes(table: pd.DataFrame) -> float:
    """Return what is spent on probes where nothing is scarce."""
    own = _of(table, NOTHING_SCARCE)
    return float(own[own["category"] == "probes"]["cost_gbp"].sum())


def test_h14_price_times_uptake_times_eligible_undiscounted() -> None:
    """Expected: probes cost 1,700 GBP x ablated share of those operable in the only month.

    Operable are 0.4 of new patients under 65 and 0.25 of the older, and 0.3 and 0.2 people who
    wait on day one; 0.25 and 0.4 of them are ablated. Twice the price is twice the cost; a rate of
    20% a year changes nothing.
    """
    month = {"window__months": 1, "window__burn_in_years": 0}
    scenario = tiny_with(**month)
    young, old = usual_care(scenario).metastases[0].sum(axis=(0, 2))
    by_hand = 1700.0 * (0.25 * (0.4 * young + 0.3) + 0.4 * (0.25 * old + 0.2))
    table = budget(scenario)
    assert probes(table) == pytest.approx(by_hand, rel=STORED)
    key = "pathway__decision_point__operable__option__ablation__costs__probes"
    twice = budget(tiny_with(**month, **{key: "[3400]"}))
    assert probes(twice) == pytest.approx(2.0 * by_hand, rel=STORED)
    discounted = budget(tiny_with(**month, economics__discount_rate_costs=0.2))
    pd.testing.assert_frame_equal(discounted, table)


def test_h14_a_difference_from_another_policy_is_seen(run: Run) -> None:
    """Expected: against the longest wait, the difference is not the one shown."""
    shown = run.shown("budget_impact")
    wrong = shown[heading(MOST_HEALTH)] - shown[heading(LONGEST_WAIT)]
    more = shown[f"{heading(MOST_HEALTH)}, against first come"]
    assert not np.allclose(more, wrong, atol=1e-6)
