"""A file of targets, from TOML to a checked request for a calibration, or every problem at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hepaplan.model.calibration.checks import request_of
from hepaplan.model.calibration.request import Request, TargetsStated
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.scenarios.changes import key_parts
from hepaplan.scenarios.document import Document, read_document
from hepaplan.scenarios.files import scenario_document
from hepaplan.scenarios.load import load_scenario
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.words import faults


def read_targets(path: Path) -> tuple[Scenario, Request]:
    """Return the scenario that a file of targets names, and what is to be fitted to what.

    A folder is relative to the file's. Raises InvalidScenario with every problem found, each with
    its file and line.
    """
    document = read_document(path, path.name)
    stated, wrong = faults(TargetsStated, document.content)
    if stated is None:
        raise InvalidScenario(_problem(document, key, message) for key, message in wrong)
    problems: list[LocatedProblem] = []
    keys = _keys(document, stated, problems)
    try:
        place = scenario_document(stated.scenario, path.parent)
    except ValueError as error:
        problems.append(_problem(document, ("scenario",), str(error)))
        raise InvalidScenario(problems) from None
    try:
        scenario = load_scenario(place)
    except InvalidScenario as error:
        raise InvalidScenario([*problems, *error.problems]) from None
    request, more = request_of(scenario, stated, keys)
    problems += [_problem(document, problem.key, problem.message) for problem in more]
    if problems:
        raise InvalidScenario(problems)
    return scenario, request


def _keys(
    document: Document, stated: TargetsStated, problems: list[LocatedProblem]
) -> dict[str, Key]:
    """Return the key of each parameter's figure; those that are no keys are problems."""
    found: dict[str, Key] = {}
    for name, parameter in stated.parameter.items():
        try:
            found[name] = key_parts(parameter.key)
        except (tomllib.TOMLDecodeError, ValueError):
            message = f'found "{parameter.key}"; expected a key such as metastases.late_share'
            problems.append(_problem(document, ("parameter", name, "key"), message))
    return found


def _problem(document: Document, key: Key, message: str) -> LocatedProblem:
    return LocatedProblem(document.name, document.line_of(key), dotted(key), message)
