"""Value of information: what it would be worth to know more before choosing, and of which input."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.compare.comparison import names
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, WrongUse
from hepaplan.model.uncertainty.capacity_decision import (
    CLEAR,
    Timing,
    capacity_decisions,
    expansion_named,
    timing,
)
from hepaplan.model.uncertainty.information import evpi as perfect
from hepaplan.model.uncertainty.information import evppi as partial
from hepaplan.model.uncertainty.information.evidence_register import evidence_register
from hepaplan.model.uncertainty.information.evidence_register import headline as register_headline
from hepaplan.model.uncertainty.sampled import (
    PER_PATIENT,
    PER_REGION,
    Comparison,
    Sampled,
    Sampling,
    all_sampled,
    comparisons,
    left_out_words,
)
from hepaplan.model.uncertainty.spread.input_groups import input_groups
from hepaplan.model.uncertainty.spread.inputs import Input, Value
from hepaplan.model.uncertainty.strategies import Strategies
from hepaplan.model.uncertainty.study import Study

Progress = Callable[[str], None]
QUESTION = "What would it be worth to know more before choosing, and about what?"
STEPS = ("draws, nothing scarce", "draws with capacity", "value of information")
MOST_YEARS = 100
EVPI = (
    "comparison", "per", "threshold_gbp_per_qaly", "evpi_gbp", "standard_error_gbp",
    "people", "population_evpi_gbp", "population_standard_error_gbp", "draws",
)  # fmt: skip
TIMING = (
    "expansion", "now_less_never_gbp", "now_monte_carlo_error_gbp", "later_less_never_gbp",
    "later_monte_carlo_error_gbp", "wait_and_learn_less_never_gbp", "learning_gbp",
    "monte_carlo_error_gbp", "chance_now_is_best", "draws",
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What else is asked: capacity to buy, in how many draws, and for how many years it counts."""

    expansions: tuple[str, ...] = ()
    draws: int = 100
    years: float = 5.0


@dataclass(frozen=True)
class _Choice:
    """A comparison with the values (draw,) of the inputs in its own draws."""

    comparison: Comparison
    drawn: Mapping[Key, Value]


def voi(
    scenarios: Sequence[Scenario],
    asked: Sampling,
    decision: Decision,
    progress: Progress = lambda _: None,
) -> Study:
    """Return the value of information for treatments, scenarios and capacity that may be bought.

    For treatments and scenarios nothing is scarce; capacity is decided where first come has it.
    A decision for one patient is worth what it is for all who face it over `decision.years`.
    Raises WrongUse for an unknown expansion or fewer than 50 draws, and Incomparable.
    """
    first = scenarios[0]
    for name in decision.expansions:
        expansion_named(first, name)
    partial.refuse_few(asked.draws)
    if not 0.0 <= decision.years <= MOST_YEARS:
        raise WrongUse(f"found --years {decision.years:g}; expected 0 to {MOST_YEARS} years")
    decision = replace(decision, draws=min(decision.draws, asked.draws))
    clock = [time.perf_counter()]
    sides = all_sampled(scenarios, asked, progress)
    clock.append(time.perf_counter())
    choices = [_Choice(found, sides[0].drawn) for found in comparisons(sides)]
    timings: dict[str, Timing] = {}
    worth = first.settings.economics.willingness_to_pay.number
    for name, strategies in _capacity(sides[0], asked, decision, progress).items():
        cut = {key: _first(value, decision.draws) for key, value in sides[0].drawn.items()}
        choices.append(_Choice(Comparison(strategies, PER_REGION), cut))
        timings[name] = timing(strategies, worth)
    clock.append(time.perf_counter())
    progress("value of information")
    tables = _tables(sides[0], choices, worth, decision)
    tables["capacity_decision"] = _timing_table(first, timings, decision)
    clock.append(time.perf_counter())
    return Study(
        "voi",
        first,
        QUESTION,
        (
            *_headlines(choices, tables, worth),
            *(_timing_words(first, name, found) for name, found in timings.items()),
            *left_out_words(sides),
            register_headline(tables["evidence_register"]),
        ),
        tables,
        {
            "draws": asked.draws,
            "seed": asked.seed,
            "design": asked.design,
            "uncertain inputs": len(sides[0].inputs),
            "draws with capacity": decision.draws if decision.expansions else 0,
            "years that a decision counts": decision.years,
            "scenarios": list(names(scenarios)),
        },
        dict(zip(STEPS, np.diff(clock).tolist(), strict=True)),
    )


def _capacity(
    side: Sampled, asked: Sampling, decision: Decision, progress: Progress
) -> dict[str, Strategies]:
    if not decision.expansions:
        return {}
    count = min(decision.draws, asked.draws)

    def say(finished: int) -> None:
        progress(f"capacity to buy: {finished:,} of {count:,} draws, first come")

    return capacity_decisions(
        side.scenario, decision.expansions, side.drawn, count, asked.workers, say
    )


def _tables(
    side: Sampled, choices: Sequence[_Choice], worth: float, decision: Decision
) -> dict[str, pd.DataFrame]:
    rate = side.scenario.settings.economics.discount_rate_costs.number
    known, single, together = [], [], []
    influence = dict.fromkeys(side.inputs, 0.0)
    for choice in choices:
        comparison = choice.comparison
        benefit = comparison.strategies.net_benefit(worth)
        people = 1.0
        if comparison.per == PER_PATIENT:
            people = perfect.people_affected(comparison.people_a_year, decision.years, rate)
        most = perfect.evpi(benefit)
        all_of_them = perfect.for_population(most, people)
        known.append(
            (
                comparison.strategies.what, comparison.per, worth, most.value,
                most.standard_error, people, all_of_them.value, all_of_them.standard_error,
                benefit.shape[1],
            )
        )  # fmt: skip
        table = _by_input(side.inputs, choice.drawn, benefit)
        table["population_evppi_gbp"] = table["evppi_gbp"] * people
        worth_knowing = partial.clear(table)
        for key, value in zip(
            worth_knowing["key"], worth_knowing["population_evppi_gbp"], strict=True
        ):
            influence[key] += value
        what = comparison.strategies.what
        single.append(table.drop(columns="key").assign(comparison=what))
        groups = _by_group(side.inputs, choice.drawn, benefit)
        groups["population_evppi_gbp"] = groups["evppi_gbp"] * people
        together.append(groups.assign(comparison=what))
    now = int(side.scenario.settings.window.start[:4])
    return {
        "evpi": pd.DataFrame(known, columns=list(EVPI)),
        "evppi": pd.concat(single, ignore_index=True) if single else pd.DataFrame(),
        "evppi_groups": pd.concat(together, ignore_index=True) if together else pd.DataFrame(),
        "evidence_register": evidence_register(side.inputs, influence, now),
    }


def _by_input(
    inputs: Mapping[Key, Input], values: Mapping[Key, Value], benefit: Floats
) -> pd.DataFrame:
    """Return the value of knowing each input, most first, with its key."""
    names = {f"{number}": key for number, key in enumerate(inputs)}
    moves = {name: partial.coordinates(values[key]) for name, key in names.items()}
    table = partial.evppi_table(benefit, moves)
    table.insert(0, "key", table["name"].map(names))
    table["name"] = [inputs[key].label for key in table["key"]]
    return table


def _by_group(
    inputs: Mapping[Key, Input], drawn: Mapping[Key, Value], benefit: Floats
) -> pd.DataFrame:
    """Return the value of knowing inputs together that one kind of study would tell, most first."""
    groups = input_groups(inputs)
    moves = {
        name: partial.coordinates(*(drawn[key] for key in keys)) for name, keys in groups.items()
    }
    return partial.evppi_table(benefit, moves)


def _first(value: Value, count: int) -> Value:
    if isinstance(value, Mapping):
        return {part: np.asarray(drawn)[:count] for part, drawn in value.items()}
    return np.asarray(value)[:count]


def _timing_table(
    scenario: Scenario, timings: Mapping[str, Timing], decision: Decision
) -> pd.DataFrame:
    rows = [
        (
            scenario.settings.expansion[name].label, found.now, found.now_error, found.later,
            found.later_error, found.wait_and_learn, found.learning, found.monte_carlo_error,
            found.chance_now_is_best, decision.draws,
        )
        for name, found in timings.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(TIMING))


def _headlines(
    choices: Sequence[_Choice], tables: Mapping[str, pd.DataFrame], worth: float
) -> Iterator[str]:
    """Say it of the decision that information is worth most for, and of capacity."""
    known = tables["evpi"]
    if known.empty:
        yield "There is nothing to choose between: no study can change a decision."
        return
    top = known["population_evpi_gbp"].idxmax()
    for number, choice in enumerate(choices):
        what = choice.comparison.strategies.what
        if number == top or choice.comparison.per == PER_REGION:
            row = known.iloc[number]
            value = perfect.Estimate(
                row["population_evpi_gbp"], row["population_standard_error_gbp"]
            )
            if number != top and not value.value:
                continue
            yield perfect.headline(value, worth, what, int(row["draws"]))
            own = tables["evppi"][tables["evppi"]["comparison"] == what]
            yield partial.headline(
                own.assign(
                    evppi_gbp=own["population_evppi_gbp"],
                    standard_error_gbp=own["standard_error_gbp"] * row["people"],
                )
            )


def _timing_words(scenario: Scenario, name: str, found: Timing) -> str:
    label = scenario.settings.expansion[name].label
    better = "better" if found.now > 0 else "worse"
    by = f"{perfect.money(abs(found.now))} {better} than never"
    error = f"(standard error {perfect.money(found.now_error)})"
    on_average = f"is {by}, in net benefit on average {error}"
    if abs(found.now) <= CLEAR * found.now_error:
        on_average = f"makes no clear difference: in net benefit it is {by} on average {error}"
    said = (
        f"{label}: buying it now {on_average}; it is the best choice in "
        f"{found.chance_now_is_best:.0%} of draws. "
    )
    if found.learning > CLEAR * found.monte_carlo_error:
        return said + (
            f"Waiting a year would be worth {perfect.money(found.learning)} if all were known by "
            "then."
        )
    if found.learning < -CLEAR * found.monte_carlo_error:
        return said + (
            f"Waiting a year would lose {perfect.money(-found.learning)} even if all were known by "
            "then: decide now."
        )
    return said + "Whether to wait a year for evidence makes no clear difference."
