from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.reports import style
from hepaplan.reports.page import html_look
from hepaplan.reports.page.html import MOST_ROWS, bullets, document, element, escaped, table
from hepaplan.reports.readable_text import clean
from hepaplan.reports.sheet import NotFinite
from tests.support.read_html import read

ATTACK = """"><script>alert('1')</script>&amp;=1+1"""


@given(st.text())
def test_any_text_comes_back_as_text_and_nothing_else(text: str) -> None:
    page = read(document(text, bullets([text]), element("a", "there", title=text)))
    assert [tag for tag, _ in page.tags].count("li") == 1
    assert page.inside["li"] == clean(text)
    (link,) = page.attributes("a")
    assert link == {"title": clean(text)}


def test_what_a_page_cannot_hold_is_shown_as_a_mark() -> None:
    assert clean("a\x00b\x1b\ud800\ufffec\td") == "a\ufffdb\ufffd\ufffd\ufffdc\td"
    assert escaped(ATTACK) == (
        "&quot;&gt;&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;amp;=1+1"
    )


def test_a_page_says_its_language_and_forbids_scripts() -> None:
    page = read(document("Title", "<main></main>"))
    assert page.attributes("html") == [{"lang": "en-GB"}]
    policies = [a["content"] for a in page.attributes("meta") if "http-equiv" in a]
    assert len(policies) == 1
    assert "default-src 'none'" in str(policies[0])
    assert "script" not in str(policies[0])


def test_a_table_has_caption_headings_and_numbers_as_in_the_workbook() -> None:
    frame = pd.DataFrame(
        {"Region": ["Bury", ATTACK], "Cost": [1234.5, None], "Open": [True, False]}
    )
    frame["Cost"] = frame["Cost"].astype(object).where(frame["Cost"].notna(), None)
    text = table(frame, "Costs & more", "costs", {"Cost": style.POUNDS})
    page = read(text)
    assert page.inside["caption"] == "Costs & more"
    assert [a.get("scope") for a in page.attributes("th")] == ["col"] * 3 + ["row"] * 2
    assert '<td class="number">£1,235</td><td>yes</td>' in text
    assert '<td class="number">n/a</td><td>no</td>' in text
    (box,) = page.attributes("div")
    assert (box["role"], box["tabindex"], box["aria-labelledby"]) == ("region", "0", "costs")
    assert page.attributes("caption") == [{"id": "costs"}]
    assert "<script" not in text


def test_a_long_table_is_cut_and_says_so() -> None:
    frame = pd.DataFrame({"Draw": range(MOST_ROWS + 1)})
    page = read(table(frame, "Draws", "draws"))
    assert page.inside["caption"] == "Draws (first 400 of 401 rows)"
    assert [tag for tag, _ in page.tags].count("tr") == MOST_ROWS + 1
    assert read(table(frame.iloc[:-1], "Draws", "draws")).inside["caption"] == "Draws"


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(NotFinite):
        table(pd.DataFrame({"Region": ["Bury"], "Cost": [bad]}), "Costs", "costs")


def contrast(colour: str) -> float:
    """Return the contrast of a colour with white, as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_letters_stand_out_from_white() -> None:
    assert contrast("000000") == pytest.approx(21)
    assert contrast("C9CED6") < 4.5
    letters = (style.INK, style.BLUE, style.AMBER, html_look.GREY, "0B57A4")
    assert min(contrast(colour) for colour in letters) >= 4.5
