"""The settings that a template asks for: text, whole numbers, choices and sourced figures."""

from __future__ import annotations

from dataclasses import dataclass

from hepaplan.model.input_rows import InputRow, input_rows
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.scenarios.tables import Numbers, Words

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Asked:
    """One setting: its key, what it is, its value in the base, unit, kind and a note.

    `figure`: the row of a sourced figure; nothing for what is no figure.
    """

    key: Key
    what: str
    value: str | float
    unit: str
    kind: Numbers | Words
    note: str
    figure: InputRow | None = None

    @property
    def name(self) -> str:
        """The key as a file writes it."""
        return dotted(self.key)


def asked_of(base: Scenario) -> tuple[Asked, ...]:
    """Return the settings of a template that is based on a scenario, with their values there."""
    settings = base.settings
    window = settings.window
    shown = {True: YES, False: NO}[settings.plan.age_neutral]
    text = Words()
    stated = (
        Asked(("title",), "Title", settings.title, "text", text, "printed on the report"),
        Asked(("question",), "Question", settings.question, "text", text, "what the plan answers"),
        Asked(
            ("window", "start"), "First month", window.start, "year and month", Words(month=True),
            "such as 2027-01, as text",
        ),
        Asked(
            ("window", "months"), "Months planned for", window.months, "months",
            Numbers(1, 240, whole=True), "60 is five years",
        ),
        Asked(
            ("window", "run_out_months"), "Months after, solved but not reported",
            window.run_out_months, "months", Numbers(0, 60, whole=True), "24 is a good length",
        ),
        Asked(
            ("plan", "age_neutral"), "Everyone alike whatever their age", shown, "yes or no",
            Words((YES, NO)), "yes: the plan may not choose by age",
        ),
    )  # fmt: skip
    return stated + tuple(_figure(row) for row in input_rows(base) if _is_asked(row))


def _is_asked(row: InputRow) -> bool:
    resource = row.key[0] == "resource" and row.key[-1] in ("utilisation_cap", "unit_cost")
    return not row.part and (resource or row.key[0] == "economics" or row.key[0] == "plan")


def _figure(row: InputRow) -> Asked:
    label = row.label[:1].upper() + row.label[1:]
    note = f"{row.quality}; source {row.source}"
    return Asked(row.key, label, row.value, row.unit, Numbers(row.low, row.high), note, row)
