"""Checks of a whole pathway: shares, destinations, the rule on regional treatments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from hepaplan.model.figures import figures
from hepaplan.model.input_checks.name_checks import alike_in_pathway
from hepaplan.model.input_checks.table_checks import SHARES_SUM_TO, sum_fault
from hepaplan.model.parameters import Resource
from hepaplan.model.pathway import (
    CANCER_DEATH,
    REGIONAL,
    DecisionPoint,
    Distribution,
    Option,
    Pathway,
    PublishedSurvival,
    Waiting,
)
from hepaplan.model.problems import Key, Problem, listed, nearest
from hepaplan.model.quantities import Quantity
from hepaplan.model.survival.fitted import check_distribution
from hepaplan.model.survival.hazard_ratios import check_changes

UNITS = {Distribution: "months", PublishedSurvival: "share"}
SINGLE = {"standard", "up_to"}


def check_pathway(
    pathway: Pathway,
    groups: Sequence[str],
    resources: Mapping[str, Resource],
    services: Collection[str] | None,
    points: Collection[str] = (),
) -> list[Problem]:
    """Return everything wrong with a pathway whose single figures are each sound.

    Keys begin with `pathway`. `services` are those that a referral table offers, None when it
    cannot be read; `points` are all decision points' names, when some are too faulty to be in
    `pathway`.
    """
    known = tuple(points) or tuple(pathway.decision_point)
    problems = list(_values_by_group(pathway, groups))
    stated = {problem.key for problem in problems}
    for name, point in pathway.decision_point.items():
        key: Key = ("pathway", "decision_point", name)
        if name == CANCER_DEATH:
            problems.append(Problem(key, "is a reserved name; rename the decision point"))
        problems += _point(point, key, groups, known)
        problems += _exchanges(pathway, name, (*key, "interchangeable"))
        for option_name, option in point.option.items():
            at: Key = (*key, "option", option_name)
            problems += _option(option, at, point, known, groups)
            problems += _distributions(option, at, stated, groups)
            if option.on:
                problems += _needs(option, at, resources, services)
    problems += alike_in_pathway(pathway)
    if not pathway.decision_point:
        message = "found no decision point; expected at least one; add [decision_point.…]"
        problems.append(Problem(("pathway",), message))
    return [p for p in problems if not _follows_from(p, stated)]


def _follows_from(problem: Problem, stated: set[Key]) -> bool:
    """Whether a sum is wrong only because a value lacks a group, which is said already."""
    return problem.message.startswith("group ") and any(
        key[: len(problem.key)] == problem.key for key in stated
    )


def _values_by_group(pathway: Pathway, groups: Sequence[str]) -> Iterator[Problem]:
    for key, figure in figures(pathway, ("pathway",)):
        if isinstance(figure, Distribution | PublishedSurvival):
            unit = UNITS[type(figure)]
            if figure.unit != unit:
                message = f"found '{figure.unit}'; expected '{unit}'; convert and write it"
                yield Problem((*key, "unit"), message)
        if not isinstance(figure, Quantity) or not isinstance(figure.value, dict):
            continue
        value_key = (*key, "value")
        if key[-1] in SINGLE:
            yield Problem(value_key, "found a value by group; expected one number for all")
            continue
        for name in figure.value:
            if name not in groups:
                yield Problem(
                    (*value_key, name),
                    f"found an unknown group{nearest(name, groups)}; "
                    f"expected {listed(groups)}; mend the name",
                )
        missing = [group for group in groups if group not in figure.value]
        if missing:
            yield Problem(
                value_key, f"lacks {listed(missing)}; expected a value for {listed(groups)}; add it"
            )


def _point(
    point: DecisionPoint, key: Key, groups: Sequence[str], known: Collection[str]
) -> Iterator[Problem]:
    options = point.open_options()
    if not options:
        yield Problem((*key, "option"), "found no option switched on; expected one; switch it on")
    else:
        shares = [option.usual_share for option in options.values()]
        yield from _sums(shares, (*key, "option"), groups, "usual shares of open options")
    if point.waiting is not None:
        yield from _waiting(point.waiting, (*key, "waiting"), groups, known)
        if point.standard is None:
            yield Problem(
                (*key, "standard"),
                "is missing, though patients wait here; expected a waiting standard in days; "
                'add standard = { value = 31, unit = "days", … }',
            )
    else:
        for name, option in options.items():
            if option.footprint:
                yield Problem(
                    (*key, "option", name, "footprint"),
                    "uses resources though nobody waits at this point; expected a waiting table "
                    "where capacity can run out; add waiting and a standard, or no footprint",
                )


def _exchanges(pathway: Pathway, name: str, key: Key) -> Iterator[Problem]:
    """Yield options that a point declares interchangeable and are not its own, or stand twice."""
    point = pathway.decision_point[name]
    for place, exchange in enumerate(point.interchangeable):
        for inner, option in enumerate(exchange.options):
            if option in point.option:
                continue
            elsewhere = [
                other for other, record in pathway.decision_point.items() if option in record.option
            ]
            if elsewhere:
                found = f"found '{option}', an option of another decision point: "
                found += f"{listed(elsewhere)}; patients here cannot start it"
            else:
                found = f"found '{option}', an unknown option{nearest(option, point.option)}"
            yield Problem(
                (*key, place, "options", inner),
                f"{found}; expected options of this point: {listed(point.option)}",
            )
        if len(set(exchange.options)) < len(exchange.options):
            message = "found an option twice; expected each once; delete one"
            yield Problem((*key, place, "options"), message)


def _waiting(
    waiting: Waiting, key: Key, groups: Sequence[str], known: Collection[str]
) -> Iterator[Problem]:
    yield from _destinations(waiting.move, (*key, "move"), known, with_death=False)
    parts = [waiting.stay, waiting.cancer_death, *waiting.move.values()]
    yield from _sums(parts, key, groups, "stay, cancer_death and moves")


def _option(
    option: Option, key: Key, point: DecisionPoint, known: Collection[str], groups: Sequence[str]
) -> Iterator[Problem]:
    if option.kind in REGIONAL and not point.liver_limited:
        if not option.allow_extrahepatic:
            yield Problem(
                (*key, "kind"),
                f"found {option.kind}, a regional treatment, at a point where disease is not "
                "limited to the liver; expected systemic or supportive options; move it, or write "
                "allow_extrahepatic = true and allow_extrahepatic_reason",
            )
        elif not option.allow_extrahepatic_reason.strip():
            yield Problem(
                (*key, "allow_extrahepatic_reason"),
                "is empty though allow_extrahepatic = true; expected why; write it",
            )
    if not option.exits:
        yield Problem((*key, "exits"), "found none; expected at least one, such as recurrence")
    for name, leaving in option.exits.items():
        at: Key = (*key, "exits", name)
        yield from _destinations(leaving.to, (*at, "to"), known, with_death=True)
        yield from _sums(list(leaving.to.values()), (*at, "to"), groups, "shares of the exit")
    if option.not_performed is not None:
        at = (*key, "not_performed", "to")
        yield from _destinations(option.not_performed.to, at, known, with_death=True)
        shares = list(option.not_performed.to.values())
        yield from _sums(shares, at, groups, "shares of planned starts not carried out")


def _distributions(
    option: Option, key: Key, stated: set[Key], groups: Sequence[str]
) -> Iterator[Problem]:
    for name, leaving in option.exits.items():
        at: Key = (*key, "exits", name)
        faulty = {known[len(at)] for known in stated if known[: len(at)] == at != known}
        if "time" not in faulty:
            for fault in check_distribution(leaving.time):
                yield Problem((*at, "time"), fault)
        if not faulty & {"hazard_ratio", "hazard_ratio_changes"}:
            changes, ratio = leaving.hazard_ratio_changes, leaving.hazard_ratio
            by_group = [
                check_changes(ratio.for_group(group) if ratio else 1.0, changes, group)
                for group in groups
            ]
            for fault in dict.fromkeys(chain.from_iterable(by_group)):
                yield Problem((*at, "hazard_ratio_changes"), fault)


def _needs(
    option: Option, key: Key, resources: Mapping[str, Resource], services: Collection[str] | None
) -> Iterator[Problem]:
    if services is not None and option.service not in services:
        yield Problem(
            (*key, "service"),
            f"found '{option.service}', which no site offers in the referral table"
            f"{nearest(option.service, services)}; expected one of {listed(sorted(services))}",
        )
    parts: dict[Key, tuple[str, ...]] = {("footprint",): tuple(option.footprint)}
    for name, complication in option.complications.items():
        parts[("complications", name, "footprint")] = tuple(complication.footprint)
    for inner, names in parts.items():
        for name in names:
            if name not in resources:
                yield Problem(
                    (*key, *inner, name),
                    f"found an unknown resource{nearest(name, resources)}; "
                    f"expected one of {listed(resources)}; mend the name or add [resource.{name}]",
                )
    for name, amount in option.footprint.items():
        if name in resources and amount.unit != resources[name].unit:
            wanted = resources[name].unit
            yield Problem(
                (*key, "footprint", name, "unit"),
                f"found '{amount.unit}'; expected '{wanted}', the unit of the resource; "
                f'convert the values and write unit = "{wanted}"',
            )
        if min((*amount.value, amount.then)) < 0:
            yield Problem((*key, "footprint", name), "found a negative amount; expected 0 or more")


def _destinations(
    to: Collection[str], key: Key, known: Collection[str], *, with_death: bool
) -> Iterator[Problem]:
    allowed = (*known, CANCER_DEATH) if with_death else tuple(known)
    for name in to:
        if name not in allowed:
            yield Problem(
                (*key, name),
                f"found '{name}', an unknown decision point{nearest(name, allowed)}; "
                f"expected one of {listed(allowed, 20)}",
            )


def _sums(
    parts: Sequence[Quantity], key: Key, groups: Sequence[str], what: str
) -> Iterator[Problem]:
    """Check that parts sum to 1 in every group; groups alike are named together."""
    totals: dict[float, list[str]] = {}
    for group in groups:
        values = [q.value.get(group, 0.0) if isinstance(q.value, dict) else q.value for q in parts]
        totals.setdefault(round(sum(values), 12), []).append(group)
    for total, alike in totals.items():
        if abs(total - 1.0) > SHARES_SUM_TO:
            yield Problem(key, f"group {listed(alike)}: {what}: {sum_fault(total)}")
