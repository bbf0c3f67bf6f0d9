"""Probabilistic sensitivity analysis: how sure we are of need, health, money, choice and plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.chance.tables import standard_error
from hepaplan.model.compare.comparison import names
from hepaplan.model.depth import FULL
from hepaplan.model.evaluate import scarce_capacity
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import WrongUse
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.tables.words import amount, figure, pounds, sentence_case
from hepaplan.model.uncertainty.information.evpi import money
from hepaplan.model.uncertainty.plan_draws import (
    PLAN_ANEW,
    PLAN_KEPT,
    PlanDraws,
    plan_over_draws,
    standard_chances,
)
from hepaplan.model.uncertainty.psa_tables import (
    BENEFIT,
    NEW_PATIENTS,
    TOTALS,
    decision_tables,
    demand_tables,
    draw_table,
    input_table,
    interval_table,
    outputs,
)
from hepaplan.model.uncertainty.results import acceptability as curves
from hepaplan.model.uncertainty.results import fans
from hepaplan.model.uncertainty.results.intervals import FEWEST_FOR_CONVERGENCE, convergence
from hepaplan.model.uncertainty.results.intervals import headline as interval_headline
from hepaplan.model.uncertainty.sampled import (
    PER_REGION,
    Comparison,
    Sampled,
    Sampling,
    all_sampled,
    comparisons,
    left_out_words,
)
from hepaplan.model.uncertainty.study import Study

Progress = Callable[[str], None]
HALF = 0.5
QUESTION = "How sure are we: of need, of health and money, of the choice, and of the plan?"
STEPS = ("draws, nothing scarce", "the plan over draws", "tables")


@dataclass(frozen=True)
class Robustness:
    """How many draws the plan is kept in, and in how many of them another is made."""

    kept: int = 0
    anew: int = 0


def psa(
    scenarios: Sequence[Scenario],
    asked: Sampling,
    robustness: Robustness,
    progress: Progress = lambda _: None,
) -> Study:
    """Return the study of one scenario, or of several on common random numbers.

    The first is the reference: its demand and its plan are shown. Raises what `evaluate` raises
    where a plan is asked for, WrongUse for a plan in a single draw, and Incomparable.
    """
    if 1 in (robustness.kept, robustness.anew):
        raise WrongUse("one draw of the plan has no interval: ask for 2 or more, or for 0")
    clock = [time.perf_counter()]
    sides = all_sampled(scenarios, asked, progress)
    first = sides[0]
    clock.append(time.perf_counter())
    plans = _plan_draws(first, asked, robustness, progress)
    clock.append(time.perf_counter())
    progress("intervals, fans and curves")
    compared = comparisons(sides)
    compared += [Comparison(plan.strategies(), PER_REGION) for plan in plans[:1]]
    worth = first.scenario.settings.economics.willingness_to_pay.number
    found = [curves.acceptability(c.strategies, curves.thresholds(worth)) for c in compared]
    tables = {
        "intervals": interval_table(first, plans),
        **_convergence(first),
        **demand_tables(first),
        **decision_tables(compared, found, worth),
        "standards": standard_chances(plans[0]) if plans else pd.DataFrame(),
        "draws": draw_table(first),
        "inputs": input_table(first),
    }
    clock.append(time.perf_counter())
    return Study(
        "psa",
        first.scenario,
        QUESTION,
        (
            *_headlines(first, tables, asked),
            *(
                f"{sentence_case(c.strategies.what)}: {curves.headline(f, worth)}"
                for c, f in zip(compared, found, strict=True)
                if c.per == PER_REGION
            ),
            *(words for plan in plans for words in _of_the_plan(plan)),
            *(foresight_in_words(plan, worth) for plan in plans if PLAN_ANEW in plan.policies),
            *(
                f"In {plan.without_a_plan} of {plan.draws + plan.without_a_plan} draws no plan "
                "keeps every rule: they are left out."
                for plan in plans
                if plan.without_a_plan
            ),
            *left_out_words(sides),
            interval_headline(tables["intervals"], {}),
        ),
        tables,
        {
            "draws": asked.draws,
            "seed": asked.seed,
            "design": asked.design,
            "uncertain inputs": len(first.inputs),
            "draws the plan is kept in": min(robustness.kept, asked.draws),
            "draws with a plan of their own": min(robustness.anew, asked.draws),
            "scenarios": list(names(scenarios)),
        },
        dict(zip(STEPS, np.diff(clock).tolist(), strict=True)),
    )


def _plan_draws(
    side: Sampled, asked: Sampling, robustness: Robustness, progress: Progress
) -> list[PlanDraws]:
    """Return first come and the best plan kept in some draws, then with a plan for each draw."""
    if not (robustness.kept or robustness.anew):
        return []
    plan = scarce_capacity(side.usual, progress, FULL.quick()).best.plan
    found = []
    for count, anew, what in (
        (robustness.kept, None, "the plan kept"),
        (robustness.anew, FULL.quick(), "a plan for each draw"),
    ):
        count = min(count, asked.draws)
        if count:
            say = _counting(progress, what, count)
            found.append(
                plan_over_draws(side.scenario, side.drawn, count, plan, anew, asked.workers, say)
            )
    return found


def _counting(progress: Progress, what: str, count: int) -> Callable[[int], None]:
    return lambda finished: progress(f"{what}: {finished:,} of {count:,} draws")


def _convergence(side: Sampled) -> Mapping[str, pd.DataFrame]:
    """Return means and intervals by number of draws, and whether they have settled."""
    values, _ = outputs(side, side.region)
    shown = (NEW_PATIENTS, *(name for name, _ in TOTALS.values()), BENEFIT)
    if len(values[NEW_PATIENTS]) < FEWEST_FOR_CONVERGENCE:
        return {"convergence": pd.DataFrame()}
    found = {name: convergence(values[name]) for name in shown}
    tables = [
        one.table.assign(output=name, moved=one.moved, error=one.error, settled=one.settled)
        for name, one in found.items()
    ]
    return {"convergence": pd.concat(tables, ignore_index=True)}


def _headlines(side: Sampled, tables: Mapping[str, pd.DataFrame], asked: Sampling) -> Iterator[str]:
    known = tables["intervals"].set_index("output")

    def words(name: str, money: bool = False) -> str:
        ends = [float(known[column][name]) for column in ("base", "low", "high")]
        shown = [pounds(end) if money else amount(end) for end in ends]
        return "{} (95% interval {} to {})".format(*shown)

    yield (
        f"Over {asked.draws:,} draws of {len(side.inputs):,} uncertain inputs: {NEW_PATIENTS}: "
        f"{words(NEW_PATIENTS)}; their QALYs, discounted: {words(TOTALS['qalys_discounted'][0])}; "
        f"their cost: {words(TOTALS['cost_discounted'][0], money=True)}."
    )
    resources = side.scenario.settings.resource
    labels = {name: f"{record.label} ({record.unit})" for name, record in resources.items()}
    yield fans.headline(tables["capacity_by_year"], labels)


def foresight_in_words(plan: PlanDraws, willingness_to_pay: float) -> str:
    """Return in a sentence what knowing the inputs before planning is worth, in pounds."""
    best, gained = plan.foresight(willingness_to_pay)
    mean, error = float(gained.mean()), money(standard_error(gained))
    at = f"at {money(willingness_to_pay)} a QALY"
    if mean > 0:
        worth = f"{money(mean)} of net benefit (Monte Carlo error {error}) {at}"
        said = f"worth {worth}: by so much {PLAN_ANEW} is better than {best}"
    else:
        less = f"{money(-mean)} less net benefit (Monte Carlo error {error})"
        said = f"worth nothing: {PLAN_ANEW} has {less} {at} than {best}"
    return (
        f"Knowing the inputs before planning would be {said}, the best of the other policies, "
        f"over {plan.draws} draws; nobody could follow such a plan."
    )


def _of_the_plan(plan: PlanDraws) -> Iterator[str]:
    """Say what each policy gains or loses against first come when the inputs turn out otherwise."""
    first = plan.measures[FIRST_COME]
    said = []
    for policy, found in plan.measures.items():
        if policy == FIRST_COME:
            continue
        gained = found["qalys"] - first["qalys"]
        error = standard_error(gained)
        said.append(
            f"{policy}: {figure(float(gained.mean()), signed=True)} QALYs (Monte Carlo error "
            f"{figure(error)}), {found['within_standard'].mean():.0%} started within the standard"
        )
    yield (
        f"Against first come ({first['within_standard'].mean():.0%} within the standard), over "
        f"{plan.draws} draws: {'; '.join(said)}."
    )
    if (plan.measures[PLAN_KEPT]["qalys"] < first["qalys"]).mean() > HALF:
        yield (
            "In most draws the plan kept to the letter does worse than first come: it was made for "
            "the base case. Use it as a guide, and plan anew as months go by."
        )
