"""What a probabilistic sensitivity analysis shows: intervals, fans, choices, the plan, inputs."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.uncertainty.fans import EVERY_MONTH
from hepaplan.model.uncertainty.sampled import PER_REGION
from hepaplan.model.uncertainty.study import Study
from hepaplan.model.words import figure, sentence_case
from hepaplan.reports.study.decision_pictures import (
    acceptability_picture,
    loss_picture,
    plane_picture,
    strategy_table,
)
from hepaplan.reports.study.pages import Page, Picture, Shown
from hepaplan.reports.style import AMOUNT, SHARE, SMALL, WHOLE

FAN = {"p10": "P10", "p25": "P25", "p50": "P50", "p75": "P75", "p90": "P90"}
CAPACITY = "Capacity today"
LARGEST_TREATMENTS = 4


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
            "Base case": known(table["base"]),
            "Mean": table["mean"],
            "95% interval from": table["low"],
            "95% interval to": table["high"],
            "Monte Carlo error of the mean": table["mean_standard_error"],
            "of the lower end": table["low_standard_error"],
            "of the upper end": table["high_standard_error"],
            "Mean less base case": known(table["mean_less_base"]),
            "Why, if more than 2%": table["explanation"],
        }
    )
    formats = dict.fromkeys(frame.columns[2:9], AMOUNT) | {"Mean less base case": SHARE}
    settled = study.tables["convergence"]
    found = pd.DataFrame()
    if len(settled):
        found = pd.DataFrame(
            {
                "Result": settled["output"].map(sentence_case),
                "Draws": settled["draws"],
                "Mean": settled["mean"],
                "95% interval from": settled["low"],
                "95% interval to": settled["high"],
                "Settled": settled["settled"].map({True: "yes", False: "no"}),
            }
        )
    widths = {"Result": 52.0, "Unit": 18.0, "Why, if more than 2%": 60.0}
    return Page(
        "Intervals",
        "Every headline number with its 95% interval over the draws, nothing scarce unless said.",
        (
            "The interval is of what is not known about the inputs, not of chance from month to "
            "month. The Monte Carlo error is that of having drawn only so often.",
            "Results of policies have no base case here: hepaplan run gives it.",
        ),
        tables=(
            Shown("intervals", "Intervals", frame, formats, widths),
            Shown(
                "convergence", "With more and more of the draws", found,
                {"Draws": WHOLE, **dict.fromkeys(frame.columns[3:6], AMOUNT)},
                {"Result": 52.0}, "Too few draws to say.",
            ),
        ),
    )  # fmt: skip


def _need(study: Study) -> Page:
    fans, capacity = study.tables["fan_resources"], study.tables["capacity_by_month"]
    resources = study.scenario.settings.resource
    pictures = []
    for name, record in resources.items():
        fan = fans[fans["resource"] == name]
        have = capacity[capacity["resource"] == name]
        if fan["p90"].max() <= 0:
            continue
        frame = _fan_frame(fan).assign(**{CAPACITY: have["present"].to_numpy()})
        last = have.iloc[-1]
        pictures.append(
            Picture(
                "fan", f"need_{name}",
                f"{record.label}: in the last month, capacity today meets the need in "
                f"{last['chance_present_meets']:.0%} of draws; "
                f"{figure(last['needed_80'])} {record.unit} would meet it in 80%",
                f"Percentiles 10 to 90 of monthly need of {record.label} if nobody waits, and the "
                "capacity of all sites together.",
                frame, "Month", f"{sentence_case(record.unit)} a month", y_format=WHOLE,
            )
        )  # fmt: skip
    treatments = study.tables["fan_treatments"]
    largest = treatments.groupby("treatment", sort=False)["mean"].sum().nlargest(LARGEST_TREATMENTS)
    for name in largest.index:
        fan = treatments[treatments["treatment"] == name]
        last = fan.iloc[-1]
        pictures.append(
            Picture(
                "fan", f"starts_{name}",
                f"{sentence_case(name)}: {figure(last['p10'])} to {figure(last['p90'])} starts in "
                "the last month in 80% of draws",
                f"Percentiles 10 to 90 of monthly starts of {name} if nobody waits.",
                _fan_frame(fan), "Month", "Starts a month", y_format=AMOUNT,
            )
        )  # fmt: skip
    table = study.tables["capacity_by_year"]
    frame = pd.DataFrame(
        {
            "Resource": table["resource"].map(lambda name: resources[name].label),
            "Unit a month": table["resource"].map(lambda name: resources[name].unit),
            "Year of the window": table["year"],
            "To meet": table["meets"],
            "Capacity today": table["present"],
            "It meets that in": table["chance_present_meets"],
            "Needed for 50% of draws": table["needed_50"],
            "for 80%": table["needed_80"],
            "for 95%": table["needed_95"],
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
        ),
        tuple(pictures),
        (Shown("capacity_by_year", "The capacity that meets the need", frame, formats,
               {"Resource": 30.0, "To meet": 26.0}),),
    )  # fmt: skip


def _fan_frame(fan: pd.DataFrame) -> pd.DataFrame:
    frame = fan[list(FAN)].rename(columns=FAN).reset_index(drop=True)
    frame.insert(0, "Month", fan["month"].to_numpy())
    return frame


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
                    "Nothing is scarce where treatments and scenarios are compared; policies "
                    "share today's capacity.",
                ),
                tuple(pictures),
                (strategy_table(here, title),),
            )
        )
    return pages


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
            "Monte Carlo error": table["monte_carlo_error"],
            "Share within the standard, mean": table["mean"],
            "P10": table["p10"],
            "P90": table["p90"],
        }
    )
    return Page(
        "The plan",
        "The chance of keeping each waiting standard when the inputs turn out otherwise than the "
        "plan assumed: the same plan, kept in every draw.",
        (
            "Chance from month to month, with whole patients, comes on top: hepaplan run has it "
            "on its sheet Chance.",
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
            "Distribution": table["distribution"],
            "Whose": table["assumed"].map({True: "rule (judgement)", False: "its own"}),
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
            Shown("inputs", "Distributions", frame, dict.fromkeys(frame.columns[3:7], SMALL),
                  {"Input": 60.0, "Key": 60.0, "Source": 22.0}),
        ),
    )  # fmt: skip
