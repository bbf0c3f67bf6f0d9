"""What each expansion is worth: the plan solved again with it, or without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.allocation.prices import Solved, scarce_value, with_prices
from hepaplan.model.allocation.session import Stopped
from hepaplan.model.arrays import Floats
from hepaplan.model.economics import Increment, increment


@dataclass(frozen=True)
class ExpansionWorth:
    """What the plan with an expansion has beyond the plan without it, all else chosen as it is.

    `qalys` and `cost`, in pounds, are discounted to the first month; `cost` includes capital and
    running cost. `displaced`: QALYs that others lose because those whom the expansion serves also
    take other scarce capacity. Not numbers where `status` is not optimal.
    """

    chosen: bool
    qalys: float
    cost: float
    displaced: float
    status: str = "optimal"

    @property
    def charged(self) -> Increment:
        """The expansion against the plan without it, with scarce capacity charged at its price."""
        return increment((self.cost, self.qalys), (0.0, 0.0))

    @property
    def uncharged(self) -> Increment:
        """The same as if other capacity were free for the asking."""
        return increment((self.cost, self.qalys + self.displaced), (0.0, 0.0))


def expansion_worths(solved: Solved) -> list[ExpansionWorth]:
    """Return what each expansion adds: for those chosen over leaving them out, else over the plan.

    The budget left to everything else stays as it is.
    """
    base = with_prices(solved)
    return [_worth(base, number) for number in range(len(base.network.lumps.expansions))]


def _worth(base: Solved, number: int) -> ExpansionWorth:
    session, lumps = base.session, base.network.lumps
    column = base.at.built[[number]]
    before = float(np.round(base.solution.point[column[0]]))
    spent = np.bincount(lumps.year_of, lumps.cost[number], minlength=lumps.budget.size)
    rows = base.programme.rows_of("budgets", lumps.budget.shape)
    there = rows >= 0
    upper = base.programme.upper[rows[there]]
    session.bound_columns(column, 1.0 - before, 1.0 - before)
    session.bound_rows(rows[there], -np.inf, upper + (1.0 - 2.0 * before) * spent[there])
    try:
        other = session.afresh().point
    except Stopped as stop:
        return ExpansionWorth(before == 1.0, np.nan, np.nan, np.nan, stop.status)
    finally:
        session.bound_columns(column, before, before)
        session.bound_rows(rows[there], -np.inf, upper)
    difference = (base.solution.point - other) * (2.0 * before - 1.0)
    return ExpansionWorth(
        chosen=before == 1.0,
        qalys=float(base.health @ difference),
        cost=float(base.money @ difference),
        displaced=scarce_value(base, _other_use(base, number, difference)),
    )


def _other_use(base: Solved, number: int, difference: Floats) -> Floats:
    """Return what starts that use an expansion's resource at its site take of other resources.

    Shape (resource, site, month), from a difference between two plans (column,).
    """
    network, at = base.network, base.at
    own = network.lumps.adds[number].any(axis=-1)
    uses = network.kernels.use[network.pair_option].any(axis=(1, 3)) @ own
    served = np.zeros(difference.size + 1)
    columns = at.starts.transpose(0, 2, 1, 3)[uses]
    served[columns] = np.append(difference, 0.0)[columns]
    taken = np.append(base.programme.matrix @ served[:-1], 0.0)
    rows = base.programme.rows_of("capacity", network.available.shape)
    use = taken[rows]
    use[own] = 0.0
    return np.asarray(use)
