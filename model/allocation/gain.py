"""Where the plan's gain over first come is from: order, referral, substitution; and neutrality."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.solver import NoPlan
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.replay import Replay, replay
from hepaplan.model.sites.extras import Extras
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network

ORDER, REFERRAL, SUBSTITUTION = "order of starts", "and referral", "and substitution"
ANY_AGE = "free to prefer an age"
WORKERS = 2


def partial_plans(
    network: Network,
    rules: PlanRules,
    values: Values,
    usual: Replay,
    willingness_to_pay: float,
    any_age: bool = False,
) -> dict[str, Replay]:
    """Return the replays of plans that may do less than the whole, or more, by name.

    `order of starts`: today's capacity, referral and intended options; who starts when is all that
    a plan may choose. `and referral`: referral too. `and substitution`: all but what may be bought
    or built, and only where something may. With `any_age` also the plan that may prefer an age:
    what it gains is the price of neutrality (its programme is about three times as large). Each
    seeks its first aim alone. A plan that cannot keep every rule is left out.
    """
    first = rules.model_copy(update={"aims": rules.aims[:1]})
    still = first.model_copy(
        update={"referral_shift": rules.referral_shift.model_copy(update={"value": 0.0})}
    )
    today = replace(network, lumps=Lumps(), extras=Extras())
    own = np.arange(network.may_shift.size) < len(network.kernels.options)
    unchanged = replace(today, may_shift=np.where(own, network.may_shift, 0.0))
    asked = {ORDER: (unchanged, still), REFERRAL: (unchanged, first)}
    if network.lumps.expansions or network.lumps.volumes or network.extras.names:
        asked[SUBSTITUTION] = (today, first)
    if any_age:
        asked[ANY_AGE] = (network, first.model_copy(update={"age_neutral": False}))

    def done(name: str) -> Replay | None:
        where, allowed = asked[name]
        try:
            best = most_health(where, allowed, values, usual, willingness_to_pay)
        except NoPlan:
            return None
        return replay(where, best.plan)

    with ThreadPoolExecutor(WORKERS) as pool:
        found = zip(asked, pool.map(done, asked), strict=True)
        return {name: plan for name, plan in found if plan is not None}
