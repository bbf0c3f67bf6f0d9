"""Rows on costs, utilities and discounting (section B of the list)."""

from __future__ import annotations

import numpy as np

from hepaplan.model.verification.changed import without_discounting
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import Finding, within


def discounting_off(subject: Subject) -> Finding:
    """Judge that without discounting every start is worth what its undiscounted sum says."""
    values = subject.read(without_discounting(subject.scenario)).worth
    gap = values.qalys_discounted.start - values.qalys.start
    return within(float(np.abs(gap).max()), 1e-9, "QALYs of a start, discounted against not")


MONEY_ROWS = (
    Row(
        "B13",
        "both discount rates 0",
        "discounted results equal undiscounted ones",
        discounting_off,
    ),
)
