"""Mutation score of the model: how many of a sample of small faults the tests notice.

    pip install -e '.[mutation]'               # in an environment of its own
    python -m tests.mutation.score --record tests/model tests/verification tests/scenarios
    python -m tests.mutation.score --sample 400 --seed 7

The first runs the tests once and keeps which of them touch which line; with the names of single
files it brings only these up to date. The second draws mutants and tries each; stopped, it goes on
where it was. Do both in a copy that nobody edits, such as a fresh clone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from math import sqrt
from pathlib import Path

from tests.mutation.attempt import attempt
from tests.mutation.evidence import Evidence, record
from tests.mutation.forks import Attempt, each_in_a_fork, import_libraries
from tests.mutation.mutants import OPERATORS, Mutant, mutants_of, mutated, sample

NORMAL = 1.96
KILLED = ("killed", "timeout")
Ended = Mapping[str, object]


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """Return the 95% interval of a share (Wilson, 1927, doi:10.1080/01621459.1927.10502953)."""
    share, square = hits / tries, NORMAL**2 / tries
    middle = (share + square / 2) / (1 + square)
    half = NORMAL / (1 + square) * sqrt(share * (1 - share) / tries + square / tries / 4)
    return middle - half, middle + half


def all_mutants(tree: Path, folder: Path) -> list[Mutant]:
    """Return the mutants of every file of the model; those of files seen before from a cache."""
    found: list[Mutant] = []
    cache = folder / "mutants"
    cache.mkdir(parents=True, exist_ok=True)
    for path in sorted((tree / "model").rglob("*.py")):
        file = str(path.relative_to(tree))
        text = file.encode() + path.read_bytes() + repr(OPERATORS).encode()
        kept = cache / hashlib.sha256(text).hexdigest()
        if not kept.exists():
            rows = [[m.file, m.operator, m.occurrence, m.line] for m in mutants_of(tree, file)]
            kept.write_text(json.dumps(rows), encoding="utf-8")
        found += [Mutant(*row) for row in json.loads(kept.read_text(encoding="utf-8"))]
    return found


def attempts(
    mutants: Sequence[Mutant], evidence: Evidence, seconds: float, unchanged: bool = False
) -> Iterator[tuple[str, Attempt]]:
    """Yield what to do for each mutant; unchanged, the same tests on the file as it is."""
    for mutant in mutants:
        tests = evidence.tests_of(mutant)
        if not tests:
            yield mutant.key, lambda: {"ended": "not covered"}
            continue
        tree, file = evidence.tree, mutant.file
        text = (tree / file).read_text(encoding="utf-8") if unchanged else mutated(tree, mutant)
        yield mutant.key, partial(attempt, tree, file, text, tests, evidence.seconds, seconds)


def told(results: Mapping[str, Ended]) -> str:
    """Return the counts, the score with its interval, and the survivors."""
    counts = Counter(str(result["ended"]) for result in results.values())
    noticed = sum(counts[how] for how in KILLED)
    low, high = wilson(noticed, len(results))
    lines = [f"{len(results)} mutants: " + ", ".join(f"{n} {how}" for how, n in counts.items())]
    lines.append(f"score {noticed / len(results):.1%} (95% interval {low:.1%} to {high:.1%})")
    alive = (key for key, result in results.items() if result["ended"] not in KILLED)
    return "\n".join([*lines, *sorted(alive)])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--record", nargs="+", metavar="TESTS", help="run these with coverage")
    words.add_argument("--sample", type=int, default=400)
    words.add_argument("--seed", type=int, default=7)
    words.add_argument("--seconds", type=float, default=40.0, help="of tests for each mutant")
    words.add_argument("--file-seconds", type=float, default=60.0, help="of a recorded file")
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--again", action="store_true", help="survivors whose time was up, only")
    words.add_argument("--unchanged", action="store_true", help="a control: all must survive")
    words.add_argument("--tree", type=Path, default=Path(__file__).parents[2])
    words.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "mutation")
    asked = words.parse_args()
    os.nice(10)
    import_libraries()
    if asked.record:
        record(asked.tree, asked.work, asked.record, asked.workers, asked.file_seconds)
        return
    chosen = sample(all_mutants(asked.tree, asked.work), asked.sample, asked.seed)
    control = "-unchanged" if asked.unchanged else ""
    kept = asked.work / f"results-{asked.sample}-{asked.seed}{control}.jsonl"
    kept.touch()
    results: dict[str, Ended] = dict(map(json.loads, kept.read_text("utf-8").splitlines()))
    if asked.again:
        left = [m for m in chosen if results.get(m.key, {}).get("complete") is False]
    else:
        left = [m for m in chosen if m.key not in results]
    evidence = Evidence.of(asked.tree, asked.work)
    todo = attempts(left, evidence, asked.seconds, asked.unchanged)
    with tempfile.TemporaryDirectory() as scratch, kept.open("a", encoding="utf-8") as file:
        for key, ended in each_in_a_fork(todo, asked.workers, Path(scratch)):
            results[key] = ended
            file.write(json.dumps([key, ended]) + "\n")
            file.flush()
    print(told(results))


if __name__ == "__main__":
    main()
