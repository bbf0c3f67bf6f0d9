"""The driver of the mutation tests: what must die dies, and it notices what does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.evidence import statement
from tests.mutation.mutants import Mutant, sample
from tests.mutation.score import told, wilson

TREE = Path(__file__).parents[2]
DISCOUNTING, SHAPLEY = "model/money/discounting.py", "model/compare/shapley.py"
TESTS = {
    DISCOUNTING: ["tests/model/money/test_discounting.py"],
    SHAPLEY: ["tests/model/test_shapley.py"],
}
FAULTS = {
    "the whole rate later": (DISCOUNTING, "** -years)", "** years)"),
    "a year early": (DISCOUNTING, "np.arange(cycles + 1)", "np.arange(cycles + 2)"),
    "does not parse": (DISCOUNTING, "if self.convention ==", "if self.convention ="),
    "never ends": (DISCOUNTING, "steps = ", "while True: pass\n        steps = "),
    "an order forgotten": (SHAPLEY, "if ", "if not "),
}
HARMLESS = {
    "said in other words": (DISCOUNTING, "cycles + 1)", "1 + cycles)"),
    "untouched": (SHAPLEY, "", ""),
}
ATTEMPTS = """
import json, sys, tempfile
from functools import partial
from pathlib import Path
from tests.mutation.attempt import attempt
from tests.mutation.forks import each_in_a_fork, import_libraries
asked = json.load(sys.stdin)
import_libraries()
todo = ((name, partial(attempt, Path(tree), file, text, [tests], {}, 60.0))
        for name, tree, file, text, tests in asked)
with tempfile.TemporaryDirectory() as scratch:
    print(json.dumps(dict(each_in_a_fork(todo, 2, Path(scratch)))))
"""


@pytest.fixture(scope="module")
def ended() -> dict[str, dict[str, object]]:
    asked = []
    for name, (file, old, new) in (FAULTS | HARMLESS).items():
        text = (TREE / file).read_text(encoding="utf-8")
        assert old in text
        asked.append((name, str(TREE), file, text.replace(old, new, 1), TESTS[file]))
    command = [sys.executable, "-c", ATTEMPTS]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, cwd=TREE, check=True
    )
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_noticed(ended: dict[str, dict[str, object]], name: str) -> None:
    how = "timeout" if name == "never ends" else "killed"
    assert ended[name]["ended"] == how, ended[name]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_changes_nothing_survives(ended: dict[str, dict[str, object]], name: str) -> None:
    assert ended[name]["ended"] == "survived", ended[name]
    assert ended[name]["ran"] != 0


def test_a_sample_is_by_file_in_proportion_and_repeats() -> None:
    mutants = [Mutant(file, "x", i, i) for file, n in (("a", 30), ("b", 10)) for i in range(n)]
    drawn = sample(mutants, 8, seed=3)
    assert [sum(mutant.file == file for mutant in drawn) for file in "ab"] == [6, 2]
    assert len(set(drawn)) == 8
    assert drawn == sample(mutants, 8, seed=3)
    assert drawn != sample(mutants, 8, seed=4)


def test_each_mutant_of_a_sample_is_as_likely() -> None:
    mutants = [Mutant("a", "x", i, i) for i in range(5)]
    times = [sum(sample(mutants, 2, seed)[0].line == i for seed in range(500)) for i in range(5)]
    assert min(times) > 70 and max(times) < 130  # 100 each; 3.3 standard errors


def test_the_interval_of_a_share() -> None:
    """Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_what_hangs_counts_as_noticed_and_what_no_test_runs_does_not() -> None:
    results = {"a": {"ended": "killed"}, "b": {"ended": "timeout"}, "c": {"ended": "survived"}}
    words = told(results | {"d": {"ended": "not covered"}}).splitlines()
    assert words[0] == "4 mutants: 1 killed, 1 timeout, 1 survived, 1 not covered"
    assert words[1].startswith("score 50.0% (95% interval 15.0% to 85.0%)")
    assert words[2:] == ["c", "d"]


def test_a_statement_is_all_its_lines_and_a_block_its_head() -> None:
    inside = "    x = (\n        a\n    )\n    if (\n        x\n    ):\n        y = 1\n"
    source = "def f(\n    a=1,\n):\n" + inside + "z = 2\n"
    assert statement(source, 5) == (range(4, 7), False)
    assert statement(source, 8) == (range(7, 10), False)
    assert statement(source, 10) == (range(10, 11), False)
    assert statement(source, 2) == (range(1, 4), True)
    assert statement(source, 11) == (range(11, 12), True)


def test_the_library_s_mutants_leave_out_what_nothing_depends_on(tmp_path: Path) -> None:
    pytest.importorskip("cosmic_ray", reason="cosmic-ray is not installed: see score.py")
    from tests.mutation.mutants import mutants_of, mutated

    text = "Either = int | str\ndef f(a: int | None) -> int | None:\n    return a * 2 | 1\n"
    (tmp_path / "it.py").write_text(text, encoding="utf-8")
    found = mutants_of(tmp_path, "it.py")
    last_lines = [mutated(tmp_path, mutant).splitlines()[-1] for mutant in found]
    ends = sorted(" ".join(line.split()) for line in last_lines)  # versions space numbers unlike
    assert {mutant.line for mutant in found} == {3}
    assert ends == [
        "return a * 1 | 1", "return a * 2 & 1", "return a * 2 | 0", "return a * 2 | 2",
        "return a * 3 | 1", "return a / 2 | 1",
    ]  # fmt: skip
