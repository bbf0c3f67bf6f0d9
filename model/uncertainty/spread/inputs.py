"""The uncertain inputs of a scenario: what each is, and how its values may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hepaplan.model.arrays import Floats
from hepaplan.model.money.prices import price_factor
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced
from hepaplan.model.uncertainty.spread.altered import Scaled
from hepaplan.model.uncertainty.spread.as_stated import stated_distribution
from hepaplan.model.uncertainty.spread.by_rule import by_rule, hazard_factor
from hepaplan.model.uncertainty.spread.choices import why_fixed
from hepaplan.model.uncertainty.spread.correlated import correlations_of
from hepaplan.model.uncertainty.spread.distributions import Fixed, Uncertain
from hepaplan.model.uncertainty.spread.empirical import Empirical
from hepaplan.model.uncertainty.spread.labels import label_of
from hepaplan.model.uncertainty.spread.sets import drawn_sets, eligibility_parts, figures_in_use

Value = float | Floats | Mapping[str, float] | Mapping[str, Floats]
"""A number or one a draw (draw,); by patient group or month where the figure is stated so."""
Values = Mapping[Key, Value]
"""Values of inputs by key: settings as `explain` names them, `pathway` first for the pathway."""

HAZARD_FACTOR = "factor on the hazard"
ELIGIBILITY: Key = ("tables", "eligibility")


@dataclass(frozen=True)
class Input:
    """One uncertain figure: its point value, its distribution and where both are from.

    `parts` are keyed as `Quantity.numbers()`: nothing for a single value, otherwise patient group
    or month; one random number moves them all. `assumed`: the distribution is the scenario's rule
    for figures without one of their own, a judgement. `copies` take the same values; inputs of the
    same `correlated` set move together, by the correlations with each other's keys. `original`: of
    a copy that is not as its original any more, or whose original is switched off, the key of that.

    `of_set`: a share of a set that must sum to 1 and has a Dirichlet distribution. Its parts are
    independent gammas with the share as mean; divided by their sum over the set they are the
    Dirichlet's shares. Inputs of a set have the same `of_set`. A group's shares in the table of
    eligibility are a whole set, parts of one input: a random number moves each part.
    """

    key: Key
    label: str
    unit: str
    source: str
    year: int | None
    quality: str
    point: Mapping[str, float]
    parts: Mapping[str, Uncertain]
    assumed: bool = False
    correlated: str = ""
    copies: tuple[Key, ...] = ()
    of_set: Key = ()
    correlations: tuple[tuple[Key, float], ...] = ()
    original: Key = ()

    @property
    def stream(self) -> Key:
        """What its random number is kept by: the same in every scenario, alike or altered."""
        return self.original or self.key

    @property
    def has_parts_of_its_own(self) -> bool:
        """Whether each part has a random number of its own."""
        return self.key[:2] == ELIGIBILITY


def uncertain_inputs(scenario: Scenario) -> dict[Key, Input]:
    """Return every uncertain figure of a scenario, in its order, by key.

    Figures of options switched off are left out, and so are choices (`choices.why_fixed`), figures
    without a distribution or rule, and shares that follow from the others of their set.
    """
    found = _merged_copies(scenario, _all_inputs(scenario))
    return correlations_of(scenario, found)


def _all_inputs(scenario: Scenario) -> dict[Key, Input]:
    """Return the uncertain figures, copies as inputs of their own."""
    rules = scenario.settings.uncertainty
    figures = dict(figures_in_use(scenario.settings, scenario.pathway))
    free = {key: figure for key, figure in figures.items() if not why_fixed(key)}
    own = {key: parts for key, figure in free.items() if (parts := _own(scenario, key, figure))}
    sets = drawn_sets(scenario.pathway, rules, own)
    found: dict[Key, Input] = {}
    for key, figure in free.items():
        if key in own:
            _put(found, _input(scenario, key, figure, own[key]))
        elif key in sets.amounts:
            amounts = sets.amounts[key]
            of_set = sets.set_of[key]
            stated = sets.is_stated[of_set]
            _put(found, _input(scenario, key, figure, amounts, assumed=not stated, of_set=of_set))
        elif key not in sets.followers and isinstance(figure, Quantity | Schedule):
            _put(found, _input(scenario, key, figure, by_rule(rules, key, figure), assumed=True))
    for key, factor in hazard_factor(rules, free, found).items():
        record = free[key]
        _put(found, _record(scenario, key, record, HAZARD_FACTOR, {"": 1.0}, {"": factor}))
    table = scenario.settings.tables["eligibility"]
    for group, parts in eligibility_parts(scenario).items():
        key = (*ELIGIBILITY, group)
        point = {name: part.mean for name, part in parts.items()}
        quality, source = table.quality, table.source
        label = label_of(scenario.settings, scenario.pathway, key)
        found[key] = Input(
            key, label, table.unit, source, table.year, quality, point, parts, of_set=key
        )
    return {key: found[key] for key in (*(k for k in figures if k in found), *found)}


def _put(found: dict[Key, Input], item: Input) -> None:
    """Keep an input of which any part is uncertain."""
    if not all(isinstance(part, Fixed) for part in item.parts.values()):
        found[item.key] = item


def _own(scenario: Scenario, key: Key, figure: Sourced) -> dict[str, Uncertain]:
    """Return the distribution that a figure states, in the scenario's prices."""
    if not isinstance(figure, Quantity | Schedule):
        return {}
    samples = scenario.samples.get(key)
    drawn = Empirical(samples) if samples is not None else None
    before = scenario.stated.get(key)
    if not isinstance(figure, Quantity) or not isinstance(before, Quantity):
        return stated_distribution(figure, drawn)
    if figure.parameters is None and drawn is None:
        return stated_distribution(figure)
    factor = price_factor(before, scenario.settings.economics, scenario.settings.prices)
    return {name: Scaled(p, factor) for name, p in stated_distribution(before, drawn).items()}


def _input(
    scenario: Scenario,
    key: Key,
    figure: Sourced,
    parts: Mapping[str, Uncertain],
    assumed: bool = False,
    of_set: Key = (),
) -> Input:
    assert isinstance(figure, Quantity | Schedule)
    point = dict(figure.numbers())
    return _record(scenario, key, figure, figure.unit, point, parts, assumed, of_set)


def _record(
    scenario: Scenario,
    key: Key,
    figure: Sourced,
    unit: str,
    point: Mapping[str, float],
    parts: Mapping[str, Uncertain],
    assumed: bool = True,
    of_set: Key = (),
) -> Input:
    return Input(
        key=key,
        label=label_of(scenario.settings, scenario.pathway, key),
        unit=unit,
        source=figure.source,
        year=figure.year,
        quality=figure.quality,
        point=point,
        parts=parts,
        assumed=assumed,
        of_set=of_set,
    )


def _merged_copies(scenario: Scenario, found: Mapping[Key, Input]) -> dict[Key, Input]:
    """Return inputs of which those copied by `like` from another are listed as its copies.

    A set of shares of which a copied one is altered is drawn whole: none of it follows another set.
    """
    first: dict[Key, Key] = {}
    copies: dict[Key, list[Key]] = {}
    altered = scenario.originals.keys() - scenario.copies.keys()
    alone = {found[key].of_set for key in altered & found.keys()} - {()}
    for key in sorted(found, key=lambda k: k in scenario.copies):
        whole = found[key].of_set in alone
        original = key if whole else scenario.copies.get(key, key)
        leader = first.setdefault(original, key)
        same = found[leader].parts == found[key].parts
        copies.setdefault(leader if same else key, []).append(key)
    return {
        key: replace(
            item,
            copies=tuple(k for k in copies[key] if k != key),
            original=scenario.originals.get(key, ()),
        )
        for key, item in found.items()
        if key in copies
    }
