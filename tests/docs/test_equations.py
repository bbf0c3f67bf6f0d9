"""Each equation has a number, a function that exists and a sheet; each rule a row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hepaplan.reports import titles
from hepaplan.reports.workbook import SHEETS
from tests.support.model_code import every_name, public_modules, rules
from tests.support.reference import committed, generator

DOCS = Path(__file__).parents[2] / "docs"
FROM = generator("from_chapters")
CHAPTERS = {chapter: FROM.text_of(chapter) for chapter in FROM.chapters()}
MODEL = "\n".join(CHAPTERS.values())
EXPLANATION = "\n".join(p.read_text(encoding="utf-8") for p in DOCS.glob("explanation/**/*.md"))
NAMES = every_name()
NO_SHEET = "none: "
MESSAGE = "no plan keeps every rule at once"
"""How the one block begins that is no equation, but words that a test compares."""
ROOMS = {
    "batch": "many runs of what is explained: how-to/run-a-batch",
    "cohort": "a library with a page of its own: explanation/cohort-engine",
    "input_checks": "refuses inputs, and says why where it does",
    "tables": "lays out what others compute",
    "ties": "names figures for the live workbook",
    "verification": "judges by its own list: verify",
}
OTHERS = {
    "all_tables": "lays out what others compute",
    "allocation/columns": "where variables stand",
    "allocation/model_names": "names for files",
    "allocation/read_back": "between columns and people",
    "allocation/referral_shares": "between classes and groups",
    "allocation/written": "the programme on paper",
    "calibration/request": "what a file asks",
    "calibration/sentences": "words",
    "compare/bridge_words": "words",
    "compare/words": "words",
    "depth": "how much is worked out",
    "figures": "finds figures",
    "input_rows": "inputs as rows",
    "lookup": "from tables to arrays",
    "names": "names",
    "parallel": "runs things side by side",
    "parameters": "types: reference/scenario",
    "pathway": "types: reference/scenario",
    "plan_rules": "types: reference/scenario",
    "problems": "errors",
    "quantities": "types: reference/scenario",
    "readings": "holds results",
    "results": "holds results",
    "uncertainty/drawing/located": "finds figures",
    "uncertainty/psa_tables": "lays out what others compute",
    "uncertainty/spread/labels": "words",
    "uncertainty/spread/spread_words": "words",
    "uncertainty/study": "holds results",
}
"""Modules without formulas, each with what it does instead."""


def sheets_of(workbook: str) -> set[str]:
    """Return the sheets of a workbook: the report's from the code, a study's from the reference."""
    if workbook == "report.xlsx":
        return {*SHEETS, *titles.RECALCULATE, *titles.WORKINGS}
    row = re.search(rf"^\| {re.escape(workbook)} \| (.+) \|$", committed("outputs"), re.MULTILINE)
    return set(row[1].split(", ")) if row else set()


def sheet_faults(shown: str) -> list[str]:
    """Return what is wrong with the words on where an equation is shown."""
    if shown.startswith(NO_SHEET):
        return []
    faults = [] if shown else ["no sheet"]
    for part in filter(None, shown.split("; ")):
        workbook = "report.xlsx" if part.startswith("*") else part.partition(":")[0]
        known = sheets_of(workbook)
        faults += [
            f"no {n} in {workbook}" for n in re.findall(r"\*([^*]+)\*", part) if n not in known
        ]
    return faults


def faults_of(text: str) -> list[str]:
    """Return what equations of a chapter lack: a function, a sheet."""
    faults = []
    for one in FROM.equations_of(text, "x"):
        known = [name for name in one.functions if name in NAMES]
        faults += [] if known else [f"({one.number}): no function"]
        faults += [f"({one.number}): no {name}" for name in one.functions if name not in NAMES]
        faults += [f"({one.number}): {fault}" for fault in sheet_faults(one.shown)]
    return faults


def blocks_without_a_number(text: str) -> list[str]:
    first = re.findall(r"(?:\A|\n)\n(    \S.*)", text)
    return [b for b in first if not FROM.NUMBER.match(b) and not b.strip().startswith(MESSAGE)]


def test_the_chapters_are_all_on_the_page_of_the_model() -> None:
    there = {p.relative_to(DOCS).as_posix() for p in DOCS.glob("explanation/model/*.md")}
    assert set(CHAPTERS) == there


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_equation_has_a_number_a_function_and_a_sheet(chapter: str) -> None:
    assert faults_of(CHAPTERS[chapter]) == []
    assert blocks_without_a_number(CHAPTERS[chapter]) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("`metastases.by_group` and `metastases.eligible_arrivals`", "They", "(4): no function"),
        ("`metastases.by_group`", "`metastases.by_grupo`", "(4): no metastases.by_grupo"),
        ("| (4) | *Demand*, *Arrivals* |\n", "", "(4): no sheet"),
        ("| (4) | *Demand*, *Arrivals* |", "| (4) | *Demands* |", "(4): no Demands in report.xlsx"),
        ("| (4) | *Demand*, *Arrivals* |", "| (4) | psa.xlsx: *X* |", "(4): no X in psa.xlsx"),
    ],
)
def test_what_an_equation_lacks_is_found(old: str, new: str, fault: str) -> None:
    text = CHAPTERS["explanation/model/who-falls-ill.md"]
    assert text.count(old) == 1
    assert faults_of(text.replace(old, new)) == [fault]


def test_an_equation_without_a_number_is_found() -> None:
    text = CHAPTERS["explanation/model/who-falls-ill.md"].replace("    (4)  new", "    new")
    assert [block.strip()[:3] for block in blocks_without_a_number(text)] == ["new"]


def test_equations_are_numbered_in_order() -> None:
    numbers = [int(n) for n in re.findall(r"^    \((\d+)\)", MODEL, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    lettered: dict[int, str] = {}
    for number, letter in re.findall(r"^    \((\d+)([a-z])\)", MODEL, flags=re.MULTILINE):
        lettered[int(number)] = lettered.get(int(number), "") + letter
    assert lettered.keys() <= set(numbers)
    assert [letters for letters in lettered.values() if letters not in "abcdefgh"] == []
    assert all(letters[0] == "a" for letters in lettered.values())
    series: dict[str, list[int]] = {}
    for letter, number in re.findall(r"^    \(([A-Z])(\d+)\)", MODEL, flags=re.MULTILINE):
        series.setdefault(letter, []).append(int(number))
    assert [s for s, found in series.items() if found != list(range(1, len(found) + 1))] == []


def test_equations_referred_to_are_there() -> None:
    known = [one.number for one in FROM.equations()]
    assert len(set(known)) == len(known) > 100
    others = (
        "model",
        "glossary",
        "explanation/how-waiting-harms",
        "explanation/what-the-model-leaves-out",
    )
    pages = [MODEL, *((DOCS / f"{name}.md").read_text(encoding="utf-8") for name in others)]
    referred = re.findall(r"\((\d+[a-z]?|[A-Z]\d+)\)", "\n".join(pages))
    assert set(referred) <= set(known)


def test_functions_named_in_the_chapters_exist() -> None:
    named = set(FROM.FUNCTION.findall(MODEL))
    assert len(named) > 50
    assert named - NAMES == set()


def table_of_rules(text: str) -> dict[str, tuple[str, str, str]]:
    """Return constraint name, equation and sheet by function, from the table of rules."""
    return {f: (name, number, sheet.strip()) for number, f, name, sheet in FROM.RULE.findall(text)}


def test_every_constraint_is_listed_with_equation_name_and_sheet() -> None:
    listed = table_of_rules(MODEL)
    assert {function: row[0] for function, row in listed.items()} == rules()
    assert {row[1].strip("()") for row in listed.values()} <= {o.number for o in FROM.equations()}
    assert len({row[1] for row in listed.values()}) == len(listed)
    assert {row[2] for row in listed.values()} <= set(SHEETS)


def test_a_constraint_that_is_not_listed_is_found() -> None:
    without = "\n".join(line for line in MODEL.splitlines() if "constraints.capacity" not in line)
    assert set(rules()) - set(table_of_rules(without)) == {"constraints.capacity"}


def unexplained(modules: set[str], text: str) -> set[str]:
    """Return modules with formulas, or with no reason to have none, that no explanation names."""
    named = {m for m in modules if re.search(rf"`{Path(m).name}\.\w+", text)}
    return {m for m in modules - named if m not in OTHERS and m.partition("/")[0] not in ROOMS}


def test_every_module_with_formulas_is_explained() -> None:
    modules = public_modules()
    assert unexplained(modules, EXPLANATION + (DOCS / "model.md").read_text("utf-8")) == set()
    assert set(OTHERS) <= modules
    assert set(ROOMS) <= {module.partition("/")[0] for module in modules}


def test_a_module_that_is_not_explained_is_found() -> None:
    text = EXPLANATION.replace("`headroom.", "`")
    assert "chance/headroom" in unexplained(public_modules(), text)


def test_sheets_named_in_the_chapters_exist() -> None:
    known = sheets_of("report.xlsx")
    named = set(re.findall(r"[Ss]heets? \*([^*]+)\*", MODEL))
    assert named
    assert named <= known
