"""Rows on the plan (section F of the list)."""

from __future__ import annotations

from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, within


def keeps_every_rule(subject: Subject) -> Finding:
    """Judge the plan's rows, recomputed from the tables without the solver."""
    largest = max(subject.capacity.best.residuals.values())
    return within(largest, 1e-6, "largest residual of a rule")


PLAN_ROWS = (
    Row("F11", "none", "the plan keeps every rule, by a calculation of our own", keeps_every_rule),
)
