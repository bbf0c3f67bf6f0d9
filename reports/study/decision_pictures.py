"""Pictures and tables of a choice under uncertainty: plane, acceptability, expected loss."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.pages import Picture, Shown
from hepaplan.reports.style import AMOUNT, POUNDS, SHARE, SIGNED_POUNDS, THOUSANDS

THRESHOLD = "Pounds per QALY"
MOST_POINTS = 1_000
"""Draws of a strategy drawn on a plane: more make a cloud no clearer and a file slow."""
FRONTIER = "Frontier: the choice with most expected net benefit"


def plane_picture(study: Study, comparison: str, worth: float) -> Picture:
    """Return the cost-effectiveness plane of a comparison against its first strategy."""
    table = _of(study, "plane", comparison)
    quadrants = _of(study, "quadrants", comparison)
    reference = _reference(study, comparison)
    share = quadrants.groupby("strategy", sort=False)["share_worth_it"].sum()
    best = str(share.idxmax())
    frame = pd.DataFrame(
        {
            "Strategy": table["strategy"],
            "QALYs more": table["incremental_qalys"],
            "Cost more": table["incremental_cost_gbp"],
        }
    )
    frame = frame[table["draw"] < MOST_POINTS].reset_index(drop=True)
    return Picture(
        "plane",
        _name("plane", comparison),
        f"{sentence_case(best)} is worth its cost against {reference} in {share[best]:.0%} of "
        f"draws at £{worth:,.0f} a QALY",
        f"Cost against QALYs of each strategy in up to {MOST_POINTS:,} draws, {reference} at the "
        "origin; below the dashed line a strategy is worth its cost.",
        frame,
        f"QALYs more than {reference}, discounted",
        "Cost more, GBP, discounted",
        AMOUNT,
        SIGNED_POUNDS,
        slope=worth,
    )


def acceptability_picture(study: Study, comparison: str, worth: float) -> Picture:
    """Return the acceptability curves of a comparison, with their frontier."""
    table = _of(study, "curves", comparison)
    frame = _wide(table, "probability_best")
    chosen = table[table["on_frontier"]].groupby(table.columns[0])["probability_best"].max()
    frame[FRONTIER] = chosen.reindex(frame[THRESHOLD]).to_numpy()
    here = table[np.isclose(table["threshold_gbp_per_qaly"], worth)]
    best = here.nlargest(1, "expected_net_benefit_gbp").iloc[0]
    return Picture(
        "lines",
        _name("acceptability", comparison),
        f"{sentence_case(comparison)}: {best['strategy']} has most expected net benefit at "
        f"£{worth:,.0f} a QALY and is best in {best['probability_best']:.0%} of draws",
        "Share of draws in which each strategy has most net benefit, by the value of a QALY; the "
        "curves sum to 1.",
        frame,
        "Value of a QALY, GBP",
        "Share of draws in which it is best",
        POUNDS,
        SHARE,
    )


def loss_picture(study: Study, comparison: str) -> Picture:
    """Return the expected loss of choosing each strategy; the lowest is the EVPI."""
    table = _of(study, "curves", comparison)
    least = table.groupby(table.columns[0])["expected_loss_gbp"].min()
    return Picture(
        "lines",
        _name("loss", comparison),
        f"{sentence_case(comparison)}: a wrong choice costs at most £{least.max():,.0f} on "
        "average if the strategy with most expected net benefit is chosen",
        "Pounds lost on average by choosing each strategy where another turns out best; the "
        "lowest line at each value is what perfect information is worth.",
        _wide(table, "expected_loss_gbp"),
        "Value of a QALY, GBP",
        "Expected loss, GBP",
        POUNDS,
        THOUSANDS,
    )


def strategy_table(strategies: pd.DataFrame, title: str) -> Shown:
    """Return the strategies by mean cost and QALYs with their standing."""
    frame = pd.DataFrame(
        {
            "Comparison": strategies["comparison"].map(sentence_case),
            "Strategy": strategies["strategy"],
            "Cost": strategies["cost_gbp"],
            "QALYs": strategies["qalys"],
            "Standing": strategies["standing"],
            "GBP per QALY over the one before": [
                "no ratio" if pd.isna(ratio) else f"{ratio:,.0f}"
                for ratio in strategies["icer_gbp_per_qaly"]
            ],
            "Net monetary benefit": strategies["net_benefit_gbp"],
            "Preferred": strategies["preferred"].map({True: "yes", False: ""}),
        }
    )
    formats = {"Cost": POUNDS, "QALYs": AMOUNT, "Net monetary benefit": POUNDS}
    widths = {"Comparison": 44.0, "Strategy": 44.0, "Standing": 22.0}
    name = title.lower().replace(" ", "_")
    return Shown(name, "Means over the draws, discounted", frame, formats, widths)


def _wide(table: pd.DataFrame, column: str) -> pd.DataFrame:
    names = list(dict.fromkeys(table["strategy"]))
    by_strategy = table.set_index("threshold_gbp_per_qaly").groupby("strategy", sort=False)[column]
    wide = pd.DataFrame({name: by_strategy.get_group(name) for name in names})
    return wide.rename_axis(THRESHOLD).reset_index()


def _of(study: Study, name: str, comparison: str) -> pd.DataFrame:
    table = study.tables[name]
    return table[table["comparison"] == comparison].reset_index(drop=True)


def _reference(study: Study, comparison: str) -> str:
    """Return the strategy at the plane's origin: the one that has no points on it."""
    drawn = set(_of(study, "plane", comparison)["strategy"])
    names = _of(study, "curves", comparison)["strategy"]
    return str(next(name for name in names if name not in drawn))


def _name(what: str, comparison: str) -> str:
    return what + "_" + "".join(c if c.isalnum() else "_" for c in comparison.lower())
