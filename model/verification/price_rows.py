"""Rows on prices: what is free, what is dearer, and what was stated in other prices (section B)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.figures import figures
from hepaplan.model.kernels import Kernels
from hepaplan.model.money.drugs import cost_category, dose_price
from hepaplan.model.parameters import Scenario
from hepaplan.model.quantities import Amount, Quantity, Schedule
from hepaplan.model.tables.money_tables import WAITING_LIST
from hepaplan.model.verification.changed_pathway import with_heavier_patients, with_prices
from hepaplan.model.verification.gaps import EXACT, largest_gap
from hepaplan.model.verification.money_rows import begun
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, judged, not_applicable

HEAVIER = 1.1


def free_care(subject: Subject) -> Finding:
    """Judge that where every price is 0 nothing is spent, and health is as it was."""
    usual = subject.read(with_prices(subject.scenario, lambda _: 0.0))
    spent = float(np.abs(usual.kernels.cost).sum() + np.abs(usual.waiting.cost).sum())
    gap = largest_gap(usual.kernels.qalys, subject.usual.kernels.qalys)
    return judged(
        spent == 0.0 and gap <= EXACT,
        f"cost of all starts and months on a list GBP {spent:.3g}; QALYs differ by {gap:.3g} of "
        f"the largest, tolerance {EXACT:g}",
    )


def prices_move_their_lines(subject: Subject) -> Finding:
    """Judge that each line of cost moves with its own price, and with no other."""
    before = subject.usual
    names = before.kernels.categories
    factor = {name: 2.0 + place for place, name in enumerate((*names, WAITING_LIST))}
    after = subject.read(with_prices(subject.scenario, lambda n: factor.get(n, 1.0)))
    gaps = {
        name: largest_gap(
            line_of(after.kernels, name), factor[name] * line_of(before.kernels, name)
        )
        for name in names
    }
    gaps[WAITING_LIST] = largest_gap(after.waiting.cost, factor[WAITING_LIST] * before.waiting.cost)
    gaps["QALYs"] = largest_gap(after.kernels.qalys, before.kernels.qalys)
    worst = max(gaps, key=gaps.__getitem__)
    return judged(
        gaps[worst] <= EXACT,
        f"{len(factor)} lines, prices times 2 to {len(factor) + 1}, each its own; furthest from "
        f"its factor: {worst}, {gaps[worst]:.3g} of the line, tolerance {EXACT:g}",
    )


def heavier_patients(subject: Subject) -> Finding:
    """Judge that doses by body size cost more: in proportion where vials are shared."""
    pathway = subject.scenario.pathway
    names = subject.usual.kernels.categories
    by_size = {
        name: drug
        for name, drug in pathway.drug.items()
        if drug.dose.unit != "mg" and cost_category(name) in names
    }
    if not by_size:
        return not_applicable("no option in use gives a drug by weight or body surface")
    heavier = subject.read(with_heavier_patients(subject.scenario, HEAVIER)).kernels
    fair, said = True, []
    for name, drug in by_size.items():
        once, more = (
            float(line_of(kernels, cost_category(name)).sum())
            for kernels in (subject.usual.kernels, heavier)
        )
        ratio = more / once if once else 1.0
        shared = drug.wastage == "shared"
        fair &= abs(ratio / HEAVIER - 1) <= EXACT if shared and once else more >= once * (1 - EXACT)
        said.append(f"{name} x {ratio:.4f} ({'shared vials' if shared else 'whole vials'})")
    return judged(bool(fair), f"weight and body surface x {HEAVIER:g}; cost: {', '.join(said)}")


def other_years(subject: Subject) -> Finding:
    """Judge that amounts in the prices of other years are moved by the ratio of the index."""
    return _converted(subject.scenario, abroad=False)


def other_currencies(subject: Subject) -> Finding:
    """Judge that amounts in another currency are converted at their own year's rate."""
    return _converted(subject.scenario, abroad=True)


def doses_at_their_price(subject: Subject) -> Finding:
    """Judge that what is spent on a drug is the doses given at the price of a dose."""
    scenario, kernels = subject.scenario, subject.usual.kernels
    pathway, gaps = scenario.pathway, {}
    for name, drug in pathway.drug.items():
        if cost_category(name) not in kernels.categories:
            continue
        doses = _doses(scenario, kernels, name)
        price = [dose_price(drug, pathway.body, g)[0] for g in kernels.groups]
        bought = np.einsum("kgd,g->kg", doses, price)
        gaps[name] = largest_gap(line_of(kernels, cost_category(name)).sum(axis=-1), bought)
    if not gaps:
        return not_applicable("no option in use gives a drug by dose")
    worst = max(gaps, key=gaps.__getitem__)
    return judged(
        gaps[worst] <= EXACT,
        f"{len(gaps)} drugs, spent on a start against doses x price; furthest apart: {worst}, "
        f"{gaps[worst]:.3g} of the line, tolerance {EXACT:g}",
    )


def line_of(kernels: Kernels, category: str) -> Floats:
    """Return a line of cost (option, group, month since start)."""
    return kernels.cost[:, :, kernels.categories.index(category)]


def _doses(scenario: Scenario, kernels: Kernels, drug: str) -> Floats:
    """Return doses (option, group, month) of a start, by who is in the option as a month begins."""
    found = np.zeros_like(kernels.person_months)
    for k, (_, _, option) in enumerate(scenario.pathway.options()):
        if drug not in option.doses:
            continue
        by_month = np.array([option.doses[drug].at(month) for month in range(kernels.months)])
        found[k] = by_month * kernels.alive[k, :, :-1]
        found[k, :, 0] = [by_month[0] * begun(option, group) for group in kernels.groups]
    return found


def _converted(scenario: Scenario, abroad: bool) -> Finding:
    """Return whether amounts stated in other prices are those of the scenario, by plain ratios."""
    own = scenario.settings.economics
    gaps = [
        abs(used / (stated * factor) - 1.0) if stated else abs(used)
        for amount, stated, used, factor in _stated(scenario)
        if (amount.currency != own.currency) == abroad
    ]
    if not gaps:
        kind = "in another currency" if abroad else "in prices of another year that are converted"
        return not_applicable(f"no amount is stated {kind}")
    return judged(
        max(gaps) <= EXACT,
        f"{len(gaps)} numbers against amount x exchange rate x index of {own.price_year} / index "
        f"of its year: {max(gaps):.3g} of the amount at most, tolerance {EXACT:g}",
    )


def _stated(scenario: Scenario) -> Iterator[tuple[Amount, float, float, float]]:
    """Yield amounts stated in other prices: as stated, as used, and the factor by their year."""
    prices, own = scenario.settings.prices, scenario.settings.economics
    used = {("pathway", *key): figure for key, figure in figures(scenario.pathway)}
    used |= dict(figures(scenario.settings))
    for key, amount in scenario.stated.items():
        now = used.get(key)
        if not isinstance(amount, Quantity | Schedule) or not isinstance(now, Quantity | Schedule):
            continue
        factor, year = 1.0, str(amount.price_year)
        if amount.currency != own.currency:
            factor = prices.exchange[amount.currency].value[year]
        if prices.index is not None and amount.price_year is not None:
            index = prices.index.value
            factor *= index[str(own.price_year)] / index[year]
        for part, stated in amount.numbers().items():
            yield amount, stated, now.numbers()[part], factor


PRICE_ROWS = (
    Row("B5", "every price 0", "total 0, health as it was", free_care),
    Row("B6", "each price times a factor of its own", "its line times that factor, no other",
        prices_move_their_lines),
    Row("B7", f"weight and body surface x {HEAVIER:g}", "doses by body size cost more",
        heavier_patients),
    Row("B10", "none", "prices of other years are moved by the index", other_years),
    Row("B16", "none", "spent on a drug / doses given = price of a dose", doses_at_their_price),
    Row("B19", "none", "other currencies are converted at their year's rate", other_currencies),
)  # fmt: skip
