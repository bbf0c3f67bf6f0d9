from __future__ import annotations

import math
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import matplotlib
import pandas as pd
import pytest

from hepaplan.reports.sheet import NotFinite
from hepaplan.reports.study.page import MOST_BEHIND, study_page, write_study_page
from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from tests.support.read_html import ReadPage, read
from tests.support.synthetic_study import ATTACK, synthetic_study


@pytest.fixture(scope="module")
def pages() -> Pages:
    return synthetic_study()


@pytest.fixture(scope="module")
def text(pages: Pages) -> str:
    return study_page(pages)


@pytest.fixture(scope="module")
def page(text: str) -> ReadPage:
    return read(text)


def faults(text: str) -> list[str]:
    """Return what in a page could run, or could ask another place for something."""
    page = read(text)
    found = [f"<{tag}>" for tag, _ in page.tags if tag in {"script", "iframe", "link", "base"}]
    found += [name for _, a in page.tags for name in a if name.startswith("on") or name == "src"]
    found += [f"href {value}" for value in page.values("href") if not value.startswith("#")]
    styles = [page.inside["style"], *page.values("style", "fill", "clip-path")]
    for style in styles:
        found += re.findall(r"@import|url\((?!#)[^)]*\)?", style)
    return found


def test_nothing_runs_and_nothing_is_asked_for(text: str) -> None:
    assert faults(text) == []
    assert "<script" not in text


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ("<script></script>", "<script>"),
        ('<p onclick="x()"></p>', "onclick"),
        ('<a href="https://example.org"></a>', "href https://example.org"),
        ('<p style="background:url(//x.org/a)"></p>', "url(//x.org/a)"),
        ("<style>@import 'x'</style>", "@import"),
    ],
)
def test_what_runs_or_asks_is_found(text: str, spoilt: str, fault: str) -> None:
    assert faults(text.replace("</main>", f"{spoilt}</main>")) == [fault]


def test_every_text_of_others_stays_text(pages: Pages) -> None:
    told = "".join(chr(at) for at in (0x1B, 0xD800)) + ATTACK + "</title></desc></style>"
    picture = replace(pages.pages[0].pictures[0], headline=told, description=told, x_title=told)
    frame = pd.DataFrame({ATTACK: [f"\x1b{ATTACK}"]})  # pandas holds no half of a pair
    shown = Shown(told, told, frame, absent=told)
    chapter = Page(told, told, (told,), (picture,), (shown, replace(shown, frame=pd.DataFrame())))
    spoilt = Pages(told, told, told, (told,), (told,), (chapter,), ((told, told),), told)
    assert faults(study_page(spoilt)) == []


def test_the_answers_come_first(text: str, pages: Pages, page: ReadPage) -> None:
    assert page.inside["title"].startswith(pages.title)
    assert page.inside["h1"] == pages.title
    places = [text.index(word) for word in ("Most health is the best", "Contents", "<figure")]
    assert places == sorted(places)
    assert '<p class="warning">ILLUSTRATIVE' in text
    assert page.inside["dd"].startswith("1,500")
    assert pages.version in page.inside["footer"]


def test_it_can_be_read_without_eyes_and_without_a_mouse(page: ReadPage) -> None:
    tags = [tag for tag, _ in page.tags]
    assert [tags.count(mark) for mark in ("header", "main", "footer", "nav", "h1")] == [1] * 5
    known = page.values("id")
    assert len(known) == len(set(known))
    pointed = [v.removeprefix("#") for v in page.values("href")]
    pointed += [name for value in page.values("aria-labelledby") for name in value.split()]
    inner = " ".join(page.values("style", "fill", "clip-path"))
    assert set(pointed + re.findall(r"url\(#([^)]*)\)", inner)) <= set(known)
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption")
    assert all(a.get("scope") in {"col", "row"} for a in page.attributes("th"))


def test_every_picture_says_what_it_shows(pages: Pages, text: str, page: ReadPage) -> None:
    pictures = [picture for chapter in pages.pages for picture in chapter.pictures]
    drawings = re.findall(r"<svg .*?</svg>", text, flags=re.DOTALL)
    assert len(drawings) == len(pictures) == 6
    for picture, drawing in zip(pictures, drawings, strict=True):
        found = read(drawing)
        (root,) = found.attributes("svg")
        assert root["role"] == "img"
        assert root["aria-labelledby"] == " ".join(
            str(found.attributes(tag)[0]["id"]) for tag in ("title", "desc")
        )
        assert found.inside["title"] == picture.headline
        assert picture.description in found.inside["desc"]
        assert picture.x_title in " ".join(found.inside["text"].split("\n"))
    assert page.inside["figcaption"] == "".join(picture.headline for picture in pictures)


def test_every_picture_has_a_table(pages: Pages, text: str) -> None:
    folded = re.findall(r"<details>.*?</details>", text, flags=re.DOTALL)
    assert len(folded) == 2  # the plane and the expected loss; the others' tables are shown
    assert "QALYs more: 2.5% of draws below" in folded[0]
    bare = replace(pages, pages=tuple(replace(chapter, tables=()) for chapter in pages.pages))
    alone = read(study_page(bare))
    assert len(alone.attributes("details")) == len(alone.attributes("svg")) == 6
    assert alone.inside["caption"].count("In figures: ") == 6


def test_a_cloud_of_points_is_told_by_its_mean_and_its_spread() -> None:
    frame = pd.DataFrame(
        {
            "Strategy": ["A"] * 41 + ["B"] * 41,
            "QALYs more": [*map(float, range(41)), *[7.0] * 41],
            "Cost more": [*(1_000.0 * at for at in range(41)), *[-500.0] * 41],
        }
    )
    picture = Picture(
        "plane", "plane", "A is dearer", "", frame, "QALYs", "GBP", "0.0", '"£"#,##0', slope=20e3
    )
    found = study_page(_only(picture))
    row = re.search(r'<th scope="row">A</th>(.*?)</tr>', found)
    assert row is not None
    shown = re.findall(r">([^<]+)</td>", row[1])
    assert shown == ["20.0", "1.0", "39.0", "£20,000", "£1,000", "£39,000"]


def test_the_rows_behind_a_long_picture_are_evenly_picked() -> None:
    frame = pd.DataFrame({"Pounds": range(1_001), "First come": [0.5] * 1_001})
    found = study_page(_only(Picture("lines", "ceac", "Half", "", frame, "Pounds", "Chance")))
    assert f"({MOST_BEHIND} of 1,001 rows, evenly picked)" in found
    assert ">0</th>" in found
    assert ">1000</th>" in found


def test_a_picture_of_nothing_says_so() -> None:
    frame = pd.DataFrame({"Input": [], "Worth": []})
    found = study_page(_only(Picture("bars", "evppi", "None", "", frame, "GBP", "Input")))
    assert "<svg" not in found
    assert Shown.absent in found


def test_the_same_study_gives_the_same_bytes(pages: Pages, text: str) -> None:
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}):
        assert study_page(pages) == text


def test_the_old_page_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    pages = Pages("none", "None", "None?", (), (), (), (), "1")
    write_study_page(path, pages)
    written = path.read_bytes()
    shown = Shown("bad", "Bad", pd.DataFrame({"Name": ["x"], "Value": [math.nan]}))
    bad = replace(pages, pages=(Page("Bad", "", tables=(shown,)),))
    with pytest.raises(NotFinite):
        write_study_page(path, bad)
    assert path.read_bytes() == written
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_line_does_not_wait_for_matplotlib() -> None:
    asked = "import sys, hepaplan.cli; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def _only(picture: Picture) -> Pages:
    return Pages("one", "One", "One?", (), (), (Page("One", "", pictures=(picture,)),), (), "1")
