"""A request for a calibration, from what a file states, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hepaplan.model.calibration.observed import observable, range_of
from hepaplan.model.calibration.parameters import (
    NoParameter,
    all_levers,
    overlaps,
    parameter_of,
)
from hepaplan.model.calibration.request import (
    Parameter,
    Request,
    Target,
    TargetsStated,
    TargetStated,
)
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, Problem, dotted, listed, nearest

LEAST_ERROR = 1e-6


def request_of(
    scenario: Scenario, stated: TargetsStated, keys: Mapping[str, Key]
) -> tuple[Request, tuple[Problem, ...]]:
    """Return what a file of targets asks for, and every problem by the file's own keys.

    `keys` are those of the parameters' figures. With problems, the request lacks what they are
    about.
    """
    problems: list[Problem] = []
    parameters = _parameters(scenario, stated, keys, problems)
    targets = _targets(scenario, stated, problems)
    sources = {**scenario.settings.sources, **stated.sources}
    used = {target.source: sources[target.source] for target in targets}
    request = Request(
        stated.scenario, tuple(parameters), tuple(targets), used, stated.starts, stated.seed,
        stated.title,
    )  # fmt: skip
    return request, tuple(problems)


def _parameters(
    scenario: Scenario,
    stated: TargetsStated,
    keys: Mapping[str, Key],
    problems: list[Problem],
) -> list[Parameter]:
    known = all_levers(scenario)
    found = []
    for name, key in keys.items():
        try:
            found.append(parameter_of(scenario, known, name, key, stated.parameter[name]))
        except NoParameter as error:
            problems.append(Problem(("parameter", name, error.field), str(error)))
    for parameter in found:
        if not parameter.low <= parameter.before <= parameter.high:
            message = (
                f"found bounds {parameter.low:g} to {parameter.high:g}, which do not hold the "
                f"present value {parameter.before:g}; widen them"
            )
            field = "low" if parameter.before < parameter.low else "high"
            problems.append(Problem(("parameter", parameter.name, field), message))
    for first, second in overlaps(found):
        message = f"changes {dotted(second.keys[0])}, which {first.name} changes; delete one"
        problems.append(Problem(("parameter", second.name, "key"), message))
    return found


def _targets(scenario: Scenario, stated: TargetsStated, problems: list[Problem]) -> list[Target]:
    known = {**scenario.settings.sources, **stated.sources}
    seen: dict[str, str] = {}
    found = []
    for name, target in stated.target.items():
        faults = list(_faults(scenario, target, known))
        if target.output in seen:
            earlier = seen[target.output]
            faults.append(("output", f"is that of {earlier} too; pool the two, or delete one"))
        seen.setdefault(target.output, name)
        problems += [Problem(("target", name, field), message) for field, message in faults]
        if not faults:
            found.append(
                Target(
                    name, observable(scenario, target.output), target.value,
                    target.standard_error, target.source, target.year, target.quality, target.note,
                )
            )  # fmt: skip
    return found


def _faults(
    scenario: Scenario, target: TargetStated, sources: Iterable[str]
) -> Iterable[tuple[str, str]]:
    """Yield (field, message) for what is wrong with a target by itself."""
    known = list(sources)
    if target.source not in known:
        yield (
            "source",
            f'found "{target.source}", which is no source{nearest(target.source, known)}; add '
            f"[sources.{target.source}] with its citation, or name one of {listed(known)}",
        )
    try:
        output = observable(scenario, target.output)
    except ValueError as error:
        yield "output", str(error)
        return
    if target.standard_error < abs(target.value) * LEAST_ERROR:
        yield (
            "standard_error",
            f"found {target.standard_error:g}, less than a millionth of the value; no observation "
            "is so sure, and no fit so close: state what the source does",
        )
    low, high = range_of(output)
    if not low <= target.value <= high:
        percent = f" ({target.value:g} %? write {target.value / 100:g})" if high == 1.0 else ""
        yield (
            "value",
            f"found {target.value:g}{percent}; {output.name} ({output.unit}) lies between "
            f"{low:g} and {high:g}",
        )
