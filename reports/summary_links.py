"""Where each sentence and key figure of the Summary comes from: a sheet and a table on it."""

from __future__ import annotations

import re

from hepaplan.reports import titles

Place = tuple[str, str]
POLICIES = "outcomes"
SENTENCES: tuple[tuple[str, Place], ...] = (
    (r"Does everyone start in time", (titles.ECONOMICS, POLICIES)),
    (r"The plan (was stopped|is proven)", (titles.ABOUT, "")),
    (r"Changed from the base", (titles.ASSUMPTIONS, "")),
    (r"[\d,]+ people a year are found", (titles.DEMAND, "demand_by_month")),
    (r"Half or a quarter", (titles.HALF, "evidence_sets")),
    (r"Treatment starts a year", (titles.DEMAND, "demand_by_treatment")),
    (r"(What|Nothing) is short", (titles.CAPACITY, "months_full")),
    (r"Waiting at a month's end|Hardly anyone waits", (titles.WAITING, "waiting_by_year")),
    (r"Scarce capacity costs", (titles.PRICES, "gain")),
    (r"With the plan fewest start in time", (titles.PLAN, "access")),
    (r"One more is worth|No further unit", (titles.PRICES, "price_list")),
    (r"Of \d+ expansions", (titles.PRICES, "expansions")),
    (r"When people come by chance", (titles.CHANCE, "chance_years")),
    (r"Spending a year", (titles.ECONOMICS, "budget_impact")),
    (r"Modelled survival", (titles.OUTCOMES, "published_survival")),
    (r"Sites and capacities", (titles.EVIDENCE, "")),
)
FIGURES: tuple[tuple[str, Place], ...] = (
    (r"(new )?colorectal|new (patients|liver)", (titles.DEMAND, "demand_by_region")),
    (r"starts of", (titles.PLAN, "plan_in_all")),
    (r"waiting at", (titles.WAITING, "waiting_by_year")),
    (r"most people beyond", (titles.WAITING, "beyond_by_year")),
    (r"spending", (titles.ECONOMICS, "budget_impact")),
    (r"started within|deaths|lifetime|QALYs|life-years|cost|net", (titles.ECONOMICS, POLICIES)),
)


def sentence_place(sentence: str) -> Place | None:
    """Return the sheet and the table a headline comes from, none for one that is not known."""
    return _found(SENTENCES, sentence)


def figure_place(measure: str) -> Place | None:
    """Return the sheet and the table a key figure comes from, none for one that is not known."""
    return _found(FIGURES, measure)


def _found(known: tuple[tuple[str, Place], ...], text: str) -> Place | None:
    return next((at for start, at in known if re.match(start, text, re.IGNORECASE)), None)
