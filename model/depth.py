"""How much a run works out beyond policies and plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Solver = Literal["highs", "cbc"]
TIME_LIMIT_SECONDS = 600.0


@dataclass(frozen=True)
class Depth:
    """What is worked out: each part takes time.

    `prices`: units priced by solving again; `replications` by chance, from `seed`; `gain`: what the
    plan's gain comes from; `neutrality`: what treating all ages alike costs; `changed`: whether the
    verification evaluates changed scenarios. `time_limit`: seconds for one solve, by `solver`.
    """

    prices: int = 10
    replications: int = 1000
    seed: int = 1
    gain: bool = True
    neutrality: bool = False
    changed: bool = True
    time_limit: float = TIME_LIMIT_SECONDS
    solver: Solver = "highs"

    def quick(self) -> Depth:
        """Return the same without what may be left out."""
        return replace(self, prices=0, replications=0, gain=False, changed=False)


FULL = Depth()
