"""What the plan means, in computed sentences: gain, prices, what to build, and chance."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from hepaplan.model.allocation.gain import ANY_AGE
from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.model.tables.summary import LIFETIME
from hepaplan.model.tables.words import counted, figure, pounds

LOST = "QALYs lost to waiting, discounted"
QALYS, COST = LIFETIME + "QALYs, discounted", LIFETIME + "cost, discounted"
DEATHS = "deaths on a waiting list"
SMALL = 0.005
"""QALYs below which a unit of capacity counts as worth nothing, and shares as the same."""
NEXT = 2
Figures = Mapping[tuple[str, str], float]


def stopped(best: BestPlan) -> tuple[str, ...]:
    """Return that the solver was stopped before its proof, and how far from it, if it was."""
    if best.status != "optimal":
        far = f"{best.gap:.1%} from proven" if math.isfinite(best.gap) else "how far is not known"
        return (
            f"The plan was stopped at its time limit, {far}: it keeps every rule, but a better one "
            "may exist.",
        )
    late = [step.aim for step in best.reached if step.status != "optimal"]
    if not late:
        return ()
    return (
        f"The plan is proven best in its first aim; sought after that and not proven: "
        f"{', '.join(late)}.",
    )


def gained(figures: Figures, gain: pd.DataFrame, span: str) -> str:
    """Return what scarcity costs, and what the plan gains over first come and by what.

    `gain`, by step, may have no rows; `span` says how long the window is.
    """
    first, best = ({m: figures[m, p] for m in (LOST, QALYS, COST, DEATHS)} for p in COMPARED)
    fewer = first[DEATHS] - best[DEATHS]
    steps = gain[gain["step"] != ANY_AGE].iloc[1:]
    parts = [
        f"{step_in_words(str(step))} {_added(added)}"
        for step, added in zip(steps["step"], steps["qalys_gained"], strict=True)
    ]
    of = f" (by {', '.join(parts)})" if parts else ""
    text = (
        f"Scarce capacity costs {_qalys(first[LOST])} {span} first come. Against that the "
        f"plan, which knows all who will come, brings "
        f"{_qalys(best[QALYS] - first[QALYS], signed=True)}{of}, {_deaths(fewer)}, "
        f"{_cost(best[COST] - first[COST])} (QALYs and pounds lifetime, discounted)."
    )
    neutral = gain[gain["step"] == ANY_AGE]
    if neutral.empty:
        return text
    lost = float(neutral["qalys_gained"].iloc[0])
    return f"{text} Preferring no age costs {figure(max(lost, 0.0))} QALYs of that."


COMPARED = (FIRST_COME, MOST_HEALTH)


def _qalys(amount: float, *, signed: bool = False) -> str:
    shown = figure(amount, signed=signed)
    return "hardly any QALYs" if shown.strip("+-") == "0.0" else f"{shown} QALYs"


def _added(amount: float) -> str:
    shown = figure(amount, signed=True)
    return "nothing" if shown.strip("+-") == "0.0" else shown


def _deaths(fewer: float) -> str:
    if figure(abs(fewer)) == "0.0":
        return "with hardly any difference in deaths on a list"
    kind = "fewer" if fewer > 0 else "more"
    return counted(abs(fewer), f"{kind} death on a list", f"{kind} deaths on a list")


def _cost(more: float) -> str:
    said = pounds(abs(more))
    if said == "£0":
        return "at about the same cost"
    return f"and {'costs' if more > 0 else 'saves'} {said}"


def step_in_words(step: str) -> str:
    """Return what a step from first come to the plan adds, as it stands in a list."""
    return step.removeprefix("and ").removesuffix(": the plan")


def priced(prices: pd.DataFrame, words: Mapping[str, str]) -> tuple[str, ...]:
    """Return the top of the price list, if units were priced; `words` are labels."""
    if prices.empty:
        return ()
    worth = prices[prices["qalys_plus_one"].astype(float) >= SMALL]
    if worth.empty:
        return (f"No further unit of capacity is worth {SMALL:g} QALYs.",)
    top, *later = worth.head(1 + NEXT).to_dict(orient="records")
    part = float(top["units_less"])
    less = top["qalys_minus_one"]
    lost = (
        ""
        if pd.isna(less)
        else f"; {'one' if part >= 1 else f'{part:.2g} of one'} less costs "
        f"{figure(-float(less), 2)} QALYs"
    )
    others = [f"{_unit(row, words)} {figure(float(row['qalys_plus_one']), 2)}" for row in later]
    then = f". Next: {'; '.join(others)}" if others else ""
    return (
        f"One more is worth most of {_unit(top, words)}: "
        f"{figure(float(top['qalys_plus_one']), 2)} QALYs and "
        f"{pounds(float(top['nmb_plus_one']))} net of what treatment costs "
        f"({top['window']}){lost}{then}.",
    )


def _unit(row: Mapping[Hashable, Any], words: Mapping[str, str]) -> str:
    resource, site = (words.get(str(row[key]), str(row[key])) for key in ("resource", "site"))
    return f"{resource} at {site} ({row['unit']})"


def to_build(expansions: pd.DataFrame) -> tuple[str, ...]:
    """Return which expansions the plan chooses, and by when to decide, if there are any."""
    if expansions.empty:
        return ()
    chosen = expansions[expansions["chosen"].astype(bool)].to_dict(orient="records")
    if not chosen:
        return (f"Of {len(expansions)} expansions the plan chooses none.",)
    named = [
        str(row["label"])
        if pd.isna(row["decide_by"])
        else f"{row['label']} (decide by {row['decide_by']})"
        for row in chosen
    ]
    return (f"Of {len(expansions)} expansions the plan chooses: {', '.join(named)}.",)


def by_chance(years: pd.DataFrame, headroom: pd.DataFrame) -> tuple[str, ...]:
    """Return how likely the standard is met in the last year, and what would make it safe.

    Where the plan's slots start fewer in time than first come does, that is said.
    """
    if years.empty:
        return ()
    last = years[years["from_month"] == years["from_month"].max()].set_index("policy")
    target = float(years["target"].iloc[0])
    month = f"{last['from_month'].iloc[0]} to {last['to_month'].iloc[0]}"
    odds, share = (last[c].astype(float) for c in ("probability", "share_within"))
    text = (
        f"When people come by chance, at least {target:.0%} start within the standard "
        f"({month}) with probability {odds[FIRST_COME]:.0%} first come and "
        f"{odds[MOST_HEALTH]:.0%} with the plan{_headroom(headroom)}."
    )
    if share[MOST_HEALTH] >= share[FIRST_COME] - SMALL:
        return (text,)
    return (
        f"{text} Its slots, kept as planned, then start fewer in time than first come "
        f"({share[MOST_HEALTH]:.0%}, {share[FIRST_COME]:.0%}): plan again as months pass "
        "(--actuals).",
    )


def _headroom(table: pd.DataFrame) -> str:
    """Return what more of all that is ever full makes the standard safe."""
    known = table[table["headroom"].notna()].to_dict(orient="records")
    never = table.loc[table["headroom"].isna(), "promised_probability"]
    parts = [f"{row['headroom']:.0%} more makes that {row['promised_probability']:.0%}"
             for row in known]  # fmt: skip
    if not never.empty:
        parts.append(f"not even 100% more makes that {never.min():.0%}")
    return f"; of all that is ever full, {', '.join(parts)}" if parts else ""
