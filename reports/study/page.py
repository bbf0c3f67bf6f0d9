"""The page of a study: answers first, then a chapter for each view with picture and table."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.reports.blocks import as_dates
from hepaplan.reports.page.html import MOST_ROWS, bullets, document, element, table, text_element
from hepaplan.reports.study.draw_lines import MONTH_WRITTEN
from hepaplan.reports.study.figures import draw
from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from hepaplan.reports.style import GENERAL, MONTH
from hepaplan.reports.whole_file import atomic_file

MOST_BEHIND = 120
WARNINGS = re.compile("^ILLUSTRATIVE|FAILED|STOPPED|nothing here is verified")


def write_study_page(path: Path, pages: Pages) -> None:
    """Write a study as one HTML file, whole or not at all; the same bytes for the same study.

    Raises NotFinite where a number to show is NaN or infinite.
    """
    text = study_page(pages).encode("utf-8")
    with atomic_file(path) as file:
        file.write(text)


def study_page(pages: Pages) -> str:
    """Return a study as one page of HTML that needs no other file, script or address."""
    chapters = [_chapter(page, number) for number, page in enumerate(pages.pages, start=1)]
    return document(
        pages.title,
        element("a", "Skip to the answers", href="#answers", class_="skip"),
        "\n",
        element(
            "header",
            text_element("h1", pages.title),
            text_element("p", pages.question, class_="question"),
        ),
        "\n",
        element("main", _answers(pages), _contents(pages), *chapters, tabindex="-1"),
        "\n",
        _footer(pages),
    )


def _answers(pages: Pages) -> str:
    heading = text_element("h2", "In short", id="answers")
    inside = element(
        "section",
        heading,
        bullets(pages.headlines),
        class_="answers",
        aria_labelledby="answers",
    )
    return inside + _notes(pages.notes)


def _notes(notes: tuple[str, ...]) -> str:
    return "".join(
        text_element("p", note, class_="warning" if WARNINGS.search(note) else "note")
        for note in notes
    )


def _contents(pages: Pages) -> str:
    places = [(f"chapter-{number}", page.title) for number, page in enumerate(pages.pages, start=1)]
    links = (
        element("li", text_element("a", title, href=f"#{place}"))
        for place, title in (*places, ("repeat", "How to repeat this"))
    )
    heading = text_element("h2", "Contents", id="contents")
    return element("nav", heading, element("ul", *links), aria_labelledby="contents")


def _chapter(page: Page, number: int) -> str:
    place = f"chapter-{number}"
    pictures = (
        _figure(picture, f"{place}-picture-{position}", page.tables)
        for position, picture in enumerate(page.pictures, start=1)
    )
    tables = (
        _shown(shown, f"{place}-table-{position}")
        for position, shown in enumerate(page.tables, start=1)
    )
    inside = element(
        "section",
        text_element("h2", page.title, id=place),
        text_element("p", page.subtitle),
        _notes(page.notes),
        *pictures,
        *tables,
        aria_labelledby=place,
    )
    return f"\n{inside}\n"


def _figure(picture: Picture, identity: str, tables: tuple[Shown, ...]) -> str:
    """Return headline, drawing and description, and its table unless the chapter shows that."""
    heading = element("figcaption", text_element("h3", picture.headline))
    if picture.frame.empty:
        return element("figure", heading, text_element("p", Shown.absent, class_="note"))
    drawn = draw(picture, identity)
    box = {"class_": "picture", "role": "group", "tabindex": "0"}
    told = " ".join((picture.description, *drawn.said))
    behind = (
        ""
        if any(_holds(shown.frame, picture.frame) for shown in tables)
        else _behind(picture, identity)
    )
    return (
        element(
            "figure",
            heading,
            element("div", drawn.svg, aria_label="Picture, scrolls on a narrow screen", **box),
            text_element("p", told, class_="told"),
        )
        + behind
    )


def _holds(table: pd.DataFrame, frame: pd.DataFrame) -> bool:
    return set(frame.columns) <= set(table.columns) and table[list(frame.columns)].equals(frame)


def _behind(picture: Picture, identity: str) -> str:
    """Return the figures that a picture is drawn from, folded away until they are asked for."""
    frame, formats, what = _figures_of(picture)
    caption = f"In figures: {what}"
    shown = frame.iloc[_evenly(len(frame))]
    first = str(frame.columns[0])
    if all(MONTH_WRITTEN.fullmatch(str(value)) for value in shown[first]):
        shown = shown.assign(**{first: as_dates(shown[first])})
        formats[first] = MONTH
    if len(shown) < len(frame):
        caption += f" ({len(shown)} of {len(frame):,} rows, evenly picked)"
    return element(
        "details",
        text_element("summary", "The figures behind this picture"),
        table(shown, caption, f"{identity}-figures", formats),
    )


def _figures_of(picture: Picture) -> tuple[pd.DataFrame, dict[str, str], str]:
    """Return the rows that say in figures what a picture shows: of a cloud, where each lies."""
    columns = [str(column) for column in picture.frame.columns]
    if picture.shape == "plane":
        formats = dict(zip(columns[1:3], (picture.x_format, picture.y_format), strict=True))
        return _clouds(picture), _spread(formats), "mean and middle 95% of all draws"
    if picture.shape in ("tornado", "bars", "parts", "waterfall"):
        formats = dict.fromkeys(columns[1:], picture.x_format)
        return picture.frame, formats | dict(picture.formats), picture.headline
    formats = dict.fromkeys(columns[1:], picture.y_format) | {columns[0]: picture.x_format}
    return picture.frame, formats | dict(picture.formats), picture.headline


CLOUD = ("mean", "2.5% of draws below", "2.5% of draws above")


def _clouds(picture: Picture) -> pd.DataFrame:
    strategy, *measures = (str(column) for column in picture.frame.columns[:3])
    rows = []
    for name, cloud in picture.frame.groupby(strategy, sort=False):
        row: dict[str, object] = {strategy: name}
        for measure in measures:
            values = cloud[measure].to_numpy(float)
            found = (values.mean(), *np.quantile(values, INTERVAL_95))
            row |= {f"{measure}: {said}": v for said, v in zip(CLOUD, found, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


def _spread(formats: dict[str, str]) -> dict[str, str]:
    return {f"{measure}: {said}": each for measure, each in formats.items() for said in CLOUD}


def _evenly(rows: int) -> np.ndarray:
    return np.unique(np.linspace(0, rows - 1, min(rows, MOST_BEHIND)).round().astype(int))


def _shown(shown: Shown, identity: str) -> str:
    if shown.frame.empty:
        return text_element("h3", shown.caption) + text_element("p", shown.absent, class_="note")
    formats = {heading: each for heading, each in shown.formats.items() if each != GENERAL}
    made = table(
        shown.frame,
        shown.caption,
        identity,
        {**formats, **shown.cell_formats},
        len(shown.frame) if shown.folded else MOST_ROWS,
        shown.unprinted if shown.folded else 0,
        shown.linked,
    )
    if not shown.folded:
        return made
    return element("details", text_element("summary", _opening(shown)), made)


def _opening(shown: Shown) -> str:
    return f"{shown.caption}: {len(shown.frame):,} rows"


def _footer(pages: Pages) -> str:
    facts = "".join(
        text_element("dt", name) + text_element("dd", value) for name, value in pages.facts
    )
    made = f"Made by hepaplan {pages.version} for {pages.name}."
    heading = text_element("h2", "How to repeat this", id="repeat")
    return element("footer", heading, element("dl", facts), text_element("p", made))
