"""Commands about uncertainty and batches, given in ways that cannot be meant: ended in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hepaplan.model.uncertainty.drawing.designs import LARGEST_SEED
from hepaplan.reports.batch.journal import Journal, _sealed
from hepaplan.reports.batch.parquet import Kind, as_parquet
from hepaplan.reports.batch.store import Store, chunk_name
from tests.support.command import Hepaplan
from tests.support.unsure import write_unsure

INPUT = "metastases.synchronous_share"
LATE = "metastases.late_share"
MOVE = ("--workers", "1", "--quiet", "--input", INPUT)
DESIGN = """\
name = "{name}"
scenario = "unsure"
outputs = ["new_metastases"]

[axes.{axis}]
key = "metastases.late_share"
{levels}
"""
USED, REFUSED = 2, 3


@pytest.fixture
def unsure(tmp_path: Path) -> Path:
    return write_unsure(tmp_path, ("share",))


def design(
    folder: Path, levels: str = "values = [0.1, 0.12]", axis: str = "late", name: str = "try"
) -> Path:
    path = folder / "design.toml"
    path.write_text(DESIGN.format(name=name, axis=axis, levels=levels), encoding="utf-8")
    return path


@pytest.mark.parametrize("target", ["nan", "inf", "-1e300"])
def test_a_target_that_nothing_reaches_is_wrong_use(
    target: str, hepaplan: Hepaplan, unsure: Path, tmp_path: Path
) -> None:
    ended = hepaplan("tornado", unsure, *MOVE, "--target", target, "--out", tmp_path / "out")
    assert ended.code == USED
    assert "found --target" in ended.err
    assert not (tmp_path / "out").exists()


def test_a_grid_of_one_input_is_wrong_use(hepaplan: Hepaplan, unsure: Path) -> None:
    ended = hepaplan("tornado", unsure, *MOVE, "--grid", INPUT, INPUT)
    assert ended.code == USED
    assert f"found --grid {INPUT} twice; name two inputs" in ended.err


def test_a_scenario_against_its_namesake_keeps_both(
    hepaplan: Hepaplan, unsure: Path, tmp_path: Path
) -> None:
    """A copy kept its name, and took the first one's place without a word."""
    twin = Path(shutil.copytree(unsure, tmp_path / "twin"))
    out = tmp_path / "out"
    ended = hepaplan(
        "tornado", unsure, *MOVE, "--input", LATE, "--against", twin, "--grid", INPUT, LATE,
        "--out", out,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    table = (out / "tables" / "two_way.csv").read_text(encoding="utf-8")
    assert "unsure (2)" in table


def test_a_grid_of_an_input_that_is_left_out_says_so(hepaplan: Hepaplan, unsure: Path) -> None:
    ended = hepaplan("tornado", unsure, *MOVE, "--grid", INPUT, LATE)
    assert ended.code == REFUSED
    assert f'a grid needs one input for "{LATE}", which fits none of those that move' in ended.err


@pytest.mark.parametrize("years", ["nan", "inf", "1e300"])
def test_years_without_an_end_are_wrong_use(years: str, hepaplan: Hepaplan, unsure: Path) -> None:
    ended = hepaplan("voi", unsure, "--draws", "60", "--years", years, "--quiet")
    assert ended.code == USED
    assert "found --years" in ended.err


@pytest.mark.parametrize("words", [("psa", "--plan-draws", "0"), ("run", "--quick")])
def test_a_seed_that_no_stream_has_is_wrong_use(
    hepaplan: Hepaplan, unsure: Path, words: tuple[str, ...]
) -> None:
    command, *others = words
    ended = hepaplan(command, unsure, "--draws", "8", *others, "--seed", str(LARGEST_SEED + 1))
    assert ended.code == USED
    assert "--seed" in ended.err


@pytest.mark.parametrize("name", ["../../evil", "/tmp/evil", "a/b", "-rf", ".", "a\\\\b"])
def test_a_design_cannot_name_a_folder_elsewhere(
    name: str, hepaplan: Hepaplan, unsure: Path
) -> None:
    ended = hepaplan("batch", design(unsure.parent, name=name), "--dry-run")
    assert ended.code == REFUSED
    assert "design.toml:1: name: names the batch's folder" in ended.err


@pytest.mark.parametrize("axis", ["Key", "RUN", "New_Metastases"])
def test_an_axis_that_a_database_takes_for_another_column_is_refused(
    axis: str, hepaplan: Hepaplan, unsure: Path
) -> None:
    ended = hepaplan("batch", design(unsure.parent, axis=axis), "--dry-run")
    assert ended.code == REFUSED
    assert f"axes.{axis}: is the name of another column" in ended.err


def test_axes_that_differ_in_capitals_alone_are_refused(hepaplan: Hepaplan, unsure: Path) -> None:
    more = f'values = [0.1]\n[axes.LATE]\nkey = "{INPUT}"\nvalues = [0.15]'
    ended = hepaplan("batch", design(unsure.parent, more), "--dry-run")
    assert ended.code == REFUSED
    assert "axes.LATE: is axis late but for capitals" in ended.err


def test_a_design_that_could_never_end_is_refused_even_with_yes(
    hepaplan: Hepaplan, unsure: Path
) -> None:
    levels = "from = 0.1\nto = 0.2\nsteps = 100000"
    for number, stage in enumerate(("I", "II", "III")):
        levels += f'\n[axes.stage_{number}]\nkey = "metastases.metachronous_cumulative_incidence.'
        levels += f'{stage}"\nfrom = 0.1\nto = 0.2\nsteps = 100000'
    ended = hepaplan("batch", design(unsure.parent, levels), "--dry-run", "--yes")
    assert ended.code == REFUSED
    assert "expected at most 1,000,000,000, with --yes too" in ended.err


def test_an_unknown_key_of_an_axis_is_answered_in_the_file_s_own_words(
    hepaplan: Hepaplan, unsure: Path
) -> None:
    ended = hepaplan("batch", design(unsure.parent, "first = 0.1\nto = 0.2\nsteps = 3"))
    assert ended.code == REFUSED
    assert "expected one of key, by, values, from, to, steps" in ended.err


def test_gathering_one_part_alone_is_wrong_use(hepaplan: Hepaplan, unsure: Path) -> None:
    """It wrote a data set of that part over the whole one."""
    ended = hepaplan("batch", design(unsure.parent), "--gather", "--part", "1/2")
    assert ended.code == USED
    assert "--gather joins every part; leave out --part" in ended.err


def test_a_part_in_other_digits_is_wrong_use(hepaplan: Hepaplan, unsure: Path) -> None:
    assert hepaplan("batch", design(unsure.parent), "--part", "٣/٤").code == USED


def test_a_batch_cannot_be_kept_in_a_file(hepaplan: Hepaplan, unsure: Path) -> None:
    path = design(unsure.parent)
    ended = hepaplan("batch", path, "--out", path)
    assert ended.code == USED
    assert f"{path} is a file, and a batch needs a folder" in ended.err


CHUNKS: dict[str, tuple[dict[str, list[object]], dict[str, Kind]]] = {
    "other columns": ({"a": [1]}, {"a": "whole"}),
    "words as numbers": (
        {"key": ["k"], "status": ["done"], "words": [""], "seconds": [1.0], "output:x": ["y"]},
        {"key": "text", "status": "text", "words": "text", "seconds": "number", "output:x": "text"},
    ),
    "an unknown status": (
        {"key": ["k"], "status": ["weird"], "words": [""], "seconds": [1.0]},
        {"key": "text", "status": "text", "words": "text", "seconds": "number"},
    ),
    "nothing": (
        {"key": [None], "status": [None], "words": [None], "seconds": [None]},
        {"key": "text", "status": "text", "words": "text", "seconds": "number"},
    ),
}


@pytest.mark.parametrize("what", CHUNKS)
def test_a_whole_chunk_of_something_else_is_set_aside(what: str, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    content = as_parquet(*CHUNKS[what])
    (folder / chunk_name(content)).write_bytes(content)
    store = Store(tmp_path).open()
    assert store.kept == {}
    assert "was set aside and its runs are done again: it holds no runs" in store.notes[0]


def test_a_folder_in_place_of_a_chunk_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "store" / "chunk-00.parquet").mkdir(parents=True)
    assert "it is no file" in Store(tmp_path).open().notes[0]


@pytest.mark.parametrize(
    "line",
    [
        "[1]",
        "null",
        '{"key": 1}',
        '{"key": "k", "status": "done", "outputs": 3, "words": "", "seconds": 1}',
        '{"key": ["k"], "status": "done", "outputs": {}, "words": "", "seconds": 1}',
        '{"key": "k", "status": "done", "outputs": {"x": "y"}, "words": "", "seconds": 1}',
    ],
)
def test_a_sealed_line_that_is_no_outcome_is_left_out(line: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(_sealed(line) + b"\xff\xfe torn")
    assert Journal(path).outcomes() == ([], 2)


def test_a_target_surer_than_any_observation_is_refused(hepaplan: Hepaplan, unsure: Path) -> None:
    path = unsure.parent / "targets.toml"
    path.write_text(
        'scenario = "unsure"\nstarts = 1\n[parameter.late]\nkey = "metastases.late_share"\n'
        'low = 0.05\nhigh = 0.2\n[target.cases]\noutput = "new_metastases"\nvalue = 50\n'
        'standard_error = 1e-300\nsource = "made_up"\nquality = "illustrative"\n',
        encoding="utf-8",
    )
    ended = hepaplan("calibrate", path, "--quiet")
    assert ended.code == REFUSED
    assert "targets.toml:10: target.cases.standard_error" in ended.err
