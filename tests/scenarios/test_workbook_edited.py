"""An edited report comes back: each changed cell, and nothing else, is in the scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hepaplan.model.evaluate import network_of
from hepaplan.model.figures import figures
from hepaplan.model.input_rows import INPUT_TABLES, input_rows, inputs_digest
from hepaplan.model.parameters import Scenario
from hepaplan.model.quantities import Sourced
from hepaplan.scenarios.changes import resolve_likes
from hepaplan.scenarios.edits import apply_edits
from hepaplan.scenarios.entered import Edit, Entered
from hepaplan.scenarios.load import load, load_scenario, load_under_evidence
from hepaplan.scenarios.overlays import merge
from hepaplan.scenarios.problems import InvalidScenario
from hepaplan.scenarios.sources import chain_of
from hepaplan.scenarios.workbook.edited import path_of
from hepaplan.scenarios.workbook.plan import edited_plan
from tests.support.report_books import PlanRow, cell_of, put, report_book, table_cell
from tests.support.scenarios import TINY, tiny, tiny_usual

RESECTION = "pathway.decision_point.operable.option.resection"
EDITS: tuple[tuple[str, str, float], ...] = (
    ("trend.base_year", "", 2020.0),
    ("economics.willingness_to_pay", "", 25000.0),
    ("metastases.synchronous_share", "", 0.18),
    ("metastases.metachronous_timing", "point 1 share", 0.65),
    ("resource.theatre.units_per_week", "", 250.0),
    (f"{RESECTION}.utility", "then", 0.9),
    (f"{RESECTION}.utility", "month 1", 0.71),
    (f"{RESECTION}.usual_share", "under_65", 0.7),
    ("pathway.decision_point.operable.option.ablation.usual_share", "under_65", 0.3),
    (f"{RESECTION}.exits.recurrence.time", "point 1 survival", 0.5),
)
SET = {"metastases.synchronous_share": "0.18", "resource.theatre.units_per_week": "250"}
"""What an overlay would have to state in full: an interval that no longer holds, a record."""
OVERLAY = """\
based_on = "../tiny"
name = "tiny"
reason = "edited in workbook"
[trend]
base_year = 2020.0
[economics.willingness_to_pay]
value = 25000
[metastases.metachronous_timing]
points = [[12, 0.4], [24, 0.65], [60, 1.0]]
[pathway.decision_point.operable.option.resection]
utility = { value = [0.6, 0.71], then = 0.9 }
usual_share.value.under_65 = 0.7
exits.recurrence.time.points = [{ month = 12, survival = 0.7 }, { month = 36, survival = 0.5 }]
[pathway.decision_point.operable.option.ablation]
usual_share.value.under_65 = 0.3
"""


@pytest.fixture
def report(tiny: Path) -> Path:
    """A report of a copy of the tiny scenario, in a folder beside it."""
    (tiny.parent / "tiny-run").mkdir()
    return report_book(tiny.parent / "tiny-run" / "report.xlsx", load_scenario(tiny))


def numbers(scenario: Scenario) -> dict[tuple[object, ...], float]:
    return {(row.key, row.part): row.value for row in input_rows(scenario)}


def figure(scenario: Scenario, *key: str) -> Sourced:
    found: dict[Any, Sourced] = dict(figures(scenario.settings))
    return found[key]


def test_nothing_changed_is_the_same_scenario(report: Path, tiny: Path) -> None:
    loaded, base = load(report), load_scenario(tiny)
    assert loaded.entered is not None and loaded.entered.edits == ()
    assert loaded.scenario.settings == base.settings
    assert loaded.scenario.pathway == base.pathway
    assert inputs_digest(loaded.scenario) == inputs_digest(base)


def test_ten_edits_are_what_an_overlay_saying_the_same_is(report: Path, tiny: Path) -> None:
    put(report, {cell_of(report, key, part): value for key, part, value in EDITS})
    overlay = tiny.parent / "other" / "scenario.toml"
    overlay.parent.mkdir()
    overlay.write_text(OVERLAY, encoding="utf-8")
    loaded = load(report)
    stated = load_scenario(overlay.parent, settings=SET)
    assert numbers(loaded.scenario) == numbers(stated)
    changed = {
        k for k, v in numbers(loaded.scenario).items() if v != numbers(load_scenario(tiny))[k]
    }
    assert len(changed) == len(EDITS)
    assert loaded.entered is not None and len(loaded.entered.edits) == len(EDITS)


def test_an_edit_names_cell_old_and_new_and_loses_its_interval(report: Path) -> None:
    cell = cell_of(report, "metastases.synchronous_share")
    put(report, {cell: 0.18})
    loaded = load(report)
    assert loaded.entered is not None
    (edit,) = loaded.entered.edits
    assert (edit.label, edit.old, edit.new, edit.unit) == (
        "Metastases, synchronous share", 0.16, 0.18, "share",
    )  # fmt: skip
    place = loaded.scenario.places[("metastases", "synchronous_share", "value")]
    assert str(place) == f"report.xlsx: Inputs!{cell}"
    changed = loaded.scenario.settings.metastases.synchronous_share
    assert (changed.low, changed.high, changed.distribution) == (None, None, None)
    assert changed.quality == "illustrative"
    assert changed.reason == (
        "edited in workbook (was given with low, high, distribution, which no longer hold)"
    )


def test_a_change_on_the_command_line_goes_over_the_cell(report: Path) -> None:
    put(report, {cell_of(report, "economics.willingness_to_pay"): 25000})
    loaded = load(report, settings={"economics.willingness_to_pay": "26000"})
    assert loaded.scenario.settings.economics.willingness_to_pay.value == 26000


def test_a_table_is_replaced_with_its_changed_rows(report: Path, tiny: Path) -> None:
    cell = table_cell(report, "population", 2, "people")
    put(report, {cell: 1234}, INPUT_TABLES)
    loaded, base = load(report), load_scenario(tiny)
    expected = base.tables.population.copy()
    expected.loc[2, "people"] = 1234.0
    pd.testing.assert_frame_equal(loaded.scenario.tables.population, expected)
    row = expected.loc[2]
    assert loaded.entered is not None
    (edit,) = loaded.entered.edits
    assert edit.label == f"population: {row.region}, {row.sex}, {row.age_from}: people"
    place = loaded.scenario.places[("tables", "population", 2)]
    assert place.file == "report.xlsx" and place.cell.startswith("Input tables!")
    assert loaded.scenario.settings.tables["population"].reason == "edited in workbook"
    assert inputs_digest(loaded.scenario) == inputs_digest(base)


def test_a_row_with_a_quality_of_its_own_becomes_illustrative(report: Path) -> None:
    put(report, {table_cell(report, "capacity", 0, "number"): 3.25}, INPUT_TABLES)
    capacity = load_scenario(report).tables.capacity
    assert (capacity.loc[0, "number"], capacity.loc[0, "quality"]) == (3.25, "illustrative")


def test_an_edited_run_comes_back_a_second_time(report: Path, tiny: Path) -> None:
    put(report, {cell_of(report, "economics.willingness_to_pay"): 25000})
    put(report, {table_cell(report, "capacity", 0, "number"): 3.25}, INPUT_TABLES)
    once = load_scenario(report)
    again = report_book(report.with_name("again.xlsx"), once)
    put(again, {cell_of(again, "trend.base_year"): 2021})
    twice = load(again, base=tiny)
    assert twice.entered is not None and len(twice.entered.edits) == 3
    assert twice.scenario.settings.trend.base_year == 2021
    assert twice.scenario.tables.capacity.loc[0, "number"] == 3.25


def test_a_fault_of_the_whole_names_the_cell(report: Path) -> None:
    cell = table_cell(report, "referral", 0, "share")
    put(report, {cell: 0.125}, INPUT_TABLES)
    with pytest.raises(InvalidScenario, match=r"report\.xlsx: Input tables!\w+: .*sum"):
        load(report)


def test_evidence_that_is_edited_stays_out_of_the_evidence_sets(tmp_path: Path) -> None:
    base = load_scenario("greater-manchester")
    report = report_book(tmp_path / "report.xlsx", base)
    put(report, {cell_of(report, "metastases.late_share"): 0.2})
    put(report, {cell_of(report, "economics.willingness_to_pay"): 30000})
    apart = load_under_evidence(report, "registry")
    assert apart.settings.metastases.late_share == base.settings.metastases.late_share
    assert apart.settings.economics.willingness_to_pay.value == 30000
    assert load_scenario(report).settings.metastases.late_share.value == 0.2


@pytest.mark.parametrize("name", ["greater-manchester", str(TINY)])
def test_every_number_has_its_place_among_the_files_values(name: str) -> None:
    base, chain = load_scenario(name), chain_of(name)
    merged = merge(chain)
    resolve_likes(merged)

    def doubled() -> Iterator[Edit]:
        for row in input_rows(base):
            path = row.key + tuple(path_of(row))
            place = base.places[()] if () in base.places else next(iter(base.places.values()))
            yield Edit(row.key, row.part, path, "", row.value, row.value * 2, row.unit, place)

    edits = tuple(doubled())
    apply_edits(merged, Entered("report.xlsx", "", "why", "judgement", edits), {})
    for edit in edits:
        value: Any = merged.content
        for part in edit.path:
            value = value[part]
        assert value == edit.new


def plan_rows() -> list[PlanRow]:
    list_of = ("hilltop", "operable")
    return [
        (*list_of, "resection", "resection", {"2027-01": 0.5, "2027-02": 0.25}),
        (*list_of, "ablation", "resection", {"2027-01": 0.1, "2027-02": 0.0}),
    ]


def test_a_plan_comes_back_as_a_row_for_each_number(tmp_path: Path) -> None:
    report = report_book(tmp_path / "report.xlsx", tiny(), {"plan_starts": plan_rows()})
    plan = edited_plan(report, network_of(tiny_usual()))
    assert plan["starts"].tolist() == [0.5, 0.25, 0.1, 0.0]
    assert plan.iloc[1].tolist() == [
        "2027-02",
        "hilltop",
        "operable",
        "resection",
        "resection",
        0.25,
    ]


def test_shares_of_a_plan_are_read_where_the_workbook_has_them(tmp_path: Path) -> None:
    shares: list[PlanRow] = [
        (*row[:4], {"2027-01": float(row[2] == row[3]), "2027-02": 0.0}) for row in plan_rows()
    ]
    blocks = {"plan_starts": plan_rows(), "plan_shares": shares}
    report = report_book(tmp_path / "report.xlsx", tiny(), blocks)
    plan = edited_plan(report, network_of(tiny_usual()))
    assert plan["referral_share"].fillna(-1).tolist() == [1.0, -1.0, -1.0, -1.0]


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("I6", "many", "Plan inputs!I6: starts: found 'many'; expected a number"),
        ("J7", None, "Plan inputs!J7: starts: found an empty cell"),
        ("I6", -1, "Plan inputs!I6: starts: found -1; expected a number from 0"),
        ("E6", "nowhere", "Plan inputs!I6: site: found 'nowhere'"),
        ("I5", "2099-01", "Plan inputs!I6: month: found '2099-01'"),
        ("F5", "point", "Plan inputs!F5: found the heading 'point'; expected 'decision_point'"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    tmp_path: Path, cell: str, value: object, words: str
) -> None:
    report = report_book(tmp_path / "report.xlsx", tiny(), {"plan_starts": plan_rows()})
    put(report, {cell: value}, "Plan inputs")
    with pytest.raises(InvalidScenario) as error:
        edited_plan(report, network_of(tiny_usual()))
    assert words in str(error.value)
