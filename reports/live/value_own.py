"""The sheet Value: what an option's own course yields and costs, by option and group."""

from __future__ import annotations

from collections.abc import Mapping

from hepaplan.model.kernels import COMPLICATIONS
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Schedule
from hepaplan.model.ties.value import ALIVE_AT
from hepaplan.reports.live.courses_alive import SHORTEST
from hepaplan.reports.live.courses_at import Courses
from hepaplan.reports.live.courses_months import Rate, finish, write_heading
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.input_keys import option_key

VALUE = "Value"
MEASURES: Mapping[str, tuple[str, str, str, str]] = {
    "life_years": ("Life-years", "years", "none", "0.0000"),
    "qalys": ("QALYs", "QALY", "none", "0.0000"),
    "qalys_discounted": ("QALYs, discounted", "QALY", "effects", "0.0000"),
    "cost": ("Cost", "GBP", "none", '"£"#,##0'),
    "cost_discounted": ("Cost, discounted", "GBP", "costs", '"£"#,##0'),
}
"""By field of `outcomes.Values`: words, unit, the rate it is discounted at, number format."""
FIRST_MONTH = "Lived in month 0"
COST_AT = {"none": "cost", "costs": "cost_discounted"}


class Own:
    """Where the worth of each option's own course is: `addresses` by measure, option and group.

    `alive`: addresses of the share still in it, by month, option and group.
    """

    def __init__(self, courses: Courses) -> None:
        """Write the sheet."""
        self._courses, self._making = courses, courses.making
        self._grid = _started(courses)
        kernels = self._making.usual.kernels
        self._row = self._grid.first_row + 3
        self.addresses: dict[tuple[str, int, int], str] = {}
        self.alive: dict[tuple[int, int, int], str] = {}
        categories = [(c, rate) for rate in COST_AT for c in range(len(kernels.categories))]
        self._place = {FIRST_MONTH: 4} | {m: i for i, m in enumerate(MEASURES, start=5)}
        first = 5 + len(MEASURES)
        self._category_place = {key: i for i, key in enumerate(categories, start=first)}
        shown = [m for m in ALIVE_AT if m <= min(kernels.months, SHORTEST)]
        after = first + len(categories)
        self._alive_place = {month: i for i, month in enumerate(shown, start=after)}
        self._headings()
        for option in range(len(kernels.options)):
            for group in range(len(kernels.groups)):
                self._write(option, group)
                self._row += 1
        self._grid.widths({1: 50, 2: 44, 3: 16})
        top, last = self._grid.first_row, after + len(shown) - 1
        end = (self._grid.last_row, last)
        finish(self._grid, self._making, f"D{top + 3}", f"{top + 1}:{top + 2}", end)

    def _headings(self) -> None:
        top, content = self._grid.first_row, self._making.content
        for place, text in enumerate(("Decision point", "Option", "Group"), start=1):
            write_heading(self._grid, top + 1, place, text, right=False)
        heads = {FIRST_MONTH: (FIRST_MONTH, "months")}
        heads |= {name: (words, unit) for name, (words, unit, _, _) in MEASURES.items()}
        for name, (words, unit) in heads.items():
            write_heading(self._grid, top + 1, self._place[name], words, unit)
        for (category, rate), place in self._category_place.items():
            name = self._making.usual.kernels.categories[category]
            unit = "GBP, discounted" if rate == "costs" else "GBP"
            write_heading(self._grid, top + 1, place, content.label(name), unit)
        for month, place in self._alive_place.items():
            heading = f"In the course at month {month}"
            write_heading(self._grid, top + 1, place, heading, "share of starts")

    def _write(self, option: int, group: int) -> None:
        making, kernels = self._making, self._making.usual.kernels
        names = (*making.names(option), making.content.label(kernels.groups[group]))
        for place, text in enumerate(names, start=1):
            self._grid.text(self._row, place, text)
        lived = self._grid.cell(self._row, self._place[FIRST_MONTH])
        self._grid.formula(
            self._row, self._place[FIRST_MONTH], f"={self._first_month(option, group)}",
            kernels.person_months[option, group, 0], "0.0000",
        )  # fmt: skip
        for month, place in self._alive_place.items():
            at_risk = self._courses.alive[option, kernels.groups[group]].at(month)
            value = kernels.alive[option, group, month]
            self._grid.formula(self._row, place, f"={at_risk}", value, "0.0000")
            self.alive[month, option, group] = self._grid.cell(self._row, place)
        last = self._courses.last[option, kernels.groups[group]] - 1
        years = f"({lived}+{self._months_lived(option, group, 1, last)})/12"
        self._measure("life_years", option, group, years)
        for measure in ("qalys", "qalys_discounted"):
            rate = self._courses.rates[MEASURES[measure][2]]
            self._measure(measure, option, group, self._qalys(option, group, rate, lived))
        for rate_name, measure in COST_AT.items():
            self._costs(option, group, rate_name)
            first = self._category_place[0, rate_name]
            span = self._grid.span(self._row, first, self._row, first + len(kernels.categories) - 1)
            self._measure(measure, option, group, f"SUM({span})")

    def _measure(self, measure: str, option: int, group: int, formula: str) -> None:
        value = getattr(self._making.usual.worth, measure).own[option, group]
        place = self._place[measure]
        self._grid.formula(self._row, place, f"={formula}", value, MEASURES[measure][3])
        self.addresses[measure, option, group] = self._grid.cell(self._row, place)

    def _first_month(self, option: int, group: int) -> str:
        """Return the expression of the months lived in the first, deaths at its middle."""
        start = self._courses.starts[option, self._courses.group(group)]
        spared = self._courses.spared(option, group).at(1)
        dying = "".join(f"-{s}*{x.at(1)}" for s, x in self._courses.dying(option, group))
        survive = f"{spared}*(1{dying})" if dying else spared
        return (
            f"1-({start.performed}*{start.mortality}+{start.not_performed}*(1-{spared})"
            f"+{start.begun}*(1-{survive}))/2"
        )

    def _months_lived(
        self, option: int, group: int, first: int, last: int, rate: Rate | None = None, by: str = ""
    ) -> str:
        """Return the expression of months lived in months first to last, discounted, times `by`.

        Of those at risk, s survive other causes and q x die of the disease: (1 + s (1 - q x)) / 2.
        """
        courses = self._courses
        spared = courses.spared(option, group).span(first + 1, last + 1)
        dying = "".join(
            f"-{share}*{exit_.span(first + 1, last + 1)}"
            for share, exit_ in courses.dying(option, group)
        )
        survive = f"{spared}*(1{dying})" if dying else spared
        at_risk = courses.alive[option, courses.group(group)]
        factors = [by] if by else []
        factors += [*at_risk.factors(first, last), f"1+{survive}"]
        if rate is not None and rate.column is not None:
            factors.append(rate.column.span(first, last))
        return f"{at_risk.begun}*SUMPRODUCT({','.join(factors)})/2"

    def _qalys(self, option: int, group: int, rate: Rate, lived: str) -> str:
        key = (*option_key(self._making.usual, option), "utility")
        schedule = self._courses.records[option].utility
        last = self._courses.last[option, self._courses.group(group)] - 1
        parts = [f"{self._making.cells.schedule(key, 0)}*{lived}"]
        listed = min(len(schedule.value) - 1, last)
        if listed >= 1:
            by = self._listed(key, listed)
            parts.append(self._months_lived(option, group, 1, listed, rate, by))
        then = self._making.cells.cell(key, "then")
        first = max(listed, 0) + 1
        if first <= last:
            parts.append(f"{then}*{self._months_lived(option, group, first, last, rate)}")
        lost = self._courses.starts[option, self._courses.group(group)].complication_qalys
        total = f"({'+'.join(parts)})/12" + (f"-{lost}" if lost else "")
        return f"({total})*{rate.half_month}" if rate.half_month else total

    def _listed(self, key: Key, last: int) -> str:
        """Return the address of a schedule's amounts in months 1 to last."""
        addresses = [self._making.cells.cell(key, f"month {m}") for m in range(1, last + 1)]
        return f"{addresses[0]}:{addresses[-1].rpartition('!')[2]}"

    def _taken(
        self, option: int, group: int, schedule: Schedule, key: Key, rate: Rate, *, stays_none: bool
    ) -> str:
        """Return the expression of a schedule's amounts over an option's course.

        With `stays_none` an amount of 0 after the months listed stays 0.
        """
        name = self._courses.group(group)
        alive, last = self._courses.alive[option, name], self._courses.last[option, name] - 1
        discount = rate.column
        parts = [
            f"{self._courses.starts[option, name].started}*{self._making.cells.schedule(key, 0)}"
        ]
        listed = min(len(schedule.value) - 1, last)
        if listed >= 1:
            factors = [self._listed(key, listed), *alive.factors(1, listed)]
            factors += [discount.span(1, listed)] if discount else []
            parts.append(f"{alive.begun}*SUMPRODUCT({','.join(factors)})")
        first = max(listed, 0) + 1
        if first <= last and (schedule.then or not stays_none):
            then = self._making.cells.cell(key, "then")
            factors = alive.factors(first, last)
            factors += [discount.span(first, last)] if discount else []
            parts.append(f"{then}*{alive.begun}*SUMPRODUCT({','.join(factors)})")
        return "+".join(parts)

    def _costs(self, option: int, group: int, rate_name: str) -> None:
        """Write an option's costs by category."""
        kernels, cells = self._making.usual.kernels, self._making.cells
        rate = self._courses.rates[rate_name]
        name, key = self._courses.group(group), option_key(self._making.usual, option)
        record = self._courses.records[option]
        parts: dict[str, list[str]] = {}
        for number, resource in enumerate(kernels.resources):
            used = []
            if resource in record.footprint:
                schedule, at = record.footprint[resource], (*key, "footprint", resource)
                used.append(self._taken(option, group, schedule, at, rate, stays_none=True))
            if harms := self._courses.complication_use(option, group, number):
                used.append(harms)
            if used:
                price = cells.cell(("resource", resource, "unit_cost"))
                parts[resource] = [f"{price}*({'+'.join(used)})"]
        for category, schedule in record.costs.items():
            at = (*key, "costs", category)
            taken = self._taken(option, group, schedule, at, rate, stays_none=False)
            parts.setdefault(category, []).append(taken)
        for drug, schedule in record.doses.items():
            at = (*key, "doses", drug)
            taken = self._taken(option, group, schedule, at, rate, stays_none=False)
            for category, price in self._courses.dose_prices[drug, name].items():
                parts.setdefault(category, []).append(f"{price}*({taken})")
        if harm_cost := self._courses.starts[option, name].complication_cost:
            parts[COMPLICATIONS] = [harm_cost]
        annual = self._making.usual.scenario.settings.economics.discount_rate_costs.number
        factors = discount_factors(annual if rate.column else 0.0, kernels.months)
        for category, terms in parts.items():
            number = kernels.categories.index(category)
            total = "+".join(terms)
            formula = f"=({total})*{rate.half_month}" if rate.half_month else f"={total}"
            value = float(kernels.cost[option, group, number] @ factors)
            place = self._category_place[number, rate_name]
            self._grid.formula(self._row, place, formula, value, '"£"#,##0')


def _started(courses: Courses) -> Grid:
    return courses.making.grid(
        VALUE,
        "What one planned start's own course yields and costs, before whatever follows it.",
        "As model/course.py and model/outcomes.py: deaths fall in the middle of their month, so "
        "do yields and costs; costs and effects are discounted at their own rates to the start.",
        "Live: schedules, utilities, unit costs, complications, discount rates. Held: the price of "
        "a dose (sheet Courses). Worth has the same with all that follows.",
    )
