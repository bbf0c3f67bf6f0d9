"""What a probabilistic sensitivity analysis shows: intervals, fans, choices, the plan, inputs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.results.fans import EVERY_MONTH
from hepaplan.model.uncertainty.results.intervals import TOLERANCE, chance_interval
from hepaplan.model.uncertainty.sampled import PER_REGION
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.content import site_note
from hepaplan.reports.study.decision_pictures import (
    acceptability_picture,
    loss_picture,
    plane_picture,
    strategy_table,
)
from hepaplan.reports.study.need_pictures import last_month, need_pictures
from hepaplan.reports.study.output_pages import VALUE, or_missing
from hepaplan.reports.study.pages import Page, Picture, Shown
from hepaplan.reports.style import AMOUNT, SHARE, WHOLE

MIXED = '[>=100000]#,##0.00,,"m";[>=1000]#,##0;#,##0.0'
"""Pounds in millions beside people and QALYs."""
IN_WORDS = {"LogNormal": "Log-normal", "Pert": "PERT"}


def psa_pages(study: Study) -> tuple[Page, ...]:
    """Return the pages of the study, those without content left out."""
    pages = (
        _intervals(study),
        _need(study),
        _regions(study),
        *_choices(study),
        _plan(study),
        _inputs(study),
    )
    return tuple(page for page in pages if page is not None)


def _intervals(study: Study) -> Page:
    table = study.tables["intervals"]
    frame = pd.DataFrame(
        {
            "Result": table["output"].map(sentence_case),
            "Unit": table["unit"],
            "Base case": or_missing(table["base"]),
            "Mean": table["mean"],
            "95% interval from": table["low"],
            "95% interval to": table["high"],
            "Monte Carlo error of the mean": table["mean_standard_error"],
            "of the lower end": table["low_standard_error"],
            "of the upper end": table["high_standard_error"],
            "Mean less base case": or_missing(table["mean_less_base"]),
            "Why, if more than 2%": table["explanation"],
        }
    )
    formats = dict.fromkeys(frame.columns[2:9], MIXED) | {"Mean less base case": SHARE}
    widths = {"Result": 52.0, "Unit": 18.0, "Why, if more than 2%": 60.0}
    return Page(
        "Intervals",
        "Every headline number with its 95% interval over the draws, nothing scarce unless said.",
        (
            "The interval is of what is not known about the inputs, not of chance from month to "
            "month. The Monte Carlo error is that of having drawn only so often.",
            "Results of policies have no base case here: hepaplan run gives it.",
            "An interval has settled if over the last half of the draws neither end moved by more "
            f"than {TOLERANCE:.0%} of the interval's width, and both are known to within that with "
            "95% confidence.",
            *_of_the_design(study),
        ),
        tables=(
            Shown("intervals", "Intervals", frame, formats, widths),
            _settled(study.tables["convergence"]),
        ),
    )  # fmt: skip


def _of_the_design(study: Study) -> tuple[str, ...]:
    """Return what errors mean where draws are no random ones."""
    design = study.facts["design"]
    if design == "random":
        return ()
    return (
        f"The draws are spread evenly ({design}), and the errors shown are those of as many random "
        "draws: the true ones are at most about as large, often far smaller. So a difference that "
        '"may be chance of the draws" may well be none, and an interval may have settled before '
        "this says so.",
    )


def _settled(table: pd.DataFrame) -> Shown:
    """Return whether more draws would change the intervals: half of the draws beside all."""
    frame = pd.DataFrame()
    if len(table):
        whole = table.groupby("output", sort=False).tail(1).set_index("output")
        some = table[table["draws"] * 2 <= table["output"].map(whole["draws"])]
        half = some.groupby("output", sort=False).tail(1).set_index("output").reindex(whole.index)
        frame = pd.DataFrame({"Result": [sentence_case(name) for name in whole.index]})
        for words, rows in (("first half", half), ("all draws", whole)):
            for heading, column in (("mean", "mean"), ("from", "low"), ("to", "high")):
                frame[f"{sentence_case(words)}, {heading}"] = or_missing(rows[column])
        frame["Ends moved by"] = whole["moved"].to_numpy()
        frame["Ends known to"] = whole["error"].to_numpy()
        frame["Settled"] = whole["settled"].map({True: "yes", False: "no"}).to_numpy()
    return Shown(
        "convergence",
        "Have the intervals settled? (every step is in tables/convergence.csv)",
        frame,
        dict.fromkeys(frame.columns[1:7], MIXED) | dict.fromkeys(frame.columns[7:9], SHARE),
        {"Result": 52.0},
        "Too few draws to say.",
    )


def _need(study: Study) -> Page:
    resources = study.scenario.settings.resource
    table = study.tables["capacity_by_year"]
    frame = pd.DataFrame(
        {
            "Resource": table["resource"].map(lambda name: resources[name].label),
            "Unit a month": table["resource"].map(lambda name: resources[name].unit),
            "Year of the window": table["year"],
            "To meet": table["meets"],
            "Capacity today": table["present"],
            "It meets that in": table["chance_present_meets"],
            "Needed for 50% of draws": or_missing(table["needed_50"]),
            "for 80%": or_missing(table["needed_80"]),
            "for 95%": or_missing(table["needed_95"]),
        }
    )
    every = table[table["meets"] == EVERY_MONTH]
    last_year = every[every["year"] == every["year"].max()]
    short = int((last_year["chance_present_meets"] < 0.5).sum())
    formats = dict.fromkeys(frame.columns[6:], AMOUNT)
    formats |= {"Capacity today": AMOUNT, "It meets that in": SHARE, "Year of the window": WHOLE}
    return Page(
        "Need by month",
        f"What would be needed if nobody waited: {short} of {len(last_year)} resources are short "
        "in most draws of the last year.",
        (
            "Each month's percentiles are its own: no one draw follows a line of the fan. Capacity "
            "is that of all sites together, so it says nothing of where it is.",
            "To meet every month of a year, today's capacity is multiplied by one number in every "
            "month, as it follows working days; shown is what that makes in units a month on "
            "average. n/a: a month with need has no capacity today, which no multiple mends.",
            *filter(None, (site_note(study.scenario),)),
        ),
        need_pictures(study),
        (Shown("capacity_by_year", "The capacity that meets the need", frame, formats,
               {"Resource": 30.0, "To meet": 26.0}), last_month(study)),
    )  # fmt: skip


def _regions(study: Study) -> Page:
    table = study.tables["fan_region_treatments"]
    last = table[table["month"] == table["month"].max()]
    frame = pd.DataFrame(
        {
            "Region": last["region"],
            "Treatment": last["treatment"].map(sentence_case),
            "Mean": last["mean"],
            "P10": last["p10"],
            "P50": last["p50"],
            "P90": last["p90"],
        }
    ).reset_index(drop=True)
    return Page(
        "By region",
        f"Starts in the last month ({table['month'].max()}) by region and treatment, if nobody "
        "waited; every month is in tables/fan_region_treatments.csv.",
        tables=(
            Shown("by_region", "Starts in the last month", frame,
                  dict.fromkeys(frame.columns[2:], AMOUNT), {"Region": 22.0, "Treatment": 30.0}),
        ),
    )  # fmt: skip


def _choices(study: Study) -> list[Page]:
    strategies = study.tables["strategies"]
    worth = study.scenario.settings.economics.willingness_to_pay.number
    pages = []
    for title, per in (("Choices for the region", True), ("Choices for a patient", False)):
        here = strategies[(strategies["per"] == PER_REGION) == per] if len(strategies) else None
        if here is None or here.empty:
            continue
        names = list(dict.fromkeys(here["comparison"]))
        pictures: list[Picture] = []
        for name in names:
            if per:
                pictures += [plane_picture(study, name, worth), loss_picture(study, name)]
            pictures.append(acceptability_picture(study, name, worth))
        pages.append(
            Page(
                title,
                f"Which choice is best at £{worth:,.0f} a QALY, and how sure that is, on the same "
                "draws of the inputs.",
                (
                    "Probability of being best says how often, not by how much: the expected loss "
                    "says what a wrong choice costs on average.",
                    _few_draws(study, names),
                    "Nothing is scarce where treatments and scenarios are compared; policies "
                    "share today's capacity.",
                ),
                tuple(pictures),
                (strategy_table(here, title),),
            )
        )
    return pages


def _few_draws(study: Study, comparisons: Sequence[str]) -> str:
    """Return what being best in none or all of the draws still leaves open."""
    plane = study.tables["plane"]
    drawn = plane[plane["comparison"].isin(comparisons)].groupby("comparison")["draw"].max() + 1
    fewest = int(drawn.min())
    _, most = chance_interval(0, fewest)
    return (
        f"A strategy that is best in none or all of {fewest:,} draws is not ruled out or certain: "
        f"its probability may lie up to {100 * most:.2g}% from that (Jeffreys' 95% interval)."
    )


def _plan(study: Study) -> Page | None:
    table = study.tables["standards"]
    if table.empty:
        return None
    points = study.scenario.pathway.decision_point
    frame = pd.DataFrame(
        {
            "Policy": table["policy"].map(sentence_case),
            "Decision point": table["decision_point"].map(lambda name: points[name].label),
            "Share that must start within the standard": table["share_needed"],
            "Chance of that": table["probability"],
            "95% interval from": table["probability_low"],
            "to": table["probability_high"],
            "Share within the standard, mean": table["mean"],
            "P10": table["p10"],
            "P90": table["p90"],
        }
    )
    return Page(
        "The plan",
        "The chance of keeping each waiting standard when the inputs turn out otherwise than the "
        "plan assumed: the same plan in every draw, kept to the letter or with what it leaves free "
        "used for whoever waits longest.",
        (
            "The interval of a chance is that of having so few draws (Jeffreys'): kept in all of "
            "them is not certain.",
            "Chance from month to month, with whole patients, comes on top: hepaplan run has it "
            "on its sheet Chance.",
            "A plan kept may show more QALYs than one made anew in the same draw: a new plan "
            "treats all ages alike there, as the rules want, and a kept one may no longer do so. "
            "What a plan builds and buys is in its cost.",
        ),
        tables=(
            Shown("standards", "Waiting standards", frame,
                  dict.fromkeys(frame.columns[2:], SHARE),
                  {"Policy": 20.0, "Decision point": 40.0}),
        ),
    )  # fmt: skip


def _inputs(study: Study) -> Page:
    table = study.tables["inputs"]
    assumed = int(table.drop_duplicates("input")["assumed"].sum())
    frame = pd.DataFrame(
        {
            "Input": table["label"],
            "Part": table["part"],
            "Unit": table["unit"],
            "Point": table["point"],
            "Mean": table["mean"],
            "95% from": table["low"],
            "95% to": table["high"],
            "Distribution": table["distribution"].replace(IN_WORDS),
            "Whose": table["assumed"].map({True: "rule (judgement)", False: "its own"}),
            "Why the mean is not the point": table["why_mean_differs"],
            "Quality": table["quality"],
            "Source": table["source"],
            "Year": table["year"].map(lambda year: "n/a" if pd.isna(year) else str(year)),
            "Key": table["input"],
        }
    )
    return Page(
        "Inputs",
        f"{table['input'].nunique():,} uncertain inputs; {assumed:,} have no published interval "
        "and take the scenario's rule, which is a judgement.",
        tables=(
            Shown("inputs", "Distributions", frame, dict.fromkeys(frame.columns[3:7], VALUE),
                  {"Input": 60.0, "Key": 60.0, "Source": 22.0,
                   "Why the mean is not the point": 30.0}, unprinted=3),
        ),
    )  # fmt: skip
