"""Inside model/ and reports/ too, imports go one way: rooms know only what is listed here."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.test_imports import imported

ROOT = Path(__file__).parents[1]
Graph = Mapping[str, set[str]]

LEAVES = {"model.tables.words", "model.tables.tidy"}
"""Words and tables in general: they know no room, and every room may use them."""

MODEL: Graph = {
    "model.survival": set(),
    "model.money": set(),
    "model.flows": set(),
    "model.uncertainty.spread": {"model.money"},
    "model.cohort": {"model.money"},
    "model.input_checks": {"model.money", "model.survival"},
    "model.sites": {"model.flows"},
    "model.delay_harm": {"model.flows", "model.sites"},
    "model.allocation": {"model.delay_harm", "model.sites"},
    "model.chance": {"model.sites"},
    "model.tables": {
        "model.allocation", "model.flows", "model.sites", "model.survival",
        "model.uncertainty.spread",
    },
    "model.ages": {"model.flows", "model.tables"},
    "model.ties": {"model.sites", "model.tables"},
    "model.by_hand": {"model.ages", "model.allocation", "model.sites", "model.tables"},
    "model.compare": {"model.allocation", "model.input_checks", "model.tables"},
    "model.uncertainty.drawing": {"model.uncertainty.spread"},
    "model.uncertainty.moving": {"model.uncertainty.drawing", "model.uncertainty.spread"},
    "model.uncertainty.region": {
        "model.flows", "model.sites", "model.uncertainty.drawing", "model.uncertainty.moving",
        "model.uncertainty.spread",
    },
    "model.uncertainty.information": {"model.chance", "model.uncertainty.spread"},
    "model.uncertainty.results": {
        "model.chance", "model.uncertainty.information", "model.uncertainty.spread",
    },
    "model.uncertainty": {
        "model.chance", "model.compare", "model.sites", "model.tables",
        "model.uncertainty.drawing", "model.uncertainty.information", "model.uncertainty.moving",
        "model.uncertainty.region", "model.uncertainty.results", "model.uncertainty.spread",
    },
    "model.batch": {"model.uncertainty.drawing", "model.uncertainty.spread"},
    "model.calibration": {
        "model.batch", "model.flows", "model.tables", "model.uncertainty",
        "model.uncertainty.drawing", "model.uncertainty.moving", "model.uncertainty.spread",
    },
}  # fmt: skip
VERIFICATION = {"model.verification": set(MODEL)}
"""The verification list looks at everything, and no room looks at it."""

REPORTS: Graph = {
    "reports.views": set(),
    "reports.live": {"reports.views"},
    "reports.pictures": {"reports.views"},
    "reports.sheets": {"reports.pictures", "reports.views"},
    "reports.study": {"reports.pictures"},
    "reports.page": {"reports.pictures", "reports.study", "reports.views"},
    "reports.compare": {
        "reports.pictures", "reports.sheets", "reports.study", "reports.views",
    },
    "reports.batch": {"reports.study"},
    "reports.verification": {"reports.live", "reports.study", "reports.views"},
}  # fmt: skip
ROOMS = {**MODEL, **VERIFICATION, **REPORTS}

AGAINST_THE_ORDER = {
    ("model.sites.feasibility", "model.allocation.most_people"):
        "whether a minimum can be met is a programme of its own",
    ("model.sites.network", "model.delay_harm.delayed"):
        "a network carries what a month of waiting does after a start",
    ("model.uncertainty.results.acceptability", "model.uncertainty.strategies"):
        "the draws of strategies, as a type",
    ("reports.pictures.pathway_picture", "reports.study.canvas"):
        "the canvas was first drawn on by studies",
    ("reports.pictures.pathway_picture", "reports.study.svg"):
        "the same, on the page",
    ("reports.study.native_bars", "reports.compare.headlines"):
        "a sentence above a bridge's bars",
    ("reports.study.page", "reports.page.html"):
        "what every page is written with",
}  # fmt: skip
"""Modules that look up the order, and why; one that no longer does has to leave this list."""

EVALUATES = {f"model.{name}" for name in ("evaluate", "analyses", "outputs", "results")}
MAY_EVALUATE = {
    "model.batch", "model.by_hand", "model.calibration", "model.compare", "model.uncertainty",
    "model.uncertainty.moving", "model.uncertainty.region",
}  # fmt: skip


@cache
def modules() -> dict[str, Path]:
    """Return every module of model and reports by its name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for top in ("model", "reports", "scenarios")
        for path in sorted((ROOT / top).rglob("*.py"))
    }


def room_of(module: str, path: Path | None = None) -> str:
    """Return the folder a module is in; nothing for one at the top and for the leaves."""
    own = path or modules()[module]
    room = module if own.name == "__init__.py" else module.rpartition(".")[0]
    return "" if "." not in room or module in LEAVES else room


def known_by(source: str) -> set[str]:
    """Return the modules of ours that a source imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if _ours(name) in modules() else str(node.module) for name in names}
    return {_ours(name) for name in found | set(imported(source))} & set(modules())


def _ours(name: str) -> str:
    return name.removeprefix("hepaplan.")


def faults(module: str, room: str, source: str) -> Iterator[str]:
    """Yield each import from a room that this one may not know."""
    for name in sorted(known_by(source)):
        other = room_of(name)
        if name in EVALUATES and room.startswith("model.") and room not in MAY_EVALUATE:
            yield f"{module}: {room} comes before the evaluation and may not import {name}"
        if not room or other in ("", room) or (module, name) in AGAINST_THE_ORDER:
            continue
        if other.split(".")[0] == room.split(".")[0] and other not in ROOMS[room]:
            yield f"{module}: {room} may not know {other} ({name})"


def test_each_room_imports_only_what_it_may_know() -> None:
    assert [
        fault
        for module, path in modules().items()
        if not module.startswith("scenarios")
        for fault in faults(module, room_of(module), path.read_text(encoding="utf-8"))
    ] == []


def test_every_room_is_listed_and_every_listed_room_is_there() -> None:
    found = {room_of(name) for name in modules() if not name.startswith("scenarios")} - {""}
    assert found == set(ROOMS)


@pytest.mark.parametrize("rooms", [{**MODEL, **VERIFICATION}, REPORTS])
def test_the_rooms_stand_in_an_order(rooms: Graph) -> None:
    order = list(TopologicalSorter(rooms).static_order())
    assert set(order) == set(rooms)


def test_what_goes_against_the_order_still_does() -> None:
    for module, name in AGAINST_THE_ORDER:
        assert name in known_by(modules()[module].read_text(encoding="utf-8")), (module, name)


@pytest.mark.parametrize(
    ("room", "never"),
    [
        ("model.cohort", "model.sites"),
        ("model.survival", "model.sites"),
        ("model.money", "model.sites"),
        ("model.money", "model.allocation"),
        ("model.allocation", "model.uncertainty"),
        ("model.allocation", "model.tables"),
        ("model.tables", "model.uncertainty.drawing"),
        ("model.ages", "model.verification"),
    ],
)
def test_some_rooms_never_come_to_know_others(room: str, never: str) -> None:
    """What a room reaches by way of others counts too."""
    reached, waiting = set[str](), [room]
    while waiting:
        for other in ROOMS[waiting.pop()] - reached:
            reached.add(other)
            waiting.append(other)
    assert never not in reached


@pytest.mark.parametrize(
    ("module", "source", "words"),
    [
        ("model.money.x", "from hepaplan.model.sites import network", "may not know model.sites"),
        ("model.cohort.x", "def f():\n    import hepaplan.model.allocation.plan", "may not know"),
        ("model.tables.x", "from hepaplan.model.evaluate import usual_care", "the evaluation"),
        ("model.allocation.x", "from hepaplan.model.uncertainty.psa import psa", "may not know"),
        ("reports.views.x", "from hepaplan.reports.sheets.cover import x", "may not know"),
    ],
)
def test_a_wrong_way_is_found(module: str, source: str, words: str) -> None:
    room = module.rpartition(".")[0]
    assert words in " ".join(faults(module, room, source))


def cycle(graph: Graph) -> list[str]:
    """Return the modules of an import cycle; none if there is none."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def at_the_top(source: str) -> str:
    """Return a source without what is imported only when a function runs."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return ast.unparse(tree)


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        name: known_by(at_the_top(path.read_text(encoding="utf-8"))) - {name}
        for name, path in modules().items()
    }
    assert sum(map(len, graph.values())) > 1000
    assert cycle(graph) == []


def test_a_cycle_is_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
