"""The sheet Metastases: who has them, when and how old, as model/metastases.py."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.arrays import Floats
from hepaplan.model.metastases import group_of_band
from hepaplan.model.parameters import AGE_BANDS, STAGES_WITHOUT_METASTASES, TIMINGS
from hepaplan.model.tables.tidy import years_of
from hepaplan.model.ties.demand import ALL
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import demand_places
from hepaplan.reports.live.demand_lags import SYNCHRONOUS, Lags, five_year_risks, write_lags
from hepaplan.reports.live.demand_places import BANDS, IncidencePlaces
from hepaplan.reports.live.demand_refs import (
    COUNT,
    PEOPLE,
    SHARE,
    block,
    fixed_block,
    heading,
    headings,
    runs,
)
from hepaplan.reports.live.grid import Grid, fixed, near
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.style import Styles

TITLE = "Metastases"
ABOUT = "First liver metastases by month, age group and timing, with the years before the window."
NOTES = (
    "As metastasis_arrivals in model/metastases.py. Live: shares, risks, when metastases appear "
    "(months and shares of the timing) and cases, by age band; regions and sexes are summed.",
    "Grey, held still: the synchronous window and the last month of late metastases. They set "
    "which months' cases matter; change them on a new run.",
)
GROWTH = 2


@dataclass
class Metastases:
    """Where the sheet holds new metastases by month of the span, group and timing.

    `before` months of the span lie before the window; values (month, group, timing).
    """

    incidence: IncidencePlaces
    lags: Lags
    groups: tuple[str, ...]
    found: Floats
    before: int
    ties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out age bands and months below the lags."""
        self.band_row = self.lags.row(0) + 4
        self.totals_row = self.band_row + BANDS + 3
        years = len(runs(years_of(self.incidence.usual.window_labels)))
        self.month_row = self.totals_row + 1 + years + len(self.groups) + len(TIMINGS) + 4
        self.of_years = len(self.incidence.people.years)
        self.first_of_span = self.incidence.months.count - len(self.found)
        at_risk = sum(len(older) for older in self.lags.older) * len(self.groups)
        self.new_column = 2 + at_risk

    def row(self, month: int) -> int:
        """Return the row of a month of the span."""
        return self.month_row + self.first_of_span + month

    def new(self, group: int, month: int, last: int | None = None) -> str:
        """Return an expression for a group's new patients of a month of the span, or of several."""
        column = self.new_column + group * len(TIMINGS)
        last_row = self.row(month if last is None else last)
        first = fixed(self.row(month), column)
        return f"SUM({TITLE}!{first}:{fixed(last_row, column + len(TIMINGS) - 1)})"

    def at_risk_column(self, timing: int, group: int) -> int:
        """Return the first column of a timing's people at risk in a group, by bands older."""
        earlier = sum(len(older) for older in self.lags.older[:timing]) * len(self.groups)
        return 2 + earlier + group * len(self.lags.older[timing])


def write_metastases(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    content: ReportContent,
    incidence: IncidencePlaces,
) -> Metastases:
    """Write the sheet and return where things are."""
    usual = incidence.usual
    grid = Grid(workbook, styles, TITLE, ABOUT, NOTES)
    lags = write_lags(grid, cells, usual)
    window = usual.scenario.settings.window.months
    found = usual.metastases[: usual.before + window].sum(axis=1)
    sheet = Metastases(incidence, lags, usual.scenario.groups, found, usual.before)
    values = _write_bands(sheet)
    _write_at_risk(sheet, content, values)
    _write_new(sheet, content)
    _write_totals(sheet, content)
    grid.widths({1: 30.0})
    grid.finish(content.version, f"B{grid.first_row}")
    top = near(lags.lag_row - 4, 1 + len(STAGES_WITHOUT_METASTASES))
    totals = near(sheet.month_row - 4, GROWTH + len(TIMINGS) * sheet.of_years)
    grid.sheet.print_area = [f"A1:{top}", f"A{sheet.band_row - 2}:{totals}"]
    return sheet


def _write_bands(sheet: Metastases) -> Floats:
    """Write cases a year that have or will have metastases; return people (timing, month, band)."""
    incidence, lags, grid = sheet.incidence, sheet.lags, sheet.lags.grid
    metastases = incidence.usual.scenario.settings.metastases
    risks = five_year_risks(metastases)
    risk = np.array([risks[stage] for stage in STAGES_WITHOUT_METASTASES])
    later = incidence.stage_share[..., : len(risk)] @ risk
    share = metastases.synchronous_share.number
    base = np.stack(
        [share * incidence.base_cases.sum(axis=1), (incidence.base_cases * later).sum(axis=1)]
    )
    of = [f", {year}" if incidence.people.projected else "" for year in incidence.people.years]
    names = ("Age from", "Rate a year later: times",
             *(f"Synchronous a year{year}" for year in of),
             *(f"With later metastases a year{year}" for year in of))  # fmt: skip
    caption = "People a year at base rates who have or will have metastases, by age at diagnosis"
    grid.text(sheet.band_row - 2, 1, caption, "caption")
    headings(grid, sheet.band_row - 1, names, 1)
    last_stage = incidence.stage_column + len(risk) - 1
    for band, age in enumerate(AGE_BANDS):
        row = sheet.band_row + band
        rows = [incidence.row(sex, band) for sex in range(incidence.base_cases.shape[1])]
        grid.number(row, 1, age, COUNT, "number")
        growth = f"={demand_places.TITLE}!{near(rows[0], incidence.growth_column)}"
        grid.formula(row, GROWTH, growth, incidence.growth[band], SHARE)
        for number in range(sheet.of_years):
            cases = [
                f"{demand_places.TITLE}!{near(at, incidence.cases_column + number)}" for at in rows
            ]
            formula = f"={lags.figure(SYNCHRONOUS)}*({'+'.join(cases)})"
            grid.formula(row, GROWTH + 1 + number, formula, base[0, number, band], PEOPLE)
            stages = [
                f"{demand_places.TITLE}!{block(at, incidence.stage_column, at, last_stage)}"
                for at in rows
            ]
            parts = [
                f"{of_sex}*SUMPRODUCT({stage},{lags.risks()})"
                for of_sex, stage in zip(cases, stages, strict=True)
            ]
            column = GROWTH + 1 + sheet.of_years + number
            grid.formula(row, column, f"={'+'.join(parts)}", base[1, number, band], PEOPLE)
    months = incidence.months
    factor = months.year_share[:, None] * incidence.growth ** incidence.counted[:, None]
    weights = incidence.people.weights(months.middle)
    return np.asarray(np.einsum("mb,my,kyb->kmb", factor, weights, base))


def _write_at_risk(sheet: Metastases, content: ReportContent, values: Floats) -> None:
    """Write by month of diagnosis who has or will have metastases, by group at metastasis."""
    grid, lags, incidence = sheet.lags.grid, sheet.lags, sheet.incidence
    group_of = group_of_band(incidence.usual.scenario).argmax(axis=1)
    caption = "By month of diagnosis: people with metastases now or later, by their age group then"
    grid.text(sheet.month_row - 2, 1, caption, "caption")
    grid.text(sheet.month_row - 1, 1, "Month", "header")
    for place, label in enumerate(incidence.months.labels):
        grid.text(sheet.month_row + place, 1, label)
    count = len(incidence.months.labels)
    for timing, kind in enumerate(TIMINGS):
        for group, name in enumerate(sheet.groups):
            column = sheet.at_risk_column(timing, group)
            for older in lags.older[timing]:
                name_of = f"{content.label(name)}, {kind}, {older} bands older"
                heading(grid, sheet.month_row - 1, column, name_of)
                then = np.minimum(np.arange(BANDS) + older, BANDS - 1)
                bands = np.flatnonzero(group_of[then] == group)
                shortest, longest = lags.span(timing, older)
                months = range(sheet.first_of_span - longest, count - shortest)
                for month in months if bands.size else ():
                    formula = _at_risk(sheet, timing, month, int(bands[0]), int(bands[-1]))
                    value = values[timing, month, bands].sum()
                    grid.formula(sheet.month_row + month, column, formula, value, PEOPLE)
                column += 1


def _at_risk(sheet: Metastases, timing: int, month: int, first: int, last: int) -> str:
    """Return the formula of the people at risk of a month of diagnosis in some age bands."""
    incidence = sheet.incidence
    column = GROWTH + 1 + timing * sheet.of_years
    people = fixed_block(
        sheet.band_row + first, column, sheet.band_row + last, column + sheet.of_years - 1
    )
    growth = fixed_block(sheet.band_row + first, GROWTH, sheet.band_row + last, GROWTH)
    year = f"SUMPRODUCT({people}*{growth}^{incidence.years_of_trend(month)}"
    return f"={incidence.year_share(month)}*{year}{incidence.weights(month)})"


def _write_new(sheet: Metastases, content: ReportContent) -> None:
    grid, lags = sheet.lags.grid, sheet.lags
    for group, name in enumerate(sheet.groups):
        for timing, kind in enumerate(TIMINGS):
            column = sheet.new_column + group * len(TIMINGS) + timing
            name_of = f"New: {content.label(name)}, {kind}, people"
            heading(grid, sheet.month_row - 1, column, name_of)
            first = sheet.at_risk_column(timing, group)
            last = first + len(lags.older[timing]) - 1
            for month in range(len(sheet.found)):
                row = sheet.row(month)
                people = block(row - lags.longest(timing), first, row, last)
                formula = f"=SUMPRODUCT({people},{lags.weights(timing)})"
                grid.formula(row, column, formula, sheet.found[month, group, timing], PEOPLE)


def _write_totals(sheet: Metastases, content: ReportContent) -> None:
    grid, usual = sheet.lags.grid, sheet.incidence.usual
    window = sheet.found[sheet.before :]
    first, last = sheet.row(sheet.before), sheet.row(len(sheet.found) - 1)
    left = sheet.new_column
    right = left + len(sheet.groups) * len(TIMINGS) - 1
    found = [(tie_name("metastases", ALL), "All", block(first, left, last, right), window.sum())]
    for year, (start, stop) in runs(years_of(usual.window_labels)).items():
        rows = block(first + start, left, first + stop, right)
        found.append((tie_name("metastases", year), year, rows, window[start : stop + 1].sum()))
    for group, name in enumerate(sheet.groups):
        column = left + group * len(TIMINGS)
        rows = block(first, column, last, column + len(TIMINGS) - 1)
        tie = tie_name("metastases_group", name)
        found.append((tie, content.label(name), rows, window[:, group].sum()))
    for timing, kind in enumerate(TIMINGS):
        columns = range(left + timing, right + 1, len(TIMINGS))
        rows = ",".join(block(first, column, last, column) for column in columns)
        found.append((tie_name("metastases", kind), kind, rows, window[..., timing].sum()))
    headings(grid, sheet.totals_row - 1, ("New patients in the window", "People"), 2)
    for row, (name, label, rows, value) in enumerate(found, start=sheet.totals_row):
        grid.text(row, 1, label)
        grid.formula(row, 2, f"=SUM({rows})", value, PEOPLE)
        sheet.ties[name] = grid.cell(row, 2)
