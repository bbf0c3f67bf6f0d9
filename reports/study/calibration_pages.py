"""What a calibration shows: the fit, the figures, what the targets leave open, the searches."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.output_pages import MISSING, or_missing
from hepaplan.reports.study.pages import Page, Picture, Shown
from hepaplan.reports.style import TWO_PLACES, WHOLE

VALUE = "[>=1000]#,##0;[>=10]#,##0.0;0.0000"
"""Figures of any size in one column: shares of 0 to 1 beside pounds."""
ENDED_AT = {
    "": "",
    "low": "lower",
    "high": "upper",
    "refused below": "the least that the model takes",
    "refused above": "the most that the model takes",
}


def calibration_pages(study: Study) -> tuple[Page, ...]:
    """Return the pages of the study."""
    return (_fit(study), _figures(study), _told(study), _searches(study))


def _fit(study: Study) -> Page:
    table = study.tables["fit"]
    missed = int((~table["within_95"]).sum())
    said = f"{missed} of {len(table)} targets missed" if missed else "every target met"
    frame = pd.DataFrame(
        {
            "Target": table["target"],
            "Output": table["label"].map(sentence_case),
            "Unit": table["unit"],
            "Observed": table["value"],
            "Standard error": table["standard_error"],
            "Model before": table["before"],
            "Model after": table["after"],
            "Off before, standard errors": table["residual_before"],
            "Off after, standard errors": table["residual"],
            "Within 1.96": table["within_95"].map({True: "yes", False: "no"}),
            "Source": table["source"],
            "Year": table["year"].map(lambda year: MISSING if pd.isna(year) else str(year)),
            "Quality": table["quality"],
            "Note": table["note"],
        }
    )
    off = pd.DataFrame({"Target": table["target"], "Off": table["residual"].abs()})
    off = off.sort_values("Off", ascending=False, kind="stable").reset_index(drop=True)
    formats = dict.fromkeys(frame.columns[3:7], VALUE)
    formats |= dict.fromkeys(frame.columns[7:9], TWO_PLACES)
    return Page(
        "Fit",
        f"What was observed, and what the model gives before and after the fit: {said}.",
        (
            "A target is met if the model lies within 1.96 of its standard errors. The targets "
            "were used for the fit, so they cannot show that the model is right: validate "
            "against data that were not used.",
        ),
        (
            Picture(
                "bars", "off",
                f"{off['Target'].iloc[0]} is the furthest from its target, "
                f"{off['Off'].iloc[0]:.2f} standard errors off",
                "How far the model is from each target after the fit, either way, in standard "
                "errors of the target.",
                off, "Standard errors off", "Target", TWO_PLACES,
            ),
        ),
        (Shown("fit", "Targets", frame, formats, {"Output": 52.0, "Source": 22.0, "Note": 40.0}),),
    )  # fmt: skip


def _figures(study: Study) -> Page:
    table = study.tables["parameters"]
    bound = int(table["at_bound"].isin(("low", "high")).sum())
    walls = int(table["at_bound"].str.startswith("refused").sum())
    beside = f", {walls} beside values that the model refuses" if walls else ""
    frame = pd.DataFrame(
        {
            "Parameter": table["parameter"],
            "Figure": table["label"],
            "Part": table["part"],
            "Unit": table["unit"],
            "Before": table["before"],
            "After": table["after"],
            "Standard error": or_missing(table["standard_error"]),
            "95% from": or_missing(table["low"]),
            "95% to": or_missing(table["high"]),
            "Lower bound": table["lower_bound"],
            "Upper bound": table["upper_bound"],
            "Ended at": table["at_bound"].map(ENDED_AT),
            "Moved by, its own standard deviations": or_missing(table["moved_by_sd"]),
            "Key": table["key"],
        }
    )
    formats = dict.fromkeys(frame.columns[4:11], VALUE)
    formats["Moved by, its own standard deviations"] = TWO_PLACES
    return Page(
        "Figures",
        f"What was fitted, from which value to which; {bound} ended at a bound{beside}.",
        (
            "Standard errors are those that the targets alone give, from the derivatives at the "
            "fit; n/a where the targets do not settle a figure. What a figure moved by is counted "
            "in standard deviations of the distribution the scenario gives it; n/a without one.",
        ),
        tables=(Shown("parameters", "Fitted figures", frame, formats,
                      {"Figure": 60.0, "Key": 60.0}),),
    )  # fmt: skip


def _told(study: Study) -> Page:
    table, pairs = study.tables["identifiability"], study.tables["correlations"]
    open_ones = int((table["told"] != "well").sum())
    frame = pd.DataFrame(
        {
            "Direction": table["direction"],
            "Told": table["told"],
            "What moves": table["what"].map(sentence_case),
            "Targets move by, standard errors": table["singular_value"],
            "Condition number": or_missing(table["condition"]),
        }
    )
    alike = pd.DataFrame(
        {
            "Parameter": pairs["parameter"],
            "Other": pairs["other"],
            "Correlation": pairs["correlation"],
        }
    )
    return Page(
        "What the targets tell",
        f"{open_ones} of {len(table)} directions are not or hardly told by the targets.",
        (
            "A direction is a way in which figures move together, each over its whole range. Where "
            "the targets then move by less than one standard error, they hardly tell; such figures "
            "stay near what they were, and their values are no finding.",
        ),
        tables=(
            Shown("identifiability", "Directions, the best told first", frame,
                  {"Direction": WHOLE, "Targets move by, standard errors": VALUE,
                   "Condition number": VALUE}, {"What moves": 80.0}),
            Shown("correlations", "Pairs that cannot be told apart well", alike,
                  {"Correlation": "0.000"}, {}, "No two estimates are correlated above 0.95."),
        ),
    )  # fmt: skip


def _searches(study: Study) -> Page:
    table = study.tables["starts"]
    frame = pd.DataFrame(
        {
            "Search": table["search"],
            "Begun at": table["begun_at"].map(sentence_case),
            "Sum of squared residuals": or_missing(table["objective"]),
            "Runs of the model": table["runs"],
            "Parameter": table["parameter"],
            "Begun": table["begun_value"],
            "Ended": or_missing(table["ended_value"]),
            "How it ended": table["ended"].map(sentence_case),
        }
    )
    formats = {"Search": WHOLE, "Runs of the model": WHOLE}
    formats |= dict.fromkeys(("Sum of squared residuals", "Begun", "Ended"), VALUE)
    return Page(
        "Searches",
        "Where each search began and ended: ends that differ show more than one minimum.",
        tables=(
            Shown("starts", "Searches", frame, formats, {"Begun at": 24.0, "How it ended": 40.0}),
        ),
    )
