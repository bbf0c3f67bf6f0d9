"""The first sheet of a template: how to fill it in, and an example with numbers."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.parameters import Scenario
from hepaplan.scenarios.workbook.layout import MARK
from hepaplan.scenarios.workbook.template_sheet import BOLD, LEFT, TemplateSheet, define

GUIDE = "Guide"
BASE_CELL = (4, 2)


def write_guide(book: Workbook, name: str, base: Scenario) -> None:
    """Write the sheet that explains the others; it also holds what the template is based on."""
    about = f"A scenario to fill in. As it stands it is {base.settings.title}, a worked example."
    sheet = TemplateSheet(book, GUIDE, (about,))
    row, column = BASE_CELL
    sheet.put(row, 1, "Based on", BOLD)
    sheet.put(row, column, base.settings.name)
    define(book, MARK, f"{GUIDE}!$B${row}")
    lines = [*_STEPS, ("Check", f"hepaplan check {name}.xlsx lists every problem with its cell."),
             ("Run", f"hepaplan run {name}.xlsx writes the report."), *_example(base)]  # fmt: skip
    for at, (heading, text) in enumerate(lines, start=row + 2):
        sheet.put(at, 1, heading, BOLD).alignment = LEFT
        sheet.put(at, 2, text).alignment = LEFT
    key = row + 2 + len(lines) + 1
    sheet.put(key, 1, "Colours", BOLD)
    sheet.input(key, 2, "Blue on yellow: input, type over it")
    sheet.put(key + 1, 2, "Black on white: explanation, locked without a password")
    sheet.filled = key + 1
    sheet.finish((18, 110))


def _example(base: Scenario) -> list[tuple[str, str]]:
    """Return a worked example from the base's own rows."""
    capacity = base.tables.capacity.iloc[0]
    resource = base.settings.resource[capacity["resource"]]
    week = capacity["number"] * resource.units_per_week
    people = base.tables.population
    first = people.iloc[0]
    return [
        (
            "Example 1",
            f"Capacity, first row: {capacity['site']} sets aside {capacity['number']:g} "
            f"{resource.saleable_unit} a week. One is {resource.units_per_week:g} "
            f"{resource.unit}, so {week:g} {resource.unit} a week, before cancellations.",
        ),
        (
            "Example 2",
            f"Population, first row: {first['people']:,.0f} people of sex {first['sex']} in "
            f"{first['region']} are {first['age_from']} to {first['age_from'] + 4} years old. All "
            f"rows together are {people['people'].sum():,.0f} people.",
        ),
    ]


_STEPS = [
    ("1 Settings", "Title, question, months, discount rates, threshold, caps and unit costs."),
    ("2 Lists, Sites", "Name your regions and your hospitals: drop-downs offer these names."),
    ("3 Tables", "Type over the rows of Population, Referral, Travel, Capacity and Backlog. Add "
     "rows in the empty yellow ones; clear those you do not need. Empty rows are skipped."),
    ("4 Sources", "Say on Tables and Sources where your figures come from. Quality is published, "
     "derived, judgement or illustrative."),
    ("Units", "Each is named above its column. Shares are between 0 and 1: 22% is 0.22. Months are "
     "text such as 2027-01. Pounds are of the base's price year."),
    ("The rest", "Incidence, pathway, costs and effects of treatments stay those of the base."),
]  # fmt: skip
