"""The sheet Evidence quality: how good the figures are, by quality and by kind, and the weakest."""

from __future__ import annotations

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.blocks import Block, Placed
from hepaplan.reports.content import ReportContent
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import SHARE, WHOLE, YEAR, Styles, format_for_unit
from hepaplan.reports.views import evidence as evidence_views

ABOUT = "How good the figures of this run are: where they come from, and which are weakest."


def write(workbook: Workbook, styles: Styles, content: ReportContent) -> None:
    """Write the sheet."""
    old = evidence_views.first_year(content) - evidence_views.OLD_YEARS
    sheet = SheetWriter(
        workbook,
        styles,
        titles.EVIDENCE,
        ABOUT,
        (
            content.site_note,
            "Published: as a source states it. Derived: worked out from published figures. "
            "Judgement: ours, reasoned, no study behind it. Illustrative: made up to show the "
            "method; put in your own.",
            f"Old: of a year before {old}, more than {evidence_views.OLD_YEARS} years before the "
            "window. Seen: the original was read. How much a figure matters to the answer is what "
            "hepaplan tornado and hepaplan voi say; they were not part of this run.",
        ),
    )
    table, kinds = evidence_views.counts(content), evidence_views.by_kind(content)
    cells = sheet.chart_grid(0 if table.empty else 2, "Charts")
    whole = {h: WHOLE for h in table.columns[1:]} | {"Share": SHARE}
    counted = sheet.add_table(Block("evidence_counts", "Figures by quality", table, whole))
    numbers = {h: WHOLE for h in kinds.columns[1:]}
    by_kind = sheet.add_table(Block("evidence_by_kind", "By kind of figure", kinds, numbers))
    weak = evidence_views.weak(content)
    sheet.add_table(
        Block(
            "weak_evidence",
            "To look at first: illustrative, unseen or old",
            weak,
            {"Year": YEAR},
            [format_for_unit(str(unit)) for unit in weak["Unit"]],
            frozenset({"Value"}),
            {"What": 80.0, "Value": 32.0, "Unit": 22.0, "Source": 26.0},
            page=2,
            absent="No figure is illustrative, unseen or old.",
        )
    )
    if cells:
        _draw(sheet, cells, counted, by_kind, content)
    sheet.finish(content.version)


def _draw(
    sheet: SheetWriter, cells: list[str], counted: Placed, kinds: Placed, content: ReportContent
) -> None:
    charts.place(
        sheet.sheet,
        charts.bars(
            [charts.Line("Figures", counted.reference("Figures"))],
            counted.reference("Quality"),
            "Quality",
            "Number of figures",
            WHOLE,
        ),
        cells[0],
        evidence_views.headline(content),
        "Horizontal bars of the number of figures of each quality.",
    )
    charts.place(
        sheet.sheet,
        charts.columns(
            [charts.Line(str(h), kinds.reference(str(h))) for h in kinds.frame.columns[1:]],
            kinds.reference("Kind of figure"),
            "Kind of figure",
            "Number of figures",
            WHOLE,
        ),
        cells[1],
        evidence_views.kind_headline(kinds.frame),
        "Stacked columns of the number of figures of each kind, by quality.",
    )
