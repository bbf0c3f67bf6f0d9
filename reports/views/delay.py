"""What the sheet Waiting shows of a later start: QALYs lost, and what remains after it."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.delay_harm.residual import ALONE, BEYOND, LARGEST_RESIDUAL
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.model.tables.words import figure
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views.shown import (
    heading,
    in_sentence,
    labelled,
    optional,
    options_labelled,
    pivot,
)
from hepaplan.reports.views.value import shown_group

COMPARED = (FIRST_COME, MOST_HEALTH)
GAINED = "QALYs gained by the plan"
MONTHS_SHOWN = (1, 3)
PLACES = 2
BASE, NO_EFFECT, UPPER = "base case", "no effect", "upper end"
WORDS = {
    BASE: "base",
    NO_EFFECT: "waiting only",
    "after 12 weeks": "from week 12",
    UPPER: "upper end",
}
RESIDUAL = "residual"
NOT_STATED = (
    "What a later start costs: this scenario states no further harm of delay, so only waiting "
    "itself harms, by deaths and lost eligibility on the list."
)


def _shown(content: ReportContent) -> pd.DataFrame:
    table = content.tables["delay"]
    group = table["group"] == shown_group(content)
    return table[group & table["months_waited"].isin(MONTHS_SHOWN)]


def later_start(content: ReportContent) -> pd.DataFrame:
    """Return QALYs lost by a wait of each length under each variant, and the residual.

    One row for each decision point and option of the group shown; options of a point that read
    alike share one. No residual where waiting alone does the harm or more.
    """
    table = _shown(content)
    keys = ["decision_point", "option"]
    rows = table.drop_duplicates(keys)[keys].reset_index(drop=True)
    index = pd.MultiIndex.from_frame(rows)
    frame = pd.DataFrame(
        {
            "Decision point": labelled(content, rows["decision_point"]),
            "Option": options_labelled(content, rows, "option"),
        }
    )
    for month in MONTHS_SHOWN:
        waited = table[table["months_waited"] == month]
        for variant, chosen in waited.groupby("variant", sort=False):
            lost = chosen.set_index(keys)["qalys_lost"].reindex(index)
            frame[f"{_wait(month)}: {WORDS.get(str(variant), variant)}"] = lost.to_numpy()
        base = waited[waited["variant"] == BASE].set_index(keys).reindex(index)
        more = (base["status"] == ALONE) & (base["total_hazard_ratio"] > 1.0)
        frame[f"{_wait(month)}: {RESIDUAL}"] = base["residual_hazard_ratio"].where(~more).to_numpy()
    return optional(_one_row_for_alike(frame), list(frame.columns[2:]))


def _one_row_for_alike(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for options of a decision point whose figures look the same."""
    numbers = list(frame.columns[2:])
    shown = frame.assign(**frame[numbers].round(PLACES))
    alike = shown.groupby(["Decision point", *numbers], sort=False, dropna=False)["Option"]
    more = alike.transform("size") - 1
    first = ~shown.duplicated(["Decision point", *numbers])
    words = [
        f"{option} (and {count} alike)" if count else str(option)
        for option, count in zip(frame["Option"], more, strict=True)
    ]
    return frame.assign(Option=words)[first].reset_index(drop=True)


def delay_words(content: ReportContent) -> tuple[str, ...]:
    """Return what a later start costs, in sentences; what is said where no delay is stated."""
    table = _shown(content)
    if table.empty:
        return (NOT_STATED,)
    last = table[table["months_waited"] == MONTHS_SHOWN[-1]]
    keys = ["decision_point", "option"]
    lost = last.pivot_table(index=keys, columns="variant", values="qalys_lost", sort=False)
    base, alone = lost[BASE].to_numpy(), lost[NO_EFFECT].to_numpy()
    names = [content.option_label(str(p), str(o)) for p, o in lost.index]
    worst, more = int(base.argmax()), int((base - alone).argmax())
    upper = (
        f" ({lost[UPPER].iloc[more]:.2f} in all at the upper end)" if UPPER in lost.columns else ""
    )
    residual = last.loc[last["variant"] == BASE, "residual_hazard_ratio"]
    capped = int((table["status"] == BEYOND).sum())
    bounds = (
        f"; {capped} of {len(table)} figures reach its limit of {LARGEST_RESIDUAL:g} and are lower "
        "bounds"
        if capped
        else ""
    )
    wait = _wait(MONTHS_SHOWN[-1])
    return (
        f"A later start: {wait} of waiting cost a patient ({content.label(shown_group(content))}) "
        f"{base.min():.2f} to {base.max():.2f} QALYs, most before {in_sentence(names[worst])}. "
        f"Most is lost beyond what waiting itself does before {in_sentence(names[more])}: "
        f"{base[more]:.2f}, of which waiting {alone[more]:.2f}{upper}.",
        "The plan and the replay count what waiting itself does and the residual hazard ratio "
        f"(above 1 for {int((residual > 1.0).sum())} of {len(residual)} options after {wait}"
        f"{bounds}).",
    )


def variants(content: ReportContent) -> pd.DataFrame:
    """Return QALYs lost to waiting and the plan's gain under each reading of what delay does."""
    table = content.tables["delay_variants"]
    lost = pivot(table, ["variant"], "policy", "qalys_lost_to_waiting", COMPARED)
    gain = pivot(table, ["variant"], "policy", "qalys_gained", COMPARED)
    return pd.DataFrame(
        {
            "What delay does": [heading(str(variant)) for variant in lost["variant"]],
            "QALYs lost, first come": lost[FIRST_COME],
            "QALYs lost, most health": lost[MOST_HEALTH],
            GAINED: gain[MOST_HEALTH],
        }
    )


def gain_words(content: ReportContent) -> tuple[str, ...]:
    """Return how much of the plan's gain rests on the harm of delay, if readings of it differ."""
    table = variants(content)
    if len(table) < 2:
        return ()
    gain = [
        f"{figure(gained)} ({in_sentence(str(name))})"
        for name, gained in zip(table["What delay does"], table[GAINED], strict=True)
    ]
    return (
        "How much of the plan's gain rests on the harm of a later start: QALYs gained over first "
        f"come by the same plan are {', '.join(gain)}.",
    )


def caption(content: ReportContent) -> str:
    """Return what the table of later starts is, and how its residual is to be read."""
    return (
        f"What a later start costs, {content.label(shown_group(content))}: discounted QALYs of "
        "one patient; residual: hazard ratio after the start (1.00: nothing to add; "
        "n/a: waiting alone does this harm or more)"
    )


def _wait(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"
