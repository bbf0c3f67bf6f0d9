from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.model.parameters import Place
from hepaplan.scenarios.explain import explain
from hepaplan.scenarios.load import LocatedProblem, load, load_scenario

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]
SHARE = ("metastases", "synchronous_share")


def variant(beside: Path, name: str, text: str, based_on: str = '"../tiny"') -> Path:
    folder = beside.parent / name
    folder.mkdir()
    body = f"based_on = {based_on}\n{text}"
    (folder / "scenario.toml").write_text(body, encoding="utf-8")
    return folder


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


MORTALITY = "pathway.decision_point.operable.option.resection.procedural_mortality"
LIKE = """
[decision_point.operable.option.microwave]
like = "{}"
label = "Microwave ablation"
on = false
footprint.theatre.value = [90]
"""


@pytest.mark.parametrize("stated", ["ablation", "operable.ablation"])
def test_an_option_like_another_states_only_what_differs(tiny: Path, stated: str) -> None:
    path = tiny / "pathway.toml"
    lines = path.read_text().count("\n")
    path.write_text(path.read_text() + LIKE.format(stated))
    scenario = load_scenario(tiny)
    options = scenario.pathway.decision_point["operable"].option
    copied = options["microwave"]
    assert copied.label == "Microwave ablation"
    assert copied.footprint["theatre"].at(0) == 90
    assert options["ablation"].footprint["theatre"].at(0) == 120
    assert copied.exits == options["ablation"].exits
    key = ("pathway", "decision_point", "operable", "option")
    assert scenario.places[(*key, "microwave", "footprint", "theatre", "value")].line == lines + 6
    shared = ("exits", "recurrence", "time")
    assert (
        scenario.places[(*key, "microwave", *shared)]
        == scenario.places[(*key, "ablation", *shared)]
    )


def test_what_is_set_moves_with_its_copies_but_not_the_other_way(tiny: Path) -> None:
    path = tiny / "pathway.toml"
    path.write_text(path.read_text() + LIKE.format("ablation"))
    at = "pathway.decision_point.operable.option"

    def shares(key: str) -> list[float]:
        found = load_scenario(tiny, settings={key: "0.031"}).pathway.decision_point["operable"]
        mortality = [found.option[o].procedural_mortality for o in ("ablation", "microwave")]
        return [m.number for m in mortality if m is not None]

    assert shares(f"{at}.ablation.procedural_mortality") == [0.031, 0.031]
    assert shares(f"{at}.microwave.procedural_mortality")[1] == 0.031
    assert shares(f"{at}.microwave.procedural_mortality")[0] != 0.031


def test_a_fault_that_a_copy_repeats_is_told_once(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("pathway.toml", 'kind = "ablation"', 'kind = "ablatoin"')
    path = tiny / "pathway.toml"
    path.write_text(path.read_text() + LIKE.format("ablation"))
    [problem] = problems(tiny)
    assert (problem.line, problem.key) == (
        line,
        "pathway.decision_point.operable.option.ablation.kind",
    )
    assert problem.message.endswith(" (and 1 copy)")


def test_a_fault_across_figures_that_copies_repeat_is_told_once(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    line = edit("pathway.toml", "{ month = 3, survival = 0.9 }", "{ month = 24, survival = 0.6 }")
    path = tiny / "pathway.toml"
    twice = LIKE.format("ablation") + LIKE.format("ablation").replace("microwave", "laser")
    path.write_text(path.read_text() + twice)
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.operable.option.ablation.exits.recurrence.time"
    assert problem.line == line
    assert problem.message.startswith("survival does not fall from 0.55 at month 12 to 0.6")
    assert problem.message.endswith(" (and 2 copies)")


def test_a_fault_of_a_copy_alone_is_told_where_it_is(tiny: Path, problems: Problems) -> None:
    path = tiny / "pathway.toml"
    copy = (
        LIKE.format("ablation")
        .replace("operable", "inoperable")
        .replace('"ablation"', '"operable.ablation"')
    )
    path.write_text(path.read_text() + copy)
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.inoperable.option.microwave.kind"
    assert "copy" not in problem.message


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ("ablatoin", 'no option; did you mean "ablation"?'),
        ("microwave", "alike in a circle: operable.microwave -> operable.microwave"),
    ],
)
def test_an_option_like_nothing(tiny: Path, problems: Problems, stated: str, message: str) -> None:
    path = tiny / "pathway.toml"
    path.write_text(path.read_text() + LIKE.format(stated))
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.operable.option.microwave.like"
    assert message in problem.message


def test_set_changes_a_figure_and_says_so(tiny: Path) -> None:
    loaded = load(
        tiny, settings={"metastases.synchronous_share": "0.19", "window.start": "2028-04"}
    )
    share = loaded.scenario.settings.metastases.synchronous_share
    assert (share.value, share.low, share.distribution) == (0.19, None, None)
    assert share.quality == "illustrative"
    assert share.reason == (
        "set on the command line (was given with low, high, distribution, which no longer hold)"
    )
    assert loaded.scenario.settings.window.start == "2028-04"
    assert loaded.scenario.places[(*SHARE, "value")] == Place("command line")
    assert loaded.reasons["window", "start"] == "set on the command line"


def test_set_one_group_a_list_and_a_switch(tiny: Path) -> None:
    point = "pathway.decision_point.operable"
    scenario = load_scenario(
        tiny,
        settings={
            f"{point}.option.resection.procedural_mortality.value.under_65": "0.02",
            f"{point}.option.resection.footprint.theatre": "[250, 10]",
            "plan.age_neutral": "false",
        },
    )
    resection = scenario.pathway.decision_point["operable"].option["resection"]
    assert resection.procedural_mortality is not None
    assert resection.procedural_mortality.value == {"under_65": 0.02, "65_and_over": 0.04}
    assert resection.procedural_mortality.reason == "set on the command line"
    assert resection.footprint["theatre"].value == (250, 10)
    assert scenario.settings.plan.age_neutral is False


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("metastases.synchronous_shore", "0.2", 'did you mean "synchronous_share"?'),
        ("metastasis.late_share", "0.2", 'did you mean "metastases"?'),
        ("metastases.synchronous_share", "lots", "found 'lots'; expected a value such as 0.16"),
        ("metastases", "0.2", "is a table, not a value; expected one of its keys"),
        (f"{MORTALITY}.65_and_over", "0.2", f"; did you mean {MORTALITY}.value.65_and_over?"),
        ("a b", "0.2", "expected a key such as economics.horizon_years"),
        ("window.months", "3\nx = 4", "expected a value such as 3"),
    ],
)
def test_set_what_cannot_be_set(
    tiny: Path, problems: Problems, key: str, value: str, message: str
) -> None:
    [problem] = problems(tiny, settings={key: value})
    assert problem.file == "command line"
    assert problem.key == f"--set {key}"
    assert message in problem.message


def test_set_to_something_impossible_is_refused_like_a_file(tiny: Path, problems: Problems) -> None:
    [problem] = problems(tiny, settings={"metastases.synchronous_share": "17"})
    assert str(problem) == (
        "command line: metastases.synchronous_share.value: "
        "17 lies outside 0 to 1 (17 %? write 0.17)"
    )


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
