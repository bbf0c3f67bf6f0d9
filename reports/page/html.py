"""A page of HTML that needs nothing else: one file, no script, no outside address."""

from __future__ import annotations

import datetime
import html
import numbers
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from hepaplan.reports.number_text import value_text
from hepaplan.reports.page.html_look import STYLE
from hepaplan.reports.readable_text import clean
from hepaplan.reports.style import GENERAL

MOST_ROWS = 400
WHOLE_ON_PAPER = 30
MOST_LETTERS = 18
MOST_UPRIGHT = 8
"""Long tables with more printed columns are printed on pages that lie on their side."""
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(/[^\s<>\"'\\]*)?")
VERDICTS = {"passed": "passed", "FAILED": "failed", "not applicable": "note", "left out": "note"}
"""The look of texts that are verdicts; those that judge nothing are grey."""
# Even if a text slipped through unescaped, a browser would neither run it nor ask anyone.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


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
    formats: Mapping[str, str | tuple[str, ...]] | None = None,
    most_rows: int = MOST_ROWS,
    unprinted: int = 0,
    linked: str = "",
) -> str:
    """Return a table that scrolls in its own box, with numbers as the workbook shows them.

    The first column heads the rows. Beyond `most_rows` the rest is left out, and the caption says
    so. Formats are one a heading, or one for each of its rows. The last `unprinted` columns are not
    printed; what looks like a safe address in the column `linked` is a link. Raises NotFinite where
    a number is NaN or infinite.
    """
    shown = frame.iloc[:most_rows]
    if len(shown) < len(frame):
        caption = f"{caption} (first {most_rows:,} of {len(frame):,} rows)"
    last = len(shown.columns) - unprinted
    columns = [
        _column(
            str(heading),
            shown.iloc[:, position].tolist(),
            (formats or {}).get(str(heading), GENERAL),
            printed=position < last,
            linked=heading == linked,
        )
        for position, heading in enumerate(shown.columns)
    ]
    headings = (
        text_element("th", column.heading, scope="col", **column.look, **column.room)
        for column in columns
    )
    rows = (
        element("tr", *(column.cell(row, place) for place, column in enumerate(columns)))
        for row in range(len(shown))
    )
    inside = element(
        "table",
        text_element("caption", caption, id=identity),
        element("thead", element("tr", *headings)),
        element("tbody", "\n", *(f"{row}\n" for row in rows)),
    )
    look = {"role": "region", "tabindex": "0", "aria_labelledby": identity}
    kind = "short" if len(shown) <= WHOLE_ON_PAPER else "wide" if last > MOST_UPRIGHT else "long"
    return element("div", inside, class_=f"rows {kind}", **look)


@dataclass(frozen=True)
class Column:
    """A column as shown: its heading, its texts, and how its cells look."""

    heading: str
    texts: list[str]
    numeric: bool
    printed: bool
    linked: bool

    @property
    def look(self) -> dict[str, str]:
        """The attributes that give a cell its look."""
        classes = ["number"] * self.numeric + ["screen"] * (not self.printed)
        return {"class_": " ".join(classes)} if classes else {}

    @property
    def room(self) -> dict[str, str]:
        """The room that a column of words keeps beside columns of numbers."""
        longest = max(map(len, self.texts), default=0)
        return {} if self.numeric else {"style": f"min-width: {min(longest, MOST_LETTERS)}ch"}

    def cell(self, row: int, place: int) -> str:
        """Return a cell; those in the first place head their rows."""
        text = self.texts[row]
        if place == 0:
            return text_element("th", text, scope="row", **self.look)
        if self.numeric and len(text) > MOST_LETTERS:  # words among numbers: they may be wrapped
            return text_element("td", text, **replace(self, numeric=False).look)
        if text in VERDICTS:
            classes = (self.look.get("class_", ""), VERDICTS[text])
            return text_element("td", text, class_=" ".join(classes).strip())
        if self.linked and ADDRESS.fullmatch(text):
            link = text_element("a", text, href=text, rel="noopener noreferrer")
            return element("td", link, **self.look)
        return text_element("td", text, **self.look)


def _column(
    heading: str,
    values: list[object],
    number_format: str | tuple[str, ...],
    *,
    printed: bool,
    linked: bool,
) -> Column:
    numeric = any(
        isinstance(value, numbers.Real | datetime.date) and not isinstance(value, bool)
        for value in values
    )
    if isinstance(number_format, str):
        texts = [value_text(value, number_format) for value in values]
    else:
        texts = [value_text(v, each) for v, each in zip(values, number_format, strict=False)]
    return Column(heading, texts, numeric, printed, linked)
