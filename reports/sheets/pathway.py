"""The sheet Pathway: a picture of how people flow through it, and the flows as tables."""

from __future__ import annotations

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import CHART_COLUMNS, SheetWriter
from hepaplan.reports.style import CHANGE, PEOPLE, Styles
from hepaplan.reports.views import pathway as pathway_views

ABOUT = "How people flow through decision points and treatments when nothing is scarce."
ROWS = 24  # as many as leave room for the notes on a printed page
SIZE = (2 * CHART_COLUMNS + 1, ROWS)


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    from hepaplan.reports.pictures import pathway_picture

    said = pathway_views.headline(content)
    sheet = SheetWriter(
        workbook,
        styles,
        titles.PATHWAY,
        ABOUT,
        (
            f"{said}. Yearly averages of the window; everyone starts the usual option on arrival.",
            "At each decision point those who come, new or from treatments before, equal those who "
            "start; of each treatment those who start equal those who go on, die, or are more in "
            "it than before. Treatments started before the window are followed into it.",
            pathway_picture.not_drawn(content),
        ),
    )
    cells = sheet.chart_grid(4, "Flow of people, a picture (bands as wide as people a year)")
    charts.place_picture(
        sheet.sheet,
        pathway_picture.pathway_png(content),
        cells[0],
        said,
        pathway_picture.described(content),
        SIZE,
    )
    balance = pathway_views.balance(content)
    formats = {h: PEOPLE for h in balance.columns[1:-1]} | {balance.columns[-1]: CHANGE}
    wide = {
        "Decision point": 84.0
    }  # in one line: taller rows would stretch the picture beside them
    caption = "In equals out, people a year"
    sheet.add_table(Block("flow_balance", caption, balance, formats, widths=wide))
    frame = pathway_views.flows(content)
    by_step = [CHANGE if to == pathway_views.WORDS_OF_MORE else PEOPLE for to in frame["To"]]
    sheet.add_table(
        Block(
            "flows",
            "Every flow, people a year (tables/flows.csv)",
            frame,
            cell_formats={pathway_views.A_YEAR: by_step},
            widths={"From": 110.0, "To": 110.0},
            page=0,
        )
    )
    sheet.finish(content.version)
    end = get_column_letter(2 * CHART_COLUMNS + 2)
    picture = f"A1:{end}{sheet.header_row + 1 + ROWS}"
    sheet.sheet.print_area = [picture, *sheet.table_areas()]
