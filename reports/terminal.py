"""What a command prints: sentences and an aligned table, or one JSON document."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from pathlib import Path

import click
import pandas as pd

from hepaplan.model.by_hand.edited import Edited
from hepaplan.model.compare.comparison import Comparison
from hepaplan.model.results import Results
from hepaplan.reports.compare.views import MAIN
from hepaplan.reports.compare.write import WORKBOOK as COMPARISON
from hepaplan.reports.compare.write import comparison_content
from hepaplan.reports.run import WORKBOOK

SCHEMA_VERSION = 1
GAP = "  "
MOST_VIOLATIONS = 12


def run_as_json(results: Results, folder: Path, _: float) -> str:
    """Return a run's summary as one JSON document."""
    return document(
        scenario=results.scenario.settings.name,
        folder=str(folder),
        headlines=list(results.headlines),
        key_figures=results.tables["key_figures"].to_dict(orient="records"),
        solver_status=results.status,
        checks_passed=results.checks_pass,
        checks_failed=list(results.failed),
    )


def run_as_text(results: Results, folder: Path, seconds: float) -> str:
    """Return a run's summary in sentences, and where its report is."""
    verdict = _verdict(results.failed)
    return "\n".join(
        (
            bold(results.scenario.settings.title),
            *(f"- {sentence}" for sentence in results.headlines),
            f"Plan {results.status}, {verdict}, {seconds:.0f} s: {folder / WORKBOOK}",
        )
    )


def replay_as_json(edited: Edited, folder: Path, _: float) -> str:
    """Return what a plan edited by hand would do as one JSON document."""
    return document(
        folder=str(folder),
        headlines=list(edited.headlines),
        comparison=records(edited.tables["comparison"]),
        violations=records(edited.tables["violations"]),
        keeps_every_rule=edited.keeps_every_rule,
    )


def replay_as_text(edited: Edited, folder: Path, seconds: float) -> str:
    """Return what a plan edited by hand would do, in sentences and a table of what it breaks."""
    broken = edited.tables["violations"]
    listed = [f"  {words}" for words in broken["in_words"].head(MOST_VIOLATIONS)]
    more = len(broken) - len(listed)
    if more > 0:
        listed.append(f"  and {more} more: tables/violations.csv")
    return "\n".join(
        (
            bold("The plan as edited"),
            *(f"- {sentence}" for sentence in edited.headlines),
            *listed,
            f"{seconds:.0f} s: {folder / 'tables'}",
        )
    )


def comparison_as_json(comparison: Comparison, folder: Path, _: float) -> str:
    """Return a comparison's summary as one JSON document; what has no number is null."""
    tables = {
        name: records(comparison.tables[name])
        for name in ("differences", "key_figures", "strategies", "budget_impact")
    }
    return document(
        scenarios=[side.name for side in comparison.sides],
        reference=comparison.reference.name,
        folder=str(folder),
        headlines=list(comparison.headlines),
        **tables,
        solver_status={side.name: side.status or None for side in comparison.sides},
        checks_passed=comparison.checks_pass,
    )


def comparison_as_text(comparison: Comparison, folder: Path, seconds: float) -> str:
    """Return a comparison in sentences and a table, and where its workbook is."""
    checks = comparison.tables["checks"].query("not passed")
    failed = [f"{row['scenario']}: {row['check']}" for row in checks.to_dict("records")]
    verdict = _verdict(failed)
    return "\n".join(
        (
            bold(comparison_content(comparison, "").title),
            *(f"- {sentence}" for sentence in comparison.headlines),
            "",
            *aligned(_figures(comparison)),
            "",
            f"{verdict[:1].upper()}{verdict[1:]}, {seconds:.0f} s: {folder / COMPARISON}",
        )
    )


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows with texts to the left and, from the second column on, to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        GAP.join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _figures(comparison: Comparison) -> list[list[str]]:
    """Return the main figures by policy, one column for each scenario."""
    table = comparison.tables["key_figures"]
    names = [side.name for side in comparison.sides]
    rows = [["", *names]]
    for policy in comparison.reference.scarce:
        for measure, unit in MAIN.items():
            chosen = table[(table["measure"] == measure) & (table["policy"] == policy)]
            values = chosen.set_index("scenario")["value"]
            shown = [_shown(float(values[name]), unit) for name in names]
            rows.append([f"{policy}: {measure}", *shown])
    return rows


def _shown(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value:.1%}"
    return f"£{value / 1e6:,.2f}m" if unit.startswith("GBP") else f"{value:,.1f}"


def document(**facts: object) -> str:
    """Return facts as one JSON document."""
    whole = {"schema_version": SCHEMA_VERSION, **facts}
    return json.dumps(whole, indent=2, allow_nan=False)


def records(table: pd.DataFrame) -> list[dict[Hashable, object]]:
    """Return the rows of a table for JSON, nothing where there is no number."""
    filled = table.astype(object).where(table.notna(), None)
    return filled.to_dict(orient="records")


def _verdict(failed: Sequence[str]) -> str:
    return f"CHECKS FAILED: {'; '.join(failed)}" if failed else "all checks pass"


def bold(text: str) -> str:
    """Return text that a terminal shows bold."""
    return click.style(text, bold=True)
