"""What is wrong with the distributions of a scenario, and what a reader should know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario, Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, Problem, dotted, listed, nearest
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.uncertainty.spread.as_stated import outside_interval, stated_faults
from hepaplan.model.uncertainty.spread.choices import why_fixed
from hepaplan.model.uncertainty.spread.correlated import correlated_faults, correlation_matrix
from hepaplan.model.uncertainty.spread.inputs import ELIGIBILITY, uncertain_inputs
from hepaplan.model.uncertainty.spread.sets import pathway_sets

CORRELATED: Key = ("uncertainty", "correlated")


def check_uncertainty(record: object, key: Key) -> list[Problem]:
    """Return the figures of a record whose distribution is not stated as it must be."""
    problems = []
    for where, figure in figures(record, key):
        if not isinstance(figure, Quantity | Schedule):
            continue
        problems += [Problem((*where, f), message) for f, message in stated_faults(figure)]
        if figure.distribution is not None and (why := why_fixed(where)):
            message = f"is stated for a choice ({why}), which no draw changes; delete it"
            problems.append(Problem((*where, "distribution"), message))
        if figure.distribution == "dirichlet" and not _is_of_a_set(where):
            message = "is of shares that sum to 1, but this figure stands alone; choose beta"
            problems.append(Problem((*where, "distribution"), message))
    return problems


def check_intervals(content: object, key: Key = ()) -> list[Problem]:
    """Return figures of tables as files state them whose interval does not hold their value.

    For records that cannot be made because of other faults: `check_uncertainty` tells them else.
    """
    if not isinstance(content, Mapping):
        return []
    value, low, high = (content.get(name) for name in ("value", "low", "high"))
    numbers = [n for n in (value, low, high) if isinstance(n, int | float)]
    if len(numbers) == len((value, low, high)):
        found, least, most = numbers
        said = "" if least <= found <= most else outside_interval(found, least, most)
        return [Problem((*key, "value"), said)] if said else []
    return [p for name, part in content.items() for p in check_intervals(part, (*key, str(name)))]


def check_rules(settings: Settings) -> list[Problem]:
    """Return what is wrong with sample sizes and with the matrices of correlated figures."""
    problems = []
    for name, table in settings.tables.items():
        for group in table.sample_size:
            at = ("tables", name, "sample_size")
            if name != ELIGIBILITY[1]:
                message = "is stated for a table that has no shares to draw; delete it"
                problems.append(Problem(at, message))
            elif group not in settings.group:
                message = (
                    f"found '{group}', an unknown group{nearest(group, settings.group)}; "
                    f"expected one of {listed(settings.group)}"
                )
                problems.append(Problem((*at, group), message))
    rules = settings.uncertainty
    for name, stated in rules.correlated.items() if rules is not None else ():
        try:
            correlation_matrix(stated)
        except ValueError as error:
            where = "matrix" if stated.matrix else "correlation"
            problems.append(Problem((*CORRELATED, name, where), f"{error}; mend it"))
    return problems


def check_sets(pathway: Pathway) -> list[Problem]:
    """Return sets of shares whose distributions do not go together."""
    problems = []
    for shares in pathway_sets(pathway):
        sizes, own = set(), []
        for key, share in shares.items():
            if share.distribution == "dirichlet":
                sizes.add((share.parameters or {}).get("sample_size"))
            elif share.distribution is not None:
                own.append(key)
        for key, share in shares.items():
            if share.distribution != "dirichlet":
                continue
            if len(sizes) > 1:
                message = f"the shares of one set state {listed(map(str, sizes))}; state one size"
                problems.append(Problem((*key, "parameters"), message))
            if own:
                message = (
                    f"{dotted(own[0])} of the same set has a distribution of its own; give all "
                    "shares of a set one dirichlet, or single shares their own distribution"
                )
                problems.append(Problem((*key, "distribution"), message))
    return problems


def check_correlated(scenario: Scenario) -> list[Problem]:
    """Return the keys of correlated sets that are no uncertain figures, or in two sets."""
    rules = scenario.settings.uncertainty
    if rules is None or not rules.correlated:
        return []
    alone = rules.model_copy(update={"correlated": {}})
    settings = scenario.settings.model_copy(update={"uncertainty": alone})
    found = uncertain_inputs(replace(scenario, settings=settings))
    return [
        Problem((*CORRELATED, *where), message)
        for where, message in correlated_faults(rules.correlated, found)
    ]


def interval_notices(settings: Settings, pathway: Pathway) -> list[str]:
    """Return one notice naming figures with an interval that no draw follows, if there are any."""
    unused = [
        f"{dotted(key)} ({why_fixed(key) or 'add a distribution'})"
        for key, figure in _figures(settings, pathway)
        if (figure.low is not None or figure.high is not None) and figure.distribution is None
    ]
    if not unused:
        return []
    verb = "figure states" if len(unused) == 1 else "figures state"
    return [
        f"{len(unused)} {verb} an interval without a distribution, and no draw follows it: "
        f"{listed(unused)}"
    ]


def _figures(settings: Settings, pathway: Pathway) -> Iterator[tuple[Key, Quantity]]:
    for record, prefix in ((settings, ()), (pathway, ("pathway",))):
        for key, figure in figures(record, prefix):
            if isinstance(figure, Quantity):
                yield key, figure


def _is_of_a_set(key: Key) -> bool:
    """Whether a figure is one of those that must sum to 1, by its key."""
    if key[0] != "pathway" or len(key) < 2:
        return False
    return key[-1] == "usual_share" or key[-2] in {"to", "move"} or key[-2] == "waiting"
