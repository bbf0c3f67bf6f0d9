"""The verification tests of TECH-VER, paraphrased, each with what is known of it.

Büyükkaramikli et al., PharmacoEconomics 2019;37:1391-1408, 10.1007/s40273-019-00844-y.
"""

from __future__ import annotations

from hepaplan.reports import titles
from hepaplan.reports.views.checklist import Item

INPUTS, STATES, RESULTS = "Input calculations", "Events and states", "Results"
UNCERTAINTY, WHOLE = "Uncertainty", "Overall"
TECH_VER: tuple[Item, ...] = (
    Item("1.1", INPUTS, "Do inputs in the model equal those of their sources?",
         "in part", "Value, unit, source and whether it was read stand beside each of {figures} "
         "figures; nobody outside the project has compared them.", titles.ASSUMPTIONS,
         "assumptions"),
    Item("1.2", INPUTS, "Do extrapolated curves follow the data they were fitted to?",
         "in this run", "Published points, fitted values and errors side by side.",
         titles.OUTCOMES, "fits"),
    Item("1.3", INPUTS, "Does a shape of one turn a Weibull curve into an exponential one?",
         "in the tests", "Families are compared at their shared special cases."),
    Item("1.4", INPUTS, "Are rates, probabilities and their times converted rightly?",
         "in the tests", "A probability of 0.20 a year is 0.0184235 a month, never 0.20 / 12."),
    Item("1.5", INPUTS, "Does a larger hazard ratio raise the event's probability?",
         "in the tests", "Also: effects of 0 and 1, and arms exchanged."),
    Item("1.6", INPUTS, "Are doses, weights and unused parts of vials counted rightly?",
         "in the tests", "Cost of a dose by weight and by body surface, with whole vials and with "
         "shared ones."),
    Item("1.7", INPUTS, "Are prices brought to one year by the right index?",
         "in the tests", "Price year of this run: {price_year}.", titles.ASSUMPTIONS,
         "assumptions"),
    Item("2.1", STATES, "Do probabilities lie in 0 to 1 and add up to one?",
         "in this run", "Each start's fate and each waiting month sum to 1.",
         titles.CHECKS, "checks"),
    Item("2.2", STATES, "Are people neither lost nor made?",
         "in this run", "At each decision point in equals out; came = started + waiting + moved "
         "+ died under each policy.", titles.PATHWAY, "flow_balance"),
    Item("2.3", STATES, "Do the dead stay dead, and is nobody alive above the general population?",
         "in the tests", "The dead state never falls; survival stays below the life table's."),
    Item("2.4", STATES, "Does no mortality leave all alive, and certain death none?",
         "in the tests", "Undiscounted life-years equal the horizon with no mortality."),
    Item("2.5", STATES, "Is hardly anyone left at the end of a lifetime horizon?",
         "in this run", "The share alive at the horizon's end is checked.",
         titles.CHECKS, "checks"),
    Item("2.6", STATES, "Does time without progression never exceed survival?",
         "in the tests", "The share still in a treatment is never above overall survival, for "
         "every option, age group and month."),
    Item("2.7", STATES, "Does equal efficacy give equal results?",
         "in the tests", "Arms with equal inputs have equal life-years; exchanged arms exchange."),
    Item("3.1", RESULTS, "Are QALYs equal to life-years when all utilities are 1, and 0 at 0?",
         "in the tests", "And lower utilities give fewer QALYs."),
    Item("3.2", RESULTS, "Are QALYs below life-years, utilities below the population's?",
         "in this run", "Utilities above the norm are listed, not capped; that QALYs stay within "
         "the utilities is part of the tests.",
         titles.CHECKS, "utility_norms"),
    Item("3.3", RESULTS, "Are total costs 0 when all costs are 0; do parts add to totals?",
         "in the tests", "With all costs at 0 the total is 0 (row B5), and lines of cost add up to "
         "it (row B18); a run without --quick judges both. By treatment and by category the "
         "total is one (H8).",
         titles.ECONOMICS, "cost_by_category"),
    Item("3.4", RESULTS, "Does a doubled price double its own line and no other?",
         "in the tests", "Each price alone."),
    Item("3.5", RESULTS, "Is discounting right, at rates of 0, usual and very high?",
         "in the tests", "Costs {rate_costs} and effects {rate_effects} in this run, tested at "
         "unequal rates.", titles.ABOUT, "about"),
    Item("3.6", RESULTS, "Are one-off costs left alone by the half-cycle correction?",
         "in the tests", "One-off costs are equal under every weighting of cycles; what a start "
         "buys is paid whole."),
    Item("3.7", RESULTS, "Is the incremental table right: dominance, frontier, ratios?",
         "in the tests", "Dominance is a word; ratios rise along the frontier.",
         titles.ECONOMICS, "strategies"),
    Item("3.8", RESULTS, "Does a shorter horizon never give larger totals?",
         "in the tests", "Life-years, QALYs and costs rise with the horizon."),
    Item("4.1", UNCERTAINTY, "Have figures suitable distributions, with standard errors?",
         "in part", "{spread} of {figures} figures have one of their own; for others rules of the "
         "scenario apply in hepaplan psa.", titles.ASSUMPTIONS, "assumptions"),
    Item("4.2", UNCERTAINTY, "Do draws have the stated mean; does the PSA's mean make sense?",
         "in the tests", "This run drew no figures; hepaplan psa reports its means."),
    Item("4.3", UNCERTAINTY, "Do one-way bounds bracket the base case?",
         "in the tests", "This run made no tornado; hepaplan tornado does."),
    Item("4.4", UNCERTAINTY, "Do acceptability curves sum to 1 and agree with the plane?",
         "in the tests", "Not part of this run; hepaplan psa draws them."),
    Item("4.5", UNCERTAINTY, "Does the same seed give the same answer?",
         "in the tests", "At any number of workers."),
    Item("5.1", WHOLE, "Do inputs that are changed in the workbook change what follows?",
         "in the tests", "Inputs are changed in the workbook, a second program (LibreOffice) "
         "recalculates it, and its formulas give what the model gives with those inputs."),
    Item("5.2", WHOLE, "Do two ways of calculating agree?",
         "in this run", "Two readings of one pathway, and the replay against the programme.",
         titles.CHECKS, "checks"),
    Item("5.3", WHOLE, "Does it reproduce published models?",
         "in the tests", "Sick-Sicker, an HIV, a hip and a knee model, by published figures."),
    Item("5.4", WHOLE, "Do results agree with data that were not used to make it?",
         "in part", "Overall survival of {studies} published figures is compared, never fitted.",
         titles.OUTCOMES, "published_survival"),
    Item("5.5", WHOLE, "Did someone outside the project check it (face validity, replication)?",
         "not done", "Not done because nobody outside has been asked yet."),
    Item("5.6", WHOLE, "Do all checks of the run pass?",
         "in this run", "{checks} passed; the plan is: {status}.", titles.CHECKS, "checks"),
)  # fmt: skip
