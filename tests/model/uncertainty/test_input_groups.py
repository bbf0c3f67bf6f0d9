"""Groups of uncertain inputs."""

from __future__ import annotations

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.spread.input_groups import REST, input_groups
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.scenarios.load import load_scenario

POINT = ("pathway", "decision_point", "resectable")
MINOR = (*POINT, "option", "minor_open")


def test_each_key_is_in_the_first_group_that_names_a_part_of_it() -> None:
    keys: dict[Key, str] = {
        ("resource", "theatre_minutes", "unit_cost"): "unit costs",
        (*POINT, "waiting", "utility"): "quality of life",
        (*POINT, "waiting", "cancer_death"): "harm of waiting",
        ("delay", "hazard_ratio"): "harm of waiting",
        (*MINOR, "complications", "major", "qaly_loss"): "quality of life",
        (*MINOR, "complications", "major", "probability"): "what can go wrong with a treatment",
        (*MINOR, "exits", "recurrence", "hazard_ratio"): (
            "recurrence, progression and death after treatment"
        ),
        (*MINOR, "usual_share"): "which treatment is usual",
        ("tables", "eligibility", "under_65"): "who falls ill, and for what they are eligible",
        ("something", "new"): REST,
    }
    found = input_groups(keys)
    assert {key: name for name, members in found.items() for key in members} == keys
    assert next(iter(found)) == "unit costs"
    assert list(found)[-1] == REST


def test_no_inputs_make_no_groups() -> None:
    assert input_groups([]) == {}


def test_the_shipped_inputs_all_have_a_group() -> None:
    inputs = uncertain_inputs(load_scenario("greater-manchester"))
    found = input_groups(inputs)
    assert REST not in found
    assert sum(map(len, found.values())) == len(inputs)
    assert len(found) >= 5
