"""What the sheet Cost-effectiveness shows: policies and options against each other."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hepaplan.model.economics import Compared, frontier, increment, net_monetary_benefit
from hepaplan.model.readings import FIRST_COME, NOTHING_SCARCE
from hepaplan.model.tables.words import more_or_less, pounds
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import heading, in_sentence, optional, policies_in
from hepaplan.reports.views.value import shown_group

QALYS, COST = "QALYs, discounted", "cost, discounted"
THRESHOLD = "willingness to pay (GBP per QALY)"
NOT_A_CHOICE = "not a choice: no service could do it"
MORE_QALYS, MORE_COST = "QALYs against first come", "Cost against first come, GBP"
ICER = "ICER, GBP per QALY"
MONEY = ("Cost, GBP", "Net benefit, GBP", MORE_COST, "Net benefit against first come, GBP", ICER)
OPTION_MONEY = ("Cost, GBP", "Net benefit, GBP", ICER)
LINE = "Worth its cost at the threshold"


def threshold(content: ReportContent) -> float | None:
    """Return what a QALY is worth in pounds in this run, none if the run does not say."""
    about = content.tables["about"]
    found = about.loc[about["item"] == THRESHOLD, "value"]
    return None if found.empty else float(found.iloc[0])


def strategies(content: ReportContent) -> pd.DataFrame:
    """Return each policy with cost, QALYs, net benefit, its difference from first come, its ICER.

    The frontier is of the policies that are a choice: nothing scarce is shown and not compared. A
    ratio stands only where a policy is dearer and better than the next cheaper on the frontier.
    """
    found = _totals(content)
    worth = threshold(content)
    if not found or worth is None or FIRST_COME not in found:
        return pd.DataFrame()
    choices = [(name, cost, qalys) for name, (cost, qalys) in found.items()]
    ranked = {c.name: c for c in frontier([c for c in choices if c[0] != NOTHING_SCARCE])}
    rows = []
    for name, (cost, qalys) in found.items():
        added = increment((cost, qalys), found[FIRST_COME])
        place = ranked.get(name)
        rows.append(
            {
                "Strategy": heading(name),
                "QALYs": qalys,
                "Cost, GBP": cost,
                "Net benefit, GBP": net_monetary_benefit(cost, qalys, worth),
                MORE_QALYS: added.qalys,
                MORE_COST: added.cost,
                "Net benefit against first come, GBP": added.net_benefit(worth),
                "Standing": NOT_A_CHOICE if place is None else standing(place),
                ICER: None if place is None else place.icer,
            }
        )
    return optional(pd.DataFrame(rows), [ICER])


def standing(place: Compared) -> str:
    """Return where a strategy stands on the frontier, and what beats it if anything does."""
    beaten = " and ".join(in_sentence(name) for name in place.beaten_by)
    words = "cheapest that nothing beats" if place.standing == "reference" else place.standing
    return f"{words} by {beaten}" if beaten else words


def options(content: ReportContent) -> pd.DataFrame:
    """Return the options of each decision point with a choice, for one patient.

    QALYs and cost are discounted and count all that follows at usual care.
    """
    table = content.tables["per_patient"]
    table = table[table["group"] == shown_group(content)]
    worth = threshold(content)
    rows: list[dict[str, object]] = []
    for point, chosen in table.groupby("decision_point", sort=False):
        if len(chosen) < 2 or worth is None:
            continue
        known = [
            (content.option_label(str(point), str(o)), float(c), float(q))
            for o, c, q in zip(
                chosen["option"],
                chosen["cost_gbp_discounted"],
                chosen["qalys_discounted"],
                strict=True,
            )
        ]
        rows += [
            {
                "Decision point": content.label(str(point)),
                "Option": place.name,
                "QALYs": place.qalys,
                "Cost, GBP": place.cost,
                "Net benefit, GBP": net_monetary_benefit(place.cost, place.qalys, worth),
                "Standing": standing(place),
                ICER: place.icer,
            }
            for place in frontier(known)
        ]
    frame = pd.DataFrame(rows)
    return frame if frame.empty else optional(frame, [ICER])


def threshold_line(content: ReportContent, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the ends and middle of the line on which a gain is worth exactly what it costs."""
    worth = threshold(content) or 0.0
    most = max(float(frame[MORE_QALYS].max()), 0.0)
    least = min(float(frame[MORE_QALYS].min()), 0.0)
    qalys = [least, (least + most) / 2, most]
    return pd.DataFrame({MORE_QALYS: qalys, LINE: [worth * q for q in qalys]})


def headline(frame: pd.DataFrame, worth: float) -> str:
    """Return what the plane shows: the strategy with most net benefit among those to choose."""
    choices = frame[frame["Standing"] != NOT_A_CHOICE]
    gain = "Net benefit against first come, GBP"
    best = choices.iloc[int(choices[gain].astype(float).argmax())]
    if float(best[gain]) <= 0:
        return f"At £{worth:,.0f} a QALY no policy is worth more than first come (+0 QALYs)"
    more = float(best[MORE_COST])
    cost = more_or_less(more, "")
    paid = f"{cost} than first come" if cost else "about the same cost as first come"
    return (
        f"{best['Strategy']} brings {best[MORE_QALYS]:,.1f} QALYs for {paid}: "
        f"{pounds(float(best[gain]))} of net benefit at £{worth:,.0f} a QALY"
    )


def _totals(content: ReportContent) -> dict[str, tuple[float, float]]:
    """Return discounted cost and QALYs of each policy that states both."""
    table = content.tables["outcomes"]
    named = table.assign(measure=table["measure"].str.lower())

    def of(policy: str, measure: str) -> Sequence[float]:
        rows = named[(named["policy"] == policy) & (named["measure"] == measure)]
        return [float(value) for value in rows["value"]]

    pairs = {p: (of(p, COST), of(p, QALYS.lower())) for p in policies_in(table)}
    return {p: (c[0], q[0]) for p, (c, q) in pairs.items() if c and q}
