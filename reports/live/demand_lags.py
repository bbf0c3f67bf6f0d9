"""When metastases appear after diagnosis, and at what age: the first blocks of Metastases."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.metastases import (
    LATE_FROM,
    MONTHS_IN_BAND,
    metachronous_lag_share,
    synchronous_lag_share,
)
from hepaplan.model.parameters import STAGES_WITHOUT_METASTASES, TIMINGS
from hepaplan.model.parameters import Metastases as MetastasesSettings
from hepaplan.model.readings import UsualCare
from hepaplan.reports.live.demand_refs import COUNT, SHARE, fixed_block, headings
from hepaplan.reports.live.grid import LETTERS, Grid, fixed, near
from hepaplan.reports.live.inputs import InputCells

SYNCHRONOUS, LATE, IN_BAND, FROM, UNTIL, WINDOW, RISKS = 1, 2, 3, 4, 5, 6, 9
"""Rows below the sheet's first: the figures."""
TIMING = 12
LAG, WITHIN, SEGMENT, REACHED, FIRST_SHARE, FIRST_WEIGHT = 1, 2, 3, 4, 5, 7


@dataclass
class Lags:
    """Rows of lags, the longest first: what share of metastases appears when, and bands older.

    `share` (timing, lag); `older` the bands by which some are older at each timing;
    `weight` (timing, lag, band older).
    """

    grid: Grid
    cells: InputCells
    usual: UsualCare
    share: Floats
    weight: Floats
    older: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        """Lay out the timing's points and the lags below the figures."""
        metastases = self.usual.scenario.settings.metastases
        self.count = int(self.share.shape[1])
        self.window = int(metastases.synchronous_window.number)
        points = enumerate(metastases.metachronous_timing.points)
        self.points = [(place, m, reached) for place, (m, reached) in points if m > self.window]
        self.point_row = self.grid.first_row + TIMING
        self.lag_row = self.point_row + len(self.points) + 5

    def row(self, lag: int) -> int:
        """Return the row of a lag."""
        return self.lag_row + self.count - lag

    def span(self, timing: int, older: int) -> tuple[int, int]:
        """Return the shortest and the longest lag after which some are so much older."""
        lags = np.flatnonzero(self.weight[timing, :, older])
        return int(lags[0]), int(lags[-1])

    def longest(self, timing: int) -> int:
        """Return the longest lag of a timing."""
        return max(self.span(timing, older)[1] for older in self.older[timing])

    def figure(self, place: int) -> str:
        """Return the address of a figure, on this sheet."""
        return fixed(self.grid.first_row + place, 2)

    def risks(self) -> str:
        """Return the address of the risks by stage, on this sheet."""
        row = self.grid.first_row + RISKS
        return fixed_block(row, 2, row, 1 + len(STAGES_WITHOUT_METASTASES))

    def weights(self, timing: int) -> str:
        """Return the address of a timing's weights, longest lag first, columns by bands older."""
        first = self._column(timing)
        last = first + len(self.older[timing]) - 1
        return fixed_block(self.row(self.longest(timing)), first, self.row(0), last)

    def _column(self, timing: int) -> int:
        return FIRST_WEIGHT + sum(len(older) for older in self.older[:timing])


def write_lags(grid: Grid, cells: InputCells, usual: UsualCare) -> Lags:
    """Write the figures, the timing's points and the lags; return where they are."""
    metastases = usual.scenario.settings.metastases
    share = np.stack([synchronous_lag_share(metastases), metachronous_lag_share(metastases)])
    lag = np.arange(share.shape[1])
    bands = np.arange(lag[-1] // MONTHS_IN_BAND + 2)
    aged = np.maximum(1.0 - np.abs(lag[:, None] / MONTHS_IN_BAND - bands), 0.0)
    weight = share[:, :, None] * aged
    older = tuple(tuple(int(b) for b in bands if weight[k, :, b].any()) for k in range(len(share)))
    lags = Lags(grid, cells, usual, share, weight, older)
    _write_figures(lags)
    _write_points(lags)
    _write_rows(lags)
    return lags


def five_year_risks(metastases: MetastasesSettings) -> dict[str, float]:
    """Return the five-year risk of metastases by stage at diagnosis."""
    risks = metastases.metachronous_cumulative_incidence
    return {str(stage): risk.number for stage, risk in risks.items()}


def _write_figures(lags: Lags) -> None:
    grid, cells, row = lags.grid, lags.cells, lags.grid.first_row
    metastases = lags.usual.scenario.settings.metastases
    headings(grid, row, ("Figure", "Value", "Unit"), 2)
    late = metastases.late_share
    live = (
        (SYNCHRONOUS, "Synchronous share", "synchronous_share", metastases.synchronous_share,
         "of new cancers"),
        (LATE, "Late share", "late_share", late, "of the five-year risk"),
    )  # fmt: skip
    for place, what, name, figure, unit in live:
        grid.text(row + place, 1, what)
        grid.formula(row + place, 2, f"={cells.cell(('metastases', name))}", figure.number, SHARE)
        grid.text(row + place, 3, unit)
    held = (
        (IN_BAND, "Months in an age band", MONTHS_IN_BAND),
        (FROM, "Late from", LATE_FROM),
        (UNTIL, "Late until", metastases.late_until.number),
        (WINDOW, "Synchronous window", metastases.synchronous_window.number),
    )
    for place, what, value in held:
        grid.text(row + place, 1, what)
        grid.number(row + place, 2, value, COUNT)
        grid.text(row + place, 3, "months")
    stages = STAGES_WITHOUT_METASTASES
    risks = five_year_risks(metastases)
    headings(grid, row + RISKS - 1, ("Stage", *stages), 2)
    grid.text(row + RISKS, 1, "Five-year risk, share")
    for column, stage in enumerate(stages, start=2):
        key = ("metastases", "metachronous_cumulative_incidence", stage)
        grid.formula(row + RISKS, column, f"={cells.cell(key)}", risks[stage], SHARE)


def _write_points(lags: Lags) -> None:
    """Write when metastases have appeared, from the window's end, and a last row that is flat."""
    grid, row, key = lags.grid, lags.point_row, ("metastases", "metachronous_timing")
    headings(grid, row - 1, ("Month", "Share of the five-year risk reached"), 1)
    grid.formula(row, 1, f"={lags.figure(WINDOW)}", lags.window, COUNT)
    grid.number(row, 2, 0.0, SHARE)
    for at, (place, month, reached) in enumerate(lags.points, start=row + 1):
        if lags.count >= LATE_FROM:
            cell = lags.cells.cell(key, f"point {place} month")
            grid.formula(at, 1, f"={cell}", month, COUNT)
        else:
            grid.number(at, 1, month, COUNT)
        cell = lags.cells.cell(key, f"point {place} share")
        grid.formula(at, 2, f"={cell}", reached, SHARE)
    last = row + len(lags.points)
    month = lags.points[-1][1] if lags.points else lags.window
    reached = lags.points[-1][2] if lags.points else 0.0
    grid.formula(last + 1, 1, f"={near(last, 1)}+1", month + 1, COUNT)
    grid.formula(last + 1, 2, f"={near(last, 2)}", reached, SHARE)


def _write_rows(lags: Lags) -> None:
    grid = lags.grid
    older = [f"{timing}, weight" for k, timing in enumerate(TIMINGS) for _ in lags.older[k]]
    grid.text(lags.lag_row - 2, LAG, "Age bands older at metastasis", "note")
    for column, bands in enumerate(chain.from_iterable(lags.older), start=FIRST_WEIGHT):
        grid.number(lags.lag_row - 2, column, bands, COUNT)
    names = (
        "Months since diagnosis", "Within the timing", "Segment", "Reached by then",
        "Synchronous, share", "Metachronous, per five-year risk", *older,
    )  # fmt: skip
    headings(grid, lags.lag_row - 1, names, 1)
    first, last = lags.point_row, lags.point_row + len(lags.points)
    months, shares = (fixed_block(first, column, last + 1, column) for column in (1, 2))
    at = [lags.window, *(month for _, month, _ in lags.points)]
    reached = [0.0, *(share for _, _, share in lags.points)]
    for lag in range(lags.count, -1, -1):
        row = lags.row(lag)
        within = min(max(lag, at[0]), at[-1])
        grid.number(row, LAG, lag, COUNT)
        bounded = f"=MIN(MAX({near(row, LAG)},{fixed(first, 1)}),{fixed(last, 1)})"
        grid.formula(row, WITHIN, bounded, within, COUNT)
        segment = int(np.searchsorted(at, within, side="right"))
        grid.formula(row, SEGMENT, f"=MATCH({near(row, WITHIN)},{months},1)", segment, COUNT)
        here = near(row, SEGMENT)
        rise = f"(INDEX({shares},{here}+1)-INDEX({shares},{here}))"
        run = f"(INDEX({months},{here}+1)-INDEX({months},{here}))"
        so_far = f"({near(row, WITHIN)}-INDEX({months},{here}))"
        formula = f"=INDEX({shares},{here})+{so_far}*{rise}/{run}"
        grid.formula(row, REACHED, formula, float(np.interp(lag, at, reached)), SHARE)
        if lag < lags.count:
            _write_shares(lags, lag)


def _write_shares(lags: Lags, lag: int) -> None:
    grid, row, column = lags.grid, lags.row(lag), FIRST_WEIGHT
    if lags.share[0, lag] > 0:
        even = f"=1/MAX(1,{lags.figure(WINDOW)})"
        grid.formula(row, FIRST_SHARE, even, lags.share[0, lag], SHARE)
    formula = f"={near(row - 1, REACHED)}-{near(row, REACHED)}"
    until = int(lags.usual.scenario.settings.metastases.late_until.number)
    if LATE_FROM <= lag < until:
        span = f"({lags.figure(UNTIL)}-{lags.figure(FROM)})"
        formula += f"+{lags.figure(LATE)}/{span}"
    grid.formula(row, FIRST_SHARE + 1, formula, lags.share[1, lag], SHARE)
    for timing, bands in enumerate(lags.older):
        for older in bands:
            if lags.weight[timing, lag, older] > 0:
                bands_older = f"{LETTERS[column - 1]}${lags.lag_row - 2}"
                of_age = f"1-ABS({near(row, LAG)}/{lags.figure(IN_BAND)}-{bands_older})"
                weight = f"={near(row, FIRST_SHARE + timing)}*({of_age})"
                grid.formula(row, column, weight, lags.weight[timing, lag, older], SHARE)
            column += 1
