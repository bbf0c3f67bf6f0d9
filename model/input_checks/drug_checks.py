"""Checks of a pathway's drugs: doses of drugs that exist, in units that body sizes can turn."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from hepaplan.model.money.drugs import (
    ADMINISTRATION,
    BODY_SIZE,
    DOSE_UNITS,
    FLAT,
    Body,
    Drug,
    cost_category,
)
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, Problem, listed, nearest

MOST_VIALS = 200
MOST_WAYS = 20_000
"""Combinations of vials tried for one dose: about a quarter of a second."""


def check_drugs(pathway: Pathway, known: Collection[str]) -> list[Problem]:
    """Return what is wrong with drugs and doses whose single figures are each sound.

    `known` are all drugs' names, when some are too faulty to be in `pathway`.
    """
    problems: list[Problem] = []
    for name, drug in pathway.drug.items():
        problems += _drug(drug, ("pathway", "drug", name), pathway.body)
    reserved = {ADMINISTRATION, *(cost_category(name) for name in known)}
    for point_name, point in pathway.decision_point.items():
        for option_name, option in point.option.items():
            key: Key = ("pathway", "decision_point", point_name, "option", option_name)
            problems += [
                Problem(
                    (*key, "doses", name),
                    f"found '{name}', an unknown drug{nearest(name, known)}; expected one of "
                    f"{listed(known)}; mend the name or add [drug.{name}] to the pathway",
                )
                for name in option.doses
                if name not in known
            ]
            problems += [
                Problem((*key, "costs", name), "is where doses are counted; rename the cost")
                for name in option.costs
                if name in reserved
            ]
    return problems


def _drug(drug: Drug, key: Key, body: Body | None) -> Iterator[Problem]:
    if drug.dose.unit not in DOSE_UNITS:
        yield Problem(
            (*key, "dose", "unit"),
            f"found '{drug.dose.unit}'; expected one of {listed(DOSE_UNITS)}; "
            "convert the value and write it",
        )
        return
    if not min(drug.dose.numbers().values()) > 0:
        yield Problem((*key, "dose", "value"), "found no dose; expected more than 0")
    if drug.dose.unit == FLAT:
        most = max(drug.dose.numbers().values())
    else:
        name = BODY_SIZE[drug.dose.unit]
        size = getattr(body, name, None)
        if size is None:
            yield Problem(
                (*key, "dose", "unit"),
                f"is {drug.dose.unit}, but the body's {name.replace('_', ' ')} is missing; "
                f"add {name} to [body] of the pathway",
            )
            return
        most = max(drug.dose.numbers().values()) * max(size.numbers().values())
    contents = sorted(min(vial.content.numbers().values()) for vial in drug.vial.values())
    largest = max(max(vial.content.numbers().values()) for vial in drug.vial.values())
    ways = math.prod(math.ceil(most / content) + 1 for content in contents[1:])
    if most > MOST_VIALS * largest:
        yield Problem(
            (*key, "dose", "value"),
            f"needs {most / largest:,.0f} vials of the largest size; expected at most "
            f"{MOST_VIALS}; check the units of the dose and of the vials",
        )
    elif drug.wastage == "thrown_away" and ways > MOST_WAYS:
        yield Problem(
            (*key, "vial"),
            f"can hold a dose in {ways:,} ways or more; expected at most {MOST_WAYS:,}, as each is "
            "tried; leave out sizes that are not opened for this dose",
        )
