"""The sheet Courses, second part: what becomes of a planned start before its course begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hepaplan.model.arrays import Floats
from hepaplan.model.money.drugs import ADMINISTRATION, DosePrices, cost_category
from hepaplan.model.pathway import Option
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity
from hepaplan.reports.live.courses_months import Making, write_heading
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.input_keys import option_key
from hepaplan.reports.style import POUNDS

HEADINGS = (
    "Decision point", "Option", "Group", "Usual share", "Not performed", "Performed",
    "Procedural mortality", "Begin the course", "Use of month 0",
    "Complications, cost", "Complications, loss", "Where they go",
)  # fmt: skip
UNITS = (
    "", "", "", "share of arrivals", "share of starts", "share of starts", "share of performed",
    "share of starts", "share of starts", "GBP a start", "QALY a start", "shares",
)  # fmt: skip
PLACES = {heading: place for place, heading in enumerate(HEADINGS, start=1)}
SHARE = "0.0000"
SUM_TO_ONE, DO_NOT_SUM = "sum to 1", "DO NOT SUM TO 1"


@dataclass(frozen=True)
class StartRow:
    """The cells of one option and group; those of complications are "" where it has none."""

    usual_share: str
    not_performed: str
    performed: str
    mortality: str
    begun: str
    started: str
    complication_cost: str
    complication_qalys: str
    values: Mapping[str, float]


def write_starts(
    grid: Grid, making: Making, first_row: int, tolerance: str
) -> tuple[dict[tuple[int, str], StartRow], int]:
    """Write a row for each option and group; return their cells, and the next free row.

    `tolerance`: the cell of how far a sum of shares may lie from 1.
    """
    grid.text(first_row, 1, "Starts: what becomes of a planned start in its first month", "caption")
    for place, (heading, unit) in enumerate(zip(HEADINGS, UNITS, strict=True), start=1):
        right = place >= PLACES["Usual share"]
        write_heading(grid, first_row + 1, place, heading, unit, right=right)
    row = first_row + 3
    found = {}
    kernels = making.usual.kernels
    for option, (_, _, record) in enumerate(making.usual.scenario.pathway.options()):
        for number, group in enumerate(kernels.groups):
            share = float(kernels.usual_share[option, number])
            found[option, group] = _write_start(grid, making, option, record, group, share, row)
            verdict = _whether_shares_sum(making, option, record, group, tolerance)
            grid.formula_text(row, PLACES["Where they go"], verdict, SUM_TO_ONE)
            row += 1
    return found, row


def _whether_shares_sum(
    making: Making, option: int, record: Option, group: str, tolerance: str
) -> str:
    """Return the formula of whether each exit's shares, and those not performed, sum to 1."""
    leaving: dict[Key, dict[str, Quantity]] = {
        ("exits", name): exit_.to for name, exit_ in record.exits.items()
    }
    if record.not_performed is not None:
        leaving["not_performed",] = record.not_performed.to
    key = option_key(making.usual, option)
    sums = [
        "+".join(making.cells.figure((*key, *where, "to", name), group) for name in to)
        for where, to in leaving.items()
    ]
    furthest = ",".join(f"ABS({total}-1)" for total in sums)
    return f'=IF(MAX({furthest or 0})<={tolerance},"{SUM_TO_ONE}","{DO_NOT_SUM}")'


def _write_start(
    grid: Grid, making: Making, option: int, record: Option, group: str, share: float, row: int
) -> StartRow:
    key = option_key(making.usual, option)
    at = {heading: grid.cell(row, place) for heading, place in PLACES.items()}
    values: dict[str, float] = {}

    def write(heading: str, formula: str, value: float, number_format: str = SHARE) -> None:
        values[heading] = value
        if formula:
            grid.formula(row, PLACES[heading], f"={formula}", value, number_format)
        else:
            grid.number(row, PLACES[heading], value, number_format)

    def figure(name: str, quantity: Quantity | None, *inside: str) -> tuple[str, float]:
        if quantity is None:
            return "", 0.0
        return making.cells.figure((*key, name, *inside), group), quantity.for_group(group)

    for place, text in enumerate((*making.names(option), making.content.label(group)), start=1):
        grid.text(row, place, text)
    usual, stated = figure("usual_share", record.usual_share)
    write("Usual share", usual if stated == share else "", share)
    abandoned = record.not_performed
    write(
        "Not performed", *figure("not_performed", abandoned.share if abandoned else None, "share")
    )
    missing, performed = at["Not performed"], 1.0 - values["Not performed"]
    write("Performed", f"1-{missing}", performed)
    write("Procedural mortality", *figure("procedural_mortality", record.procedural_mortality))
    mortality = values["Procedural mortality"]
    begun = performed - performed * mortality
    write("Begin the course", f"{at['Performed']}*(1-{at['Procedural mortality']})", begun)
    used, part = figure(
        "not_performed", abandoned.footprint_share if abandoned else None, "footprint_share"
    )
    used_formula = f"{at['Performed']}+{missing}*{used}" if used else at["Performed"]
    write("Use of month 0", used_formula, performed + values["Not performed"] * part)
    for heading, name in (
        ("Complications, cost", "cost"), ("Complications, loss", "qaly_loss"),
    ):  # fmt: skip
        parts, value = [], 0.0
        for harm, complication in record.complications.items():
            chance, probability = figure(
                "complications", complication.probability, harm, "probability"
            )
            amount, each = figure("complications", getattr(complication, name), harm, name)
            parts.append(f"{chance}*{amount}")
            value += performed * probability * each
        if parts:
            shown = POUNDS if name == "cost" else SHARE
            write(heading, f"{at['Performed']}*({'+'.join(parts)})", value, shown)
    return StartRow(
        at["Usual share"], missing, at["Performed"], at["Procedural mortality"],
        at["Begin the course"], at["Use of month 0"],
        at["Complications, cost"] if record.complications else "",
        at["Complications, loss"] if record.complications else "",
        values,
    )  # fmt: skip


def write_dose_prices(
    grid: Grid, making: Making, first_row: int
) -> dict[tuple[str, str], dict[str, str]]:
    """Write what a dose of each drug costs, by group; return cells by drug, group and category."""
    drugs = making.usual.scenario.pathway.drug
    point = making.usual.kernels.points[0]
    if not drugs:
        return {}
    grid.text(
        first_row, 1, "Doses: what one costs, from the engine (vials and body size)", "caption"
    )
    headings = ("Drug", "Group", "Price of a dose", "Giving a dose")
    for place, (heading, unit) in enumerate(
        zip(headings, ("", "", "GBP a dose", "GBP a dose"), strict=True), start=1
    ):
        write_heading(grid, first_row + 1, place, heading, unit, right=bool(unit))
    around, row = making.surroundings(), first_row + 3
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name, drug in drugs.items():
        for group in making.usual.kernels.groups:
            prices: DosePrices = around[point, group].dose_prices
            price: Floats = prices[name][cost_category(name)]
            grid.text(row, 1, drug.label)
            grid.text(row, 2, making.content.label(group))
            grid.number(row, 3, price[0], '"£"#,##0.00')
            found[name, group] = {cost_category(name): grid.cell(row, 3)}
            if drug.administration is not None:
                giving = making.cells.figure(("pathway", "drug", name, "administration"), group)
                value = drug.administration.for_group(group)
                grid.formula(row, 4, f"={giving}", value, '"£"#,##0.00')
                found[name, group][ADMINISTRATION] = grid.cell(row, 4)
            row += 1
    return found
