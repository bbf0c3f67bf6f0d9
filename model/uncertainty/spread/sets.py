"""Shares that sum to 1, drawn as a Dirichlet: as independent gammas, to be divided by their sum.

Devroye, Non-Uniform Random Variate Generation, 1986, chapter XI.4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario, Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Sourced
from hepaplan.model.uncertainty.spread.by_rule import RULE_OF_UNIT
from hepaplan.model.uncertainty.spread.distributions import Fixed, Gamma, Uncertain
from hepaplan.model.uncertainty.spread.rules import Uncertainty, size_for
from hepaplan.model.uncertainty.spread.share_sets import share_sets


@dataclass(frozen=True)
class DrawnSets:
    """The sets without a share of a distribution of its own.

    `amounts`: gammas by key and part, whose mean is the share; `set_of`: the set of each key, by
    what its shares' keys begin with; `is_stated`: whether a share of the set names the sample
    size, or the rules do; `followers`: shares of all sets that are no inputs of their own.
    """

    amounts: Mapping[Key, Mapping[str, Uncertain]]
    set_of: Mapping[Key, Key]
    is_stated: Mapping[Key, bool]
    followers: Collection[Key]


def figures_in_use(settings: Settings, pathway: Pathway) -> Iterator[tuple[Key, Sourced]]:
    """Yield every figure of a scenario with its key, those of options switched off left out."""
    yield from figures(settings)
    for key, figure in figures(pathway):
        in_option = len(key) > 3 and key[0] == "decision_point" and key[2] == "option"
        if not in_option or pathway.decision_point[str(key[1])].option[str(key[3])].on:
            yield ("pathway", *key), figure


def drawn_sets(pathway: Pathway, rules: Uncertainty | None, own: Collection[Key]) -> DrawnSets:
    """Return the sets of shares that are drawn whole; `own`: figures with their distribution."""
    amounts: dict[Key, Mapping[str, Uncertain]] = {}
    set_of: dict[Key, Key] = {}
    is_stated: dict[Key, bool] = {}
    followers: set[Key] = set()
    for shares in pathway_sets(pathway):
        followers |= shares.keys()
        stated = stated_size(shares.values())
        rule = RULE_OF_UNIT[next(iter(shares.values())).unit]
        size = stated if stated is not None else size_for(rules, rule)
        if size is None or not shares.keys().isdisjoint(own) or _is_settled(shares):
            continue
        name = beginning(shares)
        is_stated[name] = stated is not None
        for key, share in shares.items():
            amounts[key] = {part: amount(n, size) for part, n in share.numbers().items()}
            set_of[key] = name
    return DrawnSets(amounts, set_of, is_stated, followers)


def pathway_sets(pathway: Pathway) -> Iterator[dict[Key, Quantity]]:
    """Yield the sets of shares by their keys in the scenario."""
    for shares in share_sets(pathway):
        if shares:
            yield {("pathway", *key): share for key, share in shares.items()}


def stated_size(shares: Collection[Quantity]) -> float | None:
    """Return the sample size that a share of a set states as a Dirichlet, if any does."""
    sizes = [
        share.parameters["sample_size"]
        for share in shares
        if share.distribution == "dirichlet" and share.parameters
    ]
    return sizes[0] if sizes else None


def eligibility_parts(scenario: Scenario) -> dict[str, dict[str, Uncertain]]:
    """Return gammas of the shares sent to each point, by group with a stated sample size."""
    sizes = scenario.settings.tables["eligibility"].sample_size
    table = scenario.tables.eligibility
    found: dict[str, dict[str, Uncertain]] = {}
    for row in table.to_dict("records"):
        group, point, share = str(row["group"]), str(row["decision_point"]), float(row["share"])
        if group in sizes:
            found.setdefault(group, {})[point] = amount(share, sizes[group])
    return found


def amount(share: float, size: float) -> Uncertain:
    """Return the gamma of a share as if counted in `size` people; its mean is the share."""
    return Gamma(share * size, 1.0 / size) if share > 0.0 else Fixed(0.0)


def _is_settled(shares: Mapping[Key, Quantity]) -> bool:
    """Whether in every group all go one way, so that there is nothing to be unsure of."""
    groups = {group for share in shares.values() for group in share.numbers() if group}

    def counted(group: str) -> int:
        return sum(share.stated(group) > 0.0 for share in shares.values())

    return all(counted(group) <= 1 for group in groups or {""})


def beginning(keys: Collection[Key]) -> Key:
    """Return the parts with which all keys begin."""
    alike = (set(parts) for parts in zip(*keys, strict=False))
    return tuple(parts.pop() for parts in takewhile(lambda parts: len(parts) == 1, alike))
