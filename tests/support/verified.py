"""The tiny run as a subject of the verification list, as it is or with a part doctored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hepaplan.model.evaluate import as_today, scarce_capacity, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.verification.subject import Subject
from hepaplan.model.verification.verdict import Finding
from tests.support.scenarios import tiny_capacity, tiny_usual


def tiny_subject(**fields: Any) -> Subject:
    """Return the tiny run, able to make its plan again, with other fields if given."""
    whole = Subject(tiny_usual(), tiny_capacity(), usual_care, as_today, scarce_capacity)
    return replace(whole, **fields)


def subject_of(scenario: Scenario) -> Subject:
    """Return a run of another scenario, able to make its plan again."""
    usual = usual_care(scenario)
    return Subject(usual, scarce_capacity(usual), usual_care, as_today, scarce_capacity)


def with_capacity(**fields: Any) -> Subject:
    """Return the tiny run with other fields of its reading 2."""
    return tiny_subject(capacity=replace(tiny_capacity(), **fields))


def with_best(**fields: Any) -> Subject:
    """Return the tiny run with other fields of its plan."""
    return with_capacity(best=replace(tiny_capacity().best, **fields))


def with_usual(**fields: Any) -> Subject:
    """Return the tiny run with other fields of its reading 1."""
    return tiny_subject(usual=replace(tiny_usual(), **fields))


def deaf(_: Scenario) -> UsualCare:
    """Return reading 1 of the tiny scenario whatever is asked: an engine that hears no change."""
    return tiny_usual()


def stubborn(_: UsualCare) -> Capacity:
    """Return reading 2 of the tiny scenario whatever is asked."""
    return tiny_capacity()


def outcomes(judges: list[Callable[[Subject], Finding]], subject: Subject) -> list[str]:
    """Return what each judge makes of a subject."""
    return [judge(subject).outcome for judge in judges]
