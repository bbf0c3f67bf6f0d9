"""The report of a batch: its figures against the data set, and what it says of failures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from hepaplan.model.batch.run import run_task
from hepaplan.model.batch.tasks import Batch, tasks
from hepaplan.model.problems import InvalidInput
from hepaplan.reports.batch.batch_pages import Data, batch_pages
from hepaplan.reports.batch.parquet import as_parquet, read_columns
from hepaplan.reports.batch.report import write_batch_report
from hepaplan.reports.study.pages import Page, Pages
from hepaplan.scenarios.designs import load_batch
from tests.support.designs import SHARE, make
from tests.support.scenarios import TINY

AXES = f"""{SHARE}values = [0.14, 0.16, 0.1875, 0.9]

[axes."plan.age_neutral"]
values = [true, false]
"""
KINDS = {"run": "whole", "new_metastases": "number", "status": "text"}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("designs")
    shutil.copytree(TINY, folder / "tiny")
    return load_batch(make(folder, AXES))


@pytest.fixture(scope="module")
def table(batch: Batch) -> pd.DataFrame:
    """The data set as it would be, one run after the other."""
    rows = []
    for task in tasks(batch):
        try:
            found, status = run_task(task, batch), "done"
        except (InvalidInput, ValueError):
            found, status = {}, "refused"
        rows.append({"run": task.number} | dict(task.values) | found | {"status": status})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def pages(batch: Batch, table: pd.DataFrame) -> Pages:
    return batch_pages(batch, Data(lambda names: table[list(names)], ("results/a.parquet",)))


def page(pages: Pages, title: str) -> Page:
    (found,) = (p for p in pages.pages if p.title == title)
    return found


def test_the_spread_is_that_of_the_runs_with_a_number(pages: Pages, table: pd.DataFrame) -> None:
    spread = {t.name: t.frame for t in page(pages, "Design").tables}["spread"]
    values = table["new_metastases"].dropna().sort_values().to_list()
    assert len(values) == 6
    row = spread[spread["Output"] == "new patients with liver metastases"].iloc[0]
    assert row["Runs with a number"] == 6
    assert (row["Least"], row["Most"]) == (values[0], values[-1])
    assert row["Median"] == pytest.approx((values[2] + values[3]) / 2)
    assert row["Mean"] == pytest.approx(sum(values) / 6)
    assert row["P10"] == pytest.approx(values[0])


def test_runs_without_a_result_are_counted_and_said(pages: Pages) -> None:
    assert pages.headlines[0] == "8 runs, 6 with a result, 2 without: failures.csv says why."
    counts = {t.name: t.frame for t in page(pages, "Design").tables}["statuses"]
    assert dict(counts.itertuples(index=False)) == {"done": 6, "refused": 2}


def test_best_and_worst_runs_come_with_their_inputs(pages: Pages, table: pd.DataFrame) -> None:
    for chapter in pages.pages[1:-1]:
        shown = {t.name.partition("_")[0]: t.frame for t in chapter.tables[:2]}
        output = shown["best"].columns[-1]
        ordered = table[output].dropna().sort_values()
        ends = {shown["best"][output].iloc[0], shown["worst"][output].iloc[0]}
        assert ends == {ordered.iloc[0], ordered.iloc[-1]}
        assert {"run", "plan.age_neutral"} <= set(shown["best"].columns)


def test_every_run_with_a_number_is_in_the_histogram(pages: Pages) -> None:
    for chapter in pages.pages[1:-1]:
        for picture in chapter.pictures:
            if picture.name.startswith("histogram"):
                assert picture.frame["Runs"].sum() == 6


def test_an_axis_that_moves_nothing_is_said_to_do_so(pages: Pages) -> None:
    headlines = [p.headline for p in pages.pages[1].pictures]
    assert any("whatever plan.age_neutral is" in headline for headline in headlines)


def test_both_forms_are_written_and_files_are_relative_links(
    batch: Batch, table: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    columns = {name: table[name].tolist() for name in table.columns}
    kinds = {
        name: "truth" if name == "plan.age_neutral" else KINDS.get(name, "number")
        for name in columns
    }
    for name, values in columns.items():
        columns[name] = [None if value != value else value for value in values]
    (tmp_path / "results" / "part-00000.parquet").write_bytes(as_parquet(columns, kinds))  # type: ignore[arg-type]
    write_batch_report(tmp_path, batch)
    sheet = load_workbook(tmp_path / "report.xlsx")["Data files"]
    linked = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert [link.target for link in linked] == ["results/part-00000.parquet"]
    first = [(tmp_path / name).read_bytes() for name in ("report.xlsx", "report.html")]
    write_batch_report(tmp_path, batch)
    assert first == [(tmp_path / name).read_bytes() for name in ("report.xlsx", "report.html")]


def test_an_output_of_which_every_run_failed_has_no_number(
    batch: Batch, table: pd.DataFrame
) -> None:
    lost = table.assign(**dict.fromkeys(batch.design.outputs, float("nan")), status="failed")
    made = batch_pages(batch, Data(lambda names: lost[list(names)], ()))
    assert made.headlines[0] == "8 runs, 0 with a result, 8 without: failures.csv says why."
    assert all("no run has a number" in said for said in made.headlines[1:])


def test_columns_that_no_file_has_hold_no_number(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(as_parquet({"run": [0, 1]}, {"run": "whole"}))
    found = read_columns([path, path], ["run", "gone"])
    assert found["run"].tolist() == [0, 1, 0, 1]
    assert found["gone"].isna().all()
