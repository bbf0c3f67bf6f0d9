"""Designs read from files: what their runs are, and what is said of them."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.model.batch.apply import figure_of
from hepaplan.model.batch.describe import described, estimated_seconds, probes
from hepaplan.model.batch.run import run_task, task_scenario
from hepaplan.model.batch.tasks import Batch, tasks
from hepaplan.model.outputs import outputs_of
from hepaplan.model.problems import WrongUse
from hepaplan.scenarios.code_version import code_version, version_of
from hepaplan.scenarios.designs import design_file, load_batch, shipped_designs
from hepaplan.scenarios.load import load_scenario
from tests.support.designs import OVERLAY, SHARE, TOP, Write, make
from tests.support.scenarios import TINY

FULL = f"""\
[axes.overlay]
overlays = ["none", "dear"]
{SHARE}values = [0.14, 0.16]
[axes.horizon]
key = "economics.horizon_years"
values = [20, 45]
[axes."capacity.hilltop.theatre"]
by = "add"
values = [0, 0.5]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny scenario that no test changes."""
    folder = tmp_path_factory.mktemp("designs")
    shutil.copytree(TINY, folder / "tiny")
    return folder


@pytest.fixture(scope="module")
def full(home: Path) -> Batch:
    """The batch of a design with an axis of each sort."""
    return load_batch(make(home, FULL))


def test_each_run_is_what_the_loader_would_make_of_it(full: Batch, home: Path) -> None:
    runs = tasks(full)
    assert len(runs) == 16
    for place in (0, 6, 15):
        values = runs[place].values
        overlays = [] if values["overlay"] == "none" else [home / "dear"]
        settings = {
            "metastases.synchronous_share": str(values["share"]),
            "economics.horizon_years": str(values["horizon"]),
        }
        expected = outputs_of(load_scenario(home / "tiny", overlays, settings), full.design.outputs)
        assert run_task(runs[place], full) == pytest.approx(expected, rel=1e-12)


ALIKE = """
[decision_point.operable.option.microwave]
like = "ablation"
label = "Microwave ablation"
usual_share = { value = 0, unit = "share", source = "made_up", quality = "illustrative" }
"""


def test_a_figure_moves_with_its_copies_as_under_set(write: Write, tiny: Path) -> None:
    with (tiny / "pathway.toml").open("a", encoding="utf-8") as file:
        file.write(ALIKE)
    key = "pathway.decision_point.operable.option.ablation.procedural_mortality"
    batch = load_batch(write(f'[axes."{key}"]\nvalues = [0.01, 0.02]\n'))
    found = task_scenario(tasks(batch)[1], batch)
    expected = load_scenario(tiny, settings={key: "0.02"})
    for scenario in (found, expected):
        for option in ("ablation", "microwave"):
            at = ("pathway", "decision_point", "operable", "option", option, "procedural_mortality")
            assert figure_of(scenario, at).numbers() == {"": 0.02}


def test_a_capacity_reaches_the_run(full: Batch) -> None:
    changed = task_scenario(tasks(full)[1], full).tables.capacity
    assert changed["number"].tolist() == [0.75, 0.1, 0.1, 0.2]


def test_overlays_and_switches_make_bases_and_figures_do_not(full: Batch) -> None:
    assert set(full.bases) == {
        "tiny + economics.horizon_years=20",
        "tiny + economics.horizon_years=45",
        "tiny + dear + economics.horizon_years=20",
        "tiny + dear + economics.horizon_years=45",
    }
    assert full.base_axes == ("overlay", "horizon")
    assert full.columns == ("overlay", "share", "horizon", "capacity.hilltop.theatre")


def test_two_bases_that_read_alike_are_two(write: Write, tiny: Path) -> None:
    """A folder "tiny + dear", where chairs and not theatres are dear, beside the overlay `dear`."""
    folder = tiny.parent / "tiny + dear"
    folder.mkdir()
    chairs = OVERLAY.replace("theatre.unit", "chair.unit")
    (folder / "scenario.toml").write_text(chairs, encoding="utf-8")
    axes = '[axes.s]\nscenarios = ["tiny", "tiny + dear"]\n[axes.o]\noverlays = ["none", "dear"]\n'
    batch = load_batch(write(axes))
    names = [task.base for task in tasks(batch)]
    assert names == ["tiny", "tiny + dear", "tiny + dear (2)", "tiny + dear + dear"]
    costs = [
        [figure_of(batch.bases[name].scenario, ("resource", what, "unit_cost")).numbers()[""]
         for what in ("theatre", "chair")]
        for name in names
    ]  # fmt: skip
    assert [theatre for theatre, _ in costs] == [15, 30, 15, 30]
    assert [chair for _, chair in costs[2:]] == [30, 30]
    assert costs[0][1] == costs[1][1] != 30


def test_keys_depend_on_neither_the_order_nor_the_names_of_axes(full: Batch, write: Write) -> None:
    turned = """\
[axes.lists]
key = "capacity.hilltop.theatre"
by = "add"
values = [0.5, 0]
[axes."economics.horizon_years"]
values = [45, 20]
[axes."metastases.synchronous_share"]
values = [0.16, 0.14]
[axes.dear]
overlays = ["dear", "none"]
"""
    other = load_batch(write(turned))
    keys = {task.key for task in tasks(full)}
    assert {task.key for task in tasks(other)} == keys
    assert len(keys) == 16


def test_a_changed_scenario_or_model_changes_every_key(
    full: Batch, write: Write, edit: Callable[[str, str, str], int]
) -> None:
    keys = {task.key for task in tasks(full)}
    noted = edit("scenario.toml", "# A scenario small", "# A very small")
    assert noted == 1
    assert {task.key for task in tasks(load_batch(write(FULL)))} == keys
    edit("population.csv", "North,female,0,1000", "North,female,0,1001")
    assert keys.isdisjoint(task.key for task in tasks(load_batch(write(FULL))))


def test_what_is_sent_to_a_worker_is_the_batch(full: Batch) -> None:
    task = tasks(full)[5]
    sent = pickle.loads(pickle.dumps(full))
    assert pickle.loads(pickle.dumps(task)) == task == sent.task(5)
    assert run_task(task, sent) == run_task(task, full)


def test_runs_come_lazily_and_in_parts(full: Batch) -> None:
    runs = tasks(full)
    parts = [runs.part(number, 3) for number in (1, 2, 3)]
    assert sorted(task.number for each in parts for task in each) == list(range(16))
    assert [task.number for task in parts[1]] == [1, 4, 7, 10, 13]


DRAWS = "draws = 3\nseed = 5\n"


def test_draws_are_common_to_all_combinations(write: Write) -> None:
    horizons = '[axes.horizon]\nkey = "economics.horizon_years"\nvalues = [20, 45]\n'
    batch = load_batch(write(horizons, TOP + DRAWS))
    runs = tasks(batch)
    assert [task.draw for task in runs] == [0, 1, 2, 0, 1, 2]
    found = [run_task(task, batch)["new_metastases"] for task in runs]
    assert found[:3] == found[3:]
    assert len(set(found)) == 3


def test_a_worker_holds_the_draws_of_few_bases(write: Write) -> None:
    horizons = '[axes.horizon]\nkey = "economics.horizon_years"\nvalues = [20, 30, 40, 45]\n'
    batch = load_batch(write(horizons, TOP + DRAWS))
    for base in batch.bases.values():
        batch.draws_of(base)
    assert list(batch.drawn) == list(batch.bases)[-2:]
    assert pickle.loads(pickle.dumps(batch)).drawn == {}


def test_what_an_axis_sets_is_set_in_every_draw(write: Write) -> None:
    batch = load_batch(write(f"{SHARE}values = [0.15]\n", TOP + DRAWS))
    for task in tasks(batch):
        assert task_scenario(task, batch).settings.metastases.synchronous_share.value == 0.15


def test_what_an_axis_multiplies_is_the_drawn_value(write: Write) -> None:
    batch = load_batch(write(f'{SHARE}by = "multiply"\nvalues = [1, 0.5]\n', TOP + DRAWS))
    runs = tasks(batch)
    values = [task_scenario(t, batch).settings.metastases.synchronous_share.number for t in runs]
    assert values[3:] == pytest.approx([0.5 * value for value in values[:3]])


def test_named_inputs_alone_are_drawn(write: Write) -> None:
    sample = (
        '[axes.s]\nsample = "distribution"\ndraws = 2\ninputs = ["metastases.synchronous_share"]\n'
    )
    batch = load_batch(write(sample))
    (base,) = batch.bases.values()
    assert list(batch.draws_of(base)) == [("metastases", "synchronous_share")]
    assert len({run_task(task, batch)["new_metastases"] for task in tasks(batch)}) == 2


def test_what_a_design_will_do_is_said(full: Batch) -> None:
    assert described(tasks(full).part(1, 2)) == (
        "try: 8 of 16 runs, all combinations of 4 axes",
        "  overlay: none, dear",
        "  share: 0.14, 0.16 (metastases.synchronous_share)",
        "  horizon: 20, 45 (economics.horizon_years)",
        "  capacity.hilltop.theatre: 0, 0.5 (added to capacity.hilltop.theatre)",
        "base scenarios (4): tiny + economics.horizon_years=20, tiny + economics.horizon_years=45, "
        "tiny + dear + economics.horizon_years=20, tiny + dear + economics.horizon_years=45",
        "outputs (2): new_metastases, nothing_scarce.cost_gbp",
    )


def test_solving_very_many_plans_is_warned_of(write: Write) -> None:
    top = TOP.replace("new_metastases", "most_health.qalys")
    axes = f"{SHARE}from = 0.1\nto = 0.2\nsteps = {{}}\n"
    many = described(tasks(load_batch(write(axes.format(100), top))))
    assert many[-1].startswith("most_health.qalys: the plan is solved in each of 100 runs")
    few = described(tasks(load_batch(write(axes.format(99), top))))
    assert few[-1].startswith("outputs (2)")


def test_the_time_is_that_of_runs_timed_shared_by_workers(full: Batch) -> None:
    assert estimated_seconds(1001, [1.0, 2.0], 2) == 1.5 * 501
    assert probes(tasks(full)) == (0, 15)
    assert probes(tasks(full).part(16, 16)) == (0,)


def test_the_version_of_the_code_is_that_of_every_source_file(tmp_path: Path) -> None:
    assert code_version() == code_version()
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.py").write_bytes(b"x = 1\r\n")
    first = version_of(tmp_path)
    (tmp_path / "inner" / "a.py").write_bytes(b"x = 1\n")
    assert version_of(tmp_path) == first
    (tmp_path / "inner" / "a.py").write_bytes(b"x = 2\n")
    assert version_of(tmp_path) != first
    (tmp_path / "inner" / "a.py").rename(tmp_path / "inner" / "b.py")
    (tmp_path / "inner" / "b.py").write_bytes(b"x = 1\n")
    assert version_of(tmp_path) != first


def test_a_design_is_a_file_or_a_shipped_name(write: Write) -> None:
    path = write(FULL)
    assert design_file(str(path)) == path
    assert design_file("theatre-and-referral").is_file()
    with pytest.raises(WrongUse, match='did you mean "theatre-and-referral"'):
        design_file("theatre-and-referal")


@pytest.mark.parametrize("name", shipped_designs())
def test_every_shipped_design_is_sound(name: str) -> None:
    batch = load_batch(design_file(name))
    assert 1 < len(tasks(batch)) <= 1000
    assert batch.design.title


def test_the_design_of_the_documentation_is_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "run-a-batch.md").read_text(
        encoding="utf-8"
    )
    path = tmp_path / "design.toml"
    path.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    runs = tasks(load_batch(path))
    assert f"each in 50 draws: {len(runs):,} runs." in page
