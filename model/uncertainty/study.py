"""What a question about uncertainty found: sentences, named tables, and how it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from hepaplan.model.parameters import Scenario

Kind = Literal["tornado", "psa", "voi", "sensitivity", "calibration"]


@dataclass(frozen=True)
class Study:
    """One study of a scenario.

    `facts` are what must be known to repeat it (draws, seed, design, ranges), by name; `seconds`
    those of its steps. Tables are tidy, their columns named with their units.
    """

    kind: Kind
    scenario: Scenario
    question: str
    headlines: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, str | int | float | list[str]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
