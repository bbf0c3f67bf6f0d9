"""What is wrong with a design before any scenario is read, said so that it can be mended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from hepaplan.model.batch.axes import all_levels, run_count
from hepaplan.model.batch.design import DRAW_AXIS, Axis, Design
from hepaplan.model.problems import Key, Problem, listed

MOST_RUNS = 1_000_000
MOST_EVER = 1_000_000_000
"""Runs beyond which a batch would neither end nor be kept, whoever asks for it."""
MOST_LEVELS = 100_000
MOST_DRAWS = 20_000
"""Every worker holds the draws of a base: 5 kB for each draw of all figures of a large scenario."""
FEWEST_STEPS = 2
NAME = re.compile(r"[A-Za-z0-9_][\w.\-]{0,199}")
FOLDER = re.compile(r"[\w][^/\\\x00-\x1f]*")
LONGEST_NAME = 200
"""Bytes of a design's name: disks take 255 for a folder, and the batch's has a word more."""
KINDS = ("values", "from", "sample", "overlays", "scenarios")
RESERVED = frozenset(
    {"run", "key", "status", "why", "words", "seconds", "runs", "P10", "Mean", "P90"}
)
"""Columns of results, failures and report that say how runs went; capitals do not count."""
ONLY_WITH = {
    "to": ("from",),
    "steps": ("from",),
    "scale": ("from",),
    "by": ("values", "from"),
    "key": ("values", "from"),
    "draws": ("sample",),
    "seed": ("sample",),
    "inputs": ("sample",),
    "sampling": ("sample",),
}
ALIASES = {"first": "from", "last": "to"}
LISTS = ("values", "overlays", "scenarios")
KIND_OF: dict[type, str] = {
    int: "numbers",
    float: "numbers",
    str: "words",
    bool: "true and false",
}
Found = tuple[Key, str]
"""Where below its axis a fault is, and what it is."""


def design_problems(design: Design, allow_many: bool) -> list[Problem]:
    """Return every fault of a design that shows without its scenarios.

    More than a million runs are a fault unless `allow_many`.
    """
    found = [problem for name in design.axes for problem in _axis_faults(design, name)]
    found += _faults_together(design)
    if not found:
        found += _size_faults(design, allow_many)
    return found


def key_of(design: Design, axis: str) -> str:
    """Return the key that an axis changes: the one it states, or its own name."""
    return design.axes[axis].key or axis


def _axis_faults(design: Design, name: str) -> Iterator[Problem]:
    axis, at = design.axes[name], ("axes", name)
    stated = {ALIASES.get(field, field) for field in axis.model_fields_set}
    kinds = [kind for kind in KINDS if kind in stated]
    if not NAME.fullmatch(name):
        message = "expected a name of letters, digits, dots, hyphens and underscores; rename it"
        yield Problem(at, message)
    taken = {*RESERVED, *design.outputs} | ({DRAW_AXIS} if design.draws else set())
    if name.casefold() in {other.casefold() for other in taken}:
        yield Problem(at, "is the name of another column of the results; rename the axis")
    if len(kinds) != 1:
        said = f"found {listed(kinds)}; " if kinds else ""
        yield Problem(
            at,
            f"{said}expected one of values (a list), from, to and steps (a range), "
            'sample = "distribution", overlays or scenarios; state one',
        )
        return
    for field, homes in ONLY_WITH.items():
        if field in stated and kinds[0] not in homes:
            yield Problem((*at, field), f"belongs to {' or '.join(homes)}; delete it")
    yield from (Problem((*at, *where), message) for where, message in _KIND[kinds[0]](axis))


def _list_faults(axis: Axis) -> Iterator[Found]:
    field = next(name for name in LISTS if getattr(axis, name) is not None)
    stated = getattr(axis, field)
    if not stated:
        yield (field,), "found an empty list; expected one value or more; fill it in"
    seen = set()
    for place, level in enumerate(stated):
        if type(level) not in KIND_OF:
            yield (field, place), "expected a number, a word, or true or false"
        elif (KIND_OF[type(level)], level) in seen:
            yield (field, place), f"found {level} twice; delete one"
        else:
            seen.add((KIND_OF[type(level)], level))
    kinds = {kind for kind, _ in seen}
    if len(kinds) > 1:
        yield (field,), f"found {listed(sorted(kinds))} in one list; expected values of one kind"
    if axis.by != "set" and kinds - {"numbers"}:
        yield ("by",), f'"{axis.by}" needs numbers; words and switches can only be set'


def _range_faults(axis: Axis) -> Iterator[Found]:
    for field, value in (("to", axis.last), ("steps", axis.steps)):
        if value is None:
            yield (field,), "is missing; a range states from, to and steps"
    if axis.steps is not None and not FEWEST_STEPS <= axis.steps <= MOST_LEVELS:
        yield (
            ("steps",),
            f"found {axis.steps}; expected {FEWEST_STEPS} to {MOST_LEVELS:,}: how many values, "
            "both ends included",
        )
    if axis.first is None or axis.last is None:
        return
    if axis.first == axis.last:
        yield ("to",), f"found {axis.last:g}, where the range begins; expected another value"
    if axis.scale == "log" and axis.first * axis.last <= 0:
        yield (
            ("scale",),
            f"a log range cannot go from {axis.first:g} to {axis.last:g}, to or through 0; "
            'move the ends to one side of 0, or write scale = "linear"',
        )


def _sample_faults(axis: Axis) -> Iterator[Found]:
    if axis.draws is None:
        yield ("draws",), "is missing; write how many draws, such as draws = 100"
    elif not 1 <= axis.draws <= MOST_DRAWS:
        yield ("draws",), f"found {axis.draws}; expected 1 to {MOST_DRAWS:,}"
    if axis.inputs is not None and not axis.inputs:
        yield ("inputs",), "found an empty list; name the inputs, or delete it to draw all"


_KIND = {
    "values": _list_faults,
    "overlays": _list_faults,
    "scenarios": _list_faults,
    "from": _range_faults,
    "sample": _sample_faults,
}


def _faults_together(design: Design) -> Iterator[Problem]:
    """Yield faults of axes beside each other, and of the design's name."""
    if not FOLDER.fullmatch(design.name):
        message = "names the batch's folder; begin with a letter or digit, and write no / or \\"
        yield Problem(("name",), message)
    if (size := len(design.name.encode())) > LONGEST_NAME:
        message = f"names the batch's folder: found {size} bytes; expected at most {LONGEST_NAME}"
        yield Problem(("name",), f"{message}; shorten it")
    for first, second in combinations(design.axes, 2):
        if first.casefold() == second.casefold():
            message = f"is axis {first} but for capitals, which databases take for one; rename it"
            yield Problem(("axes", second), message)
    if not design.axes and not design.draws:
        yield Problem(("axes",), "found nothing that varies; add an axis, or draws = 1000")
    if design.draws > MOST_DRAWS:
        yield Problem(("draws",), f"found {design.draws}; expected at most {MOST_DRAWS:,}")
    for place, output in enumerate(design.outputs):
        if output in design.outputs[:place]:
            yield Problem(("outputs", place), f"found {output} twice; delete one")
    changing = [name for name, axis in design.axes.items() if _changes(axis)]
    for first, second in combinations(changing, 2):
        one, other = key_of(design, first).split("."), key_of(design, second).split(".")
        shorter = min(len(one), len(other))
        if one[:shorter] == other[:shorter]:
            message = f"changes what axis {first} changes; two axes on one value: delete one"
            yield Problem(("axes", second), message)
    sampling = [name for name, axis in design.axes.items() if axis.sample is not None]
    for name in sampling if design.draws else sampling[1:]:
        before = "draws at the top" if design.draws else f"axis {sampling[0]}"
        yield Problem(("axes", name, "sample"), f"{before} draws too; draw once, all inputs named")
    for first, second in combinations([n for n, a in design.axes.items() if a.scenarios], 2):
        yield Problem(("axes", second), f"axis {first} chooses the scenario too; delete one")


def _size_faults(design: Design, allow_many: bool) -> Iterator[Problem]:
    levels = all_levels(design)
    if design.combine == "zip":
        sizes = {name: len(levels[name]) for name in design.axes}
        if len(sizes) < 2:
            yield Problem(("combine",), '"zip" pairs two or more axes; delete it')
            return
        if len(set(sizes.values())) > 1:
            counts = listed(f"{name} {size}" for name, size in sizes.items())
            message = f'"zip" pairs axes of one length; found {counts}; make them equal'
            yield Problem(("combine",), message)
            return
    runs = run_count(design, levels)
    if runs > (MOST_EVER if allow_many else MOST_RUNS):
        counts = " x ".join(f"{name} {len(stated):,}" for name, stated in levels.items())
        yield Problem(
            ("axes",),
            f"found {runs:,} runs ({counts}); expected at most "
            + (
                f"{MOST_EVER:,}, with --yes too; take fewer levels"
                if allow_many
                else f"{MOST_RUNS:,}; take fewer levels, or add --yes if so many are meant"
            ),
        )


def _changes(axis: Axis) -> bool:
    return axis.values is not None or axis.first is not None
