"""How the workbook looks: fonts, fills and number formats by unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.worksheet import Worksheet

FONT = "Arial"
SIZE = 11
INK = "1F2933"
BLUE = "12436D"
RED = "A1160A"
GREEN = "1B5E20"
AMBER = "8A4B00"

# Dark to light, so that the order survives a grey printer; after Okabe & Ito (2008) and viridis.
PALETTE = ("12436D", "D55E00", "009E73", "CC79A7", "56B4E9", "6B6B6B", "B58900", "000000")
STACK = ("440154", "3B528B", "21918C", "5EC962", "BFD834", "C9CED6", "8F98A3")
# Parts of a whole with their values written on them: light enough for dark letters.
PARTS = ("56B4E9", "D55E00", "C9CED6")
# The same look for a policy in every chart: colour of bars, colour of lines, dash.
POLICY_LOOKS: dict[str, tuple[str, str, Dash]] = {
    "nothing scarce": ("C9CED6", "6B6B6B", "sysDot"),
    "longest wait": ("56B4E9", "2F96D0", "dashDot"),
    "first come": ("D55E00", "D55E00", "sysDash"),
    "most health": ("12436D", "12436D", "solid"),
}
Dash = Literal["solid", "sysDash", "lgDash", "sysDot", "dashDot", "lgDashDot", "dash", "sysDashDot"]
DASHES: tuple[Dash, ...] = (
    "solid",
    "sysDash",
    "lgDash",
    "sysDot",
    "dashDot",
    "lgDashDot",
    "dash",
    "sysDashDot",
)

PEOPLE = '[=0]0;[<0.05]"<0.1";#,##0.0'
WHOLE = "#,##0"
WHOLE_PEOPLE = '[=0]0;[<0.5]"<0.5";#,##0'
CHANGE = "+#,##0.0;-#,##0.0;0.0"
WHOLE_CHANGE = "+#,##0;-#,##0;0"
FEWER = "#,##0.0;-#,##0.0"
AMOUNT = "[>=1000]#,##0;#,##0.0"
POUNDS = '"£"#,##0'
THOUSANDS = '"£"#,##0,"k"'
SIGNED_THOUSANDS = '"+£"#,##0,"k";"-£"#,##0,"k";"£"0'
FINE_CHANGE = "+#,##0.00;-#,##0.00;0"
SIGNED_BUDGET = '[>=500]"+£"#,##0,"k";[<=-500]"-£"#,##0,"k";"£0k"'
SIGNED_MILLIONS = '"+£"#,##0.00,,"m";"-£"#,##0.00,,"m";"£"0'
ERROR = "[>=0.005]+0.00;[<=-0.005]-0.00;0.00"
ERROR_SHARE = "[>=0.0005]+0.0%;[<=-0.0005]-0.0%;0.0%"
SIGNED_POINTS = "+0.0%;-0.0%;0%"
SIGNED_POUNDS = '"+£"#,##0;"-£"#,##0;"£"0'
MILLIONS = '"£"#,##0,,"m"'
FINE_MILLIONS = '"£"#,##0.00,,"m"'
FINEST_MILLIONS = '"£"#,##0.000,,"m"'
TIMES = '0.0"\u00d7"'
SHARE = "0%"
ONE_PLACE_SHARE, TWO_PLACES_SHARE = "0.0%", "0.00%"
ALIVE = '[=0]0%;[<0.005]"<1%";0%'
FINE_SHARE = "0.0##%"
YEAR = "0"
MONTH = "mmm yyyy"
ONE_PLACE, TWO_PLACES = "#,##0.0", "#,##0.00"
GENERAL = "General"
SMALL = "0.0E+00"

_COUNTED = ("people", "person", "patient", "case", "start", "death", "treatment")


def format_for_unit(unit: str, size: float | None = None) -> str:
    """Return the number format of a unit; with `size`, the row's largest number, a rounder one.

    Headline tables pass `size`, so that they show no precision they do not have.
    """
    plain = unit.strip().lower()
    if size is not None and size >= 1e6 and plain.startswith(("gbp", "£")):
        return FINE_MILLIONS
    if plain.startswith(("gbp million", "million gbp")):
        return '"£"#,##0.0"m"'
    if plain.startswith(("gbp", "£")):
        return POUNDS
    if plain.startswith(("share", "probability", "%")):
        return FINE_SHARE if size is None else ONE_PLACE_SHARE
    if size is not None and plain.startswith(_COUNTED):
        return WHOLE_PEOPLE
    if size is not None:
        return TWO_PLACES if size < 10 else WHOLE
    if plain.startswith(("qaly", "life-year", "life year", "year")):
        return "0.0###"
    return GENERAL


_TITLE = Font(name=FONT, size=16, bold=True, color=BLUE)
_PLAIN = Font(name=FONT, size=SIZE, color=INK)
_GREY = Font(name=FONT, size=SIZE, color="595959")
_CAPTION = Font(name=FONT, size=12, bold=True, color=BLUE)
_HEADER = Font(name=FONT, size=SIZE, bold=True, color="FFFFFF")
_WARN = Font(name=FONT, size=SIZE, bold=True, color=AMBER)
_PASS = Font(name=FONT, size=SIZE, bold=True, color=GREEN)
_FAIL = Font(name=FONT, size=SIZE, bold=True, color=RED)
_LINK = Font(name=FONT, size=SIZE, underline="single", color="0B57A4")
_LINKED = Font(name=FONT, size=SIZE, color="0B57A4")
_INPUT = Font(name=FONT, size=SIZE, color="0000CC")
_WEIGHT = Font(name=FONT, size=SIZE, color="595959")
_YELLOW = PatternFill("solid", start_color="FFF9DB", end_color="FFF9DB")
_UNLOCKED = Protection(locked=False)
_FILL = PatternFill("solid", start_color=BLUE, end_color=BLUE)
_RULE = Border(bottom=Side(style="thin", color="D0D5DB"))
_TOP = Alignment(vertical="top")
_INDENT = Alignment(vertical="top", horizontal="left", indent=1)
_INDENT_WRAP = Alignment(vertical="top", horizontal="left", wrap_text=True, indent=1)
_RIGHT = Alignment(vertical="top", horizontal="right")

Dress = Callable[[Cell], None]


def _dress(
    font: Font,
    alignment: Alignment = _TOP,
    border: Border | None = None,
    fill: PatternFill | None = None,
    protection: Protection | None = None,
) -> Dress:
    def apply(cell: Cell) -> None:
        cell.font = font
        cell.alignment = alignment
        if border is not None:
            cell.border = border
        if fill is not None:
            cell.fill = fill
        if protection is not None:
            cell.protection = protection

    return apply


ROLES: dict[str, Dress] = {
    "title": _dress(_TITLE),
    "about": _dress(_PLAIN),
    "note": _dress(_GREY),
    "warning": _dress(_WARN),
    "pass": _dress(_PASS),
    "fail": _dress(_FAIL),
    "caption": _dress(_CAPTION),
    "header": _dress(
        _HEADER,
        Alignment(vertical="center", horizontal="left", wrap_text=True, indent=1),
        fill=_FILL,
    ),
    "header right": _dress(
        _HEADER,
        Alignment(vertical="center", horizontal="right", wrap_text=True),
        fill=_FILL,
    ),
    "text": _dress(_PLAIN, _INDENT, _RULE),
    "wrapped": _dress(_PLAIN, _INDENT_WRAP, _RULE),
    "number": _dress(_PLAIN, _RIGHT, _RULE),
    "absent": _dress(_GREY, _RIGHT, _RULE),
    "absent text": _dress(_GREY, _INDENT, _RULE),
    "input": _dress(_INPUT, _RIGHT, _RULE, _YELLOW, _UNLOCKED),
    "weight": _dress(_WEIGHT, _RIGHT, _RULE),
    "formula": _dress(_PLAIN, _RIGHT, _RULE),
    "formula text": _dress(_PLAIN, _INDENT, _RULE),
    "link": _dress(_LINK, _INDENT, _RULE),
    "link text": _dress(_LINK, _INDENT, _RULE),
    "link wrapped": _dress(_LINK, _INDENT_WRAP, _RULE),
    "link line": _dress(_LINKED),
    "frozen": _dress(_WEIGHT, _INDENT, _RULE),
    "input text": _dress(_INPUT, _INDENT, _RULE, _YELLOW),
    "warning text": _dress(_WARN, _INDENT, _RULE),
    "verdict pass": _dress(_PASS, _INDENT, _RULE),
    "verdict fail": _dress(_FAIL, _INDENT, _RULE),
}


@dataclass
class Styles:
    """The styles of one workbook, each made once and shared by the cells that use it."""

    sheet: Worksheet
    made: dict[tuple[str, str, bool], StyleArray] = field(default_factory=dict)

    def get(self, role: str, number_format: str = GENERAL, *, quoted: bool = False) -> StyleArray:
        """Return the style of a role; `quoted` keeps formula-like text as text when edited."""
        key = (role, number_format, quoted)
        if key not in self.made:
            cell: Any = Cell(self.sheet, row=1, column=1)  # any: its style is untyped
            ROLES[role](cell)
            cell.number_format = number_format
            if quoted:
                cell.quotePrefix = True
            self.made[key] = cell._style
        return self.made[key]
