"""Pages of docs/standards: their tables as read, and the parts made from the program.

`python -m tests.support.standard_pages` writes those parts anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import cast

import pandas as pd

from hepaplan.model.evaluate import usual_care
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.tables import headlines, patient_tables, summary, usual_tables
from hepaplan.model.tables.assumptions import assumption_table, source_table
from hepaplan.reports.content import ReportContent, site_note
from hepaplan.reports.sheets.cheers_items import CHEERS
from hepaplan.reports.sheets.tech_ver_items import TECH_VER
from hepaplan.reports.views.checklist import Item, counted, facts
from hepaplan.scenarios.load import load_scenario
from tests.support.pages import DOCS, page
from tests.support.standard_items import BESIDE, SAME_TRIAL, TRACED, judged_where, tests_of

REGION, REVIEW = "greater-manchester", "review-evidence"
ONLY_A_RUN_KNOWS = {"checks": "[n of n, counted in the run]", "status": "[said by the run]"}
PART = re.compile(r"(<!-- made: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """A row of a page's table: number, what is asked, outcome, where to look, what is said."""

    number: str
    asked: str
    outcome: str
    where: str
    said: str


def rows_of(text: str) -> list[Row]:
    """Return the rows of the tables of five columns whose first is an item's number."""
    cells = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| "))
    numbered = re.compile(r"([A-E]?\d|\d\d?|\d\.\d\d?)$")
    return [Row(*row) for row in cells if len(row) == 5 and numbered.match(row[0])]


def counts_of(rows: Sequence[Row]) -> str:
    """Return how many items have each outcome, in the order in which they first come."""
    found = Counter(row.outcome for row in rows)
    return f"{len(rows)} items: {', '.join(f'{n} {outcome}' for outcome, n in found.items())}."


@cache
def usual(name: str = REGION) -> UsualCare:
    """Return reading 1 of a shipped scenario."""
    return usual_care(load_scenario(name))


@cache
def published(name: str = REGION) -> pd.DataFrame:
    """Return published overall survival beside the modelled, and whose study is an input too."""
    table = usual_tables.published(usual(name))
    figures = assumption_table(usual(name).scenario)
    inputs = figures[~figures["key"].str.contains(r"\.published\[\d+\]")]
    studies = table["source"].replace(SAME_TRIAL)
    return table.assign(is_input=studies.isin(inputs["source"]))


@cache
def known() -> dict[str, str]:
    """Return what answers of the two sheets are filled with, as far as reading 1 knows it."""
    read = usual()
    scenario = read.scenario
    unplanned = SimpleNamespace(solver="",
        reached=(), status="", gap=0.0, rounds=0, seconds=0.0, variables=0, rows=0, nonzeros=0,
        written=SimpleNamespace(network=SimpleNamespace(kernels=read.kernels)),
    )  # fmt: skip
    nothing = pd.DataFrame({name: [] for name in ("check", "passed", "row", "expected", "outcome")})
    tables = {
        **usual_tables.all_tables(read),
        **patient_tables.all_tables(read),
        "assumptions": assumption_table(scenario),
        "sources": source_table(scenario),
        "about": summary.about(read, cast(Capacity, SimpleNamespace(best=unplanned))),
        "checks": nothing,
        "verification": nothing,
    }
    content = ReportContent(
        name=scenario.settings.name,
        title=scenario.settings.title,
        question=scenario.settings.question,
        headlines=(),
        labels=summary.labels(scenario),
        tables=tables,
        status="",
        version="",
        site_note=site_note(scenario),
    )
    return facts(content) | ONLY_A_RUN_KNOWS


def answer(item: Item) -> str:
    """Return what the sheet answers in a run of the shipped region."""
    return item.answer.format(**known())


def _listed(
    items: Sequence[Item],
    where: Callable[[Item], str],
    beside: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> str:
    lines = [
        "| item | what is asked | outcome | where | answer |",
        "| --- | --- | --- | --- | --- |",
    ]
    for item in items:
        said = " ".join((answer(item), *beside.get(item.number, ())))
        cells = (item.number, item.asked, item.state, where(item), said)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _sheet(item: Item) -> str:
    table = f", table `{item.table}`" if item.table else ""
    return f"sheet *{item.sheet}*{table}" if item.sheet else "outside the workbook"


def _traced(item: Item) -> str:
    traced = TRACED[item.number]
    rows = [f"row{'s' if len(traced.rows) > 1 else ''} {', '.join(traced.rows)}"]
    tests = [f"`{test}`" for test in traced.tests]
    return "; ".join([*(rows if traced.rows else []), *tests, _sheet(item)])


def _rows_and_tests() -> str:
    lines = ["| row | judged | tests |", "| --- | --- | --- |"]
    for row in sorted({r for t in TRACED.values() for r in t.rows}, key=_in_order):
        tests = "; ".join(f"`{name}`" for name in tests_of(row))
        lines.append(f"| {row} | {judged_where(row)} | {tests} |")
    return "\n".join(lines) + "\n"


def _in_order(row: str) -> tuple[str, int]:
    return row[0], int(row[1:] or 0)


def _label(row: dict[str, object]) -> str:
    point = usual().scenario.pathway.decision_point[str(row["decision_point"])]
    return f"{point.label}: {point.option[str(row['option'])].label}"


def _survival() -> str:
    lines = [
        "| start | month | published | modelled | difference, points | within 10 | study | "
        "also an input |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in published().to_dict("records"):
        apart = 100 * row["difference"]
        cells = (
            _label({str(key): value for key, value in row.items()}),
            f"{row['month']:g}",
            f"{row['published']:.1%}",
            f"{row['modelled']:.1%}",
            f"{apart:+.1f}",
            "yes" if abs(apart) <= headlines.NEAR_POINTS else "**no**",
            f"`{row['source']}`",
            "yes" if row["is_input"] else "no",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _fit() -> str:
    """Return sentences on how near modelled survival comes, under both sets of evidence."""
    table = published()
    far = table[100 * table["difference"].abs() > headlines.NEAR_POINTS]
    apart = table[~table["is_input"]]
    (said,) = headlines.misfit(usual(), table)
    (review,) = headlines.misfit(usual(REVIEW), published(REVIEW))
    near = headlines.near_published(apart["difference"])
    return (
        f"- `{REGION}`: {said}\n"
        f"- Of the {len(far)} further away, the model is above {int((far['difference'] > 0).sum())}"
        f" and below {int((far['difference'] < 0).sum())}. Over all {len(table)} the mean "
        f"difference is {100 * table['difference'].mean():+.1f} points, and the mean distance "
        f"{100 * table['difference'].abs().mean():.1f}.\n"
        f"- {len(table) - len(apart)} of the {len(table)} come from studies that also give the "
        f"model an input. Of the other {len(apart)}, {near} lie "
        f"within {headlines.NEAR_POINTS} points.\n"
        f"- `{REVIEW}`: {review}\n"
    )


def _inputs() -> str:
    sources = source_table(usual().scenario)
    return (
        f"{known()['figures']} figures: {known()['qualities']}. {known()['spread']} have a "
        f"distribution of their own. Of {len(sources)} sources (the authors' judgement is one of "
        f"them) {int(sources['seen'].sum())} were seen, if only as an abstract, a report or a copy "
        "of a table.\n"
    )


MADE: dict[str, Callable[[], str]] = {
    "cheers-counts": lambda: counted(CHEERS) + "\n",
    "cheers": lambda: _listed(CHEERS, _sheet, BESIDE),
    "tech-ver-counts": lambda: counted(TECH_VER) + "\n",
    "tech-ver": lambda: _listed(TECH_VER, _traced),
    "rows": _rows_and_tests,
    "advishe-counts": lambda: counts_of(rows_of(page("standards/advishe.md"))) + "\n",
    "survival": _survival,
    "fit": _fit,
    "inputs": _inputs,
    "ispor-counts": lambda: counts_of(rows_of(page("standards/ispor-smdm.md"))) + "\n",
}
"""What makes each part of a page, between `<!-- made: name -->` and `<!-- end -->`."""


def made_anew(text: str) -> str:
    """Return a page's text with every part that is made, made again."""
    return PART.sub(lambda found: f"{found[1]}\n{MADE[found[2]]()}\n{found[3]}", text)


def main() -> None:
    """Write the made parts of every page of docs/standards."""
    for path in sorted((DOCS / "standards").glob("*.md")):
        path.write_text(made_anew(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
