"""The report of the shipped region: how long it takes, how large it is, whether its formulas agree.

Writes the workbook and the page, recalculates the workbook in LibreOffice from caches made wrong
first, as it is and after each of some edits, and compares every figure of Reconciliation with the
engine (the plan held). Run it by hand, some ten minutes:
OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.bench_live [SCENARIO]
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from hepaplan.model.depth import FULL
from hepaplan.model.evaluate import evaluate
from hepaplan.model.results import Results
from hepaplan.reports.content import content_of
from hepaplan.reports.live.book import LivePart
from hepaplan.reports.page.run_page import write_page
from hepaplan.reports.saving import LIVE
from hepaplan.reports.workbook import write_workbook
from hepaplan.scenarios.load import load_scenario
from tests.support.live_edits import Edit, StartsEdit, changed_cells, engine_figures
from tests.support.recalculated import poisoned, recalculated, values

POINTS = ("pathway", "decision_point")
SYSTEMIC = (*POINTS, "liver_limited_unresectable", "option", "systemic")
SMALLEST = 1e-3
"""Figures below this count as this large."""
EDITS: tuple[Edit | StartsEdit, ...] = (
    Edit(1.1, table="population", row=120, column="people"),
    Edit(1.2, table="incidence", row=14, column="rate_per_100k"),
    Edit(0.9, key=("metastases", "synchronous_share")),
    Edit(0.9, key=("trend", "damping")),
    Edit(1.15, key=(*SYSTEMIC, "exits", "progression", "time", "median_months")),
    Edit(0.9, key=(*POINTS, "resectable", "option", "minor_open", "exits", "recurrence",
                   "hazard_ratio")),
    Edit(1.3, key=("resource", "theatre_minutes", "unit_cost")),
    Edit(0.95, key=(*POINTS, "supportive_care", "option", "supportive_care", "utility"),
         part="then"),
    Edit(1.5, key=("economics", "discount_rate_costs")),
    Edit(0.5, key=("economics", "discount_rate_effects")),
    Edit(1.2, key=("economics", "willingness_to_pay")),
    Edit(0.97, key=(*POINTS, "resectable", "waiting", "stay"), part="65_to_79"),
    Edit(0.8, table="capacity", row=0, column="number"),
    StartsEdit(0.5, "central", "resectable", "minor_open", "minor_open", 14),
)  # fmt: skip


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(results: Results, path: Path) -> None:
    """Write workbook and page, and print what they took."""
    before, started = peak(), time.perf_counter()
    content = content_of(results, "0")
    workbook = write_workbook(path, content, LivePart(results.usual, results.capacity, {}))
    written = time.perf_counter()
    page = path.with_suffix(".html")
    write_page(page, workbook, content)
    done = time.perf_counter()
    grids = [vars(sheet)[LIVE] for sheet in workbook.worksheets if LIVE in vars(sheet)]
    print(f"workbook {written - started:.1f} s, page {done - written:.1f} s")
    print(f"memory {peak() - before:.0f} MB above the results, {peak():.0f} MB in all")
    print(f"workbook {path.stat().st_size / 1e6:.2f} MB, page {page.stat().st_size / 1e6:.2f} MB")
    print(f"formulas {sum(grid.formulas for grid in grids):,} on {len(grids)} live sheets")


def compare(name: str, engine: Mapping[str, float], book: Path) -> None:
    """Print how far the recalculated figures lie from the engine's."""
    found = values(book)
    apart = {
        figure: abs(found[f"out_{figure}"] - value) / max(abs(value), SMALLEST)
        for figure, value in engine.items()
    }
    worst = max(apart, key=lambda figure: apart[figure])
    close = sum(value <= 1e-6 for value in apart.values())
    print(f"{name:88} {close}/{len(apart)} within 1e-6; largest {apart[worst]:.1e} ({worst})")


def main(name: str) -> None:
    """Print the figures for one scenario."""
    scenario = load_scenario(name)
    results = evaluate(scenario, depth=FULL.quick())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        write(results, path)
        for place, edit in enumerate((None, *EDITS)):
            edits = () if edit is None else (edit,)
            within = Path(folder) / str(place)
            within.mkdir()
            changed = changed_cells(path, scenario, edits)
            wrong = poisoned(path, within / "poisoned.xlsx", changed)
            started = time.perf_counter()
            again = recalculated(wrong, within)
            taken = time.perf_counter() - started
            engine = engine_figures(results.usual, results.capacity, *edits)
            compare(edit.name if edit else f"as run, recalculated in {taken:.1f} s", engine, again)


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["greater-manchester"]))
