"""What the sheet Outcomes shows of the fits, and of the option whose cured patients show best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.survival.figures import FIGURES_NEEDED, THROUGH_ALL
from hepaplan.reports.content import ReportContent, readable
from hepaplan.reports.views.patient import ALL, ages
from hepaplan.reports.views.shown import labelled, option_column, options_labelled
from hepaplan.reports.views.value import CURVE_MONTHS, CURVE_STEP, shown_group

SINCE = "Months since start"
FIVE, TEN = 60, 120
PARAMETERS = {str(family): count for family, count in FIGURES_NEEDED.items()}


def fits(content: ReportContent) -> pd.DataFrame:
    """Return each exit's stated share without the event beside the fitted curve's."""
    table = content.tables["fits"]
    return pd.DataFrame(
        {
            "Decision point": labelled(content, table["decision_point"]),
            "Option": options_labelled(content, table, "option"),
            "Event": labelled(content, table["exit"]),
            "Age group": ages(content, table["group"]),
            "Curve": [readable(str(family)) for family in table["family"]],
            "Cured share": table["cure_share"],
            "Month": table["month"],
            "Without the event, stated": table["published"],
            "Without the event, fitted": table["fitted"],
            "Error": table["difference"],
            "Hazard ratio put on it": table["hazard_ratio"].astype(str),
            "Source": table["source"],
            "Quality": table["quality"],
        }
    )


def fit_words(content: ReportContent) -> list[str]:
    """Return how far the fitted curves are from what they were fitted to, each curve once."""
    table = content.tables["fits"]
    if table.empty:
        return []
    error = table["difference"].abs()
    worst = table.iloc[int(error.argmax())]
    option = content.option_label(str(worst["decision_point"]), str(worst["option"]))
    far = (
        "meet them within 0.1 percentage points"
        if error.max() < 0.0005
        else f"differ from them by at most {100 * error.max():.1f} percentage points ({option}, "
        f"month {worst['month']:g})"
    )
    curves = distinct_curves(table)
    inputs = sum(len(curve.figures) for curve in curves)
    exact = sum(curve.exact for curve in curves)
    return [
        f"Before any hazard ratio, {len(curves)} distinct curves with {inputs} stated inputs "
        f"{far}; {exact} of the {len(curves)} meet theirs by construction, with no more figures "
        "than parameters. Options may share a curve."
    ]


@dataclass(frozen=True)
class FittedCurve:
    """A curve and the (month, share) it was fitted to, whichever options have it."""

    family: str
    cure_share: float
    figures: tuple[tuple[float, float], ...]
    source: str

    @property
    def exact(self) -> bool:
        """Whether it has no more figures than parameters, and so meets them all."""
        return self.family in THROUGH_ALL or len(self.figures) <= PARAMETERS.get(self.family, 0)


def distinct_curves(table: pd.DataFrame) -> list[FittedCurve]:
    """Return the curves of a table of fits, those of same family, figures and source once."""
    keys = ["decision_point", "option", "exit", "group"]
    return list(
        dict.fromkeys(
            FittedCurve(
                str(part["family"].iloc[0]),
                float(part["cure_share"].iloc[0]),
                tuple(zip(part["month"], part["published"], strict=True)),
                str(part["source"].iloc[0]),
            )
            for _, part in table.groupby(keys, sort=False)
        )
    )


@dataclass(frozen=True)
class Cured:
    """An option after which a share is cured; `curves` by group, with the share as a column.

    The share is of the published curve, which may count other deaths as events: it is not the
    share of modelled patients without the event.
    """

    point: str
    option: str
    label: str
    share: float
    curves: pd.DataFrame

    @property
    def cured_heading(self) -> str:
        """The heading of the cured share."""
        return f"Fitted cured share, {self.share:.0%}"


def cured(content: ReportContent) -> Cured | None:
    """Return the option with a cured share whose published survival reaches furthest, if any.

    Only curves without a hazard ratio put on them, which would change the share of the cured.
    """
    table = content.tables["fits"]
    table = table[table["group"].isin([ALL, shown_group(content)]) & (table["cure_share"] > 0)]
    table = table[table["hazard_ratio"].astype(str) == "1"]
    keys = ["decision_point", "option"]
    survival = content.tables["survival"]
    choice = option_column(survival)
    longest = content.tables["published"].groupby(keys)["month"].max()
    found = [
        (float(longest.get((row["decision_point"], row["option"]), 0.0)), row)
        for row in table.drop_duplicates(keys).to_dict("records")
    ]
    if not found:
        return None
    _, row = max(found, key=lambda one: one[0])
    point, option, share = str(row["decision_point"]), str(row["option"]), float(row["cure_share"])
    chosen = survival[(survival["decision_point"] == point) & (survival[choice] == option)]
    chosen = chosen[(chosen["month"] <= CURVE_MONTHS) & (chosen["month"] % CURVE_STEP == 0)]
    if chosen.empty:
        return None
    wide = chosen.pivot_table(
        index="month", columns="group", values="overall_survival", sort=False
    ).sort_index()
    wide.columns = pd.Index([content.label(str(group)) for group in wide.columns])
    label = content.option_label(point, option)
    made = Cured(point, option, label, share, wide.rename_axis(SINCE).reset_index())
    made.curves[made.cured_heading] = share
    return made


def cured_headline(content: ReportContent, found: Cured) -> str:
    """Return how survival levels off: what each year takes before and after the fifth."""
    group = content.label(shown_group(content))
    alive = found.curves.set_index(SINCE)[group]
    if TEN not in alive.index:
        return f"{found.label}: fitted cured share {found.share:.0%}"
    early = 100 * (1.0 - alive[FIVE]) / 5
    late = 100 * (alive[FIVE] - alive[TEN]) / 5
    return (
        f"{found.label}, {group}: each of the first five years takes {early:.0f} in 100, each of "
        f"the next five {late:.0f}; fitted cured share {found.share:.0%}"
    )


def published_runs(content: ReportContent, found: Cured) -> Iterator[tuple[str, int, int]]:
    """Yield source, first row and number of rows of an option's published figures, in runs."""
    table = content.tables["published"].reset_index(drop=True)
    chosen = table[(table["decision_point"] == found.point) & (table["option"] == found.option)]
    chosen = chosen[chosen["month"] <= CURVE_MONTHS]
    rows = chosen.index.to_series()
    run = ((rows.diff() != 1) | (chosen["source"] != chosen["source"].shift())).cumsum()
    for _, part in chosen.groupby(run):
        yield str(part["source"].iloc[0]), int(part.index[0]), len(part)
