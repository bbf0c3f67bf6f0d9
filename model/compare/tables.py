"""Tables of a comparison: key figures, figures for one patient, and budget impact."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from hepaplan.model.compare.side import Side
from hepaplan.model.tables.summary import LIFETIME

ALL_POLICIES = "all policies"
BEFORE_ANY_POLICY = ("new colorectal cancers", "new patients with liver metastases")


def key_figures(sides: Sequence[Side]) -> pd.DataFrame:
    """Return measure, unit, policy, scenario, value and its difference from the reference.

    Who falls ill depends on no policy and has one row a scenario, for all policies. What is more
    only because more people are treated is no difference: lifetime figures of other people than
    the reference's have none.
    """
    table = pd.concat([s.figures.assign(scenario=s.name) for s in sides], ignore_index=True)
    table.loc[table["measure"].isin(BEFORE_ANY_POLICY), "policy"] = ALL_POLICIES
    table = table.drop_duplicates(["measure", "policy", "scenario"], ignore_index=True)
    first = table[table["scenario"] == sides[0].name].set_index(["measure", "policy"])["value"]
    keys = pd.MultiIndex.from_frame(table[["measure", "policy"]])
    table["difference"] = table["value"] - first.reindex(keys).to_numpy()
    others = [s.name for s in sides if not s.people.same_as(sides[0].people)]
    whole = table["measure"].str.startswith(LIFETIME) & table["scenario"].isin(others)
    table.loc[whole, "difference"] = math.nan
    return table[["measure", "unit", "policy", "scenario", "value", "difference"]]


def per_patient(sides: Sequence[Side]) -> pd.DataFrame:
    """Return discounted cost and QALYs of a patient by scenario and policy.

    Of a patient new in the window or on a list as it opens. What those treated before the window
    are worth at usual care is taken out first.
    """
    rows = [
        (
            side.name, policy, side.people.count, side.people.carried_in,
            (totals.cost_discounted - side.people.carried_worth.cost) / max(side.people.count, 1.0),
            (totals.qalys_discounted - side.people.carried_worth.qalys)
            / max(side.people.count, 1.0),
        )
        for side in sides
        for policy, totals in side.totals.items()
    ]  # fmt: skip
    columns = ["scenario", "policy", "patients", "carried_in", "cost_gbp", "qalys"]
    return pd.DataFrame(rows, columns=columns)


def budget_impact(sides: Sequence[Side]) -> pd.DataFrame:
    """Return undiscounted spending by scenario, policy, calendar year and category, in pounds.

    With the reference's under the same policy, and the difference. Each category and year that
    either of them has is there.
    """
    keys = ["policy", "year", "category"]
    sums = {s.name: s.costs.groupby(keys, sort=False)["cost_gbp"].sum() for s in sides}
    whole = pd.MultiIndex.from_tuples(
        dict.fromkeys(key for found in sums.values() for key in found.index), names=keys
    )
    base = sums[sides[0].name].reindex(whole).fillna(0.0)
    parts = []
    for name, found in sums.items():
        spent = found.reindex(whole).fillna(0.0)
        part = spent.rename("cost_gbp").reset_index()
        part["reference_gbp"] = base.to_numpy()
        part["difference_gbp"] = (spent - base).to_numpy()
        part.insert(0, "scenario", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
