from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl.utils import range_boundaries

from hepaplan.model.by_hand.edited import EDITED, compare_edited
from hepaplan.model.by_hand.held import Held, held_of, held_replay
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.readings import MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.tables import summary
from hepaplan.model.ties.plan import has_or_needs, plan_ties
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import courses, demand, plan
from hepaplan.reports.live.grid import LETTERS
from hepaplan.reports.live.inputs import InputCells, write_inputs
from hepaplan.reports.live.plan_frame import PlanFrame, month_column
from hepaplan.reports.live.plan_inputs import SWITCH
from hepaplan.reports.saving import save as save_live
from hepaplan.reports.workbook import start_workbook
from hepaplan.scenarios.plan_files import plan_for
from tests.support.live import compare_all
from tests.support.live_edits import Edit, StartsEdit
from tests.support.recalculated import (
    needs_libreoffice,
    poisoned,
    recalculated,
    sheet_parts,
    values,
)
from tests.support.scenarios import scaled, tiny, tiny_pathway, with_pathway, with_table

OPERABLE = ("pathway", "decision_point", "operable")
NOT_MINE = (*courses.SHEETS, *demand.TITLES)
Changes = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Written:
    """A workbook of demand, value and plan, what is in it, and the run it is of."""

    path: Path
    usual: UsualCare
    capacity: Capacity
    frame: PlanFrame
    sheets: plan.PlanSheets
    held: Held

    def switch(self, fits: float) -> Changes:
        return {place(SWITCH): fits}

    def ties(self, network: Network, done: Replay, usual: UsualCare | None = None) -> Any:
        found = plan_ties(usual or self.usual, network, done)
        return {name: tie.value for name, tie in found.items()}


def place(address: str) -> tuple[str, str]:
    sheet, _, cell = address.rpartition("!")
    return sheet.strip("'"), cell.replace("$", "")


def content_of(usual: UsualCare) -> ReportContent:
    labels = summary.labels(usual.scenario)
    named = usual.scenario.pathway.options()
    options = {(point, option): record.label for point, option, record in named}
    return ReportContent("tiny", "", "", (), labels, {}, "optimal", "0", option_labels=options)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The tiny scenario where theatres are too few, so that lists build up.

    Ablations take a chair too, so that the two treatments of a swap are of different kinds.
    """
    pathway = tiny_pathway()
    footprint = pathway["decision_point"]["operable"]["option"]["ablation"]["footprint"]
    footprint["chair"] = {**footprint["theatre"], "unit": "hours", "value": [2.5]}
    scenario = with_pathway(tiny(), pathway)
    scenario = with_table(scenario, capacity=scaled(scenario.tables.capacity, "number", 0.45))
    usual = usual_care(scenario)
    capacity = scarce_capacity(usual)
    content = content_of(usual)
    titles = ("Inputs", "Input tables", *courses.SHEETS, *demand.TITLES, *plan.TITLES)
    workbook, styles = start_workbook(titles)
    cells = InputCells(scenario)
    made = courses.write_courses(workbook, styles, cells, content, usual)
    came = demand.write_demand(workbook, styles, cells, content, usual, made)
    sheets = plan.write_plan(workbook, styles, cells, content, usual, capacity, made, came)
    assert sheets is not None
    write_inputs(workbook, styles, cells, "0")
    path = tmp_path_factory.mktemp("plan") / "plan.xlsx"
    with path.open("wb") as file:
        save_live(workbook, file)
    frame = PlanFrame(usual, capacity, content)
    return Written(path, usual, capacity, frame, sheets, held_of(usual, capacity))


def found_in(written: Written, folder: Path, changes: Changes) -> Mapping[str, float]:
    wrong = poisoned(written.path, folder / "plan.xlsx", changes)
    return values(recalculated(wrong, folder), written.sheets.ties)


def assert_agrees(found: Mapping[str, float], engine: Mapping[str, float]) -> None:
    assert set(found) == set(engine)
    for name, value in engine.items():
        assert found[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name


def test_every_figure_of_the_engine_has_a_cell_and_no_cell_has_none(written: Written) -> None:
    engine = plan_ties(
        written.usual, written.capacity.network, written.capacity.replays[MOST_HEALTH]
    )
    assert set(written.sheets.ties) == set(engine)
    assert 15 < len(engine) < 200
    assert all(name == name.lower() and name.isidentifier() for name in engine)
    assert any(tie.is_headline for tie in engine.values())
    waits = written.frame.planned[[0, 1, 2, 5]]
    rows = (waits.sum(axis=1) > 0.0).any(axis=2).sum()
    bounds = range_boundaries(written.sheets.starts.address.rpartition("!")[2])
    left, top, right, bottom = (int(number or 0) for number in bounds)
    assert (right - left + 1, bottom - top + 1) == (3, rows)


def test_lists_and_full_theatres_are_what_is_tested(written: Written) -> None:
    """People wait beyond the standard, a site is full, and somebody is given another treatment."""
    frame = written.frame
    assert frame.left.sum() > 2.0
    network = written.capacity.network
    use = written.capacity.replays[MOST_HEALTH].use
    assert np.isclose(use, network.capacity, rtol=1e-6)[network.capacity > 0].any()
    assert frame.planned[len(frame.kernels.options) :].sum() > 0.1


@pytest.mark.libreoffice
@needs_libreoffice
def test_recalculated_every_cell_has_the_engines_value(written: Written, tmp_path: Path) -> None:
    wrong = poisoned(written.path, tmp_path / "plan.xlsx")
    again = recalculated(wrong, tmp_path)
    worst, where = compare_all(written.path, again, NOT_MINE, smallest=1e-3)
    assert worst < 1e-9, where
    done = written.capacity.replays[MOST_HEALTH]
    engine = written.ties(written.capacity.network, done)
    assert_agrees(values(again, written.sheets.ties), engine)


@pytest.mark.libreoffice
@needs_libreoffice
def test_a_formula_that_is_wrong_is_found(written: Written, tmp_path: Path) -> None:
    part = sheet_parts(written.path)["Lists"]
    spoiled = tmp_path / "spoiled.xlsx"
    with zipfile.ZipFile(written.path) as old, zipfile.ZipFile(spoiled, "w") as new:
        for each in old.infolist():
            data = old.read(each)
            if each.filename == part:
                text = data.decode()
                assert "<f>MIN(" in text
                data = text.replace("<f>MIN(", "<f>MAX(").encode()
            new.writestr(each.filename, data)
    again = recalculated(poisoned(spoiled, tmp_path / "plan.xlsx"), tmp_path)
    worst, where = compare_all(written.path, again, NOT_MINE, smallest=1e-3)
    assert worst > 1e-3, where


@pytest.mark.libreoffice
@needs_libreoffice
def test_other_starts_and_inputs_give_what_the_engine_gives(
    written: Written, tmp_path: Path
) -> None:
    """Fewer starts here and more there, shorter stays, more people, another price, less swapped.

    All starts are to be made whatever the room: the switch is off, as in the engine here.
    """
    edits = (
        Edit(0.97, (*OPERABLE, "waiting", "stay"), "under_65"),
        Edit(1.3, (*OPERABLE, "waiting", "cancer_death"), "65_and_over"),
        Edit(1.4, ("resource", "theatre", "unit_cost")),
        Edit(1.1, (*OPERABLE, "option", "resection", "footprint", "theatre"), "month 0"),
        Edit(1.7, table="backlog", row=1, column="patients"),
        Edit(1.2, table="incidence", row=14, column="rate_per_100k"),
    )
    changes = written.switch(0.0)
    scenario = written.usual.scenario
    for edit in edits:
        changes |= edit.cells(written.usual.scenario)
        scenario = edit.of(scenario)
    starts = written.held.starts.copy()
    instead = len(written.frame.kernels.options) + 1  # ablation intended, resection given
    for pair, site, month, factor in ((0, 0, 0, 0.4), (2, 1, 2, 3.0), (instead, 0, 1, 0.5)):
        starts[pair, :, site, month] *= factor
        planned = written.frame.planned[pair, :, site, month].sum()
        changes[starts_cell(written, pair, site, month)] = float(planned * factor)
    usual = usual_care(scenario, written.held.clocks)
    held = replace(written.held, starts=starts)
    network, done = held_replay(usual, held, within_capacity=False)
    engine = written.ties(network, done, usual)
    before = written.ties(written.capacity.network, written.capacity.replays[MOST_HEALTH])
    moved = [name for name, value in engine.items() if abs(value - before[name]) > 1e-3]
    assert len(moved) > 10
    assert_agrees(found_in(written, tmp_path, changes), engine)


def starts_cell(written: Written, pair: int, site: int, month: int) -> tuple[str, str]:
    network, options = written.frame.network, written.frame.kernels.options
    listed, started = options[network.pair_list[pair]], options[network.pair_option[pair]]
    edit = StartsEdit(1.0, network.sites[site], listed[0], listed[1], started[1], month)
    (cell,) = edit.cells(written.path)
    return cell


@pytest.mark.libreoffice
@needs_libreoffice
def test_less_capacity_makes_lists_grow_as_in_the_engine(written: Written, tmp_path: Path) -> None:
    """Three tenths fewer theatre lists at one site: starts that do not fit are owed."""
    edit = Edit(0.7, table="capacity", row=0, column="number")
    scenario = edit.of(written.usual.scenario)
    usual = usual_care(scenario, written.held.clocks)
    network, done = held_replay(usual, written.held)
    engine = written.ties(network, done, usual)
    assert done.left.sum() > written.capacity.replays[MOST_HEALTH].left.sum() + 0.1
    assert_agrees(found_in(written, tmp_path, edit.cells(written.usual.scenario)), engine)


@pytest.mark.libreoffice
@needs_libreoffice
def test_where_two_resources_are_short_no_site_is_over_capacity(
    written: Written, tmp_path: Path
) -> None:
    """Fewer theatre lists and fewer chairs at a site: theatres first, chairs for what is left.

    The engine stops both at once, so lists are near its lists, not equal to them.
    """
    edits = (
        Edit(0.6, table="capacity", row=0, column="number"),
        Edit(0.5, table="capacity", row=2, column="number"),
    )
    changes: Changes = {}
    scenario = written.usual.scenario
    for edit in edits:
        changes |= edit.cells(written.usual.scenario)
        scenario = edit.of(scenario)
    network, done = held_replay(usual_care(scenario, written.held.clocks), written.held)
    short = np.isclose(done.use, network.capacity, rtol=1e-9)[:, 0, : written.frame.count]
    assert short.any(axis=1).all()
    engine = written.ties(network, done)
    book = recalculated(poisoned(written.path, tmp_path / "plan.xlsx", changes), tmp_path)
    free = np.maximum(network.capacity - network.committed, 0.0)
    for r, h in has_or_needs(written.usual, network, done):
        names = (network.sites[h], written.usual.kernels.resources[r])
        sum_of_months = written.sheets.ties[tie_name("plan use", *names)]
        months = {
            str(t): sum_of_months.replace("$H$", f"${LETTERS[month_column(t) - 1]}$")
            for t in range(written.frame.count)
        }
        for month, used in values(book, months).items():
            assert used <= free[r, h, int(month)] + 1e-9, (names, month)
    waiting = values(book, written.sheets.ties)["plan_waiting_all"]
    assert waiting == pytest.approx(engine["plan_waiting_all"], rel=0.02)
    before = written.ties(written.capacity.network, written.capacity.replays[MOST_HEALTH])
    assert waiting > before["plan_waiting_all"] + 0.1


def test_an_unedited_report_comes_back_as_its_own_plan(written: Written) -> None:
    """Starts and referral are read from the workbook as `hepaplan replay` does."""
    scenario, path = written.usual.scenario, written.path
    read = plan_for(scenario, path)
    shares = read["referral_share"].notna()
    assert shares.any()
    assert (read["intended"] == read["option"])[shares].all()
    edited = compare_edited(written.usual, written.capacity, read).tables["comparison"]
    for name in (EDITED, MOST_HEALTH):
        assert np.isfinite(edited[name]).sum() > 5
    assert edited[EDITED][:-1].to_numpy() == pytest.approx(
        edited[MOST_HEALTH][:-1].to_numpy(), rel=1e-6, abs=1e-6
    )


def test_shares_that_are_todays_are_not_what_comes_back(written: Written) -> None:
    """The block of shares says something: without it the plan is another one."""
    read = plan_for(written.usual.scenario, written.path).drop(columns="referral_share")
    edited = compare_edited(written.usual, written.capacity, read).tables["comparison"]
    assert (abs(edited[EDITED] - edited[MOST_HEALTH])[:-1] > 1e-4).any()


def test_a_record_of_past_months_is_no_plan(written: Written) -> None:
    happened = replace(written.capacity, planned_in=replace(written.capacity.network))
    workbook, styles = start_workbook(plan.TITLES)
    cells = InputCells(written.usual.scenario)
    nothing: Any = None
    content = content_of(written.usual)
    assert (
        plan.write_plan(workbook, styles, cells, content, written.usual, happened, nothing, nothing)
        is None
    )
