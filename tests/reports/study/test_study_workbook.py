from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import UnfitTable
from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from hepaplan.reports.study.sheets import Names, above, chart_places, printed_pages
from hepaplan.reports.study.workbook import build_study_workbook, write_study_workbook
from tests.support.synthetic_study import ATTACK, synthetic_study

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
TITLE = f"{CHART}title"
FRAME = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
STUDY = synthetic_study()
PICTURES = [picture for page in STUDY.pages for picture in page.pictures]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("study") / "psa.xlsx"
    write_study_workbook(made, STUDY)
    return made


@pytest.fixture(scope="module")
def workbook(path: Path) -> Workbook:
    return load_workbook(path)


def charts_of(workbook: Workbook, sheet: str) -> list[Any]:
    worksheet: Any = workbook[sheet]
    return list(worksheet._charts)


def chart_file(path: Path, number: int) -> Any:
    with ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read(f"xl/charts/chart{number}.xml"))


def words_of(title: Any) -> str:
    return "".join(run.t for paragraph in title.tx.rich.p for run in paragraph.r or ())


def with_page(study: Pages, **changes: object) -> Pages:
    first = replace(study.pages[0], **changes)  # type: ignore[arg-type]
    return replace(study, pages=(first, *study.pages[1:]))


def texts(workbook: Workbook, sheet: str) -> list[str]:
    return [str(c.value) for row in workbook[sheet].iter_rows() for c in row if c.value is not None]


def test_the_sheets_are_summary_pages_and_about(workbook: Workbook) -> None:
    assert workbook.sheetnames == ["Summary", *(page.title for page in STUDY.pages), "About"]


def test_the_summary_says_what_was_found_and_links_every_page(workbook: Workbook) -> None:
    said = texts(workbook, "Summary")
    assert said[1:3] == [STUDY.title, STUDY.question]
    for number, sentence in enumerate(STUDY.headlines, start=1):
        assert f"{number}. {sentence}" in said
    assert set(STUDY.notes) <= set(said)
    links = {
        c.value: c.hyperlink.location for row in workbook["Summary"] for c in row if c.hyperlink
    }
    assert links == {name: f"'{name}'!A1" for name in workbook.sheetnames[1:]}


def test_each_picture_is_a_chart_headed_by_its_sentence(path: Path) -> None:
    for number, picture in enumerate(PICTURES, start=1):
        root = chart_file(path, number)
        titles = ["".join(t.text or "" for t in e.iter(f"{DRAWING}t")) for e in root.iter(TITLE)]
        axes = [picture.x_title, picture.y_title]
        if picture.shape in ("tornado", "bars"):
            axes.reverse()  # bars lie on their side: their names are the first axis
        assert len(titles) == 3
        assert titles[0] == picture.headline
        assert titles[1].startswith(axes[0])
        assert titles[2].startswith(axes[1])
        area = next(root.iter(f"{CHART}plotArea"))
        assert [d.get("val") for d in area.iter(f"{CHART}delete")] == ["0", "0"]


def test_the_base_is_named_beside_the_bars(workbook: Workbook) -> None:
    chart = charts_of(workbook, STUDY.pages[0].title)[0]
    assert words_of(chart.y_axis.title).endswith("change from the base, £63.2m")


def test_every_series_points_at_the_numbers_of_its_picture(path: Path, workbook: Workbook) -> None:
    for number, picture in enumerate(PICTURES, start=1):
        root = chart_file(path, number)
        series = {
            name.text: [cells(workbook, tag) for tag in one if tag.tag.endswith(("al", "cat"))]
            for one in root.iter(f"{CHART}ser")
            for name in [next(one.iter(f"{CHART}v"))]
        }
        CHECKS[picture.shape](picture, series)


def cells(workbook: Workbook, tag: Any) -> list[Any]:
    sheet, area = next(tag.iter(f"{CHART}f")).text.replace("'", "").split("!")
    left, top, right, bottom = range_boundaries(area)
    assert left == right
    return [workbook[sheet].cell(row, int(left or 0)).value for row in rows(top, bottom)]


def rows(top: Any, bottom: Any) -> Iterator[int]:
    yield from range(int(top), int(bottom) + 1)


def check_tornado(picture: Picture, series: dict[str, list[list[Any]]]) -> None:
    low, high = series.values()
    by_name = {row[0]: row[1:3] for row in picture.frame.itertuples(index=False)}
    assert sorted(low[0]) == sorted(by_name)
    changes = list(zip(low[1], high[1], strict=True))
    for name, change in zip(low[0], changes, strict=True):
        assert change == pytest.approx([end - picture.base for end in by_name[name]])
    widths = [max(*change, 0.0) - min(*change, 0.0) for change in changes]
    assert widths == sorted(widths, reverse=True)


def check_plane(picture: Picture, series: dict[str, list[list[Any]]]) -> None:
    strategies = list(dict.fromkeys(picture.frame["Strategy"]))
    for name in strategies:
        own = picture.frame[picture.frame["Strategy"] == name]
        across, up = series[name]
        assert len(across) == 1_000 < len(own)
        assert across[0] == pytest.approx(own["QALYs more"].iloc[0], rel=1e-12)
        assert up[-1] == pytest.approx(own["Cost more"].iloc[-1], rel=1e-12)
        assert {f"{x:.9g}" for x in across} < {f"{x:.9g}" for x in own["QALYs more"]}
        mean = [own["QALYs more"].mean(), own["Cost more"].mean()]
        assert [part[0] for part in series[f"{name} (mean)"]] == pytest.approx(mean)
    across, up = series["£20,000 per QALY: below the line it is worth its cost"]
    assert up == pytest.approx([20_000 * qalys for qalys in across])
    assert across[0] < 0 < across[1]


def check_lines(picture: Picture, series: dict[str, list[list[Any]]]) -> None:
    assert list(series) == list(picture.frame.columns[1:])
    for name, (across, up) in series.items():
        assert across == pytest.approx(picture.frame.iloc[:, 0].tolist())
        assert up == pytest.approx(picture.frame[name].tolist())


def check_fan(picture: Picture, series: dict[str, list[list[Any]]]) -> None:
    base, lower, inner, upper, middle, lists = (up for _, up in series.values())
    frame = picture.frame
    stacked = [sum(parts) for parts in zip(base, lower, inner, upper, strict=True)]
    assert stacked == pytest.approx(frame["P90"].tolist())
    assert [a + b for a, b in zip(base, lower, strict=True)] == pytest.approx(frame["P25"].tolist())
    assert middle == pytest.approx(frame["P50"].tolist())
    assert lists == frame["Lists there are"].tolist()
    months = next(iter(series.values()))[0]
    assert [f"{month:%Y-%m}" for month in months] == frame["Month"].tolist()


def check_bars(picture: Picture, series: dict[str, list[list[Any]]]) -> None:
    ((names, values),) = series.values()
    assert names == picture.frame["Input"].tolist()
    assert values == picture.frame["Worth of knowing it"].tolist()


CHECKS = {
    "tornado": check_tornado,
    "plane": check_plane,
    "lines": check_lines,
    "fan": check_fan,
    "bars": check_bars,
}


def test_each_chart_is_described_for_a_screen_reader(path: Path) -> None:
    with ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if re.match(r"xl/drawings/drawing\d", n))
        drawings = [ElementTree.fromstring(archive.read(name)) for name in names]
    frames = [frame for drawing in drawings for frame in drawing.iter(f"{FRAME}cNvPr")]
    assert [f.get("descr") for f in frames] == [f"{p.headline}. {p.description}" for p in PICTURES]


def test_tables_hold_the_rows_and_formats_of_their_pages(workbook: Workbook) -> None:
    sheet = workbook["What moves the answer"]
    left, top, right, bottom = range_boundaries(sheet.tables["swings"].ref)
    shown = STUDY.pages[0].tables[0].frame
    assert int(bottom or 0) - int(top or 0) == len(shown)
    heads = [sheet.cell(int(top or 0), c).value for c in rows(left, right)]
    assert heads == list(shown.columns)
    first = [sheet.cell(int(top or 0) + 1, c) for c in rows(left, right)]
    assert [cell.value for cell in first[:3]] == list(shown.iloc[0, :3])
    assert first[1].number_format == '"£"#,##0'
    assert first[-1].value == "n/a"


def test_nothing_covers_a_table_or_another_chart(workbook: Workbook) -> None:
    for sheet in workbook.worksheets:
        taken: set[tuple[int, int]] = set()
        for table in sheet.tables.values():
            taken |= {(c.row - 1, c.column - 1) for row in sheet[table.ref] for c in row}
        for chart in charts_of(workbook, sheet.title):
            start, end = chart.anchor._from, chart.anchor.to
            covered = {
                (r, c) for r in range(start.row, end.row + 1) for c in range(start.col, end.col)
            }
            assert not taken & covered
            taken |= covered


def test_no_row_beside_a_chart_is_taller_than_another(workbook: Workbook) -> None:
    for page in STUDY.pages:
        sheet = workbook[page.title]
        header = sheet.print_title_rows
        assert header is not None
        below = int(header.rpartition("$")[2])
        assert [r for r, d in sheet.row_dimensions.items() if r > below and d.height] == []


def test_what_stands_above_a_narrow_table_is_broken_to_print_over_it() -> None:
    table = Shown("narrow", "Narrow", STUDY.pages[1].tables[0].frame, widths={"Strategy": 44.0})
    page = Page("Narrow", "word " * 20 + "end", ("note " * 20 + "end",), tables=(table,))
    sheet = build_study_workbook(replace(STUDY, pages=(page,)))["Narrow"]
    lines = [str(sheet.cell(row, 1).value) for row in range(2, 6)]
    assert " ".join(lines) == f"{page.subtitle} {page.notes[0]}"
    assert max(map(len, lines)) <= 1.1 * (44 + 2 * 14 + 3)
    assert above(["", "one two"], 1.0) == ["", "one two"]


def test_no_text_becomes_a_formula(workbook: Workbook) -> None:
    attacks = [
        cell
        for sheet in workbook.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" or cell.value == ATTACK
    ]
    assert len(attacks) >= 4
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in attacks)


def test_control_characters_in_names_leave_a_file_that_opens(tmp_path: Path) -> None:
    plane = STUDY.pages[1].pictures[0]
    spoiled = plane.frame.replace({"Strategy": {"Most health": "Most\x07health"}})
    picture = replace(plane, frame=spoiled, headline="Told\x00 so")
    write_study_workbook(tmp_path / "odd.xlsx", with_page(STUDY, pictures=(picture,)))
    assert charts_of(load_workbook(tmp_path / "odd.xlsx"), "What moves the answer")


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("x" * 32, "must have 1 to 31 letters"),
        ("", "must have 1 to 31 letters"),
        ("Cost/QALY", "holds a mark"),
        ("'quoted", "holds a mark"),
        ("demand", "2 sheets are called 'demand'"),
        ("ABOUT", "2 sheets are called 'about'"),
    ],
)
def test_a_title_that_no_sheet_can_have_is_refused(title: str, said: str) -> None:
    with pytest.raises(UnfitTable, match=said):
        build_study_workbook(with_page(STUDY, title=title))


def test_numbers_that_are_not_finite_are_refused_all_at_once() -> None:
    page = STUDY.pages[0]
    table = page.tables[0]
    wrong = table.frame.assign(**{"At its low value": float("inf")})
    picture = page.pictures[0]
    holes = picture.frame.assign(**{"At its high value": float("nan")})
    changes = {
        "tables": (replace(table, frame=wrong),),
        "pictures": (replace(picture, frame=holes),),
    }
    with pytest.raises(UnfitTable) as caught:
        build_study_workbook(with_page(STUDY, **changes))
    said = str(caught.value)
    assert "What moves the answer, swings: At its low value holds inf in row 1" in said
    assert "What moves the answer, swings: At its high value holds nan in row 1" in said


def test_a_picture_of_nothing_and_one_of_one_row_are_no_trouble(tmp_path: Path) -> None:
    for rows_left in (0, 1):
        cut = [replace(p, frame=p.frame.iloc[:rows_left]) for p in PICTURES]
        study = replace(STUDY, pages=(Page("All", "Everything.", pictures=tuple(cut)),))
        write_study_workbook(tmp_path / "cut.xlsx", study)
        drawn = charts_of(load_workbook(tmp_path / "cut.xlsx"), "All")
        assert len(drawn) == rows_left * len(PICTURES)


def test_the_same_pages_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write_study_workbook(tmp_path / "again.xlsx", synthetic_study())
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_names_of_tables_are_plain_and_their_own() -> None:
    names = Names()
    given = [names.give(name) for name in ("psa1", "a b", "A_b", "95%", "r", "curves")]
    assert given == ["_psa1", "a_b", "A_b_2", "_95_", "_r", "curves"]


@pytest.mark.parametrize(("roomy", "starts", "heights"), [
    (True, [0, 4, 8], [34, 34, 34]),
    (False, [0, 2, 6], [17, 34, 34]),
])  # fmt: skip
def test_each_chart_has_a_printed_page(roomy: bool, starts: list[int], heights: list[int]) -> None:
    places = chart_places(3, roomy)
    assert [place.slot for place in places] == starts
    assert [place.size for place in places] == [(17, height) for height in heights]
    assert places[-1].rows_used == sum(heights) // 17


def test_small_tables_share_a_printed_page_and_long_ones_do_not() -> None:
    short = STUDY.pages[1].tables[0]
    long = STUDY.pages[1].tables[1]
    wide = Shown("wide", "Wide", short.frame, widths=dict.fromkeys(short.frame.columns, 60.0))
    assert printed_pages([short, short, wide, short, long, short]) == [1, 1, 2, 3, 4, 5]


def test_columns_for_the_screen_take_no_room_on_paper() -> None:
    """Two tables stand beside each other on paper where the first one's keys are not printed."""
    keys = pd.DataFrame({"Name": ["a"], "Key": ["k" * 200]})
    wide, short = (
        Shown("wide", "Wide", keys, widths={"Key": 200.0}),
        Shown("b", "B", keys[["Name"]]),
    )
    assert printed_pages([wide, short]) == [1, 2]
    assert printed_pages([replace(wide, unprinted=1), short]) == [1, 1]
