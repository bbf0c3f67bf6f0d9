"""What a run found: its tables, sentences and labels, and the readings they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.verification.failures import failures


@dataclass(frozen=True)
class Results:
    """What a run found: named tables, headline sentences, labels for machine names."""

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    headlines: tuple[str, ...]
    labels: Mapping[str, str]
    usual: UsualCare
    capacity: Capacity
    seconds: Mapping[str, float]

    @property
    def best(self) -> BestPlan:
        """The plan, its proof and its programme."""
        return self.capacity.best

    @property
    def status(self) -> str:
        """How the plan was proven: "optimal", or "time limit"."""
        return self.best.status

    @property
    def is_proven(self) -> bool:
        """Whether every aim was sought to its proof, not stopped at a limit."""
        return self.best.is_proven

    @property
    def gap(self) -> float:
        """Relative gap between the plan and the proof."""
        return self.best.gap

    @property
    def failed(self) -> tuple[str, ...]:
        """The identities that do not hold, then the rows of verification that fail, in words."""
        return failures(self.tables)

    @property
    def checks_pass(self) -> bool:
        """Whether every identity holds and no row of verification fails."""
        return not self.failed
