"""The titles of the report's sheets in their reading order, and what each holds."""

from __future__ import annotations

from collections.abc import Iterable

COVER, SUMMARY, HALF, DEMAND, PATHWAY = (
    "Cover", "Summary", "Half or quarter", "Demand", "Pathway",
)  # fmt: skip
CAPACITY, PLAN, WAITING, PRICES, CHANCE = "Capacity", "Plan", "Waiting", "Prices", "Chance"
OUTCOMES, ECONOMICS = "Outcomes", "Cost-effectiveness"
ASSUMPTIONS, EVIDENCE, SOURCES, CHECKS = (
    "Assumptions", "Evidence quality", "Sources", "Checks",
)  # fmt: skip
CHEERS, TECH_VER, ABOUT = "CHEERS 2022", "TECH-VER", "About"

CONTENTS = {
    SUMMARY: "The answer in sentences, key figures, what is short.",
    HALF: "Do half or a quarter of patients develop liver metastases?",
    DEMAND: "Who falls ill and which treatments they need.",
    PATHWAY: "How people flow through decision points and treatments.",
    CAPACITY: "What is needed, what sites have, what is full.",
    PLAN: "Which treatments start, where and when.",
    WAITING: "Who waits, who waits too long, what a later start costs.",
    PRICES: "What one more list or bed is worth; what to build.",
    CHANCE: "How likely promises are kept; what headroom buys.",
    OUTCOMES: "Survival beside studies, causes of death, what one patient can expect.",
    ECONOMICS: "QALYs and money of each policy, net benefit, budget, cost by treatment.",
    ASSUMPTIONS: "Every figure used, its source and its quality.",
    EVIDENCE: "How good the figures are: published, derived, judged, made up.",
    SOURCES: "Where the figures come from.",
    CHECKS: "Whether the run calculated right, and what to do if not.",
    CHEERS: "What a reader of a health-economic evaluation asks, answered from this run.",
    TECH_VER: "How the model was verified, and which tests this run passed.",
    ABOUT: "Scenario, versions, solver and status.",
}
"""What each sheet of results holds."""
RECALCULATE = {
    "Live or frozen": "Start here: what follows a changed number, and what needs a new run.",
    "Inputs": "Every number of settings and pathway, to type over.",
    "Input tables": "The tables, such as people, rates and capacity, to type over.",
    "Plan inputs": "The plan's starts by site, list and month, to type over.",
    "Reconciliation": "Whether the formulas give what the run gave, figure by figure.",
}
"""What the sheets hold that someone who changes a number needs."""
WORKINGS = {
    "Incidence": "New cancers by month: people x rate x ratio x trend x stage.",
    "Metastases": "First liver metastases that follow, by month and age group.",
    "Kernels": "Where arrivals go next and what they use, by month since arrival.",
    "Arrivals": "People who reach each decision point by month, nothing scarce.",
    "Demand live": "Their starts and what these need of each resource.",
    "Courses": "How long each treatment's effect lasts.",
    "Discounting": "What a later pound or QALY is worth at the start.",
    "Other causes": "Death from other causes, held still.",
    "Leaving": "Who leaves a treatment, and how, by month since its start.",
    "Alive": "Who is still in a treatment's own course, by month since its start.",
    "Value": "QALYs and costs of a treatment's own course.",
    "Worth": "QALYs and costs of a start and of an arrival, with all that follows.",
    "Choices": "The options of a decision point compared.",
    "New patients": "What the window's new patients can expect, nothing scarce.",
    "Capacity live": "What each site may use of each resource, by month.",
    "Lists": "Who comes, waits and starts by site, age group and month, under the plan.",
    "Waiting live": "People waiting and those beyond the standard, under the plan.",
    "Use live": "Use against capacity by site and month, under the plan.",
    "Spending live": "Starts and spending by year, under the plan.",
    "Use of one start": "What one start takes of each resource, by month.",
    "Plan weights": "What the plan's formulas hold still.",
}
"""What the sheets of formulas in between hold."""


def is_live(titles: Iterable[str]) -> bool:
    """Return whether sheets that recalculate are among a workbook's sheets."""
    return any(title in RECALCULATE for title in titles)
