"""The titles of the report's sheets in their reading order, and what each holds."""

from __future__ import annotations

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
    CHECKS: "What must hold and whether it does; simplifications.",
    "Inputs": "Every number that can be changed, to type into and send back.",
    "Input tables": "The tables of the scenario, to type into and send back.",
    "Plan inputs": "The plan's starts by site and month, to change and replay.",
    CHEERS: "What a reader of a health-economic evaluation asks, answered from this run.",
    TECH_VER: "How the model was verified, and which tests this run passed.",
    ABOUT: "Scenario, versions, solver and status.",
}
"""What each sheet holds; a sheet that is not named here is listed by its title alone."""
