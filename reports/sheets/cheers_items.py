"""The 28 items of CHEERS 2022, paraphrased, each with where and how this run answers it.

Husereau et al., Value in Health 2022;25:3-9, 10.1016/j.jval.2021.11.1351.
"""

from __future__ import annotations

from hepaplan.reports import titles
from hepaplan.reports.views.checklist import Item

CHEERS: tuple[Item, ...] = (
    Item("1", "Title", "Is it named as an economic evaluation, with what is compared?",
         "in part", "{title}. The title names the region; the policies compared are: {policies}.",
         titles.COVER),
    Item("2", "Abstract", "Is there a structured summary with context, methods and results?",
         "answered", "The Summary: computed sentences and key figures.", titles.SUMMARY),
    Item("3", "Introduction", "What is the context, the question and its use for decisions?",
         "answered", "{question}", titles.COVER),
    Item("4", "Methods", "Was a health economic analysis plan made, and where is it?",
         "not done", "None was registered; the model's equations and choices are in its "
         "documentation (docs/model.md, docs/decisions)."),
    Item("5", "Methods", "Who is the population: age, disease, setting?",
         "answered", "People with colorectal liver metastases in {regions} regions, by age at "
         "first liver metastasis: {groups}.", titles.DEMAND, "demand_by_region"),
    Item("6", "Methods", "What about the place could change the findings?",
         "answered", "{sites}", titles.CAPACITY, "stated_capacity"),
    Item("7", "Methods", "What is compared, and why?",
         "in part", "Policies for the region: {policies}. Nothing scarce is a bound, not a "
         "choice; treatments of one patient are listed by decision point. Why these: in the "
         "documentation, not here.",
         titles.ECONOMICS, "strategies"),
    Item("8", "Methods", "From whose perspective are costs and effects counted?",
         "in part", "{perspective}. Patients' own costs and lost work are not counted. Why this "
         "perspective is not argued here.",
         titles.ABOUT, "about"),
    Item("9", "Methods", "Over which time, and why is it long enough?",
         "answered", "Starts in {window} ({months} months); what follows them is counted for a "
         "lifetime, with a check that the horizon is long enough.", titles.CHECKS, "checks"),
    Item("10", "Methods", "At which rates are costs and effects discounted?",
         "answered", "Costs {rate_costs}, effects {rate_effects}. Budgets are not discounted.",
         titles.ASSUMPTIONS, "assumptions"),
    Item("11", "Methods", "Which outcomes measure benefit and harm?",
         "answered", "Life-years, QALYs, deaths by cause, survival, people within the waiting "
         "standard, deaths on a list.", titles.OUTCOMES, "region"),
    Item("12", "Methods", "How were these outcomes measured?",
         "answered", "Times to recurrence, progression and death are fitted to published figures; "
         "overall survival emerges and is compared with {studies} published figures.",
         titles.OUTCOMES, "fits"),
    Item("13", "Methods", "Whose values turn outcomes into QALYs, and by which method?",
         "in part", "Utilities with source and quality of each; those above the general "
         "population's of the same ages are listed, none is capped.",
         titles.CHECKS, "utility_norms"),
    Item("14", "Methods", "How were resources and costs measured and valued?",
         "answered", "Use by month since start, times a unit cost, plus one-off and monthly "
         "costs; most unit costs are illustrative.", titles.EVIDENCE, "evidence_by_kind"),
    Item("15", "Methods", "Which currency and price year; how were amounts converted?",
         "answered", "{price_year}. Amounts in other prices are converted only by a sourced "
         "index or rate, and shown so.", titles.ASSUMPTIONS, "assumptions"),
    Item("16", "Methods", "Which model, why, and is it open to readers?",
         "answered", "{pathway}: {points} decision points, semi-Markov, read twice: with nothing "
         "scarce, and with capacity by an optimised plan. The program is open; this workbook "
         "shows its flows.", titles.PATHWAY, "flows"),
    Item("17", "Methods", "How were data analysed, extrapolated and the model validated?",
         "answered", "{checks} checks of this run passed; fits and their errors, and modelled "
         "beside published survival, are shown.", titles.CHECKS, "checks"),
    Item("18", "Methods", "How was it estimated how results differ between subgroups?",
         "in part", "By age group: {groups}. Not by sex, deprivation or tumour side.",
         titles.OUTCOMES, "arrival_survival_by_group"),
    Item("19", "Methods", "How do effects fall on different people, also those worse off?",
         "in part", "Access by region and what treating all ages alike costs; no equity weights.",
         titles.PLAN, "access"),
    Item("20", "Methods", "How was uncertainty characterised?",
         "in part", "{spread} of {figures} figures have a distribution of their own. In this run "
         "only chance is drawn; hepaplan psa, tornado and voi draw the figures.",
         titles.CHANCE, "chance_years"),
    Item("21", "Methods", "How were patients, the public and others engaged in the design?",
         "not done", "Nobody was engaged in the making of this run."),
    Item("22", "Results", "Are all inputs given with value, range, distribution and source?",
         "in part", "{figures} figures ({qualities}) from {sources} sources; {spread} have a "
         "distribution of their own.",
         titles.ASSUMPTIONS, "assumptions"),
    Item("23", "Results", "What are the mean costs and effects, and their differences?",
         "answered", "Cost, QALYs, net benefit at {worth} a QALY, and differences from first come.",
         titles.ECONOMICS, "strategies"),
    Item("24", "Results", "How does uncertainty change the findings?",
         "in part", "The gain under other effects of delay, and by chance; intervals only after "
         "hepaplan psa.", titles.WAITING, "delay_variants"),
    Item("25", "Results", "What did engagement change?",
         "not applicable", "There was none (item 21)."),
    Item("26", "Discussion", "What are the findings, limits, and who else could use them?",
         "in part", "The Summary states findings, Evidence quality the weakest figures; judging "
         "them is the reader's part.", titles.EVIDENCE, "weak_evidence"),
    Item("27", "Other", "Who paid, and what part did they have?",
         "not done", "Not stated by this run; whoever reports it adds this."),
    Item("28", "Other", "Which interests do the authors have?",
         "not done", "Not stated by this run; whoever reports it adds this."),
)  # fmt: skip
