"""What is verified: a run, and how its changed scenarios are evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import Capacity, Replayed, UsualCare
from hepaplan.model.verification.verdict import Finding, LeftOut


@dataclass(frozen=True)
class Subject:
    """A run to verify, and the engine to ask again of a changed scenario.

    `read` gives reading 1; `replay` the policies without a plan; `plan` makes the plan again, and
    is None where that would take too long.
    """

    usual: UsualCare
    capacity: Capacity
    read: Callable[[Scenario], UsualCare]
    replay: Callable[[UsualCare], Replayed]
    plan: Callable[[UsualCare], Capacity] | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        return self.usual.scenario

    @cached_property
    def survival(self) -> tuple[Floats, Floats]:
        """Share alive by month to the horizon, usual care: by point and by option started."""
        return overall_survival(self.usual.kernels, self.usual.kernels.months)


def not_read(_: Scenario) -> UsualCare:
    """Raise `LeftOut`, instead of evaluating a changed scenario."""
    raise LeftOut("evaluates a changed scenario: hepaplan verify does, or a run without --quick")


@dataclass(frozen=True)
class Row:
    """A row of the verification list: what is changed, what must follow, and who judges it.

    `plans_again`: the judge makes the plan anew, so the row is left out where none may be made.
    """

    identifier: str
    change: str
    expected: str
    judge: Callable[[Subject], Finding]
    plans_again: bool = False

    @property
    def number(self) -> int:
        """The row's place in its section."""
        return int(self.identifier[1:])
