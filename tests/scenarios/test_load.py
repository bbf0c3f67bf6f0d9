from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Place
from hepaplan.model.quantities import Schedule
from hepaplan.model.table_columns import TABLE_COLUMNS
from hepaplan.model.tables.assumptions import in_words
from hepaplan.scenarios.explain import UnknownKey, explain
from hepaplan.scenarios.keylines import key_lines
from hepaplan.scenarios.load import load, load_scenario, shipped

Edit = Callable[[str, str, str], int]


def test_settings_pathway_and_tables_come_as_the_files_state_them(tiny: Path) -> None:
    scenario = load_scenario(tiny)
    assert scenario.settings.economics.discount_rate_costs.number == 0.035
    assert scenario.settings.economics.discount_rate_effects.number == 0.015
    assert scenario.groups == ("under_65", "65_and_over")
    resection = scenario.pathway.decision_point["operable"].option["resection"]
    assert resection.usual_share.for_group("65_and_over") == 0.6
    assert resection.footprint["theatre"].at(0) == 300
    assert [name for _, name, _ in scenario.pathway.options()] == [
        "resection",
        "ablation",
        "chemotherapy",
        "best_supportive_care",
    ]
    population = scenario.tables.population
    assert len(population) == 2 * 2 * 19
    assert population.loc[population["age_from"] == 60, "people"].tolist() == [
        20000,
        15000,
        8000,
        7000,
    ]
    for name, columns in TABLE_COLUMNS.items():
        assert tuple(getattr(scenario.tables, name).columns) == columns


def test_columns_have_the_types_the_model_counts_on(tiny: Path) -> None:
    tables = load_scenario(tiny).tables
    assert tables.population["age_from"].dtype == "int64"
    assert tables.population["people"].dtype == "float64"
    assert tables.backlog["months_waited"].dtype == "int64"
    assert all(isinstance(region, str) for region in tables.population["region"])
    assert tables.projection.empty
    assert tables.projection["year"].dtype == "int64"


def test_every_key_knows_its_file_and_line(tiny: Path) -> None:
    places = load_scenario(tiny).places
    text = (tiny / "scenario.toml").read_text().split("\n")
    line = text.index("[metastases.late_share]") + 2
    assert places["metastases", "late_share", "value"] == Place("tiny/scenario.toml", line)
    pathway = (tiny / "pathway.toml").read_text().split("\n")
    line = next(i for i, t in enumerate(pathway, 1) if t.startswith("procedural_mortality"))
    key = ("pathway", "decision_point", "operable", "option", "resection", "procedural_mortality")
    assert places[(*key, "value", "65_and_over")] == Place("tiny/pathway.toml", line)
    assert places["tables", "eligibility", 0] == Place("tiny/eligibility.csv", 2)
    assert places["tables", "eligibility", 5] == Place("tiny/eligibility.csv", 7)


def test_every_figure_has_a_place(tiny: Path) -> None:
    scenario = load_scenario(tiny)
    keys = [key for key, _ in figures(scenario.settings)]
    keys += [key for key, _ in figures(scenario.pathway, ("pathway",))]
    assert len(keys) > 60
    assert [key for key in keys if key not in scenario.places] == []


def test_files_are_hashed_by_their_short_names(tiny: Path) -> None:
    hashes = load_scenario(tiny).input_hashes
    assert set(hashes) == {f"tiny/{p.name}" for p in tiny.iterdir()}
    digest = hashlib.sha256((tiny / "stage.csv").read_bytes()).hexdigest()
    assert hashes["tiny/stage.csv"] == digest


@pytest.mark.parametrize("name", ["folder", "file", "text", "trailing"])
def test_a_scenario_is_named_by_its_folder_or_its_file(tiny: Path, name: str) -> None:
    sources: dict[str, str | Path] = {
        "folder": tiny,
        "file": tiny / "scenario.toml",
        "text": str(tiny),
        "trailing": f"{tiny}/",
    }
    assert load_scenario(sources[name]).settings.name == "tiny"


def test_the_folder_one_stands_in_is_a_scenario(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny)
    places = load_scenario(".").places
    assert places["window", "months"].file == "tiny/scenario.toml"


def test_order_of_rows_and_columns_never_matters(tiny: Path) -> None:
    before = load_scenario(tiny).tables.stage
    path = tiny / "stage.csv"
    header, *rows = path.read_text().split()
    turned = [",".join(reversed(row.split(","))) for row in [header, *reversed(rows)]]
    path.write_text("\n".join(turned) + "\n")
    after = load_scenario(tiny).tables.stage
    keys = ["sex", "age_from"]
    assert before.sort_values(keys).to_numpy().tolist() == (
        after.sort_values(keys).to_numpy().tolist()
    )


@pytest.mark.parametrize("mark", ["utf-8-sig", "crlf", "region called NA", "quoted comma"])
def test_harmless_ways_of_writing_a_file_are_read(tiny: Path, edit: Edit, mark: str) -> None:
    for path in tiny.iterdir():
        text = path.read_text(encoding="utf-8")
        if mark == "utf-8-sig":
            path.write_text(text, encoding="utf-8-sig")
        elif mark == "crlf":
            path.write_text(text, encoding="utf-8", newline="\r\n")
        elif path.suffix == ".csv":
            name = "NA" if mark == "region called NA" else '"South, old"'
            path.write_text(text.replace("South", name), encoding="utf-8")
    regions = load_scenario(tiny).tables.population["region"]
    expected = {"region called NA": "NA", "quoted comma": "South, old"}.get(mark, "South")
    assert list(dict.fromkeys(regions)) == ["North", expected]


@pytest.mark.parametrize("name", ["backlog", "capacity_changes", "travel"])
def test_optional_tables_may_be_left_out(tiny: Path, name: str) -> None:
    path = tiny / "scenario.toml"
    text = path.read_text()
    start = text.index(f"[tables.{name}]")
    path.write_text(text[:start] + text[text.index("\n\n", start) :])
    table = getattr(load_scenario(tiny).tables, name)
    assert table.empty
    assert tuple(table.columns) == TABLE_COLUMNS[name]


TRICKY = '''
"quoted.key" = 1  # comment with = and [brackets]
a.b.c = """
[not.a.table]
x = 1
"""
literal = \'\'\'
# no comment
\'\'\'
list = [
  1, # one ]
  [2, { x = "}" }],
]
[[points]]
month = 1
[[points]]
month = 2
inner = { a = 1, b.c = [1979-05-27T07:32:00Z, "a\\"b"] }
[[points.deep]]
k = 'it''s'
[points.deep.er]
"ʎǝʞ" = inf
[ table . "x y" ]
65_and_over = 1_000.5
'''.replace("'it''s'", '"its"')


def all_keys(values: Any, key: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    parts = values.items() if isinstance(values, dict) else enumerate(values)
    for name, part in parts:
        yield (*key, name)
        if isinstance(part, dict | list):
            yield from all_keys(part, (*key, name))


def test_the_scanner_finds_exactly_the_keys_that_the_reader_finds(tiny: Path) -> None:
    texts = [p.read_text(encoding="utf-8") for p in tiny.glob("*.toml")]
    for text in [*texts, TRICKY]:
        assert set(key_lines(text)) == set(all_keys(tomllib.loads(text)))


def test_the_scanner_counts_lines_through_long_texts_lists_and_tables() -> None:
    lines = key_lines(TRICKY)
    assert lines[("quoted.key",)] == 2
    assert lines["a", "b", "c"] == 3
    assert lines[("literal",)] == 7
    assert lines["list", 1, 1, "x"] == 12
    assert (lines["points", 0, "month"], lines["points", 1, "month"]) == (15, 17)
    assert lines["points", 1, "inner", "b", "c", 1] == 18
    assert lines["points", 1, "deep", 0, "k"] == 20
    assert lines["points", 1, "deep", 0, "er", "ʎǝʞ"] == 22
    assert lines["table", "x y", "65_and_over"] == 24


def test_explain_says_value_unit_source_and_line(tiny: Path) -> None:
    said = str(explain(load(tiny), "metastases.synchronous_share"))
    assert said.startswith("metastases.synchronous_share = 0.16 share\n")
    assert "95% interval: 0.12 to 0.2, beta" in said
    assert "quality: illustrative" in said
    assert "source: Numbers made up for the tests" in said
    line = (tiny / "scenario.toml").read_text().split("\n").index("[metastases.synchronous_share]")
    assert f"set in: tiny/scenario.toml:{line + 2}" in said


def test_explain_a_value_by_group_a_plain_setting_a_table_and_a_file(tiny: Path) -> None:
    loaded = load(tiny)
    share = "pathway.decision_point.operable.option.resection.usual_share"
    assert explain(loaded, share).value == "under_65 0.75, 65_and_over 0.6"
    assert explain(loaded, f"{share}.value").key == share
    assert explain(loaded, "window.months").value == "3"
    late = "metastases.late_share = 0.12 share (illustrative, made_up)"
    assert late in explain(loaded, "metastases").below
    assert explain(loaded, "tables.stage").value == "stage.csv"
    assert explain(loaded, "site").value == "a table with hilltop, riverside"


def test_explain_a_distribution_a_schedule_and_the_delay(tiny: Path) -> None:
    with (tiny / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write(DELAY)
    loaded = load(tiny)
    exits = "pathway.decision_point.operable.option.resection.exits"
    time = explain(loaded, f"{exits}.recurrence.time").value
    assert time.startswith("family: log_normal; ")
    assert "None" not in time
    assert "survival 0.45" in time
    assert explain(loaded, "delay").below == (
        "delay.hazard_ratio = 1.06 (from week 4) hazard ratio (judgement, made_up)",
        "delay.restricted_to = 5 years (judgement, made_up)",
    )
    assert explain(loaded, "delay.hazard_ratio").value == "1.06 (from week 4)"


def test_equal_months_of_a_schedule_are_told_together() -> None:
    months = (2.0, *[1.45] * 24, 3.0, 3.0)
    stated = Schedule(value=months, unit="doses", source="made_up", quality="illustrative")
    assert in_words(stated) == "by month: 2, 24 x 1.45, 3, 3; then 0"


DELAY = """
[delay]
hazard_ratio = { value = 1.06, unit = "hazard ratio", source = "made_up", quality = "judgement" }
from_week = 4
restricted_to = { value = 5, unit = "years", source = "made_up", quality = "judgement" }
"""


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("metastases.synchronous_shore", 'did you mean "synchronous_share"?'),
        ("metastasis", 'did you mean "metastases"?'),
        ("window.months.x", "found no window.months.x"),
        ("", "expected a key such as economics.horizon_years"),
    ],
)
def test_explain_an_unknown_key(tiny: Path, key: str, message: str) -> None:
    with pytest.raises(UnknownKey) as error:
        explain(load(tiny), key)
    assert message in str(error.value)


def test_every_shipped_scenario_loads_without_clashes() -> None:
    assert "greater-manchester" in shipped()
    for name in shipped():
        loaded = load(name)
        assert loaded.scenario.settings.name == name
        assert all(not place.file.startswith("/") for place in loaded.scenario.places.values())
