"""Calibrations of the tiny scenario over few years, as a file of targets would ask for them."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from hepaplan.model.calibration.checks import request_of
from hepaplan.model.calibration.request import Request, TargetsStated
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Problem
from tests.support.scenarios import tiny_with

HAZARD = "pathway.decision_point.operable.option.resection.exits.recurrence.time"
SHARE = "metastases.synchronous_share"


@cache
def short() -> Scenario:
    """Return the tiny scenario over five years and none before, which takes half the time."""
    return tiny_with(economics__horizon_years=5, window__burn_in_years=0)


def target(output: str, value: float, standard_error: float) -> dict[str, Any]:
    """Return a target as a file states it."""
    about = {"source": "made_up", "quality": "illustrative"}
    return {"output": output, "value": value, "standard_error": standard_error, **about}


def requested(
    parameters: dict[str, Any], targets: dict[str, Any], scenario: Scenario, **more: Any
) -> tuple[Request, tuple[Problem, ...]]:
    """Return what is asked for, and what is wrong with it."""
    stated = TargetsStated.model_validate(
        {"scenario": "tiny", "starts": 1, "parameter": parameters, "target": targets} | more
    )
    keys = {name: _key(parameter["key"]) for name, parameter in parameters.items()}
    return request_of(scenario, stated, keys)


def request(parameters: dict[str, Any], targets: dict[str, Any], **more: Any) -> Request:
    """Return a sound request of the short scenario."""
    found, problems = requested(parameters, targets, short(), **more)
    assert problems == ()
    return found


def _key(stated: str) -> tuple[str, ...]:
    parts, inside = [], tomllib.loads(f"{stated} = 0")
    while isinstance(inside, dict):
        [(part, inside)] = inside.items()
        parts.append(part)
    return tuple(parts)
