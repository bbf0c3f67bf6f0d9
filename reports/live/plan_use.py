"""The sheets Use of one start and Use live: what starts take of each resource, by formula."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.replay import starts_by_option
from hepaplan.reports.live.capacity import CapacityCells
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.plan_cells import (
    CARRIED,
    FITS,
    NEEDED,
    SLACK,
    USED,
    ListCells,
    Signature,
    StartCells,
    UseCells,
)
from hepaplan.reports.live.plan_frame import (
    AMOUNT,
    SHARE,
    Pen,
    PlanFrame,
    UseOfStarts,
    column_span,
    month_column,
    near,
)
from hepaplan.reports.live.plan_inputs import PlanInputCells
from hepaplan.reports.style import Styles

TOTAL = 8
START_ABOUT = "What one start takes of each resource, by months since the start, the latest first."
START_NOTES = (
    "As model/course.py (taken, complication_use). Live: footprints, survival in the option, "
    "complications. Rows as on Lists; months run backwards, so that sums follow the calendar.",
    "The last rows of a block are the difference where another treatment is given than intended.",
)
USE_ABOUT = "Use of each resource by site and month against capacity, in the resource's units."
USE_NOTES = (
    "As model/replay.py (walk). Earlier starts are those of the window; those before it are on "
    "Capacity live. Share that fits: of the starts wanted, in the month of the start alone.",
    "The engine looks at all later months of a start too, and fills step by step: equal where one "
    "resource is short in the month of the start; where several are, lists here grow more. Starts "
    "where nobody waits are always made.",
    "Rules of whole cases and ring fences have no rows here.",
)
WORDS = {
    CARRIED: "taken by earlier starts of the window",
    NEEDED: "needed for the starts wanted",
    FITS: "share that fits",
    USED: "used by starts of the window",
    SLACK: "left over",
}


def write_start_use(
    grid: Grid, styles: Styles, frame: PlanFrame, rows: StartCells, courses: UseOfStarts
) -> None:
    """Write what one start takes: a formula where there is one, else the engine's figure."""
    pen = Pen(grid, styles, ())
    kernels, network = frame.kernels, frame.network
    for r, top in rows.rows.items():
        unit = frame.resource_unit(r)
        grid.text(top - 2, 1, f"{frame.resource_label(r)}, {unit} a start", "caption")
        pen.head(top - 1, ("", "Decision point", "Treatment", "Group", "Unit"))
        for since in range(rows.depths[r]):
            grid.number(top - 1, rows.column(r, since), since, "0", "header right")
        same = np.array_equal(network.kernels.use[:, :, r], kernels.use[:, :, r])
        for place, line in enumerate(frame.lines):
            row = top + place
            labels = (frame.point_label(line.point), frame.option_label(line.option))
            pen.words(row, "", *labels, frame.group_label(line.group), unit)
            for since in range(rows.depths[r]):
                value = float(network.kernels.use[line.option, line.group, r, since])
                found = courses.use(line.option, line.group, r, since) if same else None
                column = rows.column(r, since)
                if found is not None:
                    grid.formula(row, column, f"={found}", value, AMOUNT)
                elif value:
                    grid.number(row, column, value, AMOUNT)
        _differences(grid, pen, frame, rows, r)
    grid.widths({1: 4, 2: 44, 3: 60, 4: 16, 5: 12, 6: 4, 7: 4, 8: 4})
    grid.finish(frame.content.version, near(rows.first, month_column(0)))


def _differences(grid: Grid, pen: Pen, frame: PlanFrame, rows: StartCells, r: int) -> None:
    """Write what another treatment takes beyond the intended one."""
    network, top = frame.network, rows.rows[r]
    at = {(line.option, line.group): top + place for place, line in enumerate(frame.lines)}
    for place, swap in enumerate(frame.swaps):
        row = top + len(frame.lines) + place
        listed, started = int(network.pair_list[swap.pair]), int(network.pair_option[swap.pair])
        words = f"{frame.option_label(started)} less {frame.option_label(listed)}"
        point = frame.point_label(int(frame.kernels.point_of[listed]))
        pen.words(row, "", point, words, frame.group_label(swap.group), frame.resource_unit(r))
        for since in range(rows.depths[r]):
            use = network.kernels.use[:, swap.group, r, since]
            if not (use[listed] or use[started]):
                continue
            column = rows.column(r, since)
            given, intended = (near(at[k, swap.group], column) for k in (started, listed))
            value = float(use[started] - use[listed])
            grid.formula(row, column, f"={given}-{intended}", value, AMOUNT)


class UseSheet:
    """Writes the sheet Use live; every formula has the replay's value."""

    def __init__(
        self, grid: Grid, styles: Styles, frame: PlanFrame, rows: UseCells,
        lists: ListCells, start: StartCells, capacity: CapacityCells, inputs: PlanInputCells,
    ) -> None:  # fmt: skip
        self.grid, self.frame, self.rows, self.lists = grid, frame, rows, lists
        self.start, self.capacity, self.inputs = start, capacity, inputs
        self.pen = Pen(grid, styles, frame.months)
        self.after = self._taken_later()
        self.totals: dict[tuple[int, int], str] = {}

    def write(self) -> None:
        """Write every site's block."""
        for h in self.frame.sites:
            caption = self.rows.captions[h]
            self.grid.text(caption, 1, self.frame.site_label(h), "caption")
            self.pen.head(caption + 1, ("Site", "Resource", "What", "", "Unit", "", "", "Window"))
            for r in self.frame.needs(h):
                self._resource(r, h)
            for signature in self.rows.signatures(h):
                self._fits(signature, h)
        self.grid.widths({1: 26, 2: 46, 3: 40, 4: 4, 5: 12, 6: 4, 7: 4, 8: 14})
        self.grid.finish(self.frame.content.version, near(self.rows.first, month_column(0)))

    def _taken_later(self) -> Floats:
        """Return use by starts of earlier months of the window (resource, site, month)."""
        frame, network = self.frame, self.frame.network
        starts = starts_by_option(network, frame.planned)
        later = np.zeros_like(frame.use)
        for since in range(1, frame.count):
            use = network.kernels.use[..., since]
            later[..., since:] += np.einsum("kght,kgr->rht", starts[..., :-since], use)
        return later

    def _resource(self, r: int, h: int) -> None:
        frame = self.frame
        extra = frame.plan.extra
        for what, words in WORDS.items():
            unit = "share" if what == FITS else frame.resource_unit(r)
            labels = (frame.site_label(h), frame.resource_label(r), words, "", unit)
            self.pen.words(self.rows.rows[what, r, h], *labels)
        for t in range(frame.count):
            column = month_column(t)
            at = {what: near(self.rows.rows[what, r, h], column) for what in WORDS}
            capacity, committed, bought = (
                self.capacity.cell(rows, (r, h), t)
                for rows in (
                    self.capacity.capacity, self.capacity.committed, self.capacity.extra
                )
            )  # fmt: skip
            carried, used = self.after[r, h, t], frame.use[r, h, t]
            free = f"MAX(0,MAX(0,{capacity}-{committed})+{bought}-{at[CARRIED]})"
            earlier = frame.network.committed[r, h, t]
            whole = frame.network.capacity[r, h, t] + (0.0 if extra is None else extra[r, h, t])
            fits = f"IF({self.inputs.switch}*{at[NEEDED]}>{free},{free}/{at[NEEDED]},1)"
            now = self._sum(r, h, self.lists.made, t, 0)
            for what, formula, value in (
                (CARRIED, self._sum(r, h, self.lists.made, t, 1), carried),
                (NEEDED, self._sum(r, h, self.lists.wanted, t, 0), self._needed(r, h, t)),
                (FITS, fits, 1.0),
                (USED, f"{at[CARRIED]}+{now}", used),
                (SLACK, f"{capacity}+{bought}-{committed}-{at[USED]}", whole - earlier - used),
            ):
                look = SHARE if what == FITS else AMOUNT
                self.grid.formula(self.rows.rows[what, r, h], column, f"={formula}", value, look)
        row = self.rows.rows[USED, r, h]
        span = column_span(row, row, month_column(0), month_column(frame.count - 1))
        self.grid.formula(row, TOTAL, f"=SUM({span})", float(frame.use[r, h].sum()), AMOUNT)
        self.totals[r, h] = self.grid.cell(row, TOTAL)

    def _needed(self, r: int, h: int, month: int) -> float:
        """Return what the starts wanted take in their first month, where people wait."""
        frame, network = self.frame, self.frame.network
        waits = network.waiting.waits[frame.kernels.point_of[network.pair_list]]
        at_once = network.kernels.use[network.pair_option][:, :, r, 0]
        return float((frame.planned[:, :, h, month] * at_once)[waits].sum())

    def _sum(self, r: int, h: int, rows: dict[int, int], month: int, nearest: int) -> str:
        """Return what starts `nearest` months ago and, unless now, before take in a month."""
        depth = self.start.depths.get(r, 0)
        longest = min(month, depth - 1) if nearest else 0
        if not depth or longest < nearest:
            return "0"
        starts = self.lists.block(rows, h, month - longest, month - nearest)
        return f"SUMPRODUCT({starts},{self.start.block(r, longest, nearest)})"

    def _fits(self, signature: Signature, h: int) -> None:
        frame, row = self.frame, self.rows.fits[h, signature]
        names = ", ".join(frame.resource_label(r) for r in signature)
        self.pen.words(
            row, frame.site_label(h), names, "share that fits, all of these", "", "share"
        )
        for t in range(frame.count):
            column = month_column(t)
            parts = [near(self.rows.rows[FITS, r, h], column) for r in signature]
            self.grid.formula(row, column, f"=MIN({','.join(parts)})", 1.0, SHARE)
