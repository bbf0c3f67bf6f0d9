"""New metastases in every draw: the chain before the pathway, from cases to first arrivals.

Arrivals are sums of components, one for each share or risk that brings them and each damping of the
trend: what is drawn only changes their weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.incidence import effective_years, standardised_ratio, trend_multiplier
from hepaplan.model.metastases import LATE_FROM, by_group, metastasis_arrivals
from hepaplan.model.parameters import STAGES_WITHOUT_METASTASES, Scenario
from hepaplan.model.problems import InvalidInput
from hepaplan.model.quantities import Quantity
from hepaplan.model.readings import UsualCare

NODES = (8, 16, 24, 32, 48, 64, 96, 128)
"""Values of the damping at which cases are computed, as few as are exact enough between them."""
EXACT_ENOUGH = 1e-10
"""Largest error of the counted years between nodes."""
NO_STAGE_IV = 1e-9


@dataclass(frozen=True)
class Front:
    """Arrivals of first metastases by component, which draws weigh.

    `people` (component, group, region, span month). `damping` are the nodes: components are those
    of the first node, then of the next. `ratio`: the standardised ratio with which they came.
    """

    people: Floats
    damping: Floats
    has_late: bool
    ratio: float


def front_of(usual: UsualCare, damping: Floats) -> Front:
    """Return the components of the region's arrivals; `damping` holds every value drawn of it."""
    scenario = usual.scenario
    nodes = _nodes(scenario, usual.case_months.middle, damping)
    base = usual.cases.sum(axis=2, keepdims=True)
    trend = trend_multiplier(scenario, usual.case_months)
    change = [
        trend_multiplier(_with_damping(scenario, node), usual.case_months) / trend for node in nodes
    ]
    cases = np.concatenate([base * c[:, None, None, :, None] for c in change], axis=1)
    at_stage_iv = np.zeros_like(cases)
    at_stage_iv[..., -1] = cases.sum(axis=-1)
    parts, has_late = _parts(scenario)
    found = []
    for number, part in enumerate(parts):
        of = cases if number else at_stage_iv
        arrived = metastasis_arrivals(part, of, usual.case_months, usual.span)
        found.append(by_group(scenario, arrived).sum(axis=-1))
    risks = len(STAGES_WITHOUT_METASTASES)
    found[1 + risks :] = [
        late - timely for late, timely in zip(found[1 + risks :], found[1 : 1 + risks], strict=True)
    ]
    regions = cases.shape[1] // nodes.size
    stacked = np.stack(found).reshape(len(found), usual.span.count, nodes.size, regions, -1)
    by_component = stacked.transpose(2, 0, 4, 3, 1)
    people = by_component.reshape(-1, *by_component.shape[2:])
    return Front(people, nodes, has_late, standardised_ratio(scenario))


def weights(front: Front, scenario: Scenario, count: int) -> Floats:
    """Return each component's weight in every draw (draw, component) of a drawn scenario."""
    metastases = scenario.settings.metastases
    incidence = {str(k): v for k, v in metastases.metachronous_cumulative_incidence.items()}
    risks = [incidence[stage].number for stage in STAGES_WITHOUT_METASTASES]
    parts: list[Any] = [metastases.synchronous_share.number, *risks]
    if front.has_late:
        parts += [risk * np.asarray(metastases.late_share.number) for risk in risks]
    linear = np.stack([np.broadcast_to(np.asarray(part), (count,)) for part in parts], axis=1)
    linear *= np.reshape(np.asarray(standardised_ratio(scenario)) / front.ratio, (-1, 1))
    damping = np.broadcast_to(np.asarray(scenario.settings.trend.damping.number), (count,))
    at_nodes = interpolation(front.damping, damping)
    return np.asarray((at_nodes[:, :, None] * linear[:, None, :]).reshape(count, -1))


def refuse_more_than_stage_iv(usual: UsualCare, synchronous_share: float) -> None:
    """Raise InvalidInput if more are synchronous than have stage IV somewhere."""
    total = usual.cases.sum(axis=-1)
    share = np.divide(usual.cases[..., -1], total, out=np.ones_like(total), where=total > 0)
    if synchronous_share > share.min() * (1.0 + NO_STAGE_IV):
        raise InvalidInput(
            f"metastases.synchronous_share is drawn as {synchronous_share:.4g}, but the share of "
            f"stage IV, to which they belong, falls to {share.min():.4g}: state within = "
            f"[0.0, {share.min():.4g}], a narrower interval, or a stage table with more"
        )


def interpolation(nodes: Floats, at: Floats) -> Floats:
    """Return the weight of each node at some points (point, node), a polynomial through all.

    Barycentric: Berrut & Trefethen, SIAM Rev 2004;46:501-17, 10.1137/S0036144502417715.
    """
    away = at[:, None] - nodes
    hits = away == 0.0
    between = (nodes[:, None] - nodes) * (4.0 / (float(np.ptp(nodes)) or 1.0))
    np.fill_diagonal(between, 1.0)
    terms = 1.0 / between.prod(axis=1) / np.where(hits, 1.0, away)
    found = terms / terms.sum(axis=1, keepdims=True)
    whole = hits.any(axis=1, keepdims=True)
    return np.asarray(np.where(whole, hits.astype(np.float64), found))


def _nodes(scenario: Scenario, calendar_year: Floats, damping: Floats) -> Floats:
    """Return values of the damping between which the years that count are interpolated."""
    drawn = np.unique(damping)
    low, high = float(drawn[0]), float(drawn[-1])
    tried = drawn[:: max(drawn.size // 20, 1)]
    for count in NODES:
        if drawn.size <= count:
            return drawn
        angle = (np.arange(count) + 0.5) * np.pi / count
        nodes = 0.5 * (low + high) - 0.5 * (high - low) * np.cos(angle)
        if _error(scenario, calendar_year, nodes, tried) < EXACT_ENOUGH:
            return np.asarray(nodes)
    raise ValueError(
        f"trend.damping is drawn from {low:g} to {high:g}: cases cannot be interpolated over so "
        "wide a range; draw it further from 0"
    )


def _error(scenario: Scenario, calendar_year: Floats, nodes: Floats, at: Floats) -> float:
    """Return the largest error of the interpolated years that count, at some dampings."""

    def counted(damping: float) -> Floats:
        return effective_years(_with_damping(scenario, damping).settings.trend, calendar_year)

    there, between = (np.stack([counted(v) for v in values]) for values in (nodes, at))
    return float(np.abs(interpolation(nodes, at) @ there - between).max())


def _with_damping(scenario: Scenario, damping: float) -> Scenario:
    trend = scenario.settings.trend
    new = trend.model_copy(update={"damping": _plain(trend.damping, float(damping))})
    return replace(scenario, settings=scenario.settings.model_copy(update={"trend": new}))


def _parts(scenario: Scenario) -> tuple[list[Scenario], bool]:
    """Return scenarios in which one share or risk is 1 and the others 0, and whether any are late.

    The first is synchronous, then each stage without late metastases, then each with all late.
    """
    metastases = scenario.settings.metastases
    incidence = metastases.metachronous_cumulative_incidence
    none = {stage: _plain(figure, 0.0) for stage, figure in incidence.items()}

    def part(synchronous: float, risks: Mapping[Any, Quantity], late: float) -> Scenario:
        changed = metastases.model_copy(
            update={
                "synchronous_share": _plain(metastases.synchronous_share, synchronous),
                "metachronous_cumulative_incidence": risks,
                "late_share": _plain(metastases.late_share, late),
            }
        )
        return replace(
            scenario, settings=scenario.settings.model_copy(update={"metastases": changed})
        )

    stages: list[Any] = list(STAGES_WITHOUT_METASTASES)
    one = [none | {stage: _plain(incidence[stage], 1.0)} for stage in stages]
    has_late = metastases.late_until.number > LATE_FROM
    found = [part(1.0, none, 0.0), *(part(0.0, risks, 0.0) for risks in one)]
    return found + [part(0.0, risks, 1.0) for risks in one if has_late], has_late


def _plain(figure: Quantity, value: float) -> Quantity:
    return figure.model_copy(update={"value": value})
