"""The harm of a later start: what it does by wait and variant, and what a plan owes to the input.

How the residual hazard ratio is found is in `residual`; what the replay does with it, in `delayed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.course import Course
from hepaplan.model.delay_harm.delayed import Delayed
from hepaplan.model.delay_harm.residual import (
    NO_EFFECT,
    Listed,
    Variant,
    everyone_listed,
    restricted_months,
    variants,
)
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.replay import Replay, deaths_waiting
from hepaplan.model.sites.network import Network

WAITED = (1, 2, 3, 6)
"""Months on the list for which the harm is reported."""
LONGEST = 12
"""Months on the list after which more do no more harm in a replay."""
COLUMNS = (
    "variant", "decision_point", "option", "group", "months_waited", "total_hazard_ratio",
    "residual_hazard_ratio", "mean_months_now", "mean_months_with_wait", "qalys_lost",
    "qalys_lost_waiting_alone", "status",
)  # fmt: skip
OF_A_PLAN = (
    "variant", "policy", "starts", "deaths_waiting", "life_years", "qalys_discounted",
    "cost_gbp_discounted", "qalys_lost_to_waiting", "qalys_gained",
)  # fmt: skip
Policy = Callable[[Network], Replay]


def delayed_starts(usual: UsualCare, variant: Variant | None = None) -> Delayed | None:
    """Return what follows a start by months waited, in the base case or another variant.

    Residual hazard ratios are solved for every wait of 1 to 12 months, or as many as half of the
    months that mean survival is restricted to. Nothing where waits add no harm to what they do on
    the list.
    """
    delay = usual.scenario.settings.delay
    if delay is None:
        return None
    variant = variant or variants(delay)[0]
    if variant.hazard_ratio == 1.0:
        return None
    waits = range(1, 1 + min(LONGEST, restricted_months(usual, delay) // 2))
    total = variant.total(waits)
    kernels = usual.kernels
    residual = np.ones((1 + len(waits), *kernels.usual_share.shape))
    arrive = np.repeat(kernels.arrive[None], 1 + len(waits), axis=0)
    rates = _annual_rates(usual)
    own = {
        name: np.repeat(getattr(usual.worth, name).own[None], 1 + len(waits), axis=0)
        for name in rates
    }
    for k, listed in everyone_listed(usual, delay, waits):
        g = kernels.groups.index(listed.around.group)
        found = listed.residual(listed.mean_months(total)[:, None])[0][:, 0]
        worse = np.flatnonzero(found > 1.0)
        if not worse.size:
            continue
        at = 1 + worse
        residual[at, k, g] = found[worse]
        course = listed.course(found[worse], kernels.months)
        arrive[at, k, g] = 0.0
        for point, flow in course.arrive.items():
            arrive[at, k, g, kernels.points.index(point)] = flow.T
        booked = kernels.cost[k, g, : len(kernels.resources)].sum(axis=0)
        streams = _streams(course, booked)
        for name, (stream, rate) in rates.items():
            own[name][at, k, g] = discount_factors(rate, kernels.months) @ streams[stream]
    return Delayed(residual, arrive, own) if (residual > 1.0).any() else None


def _annual_rates(usual: UsualCare) -> dict[str, tuple[str, float]]:
    """Return the stream and the yearly discount rate of each measure of `Values`."""
    economics = usual.scenario.settings.economics
    return {
        "life_years": ("life_years", 0.0),
        "qalys": ("qalys", 0.0),
        "cost": ("cost", 0.0),
        "qalys_discounted": ("qalys", economics.discount_rate_effects.number),
        "cost_discounted": ("cost", economics.discount_rate_costs.number),
    }


def _streams(course: Course, booked: Floats) -> dict[str, Floats]:
    """Return years, QALYs and pounds by month (month, draw); `booked` (month,): of resources."""
    qalys = course.qalys.copy()
    qalys[0] -= course.complication_qalys
    cost = sum(
        (amounts * course.treated for amounts in course.costs.values()),
        np.repeat(booked[:, None], qalys.shape[1], axis=1),
    )
    cost[0] += course.complication_cost
    return {"life_years": course.person_months / MONTHS_PER_YEAR, "qalys": qalys, "cost": cost}


def delay_variants(
    usual: UsualCare, network: Network, policies: Mapping[str, Policy]
) -> pd.DataFrame:
    """Return what policies do in the window under each variant of the harm of delay.

    Each policy is walked again under each variant: a plan by `replay`, with its starts as they
    are, a rule like first come by itself. `qalys_lost_to_waiting` is against nothing scarce,
    `qalys_gained` against the first of the policies; both are discounted. Where the scenario states
    no delay, one variant, of no effect beyond the list.
    """
    delay = usual.scenario.settings.delay
    window = usual.window_in(network)
    free = replay_totals(network, nothing_scarce(network), usual.worth, window).qalys_discounted
    rows: list[tuple[object, ...]] = []
    for variant in variants(delay) if delay else (Variant(NO_EFFECT, 1.0, 0),):
        under = replace(network, delayed=delayed_starts(usual, variant))
        done = {name: policy(under) for name, policy in policies.items()}
        totals = {name: replay_totals(under, d, usual.worth, window) for name, d in done.items()}
        first = next(iter(totals.values())).qalys_discounted
        rows += [
            (
                variant.name, name, float(done[name].starts[..., :window].sum()),
                deaths_waiting(done[name], window), found.life_years, found.qalys_discounted,
                found.cost_discounted, free - found.qalys_discounted,
                found.qalys_discounted - first,
            )
            for name, found in totals.items()
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(OF_A_PLAN))


def harm_of_delay(usual: UsualCare) -> pd.DataFrame:
    """Return what waits of some months do under each variant, by option and group.

    Mean months are restricted to the scenario's horizon of delay and counted from arrival; QALYs
    lost are lifetime, discounted to arrival. Empty where the scenario states no delay.
    """
    delay = usual.scenario.settings.delay
    if delay is None:
        return pd.DataFrame(columns=list(COLUMNS))
    shown = variants(delay)
    totals = np.stack([variant.total(WAITED) for variant in shown], axis=1)
    rows = []
    for k, listed in everyone_listed(usual, delay, WAITED):
        now = float(listed.mean_months(np.ones(1))[0])
        wanted = np.stack([listed.mean_months(ratio) for ratio in totals.T], axis=1)
        residual, months, status = listed.residual(wanted)
        lost = _qalys_lost(usual, k, listed, residual)
        alone = _qalys_lost(usual, k, listed, np.ones((len(WAITED), 1)))[:, 0]
        rows += [
            (variant.name, *usual.kernels.options[k], listed.around.group, waited, totals[w, v],
             residual[w, v], now, months[w, v], lost[w, v], alone[w], str(status[w, v]))
            for v, variant in enumerate(shown)
            for w, waited in enumerate(WAITED)
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _qalys_lost(usual: UsualCare, k: int, listed: Listed, residual: Floats) -> Floats:
    """Return discounted QALYs lost against starting at once, (waited, variant) as `residual`."""
    kernels, month, value = usual.kernels, usual.waiting, usual.worth.qalys_discounted
    c, g = kernels.point_of[k], kernels.groups.index(listed.around.group)
    rate = usual.scenario.settings.economics.discount_rate_effects.number
    course = listed.course(np.concatenate(([1.0], residual.ravel())), kernels.months)
    start = discount_factors(rate, kernels.months) @ course.qalys - course.complication_qalys
    later = discount_factors(rate, kernels.months + 1, offset=0.0)
    for point, flow in course.arrive.items():
        start = start + value.arrival[kernels.points.index(point), g] * (later @ flow)
    one = np.sqrt(value.monthly_discount) * month.qalys[c, g]
    one += value.monthly_discount * month.move[c, :, g] @ value.arrival[:, g]
    stay = (value.monthly_discount * month.stay[c, g]) ** np.arange(max(WAITED) + 1)
    on_list = one * np.array([stay[:waited].sum() for waited in WAITED])
    started = stay[list(WAITED), None] * start[1:].reshape(residual.shape)
    return np.asarray(start[0] - on_list[:, None] - started)
