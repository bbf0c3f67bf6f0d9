"""The table of expansions: which are chosen, what each costs and gives, and by when to decide."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hepaplan.model.allocation.expansion_worth import ExpansionWorth
from hepaplan.model.decide_by import decide_by
from hepaplan.model.parameters import Scenario
from hepaplan.model.replay import Plan, Replay
from hepaplan.model.sites.network import Network

EXPANSIONS = (
    "option", "label", "site", "resource", "adds", "saleable_unit", "chosen", "capital_gbp",
    "running_gbp_per_year", "decided", "decide_by", "breach_from", "qalys", "cost_gbp", "relation",
    "cost_per_qaly_gbp", "qalys_displaced", "cost_per_qaly_uncharged_gbp", "status",
)  # fmt: skip


def expansion_table(
    scenario: Scenario,
    network: Network,
    plan: Plan,
    done: Replay,
    worths: Sequence[ExpansionWorth],
) -> pd.DataFrame:
    """Return one row for each expansion, in the scenario's order.

    QALYs and cost are what the plan has with it beyond the plan without it, discounted to the
    first month and over the run-out too. `cost_per_qaly_gbp` charges other scarce capacity at its
    price, `cost_per_qaly_uncharged_gbp` does not; they are empty where `relation` says that a
    ratio means nothing. `decide_by` is empty for those not chosen, and where nobody would wait
    beyond the standard without it. `done` is the replay of `plan`.
    """
    settings = scenario.settings
    rows = []
    for number, (name, option) in enumerate(settings.expansion.items()):
        worth = worths[number]
        record = settings.resource[option.resource]
        by = (
            decide_by(scenario, network, plan, done, number, settings.window.months)
            if worth.chosen
            else None
        )
        solved = worth.status == "optimal"
        rows.append(
            (
                name,
                option.label,
                option.site,
                option.resource,
                option.adds.number,
                record.saleable_unit,
                worth.chosen,
                option.capital.number,
                option.running.number,
                option.decided or network.months.first,
                None if by is None else by.month,
                None if by is None else by.breach,
                worth.qalys,
                worth.cost,
                worth.charged.relation if solved else None,
                worth.charged.icer if solved else None,
                worth.displaced,
                worth.uncharged.icer if solved else None,
                worth.status,
            )
        )
    return pd.DataFrame(rows, columns=list(EXPANSIONS))
