"""A study with every shape of picture, its figures made up but of the size of real ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.reports.study.pages import Page, Pages, Picture, Shown
from hepaplan.reports.style import (
    AMOUNT,
    CHANGE,
    FINE_CHANGE,
    POUNDS,
    SHARE,
    SIGNED_THOUSANDS,
    THOUSANDS,
    TWO_PLACES,
    WHOLE,
)

ATTACK = '=HYPERLINK("http://example.org","<script>alert(1)</script> & more")'
BASE = 63_240_000.0
DRAWS = 1_500
WORTH = 20_000.0
STRATEGIES = ("Longest wait", "Most health", "Most health, second ablation slot")
INPUTS = (
    ("Share resectable, synchronous, after conversion chemotherapy", -4.1e6, 5.2e6),
    ("Cure fraction after resection", -4.9e6, 3.8e6),
    ("Share of colorectal cancers with liver metastases on diagnosis", -3.0e6, 3.1e6),
    ("Hazard ratio of four weeks' delay", -2.4e6, 1.9e6),
    ("Utility, disease-free", -1.9e6, 1.9e6),
    ("Recurrence rate after ablation", 1.5e6, -1.3e6),
    ("Referral to a liver centre, outer boroughs", -1.2e6, 1.0e6),
    ("Cost of a liver resection", 0.85e6, -0.85e6),
    ("Utility on chemotherapy", -0.6e6, 0.55e6),
    ("Cost of a cycle of chemotherapy", 0.5e6, -0.62e6),
    ("Operating time of a resection", 0.31e6, 0.12e6),
    ("Length of stay after resection", 0.25e6, -0.2e6),
    ("Cost of ablation", 0.09e6, -0.11e6),
    ("Death within 90 days of resection", 0.06e6, -0.05e6),
    (ATTACK, 0.0, 0.0),
)


def synthetic_study(seed: int = 11) -> Pages:
    """Return pages with a tornado, planes, lines, a fan and bars, and tables beside them."""
    chance = np.random.default_rng(seed)
    return Pages(
        name="uncertainty",
        title="How sure are we of the plan for Greater Manchester?",
        question="Does the plan stay the best choice when the figures it rests on are not exact?",
        headlines=(
            "Most health is the best choice in 87% of 1,500 draws at £20,000 per QALY.",
            "Knowing the cure fraction after resection for sure would be worth £412 thousand.",
            ATTACK,
        ),
        notes=(
            "ILLUSTRATIVE: sites, lists and sessions are made up until the centres give theirs.",
            "Monte-Carlo error of the mean net benefit: £21 thousand.",
        ),
        pages=(_swings(), _plane(chance), _demand(), _knowing()),
        facts=(("Draws", "1,500"), ("Seed", "11"), ("Design", ATTACK)),
        version="0.1.0",
    )


def _swings() -> Page:
    frame = pd.DataFrame(INPUTS, columns=["Input", "At its low value", "At its high value"])
    frame[["At its low value", "At its high value"]] += BASE
    picture = Picture(
        shape="tornado",
        name="swings",
        headline="The share that can be resected after chemotherapy moves net benefit most",
        description="Bars of net monetary benefit at the low and the high value of each input.",
        frame=frame,
        x_title="Net monetary benefit, GBP million, lifetime, discounted",
        y_title="Input",
        x_format='"£"#,##0.0,,"m"',
        base=BASE,
    )
    absent = pd.Series([None] * len(frame), dtype=object)
    table = Shown(
        "swings",
        "Net monetary benefit at the ends of each input's range",
        frame.assign(Quality=["published"] * 10 + ["judgement"] * 5, Threshold=absent),
        {heading: POUNDS for heading in frame.columns[1:]},
        {"Input": 48.0},
    )
    return Page(
        "What moves the answer",
        "One input at a time, from its low to its high published value; all others stay.",
        ("An input whose both ends lie on one side of the base is not monotone.",),
        (picture,),
        (table,),
    )


def _plane(chance: np.random.Generator) -> Page:
    means = ((35.0, 420e3), (160.0, 900e3), (215.0, 2_600e3))
    points = pd.concat(
        pd.DataFrame(
            {
                "Strategy": name,
                "QALYs more": qalys + (18 + 0.2 * qalys) * (shock := chance.standard_normal(DRAWS)),
                "Cost more": cost + 6_500 * 20 * shock + cost * 0.3 * chance.standard_normal(DRAWS),
            }
        )
        for name, (qalys, cost) in zip(STRATEGIES, means, strict=True)
    ).reset_index(drop=True)
    plane = Picture(
        shape="plane",
        name="plane",
        headline="Most health costs less than £20,000 for each QALY more in 97% of draws",
        description="Cost against QALYs of each draw, first come at the origin.",
        frame=points,
        x_title="QALYs more than first come, lifetime, discounted",
        y_title="Cost more than first come, GBP million, discounted",
        x_format="+#,##0;-#,##0;0",
        y_format='"+£"#,##0.0,,"m";"-£"#,##0.0,,"m";"£"0',
        slope=WORTH,
    )
    worth = np.arange(0.0, 100_001.0, 2_500.0)
    best = 1 / (1 + np.exp((worth - 4_000) / 1_500)) * 0.95
    last = (1 - best) / (1 + np.exp(-(worth - 31_000) / 6_000))
    curves = pd.DataFrame({"Pounds per QALY": worth, "First come": best})
    curves["Longest wait"] = 0.1 * (1 - best - last)
    curves["Most health"] = 0.9 * (1 - best - last)
    curves["Most health, second ablation slot"] = last
    ceac = Picture(
        shape="lines",
        name="ceac",
        headline="Above £31,000 per QALY the second ablation slot is most likely to be best",
        description="Chance that each strategy has the highest net benefit, by threshold.",
        frame=curves,
        x_title="What a QALY is held to be worth, GBP",
        y_title="Chance to be the best choice",
        x_format=POUNDS,
        y_format=SHARE,
    )
    loss = curves.assign(**{n: (1 - curves[n]) * 2.1e6 for n in curves.columns[1:]})
    expected = Picture(
        shape="lines",
        name="expected_loss",
        headline="At £20,000 per QALY choosing most health risks £260 thousand on average",
        description="Expected loss of each strategy by threshold; the lowest is the best choice.",
        frame=loss,
        x_title="What a QALY is held to be worth, GBP",
        y_title="Expected loss, GBP thousand",
        x_format=POUNDS,
        y_format=THOUSANDS,
    )
    summary = points.groupby("Strategy", as_index=False, sort=False).mean()
    formats = {"QALYs more": FINE_CHANGE, "Cost more": SIGNED_THOUSANDS}
    return Page(
        "Cost and QALYs",
        "Every draw of each strategy against first come, and which is best at what worth.",
        pictures=(plane, ceac, expected),
        tables=(
            Shown("means", "Means over all draws", summary, formats, {"Strategy": 36.0}),
            Shown("curves", "Chance to be best", curves, {n: "0.0%" for n in curves.columns[1:]}),
        ),
    )


def _demand() -> Page:
    months = [f"{2027 + i // 12}-{1 + i % 12:02d}" for i in range(60)]
    middle = 41 + 0.12 * np.arange(60) + 3 * np.sin(np.arange(60) / 3)
    spread = 3.5 + 0.05 * np.arange(60)
    fan = pd.DataFrame({"Month": months})
    for name, distance in (("P10", -1.28), ("P25", -0.67), ("P50", 0), ("P75", 0.7), ("P90", 1.4)):
        fan[name] = middle + distance * spread
    fan["Lists there are"] = 44.0
    picture = Picture(
        shape="fan",
        name="theatre",
        headline="From 2030 theatre lists are too few in more than half of the draws",
        description="Theatre lists needed by month: middle 80% and middle 50% of draws, median.",
        frame=fan,
        x_title="Month",
        y_title="Theatre lists a month",
        x_format="mmm yyyy",
        y_format=WHOLE,
    )
    table = Shown("theatre", "Lists needed", fan, {n: AMOUNT for n in fan.columns[1:]})
    meets = pd.DataFrame(
        {
            "Resource": ["Operating theatre", "Ablation session"],
            "There are": [44.0, 6.0],
            "Meets demand in 50% of draws": [43.5, 5.0],
            "Meets demand in 95% of draws": [56.25, 9.5],
            "Short of 95%": [12.25, 3.5],
        }
    )
    return Page(
        "Demand",
        "What would be needed if nothing were scarce, month by month.",
        pictures=(picture,),
        tables=(
            Shown("meets", "Capacity that meets demand", meets, {"Short of 95%": CHANGE}),
            table,
            Shown("short", "Months without a single draw", fan.iloc[:0]),
        ),
    )


def _knowing() -> Page:
    names = [name for name, _, _ in INPUTS]
    values = [412e3, 221e3, 96e3, 43e3, 20e3, 9_500.0, 4_100.0, 1_900.0, *[0.0] * 7]
    frame = pd.DataFrame({"Input": names, "Worth of knowing it": values})
    picture = Picture(
        shape="bars",
        name="evppi",
        headline="Knowing the share resectable is worth £412 thousand, half of all there is",
        description="Expected value of perfect information about each input.",
        frame=frame,
        x_title="Expected value of knowing it for sure, GBP thousand, whole window",
        y_title="Input",
        x_format=THOUSANDS,
    )
    formats = {"Worth of knowing it": POUNDS, "Standard error": TWO_PLACES}
    return Page(
        "Value of knowing",
        "What it would be worth to know one input for sure before choosing.",
        pictures=(picture,),
        tables=(
            Shown("evppi", "Each input alone", frame.assign(**{"Standard error": 3.5}), formats),
        ),
    )
