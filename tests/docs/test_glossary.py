"""The glossary: each word is in use and has a link; the jargon of sheets' titles is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hepaplan.reports import titles
from hepaplan.scenarios.load import load_scenario

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
ENTRY = re.compile(r"^\*\*([^*]+)\*\*: (.+)$", re.MULTILINE)
FOLDERS = ("docs", "model", "reports", "scenarios")
JARGON = {
    titles.HALF: "Evidence set",
    titles.PATHWAY: "Pathway",
    titles.CHANCE: "Headroom",
    titles.CHEERS: titles.CHEERS,
    titles.TECH_VER: titles.TECH_VER,
    titles.EVIDENCE: "Quality",
    titles.ECONOMICS: "ICER",
    titles.PRICES: "Saleable unit",
    "Live or frozen": "Live or frozen",
    "Reconciliation": "Reconciliation",
    "Kernels": "Kernel",
    "Courses": "Course",
    "Discounting": "Discounting",
    "Worth": "Life-years",
    "Choices": "Option",
    "Lists": "List",
    "Use of one start": "Footprint",
}
"""Sheets whose titles a newcomer cannot read, with the word that explains them."""
PLAIN_TITLES = """
Cover Summary Demand Capacity Plan Waiting Outcomes Assumptions Sources Checks About Inputs
Incidence Metastases Arrivals Leaving Alive Value
"""
PLAIN = frozenset(PLAIN_TITLES.split()) | {
    "Input tables",
    "Plan inputs",
    "Demand live",
    "Other causes",
    "New patients",
    "Capacity live",
    "Waiting live",
    "Use live",
    "Spending live",
    "Plan weights",
}


READ_FIRST = """
Backlog; dMMR; Discounting; First come; Gap; ICER; Identity; Interventional radiology; Lifetime;
Life-years; Longest wait; Most health; Net benefit; Nothing scarce; Optimal; Order of starts;
QALY; Quality; Referral; Replay; Residual; Resectable; Row of verification; Standard error;
Substitution; Tolerance; Utility; Waiting standard
"""
"""What Summary, Checks and the page say without explaining it."""


def entries(text: str) -> dict[str, str]:
    """Return what each word means, the line after joined to it."""
    joined = re.sub(r"(?<!\n)\n(?!\n)", " ", text)
    return dict(ENTRY.findall(joined))


WORDS = entries(GLOSSARY.read_text(encoding="utf-8"))


def in_use() -> str:
    paths = [
        path
        for folder in FOLDERS
        for kind in ("*.md", "*.py", "*.toml")
        for path in (ROOT / folder).rglob(kind)
        if path != GLOSSARY
    ]
    return " ".join(" ".join(p.read_text(encoding="utf-8").split()) for p in paths).casefold()


TEXT = in_use()


def names_of(word: str) -> list[str]:
    """Return the names of an entry: those parted by commas, or the readings one by one."""
    return [re.sub(r"(\d) and \d$", r"\1", name.strip()).casefold() for name in word.split(",")]


def unused(words: list[str]) -> list[str]:
    return [name for word in words for name in names_of(word) if name not in TEXT]


def test_the_words_are_many_and_in_order() -> None:
    assert len(WORDS) > 60
    assert list(WORDS) == sorted(WORDS, key=str.casefold)


def test_every_word_is_in_use() -> None:
    assert unused(list(WORDS)) == []


def test_every_word_is_said_shortly_with_a_link() -> None:
    assert [word for word, said in WORDS.items() if "](" not in said] == []
    assert [word for word, said in WORDS.items() if len(re.findall(r"\. (?!See )", said)) > 1] == []


def every_title() -> set[str]:
    return {titles.COVER, *titles.CONTENTS, *titles.RECALCULATE, *titles.WORKINGS}


def unexplained(sheets: set[str], words: dict[str, str]) -> set[str]:
    return {t for t in sheets - PLAIN if JARGON.get(t) not in words}


def test_sheets_are_plain_or_explained() -> None:
    assert unexplained(every_title(), WORDS) == set()
    assert every_title() >= PLAIN | set(JARGON)


def unexplained_words(said: list[str], words: dict[str, str]) -> list[str]:
    """Return what is said and no entry's name is a part of, capitals aside."""
    known = [name for word in words for name in names_of(word)]
    return [each for each in said if not any(name in each.casefold() for name in known)]


def treatments() -> list[str]:
    point = load_scenario("greater-manchester").pathway.decision_point.values()
    return sorted({option.treatment for each in point for option in each.option.values()})


def test_what_is_read_first_is_explained() -> None:
    said = [" ".join(word.split()) for word in READ_FIRST.split(";")]
    assert [word for word in said if word not in WORDS] == []
    assert [word for word in said if word.casefold() not in TEXT] == []


def test_every_treatment_of_the_shipped_pathway_is_explained() -> None:
    assert len(treatments()) > 10
    assert unexplained_words(treatments(), WORDS) == []


def test_a_treatment_nobody_explains_is_found() -> None:
    less = {word: said for word, said in WORDS.items() if word != "Ablation"}
    assert unexplained_words(treatments(), less) == ["thermal ablation"]


@pytest.mark.parametrize("word", ["Headroom", "Kernel", "ICER"])
def test_a_missing_word_is_found(word: str) -> None:
    assert unexplained(every_title(), {w: s for w, s in WORDS.items() if w != word})


def test_a_word_that_nobody_uses_is_found() -> None:
    assert unused(["Zygotic throughput, CEAC"]) == ["zygotic throughput"]
