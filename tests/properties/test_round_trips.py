"""Random scenarios written down and read back: files, a variant of them, and a workbook."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.batch.keys import scenario_digest
from hepaplan.model.input_rows import INPUT_TABLES, INPUTS, InputRow, input_rows
from hepaplan.model.parameters import Scenario
from hepaplan.scenarios.load import load
from tests.support.examples import examples
from tests.support.random_scenarios import MADE, Made, made
from tests.support.random_shapes import least_shape
from tests.support.report_books import cell_of, opened, report_book, table_cell
from tests.support.scenario_files import changed, write_folder, write_overlay

FREE = {
    "unit_cost", "cost", "willingness_to_pay", "discount_rate_costs", "discount_rate_effects",
    "utilisation_cap", "referral_shift", "procedural_mortality", "probability", "qaly_loss",
    "synchronous_share", "damping", "utility",
}  # fmt: skip
"""Figures that may be changed alone: no sum holds them."""


def read(folder: Path) -> Scenario:
    return load(folder).scenario


def one_of(scenario: Scenario, seed: int) -> InputRow:
    """Return a figure that is not nothing and may be changed alone."""
    rows = [r for r in input_rows(scenario) if not r.part and r.key[-1] in FREE and r.value > 0]
    return rows[seed % len(rows)]


@examples()
@given(MADE, st.integers(0, 10_000))
def test_files_and_a_variant_of_them_are_the_scenario_they_state(scenario: Made, seed: int) -> None:
    """Expected: equal digests of what was made and what is read; a variant is what it says."""
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        loaded = read(write_folder(home / "made", scenario))
        assert scenario_digest(loaded) == scenario_digest(scenario.scenario)
        row = one_of(loaded, seed)
        variant = read(write_overlay(home / "variant", "../made", row.key, row.value * 0.9))
        other = changed(scenario, row.key, row.value * 0.9)
        assert scenario_digest(variant) == scenario_digest(other.scenario)
        assert scenario_digest(variant) != scenario_digest(loaded)


@examples(100)
@given(MADE, st.integers(0, 10_000))
def test_a_workbook_comes_back_and_an_edit_is_what_a_variant_says(
    scenario: Made, seed: int
) -> None:
    """Expected: an untouched workbook has the same digest; one cell changed, that number differs.

    Another number of people, typed into a table's cell, is in the table.
    """
    with TemporaryDirectory() as temporary:
        home = Path(temporary)
        folder = write_folder(home / "made", scenario)
        base = read(folder)
        (home / "made-run").mkdir()
        report = report_book(home / "made-run" / "report.xlsx", base)
        again = load(report)
        assert again.entered is not None and again.entered.edits == ()
        assert scenario_digest(again.scenario) == scenario_digest(base)

        row, people = one_of(base, seed), seed % len(base.tables.population)
        counted = base.tables.population["people"].to_numpy(dtype=np.float64, copy=True)
        counted[people] += 7.0
        book = opened(report)
        book[INPUTS][cell_of(book, ".".join(map(str, row.key)))] = row.value * 0.9
        cell = table_cell(book, "population", people, "people")
        book[INPUT_TABLES][cell] = float(counted[people])
        book.save(report)
        edited = load(report).scenario
        expected = numbers(changed(scenario, row.key, row.value * 0.9).scenario)
        assert numbers(edited) == pytest.approx(expected, rel=1e-14)
        assert edited.tables.population.equals(base.tables.population.assign(people=counted))


def numbers(scenario: Scenario) -> dict[tuple[object, ...], float]:
    return {(row.key, row.part): row.value for row in input_rows(scenario)}


def test_a_digest_sees_one_number_changed() -> None:
    """Expected: one person more in one row is another scenario."""
    one = made(least_shape(seed=1))
    people = one.tables["population"]
    people = people.assign(people=people["people"] + (people.index == 0))
    assert scenario_digest(one.scenario) != scenario_digest(
        one.with_tables(population=people).scenario
    )
