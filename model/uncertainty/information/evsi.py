"""What a study of one uncertain figure would be worth, before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.uncertainty.information.evpi import Estimate, money
from hepaplan.model.uncertainty.information.evppi import evppi

CAPPED = "above the value of knowing the figure by chance: shown as that"


class Study(Protocol):
    """A proposed study: what it would report if the figure had a value."""

    @property
    def people(self) -> int:
        """Number of people in the study."""

    def reports(self, values: Floats, generator: np.random.Generator) -> Floats:
        """Return what it reports, simulated once for each value (draw,)."""


@dataclass(frozen=True)
class MeanStudy:
    """A study that reports a mean; `sd` is that between people, in the figure's unit.

    On what scale the mean is about normal is the caller's choice: a hazard ratio's logarithm, say,
    with sd 2 and the number of events as people (Schoenfeld, Biometrics 1983;39:499-503,
    10.2307/2531021).
    """

    people: int
    sd: float

    def __post_init__(self) -> None:
        """Refuse a study without people, or without a spread between them."""
        _refuse_empty(self.people)
        if not (self.sd > 0 and np.isfinite(self.sd)):
            raise ValueError(f"the standard deviation between people is {self.sd:g}: above 0")

    def reports(self, values: Floats, generator: np.random.Generator) -> Floats:
        """Return means, normal about the values with standard error sd / sqrt(people)."""
        noise = generator.standard_normal(len(values))
        return np.asarray(values + self.sd / np.sqrt(self.people) * noise)


@dataclass(frozen=True)
class ShareStudy:
    """A study that counts in how many of its people something happens."""

    people: int

    def __post_init__(self) -> None:
        """Refuse a study without people."""
        _refuse_empty(self.people)

    def reports(self, values: Floats, generator: np.random.Generator) -> Floats:
        """Return shares of people; raises ValueError for values that are no shares."""
        if values.min() < 0 or values.max() > 1:
            raise ValueError(
                f"a share lies between 0 and 1, but the draws are {values.min():g} to "
                f"{values.max():g}: study a mean"
            )
        return np.asarray(generator.binomial(self.people, values) / self.people)


def evsi(
    net_benefit: Floats, values: Floats, study: Study, generator: np.random.Generator
) -> Estimate:
    """Return the expected value in pounds of a study of one figure, drawn as `values` (draw,).

    Its report is simulated once for each draw of `net_benefit` (strategy, draw), and net benefit
    regressed on the report as `evppi` does on the figure (Strong et al., Medical Decision Making
    2015;35:570-83, 10.1177/0272989X15575286). The cost of the study is not taken off. More than
    the value of knowing the figure is cut to that, with a note. Raises as `evppi` and the study.
    """
    known = evppi(net_benefit, [values])
    found = evppi(net_benefit, [study.reports(values, generator)])
    if found.value > known.value:
        return Estimate(known.value, found.standard_error, CAPPED)
    return found


def headline(value: Estimate, known: Estimate, study: Study, label: str) -> str:
    """Return in a sentence what a study of a figure is worth beside knowing it."""
    if known.value == 0:
        return f"No study of {label} could change the decision."
    return (
        f"A study of {label} with {study.people:,} people would be worth {money(value.value)} "
        f"(standard error {money(value.standard_error)}), {value.value / known.value:.0%} of what "
        "knowing it exactly is worth, before the study's own cost."
    )


def _refuse_empty(people: int) -> None:
    if people < 1:
        raise ValueError(f"a study of {people} people: give 1 or more")
