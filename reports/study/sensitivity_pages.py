"""What moving all inputs at once shows: whose doing the spread of each output is, and screening."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from hepaplan.model.outputs import Output, chosen_outputs
from hepaplan.model.problems import dotted
from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.moving.evaluations import said
from hepaplan.model.uncertainty.sensitivity import INDICES, SCREENING
from hepaplan.model.uncertainty.spread.inputs import Input, uncertain_inputs
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.output_pages import (
    DOUBTFUL,
    STARRED,
    axis_title,
    in_sentence,
    result_format,
    sheet_titles,
    starred,
)
from hepaplan.reports.study.pages import Page, Picture, Shown
from hepaplan.reports.style import SHARE, WHOLE

MOST_BARS = 15
ALONE_AND_TOGETHER = (
    "Alone: the share of the variance that would go if the input were known. With others: that "
    "plus what it does together with other inputs, so these shares may sum to more than 100%. "
    "± is half the width of the 95% interval: where it is larger than the share, the share may be "
    "nothing, and more samples would tell. Shares are of the variance that the inputs kept cause; "
    "those that are correlated have one share together."
)
SCREENED = (
    "Mean size: 1.5 times what the result changes by on average when the input goes from its 2.5% "
    "to its 66% point, or from its 34% to its 97.5% point, two thirds of its 95% interval, the "
    "others anywhere in theirs (Morris's mu*). It ranks inputs: the change over the whole interval "
    "is about a tenth more for an input with a bell-shaped distribution. Each input moves alone, "
    "also one that is correlated with others. Spread: the standard deviation of that change "
    "(sigma); where it is as large as the mean size, the effect bends or hangs on other inputs. "
    "Mean change with its sign (mu) is near nothing where the input moves the result both ways."
)


def sensitivity_pages(study: Study) -> tuple[Page, ...]:
    """Return a page for each output: shares of its variance, and the screening of all inputs."""
    screened = study.tables[SCREENING]
    known = chosen_outputs(study.scenario, list(dict.fromkeys(screened["output"])))
    doubts = _doubtful(uncertain_inputs(study.scenario).values())
    outputs = list(known.values())
    return tuple(
        _output(study, output, title, doubts)
        for output, title in zip(outputs, sheet_titles(outputs), strict=True)
    )


def _output(study: Study, output: Output, title: str, doubts: Mapping[str, bool]) -> Page:
    screened = _of(study.tables[SCREENING], output, doubts)
    screening = _screening(output, screened)
    if INDICES not in study.tables:
        return Page(
            title,
            f"How much each of {len(screened)} random numbers moves {output.label}.",
            (SCREENED,),
            (_effects(output, screened),),
            (screening,),
        )
    indices = _of(study.tables[INDICES], output, doubts)
    return Page(
        title,
        f"Whose doing the spread of {output.label} is: {len(indices)} inputs or groups of them, "
        f"by {indices['samples'].iloc[0]:,} samples; the rest stay as stated{_of_all(indices)}.",
        (ALONE_AND_TOGETHER, SCREENED),
        (_shares(output, indices),),
        (_index_table(output, indices), screening),
    )


def _of_all(indices: pd.DataFrame) -> str:
    """Return how much of the whole variance the indices share out, where that is known."""
    share = float(indices["share_kept"].iloc[0])
    if math.isnan(share):
        return ""
    return f". These explain {share:.0%} of the variance that all inputs screened cause"


def _of(table: pd.DataFrame, output: Output, doubts: Mapping[str, bool]) -> pd.DataFrame:
    rows = table[table["output"] == output.name].reset_index(drop=True)
    return rows.assign(doubtful=[_is_doubtful(str(name), doubts) for name in rows["factor"]])


def _doubtful(inputs: Iterable[Input]) -> dict[str, bool]:
    """Return by key, and by the name of a group, whether any of its inputs is doubtful."""
    found: dict[str, bool] = {}
    for what in inputs:
        doubtful = what.assumed or what.quality in DOUBTFUL
        for name in (dotted(what.key), what.correlated, dotted(what.of_set)):
            found[name] = found.get(name, False) or doubtful
    return found


def _is_doubtful(factor: str, doubts: Mapping[str, bool]) -> bool:
    """Return it of an input, of a group, or of a part of an input."""
    return doubts.get(factor, doubts.get(factor.rpartition(".")[0], False))


def _names(rows: pd.DataFrame) -> list[str]:
    return [
        starred(label, "", doubtful)
        for label, doubtful in zip(rows["label"], rows["doubtful"], strict=True)
    ]


def _shares(output: Output, indices: pd.DataFrame) -> Picture:
    drawn = indices[indices["total"] > 0].head(MOST_BARS)
    what = in_sentence(output)
    headline = f"{what}: no input moves it"
    if len(drawn):
        first = drawn.iloc[0]
        headline = (
            f"{what}: {first['total']:.0%} (±{first['total_95']:.0%}) of its variance is "
            f"{first['label']}, with what it does together with others"
        )
    frame = pd.DataFrame({"Input": _names(drawn), "Share of the variance": drawn["total"]})
    return Picture(
        "bars", f"total_{output.name}", headline,
        f"Share of the variance in which each input has a part, alone or with others. {STARRED}",
        frame.reset_index(drop=True), "Share of the variance, alone and with others", "Input",
        SHARE,
    )  # fmt: skip


def _effects(output: Output, screened: pd.DataFrame) -> Picture:
    drawn = screened[screened["mu_star"] > 0].head(MOST_BARS)
    what = in_sentence(output)
    headline = f"{what}: no input moves it"
    if len(drawn):
        first = drawn.iloc[0]
        by = said(float(first["mu_star"]), output.unit)
        headline = f"{what}: {first['label']} moves it most, by a mean effect of {by}"
    largest = float(drawn["mu_star"].max()) if len(drawn) else 0.0
    frame = pd.DataFrame({"Input": _names(drawn), "Mean size of its effect": drawn["mu_star"]})
    return Picture(
        "bars", f"mu_star_{output.name}", headline,
        "Mean size of 1.5 times the change over two thirds of each input's 95% interval. "
        f"{STARRED}",
        frame.reset_index(drop=True), f"Change of {axis_title(output)}", "Input",
        result_format(output.unit, largest, largest / 5),
    )  # fmt: skip


def _index_table(output: Output, indices: pd.DataFrame) -> Shown:
    frame = pd.DataFrame(
        {
            "Rank": indices["rank"],
            "Input": _names(indices),
            "Random numbers in it": indices["inputs"],
            "Alone": indices["first"],
            "± alone": indices["first_95"],
            "With others": indices["total"],
            "± with others": indices["total_95"],
            "Key": indices["factor"],
        }
    )
    formats = dict.fromkeys(("Alone", "± alone", "With others", "± with others"), SHARE)
    formats |= dict.fromkeys(("Rank", "Random numbers in it"), WHOLE)
    caption = f"{sentence_case(output.label)}: shares of the variance (Sobol indices)"
    return Shown(
        f"indices_{output.name}", caption, frame, formats, {"Input": 60.0, "Key": 60.0},
        unprinted=1,
    )  # fmt: skip


def _screening(output: Output, screened: pd.DataFrame) -> Shown:
    frame = pd.DataFrame(
        {
            "Rank": screened["rank"],
            "Input": _names(screened),
            "Mean size (mu*)": screened["mu_star"],
            "± of that": screened["mu_star_95"],
            "Mean change (mu)": screened["mu"],
            "Spread (sigma)": screened["sigma"],
            "Key": screened["factor"],
        }
    )
    largest = float(screened["mu_star"].max()) if len(screened) else 0.0
    money = '"£"#,##0' if output.unit == "GBP" else result_format(output.unit, 0.0, largest / 500)
    formats = {"Rank": WHOLE} | dict.fromkeys(frame.columns[2:6], money)
    caption = (
        f"Screening (Morris): mean effects in {output.unit}, "
        f"{screened['trajectories'].iloc[0]} trajectories"
    )
    return Shown(
        f"screening_{output.name}", caption, frame, formats, {"Input": 60.0, "Key": 60.0},
        unprinted=1,
    )  # fmt: skip
