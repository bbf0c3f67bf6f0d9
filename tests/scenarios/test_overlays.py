"""
[decision_point.operable.option.microwave]
like = "{}"
label = "Microwave ablation"
on = false
footprint.theatre.value = [90]
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.model.parameters import Place
from hepaplan.scenarios.explain import explain
from hepaplan.scenarios.load import LocatedProblem, load, load_scenario
from tests.support.variants import variant

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]
SHARE = ("metastases", "synchronous_share")


def test_a_variant_states_only_what_differs(tiny: Path) -> None:
    folder = variant(
        tiny, "more", '[metastases.synchronous_share]\nvalue = 0.18\nreason = "a newer count"\n'
    )
    base, changed = load_scenario(tiny), load_scenario(folder)
    share = changed.settings.metastases.synchronous_share
    assert (share.value, share.low, share.unit) == (0.18, 0.12, "share")
    assert share.reason == "a newer count"
    assert changed.settings.name == "more"
    assert changed.settings.title == base.settings.title
    assert changed.settings.plan == base.settings.plan
    assert changed.pathway == base.pathway
    assert changed.places[(*SHARE, "value")] == Place("more/scenario.toml", 3)
    assert changed.places[(*SHARE, "low")].file == "tiny/scenario.toml"
    assert set(changed.input_hashes) == {*base.input_hashes, "more/scenario.toml"}


def test_a_figure_stated_in_full_leaves_nothing_of_the_old_one(tiny: Path) -> None:
    folder = variant(
        tiny,
        "more",
        "[metastases.synchronous_share]\nvalue = 0.11\nunit = 'share'\nsource = 'made_up'\n"
        "quality = 'judgement'\nreason = 'a newer count'\n",
    )
    scenario = load_scenario(folder)
    share = scenario.settings.metastases.synchronous_share
    assert (share.value, share.low, share.high, share.distribution) == (0.11, None, None, None)
    assert (*SHARE, "low") not in scenario.places


def test_a_change_without_a_reason_is_refused_with_both_places(
    tiny: Path, problems: Problems
) -> None:
    folder = variant(
        tiny,
        "more",
        "[metastases.synchronous_share]\nvalue = 0.18\n[window]\nmonths = 4\n"
        "[tables.trend]\nfile = 'trend.csv'\n",
    )
    (folder / "trend.csv").write_text("age_from,change_per_year\n0,0.01\n")
    found = problems(folder)
    assert [(p.line, p.key) for p in found if p.key != "tables.trend.file"] == [
        (3, "metastases.synchronous_share.value"),
        (5, "window.months"),
    ]
    share, months = found[0].message, found[1].message
    assert share.startswith("changes the value set in tiny/scenario.toml:")
    assert 'expected a reason; add reason = "…" beside it' in share
    assert "in its table, or at the top of the file" in months


def test_the_same_value_again_needs_no_reason(tiny: Path) -> None:
    text = "[metastases.synchronous_share]\nvalue = 0.16\n[window]\nmonths = 3\n"
    assert load_scenario(variant(tiny, "same", text)).settings.window.months == 3


@pytest.mark.parametrize(
    "text",
    [
        'reason = "a longer look"\n[window]\nmonths = 4\n',
        '[window]\nmonths = 4\nreason = "a longer look"\n',
    ],
)
def test_a_reason_around_a_plain_setting_covers_it(tiny: Path, text: str) -> None:
    loaded = load(variant(tiny, "longer", text))
    assert loaded.scenario.settings.window.months == 4
    assert loaded.reasons["window", "months"] == "a longer look"
    assert explain(loaded, "window.months").details["reason"] == "a longer look"


@pytest.mark.parametrize(
    "text",
    [
        '[resource.theatre]\nunits_per_week = 250\nreason = "longer lists"\n',
        'reason = "longer lists"\n[resource.theatre]\nunits_per_week = 250\n',
    ],
)
def test_a_reason_beside_a_resource_is_no_part_of_it(tiny: Path, text: str) -> None:
    loaded = load(variant(tiny, "longer", text))
    assert loaded.scenario.settings.resource["theatre"].units_per_week == 250
    assert loaded.reasons["resource", "theatre", "units_per_week"] == "longer lists"


def test_a_reason_around_a_figure_becomes_its_own(tiny: Path) -> None:
    text = 'reason = "a newer count"\n[metastases.synchronous_share]\nvalue = 0.18\n'
    share = load_scenario(variant(tiny, "more", text)).settings.metastases.synchronous_share
    assert share.reason == "a newer count"


def test_an_option_is_switched_off_and_its_share_moved(tiny: Path) -> None:
    folder = variant(
        tiny,
        "no-ablation",
        'reason = "the needle is broken"\n'
        "[pathway.decision_point.operable.option.ablation]\non = false\n"
        "[pathway.decision_point.operable.option.resection.usual_share]\nvalue = 1.0\n",
    )
    scenario = load_scenario(folder)
    assert list(scenario.pathway.decision_point["operable"].open_options()) == ["resection"]
    key = ("pathway", "decision_point", "operable", "option", "resection", "usual_share", "value")
    assert scenario.places[key] == Place("no-ablation/scenario.toml", 6)


def test_a_group_s_value_is_changed_alone(tiny: Path) -> None:
    folder = variant(
        tiny,
        "younger",
        "[pathway.decision_point.operable.waiting]\n"
        "reason = 'r'\n"
        "stay = { value.under_65 = 0.88 }\n"
        "cancer_death = { value.under_65 = 0.04, reason = 'own' }\n",
    )
    waiting = load_scenario(folder).pathway.decision_point["operable"].waiting
    assert waiting is not None
    assert (waiting.stay.reason, waiting.cancer_death.reason) == ("r", "own")
    assert waiting.stay.value == {"under_65": 0.88, "65_and_over": 0.85}


def test_a_table_is_replaced_by_a_file_of_the_variant(tiny: Path) -> None:
    text = "[tables.trend]\nfile = 'other.csv'\nreason = 'flat'\n"
    folder = variant(tiny, "flat", text)
    (folder / "other.csv").write_text("age_from,change_per_year\n0,0.0\n")
    scenario = load_scenario(folder)
    assert scenario.tables.trend["change_per_year"].tolist() == [0.0]
    assert scenario.places["tables", "trend", 0] == Place("flat/other.csv", 2)
    assert scenario.places["tables", "stage", 0] == Place("tiny/stage.csv", 2)


def test_a_variant_may_not_name_a_file_of_its_base(tiny: Path, problems: Problems) -> None:
    text = "[tables.trend]\nfile = '../tiny/trend.csv'\nreason = 'no'\n"
    [problem] = problems(variant(tiny, "thief", text))
    assert (problem.file, problem.line) == ("thief/scenario.toml", 3)
    assert "leads out of the scenario's folder" in problem.message


def test_overlays_apply_in_order_and_clashes_are_told(tiny: Path) -> None:
    body = "[metastases.synchronous_share]\nvalue = {}\nreason = 'r'\n"
    variant(tiny, "a", body.format(0.17) + "[plan]\nage_neutral = false\nreason = 'r'\n")
    variant(tiny, "b", body.format(0.19))
    both = variant(tiny, "both", "", '["../a", "../b"]')
    loaded = load(both)
    assert loaded.scenario.settings.metastases.synchronous_share.value == 0.19
    assert loaded.scenario.settings.plan.age_neutral is False
    assert loaded.notices == (
        "metastases.synchronous_share.value: set by a/scenario.toml:3 and again by "
        "b/scenario.toml:3; the second holds",
    )
    turned = load(variant(tiny, "turned", "", '["../b", "../a"]'))
    assert turned.scenario.settings.metastases.synchronous_share.value == 0.17


def test_overlays_given_beside_a_scenario_apply_to_it(tiny: Path) -> None:
    body = "[metastases.synchronous_share]\nvalue = {}\nreason = 'r'\n"
    a, b = variant(tiny, "a", body.format(0.17)), variant(tiny, "b", body.format(0.19))
    loaded = load(tiny, [a, b])
    assert loaded.scenario.settings.name == "tiny"
    assert loaded.scenario.settings.metastases.synchronous_share.value == 0.19
    assert len(loaded.notices) == 1
    assert load(tiny, [a]).notices == ()


def test_one_file_changing_its_base_is_no_clash(tiny: Path) -> None:
    variant(tiny, "a", "[metastases.synchronous_share]\nvalue = 0.17\nreason = 'r'\n")
    upon = "[metastases.synchronous_share]\nvalue = 0.19\nreason = 'r'\n"
    assert load(variant(tiny, "upon", upon, '"../a"')).notices == ()


def test_a_scenario_based_on_itself_is_named_with_its_chain(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    edit("scenario.toml", 'name = "tiny"', 'name = "tiny"\nbased_on = "../other"')
    variant(tiny, "other", "")
    [problem] = problems(tiny)
    assert (problem.file, problem.line, problem.key) == ("other/scenario.toml", 1, "based_on")
    assert problem.message == (
        "found a scenario that is based on itself: tiny/scenario.toml -> other/scenario.toml -> "
        "tiny/scenario.toml; expected a chain that ends; remove one of these based_on lines"
    )


def test_a_scenario_whose_base_is_its_own_folder(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("scenario.toml", 'name = "tiny"', 'based_on = "../tiny"\nname = "tiny"')
    [problem] = problems(tiny)
    assert (problem.file, problem.line) == ("tiny/scenario.toml", line)
    assert "based on itself: tiny/scenario.toml -> tiny/scenario.toml" in problem.message


def test_a_chain_too_long_is_refused(tiny: Path, problems: Problems) -> None:
    before = "../tiny"
    for number in range(8):
        last = variant(tiny, f"v{number}", "", f'"{before}"')
        before = f"../v{number}"
    assert "more than 8 scenarios on top of each other" in problems(last)[0].message


@pytest.mark.parametrize(
    ("based_on", "message"),
    [
        ("3", "expected a name or a list of names"),
        ('"greater-mancester"', 'did you mean "greater-manchester"?'),
        ('"../nowhere"', "no folder with a scenario.toml"),
        ('"/etc"', "expected a name relative to this file's folder"),
        ('["../tiny", "C:/x"]', "expected a name relative to this file's folder"),
    ],
)
def test_a_base_that_cannot_be_followed(
    tiny: Path, problems: Problems, based_on: str, message: str
) -> None:
    [problem] = problems(variant(tiny, "lost", "", based_on))
    assert (problem.file, problem.line, problem.key) == ("lost/scenario.toml", 1, "based_on")
    assert message in problem.message


def test_faults_of_every_file_of_a_chain_come_together(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    edit("pathway.toml", 'kind = "ablation"', "kind = ablation")
    variant(tiny, "a", "x = [1, \n")
    variant(tiny, "b", "[plan]\nreferral_shift = { value = 0,3 }\n")
    found = problems(variant(tiny, "both", "", '["../a", "../b", "../tiny"]'))
    assert {p.file for p in found} == {
        "a/scenario.toml",
        "b/scenario.toml",
        "tiny/pathway.toml",
    }


def test_an_unknown_key_of_a_variant_is_placed_there(tiny: Path, problems: Problems) -> None:
    [problem] = problems(variant(tiny, "typo", "[plan]\nage_netral = false\n"))
    assert (problem.file, problem.line, problem.key) == (
        "typo/scenario.toml",
        3,
        "plan.age_netral",
    )
    assert 'did you mean "age_neutral"?' in problem.message


def test_sources_in_a_pathway_file_join_the_scenario_s(tiny: Path) -> None:
    path = tiny / "pathway.toml"
    extra = '\n[sources.trial]\ncitation = "A trial"\nseen = false\n'
    path.write_text(path.read_text() + extra)
    assert load_scenario(tiny).settings.sources["trial"].citation == "A trial"


def test_another_pathway_file_replaces_the_pathway_whole(tiny: Path, problems: Problems) -> None:
    text = "pathway_file = 'pathway.toml'\n"
    folder = variant(tiny, "other", text)
    changed = (tiny / "pathway.toml").read_text().replace('name = "tiny"', 'name = "other"')
    (folder / "pathway.toml").write_text(changed)
    [problem] = problems(folder)
    assert (problem.line, problem.key) == (2, "pathway_file")
    (folder / "scenario.toml").write_text(f"reason = 'r'\nbased_on = '../tiny'\n{text}")
    scenario = load_scenario(folder)
    assert scenario.pathway.name == "other"
    assert scenario.places["pathway", "name"].file == "other/pathway.toml"
