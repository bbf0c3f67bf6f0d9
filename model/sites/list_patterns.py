"""Sessions hold whole cases: counts of list patterns, said as a few additive resources."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.spatial import HalfspaceIntersection

from hepaplan.model.arrays import Floats
from hepaplan.model.course import by_month
from hepaplan.model.parameters import Resource, Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Problem
from hepaplan.model.sites.made_resources import Supply

MOST_LENGTHS, MOST_PATTERNS, MOST_RULES = 9, 2000, 48
EXACT = 1e-9


class TooManyPatterns(ValueError):
    """Cases so many or so short that counting them whole is beyond what a plan can carry."""


def usable_session(resource: Resource) -> float:
    """Return the units of one session that may be filled: what a week gives, after the cap."""
    return resource.units_per_week * resource.utilisation_cap.number


def case_lengths(pathway: Pathway, resource: str) -> list[float]:
    """Return the distinct lengths of cases, in units of a resource, the longest first.

    A case is an amount of an option's footprint in one month since its start, or what a
    complication takes: a return to theatre is a case of its own.
    """
    lengths: set[float] = set()
    for _, _, option in pathway.options():
        if resource in option.footprint:
            lengths |= {*option.footprint[resource].value, option.footprint[resource].then}
        for harm in option.complications.values():
            if resource in harm.footprint:
                lengths |= set(harm.footprint[resource].numbers().values())
    return sorted((length for length in lengths if length > 0), reverse=True)


def maximal_patterns(lengths: Sequence[float], session: float) -> Iterator[tuple[int, ...]]:
    """Yield the counts of each case (the longest first) that fill one session.

    No further case fits any of them (cutting patterns: Gilmore & Gomory, Operations Research
    1961;9:849-59, 10.1287/opre.9.6.849).
    """
    fit = math.floor(session / lengths[0] + EXACT)
    if len(lengths) == 1:
        yield (fit,)
        return
    for count in range(fit, -1, -1):
        for rest in maximal_patterns(lengths[1:], session - count * lengths[0]):
            yield (count, *rest)


def session_weights(lengths: Sequence[float], session: float) -> Floats:
    """Return what a case counts as, in sessions, under each rule that is needed (rule, case).

    Numbers of cases fit into a number of sessions, shared out over list patterns, exactly if under
    every rule their weights sum to no more than that number. The rules are the vertices, none below
    another, of {w >= 0: w . pattern <= 1 for every pattern} (the dual of the cutting stock
    programme of Gilmore & Gomory 1961, 10.1287/opre.9.6.849). A case longer than a session fills
    whole sessions alone: an operation that overruns takes the room with it, and one such case does
    not stop a scenario. Raises `TooManyPatterns`.
    """
    long = [length for length in lengths if length > session * (1.0 + EXACT)]
    alone = [math.ceil(length / session - EXACT) for length in long]
    short = lengths[len(long) :]
    if not short:
        return np.array([alone], dtype=float)
    patterns = []
    for pattern in maximal_patterns(short, session):
        patterns.append(pattern)
        if len(patterns) > MOST_PATTERNS:
            raise TooManyPatterns(
                f"more than {MOST_PATTERNS} ways to fill a session of {session:g} with cases of "
                f"{short[-1]:g} to {short[0]:g}"
            )
    counts = np.array(patterns, dtype=float)
    standing = _interchangeable(patterns)
    first = sorted(set(standing))
    if len(first) > MOST_LENGTHS:
        raise TooManyPatterns(
            f"cases of {len(first)} lengths that fit differently, more than {MOST_LENGTHS}"
        )
    weights = _outer_vertices(np.unique(counts[:, first], axis=0))
    if len(weights) > MOST_RULES:
        raise TooManyPatterns(
            f"{len(weights)} rules to keep whole cases of {len(short)} lengths, more than "
            f"{MOST_RULES}"
        )
    of_short = weights[:, [first.index(case) for case in standing]]
    return np.concatenate((np.tile(alone, (len(weights), 1)), of_short), axis=1)


def check_list_patterns(scenario_resources: dict[str, Resource], pathway: Pathway) -> list[Problem]:
    """Return the resources whose whole cases cannot be counted, in words."""
    problems = []
    for name, resource in scenario_resources.items():
        lengths = case_lengths(pathway, name)
        if not (resource.whole_cases and lengths):
            continue
        if usable_session(resource) <= 0:
            message = "is true, but no part of a session may be filled; raise utilisation_cap"
            problems.append(Problem(("resource", name, "whole_cases"), message))
            continue
        try:
            session_weights(lengths, usable_session(resource))
        except TooManyPatterns as fault:
            message = f"is true, which gives {fault}; round the amounts alike, or write false"
            problems.append(Problem(("resource", name, "whole_cases"), message))
    return problems


def with_whole_cases(scenario: Scenario, supply: Supply) -> Supply:
    """Return the supply with sessions for each resource of whole cases, one for each rule.

    Their number is that of the usable minutes, in sessions: the cap is not applied again.
    """
    for r, (name, resource) in enumerate(scenario.settings.resource.items()):
        lengths = case_lengths(scenario.pathway, name)
        if not (resource.whole_cases and lengths):
            continue
        session = usable_session(resource)
        cases = _cases(scenario, name, lengths, supply.use[:, :, r])
        sessions = supply.capacity[r] / session
        everywhere = np.ones(len(sessions), dtype=bool)
        for number, weights in enumerate(session_weights(lengths, session), start=1):
            label = f"{name}, whole cases ({number})"
            use = np.einsum("c,kgcd->kgd", weights, cases)
            supply = supply.with_rule(label, r, 1.0 / session, use, sessions, everywhere)
    return supply


def _cases(scenario: Scenario, resource: str, lengths: Sequence[float], use: Floats) -> Floats:
    """Return the expected cases of each length in `use` (option, group, case, month since start).

    A start that is not carried out counts as the part of a case that its use is.
    """
    cases = np.zeros((*use.shape[:2], len(lengths), use.shape[2]))
    for k, (_, _, option) in enumerate(scenario.pathway.options()):
        for g, group in enumerate(scenario.groups):
            planned = use[k, g].copy()
            abandoned = option.not_performed
            performed = 1.0 - (abandoned.share.for_group(group) if abandoned else 0.0)
            for harm in option.complications.values():
                if resource in harm.footprint:
                    length = harm.footprint[resource].for_group(group)
                    expected = performed * harm.probability.for_group(group)
                    planned[0] -= expected * length
                    if length > 0:
                        cases[k, g, lengths.index(length), 0] += expected
            if resource in option.footprint:
                amounts = by_month(option.footprint[resource], use.shape[2])[:, 0]
                for month in np.flatnonzero(amounts > 0):
                    case = lengths.index(float(amounts[month]))
                    cases[k, g, case, month] += planned[month] / amounts[month]
    return cases


def _interchangeable(patterns: Sequence[tuple[int, ...]]) -> list[int]:
    """Return for each case the first one that fits exactly where it fits, once a session.

    Such cases have the same weight under every rule.
    """
    first: dict[object, int] = {}
    standing = []
    for case in range(len(patterns[0])):
        rests = frozenset((*p[:case], 0, *p[case + 1 :]) for p in patterns if p[case])
        once = max(p[case] for p in patterns) == 1
        standing.append(first.setdefault(rests if once else case, case))
    return standing


def _outer_vertices(patterns: Floats) -> Floats:
    """Return the vertices w of {w >= 0: patterns w <= 1} that lie below no other point of it."""
    count = patterns.shape[1]
    if count == 1:
        return np.asarray(1.0 / patterns.max(axis=0, keepdims=True))
    sides = np.concatenate((patterns, -np.eye(count)))
    right = np.concatenate((np.ones(len(patterns)), np.zeros(count)))
    inside = np.full(count, 0.5 / patterns.sum(axis=1).max())
    found = HalfspaceIntersection(np.column_stack((sides, -right)), inside).intersections
    outer = {}
    for corner in found:
        tight = np.abs(sides @ corner - right) < EXACT
        if patterns[tight[: len(patterns)]].any(axis=0).all():
            exact = np.linalg.lstsq(sides[tight], right[tight], rcond=None)[0]
            exact[np.abs(exact) < EXACT] = 0.0
            outer[tuple(np.round(exact, 9))] = exact
    return np.array([outer[key] for key in sorted(outer, reverse=True)])
