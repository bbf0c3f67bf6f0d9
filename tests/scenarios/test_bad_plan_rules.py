"""Rules and choices of the plan that cannot be: one addition to a sound scenario, its message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.scenarios.load import InvalidScenario, LocatedProblem, load_scenario

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]


def quantity(name: str, value: float, unit: str, more: str = "") -> str:
    """Return a figure as one line of TOML."""
    made_up = 'source = "made_up", quality = "illustrative"'
    return f'{name} = {{ value = {value}, unit = "{unit}", {made_up}{more} }}\n'


FENCE = (
    '[ring_fence.urgent]\nlabel = "Urgent"\nsite = "hilltop"\nresource = "theatre"\n'
    'treatments = ["resection"]\n' + quantity("number", 0.2, "saleable units")
)
OVERTIME = (
    '[extra_capacity.evenings]\nlabel = "Evenings"\nkind = "overtime"\nsite = "riverside"\n'
    'resource = "theatre"\nfrom_month = "2027-02"\nto_month = "2027-03"\n'
    + quantity("most", 90, "units per month")
    + quantity("unit_cost", 11, "GBP per unit")
)
EXPANSION = (
    '[expansion.list]\nlabel = "One more list"\nsite = "riverside"\nresource = "theatre"\n'
    'decided = "2027-01"\nuntil = "2027-04"\nopens = "surgery"\n'
    + quantity("adds", 0.3, "saleable units")
    + quantity("capital", 5000, "GBP")
    + quantity("running", 700, "GBP per year")
    + quantity("lead", 1, "months")
    + quantity("ramp_up", 2, "months")
)
VOLUME = (
    '[minimum_volume.safe]\nlabel = "Safe"\nsite = "hilltop"\ntreatment = "resection"\n'
    + quantity("least", 3, "starts per year")
)
BUDGET = "[plan.budget]\n" + quantity("2027", 9000, "GBP")
EVERY = FENCE + OVERTIME + EXPANSION + VOLUME + BUDGET

# (text that occurs once in what is added, what replaces it, key, words of the message)
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "a fence at an unknown site": (
        'site = "hilltop"\nresource = "theatre"\ntreatments',
        'site = "hiltop"\nresource = "theatre"\ntreatments',
        "ring_fence.urgent.site", 'found \'hiltop\', an unknown site; did you mean "hilltop"?',
    ),
    "a fence of an unknown resource": (
        'resource = "theatre"\ntreatments', 'resource = "theater"\ntreatments',
        "ring_fence.urgent.resource", 'an unknown resource; did you mean "theatre"?',
    ),
    "a fence for an unknown treatment": (
        '["resection"]', '["resection", "resektion"]',
        "ring_fence.urgent.treatments[2]", 'an unknown treatment; did you mean "resection"?',
    ),
    "a fence of more than there is": (
        "value = 0.2,", "value = 0.26,", "ring_fence.urgent.number.value",
        "found 0.26: fences keep 0.26 of theatre at hilltop; expected at most what it has, 0.25",
    ),
    "overtime that runs backwards": (
        'to_month = "2027-03"', 'to_month = "2027-01"', "extra_capacity.evenings.to_month",
        "found 2027-01, which is before from_month 2027-02; swap or mend them",
    ),
    "overtime after the end": (
        'from_month = "2027-02"\nto_month = "2027-03"', 'from_month = "2027-05"',
        "extra_capacity.evenings.from_month",
        "found 2027-05, after the last month of the window and its run-out; expected 2027-04",
    ),
    "overtime before the window": (
        'from_month = "2027-02"\nto_month = "2027-03"', 'to_month = "2026-12"',
        "extra_capacity.evenings.to_month", "found 2026-12, which is before the window",
    ),
    "overtime in a currency without a rate": (
        '"GBP per unit"', '"EUR per unit"', "extra_capacity.evenings.unit_cost.unit",
        "found EUR, a currency without an exchange rate",
    ),
    "an expansion that comes after the plan": (
        "lead = { value = 1,", "lead = { value = 4,", "expansion.list.lead.value",
        "found 4 months: the first month of use would be 2027-05, after the last of the window and "
        "its run-out, 2027-04; expected at most 3",
    ),
    "an expansion with half a month": (
        "lead = { value = 1,", "lead = { value = 1.5,", "expansion.list.lead.value",
        "found 1.5; expected whole months",
    ),
    "an expansion decided too late": (
        'decided = "2027-01"', 'decided = "2027-06"', "expansion.list.decided",
        "found 2027-06, after the last month of the window and its run-out",
    ),
    "an expansion that ends before it begins": (
        'until = "2027-04"', 'until = "2027-01"', "expansion.list.until",
        "found 2027-01, before its first month of use in the window, 2027-02",
    ),
    "an expansion that opens an unknown service": (
        'opens = "surgery"', 'opens = "surgary"', "expansion.list.opens",
        'found \'surgary\', an unknown service; did you mean "surgery"?',
    ),
    "capital in a currency without a rate": (
        '5000, unit = "GBP"', '5000, unit = "USD"', "expansion.list.capital.unit",
        "found USD, a currency without an exchange rate",
    ),
    "a running cost that is no price": (
        '"GBP per year"', '"starts per year"', "expansion.list.running.unit",
        "the unit is 'starts per year' but 'GBP per year' is expected",
    ),
    "a minimum of an unknown treatment": (
        'treatment = "resection"', 'treatment = "resections"', "minimum_volume.safe.treatment",
        'found \'resections\', an unknown treatment; did you mean "resection"?',
    ),
    "a budget outside the window": (
        "2027 = {", "2028 = {", "plan.budget.2028",
        "found a budget for 2028, which has no month of the window and its run-out; expected 2027",
    ),
    "a budget in another currency": (
        '9000, unit = "GBP"', '9000, unit = "EUR"', "plan.budget.2027.unit",
        "found EUR, a currency without an exchange rate",
    ),
}  # fmt: skip


def add(tiny: Path, text: str) -> int:
    """Add text to the scenario; return its first line."""
    path = tiny / "scenario.toml"
    stated = path.read_text(encoding="utf-8")
    path.write_text(stated + "\n" + text, encoding="utf-8", newline="\n")
    return stated.count("\n") + 2


def test_what_is_added_is_sound(tiny: Path) -> None:
    add(tiny, EVERY)
    assert load_scenario(tiny).settings.plan.budget["2027"].number == 9000


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_named_with_its_place(tiny: Path, problems: Problems, fault: str) -> None:
    old, new, key, message = FAULTS[fault]
    assert EVERY.count(old) == 1
    first = add(tiny, EVERY.replace(old, new))
    found = problems(tiny)
    assert [p.key for p in found] == [key], "\n".join(map(str, found))
    assert message in found[0].message
    assert found[0].file == "tiny/scenario.toml"
    assert found[0].line is not None
    assert found[0].line >= first


def test_overtime_of_what_a_site_does_not_have(tiny: Path, edit: Edit, problems: Problems) -> None:
    extra = OVERTIME.replace('resource = "theatre"', 'resource = "robot"')
    robot = (
        '[resource.robot]\nlabel = "Robot"\nunit = "minutes"\nsaleable_unit = "list"\n'
        'units_per_week = 200\ncalendar = "working_days"\n'
        + quantity("utilisation_cap", 0.8, "share")
        + quantity("unit_cost", 3, "GBP per unit")
    )
    add(tiny, robot + extra)
    edit(
        "capacity.csv",
        "riverside,chair,0.2",
        "hilltop,robot,0.1,made_up,illustrative\nriverside,chair,0.2",
    )
    [problem] = problems(tiny)
    assert problem.key == "extra_capacity.evenings.resource"
    assert problem.message.startswith(
        "found robot, which riverside does not have; expected a resource that the capacity table "
        "gives it (robot is at: hilltop)"
    )


def test_bought_from_outside_needs_no_own_capacity(tiny: Path, edit: Edit) -> None:
    edit("capacity.csv", "riverside,chair,0.2,made_up,illustrative\n", "")
    edit(
        "referral.csv",
        "North,oncology,hilltop,0.7,made_up,illustrative\n",
        "North,oncology,hilltop,1,made_up,illustrative\n",
    )
    edit("referral.csv", "North,oncology,riverside,0.3,made_up,illustrative\n", "")
    edit(
        "referral.csv",
        "South,oncology,hilltop,0.2,made_up,illustrative\n",
        "South,oncology,hilltop,1,made_up,illustrative\n",
    )
    edit("referral.csv", "South,oncology,riverside,0.8,made_up,illustrative\n", "")
    outside = OVERTIME.replace('"overtime"', '"outsourcing"')
    add(tiny, outside.replace('resource = "theatre"', 'resource = "chair"'))
    assert "evenings" in load_scenario(tiny).settings.extra_capacity


def test_a_minimum_where_nobody_is_sent_for_it(tiny: Path, problems: Problems) -> None:
    first = add(tiny, VOLUME.replace('"hilltop"', '"riverside"'))
    [problem] = problems(tiny)
    assert (problem.key, problem.line) == ("minimum_volume.safe.site", first + 2)
    assert problem.message.startswith(
        "found riverside, where nobody is sent for resection; expected a site that offers it: "
        "hilltop; mend the site, or give it a row in the referral table for surgery"
    )


def test_a_minimum_of_a_service_that_an_expansion_opens_is_sound(tiny: Path) -> None:
    add(tiny, VOLUME.replace('"hilltop"', '"riverside"') + EXPANSION)
    assert load_scenario(tiny).settings.minimum_volume["safe"].site == "riverside"


def test_fences_are_counted_together(tiny: Path, problems: Problems) -> None:
    second = FENCE.replace("urgent", "other").replace("value = 0.2,", "value = 0.1,")
    add(tiny, FENCE + second)
    [problem] = problems(tiny)
    assert problem.key == "ring_fence.other.number.value"
    assert "fences keep 0.3 of theatre at hilltop" in problem.message


@pytest.mark.parametrize(
    ("aims", "key", "message"),
    [
        ('["health", "cost", "health"]', "plan.aims[3]", "found health a second time"),
        ('["health", "money"]', "plan.aims", "found health and money; expected one of them"),
        ('["health", "speed"]', "plan.aims[2]", "speed"),
    ],
)
def test_aims_that_say_two_things(
    tiny: Path, edit: Edit, problems: Problems, aims: str, key: str, message: str
) -> None:
    line = edit("scenario.toml", "age_neutral = true", f"age_neutral = true\naims = {aims}") + 1
    [problem] = problems(tiny)
    assert (problem.key, problem.line) == (key, line)
    assert message in problem.message


def test_travel_is_limited_only_where_it_is_known(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    limit = quantity("longest_travel", 60, "minutes")
    edit("scenario.toml", "age_neutral = true", f"age_neutral = true\n{limit}")
    load_scenario(tiny)
    text = (tiny / "scenario.toml").read_text(encoding="utf-8")
    first = text.index("[tables.travel]")
    cut = text[:first] + text[text.index("[tables.capacity]") :]
    (tiny / "scenario.toml").write_text(cut, encoding="utf-8")
    [problem] = problems(tiny)
    assert problem.key == "plan.longest_travel"
    assert problem.message.startswith("is stated without travel times")


def test_options_exchanged_across_decision_points(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("pathway.toml", '["resection", "ablation"]', '["resection", "chemotherapy"]')
    [problem] = problems(tiny)
    assert (problem.file, problem.line) == ("tiny/pathway.toml", line)
    assert problem.message == (
        "found 'chemotherapy', an option of another decision point: inoperable; patients here "
        "cannot start it; expected options of this point: resection, ablation"
    )


def test_amounts_in_another_currency_are_converted(tiny: Path) -> None:
    rate = '[prices.exchange.EUR]\nvalue = { 2024 = 0.8 }\nunit = "GBP per EUR"\n'
    rate += 'source = "made_up"\nquality = "illustrative"\n'
    in_euros = EVERY.replace('9000, unit = "GBP"', '9000, price_year = 2024, unit = "EUR"').replace(
        '"GBP per year"', '"EUR per year", price_year = 2024'
    )
    add(tiny, in_euros + rate)
    settings = load_scenario(tiny).settings
    assert settings.plan.budget["2027"].number == pytest.approx(7200)
    assert settings.expansion["list"].running.number == pytest.approx(560)
    assert settings.expansion["list"].running.unit == "GBP per year"


def test_whole_cases_that_no_session_can_hold_are_refused(tiny: Path) -> None:
    path = tiny / "scenario.toml"
    text = path.read_text(encoding="utf-8")
    start = text.index("[resource.theatre]")
    head, theatre = text[:start], text[start:]
    theatre = theatre.replace("[resource.theatre]", "[resource.theatre]\nwhole_cases = true", 1)
    cap = theatre.index("utilisation_cap")
    value = theatre.index("value = ", cap) + len("value = ")
    theatre = theatre[:value] + "0" + theatre[theatre.index("\n", value) :]
    path.write_text(head + theatre, encoding="utf-8")
    with pytest.raises(InvalidScenario) as refused:
        load_scenario(tiny)
    assert "no part of a session may be filled" in str(refused.value)
