"""The reference is what the code says: no page is stale, nothing is left out, nothing too much."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import BaseModel, Field

from hepaplan.model.parameters import Delay, Window
from hepaplan.model.table_columns import TABLE_COLUMNS
from hepaplan.reports import exits, titles
from hepaplan.reports.table_columns import COLUMNS
from tests.support.reference import committed, generator

REPORTS = Path(__file__).parents[2] / "reports"
MAKE, TYPES, COMMANDS = (generator(n) for n in ("make", "from_types", "from_commands"))
FIELDS, TABLES, UNITS = (generator(n) for n in ("words_of_fields", "words_of_tables", "units"))
ROOTS = (MAKE.Settings, MAKE.Pathway, MAKE.Design, MAKE.TargetsStated)
FIGURES = (MAKE.Quantity, MAKE.Schedule, MAKE.YearSeries, MAKE.Samples)


@pytest.mark.parametrize("page", MAKE.PAGES)
def test_no_page_is_stale(page: str) -> None:
    remedy = "python docs/reference/make.py"
    assert committed(page) == MAKE.PAGES[page](), f"docs/reference/{page}.md is stale: {remedy}"


def test_a_stale_page_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS.EXITS, "DISK", "no disk")
    assert committed("command-line") != MAKE.PAGES["command-line"]()


def test_help_has_no_row_of_its_own_whatever_was_called_before() -> None:
    command = click.Command("run", params=[click.Option(["--quick"], is_flag=True, help="Fast.")])
    command.make_context("run", [], resilient_parsing=True)
    assert list(COMMANDS.options(command)) == [("`--quick`", "", "", "Fast.")]


def undocumented_options(commands: dict[str, click.Command], page: str) -> list[str]:
    """Return commands without a chapter, and options that their chapter does not name."""
    chapters = dict(re.findall(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    missing = [name for name in commands if name not in chapters]
    return missing + [
        f"{name} {option}"
        for name, command in commands.items()
        for parameter in command.params
        if isinstance(parameter, click.Option) and name in chapters
        for option in (*parameter.opts, *parameter.secondary_opts)
        if f"`{option}`" not in chapters[name]
    ]


def test_every_command_and_option_is_documented() -> None:
    page = committed("command-line")
    assert undocumented_options(COMMANDS.cli.commands, page) == []
    helped = [
        p.help
        for c in COMMANDS.cli.commands.values()
        for p in c.params
        if isinstance(p, click.Option)
    ]
    assert all(helped)


def test_a_command_or_option_that_is_not_documented_is_found() -> None:
    page = committed("command-line").replace("`--anew`", "").replace("## voi\n", "")
    assert undocumented_options(COMMANDS.cli.commands, page) == ["voi", "psa --anew"]


def test_every_exit_code_has_a_meaning() -> None:
    codes = {n for n, v in vars(exits).items() if n.isupper() and isinstance(v, int)}
    assert set(COMMANDS.EXITS) == codes


def every_record() -> list[type[BaseModel]]:
    found = [record for root in ROOTS for _, record in TYPES.records(root, "")]
    return list(dict.fromkeys((*found, *FIGURES)))


def unexplained(records: list[type[BaseModel]]) -> list[str]:
    missing = []
    for record in records:
        for name in record.model_fields:
            try:
                TYPES.meaning(record, name)
            except KeyError as error:
                missing.append(str(error.args[0]))
    return missing


def test_every_key_has_a_meaning_and_no_word_is_left_over() -> None:
    records = every_record()
    assert unexplained(records) == []
    keys = {f"{TYPES.owner(r, name).__name__}.{name}" for r in records for name in r.model_fields}
    assert set(FIELDS.MEANINGS) <= keys
    assert set(FIELDS.EVERYWHERE) <= {key.partition(".")[2] for key in keys}


class Surprise(BaseModel):
    """A record that nobody wrote about."""

    wonder: float = Field(ge=0, lt=3)
    label: str | None = None


def test_a_key_without_a_meaning_is_found() -> None:
    assert unexplained([Surprise]) == ["Surprise.wonder"]


def test_keys_are_told_with_type_bounds_and_what_holds_without_them() -> None:
    wonder = Surprise.model_fields["wonder"]
    assert list(TYPES.limits(wonder.annotation, tuple(wonder.metadata))) == ["from 0", "below 3"]
    assert TYPES.in_words(wonder.annotation) == "number"
    assert TYPES.absent(wonder) == "must be stated"
    assert TYPES.absent(Surprise.model_fields["label"]) == "nothing"
    delay = {key: row for key, *row in TYPES.rows(Delay)}
    assert delay["`hazard_ratio`"][:3] == ["figure", "hazard ratio; 1 to 3", "must be stated"]
    window = {row[0]: row[2] for row in TYPES.rows(Window)}
    assert window["`months`"] == "from 1; to 240"


def unspoken(tables: dict[str, Any], words: dict[str, Any]) -> set[str]:
    """Return tables without words, and words without a table."""
    return set(tables) ^ set(words)


def test_every_table_has_words_and_every_word_a_table() -> None:
    assert unspoken(TABLE_COLUMNS, TABLES.INPUT_TABLES) == set()
    assert unspoken(COLUMNS, TABLES.RUN) == set()
    made = generator("from_outputs").written()
    assert set(made["run"].tables) == set(TABLES.RUN)
    assert set(made["compare"].tables) == set(TABLES.COMPARE)
    assert set(made["replay"].tables) - set(TABLES.RUN) == set(TABLES.REPLAY)
    for study, words in TABLES.STUDIES.items():
        assert unspoken(made[study].tables, words) == set()
        shown = {sheet for _, sheets in words.values() for sheet in sheets.split(", ")}
        assert shown - {"tables/ only"} <= set(made[study].sheets)


def test_a_table_without_words_is_found() -> None:
    assert unspoken({**COLUMNS, "omens": ("month",)}, TABLES.RUN) == {"omens"}


def test_every_column_has_a_unit() -> None:
    assert f"({UNITS.UNKNOWN})" not in committed("outputs")
    assert UNITS.unit_of("omens", "portent", ("portent",)) == UNITS.UNKNOWN
    assert UNITS.unit_of("starts", "starts", ("month", "starts")) == "people"
    assert UNITS.unit_of("costs", "cost_gbp", ("year", "cost_gbp")) == "GBP"


def keys_written(source: str) -> set[str]:
    """Return the keys of what functions of a file return or write as facts."""
    makers = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and re.search(r"_facts$|manifest$|^write_", node.name)
    ]
    tables = [node for maker in makers for node in ast.walk(maker) if isinstance(node, ast.Dict)]
    keys = [key for table in tables for key in table.keys if isinstance(key, ast.Constant)]
    inner = {"path", "sha256", "rows", "guarded_text_cells", "aim"}
    return {str(key.value) for key in keys} - inner


def test_every_key_of_a_manifest_has_words() -> None:
    names = ("run", "output", "compare/write", "verification/write")
    sources = [(REPORTS / f"{name}.py").read_text(encoding="utf-8") for name in names]
    assert set().union(*map(keys_written, sources)) == set(TABLES.MANIFEST)
    assert keys_written('def x_facts():\n    return {"omen": 1}') == {"omen"}


def test_every_sheet_of_a_report_is_listed_in_order() -> None:
    shown = re.findall(
        r"^\| ([^|]+) \| [^|]+\. \|$|^\| ([^|]+) \| [^|]+\? \|$", committed("outputs"), re.M
    )
    listed = [one or other for one, other in shown]
    first = [titles.COVER, *titles.CONTENTS]
    after = first.index(titles.CHECKS) + 1
    live = [*titles.RECALCULATE, *titles.WORKINGS]
    assert listed == [*first[:after], *live, *first[after:]]
