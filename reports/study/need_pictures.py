"""Fans of need by month: the resources that fall short and the largest treatments."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.tables.words import figure, sentence_case
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.content import site_note
from hepaplan.reports.number_text import MONTHS, value_text
from hepaplan.reports.study.output_pages import result_format
from hepaplan.reports.study.pages import Picture, Shown
from hepaplan.reports.style import AMOUNT, SHARE

FAN = {"p10": "P10", "p25": "P25", "p50": "P50", "p75": "P75", "p90": "P90"}
CAPACITY = "Capacity today"
LARGEST_TREATMENTS = 3
PEAK = 1.2
SHORT = 0.8
"""Chance of meeting the last month's need below which a resource is shown as falling short."""


def need_pictures(study: Study) -> tuple[Picture, ...]:
    """Return fans of the resources that fall short, or come nearest to it, and of treatments."""
    capacity = study.tables["capacity_by_month"]
    chances = capacity.groupby("resource", sort=False)["chance_present_meets"].last()
    needed = study.tables["fan_resources"].groupby("resource", sort=False)["p90"].max()
    chances = chances[needed.reindex(chances.index) > 0].sort_values(kind="stable")
    short = chances[chances < SHORT]
    shown = short.index if len(short) else _fullest(capacity, list(chances.index))
    treatments = study.tables["fan_treatments"]
    largest = treatments.groupby("treatment", sort=False)["mean"].sum().nlargest(LARGEST_TREATMENTS)
    return (
        *(_resource(study, str(name)) for name in shown),
        *(_treatment(treatments, str(name)) for name in largest.index),
    )


def _fullest(capacity: pd.DataFrame, among: list[str]) -> list[str]:
    """Return the resource whose need in the last month comes nearest to what there is."""
    last = capacity.groupby("resource", sort=False).last().reindex(among)
    have = last["present"].where(last["present"] > 0)
    return [str((last["needed_80"] / have).idxmax())] if have.notna().any() else []


def _resource(study: Study, name: str) -> Picture:
    record = study.scenario.settings.resource[name]
    fan = _of(study.tables["fan_resources"], "resource", name)
    have = _of(study.tables["capacity_by_month"], "resource", name)
    frame = _fan_frame(fan).assign(**{CAPACITY: have["present"].to_numpy()})
    last = have.iloc[-1]
    made_up = " (illustrative)" if site_note(study.scenario) else ""
    return Picture(
        "fan", f"need_{name}",
        f"{record.label}: in {_month(last['month'])} capacity today{made_up} meets the need in "
        f"{last['chance_present_meets']:.0%} of draws; {_amount(last['needed_80'])} {record.unit} "
        f"a month would meet it in 80%, there are {_amount(last['present'])}",
        f"Percentiles 10 to 90 of monthly need of {record.label} if nobody waits, and the "
        f"capacity of all sites together{made_up}.{_first_month(fan)}",
        frame, "Month", f"{sentence_case(record.unit)} a month", y_format=_format(frame),
    )  # fmt: skip


def _treatment(treatments: pd.DataFrame, name: str) -> Picture:
    fan = _of(treatments, "treatment", name)
    last, frame = fan.iloc[-1], _fan_frame(fan)
    return Picture(
        "fan", f"starts_{name}",
        f"{sentence_case(name)}: {figure(last['p10'])} to {figure(last['p90'])} starts in "
        f"{_month(last['month'])} in 80% of draws",
        f"Percentiles 10 to 90 of monthly starts of {name} if nobody waits.{_first_month(fan)}",
        frame, "Month", "Starts a month", y_format=_format(frame),
    )  # fmt: skip


def last_month(study: Study) -> Shown:
    """Return the need of every resource and the starts of every treatment in the last month."""
    resources = study.scenario.settings.resource
    fans, treatments = study.tables["fan_resources"], study.tables["fan_treatments"]
    month = str(fans["month"].max())
    capacity = study.tables["capacity_by_month"].set_index(["resource", "month"])
    rows: list[tuple[object, ...]] = []
    for row in fans[fans["month"] == month].to_dict("records"):
        record, here = resources[row["resource"]], capacity.loc[(row["resource"], month)]
        rows.append(
            (record.label, record.unit, *(row[p] for p in ("p10", "p50", "p90")),
             value_text(float(here["present"]), AMOUNT),
             value_text(float(here["chance_present_meets"]), SHARE))
        )  # fmt: skip
    for row in treatments[treatments["month"] == month].to_dict("records"):
        words = sentence_case(str(row["treatment"]))
        rows.append((words, "starts", *(row[p] for p in ("p10", "p50", "p90")), "", ""))
    frame = pd.DataFrame(
        rows, columns=["Resource or treatment", "Unit", "P10", "P50", "P90", CAPACITY, "It meets"]
    )
    return Shown(
        "last_month", f"All resources and treatments in {_month(month)}", frame,
        dict.fromkeys(("P10", "P50", "P90"), AMOUNT), {"Resource or treatment": 34.0},
    )  # fmt: skip


def _of(table: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    return table[table[column] == name].reset_index(drop=True)


def _fan_frame(fan: pd.DataFrame) -> pd.DataFrame:
    frame = fan[list(FAN)].rename(columns=FAN)
    frame.insert(0, "Month", fan["month"])
    return frame


def _first_month(fan: pd.DataFrame) -> str:
    """Return why a fan begins with a peak, where it does."""
    if len(fan) > 1 and fan["p50"].iloc[0] > PEAK * fan["p50"].iloc[1]:
        return " In the first month those already waiting start as well."
    return ""


def _format(frame: pd.DataFrame) -> str:
    top = float(frame[list(FAN.values())].to_numpy().max())
    return result_format("", top, top / 4)


def _amount(value: float) -> str:
    return value_text(float(value), AMOUNT)


def _month(month: object) -> str:
    year, number = str(month).split("-")
    return f"{MONTHS[int(number) - 1]} {year}"
