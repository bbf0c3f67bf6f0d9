"""The sheets Use of one start and Use live: what starts take of each resource, by formula."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.replay import starts_by_option
from hepaplan.reports.live.capacity import CapacityCells
from hepaplan.reports.live.grid import Grid, near
from hepaplan.reports.live.plan_cells import (
    CARRIED,
    FITS,
    LISTS,
    NEEDED,
    USED,
    ListCells,
    StartCells,
    UseCells,
)
from hepaplan.reports.live.plan_filling import Filling, Signature
from hepaplan.reports.live.plan_frame import (
    AMOUNT,
    SHARE,
    Pen,
    PlanFrame,
    UseOfStarts,
    column_span,
    month_column,
    there,
)
from hepaplan.reports.live.plan_inputs import PlanInputCells
from hepaplan.reports.style import Styles

LEAST, TOTAL = 7, 8
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
    "Resources are filled one after the other, from the top; those below need only what those "
    "above leave. No start goes over capacity in its month, but where nobody waits all are made. "
    "The engine fills all at once, and looks at every later month of a start.",
    "Equal where one resource is short, in the month of the start. If it is taken by many "
    "treatments, those it stops still count as need above it; if several are short, shares differ: "
    "hepaplan replay. Rules of whole cases and ring fences have no rows here.",
)
WORDS = {
    CARRIED: "taken by earlier starts of the window",
    NEEDED: "needed for starts that those above leave",
    FITS: "share that fits",
    USED: "used by starts of the window",
}


def write_start_use(
    grid: Grid, styles: Styles, filling: Filling, rows: StartCells, courses: UseOfStarts
) -> None:
    """Write what one start takes: a formula where there is one, else the engine's figure."""
    frame, pen = filling.frame, Pen(grid, styles, ())
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
    _kinds(grid, pen, rows, filling)
    grid.widths({1: 4, 2: 66, 3: 94, 4: 16, 5: 12, 6: 4, 7: 4, 8: 4})
    grid.finish(frame.content.version, near(rows.first, month_column(0)))


def _differences(grid: Grid, pen: Pen, frame: PlanFrame, rows: StartCells, r: int) -> None:
    """Write what another treatment takes beyond the intended one."""
    network, top = frame.network, rows.rows[r]
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
            given, intended = (
                near(top + frame.place_of(k, swap.group), column) for k in (started, listed)
            )
            value = float(use[started] - use[listed])
            grid.formula(row, column, f"={given}-{intended}", value, AMOUNT)


def _kinds(grid: Grid, pen: Pen, rows: StartCells, filling: Filling) -> None:
    """Write which rows start a kind: what they take in the month of the start."""
    frame, top = filling.frame, rows.kinds
    caption = "Kinds of start, by what they take in their first month: 1 yes, 0 no"
    grid.text(top - 2, 1, caption, "caption")
    pen.head(top - 1, ("", "Decision point", "Treatment", "Group"))
    for place in range(len(filling.kinds)):
        grid.text(top - 1, month_column(place), f"Kind {place + 1}", "header right")
    for place in range(frame.rows):
        pair, group = frame.pair_of(place)
        started = int(frame.network.pair_option[pair])
        point = frame.point_label(int(frame.kernels.point_of[started]))
        words = (point, frame.option_label(started), frame.group_label(group))
        pen.words(top + place, "", *words)
        for column, kind in enumerate(filling.kinds):
            mark = float(filling.kind_of_row(place) == kind)
            grid.number(top + place, month_column(column), mark, "0")


class UseSheet:
    """Writes the sheet Use live; every formula has the replay's value."""

    def __init__(
        self, grid: Grid, styles: Styles, frame: PlanFrame, rows: UseCells,
        lists: ListCells, start: StartCells, capacity: CapacityCells, inputs: PlanInputCells,
    ) -> None:  # fmt: skip
        self.grid, self.frame, self.rows, self.lists = grid, frame, rows, lists
        self.start, self.capacity, self.inputs = start, capacity, inputs
        self.filling = rows.filling
        self.pen = Pen(grid, styles, frame.months)
        self.after = self._taken_later()
        self.totals: dict[tuple[int, int], str] = {}
        self.of_another_kind = list(self._of_another_kind())

    def _of_another_kind(self) -> Iterator[tuple[int, int, Signature, Signature]]:
        """Yield the rows of starts of another kind than intended: row, pair and both kinds."""
        for place in range(len(self.frame.lines), self.frame.rows):
            pair = self.frame.pair_of(place)[0]
            intended, given = self.filling.kinds_of_pair(pair)
            if intended != given:
                yield place, pair, intended, given

    def write(self) -> None:
        """Write every site's block."""
        for h in self.frame.sites:
            caption = self.rows.captions[h]
            self.grid.text(caption, 1, self.frame.site_label(h), "caption")
            self.pen.head(caption + 1, ("Site", "Resource", "What", "", "Unit", ""))
            self.grid.text(caption + 1, TOTAL, "Window", "header right")
            self.grid.text(caption + 1, LEAST, "Least left over", "header right")
            for r in self.rows.resources(h):
                self._resource(r, h)
            for kind in self.filling.here(h):
                self._fits(kind, h)
        self.grid.widths({1: 26, 2: 98, 3: 46, 4: 4, 5: 12, 6: 4, 7: 16, 8: 14})
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
        rows = {what: self.rows.rows.get((what, r, h), 0) for what in WORDS}
        rows = {what: row for what, row in rows.items() if row}
        for what, row in rows.items():
            unit = "share" if what == FITS else frame.resource_unit(r)
            labels = (frame.site_label(h), frame.resource_label(r), WORDS[what], "", unit)
            self.pen.words(row, *labels)
        for t in range(frame.count):
            column = month_column(t)
            at = {what: near(row, column) for what, row in rows.items()}
            for what, (formula, value) in self._month(r, h, t, at).items():
                look = SHARE if what == FITS else AMOUNT
                self.grid.formula(rows[what], column, f"={formula}", value, look)
        span = column_span(rows[USED], rows[USED], month_column(0), month_column(frame.count - 1))
        used = frame.use[r, h]
        self.grid.formula(rows[USED], TOTAL, f"=SUM({span})", float(used.sum()), AMOUNT)
        self.totals[r, h] = self.grid.cell(rows[USED], TOTAL)
        capacity, committed, bought = (
            self.capacity.span(of, (r, h), frame.count) for of in self.capacity.blocks
        )
        left = f"=SUMPRODUCT(MIN({capacity}+{bought}-{committed}-{span}))"
        network = frame.network
        whole = network.capacity[r, h, : frame.count] - network.committed[r, h, : frame.count]
        extra = 0.0 if frame.plan.extra is None else frame.plan.extra[r, h, : frame.count]
        least = float((whole + extra - used).min())
        self.grid.formula(rows[USED], LEAST, left, least, AMOUNT)

    def _month(self, r: int, h: int, t: int, at: dict[int, str]) -> dict[int, tuple[str, float]]:
        """Return the formulas of a month, and the engine's values."""
        carried = self._sum(r, h, t)
        found = {CARRIED: (carried, float(self.after[r, h, t]))} if carried else {}
        if NEEDED in at:
            capacity, committed, bought = (
                self.capacity.cell(of, (r, h), t) for of in self.capacity.blocks
            )
            less = f"-{at[CARRIED]}" if carried else ""
            free = f"MAX(0,MAX(0,{capacity}-{committed})+{bought}{less})"
            found[NEEDED] = (self._needed(r, h, t), self._needed_by_plan(r, h, t))
            short = f"{self.inputs.switch}*{at[NEEDED]}>{free}"
            found[FITS] = (f"IF({short},{free}/{at[NEEDED]},1)", 1.0)
        made = self.lists.block(self.lists.made, h, t, t)
        now = f"SUMPRODUCT({made},{self.start.now(r)})" if r in self.start.rows else ""
        terms = [term for term in (at[CARRIED] if carried else "", now) if term]
        found[USED] = ("+".join(terms) or "0", float(self.frame.use[r, h, t]))
        return found

    def _needed_by_plan(self, r: int, h: int, month: int) -> float:
        """Return what the starts wanted take in their first month, where people wait."""
        frame, network = self.frame, self.frame.network
        waits = network.waiting.waits[frame.kernels.point_of[network.pair_list]]
        at_once = network.kernels.use[network.pair_option][:, :, r, 0]
        return float((frame.planned[:, :, h, month] * at_once)[waits].sum())

    def _needed(self, r: int, h: int, month: int) -> str:
        """Return what starts wanted need of a resource, as far as those before it leave them."""
        wanted = self.lists.block(self.lists.wanted, h, month, month)
        groups, changed = self.filling.groups(h, r), self._changed(r, h, month)
        terms = []
        for before, kinds in groups.items():
            marks = "+".join(self.start.kind(self.filling.kinds.index(kind)) for kind in kinds)
            marks = f",{marks}" if changed or len(groups) > 1 else ""
            need = f"SUMPRODUCT({wanted},{self.start.now(r)}{marks})"
            terms.append(need + self._left(before, h, month))
        return "+".join(terms) + changed

    def _left(self, before: Signature, h: int, month: int) -> str:
        """Return factors: what fits of some resources."""
        column = month_column(month)
        return "".join(f"*{near(self.rows.rows[FITS, r, h], column)}" for r in before)

    def _changed(self, r: int, h: int, month: int) -> str:
        """Return the need of starts of another kind than intended, less the intended one's."""
        frame, network, terms = self.frame, self.frame.network, ""
        for place, pair, intended, given in self.of_another_kind:
            if not frame.swap_here(pair, h):
                continue
            group = frame.pair_of(place)[1]
            wanted = there(LISTS, self.lists.wanted[h] + place, month_column(month))
            for sign, kind, option in (
                ("+", given, int(network.pair_option[pair])),
                ("-", intended, int(network.pair_list[pair])),
            ):
                if r in kind:
                    use = self.start.cell(r, frame.place_of(option, group))
                    left = self._left(self.filling.before(kind, r), h, month)
                    terms += f"{sign}{wanted}*{use}{left}"
        return terms

    def _sum(self, r: int, h: int, month: int) -> str:
        """Return what starts of earlier months take in a month; nothing if they take none."""
        longest = min(month, self.start.depths.get(r, 0) - 1)
        if longest < 1:
            return ""
        starts = self.lists.block(self.lists.made, h, month - longest, month - 1)
        return f"SUMPRODUCT({starts},{self.start.block(r, longest, 1)})"

    def _fits(self, kind: Signature, h: int) -> None:
        frame, row = self.frame, self.rows.fits[h, kind]
        names = ", ".join(frame.resource_label(r) for r in kind)
        words = f"share that fits, kind {self.filling.kinds.index(kind) + 1}: all of these"
        self.pen.words(row, frame.site_label(h), names, words, "", "share")
        for t in range(frame.count):
            factors = self._left(kind, h, t).removeprefix("*")
            self.grid.formula(row, month_column(t), f"={factors}", 1.0, SHARE)
