"""Survival and value in formulas, recalculated by LibreOffice, against the engine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.outcomes import Values
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import UsualCare
from hepaplan.model.survival.families import LogNormal
from hepaplan.model.tables.summary import labels
from hepaplan.model.ties import value as ties_value
from hepaplan.model.ties.value import new_in_window, value_ties
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import courses, value, value_own
from hepaplan.reports.live.courses_at import SMALLEST_FLOW, Courses
from hepaplan.reports.live.courses_curves import Curve
from hepaplan.reports.live.courses_starts import DO_NOT_SUM
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.inputs import InputCells, write_inputs
from hepaplan.reports.live.value_loops import worth_order
from hepaplan.reports.saving import save
from hepaplan.reports.workbook import start_workbook
from tests.support.live import compare_all
from tests.support.live_edits import Edit
from tests.support.recalculated import (
    needs_libreoffice,
    poisoned,
    recalculated,
    sheet_parts,
    values,
)
from tests.support.scenarios import tiny, tiny_pathway, tiny_usual, with_pathway

AGREES = 1e-6
FLOWS, PEOPLE = "Flows", "People"
MADE_UP = {"source": "made_up", "quality": "illustrative"}
Cells = Mapping[tuple[str, str], float]


def figure(number: object, unit: str, **others: object) -> dict[str, Any]:
    return {"value": number, "unit": unit, **MADE_UP, **others}


def points(*pairs: tuple[float, float]) -> list[dict[str, float]]:
    return [{"month": month, "survival": share} for month, share in pairs]


def time(family: str, *pairs: tuple[float, float], **others: object) -> dict[str, Any]:
    return {"family": family, "points": points(*pairs), "unit": "months", **MADE_UP, **others}


def every_kind(**changes: float) -> dict[str, Any]:
    """Return the tiny pathway with every kind of exit, doses, and a point on a longer loop."""
    record = tiny_pathway()
    at = record["decision_point"]
    resection = at["operable"]["option"]["resection"]["exits"]["recurrence"]
    resection["time"]["counts_other_deaths"] = True
    resection["time"]["points"][0]["survival"] = changes.get("survival", 0.7)
    resection["hazard_ratio"] = figure({"under_65": 0.9, "65_and_over": 1.1}, "hazard ratio")
    ablation = at["operable"]["option"]["ablation"]["exits"]["recurrence"]
    ablation["time"] = time("weibull", (3, 0.9), (12, 0.55), cure_share=figure(0.1, "share"))
    ablation["hazard_ratio"] = figure(0.6, "hazard ratio")
    ablation["hazard_ratio_changes"] = [
        {"from_month": 6, "over_months": 4, "hazard_ratio": figure(0.8, "hazard ratio")},
        {"from_month": 24, "hazard_ratio": figure(1.2, "hazard ratio")},
    ]
    chemotherapy = at["inoperable"]["option"]["chemotherapy"]
    median = {"under_65": 5.0, "65_and_over": changes.get("median", 4.0)}
    chemotherapy["exits"] = {
        "progression": {
            "time": time("log_logistic", (12, 0.2), median_months=figure(median, "months")),
            "to": {"supportive_care": figure(1.0, "share")},
        },
        "relapse": {
            "time": time("log_normal", (24, 0.6), (60, 0.4), counts_other_deaths=True),
            "to": {"supportive_care": figure(0.7, "share"), "cancer_death": figure(0.3, "share")},
        },
        "cancer_death": {
            "time": time("gompertz", (6, 0.8), (24, 0.3)),
            "to": {"cancer_death": figure(1.0, "share")},
        },
    }
    chemotherapy["doses"] = {"antibody": figure([2, 1.5], "doses per month since start", then=0.5)}
    supportive = at["supportive_care"]["option"]["best_supportive_care"]["exits"]["cancer_death"]
    supportive["time"] = time("exponential", (2, 0.8), (6, 0.3))
    return record


@dataclass(frozen=True)
class People:
    """The window's new patients on a sheet of their own, instead of the sheets of demand."""

    grid: Grid
    usual: UsualCare

    def new_in_window(self, point: int, group: int) -> str:
        address = self.grid.cell(point + 5, group + 1)
        people = float(new_in_window(self.usual)[point, group])
        self.grid.number(point + 5, group + 1, people, "0.0")
        return address


@dataclass(frozen=True)
class Written:
    path: Path
    usual: UsualCare
    courses: Courses
    cells: InputCells
    ties: Mapping[str, str]


def written(path: Path, usual: UsualCare) -> Written:
    scenario = usual.scenario
    named = {(p, o): record.label for p, o, record in scenario.pathway.options()}
    content = ReportContent(
        name="tiny", title="", question="", headlines=(), labels=labels(scenario), tables={},
        status="optimal", version="1", option_labels=named,
    )  # fmt: skip
    titles = ("Inputs", "Input tables", *courses.SHEETS, *value.SHEETS, PEOPLE, FLOWS)
    workbook, styles = start_workbook(titles)
    cells = InputCells(scenario)
    made = courses.write_courses(workbook, styles, cells, content, usual)
    people = People(Grid(workbook, styles, PEOPLE, ""), usual)
    found = value.write_value(made, people)
    write_flows(Grid(workbook, styles, FLOWS, ""), made)
    people.grid.finish("1", "A4")
    write_inputs(workbook, styles, cells, "1")
    with path.open("wb") as file:
        save(workbook, file)
    return Written(path, usual, made, cells, found.ties)


def write_flows(grid: Grid, made: Courses) -> None:
    """Write what other sheets take: flows by point and use by resource, for three years."""
    kernels, column = made.making.usual.kernels, 0
    for option in range(len(kernels.options)):
        for group in range(len(kernels.groups)):
            for point in range(len(kernels.points)):
                column += 1
                for month in range(1, 37):
                    flow = made.flow(option, group, point, month)
                    engine = kernels.arrive[option, group, point, month]
                    assert (flow is None) == (engine < SMALLEST_FLOW)
                    if flow:
                        grid.formula(10 + month, column, f"={flow}", engine, "0")
            for resource in range(len(kernels.resources)):
                column += 1
                for month in range(36):
                    use = made.use(option, group, resource, month)
                    engine = kernels.use[option, group, resource, month]
                    assert (use is None) == (engine == 0.0)
                    if use:
                        grid.formula(10 + month, column, f"={use}", engine, "0")
    grid.finish("1", "A4")


def live(made: Written, folder: Path, edits: Cells | None = None) -> Path:
    folder.mkdir()
    return recalculated(poisoned(made.path, folder / "live.xlsx", edits), folder)


def furthest(made: Written, found: Path, usual: UsualCare) -> tuple[float, str]:
    """Return the largest relative difference between the engine's figures and the cells'."""
    shown = values(found, made.ties)
    return max(
        (abs(shown[name] - tie.value) / max(abs(tie.value), 1e-6), name)
        for name, tie in value_ties(usual).items()
    )


def broken_shares(found: Path) -> list[str]:
    """Return the options whose shares of where people go do not sum to 1."""
    sheet = openpyxl.load_workbook(found, data_only=True)["Courses"]
    rows = list(sheet.iter_rows(values_only=True))
    return [str(row[1]) for row in rows if DO_NOT_SUM in row]


def place(address: str) -> tuple[str, str]:
    sheet, _, cell = address.rpartition("!")
    return sheet.strip("'"), cell.replace("$", "")


@pytest.fixture(scope="module")
def usual() -> UsualCare:
    return usual_care(with_pathway(tiny(), every_kind()))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, usual: UsualCare) -> Written:
    return written(tmp_path_factory.mktemp("value") / "value.xlsx", usual)


@needs_libreoffice
@pytest.mark.libreoffice
def test_every_formula_of_value_gives_what_the_engine_gives(made: Written, tmp_path: Path) -> None:
    found = live(made, tmp_path / "as_run")
    off, where = compare_all(made.path, found)
    assert off < AGREES, where
    assert furthest(made, found, made.usual)[0] < 1e-7


@needs_libreoffice
@pytest.mark.libreoffice
def test_edited_survival_gives_what_the_engine_gives_with_it(made: Written, tmp_path: Path) -> None:
    point = ("pathway", "decision_point", "operable", "option", "resection", "exits", "recurrence")
    drug = ("pathway", "decision_point", "inoperable", "option", "chemotherapy", "exits")
    edits = {
        place(made.cells.cell((*point, "time"), "point 0 survival")): 0.62,
        place(made.cells.cell((*drug, "progression", "time", "median_months"), "65_and_over")): 3.5,
    }
    changed = with_pathway(tiny(), every_kind(survival=0.62, median=3.5))
    engine = usual_care(changed, made.usual.clocks)
    found = live(made, tmp_path / "survival", edits)
    assert furthest(made, found, engine)[0] < AGREES
    assert furthest(made, found, made.usual)[0] > 1e-3


@needs_libreoffice
@pytest.mark.libreoffice
def test_edited_money_and_yields_give_what_the_engine_gives(made: Written, tmp_path: Path) -> None:
    option = ("pathway", "decision_point", "operable", "option", "resection")
    edits = (
        Edit(1.5, ("economics", "discount_rate_costs")),
        Edit(0.5, ("economics", "discount_rate_effects")),
        Edit(0.8, ("economics", "willingness_to_pay")),
        Edit(1.3, ("resource", "theatre", "unit_cost")),
        Edit(0.9, (*option, "utility"), "then"),
        Edit(1.4, (*option, "costs", "follow_up"), "month 1"),
        Edit(0.7, (*option, "complications", "major", "probability")),
        Edit(1.5, (*option, "not_performed", "share")),
    )
    scenario: Scenario = made.usual.scenario
    cells = {at: number for edit in edits for at, number in edit.cells(scenario).items()}
    for edit in edits:
        scenario = edit.of(scenario)
    engine = usual_care(scenario, made.usual.clocks)
    found = live(made, tmp_path / "money", cells)
    assert furthest(made, found, engine)[0] < AGREES
    assert furthest(made, found, made.usual)[0] > 1e-3
    assert broken_shares(found) == []


@needs_libreoffice
@pytest.mark.libreoffice
def test_a_wrong_formula_of_value_does_not_agree(made: Written, tmp_path: Path) -> None:
    part = sheet_parts(made.path)["Alive"]
    wrong = tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(made.path) as old, zipfile.ZipFile(wrong, "w") as new:
        for each in old.namelist():
            data = old.read(each)
            if each == part:
                text, number = re.subn(r'(r="B30"[^>]*><f>)([^<]*)', r"\1\2*1.00001", data.decode())
                assert number == 1
                data = text.encode()
            new.writestr(each, data)
    option = ("pathway", "decision_point", "operable", "option", "ablation", "exits", "recurrence")
    share = {place(made.cells.cell((*option, "to", "operable"))): 0.4}
    folder = tmp_path / "wrong"
    found = recalculated(poisoned(wrong, tmp_path / "poisoned.xlsx", share), folder)
    but = set(sheet_parts(made.path)) - {"Alive"}
    assert compare_all(wrong, found, but)[0] > 5e-6
    assert broken_shares(found) == ["Thermal ablation", "Thermal ablation"]


def test_each_figure_of_value_has_its_cell(made: Written) -> None:
    ties = value_ties(made.usual)
    assert set(made.ties) == set(ties)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ties)
    cached = openpyxl.load_workbook(made.path, data_only=True)
    for name, tie in ties.items():
        sheet, cell = place(made.ties[name])
        assert cached[sheet][cell].value == pytest.approx(tie.value, rel=1e-12), name


def test_engine_figures_of_value_are_those_of_the_tables() -> None:
    usual = tiny_usual()
    ties = value_ties(usual)
    came = usual.eligible[..., usual.before : usual.before + 3].sum(axis=(1, 3))
    assert usual.scenario.settings.window.months == 3
    worth: Values = usual.worth
    qalys = float((came * worth.qalys_discounted.arrival).sum())
    cost = float((came * worth.cost_discounted.arrival).sum())
    assert ties["value_region_qalys_discounted"].value == pytest.approx(qalys)
    threshold = usual.scenario.settings.economics.willingness_to_pay.number
    assert ties["value_region_net_benefit"].value == pytest.approx(threshold * qalys - cost)
    assert ties["value_all_start_life_years"].value == pytest.approx(worth.life_years.start.sum())
    point = "value_arrival_cost_discounted_operable_65_and_over"
    assert ties[point].value == pytest.approx(worth.cost_discounted.arrival[0, 1])
    assert ties["value_alive_24"].value == pytest.approx(usual.kernels.alive[..., 24].sum())


def test_measures_are_named_alike_in_ties_and_sheets() -> None:
    assert list(ties_value.MEASURES) == list(value_own.MEASURES)
    assert all(ties_value.MEASURES[m][1] == value_own.MEASURES[m][1] for m in value_own.MEASURES)


def test_held_curves_are_not_called_live(made: Written) -> None:
    option = ("pathway", "decision_point", "inoperable", "option", "chemotherapy", "exits")
    used = {made.cells.rows[place].key for place in made.cells.used}
    assert (*option, "progression", "time") in used
    assert (*option, "cancer_death", "time") not in used
    assert (*option, "relapse", "to", "supportive_care") in used


def test_worth_on_a_longer_loop_is_held_and_said_to_be(tmp_path: Path) -> None:
    record = every_kind()
    relapse = record["decision_point"]["inoperable"]["option"]["chemotherapy"]["exits"]["relapse"]
    relapse["to"] = {"operable": figure(0.7, "share"), "cancer_death": figure(0.3, "share")}
    made = written(tmp_path / "loop.xlsx", usual_care(with_pathway(tiny(), record)))
    book = openpyxl.load_workbook(made.path)

    def is_formula(point: str) -> bool:
        sheet, cell = place(made.ties[f"value_arrival_qalys_discounted_{point}_under_65"])
        return isinstance(book[sheet][cell].value, str)

    assert not is_formula("operable")
    assert not is_formula("inoperable")
    assert is_formula("supportive_care")
    notes = [str(book["Worth"].cell(row, 1).value) for row in range(1, 8)]
    assert "Held: worth of an arrival at points on a loop, which no formula solves: " in notes[4]
    assert "Operable" in notes[4]
    assert "Inoperable" in notes[4]


def test_points_are_worked_out_after_those_they_lead_to() -> None:
    order, looped = worth_order({0: [0, 1], 1: [2], 2: [], 3: [0]})
    assert order == [2, 1, 0, 3]
    assert looped == frozenset()
    order, looped = worth_order({0: [1], 1: [2, 1], 2: [0], 3: [0]})
    assert looped == frozenset({0, 1, 2})
    assert order[-1] == 3


def test_hazard_of_a_month_as_a_formula() -> None:
    curve = Curve("weibull", "", "a", "b", "s")
    assert curve.hazard("m", "n", is_first=False) == "EXP(a)*(m^b-n^b)"
    curve = Curve("log_normal", "c", "a", "b", "s")
    left = "(c+(1-c)*NORMSDIST(-(a+b*LN(m))))"
    assert curve.hazard("m", "n", is_first=True) == f"LN(1/{left})"
    assert LogNormal(0.0, 1.0).cumulative_hazard(1.0) == pytest.approx(0.6931471805599453)
