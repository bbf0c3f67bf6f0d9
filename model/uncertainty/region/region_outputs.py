"""Outputs of reading 1 at many values of the inputs at once: each value a draw of the region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.outputs import NEW_METASTASES, NEW_PATIENTS, STARTS, USE, WORTH
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, Key
from hepaplan.model.quantities import MONTHS_PER_YEAR, Quantity, Schedule
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.drawing.completed import completed_set, eligibility_values
from hepaplan.model.uncertainty.drawing.located import record_at
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, Outcome
from hepaplan.model.uncertainty.moving.levers import Lever
from hepaplan.model.uncertainty.region.region import RegionDraws, region_draws
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.model.uncertainty.spread.inputs import ELIGIBILITY, Value, Values
from hepaplan.model.uncertainty.spread.share_sets import share_sets

PREFIX = "nothing_scarce."
PATHWAY = "pathway"
SAME = 1e-9
"""Relative difference below which an output has not moved."""
ANY: Key = ("metastases", "synchronous_share")
"""Stated in every scenario: what is drawn where nothing changes."""


def drawn_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the outputs that `region_outputs` gives: those of reading 1, all in one pass."""
    treatments = dict.fromkeys(option.treatment for _, _, option in scenario.pathway.options())
    return (
        *(f"{NEW_PATIENTS}.{name}" for name in WORTH),
        *(f"{PREFIX}{STARTS}{name}" for name in treatments),
        *(f"{PREFIX}{USE}{name}" for name in scenario.settings.resource),
        NEW_METASTASES,
    )


def region_outputs(scenario: Scenario, found: RegionDraws) -> dict[str, Floats]:
    """Return outputs (draw,) by name, as `outputs.outputs_of` gives them for one scenario.

    They are on the base case's clocks of death from other causes, which a run works out anew for
    its values.
    """
    window = scenario.settings.window.months
    years = window / MONTHS_PER_YEAR
    total = dict(zip(found.measures, found.totals, strict=True))
    cost, qalys = total["cost_discounted"], total["qalys_discounted"]
    threshold = scenario.settings.economics.willingness_to_pay.number
    worth = {
        "qalys": qalys,
        "life_years": total["life_years"],
        "cost_gbp": cost,
        "net_monetary_benefit_gbp": net_monetary_benefit(cost, qalys, threshold),
    }
    outputs = {f"{NEW_PATIENTS}.{name}": worth[name] for name in WORTH}
    starts, use = found.starts.sum(axis=1) / years, found.use.sum(axis=1) / years
    outputs |= {f"{PREFIX}{STARTS}{t}": starts[i] for i, t in enumerate(found.treatments)}
    outputs |= {f"{PREFIX}{USE}{r}": use[i] for i, r in enumerate(found.resources)}
    return outputs | {NEW_METASTASES: found.new_metastases.sum(axis=(0, 1)) / years}


def by_region_draws(usual: UsualCare, names: Sequence[str], workers: int = 2) -> Evaluate:
    """Return an evaluation that takes all values together, as draws of the whole region.

    `names` are of `drawn_names`. Values that cannot be are found by halving, and refused alone.
    """
    scenario = usual.scenario

    def evaluate(points: Sequence[Values]) -> list[Outcome]:
        try:
            found = region_draws(
                usual, stacked(scenario, points), workers=workers, with_regions=False
            )
        except (InvalidInput, ValueError) as refusal:
            if len(points) == 1:
                return [" ".join(str(refusal).split())]
            half = len(points) // 2
            return evaluate(points[:half]) + evaluate(points[half:])
        outputs = region_outputs(scenario, found)
        return [{n: float(outputs[n][d]) for n in names} for d in range(len(points))]

    return evaluate


def stacked(scenario: Scenario, points: Sequence[Values]) -> dict[Key, Value]:
    """Return values (point,) of every input that any point changes, as stated where one does not.

    Shares of one set are all given, as each point leaves them, so that they sum to 1 in each.
    """
    whole = [_completed(scenario, values) for values in points]
    keys = dict.fromkeys(key for values in whole for key in values)
    found: dict[Key, Value] = {}
    for key in keys or [ANY]:
        stated = _stated(scenario, key)
        held = [values.get(key, stated) for values in whole]
        parts = dict.fromkeys(p for value in held if isinstance(value, Mapping) for p in value)
        named = [part for part in parts if part] or [""]
        columns = {part: np.array([_part(v, stated, part) for v in held]) for part in named}
        found[key] = columns[""] if named == [""] else columns
    return found


def _part(value: Value, stated: Value, part: str) -> float:
    """Return a value's part, what is stated where it has none."""
    for held in (value, stated):
        if not isinstance(held, Mapping):
            return float(np.asarray(held))
        if part in held or "" in held:
            return float(np.asarray(held.get(part, held.get(""))))
    raise ValueError(f"no part {part}")


def _completed(scenario: Scenario, values: Values) -> dict[Key, Value]:
    found = dict(values)
    inside = {key[1:]: value for key, value in values.items() if key[0] == PATHWAY}
    for shares in share_sets(scenario.pathway):
        if not shares.keys().isdisjoint(inside):
            whole = completed_set(shares, inside)
            found |= {(PATHWAY, *key): value for key, value in whole.items()}
    for key, value in values.items():
        if key[:-1] == ELIGIBILITY:
            found[key] = eligibility_values(scenario, str(key[-1]), value)  # type: ignore[assignment]
    return found


def _stated(scenario: Scenario, key: Key) -> Value:
    if key[:-1] == ELIGIBILITY:
        table = scenario.tables.eligibility
        rows = table[table["group"] == key[-1]]
        return dict(zip(rows["decision_point"].astype(str), rows["share"], strict=True))
    inside = key[0] == PATHWAY
    figure = record_at(
        scenario.pathway if inside else scenario.settings, key[1:] if inside else key
    )
    if isinstance(figure, Quantity | Schedule):
        return dict(figure.numbers())
    return 1.0


def influential(
    usual: UsualCare, levers: Sequence[Lever], most: int, workers: int = 2
) -> tuple[Lever, ...]:
    """Return the levers worth running one by one: the `most` largest, and those unseen here.

    Each is moved to both ends of its 95% interval; its size is the largest relative change of
    health, cost, net benefit, new patients or use of a resource (not of starts: those of a rare
    treatment double easily). Those that change nothing act, if at all, only where capacity is
    scarce (waiting, its harm, capacity itself), so they are kept.
    """
    names = drawn_names(usual.scenario)
    judged = [name for name in names if not name.startswith(f"{PREFIX}{STARTS}")]
    points: list[Values] = [{}]
    points += [lever.values(lever.at_probability(p)) for lever in levers for p in INTERVAL_95]
    base, *found = by_region_draws(usual, names, workers)(points)
    if isinstance(base, str):
        raise ValueError(f"the scenario as stated is refused: {base}")
    ends = {lever.name: found[2 * i : 2 * i + 2] for i, lever in enumerate(levers)}
    sizes = {name: max(_change(base, at, judged) for at in some) for name, some in ends.items()}
    unseen = {
        name for name, some in ends.items() if max(_change(base, at, names) for at in some) < SAME
    }
    largest = sorted(sizes, key=lambda name: -sizes[name])[:most]
    kept = unseen.union(largest)
    return tuple(lever for lever in levers if lever.name in kept)


def _change(base: Mapping[str, float], outcome: Outcome, names: Sequence[str]) -> float:
    if isinstance(outcome, str):
        return np.inf
    return max(abs(outcome[n] - base[n]) / max(abs(base[n]), SAME) for n in names)
