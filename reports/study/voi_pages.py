"""What the value of information shows: decisions, inputs worth knowing, capacity, evidence."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.capacity_decision import CLEAR
from hepaplan.model.uncertainty.information.evpi import money
from hepaplan.model.uncertainty.information.evppi import clear
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.content import site_note
from hepaplan.reports.number_text import value_text
from hepaplan.reports.study.output_pages import starred
from hepaplan.reports.study.pages import Page, Picture, Shown
from hepaplan.reports.style import AMOUNT, POUNDS, SHARE, SIGNED_POUNDS, WHOLE

MOST_BARS = 12
MOST_PICTURES = 3
UNCLEAR = "not distinguishable from 0"
TOO_LOW = (
    "From few draws a value tends to be too low where choices are nearly as good as each other: of "
    "two choices by up to about 0.7 of its standard error, of more by more. A value of 0 says that "
    "in none of the draws another choice was best, not that none could be. More draws mend both."
)
WEAK = "A star marks weak evidence: a judgement, illustrative, or a distribution by rule."


def voi_pages(study: Study) -> tuple[Page, ...]:
    """Return the pages of the study, those without content left out."""
    pages = (_decisions(study), _capacity(study), _inputs(study), _register(study))
    return tuple(page for page in pages if page is not None)


def _decisions(study: Study) -> Page:
    table = study.tables["evpi"]
    frame = pd.DataFrame(
        {
            "Decision": table["comparison"].map(sentence_case),
            "For": table["per"],
            "Perfect information, GBP": table["evpi_gbp"],
            "Standard error": table["standard_error_gbp"],
            "People it is worth that for": table["people"],
            "For all of them, GBP": table["population_evpi_gbp"],
            "Standard error of that": table["population_standard_error_gbp"],
            "Draws": table["draws"],
        }
    )
    years = study.facts["years that a decision counts"]
    worth = study.scenario.settings.economics.willingness_to_pay.number
    money = [heading for heading in frame.columns[2:-1] if heading != "People it is worth that for"]
    return Page(
        "Decisions",
        f"What it would be worth to know every input before choosing, at £{worth:,.0f} a QALY.",
        (
            f"A decision for one patient is multiplied by those who face it in {years:g} years, "
            "discounted at the rate of costs; one for the region is everybody's already.",
            "No study of the inputs can be worth more than perfect information.",
            TOO_LOW,
        ),
        tables=(
            Shown("decisions", "Expected value of perfect information", frame,
                  dict.fromkeys(money, POUNDS)
                  | {"People it is worth that for": AMOUNT, "Draws": WHOLE},
                  {"Decision": 60.0, "For": 16.0},
                  "There is nothing to choose between."),
        ),
    )  # fmt: skip


def _capacity(study: Study) -> Page | None:
    table = study.tables["capacity_decision"]
    if table.empty:
        return None
    frame = pd.DataFrame(
        {
            "Capacity": table["expansion"],
            "Bought now, against never": table["now_less_never_gbp"],
            "Standard error, now": table["now_monte_carlo_error_gbp"],
            "Bought a year later": table["later_less_never_gbp"],
            "Standard error, later": table["later_monte_carlo_error_gbp"],
            "Wait a year, learn, then choose": table["wait_and_learn_less_never_gbp"],
            "What learning adds": table["learning_gbp"],
            "Standard error, learning": table["monte_carlo_error_gbp"],
            "Now is best in": table["chance_now_is_best"],
            "Draws": table["draws"],
        }
    )
    errors = [heading for heading in frame.columns if heading.startswith("Standard error")]
    return Page(
        "Capacity to buy",
        "Buy now, wait a year and learn, or never: net monetary benefit in GBP, mean over the "
        "draws, under first come.",
        (
            "Waiting and learning supposes that after a year every input is known exactly: it is "
            "the most that evidence could be worth.",
            "A standard error is that of the mean over the draws of the difference within each "
            f"draw: a difference below {CLEAR:g} of them may be chance.",
            "Of the capacity's cost, what falls in the window counts, its capital in full; what it "
            "is worth after the window is left out.",
            *filter(None, (site_note(study.scenario),)),
        ),
        (_buying(table),),
        (
            Shown("capacity_decision", "Buy, wait or never", frame,
                  dict.fromkeys(frame.columns[1:8], SIGNED_POUNDS) | dict.fromkeys(errors, POUNDS)
                  | {"Now is best in": SHARE, "Draws": WHOLE},
                  {"Capacity": 50.0}),
        ),
    )  # fmt: skip


def _buying(table: pd.DataFrame) -> Picture:
    """Return bars of what buying now is worth against never, the best on top."""
    ordered = table.sort_values("now_less_never_gbp", ascending=False, kind="stable")
    values = ordered["now_less_never_gbp"]
    sure = ordered[values > CLEAR * ordered["now_monte_carlo_error_gbp"]]
    best = (sure if len(sure) else ordered).iloc[0]
    worth, error = (
        value_text(float(best[f"now_{column}"]), shape)
        for column, shape in (("less_never_gbp", SIGNED_POUNDS), ("monte_carlo_error_gbp", POUNDS))
    )
    named = f"{best['expansion']} ({worth}, standard error {error})"
    if sure.empty:
        said = f"none is clearly better bought now than never; on average the best is {named}"
    elif len(sure) == 1:
        said = f"only this is clearly better bought now than never: {named}"
    else:
        said = f"{len(sure)} are clearly better bought now than never, most of all {named}"
    draws = int(table["draws"].iloc[0])
    return Picture(
        "bars", "buying",
        f"Of {len(table)} ways to add capacity {said}",
        f"Net monetary benefit of the region, bought now less never, mean over {draws:,} draws.",
        pd.DataFrame({"Capacity": ordered["expansion"], "Now less never": values}).reset_index(
            drop=True
        ),
        "Net monetary benefit, now less never, GBP", "Capacity", SIGNED_POUNDS,
    )  # fmt: skip


def _inputs(study: Study) -> Page | None:
    table = study.tables["evppi"]
    if table.empty:
        return None
    decisions = study.tables["evpi"].sort_values(
        "population_evpi_gbp", ascending=False, kind="stable"
    )
    drawn = [_worth(study, str(comparison)) for comparison in decisions["comparison"]]
    pictures = [picture for picture in drawn if picture is not None][:MOST_PICTURES]
    shown = table[table["evppi_gbp"] > 0]
    frame = pd.DataFrame(
        {
            "Decision": shown["comparison"].map(sentence_case),
            "Input": shown["name"],
            "Worth of knowing it, GBP": shown["evppi_gbp"],
            "Standard error": shown["standard_error_gbp"],
            "For all, GBP": shown["population_evppi_gbp"],
            "Of perfect information": shown["share_of_evpi"],
            "Of the variance": shown["share_of_variance"],
            "Note": shown["note"],
        }
    )
    formats = dict.fromkeys(("Worth of knowing it, GBP", "Standard error", "For all, GBP"), POUNDS)
    formats |= dict.fromkeys(("Of perfect information", "Of the variance"), SHARE)
    return Page(
        "Inputs worth knowing",
        "What it would be worth to know one input perfectly and nothing else; inputs with a value "
        "of nothing are left out.",
        (
            "A value below two of its standard errors may be nothing; of a group of inputs chance "
            "may make more than that, most where the note says too few draws. Pictures show the "
            f"{MOST_PICTURES} decisions that information is worth most for, and of their inputs "
            "those whose value is clearly above nothing, so many inputs being tried.",
        ),
        tuple(pictures),
        (Shown("evppi", "Expected value of partial perfect information", frame, formats,
               {"Decision": 50.0, "Input": 60.0, "Note": 40.0},
               "No input alone can change a decision.", unprinted=1), _groups(study)),
    )  # fmt: skip


def _worth(study: Study, comparison: str) -> Picture | None:
    """Return bars of what the inputs of a decision are worth knowing, if any clearly is."""
    table = study.tables["evppi"]
    own = clear(table[table["comparison"] == comparison])
    if own.empty:
        return None
    own = own.sort_values("population_evppi_gbp", ascending=False, kind="stable").head(MOST_BARS)
    weak = study.tables["evidence_register"].drop_duplicates("label").set_index("label")["weak"]
    names = [starred(name, "", bool(weak.get(name, False))) for name in own["name"].astype(str)]
    first = own.iloc[0]
    return Picture(
        "bars", f"evppi_{comparison}",
        f"{sentence_case(comparison)}: it would be worth most to know "
        f"{first['name']} ({money(first['population_evppi_gbp'])})",
        "What it would be worth to know each input perfectly and nothing else, for all whom the "
        f"decision affects. {WEAK}",
        pd.DataFrame({"Input": names, "Worth": own["population_evppi_gbp"].to_numpy()}),
        "Worth of knowing it for all, GBP", "Input", POUNDS,
    )  # fmt: skip


def _groups(study: Study) -> Shown:
    """Return what it is worth to know whole groups of inputs, for studies that tell them all."""
    table = study.tables.get("evppi_groups", pd.DataFrame())
    frame = pd.DataFrame()
    if len(table):
        table = table[table["evppi_gbp"] > 0]
        frame = pd.DataFrame(
            {
                "Decision": table["comparison"].map(sentence_case),
                "Inputs together": table["name"].map(sentence_case),
                "Worth of knowing them, GBP": table["evppi_gbp"],
                "Standard error": table["standard_error_gbp"],
                "For all, GBP": table["population_evppi_gbp"],
                "Of perfect information": table["share_of_evpi"],
                "Note": table["note"],
            }
        )
    return Shown(
        "evppi_groups", "Groups of inputs, all of a group known together", frame,
        dict.fromkeys(frame.columns[2:5], POUNDS) | {"Of perfect information": SHARE},
        {"Decision": 50.0, "Inputs together": 50.0, "Note": 50.0},
        "No group of inputs can change a decision.",
    )  # fmt: skip


def _register(study: Study) -> Page:
    table = study.tables["evidence_register"]
    matters = table["influence"] > 0
    frame = pd.DataFrame(
        {
            "Rank": table["rank"],
            "Input": table["label"],
            "Worth of knowing it, GBP": table["influence"].astype(object).where(matters, UNCLEAR),
            "Age, years": ["n/a" if pd.isna(age) else str(age) for age in table["age_years"]],
            "Old": table["old"].map({True: "old", False: ""}),
            "Quality": table["quality"],
            "Distribution": table["distribution"],
            "Weak": table["weak"].map({True: "weak", False: ""}),
            "Source": table["source"],
            "Key": table["input"],
        }
    )
    both = int((matters & table["old"] & table["weak"]).sum())
    return Page(
        "Evidence register",
        f"Where better evidence is wanted first: {both} of {int(matters.sum())} inputs that "
        "clearly matter are both old and weak.",
        (
            "Ranked by what knowing an input is worth over all decisions, counted twice where the "
            "evidence is old (ten years or more, or of no stated year) or weak (a judgement, "
            "illustrative, or a distribution by rule), three times where it is both. What knowing "
            "it is worth counts for a decision only where it is clearly above nothing, so many "
            f"inputs being tried; elsewhere it is {UNCLEAR}.",
        ),
        tables=(
            Shown("evidence_register", "Old, weak and influential first", frame,
                  {"Rank": WHOLE, "Worth of knowing it, GBP": POUNDS},
                  {"Input": 60.0, "Source": 24.0, "Key": 60.0}, unprinted=2),
        ),
    )  # fmt: skip
