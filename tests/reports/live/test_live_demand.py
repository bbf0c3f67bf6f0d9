"""Demand in formulas, recalculated by LibreOffice, against the engine as run and after edits."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Incidence, Scenario, TableFile
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.summary import labels
from hepaplan.model.ties.demand import demand_ties
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import courses
from hepaplan.reports.live.demand import TITLES, Arrivals, write_demand
from hepaplan.reports.live.demand_refs import Flows
from hepaplan.reports.live.inputs import InputCells, write_inputs
from hepaplan.reports.saving import save as save_live
from hepaplan.reports.workbook import start_workbook
from tests.support.front import quantity
from tests.support.live import compare_all
from tests.support.live_edits import Edit
from tests.support.recalculated import (
    needs_libreoffice,
    poisoned,
    recalculated,
    sheet_parts,
    values,
)
from tests.support.scenarios import tiny, tiny_usual, tiny_with, with_settings, with_table

AGREES = 1e-9
INPUTS = ("Inputs", "Input tables")
Cells = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Written:
    """A workbook of the sheets of demand, and those that they need."""

    path: Path
    usual: UsualCare
    arrivals: Arrivals
    cells: InputCells


class AsRun:
    """What follows a start, as numbers of the engine: courses that are not live."""

    def __init__(self, usual: UsualCare) -> None:
        self.kernels = usual.kernels

    def flow(self, option: int, group: int, point: int, month: int) -> str | None:
        return repr(float(self.kernels.arrive[option, group, point, month]))

    def use(self, option: int, group: int, resource: int, month: int) -> str | None:
        return repr(float(self.kernels.use[option, group, resource, month]))


def written(path: Path, usual: UsualCare, *, courses_too: bool = False) -> Written:
    scenario = usual.scenario
    named = {(p, o): record.label for p, o, record in scenario.pathway.options()}
    content = ReportContent(
        name="tiny", title="", question="", headlines=(), labels=labels(scenario), tables={},
        status="optimal", version="1", option_labels=named,
    )  # fmt: skip
    others = courses.SHEETS if courses_too else ()
    workbook, styles = start_workbook((*INPUTS, *others, *TITLES))
    cells = InputCells(scenario)
    made: Flows = AsRun(usual)
    if courses_too:
        made = courses.write_courses(workbook, styles, cells, content, usual)
    arrivals = write_demand(workbook, styles, cells, content, usual, made)
    write_inputs(workbook, styles, cells, "1")
    with path.open("wb") as file:
        save_live(workbook, file)
    return Written(path, usual, arrivals, cells)


def live(made: Written, folder: Path, edits: Cells | None = None) -> Path:
    folder.mkdir()
    return recalculated(poisoned(made.path, folder / "live.xlsx", edits), folder)


def furthest(made: Written, found: Path, usual: UsualCare) -> float:
    """Return the largest relative difference between the engine's figures and the cells'."""
    shown = values(found, made.arrivals.ties)
    return max(
        abs(float(shown[name]) - tie.value) / max(abs(tie.value), 1e-6)
        for name, tie in demand_ties(usual).items()
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("demand") / "demand.xlsx"
    compared = Incidence.model_validate({"standardised_ratio": quantity(1.1, "ratio")})
    return written(path, usual_care(with_settings(tiny(), incidence=compared)), courses_too=True)


@pytest.fixture(scope="module")
def made_alone(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return written(tmp_path_factory.mktemp("alone") / "demand.xlsx", tiny_usual())


@needs_libreoffice
@pytest.mark.libreoffice
def test_every_formula_gives_what_the_engine_gives(made: Written, tmp_path: Path) -> None:
    found = live(made, tmp_path / "as_run")
    off, where = compare_all(made.path, found, but=courses.SHEETS)
    assert off < AGREES, where
    assert furthest(made, found, made.usual) < AGREES


def timing(scenario: Scenario) -> Scenario:
    """Return the scenario with half of metastases by 10 months, not 40% by 12."""
    metastases = scenario.settings.metastases
    points = ((10, 0.5), *metastases.metachronous_timing.points[1:])
    later = metastases.metachronous_timing.model_copy(update={"points": points})
    changed = metastases.model_copy(update={"metachronous_timing": later})
    return with_settings(scenario, metastases=changed)


def base_year(scenario: Scenario) -> Scenario:
    trend = scenario.settings.trend.model_copy(update={"base_year": 2023.5})
    return with_settings(scenario, trend=trend)


@needs_libreoffice
@pytest.mark.libreoffice
def test_edited_inputs_give_what_the_engine_gives_with_them(made: Written, tmp_path: Path) -> None:
    scenario = made.usual.scenario
    rate = scenario.tables.incidence["rate_per_100k"].argmax()
    surgery = ("pathway", "decision_point", "operable", "option", "resection", "usual_share")
    ablation = (*surgery[:4], "ablation", "usual_share")
    edits = (
        Edit(1.3, table="incidence", row=int(rate), column="rate_per_100k"),
        Edit(1.2, table="population", row=14, column="people"),
        Edit(2.0, table="trend", row=1, column="change_per_year"),
        Edit(1.25, table="eligibility", row=0, column="share"),
        Edit(0.8, table="eligibility", row=1, column="share"),
        Edit(3.0, table="backlog", row=1, column="patients"),
        Edit(0.7, ("trend", "damping")),
        Edit(0.5, ("trend", "damped_after_years")),
        Edit(0.85, ("incidence", "standardised_ratio")),
        Edit(0.9, ("metastases", "synchronous_share")),
        Edit(1.1, ("metastases", "metachronous_cumulative_incidence", "II")),
        Edit(1.5, ("metastases", "late_share")),
        Edit(0.8, surgery, "under_65"),
        Edit(1.6, ablation, "under_65"),
        Edit(2.0, (*surgery[:5], "procedural_mortality"), "65_and_over"),
    )
    places = {place: n for edit in edits for place, n in edit.cells(scenario).items()}
    first = ("metastases", "metachronous_timing")
    for key, part, value in (
        (first, "point 0 month", 10.0),
        (first, "point 0 share", 0.5),
        (("trend", "base_year"), "", 2023.5),
    ):
        sheet, _, cell = made.cells.cell(key, part).rpartition("!")
        places[sheet, cell.replace("$", "")] = value
    changes: list[Callable[[Scenario], Scenario]] = [edit.of for edit in edits]
    changed = reduce(lambda so_far, change: change(so_far), (*changes, timing, base_year), scenario)
    found = live(made, tmp_path / "edited", places)
    after = usual_care(changed, made.usual.clocks)
    assert furthest(made, found, after) < AGREES
    assert furthest(made, found, made.usual) > 0.1


@needs_libreoffice
@pytest.mark.libreoffice
def test_a_projected_population_is_live_year_by_year(tmp_path: Path) -> None:
    people = tiny().tables.population
    stated = pd.concat(
        [people.assign(year=year, people=people["people"] * times) for year, times in GROWING],
        ignore_index=True,
    )
    scenario = with_table(with_file("projection"), projection=stated)
    made = written(tmp_path / "projected.xlsx", usual_care(scenario))
    assert "cases_region_1" not in made.arrivals.ties
    old = (stated["year"] == 2028) & (stated["age_from"] == 70)
    edit = Edit(1.4, table="projection", row=int(old.argmax()), column="people")
    found = live(made, tmp_path / "edited", edit.cells(scenario))
    after = usual_care(edit.of(scenario), made.usual.clocks)
    assert furthest(made, found, after) < AGREES
    assert furthest(made, found, made.usual) > 1e-4


def with_file(name: str) -> Scenario:
    """Return the tiny scenario with a further table stated in its settings."""
    stated = {"file": f"{name}.csv", "unit": "people", "source": "made_up"}
    table = TableFile.model_validate(stated | {"quality": "illustrative"})
    return with_settings(tiny(), tables={**tiny().settings.tables, name: table})


GROWING = ((2026, 1.1), (2028, 1.3))


@needs_libreoffice
@pytest.mark.libreoffice
def test_a_wrong_formula_does_not_agree(made_alone: Written, tmp_path: Path) -> None:
    """Those who come after earlier arrivals count twice, in one month, point and group alone."""
    wrong = replace(made_alone, path=tmp_path / "wrong.xlsx")
    part = sheet_parts(made_alone.path)["Arrivals"]
    with zipfile.ZipFile(made_alone.path) as old, zipfile.ZipFile(wrong.path, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == part:
                text, count = re.subn(r"\+SUMPRODUCT\(", "+2*SUMPRODUCT(", data.decode(), count=1)
                assert count == 1
                data = text.encode()
            new.writestr(entry.filename, data)
    found = live(wrong, tmp_path / "recalculated")
    off, where = compare_all(made_alone.path, found, but=courses.SHEETS)
    assert off > 1e-3
    assert where.startswith(("Arrivals!", "Demand live!"))


def test_each_figure_of_the_engine_has_its_cell(made_alone: Written) -> None:
    ties = demand_ties(made_alone.usual)
    assert set(made_alone.arrivals.ties) == set(ties)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in ties)
    sheets = {
        address.rpartition("!")[0].strip("'") for address in made_alone.arrivals.ties.values()
    }
    assert sheets == set(TITLES) - {"Kernels"}


def test_figures_are_totals_of_one_another() -> None:
    """Parts of the tiny scenario, in people: what is added up in each way is the same."""
    value = {name: tie.value for name, tie in demand_ties(tiny_usual()).items()}
    whole = value["cases_all"]
    for parts in (
        ("cases_female", "cases_male"), ("cases_region_1", "cases_region_2"),
        tuple(f"cases_stage_{stage}" for stage in ("i", "ii", "iii", "iv")), ("cases_2027",),
    ):  # fmt: skip
        assert sum(value[name] for name in parts) == pytest.approx(whole, rel=1e-12)
    new = sum(v for name, v in value.items() if name.startswith("new_"))
    timings = value["metastases_synchronous"] + value["metastases_metachronous"]
    assert new == pytest.approx(value["metastases_all"], rel=1e-12)
    assert timings == pytest.approx(value["metastases_all"], rel=1e-12)
    arrivals = sum(v for name, v in value.items() if name.startswith("arrivals_"))
    assert arrivals == pytest.approx(value["starts_all"], rel=1e-12)
    assert value["need_theatre"] == pytest.approx(value["need_theatre_2027"], rel=1e-12)


def test_names_are_words_joined_by_underscores() -> None:
    assert tie_name("Cases, new", "stage IV") == "cases_new_stage_iv"


def test_addresses_hold_what_their_names_say(made_alone: Written) -> None:
    book = openpyxl.load_workbook(made_alone.path, data_only=True)
    network = network_of(made_alone.usual)
    came = made_alone.usual.flow.arrivals.sum(axis=1)[..., made_alone.usual.before :]
    point, group, month = 1, 0, 2

    def held(address: str) -> float:
        sheet, _, cell = address.rpartition("!")
        return float(book[sheet][cell.replace("$", "")].value)

    arrivals = made_alone.arrivals
    assert held(arrivals.all(point, group, month)) == came[point, group, month]
    entries = network.entries[point, group, month]
    assert held(arrivals.entries(point, group, month)) == pytest.approx(entries, rel=1e-12)
    window = made_alone.usual.scenario.settings.window.months
    inside = slice(made_alone.usual.before, made_alone.usual.before + window)
    new = made_alone.usual.eligible[point, :, group, inside].sum()
    assert held(arrivals.new_in_window(point, group)) == pytest.approx(new, rel=1e-12)
    share, people = arrivals.new(point, group, month).strip("()").split("*SUM(")
    first, last = people.rpartition("!")[2].replace("$", "").split(":")
    found = sum(float(cell.value) for cell in book["Metastases"][f"{first}:{last}"][0])
    new = made_alone.usual.eligible[point, :, group, made_alone.usual.before + month].sum()
    assert held(share) * found == pytest.approx(new, rel=1e-12)


def test_without_years_before_the_window_entries_are_new_patients(tmp_path: Path) -> None:
    usual = usual_care(tiny_with(window__burn_in_years=0))
    made = written(tmp_path / "short.xlsx", usual)
    book = openpyxl.load_workbook(made.path)
    sheet, _, cell = made.arrivals.entries(0, 0, 2).rpartition("!")
    assert "SUMPRODUCT" not in book[sheet][cell.replace("$", "")].value


def kernel_cells(made: Written) -> list[str]:
    book = openpyxl.load_workbook(made.path)
    return [str(cell.value) for row in book["Kernels"].iter_rows() for cell in row if cell.value]


def test_an_option_that_nobody_starts_is_in_the_formulas(tmp_path: Path) -> None:
    """Its share may be raised from 0: ablation, the second option, of those under 65."""
    key = ("pathway", "decision_point", "operable", "option", "ablation", "usual_share")
    scenario = Edit(0.0, key, "under_65").of(tiny())
    made = written(tmp_path / "none.xlsx", usual_care(scenario, tiny_usual().clocks))
    share = made.arrivals.places.kernels.share(1, 0).rpartition("!")[2]
    assert sum(f"+{share}*(" in text for text in kernel_cells(made)) >= 3


def test_shares_of_sites_are_held_and_said_to_be(tmp_path: Path) -> None:
    rows = [("riverside", "operable", "resection", 0.3), ("riverside", "operable", "ablation", 0.7)]
    table = pd.DataFrame(rows, columns=["site", "decision_point", "option", "share"])
    stated = with_table(
        with_file("site_shares"), site_shares=table.assign(source="made_up", quality="illustrative")
    )
    made = written(tmp_path / "sites.xlsx", usual_care(stated))
    assert not any(text.startswith("=Inputs!") for text in kernel_cells(made))
    assert any("site_shares" in text for text in kernel_cells(made))
    alone = written(tmp_path / "alone.xlsx", tiny_usual())
    assert sum(text.startswith("=Inputs!") for text in kernel_cells(alone)) == 8
