"""What a plan means beyond itself: prices, where its gain is from, chance, expansions, floors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from hepaplan.model import policies
from hepaplan.model.allocation.expansion_worth import expansion_worths
from hepaplan.model.allocation.fixed_plan import first_come_in_programme
from hepaplan.model.allocation.floor_prices import floor_prices
from hepaplan.model.allocation.gain import ANY_AGE, ORDER, REFERRAL, SUBSTITUTION, partial_plans
from hepaplan.model.allocation.prices import price_list, saleable_units, solved_by
from hepaplan.model.by_hand.plan_file import plan_table
from hepaplan.model.chance import tables as by_chance
from hepaplan.model.chance.headroom import Target, binding, headroom
from hepaplan.model.delay_harm.delay import delay_variants
from hepaplan.model.depth import Depth
from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, Capacity, UsualCare
from hepaplan.model.replay import Replay, deaths_waiting, replay
from hepaplan.model.sites.network import saleable_capacity
from hepaplan.model.tables.expansion_tables import EXPANSIONS, expansion_table
from hepaplan.model.tables.money_tables import share_within_standard
from hepaplan.model.tables.price_tables import EQUITY, PRICES, equity_table, price_table, whose

Progress = Callable[[str], None]
WHOLE_PLAN, BOUGHT = "and substitution: the plan", "and what is built or bought: the plan"
GAIN = (
    "step", "qalys", "cost_gbp", "net_monetary_benefit_gbp", "within_standard", "deaths_waiting",
    "qalys_gained", "cost_added_gbp", "within_standard_gained", "deaths_avoided",
)  # fmt: skip
FLOORS = (0.5, 0.75, 0.9, 0.95, 0.99)
"""Floors under the worst share that are priced, beside the one that is asked for."""
YEAR = 12
HEADROOM_REPLICATIONS = 200


def plan_analyses(
    usual: UsualCare, capacity: Capacity, depth: Depth, progress: Progress
) -> dict[str, pd.DataFrame]:
    """Return the tables of what was asked for; one that was not asked for has no rows."""
    network, best = capacity.planned_in, capacity.best
    window = usual.window_in(network)
    progress("the plan under other readings of what delay does")
    tables = {
        "plan": plan_table(network, best.written.classes, best.plan, window),
        "fixed_plan": first_come_in_programme(
            network, best.written.classes, best.written.at, best.written.rows,
            capacity.first_come_there,
        ),
        "delay_variants": delay_variants(
            usual, network,
            {FIRST_COME: policies.first_come, MOST_HEALTH: lambda n: replay(n, best.plan)},
        ),
        "gain": pd.DataFrame(columns=list(GAIN)),
        "prices": pd.DataFrame(columns=list(PRICES)),
        "equity": pd.DataFrame(columns=list(EQUITY)),
        "expansions": pd.DataFrame(columns=list(EXPANSIONS)),
        **by_chance.empty_tables(),
    }  # fmt: skip
    if depth.gain:
        progress("where the plan's gain comes from")
        tables["gain"] = gain(usual, capacity, depth.neutrality)
    if depth.prices:
        tables |= _priced(usual, capacity, depth, progress)
    if depth.replications:
        progress("the plan by chance")
        tables |= by_chance.all_tables(usual, capacity, depth.replications, depth.seed)
        progress("the headroom that makes up for chance")
        tables["headroom"] = _headroom(usual, capacity, depth.seed)
    return tables


def gain(usual: UsualCare, capacity: Capacity, any_age: bool) -> pd.DataFrame:
    """Return the plan's gain over first come in steps, each with what it adds to the one before.

    Shares within the standard and deaths on a list are of the window; QALYs and pounds are
    lifetime, discounted to its first month. With `any_age` a last row: what a plan free to prefer
    an age would add, the price of neutrality.
    """
    network, settings = capacity.planned_in, usual.scenario.settings
    window, worth = usual.window_in(network), settings.economics.willingness_to_pay.number
    some = partial_plans(
        network, settings.plan, usual.worth, capacity.nothing_scarce_there, worth, any_age
    )
    lumps = bool(network.lumps.expansions or network.lumps.volumes or network.extras.names)
    steps: dict[str, Replay] = {FIRST_COME: capacity.first_come_there}
    steps |= {name: some[name] for name in (ORDER, REFERRAL, SUBSTITUTION) if name in some}
    steps[BOUGHT if lumps else WHOLE_PLAN] = capacity.planned
    if ANY_AGE in some:
        steps[ANY_AGE] = some[ANY_AGE]
    rows = []
    for name, done in steps.items():
        totals = replay_totals(network, done, usual.worth, window)
        qalys, cost = totals.qalys_discounted, totals.cost_discounted
        rows.append(
            (
                name, qalys, cost, net_monetary_benefit(cost, qalys, worth),
                share_within_standard(usual, network, done), deaths_waiting(done, window),
            )
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(GAIN[:6]))
    for column, before, sign in (
        ("qalys_gained", "qalys", 1), ("cost_added_gbp", "cost_gbp", 1),
        ("within_standard_gained", "within_standard", 1), ("deaths_avoided", "deaths_waiting", -1),
    ):  # fmt: skip
        table[column] = sign * table[before].diff().fillna(0.0)
    return table


def _priced(
    usual: UsualCare, capacity: Capacity, depth: Depth, progress: Progress
) -> Mapping[str, pd.DataFrame]:
    """Return what solving again tells: prices of units, floors and expansions."""
    scenario, network, best = usual.scenario, capacity.planned_in, capacity.best
    window, rules = usual.window_in(network), scenario.settings.plan
    solved = solved_by(best.written, best.point)
    progress(f"the worth of one more of each, {depth.prices} priced by solving again")
    units = saleable_units(network, saleable_capacity(scenario, network))
    found = {
        "prices": price_table(
            scenario, network.months, price_list(solved, units, window, depth.prices)
        )
    }
    if rules.equity is not None:
        progress("what floors under the worst share cost")
        names, origin = whose(usual, network, rules.equity.over)
        floors = sorted({*FLOORS, rules.equity.floor.number})
        prices = floor_prices(solved, best.written.classes, floors, origin, window)
        found["equity"] = equity_table(names, prices)
    if network.lumps.expansions:
        progress("what each expansion is worth, and by when to decide it")
        worths = expansion_worths(solved)
        found["expansions"] = expansion_table(
            scenario, network, best.plan, capacity.planned, worths
        )
    return found


def _headroom(usual: UsualCare, capacity: Capacity, seed: int) -> pd.DataFrame:
    """Return the headroom that keeps a promise in the window's last year, under the plan."""
    network = capacity.planned_in
    window = usual.window_in(network)
    target = Target(max(window - YEAR, 0), window)
    which = binding(capacity.planned)
    return headroom(network, capacity.best.plan, target, which, HEADROOM_REPLICATIONS, seed)
