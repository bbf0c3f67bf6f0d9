"""The sheet Courses, first part: the parameters of every exit, from the published figures."""

from __future__ import annotations

from dataclasses import dataclass

from hepaplan.model.pathway import CANCER_DEATH, Exit
from hepaplan.reports.live.courses_curves import is_live, line_formulas, line_of
from hepaplan.reports.live.courses_months import Making, write_heading
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.input_keys import option_key

HEADINGS = (
    "Decision point", "Option", "Exit", "Group", "Family", "Cured share", "Intercept", "Slope",
    "Hazard ratio", "Other deaths", "Curve", "From month", "Over months",
)  # fmt: skip
UNITS = (
    "", "", "", "", "", "share", "z at month 1", "z per ln(month)", "ratio", "", "",
    "since start", "months",
)  # fmt: skip
PLACES = {heading: place for place, heading in enumerate(HEADINGS, start=1)}
PARAMETER, RATIO = "0.000000", "0.000"
EVERYBODY, LATER = "all", ("From month", "Over months")


@dataclass(frozen=True)
class LaterRatio:
    """A later hazard ratio: from which month, over how many, and the cells of all three."""

    from_month: int
    over_months: int
    start: str
    over: str
    ratio: str


@dataclass(frozen=True)
class ExitRow:
    """An exit's cells for one group, or for all where no figure is by group; "" where absent."""

    name: str
    record: Exit
    group: str
    cured: str
    intercept: str
    slope: str
    ratio: str
    later: tuple[LaterRatio, ...]

    @property
    def is_live(self) -> bool:
        """Whether the curve is a formula; else its hazards are the engine's."""
        return is_live(self.record.time)


def by_group(record: Exit) -> bool:
    """Return whether any figure of an exit's timing is stated by group."""
    figures = (
        record.time.median_months, record.time.cure_share, record.hazard_ratio,
        *(change.hazard_ratio for change in record.hazard_ratio_changes),
    )  # fmt: skip
    return any(figure is not None and isinstance(figure.value, dict) for figure in figures)


def destinations(record: Exit) -> tuple[str, ...]:
    """Return the decision points an exit leads to."""
    return tuple(name for name in record.to if name != CANCER_DEATH)


def write_exits(
    grid: Grid, making: Making, first_row: int
) -> tuple[dict[tuple[int, str], list[ExitRow]], int]:
    """Write the exits' rows; return them by option and group, and the next free row."""
    grid.text(first_row, 1, "Exits: how long an option's effect lasts", "caption")
    for place, (heading, unit) in enumerate(zip(HEADINGS, UNITS, strict=True), start=1):
        right = PLACES["Cured share"] <= place <= PLACES["Hazard ratio"] or heading in LATER
        write_heading(grid, first_row + 1, place, heading, unit, right=right)
    row = first_row + 3
    found: dict[tuple[int, str], list[ExitRow]] = {}
    groups = making.usual.kernels.groups
    for option, (_, _, record) in enumerate(making.usual.scenario.pathway.options()):
        apart = any(by_group(exit_) for exit_ in record.exits.values())
        for name, exit_ in record.exits.items():
            for group in groups if apart else groups[:1]:
                made, row = _write_exit(grid, making, option, name, exit_, group, apart, row)
                for each in (group,) if apart else groups:
                    found.setdefault((option, each), []).append(made)
    for option, (_, _, record) in enumerate(making.usual.scenario.pathway.options()):
        if not record.exits:
            found |= {(option, group): [] for group in groups}
    return found, row


def _write_exit(
    grid: Grid,
    making: Making,
    option: int,
    name: str,
    record: Exit,
    group: str,
    apart: bool,
    row: int,
) -> tuple[ExitRow, int]:
    """Write one exit in one row, and one row more for each later hazard ratio."""
    cells, key = making.cells, (*option_key(making.usual, option), "exits", name)
    time, time_key = record.time, (*key, "time")
    point, label = making.names(option)
    shown = making.content.label(group) if apart else EVERYBODY
    family = time.family.replace("_", "-")
    for place, text in enumerate((point, label, name.replace("_", " "), shown, family), start=1):
        grid.text(row, place, text)
    at = {heading: grid.cell(row, place) for heading, place in PLACES.items()}
    cured = intercept = slope = ratio = ""
    if is_live(time):
        grid.text(row, PLACES["Curve"], "by formula")
        if time.cure_share is not None:
            cured = at["Cured share"]
            grid.formula(
                row, PLACES["Cured share"], f"={cells.figure((*time_key, 'cure_share'), group)}",
                time.cure_share.for_group(group), PARAMETER,
            )  # fmt: skip
        first, steep = line_formulas(cells, time_key, time, group, cured, at["Slope"])
        intercept_value, slope_value = line_of(time, group)
        intercept = at["Intercept"]
        grid.formula(row, PLACES["Intercept"], first, intercept_value, PARAMETER)
        if steep:
            slope = at["Slope"]
            grid.formula(row, PLACES["Slope"], steep, slope_value, PARAMETER)
    else:
        grid.text(row, PLACES["Curve"], "held")
    grid.text(row, PLACES["Other deaths"], "counted" if time.counts_other_deaths else "not counted")
    if record.hazard_ratio is not None:
        ratio = at["Hazard ratio"]
        value = record.hazard_ratio.for_group(group)
        address = cells.figure((*key, "hazard_ratio"), group)
        grid.formula(row, PLACES["Hazard ratio"], f"={address}", value, RATIO)
    later = []
    for number, change in enumerate(record.hazard_ratio_changes):
        row += 1
        grid.text(row, 1, point)
        grid.text(row, 2, label)
        grid.text(row, 3, f"{name.replace('_', ' ')}, later")
        grid.text(row, 4, shown)
        address = cells.figure((*key, "hazard_ratio_changes", number, "hazard_ratio"), group)
        value = change.hazard_ratio.for_group(group)
        grid.formula(row, PLACES["Hazard ratio"], f"={address}", value, RATIO)
        grid.number(row, PLACES["From month"], change.from_month, "0")
        grid.number(row, PLACES["Over months"], change.over_months, "0")
        later.append(
            LaterRatio(
                change.from_month,
                change.over_months,
                *(grid.cell(row, PLACES[h]) for h in ("From month", "Over months", "Hazard ratio")),
            )
        )
    made = ExitRow(name, record, group, cured, intercept, slope, ratio, tuple(later))
    return made, row + 1
