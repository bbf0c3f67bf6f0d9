"""Makes the reference from the code: python docs/reference/make.py (20 seconds)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import from_chapters  # noqa: E402
import from_commands  # noqa: E402
import from_types  # noqa: E402
from pydantic import BaseModel  # noqa: E402
from words_of_tables import COMPARE, INPUT_TABLES, MANIFEST, REPLAY, RUN, STUDIES  # noqa: E402

from hepaplan.cli import cli  # noqa: E402
from hepaplan.model.batch.design import Design  # noqa: E402
from hepaplan.model.calibration.request import TargetsStated  # noqa: E402
from hepaplan.model.outputs import PEAK, STARTS, USE, WAITS, WORTH  # noqa: E402
from hepaplan.model.parameters import Settings, YearSeries  # noqa: E402
from hepaplan.model.pathway import Pathway  # noqa: E402
from hepaplan.model.quantities import Quantity, Samples, Schedule  # noqa: E402
from hepaplan.model.table_columns import (  # noqa: E402
    OPTIONAL_TABLES,
    TABLE_COLUMNS,
    TABLE_UNITS,
)
from hepaplan.reports import titles  # noqa: E402
from hepaplan.scenarios.plan_files import NEEDED, OF_A_PLAN, OF_ACTUALS  # noqa: E402
from hepaplan.scenarios.schema import scenario_schema  # noqa: E402
from hepaplan.scenarios.tables import COLUMNS, Numbers, number_range  # noqa: E402

MADE = "<!-- made by docs/reference/make.py: change the code, then run it -->"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; bars within cells are kept out of its lines."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join((f"# {title}", MADE, *(part for part in parts if part))) + "\n"


def command_line() -> str:
    """Return the page of commands, options and exit codes."""
    parts = [
        "Results go to standard output, everything else to standard error.",
        "`hepaplan --version` says the version; `-h` or `--help`, alone or after a command, says "
        "what there is.",
        "## Exit codes",
        table(("code", "meaning"), from_commands.exit_codes()),
    ]
    for name, command in cli.commands.items():
        parts += [f"## {name}", f"`{from_commands.usage(name, command)}`"]
        parts += [from_commands.about(command)]
        parts += [table(from_commands.HEADINGS, from_commands.options(command))]
    return page("The command line", *parts)


def _records(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for place, record in from_types.records(model, path):
        if record is not model:
            yield f"### `[{place}]`"
            yield f"{from_types.first_sentence(record)}."
        yield table(from_types.HEADINGS, from_types.rows(record))


def scenario() -> str:
    """Return the page of everything that scenario.toml and a pathway file hold."""
    top = scenario_schema()["properties"]
    own = [
        (f"`{key}`", top[key]["description"])
        for key in ("based_on", "reason", "pathway_file")
    ]  # fmt: skip
    like = scenario_schema()["$defs"]["Option"]["properties"]["like"]["description"]
    figures = (Quantity, Schedule, YearSeries, Samples)
    return page(
        "What a scenario holds",
        "`hepaplan schema` prints the same for editors, `hepaplan explain SCENARIO KEY` says what"
        " a key is in a scenario and which line set it. A *figure* is a table of its own with the"
        " keys of the last section; where *figure* stands here, unit and bounds are those of its "
        "value.",
        "## Overlays",
        "A file that is based on others states only what differs. It is put over them in order, "
        "key by key; a figure stated in full, and a list, replace the one below. Whatever changes"
        " a value says why: `reason` beside the value, in a table around it, or at the top.",
        table(("key", "meaning"), [*own, ("`like`, in an option", like)]),
        "## scenario.toml",
        *_records(Settings),
        "## The pathway",
        "Under `[pathway]` in scenario.toml, or at the top of the file that `pathway_file` names.",
        *_records(Pathway, ""),
        "## Figures",
        *(
            part
            for kind in figures
            for part in (f"### {kind.__name__}", f"{from_types.first_sentence(kind)}.",
                         table(from_types.HEADINGS, from_types.rows(kind)))
        ),
    )  # fmt: skip


def tables() -> str:
    """Return the page of the tables that a scenario, a plan and a record are read from."""
    parts = [
        "CSV files with a header, parted by commas, in UTF-8. `[tables.NAME]` in scenario.toml "
        "names the file and states unit, source and quality. `month` is written `2027-01`.",
    ]
    for name, columns in TABLE_COLUMNS.items():
        absent = "May be absent." if name in OPTIONAL_TABLES else "Must be there."
        parts += [f"## {name}", f"{INPUT_TABLES[name]} Unit: {TABLE_UNITS[name]}. {absent}"]
        parts += [table(("column", "holds"), [(f"`{c}`", _holds(c)) for c in columns])]
    by_hand = (
        ("A plan", "For `hepaplan replay`: `tables/plan.csv` of a run, changed.", OF_A_PLAN),
        ("A record", "For `hepaplan run --actuals`: months that have happened.", OF_ACTUALS),
    )
    for title, about, columns in by_hand:
        needed = [(f"`{c}`", _holds(c), "must" if c in NEEDED else "may") for c in columns]
        parts += [f"## {title}", about, table(("column", "holds", "there"), needed)]
    return page("Input tables", *parts)


def _holds(column: str) -> str:
    kind = COLUMNS[column]
    if isinstance(kind, Numbers):
        return number_range(kind) + (", or nothing" if kind.blank else "")
    if kind.known:
        return "one of " + ", ".join(f"`{word}`" for word in kind.known)
    return "year-month" if kind.month else "text"


def design_files() -> str:
    """Return the page of designs, targets, and the outputs that both may ask for."""
    measures = [(f"`{n}`", m.label, m.unit) for n, m in (WORTH | WAITS).items()]
    measures += [
        (f"`{PEAK}RESOURCE`", "most that is used of what there is, in any month", "share"),
        (f"`{USE}RESOURCE`", "use of a resource in a year", "that of the resource, a year"),
        (f"`{STARTS}TREATMENT`", "starts of a treatment in a year", "people a year"),
    ]
    return page(
        "Designs and targets",
        "## A design: many runs",
        "For `hepaplan batch` ([many runs](../how-to/run-a-batch.md)).",
        *_records(Design),
        "## Targets: figures fitted to what was observed",
        "For `hepaplan calibrate` ([fitting](../how-to/calibrate.md)).",
        *_records(TargetsStated),
        "## Outputs that may be asked for",
        "`POLICY.MEASURE`, where the policy is `nothing_scarce`, `first_come`, `longest_wait` or "
        "`most_health`; `new_patients.MEASURE` with the first four measures; and "
        "`new_metastases`, people a year.",
        table(("measure", "what it is", "unit"), measures),
    )


def outputs() -> str:
    """Return the page of what commands write."""
    from from_outputs import columns_in_words, workbooks, written

    made = written()
    parts = [
        "Each command writes a folder: a workbook, `report.html`, `tables/`, and last "
        "`manifest.json`, so that what it lists is whole. Units are in brackets; a column "
        "without any holds words.",
    ]
    words = {"run": RUN, "compare": COMPARE, "replay": {**RUN, **REPLAY}}
    for command, what in made.items():
        studied = STUDIES.get(command, {})
        rows = []
        for name, frame in what.tables.items():
            said = words[command][name] if command in words else studied[name][0]
            where = ", ".join(what.shown.get(name, ())) if command in words else studied[name][1]
            row = (f"`{name}`", said, columns_in_words(name, frame), where or "tables/ only")
            if command != "replay" or name in REPLAY:
                rows.append(row)
        parts += [f"## hepaplan {'calibrate' if command == 'calibration' else command}"]
        parts += _ALSO.get(command, ())
        headings = ("table", "what it says", "columns", "sheets")
        parts += [table(headings, rows)]
    parts += _SHEETS_INTRO
    parts += [table(("sheet of report.xlsx", "what it says"), _sheets())]
    books = [(n, ", ".join(s)) for n, s in workbooks().items() if n != "report.xlsx"]
    parts += [table(("workbook", "sheets in order"), books)]
    parts += [
        "## manifest.json",
        table(("key", "what it says"), [(f"`{k}`", v) for k, v in MANIFEST.items()]),
    ]
    return page("What commands write", *parts)


_ALSO = {
    "replay": (
        "The plan given is one more policy in the tables of a run that have policies; and two "
        "more tables:",
    ),
    "run": (
        "The rows of `hepaplan verify` are in tables of the same names, `checks` and "
        "`verification`. A batch writes `results/`, a data set with a row for each run, and "
        "`failures.csv`: [many runs](../how-to/run-a-batch.md).",
    ),
}
_SHEETS_INTRO = [
    "## Sheets",
    "Those that recalculate come after *Checks*: first what someone who changes a number needs, "
    "then the formulas in between ([the live workbook](../explanation/live-workbook.md)). *Half "
    "or quarter*, *Pathway* and *Chance* are left out of runs that have nothing for them.",
]


def _sheets() -> list[tuple[str, str]]:
    cover = {titles.COVER: "What the report is of, whether it can be relied on, and what is where."}
    first = list(titles.CONTENTS)
    after = first.index(titles.CHECKS) + 1
    shown = first[:after], first[after:]
    frozen = [{t: titles.CONTENTS[t] for t in part} for part in shown]
    every = cover | frozen[0] | titles.RECALCULATE | titles.WORKINGS | frozen[1]
    return list(every.items())


def equations() -> str:
    """Return the page of all equations."""
    rows = []
    for one in from_chapters.equations():
        title = from_chapters.text_of(one.chapter).partition("\n")[0].removeprefix("# ")
        functions = ", ".join(f"`{name}`" for name in one.functions)
        constraint = f"`{one.constraint}`" if one.constraint else ""
        chapter = f"[{title}](../{one.chapter})"
        rows.append((f"({one.number})", functions, constraint, one.shown, chapter))
    headings = ("equation", "functions", "constraint", "where to see it", "chapter")
    return page("Equations", "Sheets are those of report.xlsx unless said.", table(headings, rows))


PAGES: dict[str, Callable[[], str]] = {
    "command-line": command_line,
    "scenario": scenario,
    "tables": tables,
    "outputs": outputs,
    "design-files": design_files,
    "equations": equations,
}


def main() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        (HERE / f"{name}.md").write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
