"""A page of HTML that needs nothing else: one file, no script, no outside address."""

from __future__ import annotations

import datetime
import html
import numbers
import re
from collections.abc import Iterable, Mapping

import pandas as pd

from hepaplan.reports.html_look import STYLE
from hepaplan.reports.number_text import value_text
from hepaplan.reports.style import GENERAL

MOST_ROWS = 400
WHOLE_ON_PAPER = 30
MOST_LETTERS = 18
# What neither HTML nor XML can hold: control characters, halves of pairs, and what is no character.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Even if a text slipped through unescaped, a browser would neither run it nor ask anyone.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


def clean(text: str) -> str:
    """Return text that a page can hold, characters that it cannot shown as a mark."""
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(text: str) -> str:
    """Return text as it stands between tags or in a quoted attribute."""
    return html.escape(clean(text), quote=True)


def element(tag: str, *inside: str, **attributes: str) -> str:
    """Return an element; `inside` is HTML already, the values of attributes are text.

    A name's trailing underline is dropped and inner ones become hyphens: `class_`, `aria_label`.
    """
    named = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{named}>{''.join(inside)}</{tag}>"


def text_element(tag: str, text: str, **attributes: str) -> str:
    """Return an element that holds nothing but text."""
    return element(tag, escaped(text), **attributes)


def bullets(texts: Iterable[str]) -> str:
    """Return a list of texts."""
    return element("ul", *(text_element("li", text) for text in texts))


def document(title: str, *body: str) -> str:
    """Return a whole page; `body` is HTML."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    head = element(
        "head",
        '<meta charset="utf-8">',
        policy,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        text_element("title", title),
        element("style", f"\n{STYLE}\n"),
    )
    page = element("html", "\n", head, "\n", element("body", *body), "\n", lang="en-GB")
    return f"<!DOCTYPE html>\n{page}\n"


def table(
    frame: pd.DataFrame,
    caption: str,
    identity: str,
    formats: Mapping[str, str] | None = None,
    most_rows: int = MOST_ROWS,
) -> str:
    """Return a table that scrolls in its own box, with numbers as the workbook shows them.

    The first column heads the rows. Beyond `most_rows` the rest is left out, and the caption says
    so. Raises NotFinite where a number is NaN or infinite.
    """
    shown = frame.iloc[:most_rows]
    if len(shown) < len(frame):
        caption = f"{caption} (first {most_rows:,} of {len(frame):,} rows)"
    columns = [
        _column(str(heading), shown.iloc[:, position].tolist(), formats or {})
        for position, heading in enumerate(shown.columns)
    ]
    headings = (
        text_element("th", str(heading), scope="col", **_look(numeric), **_room(numeric, texts))
        for heading, (numeric, texts) in zip(shown.columns, columns, strict=True)
    )
    rows = (
        element("tr", *(_cell(columns, row, column) for column in range(len(columns))))
        for row in range(len(shown))
    )
    inside = element(
        "table",
        text_element("caption", caption, id=identity),
        element("thead", element("tr", *headings)),
        element("tbody", "\n", *(f"{row}\n" for row in rows)),
    )
    look = {"role": "region", "tabindex": "0", "aria_labelledby": identity}
    short = " short" if len(shown) <= WHOLE_ON_PAPER else ""
    return element("div", inside, class_=f"rows{short}", **look)


def _column(
    heading: str, values: list[object], formats: Mapping[str, str]
) -> tuple[bool, list[str]]:
    """Return whether a column holds numbers, and its values as texts."""
    number_format = formats.get(heading, GENERAL)
    numeric = any(
        isinstance(value, numbers.Real | datetime.date) and not isinstance(value, bool)
        for value in values
    )
    return numeric, [value_text(value, number_format) for value in values]


def _cell(columns: list[tuple[bool, list[str]]], row: int, column: int) -> str:
    numeric, texts = columns[column]
    if column == 0:
        return text_element("th", texts[row], scope="row", **_look(numeric))
    return text_element("td", texts[row], **_look(numeric))


def _room(numeric: bool, texts: list[str]) -> dict[str, str]:
    """Return the room that a column of words keeps beside columns of numbers."""
    longest = max(map(len, texts), default=0)
    return {} if numeric else {"style": f"min-width: {min(longest, MOST_LETTERS)}ch"}


def _look(numeric: bool) -> dict[str, str]:
    return {"class_": "number"} if numeric else {}
