"""The sheet Choices: the options of each decision point compared, against the threshold."""

from __future__ import annotations

from collections.abc import Sequence

from hepaplan.model.economics import SAME, Compared, frontier, net_monetary_benefit
from hepaplan.reports.live.courses_at import Courses
from hepaplan.reports.live.courses_months import finish, write_heading
from hepaplan.reports.live.grid import LETTERS, Grid
from hepaplan.reports.live.value_worth import Worth

CHOICES = "Choices"
HEADINGS = (
    "Decision point", "Group", "Option", "Cost", "QALYs", "Beaten outright by", "Standing",
    "Cost per QALY gained", "Added cost", "Added QALYs", "Net monetary benefit", "Best value",
)  # fmt: skip
UNITS = (
    "", "", "", "GBP, discounted", "QALY, discounted", "options", "in words", "GBP per QALY", "GBP",
    "QALY", "GBP", "",
)  # fmt: skip
PLACES = {heading: place for place, heading in enumerate(HEADINGS, start=1)}
COST, QALYS, BEATEN, STANDING, BENEFIT = (
    PLACES[name]
    for name in ("Cost", "QALYs", "Beaten outright by", "Standing", "Net monetary benefit")
)
FIRST_PAIR = len(HEADINGS) + 1
POUNDS, YEARS, RATIO = '"£"#,##0', "0.0000", '"£"#,##0'


def write_choices(courses: Courses, worth: Worth) -> None:
    """Write a block for each point with two options or more, and each group."""
    making, kernels = courses.making, courses.making.usual.kernels
    blocks = [
        [k for k in range(len(kernels.options)) if kernels.point_of[k] == c]
        for c in range(len(kernels.points))
    ]
    blocks = [block for block in blocks if len(block) > 1]
    grid = _started(courses)
    if not blocks:
        grid.text(grid.first_row, 1, "No decision point of this scenario has two options.")
        grid.finish(making.content.version, "A1")
        return
    most = max(len(block) for block in blocks)
    top = grid.first_row
    grid.text(top, 1, "Threshold, GBP per QALY")
    threshold = making.usual.scenario.settings.economics.willingness_to_pay.number
    address = making.cells.cell(("economics", "willingness_to_pay"))
    grid.formula(top, COST, f"={address}", threshold, POUNDS)
    grid.text(top + 1, 1, "Smaller relative differences count as none")
    grid.number(top + 1, COST, SAME, "0E+00")
    _headings(grid, top + 3, most)
    row = top + 5
    for block in blocks:
        for group in range(len(kernels.groups)):
            _Block(grid, courses, worth, block, group, row, (top, top + 1)).write(most)
            row += len(block) + 1
    grid.widths({1: 50, 2: 16, 3: 44, STANDING: 24.0})
    end = (grid.last_row, FIRST_PAIR - 1)
    finish(grid, making, f"D{top + 5}", f"{top + 3}:{top + 4}", end)


class _Block:
    """The options of one point in one group."""

    def __init__(
        self, grid: Grid, courses: Courses, worth: Worth, options: Sequence[int], group: int,
        row: int, settings: tuple[int, int],
    ) -> None:  # fmt: skip
        self._grid, self._making, self._worth = grid, courses.making, worth
        self._options, self._group, self._row = options, group, row
        self._threshold, self._same = (f"${LETTERS[COST - 1]}${at}" for at in settings)
        usual = self._making.usual
        self._costs = [float(usual.worth.cost_discounted.start[k, group]) for k in options]
        self._qalys = [float(usual.worth.qalys_discounted.start[k, group]) for k in options]
        self._willingness_to_pay = usual.scenario.settings.economics.willingness_to_pay.number
        named = [(str(k), c, q) for k, c, q in zip(options, self._costs, self._qalys, strict=True)]
        found = {each.name: each for each in frontier(named)}
        self._found: list[Compared] = [found[str(k)] for k in options]

    def write(self, most: int) -> None:
        """Write every option's row."""
        benefits = [
            net_monetary_benefit(c, q, self._willingness_to_pay)
            for c, q in zip(self._costs, self._qalys, strict=True)
        ]
        self._slack_costs = self._slack(COST)
        self._slack_qalys = self._slack(QALYS)
        for place in range(len(self._options)):
            self._facts(place)
            self._pairs(place, most)
            self._standing(place, most)
            self._against(place)
            row = self._row + place
            worth = f"={self._threshold}*{_at(QALYS, row)}-{_at(COST, row)}"
            self._grid.formula(row, BENEFIT, worth, benefits[place], POUNDS)
            best = f'=IF({_at(BENEFIT, row)}=MAX({self._span(BENEFIT)}),"yes","")'
            shown = "yes" if benefits[place] == max(benefits) else ""
            self._grid.formula_text(row, PLACES["Best value"], best, shown)

    def _span(self, place: int) -> str:
        letter = LETTERS[place - 1]
        return f"${letter}${self._row}:${letter}${self._row + len(self._options) - 1}"

    def _slack(self, place: int) -> str:
        """Return the expression of the least difference that counts in a column."""
        span = self._span(place)
        return f"{self._same}*MAX(MAX({span}),-MIN({span}))"

    def _facts(self, place: int) -> None:
        row, option, kernels = self._row + place, self._options[place], self._making.usual.kernels
        point, label = self._making.names(option)
        group = self._making.content.label(kernels.groups[self._group])
        for at, text in enumerate((point, group, label), start=1):
            self._grid.text(row, at, text)
        for at, measure, value, shown in (
            (COST, "cost_discounted", self._costs[place], POUNDS),
            (QALYS, "qalys_discounted", self._qalys[place], YEARS),
        ):
            address = self._worth.start[measure, option, self._group]
            self._grid.formula(row, at, f"={address}", value, shown)
        cost, qalys = self._span(COST), self._span(QALYS)
        cheaper = f"({cost}<={_at(COST, row)}+{self._slack_costs})"
        better = f"({qalys}>={_at(QALYS, row)}-{self._slack_qalys})"
        less = f"({cost}<{_at(COST, row)}-{self._slack_costs})"
        more = f"({qalys}>{_at(QALYS, row)}+{self._slack_qalys})"
        formula = f"=SUMPRODUCT({cheaper}*{better}*(({less}+{more})>0))"
        self._grid.formula(row, BEATEN, formula, self._beaten(place), "0")

    def _beaten(self, place: int) -> int:
        cost, qalys = self._costs[place], self._qalys[place]
        slack = [SAME * max(map(abs, values)) for values in (self._costs, self._qalys)]
        return sum(
            c <= cost + slack[0]
            and q >= qalys - slack[1]
            and (c < cost - slack[0] or q > qalys + slack[1])
            for c, q in zip(self._costs, self._qalys, strict=True)
        )

    def _pairs(self, place: int, most: int) -> None:
        """Write the cost per QALY gained over each worse option, and of each better one over it."""
        row = self._row + place
        slack = SAME * max(map(abs, self._qalys))
        for other in range(len(self._options)):
            at = self._row + other
            gained = self._qalys[place] - self._qalys[other]
            added = self._costs[place] - self._costs[other]
            ours = f"{_at(QALYS, row)}-{_at(QALYS, at)}"
            cost = f"{_at(COST, row)}-{_at(COST, at)}"
            over = f'=IF({ours}>{self._slack_qalys},({cost})/({ours}),"")'
            under = f'=IF(-({ours})>{self._slack_qalys},({cost})/({ours}),"")'
            for column, formula, there in (
                (FIRST_PAIR + other, over, gained > slack),
                (FIRST_PAIR + most + other, under, -gained > slack),
            ):
                if there:
                    self._grid.formula(row, column, formula, added / gained, RATIO)
                else:
                    self._grid.formula_text(row, column, formula, "")

    def _standing(self, place: int, most: int) -> None:
        row, last = self._row + place, len(self._options) - 1
        over, under = (
            f"{_at(first, row)}:{_at(first + last, row)}"
            for first in (FIRST_PAIR, FIRST_PAIR + most)
        )
        cheaper = f'COUNTIF({self._span(COST)},"<"&({_at(COST, row)}-{self._slack_costs}))'
        between = f"AND(COUNT({over})>0,COUNT({under})>0,MIN({under})<MAX({over}))"
        formula = (
            f'=IF({_at(BEATEN, row)}>0,"dominated",IF({between},"extendedly dominated",'
            f'IF({cheaper}=0,"reference","on the frontier")))'
        )
        self._grid.formula_text(row, STANDING, formula, self._found[place].standing)
        ratio = f'=IF({_at(STANDING, row)}="on the frontier",MAX({over}),"")'
        icer, at = self._found[place].icer, PLACES["Cost per QALY gained"]
        if icer is None:
            self._grid.formula_text(row, at, ratio, "")
        else:
            self._grid.formula(row, at, ratio, icer, RATIO)

    def _against(self, place: int) -> None:
        """Write what an option adds to the reference of its block."""
        row = self._row + place
        reference = next(n for n, each in enumerate(self._found) if each.standing == "reference")
        match = f'MATCH("reference",{self._span(STANDING)},0)'
        for heading, column, values, shown in (
            ("Added cost", COST, self._costs, '"+£"#,##0;"-£"#,##0;"£"0'),
            ("Added QALYs", QALYS, self._qalys, "+0.0000;-0.0000;0"),
        ):
            formula = f"={_at(column, row)}-INDEX({self._span(column)},{match})"
            added = values[place] - values[reference]
            self._grid.formula(row, PLACES[heading], formula, added, shown)


def _at(place: int, row: int) -> str:
    return f"${LETTERS[place - 1]}{row}"


def _headings(grid: Grid, row: int, most: int) -> None:
    for place, (heading, unit) in enumerate(zip(HEADINGS, UNITS, strict=True), start=1):
        right = place >= COST and heading not in ("Standing", "Best value")
        write_heading(grid, row, place, heading, unit, right=right)
    for other in range(most):
        for first, words in (
            (FIRST_PAIR, f"Over option {other + 1}"),
            (FIRST_PAIR + most, f"Of option {other + 1} over it"),
        ):
            write_heading(grid, row, first + other, words, "GBP per QALY")


def _started(courses: Courses) -> Grid:
    return courses.making.grid(
        CHOICES,
        "The options of each decision point compared: cost and QALYs of a start, all that follows.",
        "As model/economics.py: a dominated option has no ratio; cost per QALY gained is against "
        "the next cheaper on the frontier, what is added against the reference. All is live.",
        "Extendedly dominated: some better option costs less per QALY gained over this one than "
        "this one does over some worse one (to the right; options numbered down each block).",
        "Options of a point are not always a choice for one patient: shares say who has which.",
    )
