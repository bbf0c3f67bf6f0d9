from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.compare import headlines, views
from hepaplan.reports.compare.sheets import BUDGET, DIFFERS, FIGURES, STRATEGIES, SUMMARY, WRITERS
from hepaplan.reports.compare.workbook import build_comparison_workbook
from hepaplan.reports.compare.write import comparison_content, write_comparison
from hepaplan.reports.content import ReportContent, UnfitTable
from hepaplan.reports.terminal import aligned, comparison_as_json, comparison_as_text
from tests.support.compared import compared


@pytest.fixture(scope="module")
def content() -> ReportContent:
    return comparison_content(compared(), "9.9")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("compare")
    write_comparison(made, compared(), 0.0, {"economics.horizon_years": "45"})
    return made


@pytest.fixture(scope="module")
def workbook(folder: Path) -> Workbook:
    return load_workbook(folder / "compare.xlsx")


def texts(workbook: Workbook, sheet: str) -> list[str]:
    return [str(c.value) for row in workbook[sheet].iter_rows() for c in row if c.value is not None]


def charts_of(workbook: Workbook, sheet: str) -> list[Any]:
    worksheet: Any = workbook[sheet]
    return list(worksheet._charts)


def test_the_sheets_are_there_in_order(workbook: Workbook) -> None:
    assert workbook.sheetnames == list(WRITERS)


def test_the_summary_says_the_sentences_and_links_the_sheets(workbook: Workbook) -> None:
    said = " ".join(texts(workbook, SUMMARY))
    for number, sentence in enumerate(compared().headlines, start=1):
        assert f"{number}. {sentence}"[:60] in said
    assert "CHECKS: all" in said
    assert set(WRITERS) - {SUMMARY} <= set(texts(workbook, SUMMARY))


def moved_bridges() -> list[tuple[str, str]]:
    """Scenario and measure of each bridge in which something moves."""
    moved = compared().tables["bridge"].query("abs(amount) > 1e-9")
    return list(moved[["scenario", "measure"]].drop_duplicates().itertuples(index=False))


def test_every_chart_has_a_sentence_and_axis_titles(workbook: Workbook) -> None:
    drawn = {name: charts_of(workbook, name) for name in workbook.sheetnames}
    assert {name: len(charts) for name, charts in drawn.items() if charts} == {
        STRATEGIES: 2,
        BUDGET: 3,
        "Bridge": len(moved_bridges()),
    }
    for charts in drawn.values():
        for chart in charts:
            words = [
                "".join(run.t for paragraph in t.tx.rich.p for run in paragraph.r or ())
                for t in (chart.title, chart.x_axis.title, chart.y_axis.title)
            ]
            assert len(words[0].split()) > 5
            assert all(words)


def test_charts_point_at_the_numbers_they_name(workbook: Workbook, content: ReportContent) -> None:
    plane = charts_of(workbook, STRATEGIES)[0]
    added = views.plane(content)
    assert len(plane.series) == len(added) + 1
    sheet = workbook[STRATEGIES]
    for series, row in zip(plane.series, added.to_dict("records"), strict=False):
        (across, up) = (
            sheet[ref.split("!")[1].replace("$", "").split(":")[0]].value
            for ref in (series.xVal.numRef.f, series.yVal.numRef.f)
        )
        assert (across, up) == (pytest.approx(row["QALYs more"]), pytest.approx(row["Cost more"]))


def test_no_ratio_is_shown_where_there_is_none(workbook: Workbook, content: ReportContent) -> None:
    frame = views.strategies(content)
    for row in frame.to_dict("records"):
        assert (row["GBP per QALY gained"] is None) == ("gained" not in str(row["In words"]))
    shown = texts(workbook, STRATEGIES)
    assert "other people than tiny: no ratio between them" in shown
    assert not [text for text in shown if text in ("inf", "nan", "-inf")]


def test_h14_differences_on_the_sheet_are_scenario_less_reference(content: ReportContent) -> None:
    spent, less = views.spending(content), views.budget_impact(content)
    whole = spent[spent["Category"] == "All categories"].set_index(["Scenario", "Policy"])
    for row in less[less["Category"] == "All categories"].to_dict("records"):
        ours, base = (
            whole.loc[(name, row["Policy"]), "Whole window"] for name in (row["Scenario"], "tiny")
        )
        assert row["Whole window"] == pytest.approx(ours - base)
    years = spent.columns[3:-1]
    assert spent["Whole window"].to_numpy() == pytest.approx(spent[years].sum(axis=1).to_numpy())


def test_what_differs_names_the_reason(workbook: Workbook) -> None:
    shown = texts(workbook, DIFFERS)
    assert "Operating theatre: Unit cost" in shown
    assert any(text.startswith("dear: set on the command line") for text in shown)


def test_key_figures_stand_side_by_side_with_differences(content: ReportContent) -> None:
    frame, values, changes = views.key_figures(content)
    assert list(frame.columns[3:5]) == ["tiny", "tiny (2)"]
    assert "more less tiny" in frame.columns
    assert len(frame) == len(values) == len(changes)
    rows = frame[frame["Key figure"] == "New colorectal cancers"]
    assert rows["Under"].tolist() == ["All policies"]
    assert rows["people less tiny"].iloc[0] == pytest.approx(rows["tiny"].iloc[0])
    lifetime = frame[frame["Key figure"].str.startswith("Lifetime")]
    assert lifetime["people less tiny"].isna().all()


def test_a_scenario_may_be_called_as_a_column_is() -> None:
    assert views.column("unit") == "Scenario unit"
    assert views.column("autumn") == "autumn"


def test_written_out_numbers_are_short_unless_that_hides_a_difference() -> None:
    assert views.shortened(["0.333333333", "0.25"]) == ["0.3333", "0.25"]
    assert views.shortened(["0.333333333", "0.333333334"]) == ["0.333333333", "0.333333334"]
    assert views.shortened(["yes", "no"]) == ["yes", "no"]


def test_files_are_listed_and_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {entry["path"] for entry in manifest["files"]}
    assert listed == {
        str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()
    } - {"manifest.json"}  # fmt: skip
    assert manifest["command"] == "compare"
    assert manifest["scenarios"] == ["tiny", "tiny (2)", "more", "dear", "people"]
    assert manifest["settings"] == {"economics.horizon_years": "45"}
    write_comparison(tmp_path, compared(), 1.0, {})
    for path in listed:
        assert (tmp_path / path).read_bytes() == (folder / path).read_bytes()


def test_a_comparison_over_a_run_leaves_no_workbook_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").write_bytes(b"of a run")
    (tmp_path / "notes.xlsx").write_bytes(b"keep me")
    files = [{"path": "report.xlsx"}, {"path": "notes.xlsx"}]
    (tmp_path / "manifest.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    write_comparison(tmp_path, compared(), 0.0, {})
    assert {path.name for path in tmp_path.glob("*.xlsx")} == {"compare.xlsx", "notes.xlsx"}


def test_a_number_that_is_not_finite_is_refused(content: ReportContent) -> None:
    wrong = content.tables["budget_impact"].assign(cost_gbp=float("inf"))
    spoiled = replace(content, tables={**content.tables, "budget_impact": wrong})
    with pytest.raises(UnfitTable, match="budget_impact: cost_gbp holds inf"):
        build_comparison_workbook(spoiled)


def test_the_terminal_has_sentences_and_an_aligned_table() -> None:
    said = comparison_as_text(compared(), Path("here"), 12.3).splitlines()
    assert said[-1] == "All checks pass, 12 s: here/compare.xlsx"
    assert f"- {compared().headlines[0]}" in said
    start = next(i for i, line in enumerate(said) if line.split()[:2] == ["tiny", "tiny"])
    assert {len(line) for line in said[start:-2]} == {len(said[start])}


def test_json_has_null_where_there_is_no_ratio() -> None:
    document = json.loads(comparison_as_json(compared(), Path("here"), 0.0))
    assert document["reference"] == "tiny"
    assert document["strategies"][0]["icer"] is None
    assert document["checks_passed"] is True


def test_columns_line_up() -> None:
    assert aligned([["a", "10"], ["bcd", "1"]]) == ["a    10", "bcd   1"]


@pytest.mark.parametrize(
    ("values", "least"),
    [
        ([5.0, 1.0], (None, None)),
        ([-110.0, 30.0], (-150.0, 50.0)),
        ([-219.0, 192.0], (-300.0, 100.0)),
        ([-1.0, 1_200.0], (-800.0, 200.0)),
    ],
)
def test_bars_below_zero_have_room_for_their_labels(
    values: list[float], least: tuple[float | None, float | None]
) -> None:
    assert headlines.room_below(pd.DataFrame({"a": values})) == least


def test_headlines_of_charts() -> None:
    points = pd.DataFrame({"Strategy": ["a", "b"], "Net monetary benefit more": [24_600.0, -10.0]})
    said = headlines.plane_headline(points, "r", 20_000)
    assert said == "At £20,000 per QALY 1 of 2 strategies is better than r"
    assert headlines.benefit_headline(points, "r").endswith("£25 thousand more")
    worse = points.assign(**{"Net monetary benefit more": [-1.0, 0.0]})
    assert headlines.benefit_headline(worse, "r").startswith("No strategy has more")
    spent = pd.DataFrame({"Year": ["2027", "2028"], "b": [-9e5, -2e5], "c": [1e4, 1e4]})
    said = headlines.budget_headline(spent, "r", "first come")
    assert said == "b spends £1.1 million less than r in the whole window (first come)"
    hardly = spent.assign(b=0.0, c=1.0)
    assert headlines.budget_headline(hardly, "r", "p") == "Spending hardly differs from r (p)"


def test_figures_sheet_shows_every_key_figure_that_is_not_zero(workbook: Workbook) -> None:
    shown = set(texts(workbook, FIGURES))
    assert {
        "New colorectal cancers",
        "Need of Operating theatre",
        "Lifetime QALYs, discounted",
    } <= shown
