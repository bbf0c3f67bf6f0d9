"""Pathways changed on purpose: every option, price or utility by one rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hepaplan.model.kernels import COMPLICATIONS
from hepaplan.model.money.drugs import ADMINISTRATION, Body, Drug, cost_category
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Complication, DecisionPoint, Option
from hepaplan.model.tables.money_tables import WAITING_LIST
from hepaplan.model.verification.changed_figures import Changed, in_figure, in_schedule, times


def with_options(scenario: Scenario, change: Callable[[Option], Option]) -> Scenario:
    """Return the scenario with every option changed."""
    return _with_points(
        scenario,
        lambda point: {"option": {name: change(o) for name, o in point.option.items()}},
    )


def with_point(scenario: Scenario, name: str, point: DecisionPoint) -> Scenario:
    """Return the scenario with another record of a decision point."""
    points = {**scenario.pathway.decision_point, name: point}
    pathway = scenario.pathway.model_copy(update={"decision_point": points})
    return replace(scenario, pathway=pathway)


def swapped(scenario: Scenario, point: str, first: str, second: str) -> Scenario:
    """Return the scenario with the records of two options of a decision point exchanged."""
    where = scenario.pathway.decision_point[point]
    records = {**where.option, first: where.option[second], second: where.option[first]}
    return with_point(scenario, point, where.model_copy(update={"option": records}))


def doubled(scenario: Scenario, point: str, option: str, name: str) -> Scenario:
    """Return the scenario with a copy of an option under another name, which nobody starts."""
    where = scenario.pathway.decision_point[point]
    nobody = where.option[option].usual_share.model_copy(update={"value": 0.0})
    copy = where.option[option].model_copy(update={"usual_share": nobody})
    options = {**where.option, name: copy}
    return with_point(scenario, point, where.model_copy(update={"option": options}))


def with_utilities(scenario: Scenario, change: Changed) -> Scenario:
    """Return the scenario with every utility changed, those of waiting too."""

    def of_point(point: DecisionPoint) -> dict[str, Any]:
        options = {
            name: o.model_copy(update={"utility": in_schedule(o.utility, change)})
            for name, o in point.option.items()
        }
        return {"option": options} | _waiting(point, "utility", change)

    return _with_points(scenario, of_point)


def with_complications(
    scenario: Scenario, change: Callable[[Complication], Complication]
) -> Scenario:
    """Return the scenario with every complication changed."""
    return with_options(
        scenario,
        lambda o: o.model_copy(
            update={"complications": {name: change(c) for name, c in o.complications.items()}}
        ),
    )


def with_prices(scenario: Scenario, factor_of: Callable[[str], float]) -> Scenario:
    """Return the scenario with the prices behind each category of cost multiplied.

    `factor_of` gives the factor of a category of the kernels, or of care on the waiting list.
    """

    def scaled(category: str) -> Changed:
        return lambda amount: factor_of(category) * amount

    def option(record: Option) -> Option:
        harms = {
            name: harm.model_copy(update={"cost": in_figure(harm.cost, scaled(COMPLICATIONS))})
            for name, harm in record.complications.items()
        }
        costs = {name: in_schedule(cost, scaled(name)) for name, cost in record.costs.items()}
        return record.model_copy(update={"costs": costs, "complications": harms})

    def drug(name: str, record: Drug) -> Drug:
        of_drug = scaled(cost_category(name))
        vials = {
            size: vial.model_copy(update={"price": in_figure(vial.price, of_drug)})
            for size, vial in record.vial.items()
        }
        giving = record.administration
        paid = None if giving is None else in_figure(giving, scaled(ADMINISTRATION))
        return record.model_copy(update={"vial": vials, "administration": paid})

    settings, pathway = scenario.settings, scenario.pathway
    resources = {
        name: one.model_copy(update={"unit_cost": in_figure(one.unit_cost, scaled(name))})
        for name, one in settings.resource.items()
    }
    drugs = {name: drug(name, record) for name, record in pathway.drug.items()}
    dearer = replace(
        scenario,
        settings=settings.model_copy(update={"resource": resources}),
        pathway=pathway.model_copy(update={"drug": drugs}),
    )
    return _with_points(
        with_options(dearer, option), lambda p: _waiting(p, "cost", scaled(WAITING_LIST))
    )


def with_heavier_patients(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with weight and body surface multiplied; it must state a body size."""
    body: Body | None = scenario.pathway.body
    if body is None:
        return scenario
    sizes = {
        name: times(size, factor)
        for name in ("weight", "surface_area")
        if (size := getattr(body, name)) is not None
    }
    larger = scenario.pathway.model_copy(update={"body": body.model_copy(update=sizes)})
    return replace(scenario, pathway=larger)


def _waiting(point: DecisionPoint, name: str, change: Changed) -> dict[str, Any]:
    if point.waiting is None:
        return {}
    figure = in_figure(getattr(point.waiting, name), change)
    return {"waiting": point.waiting.model_copy(update={name: figure})}


def _with_points(scenario: Scenario, change: Callable[[DecisionPoint], dict[str, Any]]) -> Scenario:
    points = {
        name: point.model_copy(update=change(point))
        for name, point in scenario.pathway.decision_point.items()
    }
    pathway = scenario.pathway.model_copy(update={"decision_point": points})
    return replace(scenario, pathway=pathway)
