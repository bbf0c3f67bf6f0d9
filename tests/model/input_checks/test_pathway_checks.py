from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hepaplan.model.input_checks.pathway_checks import check_pathway
from hepaplan.model.parameters import Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Problem, dotted

TINY = Path(__file__).parents[2] / "scenarios" / "tiny"
STATED: dict[str, Any] = tomllib.loads((TINY / "pathway.toml").read_text(encoding="utf-8"))
SETTINGS = tomllib.loads((TINY / "scenario.toml").read_text(encoding="utf-8"))
RESOURCES = Settings.model_validate(
    {k: v for k, v in SETTINGS.items() if k != "pathway_file"}
).resource
GROUPS = ("under_65", "65_and_over")
SERVICES = ("surgery", "ablation", "oncology", "supportive_care")

MADE_UP = {"source": "made_up", "quality": "illustrative"}
POINT = "pathway.decision_point.operable"
RESECTION = f"{POINT}.option.resection"

Change = Callable[[dict[str, Any]], object]


def share(value: object, unit: str = "share") -> dict[str, Any]:
    return {"value": value, "unit": unit, **MADE_UP}


def found(change: Change, services: tuple[str, ...] | None = SERVICES) -> list[Problem]:
    stated = copy.deepcopy(STATED)
    change(stated["decision_point"])
    return check_pathway(Pathway.model_validate(stated), GROUPS, RESOURCES, services)


def cycle(points: dict[str, Any]) -> None:
    points["inoperable"]["option"]["chemotherapy"]["exits"]["progression"]["to"] = {
        "operable": share(0.1),
        "inoperable": share(0.4),
        "supportive_care": share(0.5),
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda points: None,
        cycle,
        lambda p: (
            p["operable"]["option"]["ablation"].update(on=False)
            or p["operable"]["option"]["resection"].update(usual_share=share(1.0))
        ),
        lambda p: (
            p["operable"].update(liver_limited=False)
            or p["operable"]["option"]["ablation"].update(
                allow_extrahepatic=True, allow_extrahepatic_reason="a few small lung nodules"
            )
        ),
        lambda p: p["operable"]["option"]["resection"]["exits"]["recurrence"]["to"].update(
            operable=share({"under_65": 0.25 + 1e-10, "65_and_over": 0.2})
        ),
    ],
    ids=["as it is", "cycles", "an option switched off", "extrahepatic with a reason", "rounding"],
)
def test_sound_pathways_pass(change: Change) -> None:
    assert found(change) == []


def test_options_switched_off_need_no_service_or_resource() -> None:
    def off(points: dict[str, Any]) -> None:
        option = points["operable"]["option"]["ablation"]
        option.update(on=False, service="elsewhere", footprint={"robot": share([1])})
        points["operable"]["option"]["resection"]["usual_share"] = share(1.0)

    assert found(off) == []


FAULTS: dict[str, tuple[Change, str, str]] = {
    "usual shares": (
        lambda p: p["operable"]["option"]["resection"].update(
            usual_share=share({"under_65": 0.72, "65_and_over": 0.6})
        ),
        f"{POINT}.option",
        "group under_65: usual shares of open options: the shares sum to 0.97, 0.03 too little; "
        "expected 1; correct them",
    ),
    "usual shares of every group": (
        lambda p: p["inoperable"]["option"]["chemotherapy"].update(usual_share=share(0.9)),
        "pathway.decision_point.inoperable.option",
        "group under_65, 65_and_over: usual shares of open options: the shares sum to 0.9",
    ),
    "an option switched off": (
        lambda p: p["operable"]["option"]["ablation"].update(on=False),
        f"{POINT}.option",
        "group under_65: usual shares of open options: the shares sum to 0.75",
    ),
    "no open option": (
        lambda p: p["inoperable"]["option"]["chemotherapy"].update(on=False),
        "pathway.decision_point.inoperable.option",
        "found no option switched on",
    ),
    "waiting": (
        lambda p: p["operable"]["waiting"].update(stay=share(0.9, "probability per month")),
        f"{POINT}.waiting",
        "group 65_and_over: stay, cancer_death and moves: the shares sum to 1.05, 0.05 too much",
    ),
    "a standard is missing": (
        lambda p: p["operable"].pop("standard"),
        f"{POINT}.standard",
        "is missing, though patients wait here",
    ),
    "resources where nobody waits": (
        lambda p: (p["inoperable"].pop("waiting"), p["inoperable"].pop("standard")),
        "pathway.decision_point.inoperable.option.chemotherapy.footprint",
        "uses resources though nobody waits at this point",
    ),
    "an exit's shares": (
        lambda p: p["operable"]["option"]["ablation"]["exits"]["recurrence"]["to"].pop(
            "cancer_death"
        ),
        f"{POINT}.option.ablation.exits.recurrence.to",
        "shares of the exit: the shares sum to 0.85",
    ),
    "an exit to nowhere": (
        lambda p: p["operable"]["option"]["ablation"]["exits"]["recurrence"].update(
            to={"operabel": share(1)}
        ),
        f"{POINT}.option.ablation.exits.recurrence.to.operabel",
        'an unknown decision point; did you mean "operable"?; expected one of operable, '
        "inoperable, supportive_care, cancer_death",
    ),
    "waiting cannot move to death": (
        lambda p: p["inoperable"]["waiting"].update(
            move={"cancer_death": share(0.06, "probability per month")}
        ),
        "pathway.decision_point.inoperable.waiting.move.cancer_death",
        "an unknown decision point",
    ),
    "not performed": (
        lambda p: p["operable"]["option"]["resection"]["not_performed"].update(
            to={"inoperable": share(0.8)}
        ),
        f"{RESECTION}.not_performed.to",
        "planned starts not carried out: the shares sum to 0.8",
    ),
    "no exit": (
        lambda p: p["operable"]["option"]["resection"].update(exits={}),
        f"{RESECTION}.exits",
        "found none",
    ),
    "a regional treatment": (
        lambda p: p["operable"].update(liver_limited=False),
        f"{POINT}.option.ablation.kind",
        "found ablation, a regional treatment, at a point where disease is not limited to",
    ),
    "a regional treatment that is off": (
        lambda p: p["inoperable"]["option"].update(
            embolisation={
                **p["operable"]["option"]["ablation"],
                "kind": "chemoembolisation",
                "on": False,
            }
        ),
        "pathway.decision_point.inoperable.option.embolisation.kind",
        "found chemoembolisation, a regional treatment",
    ),
    "extrahepatic without a reason": (
        lambda p: (
            p["operable"].update(liver_limited=False)
            or p["operable"]["option"]["ablation"].update(allow_extrahepatic=True)
        ),
        f"{POINT}.option.ablation.allow_extrahepatic_reason",
        "is empty though allow_extrahepatic = true",
    ),
    "interchange with an option of another point": (
        lambda p: p["operable"]["interchangeable"][0].update(options=["resection", "chemotherapy"]),
        f"{POINT}.interchangeable[1].options[2]",
        "found 'chemotherapy', an option of another decision point: inoperable; patients here "
        "cannot start it; expected options of this point: resection, ablation",
    ),
    "interchange with itself": (
        lambda p: p["operable"]["interchangeable"][0].update(options=["ablation", "ablation"]),
        f"{POINT}.interchangeable[1].options",
        "found an option twice",
    ),
    "an unknown resource": (
        lambda p: p["operable"]["option"]["resection"]["footprint"].update(
            theater=share([1], "minutes")
        ),
        f"{RESECTION}.footprint.theater",
        'found an unknown resource; did you mean "theatre"?',
    ),
    "an unknown resource of a complication": (
        lambda p: p["operable"]["option"]["resection"]["complications"]["major"].update(
            footprint={"bed": share(3, "resource units")}
        ),
        f"{RESECTION}.complications.major.footprint.bed",
        "found an unknown resource",
    ),
    "a resource in another unit": (
        lambda p: p["operable"]["option"]["resection"].update(
            footprint={"theatre": share([5], "hours")}
        ),
        f"{RESECTION}.footprint.theatre.unit",
        "found 'hours'; expected 'minutes', the unit of the resource",
    ),
    "a negative amount": (
        lambda p: p["operable"]["option"]["resection"].update(
            footprint={"theatre": share([300, -1], "minutes")}
        ),
        f"{RESECTION}.footprint.theatre",
        "found a negative amount",
    ),
    "a service nobody offers": (
        lambda p: p["operable"]["option"]["resection"].update(service="surgary"),
        f"{RESECTION}.service",
        'which no site offers in the referral table; did you mean "surgery"?',
    ),
    "an unknown group": (
        lambda p: p["operable"]["option"]["resection"].update(
            procedural_mortality=share({"under_65": 0.01, "65_and_over": 0.02, "over_80": 0.1})
        ),
        f"{RESECTION}.procedural_mortality.value.over_80",
        "found an unknown group",
    ),
    "a group left out": (
        lambda p: p["operable"]["option"]["resection"].update(
            usual_share=share({"under_65": 0.75})
        ),
        f"{RESECTION}.usual_share.value",
        "lacks 65_and_over; expected a value for under_65, 65_and_over; add it",
    ),
    "a standard by group": (
        lambda p: p["operable"]["standard"].update(value={"under_65": 31, "65_and_over": 62}),
        f"{POINT}.standard.value",
        "found a value by group; expected one number for all",
    ),
    "a distribution of too few figures": (
        lambda p: p["operable"]["option"]["ablation"]["exits"]["recurrence"]["time"].update(
            points=[{"month": 3, "survival": 0.9}]
        ),
        f"{POINT}.option.ablation.exits.recurrence.time",
        "weibull needs 2 figures",
    ),
    "more cured than alive": (
        lambda p: p["operable"]["option"]["resection"]["exits"]["recurrence"]["time"].update(
            cure_share=share(0.5)
        ),
        f"{RESECTION}.exits.recurrence.time",
        "the cure share 0.5 is not below the lowest figure, 0.45",
    ),
    "times in years": (
        lambda p: p["operable"]["option"]["ablation"]["exits"]["recurrence"]["time"].update(
            unit="years"
        ),
        f"{POINT}.option.ablation.exits.recurrence.time.unit",
        "found 'years'; expected 'months'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_rule_refuses_the_pathway_that_breaks_it(fault: str) -> None:
    change, key, message = FAULTS[fault]
    problems = [(dotted(p.key), p.message) for p in found(change)]
    assert sum(at == key and message in said for at, said in problems) == 1, problems


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - {"an option switched off"}))
def test_one_fault_makes_one_problem(fault: str) -> None:
    problems = found(FAULTS[fault][0])
    assert len(problems) == 1, [(dotted(p.key), p.message) for p in problems]


def test_a_point_may_not_be_called_as_death_is() -> None:
    assert any(
        "reserved name" in p.message
        for p in found(lambda p: p.update(cancer_death=p["supportive_care"]))
    )


def test_without_a_referral_table_services_are_not_judged() -> None:
    def other(points: dict[str, Any]) -> None:
        points["operable"]["option"]["resection"]["service"] = "surgary"

    assert found(other, services=None) == []


def test_a_part_of_a_pathway_knows_the_points_that_are_left_out() -> None:
    stated = copy.deepcopy(STATED)
    names = tuple(stated["decision_point"])
    del stated["decision_point"]["inoperable"]
    part = Pathway.model_validate(stated)
    assert check_pathway(part, GROUPS, RESOURCES, SERVICES, names) == []
    assert len(check_pathway(part, GROUPS, RESOURCES, SERVICES)) == 4
