"""Changes to merged values: `like` copies inside a pathway, and `--set` on the command line."""

from __future__ import annotations

import copy
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hepaplan.model.parameters import Place
from hepaplan.model.problems import Key, Problem, dotted, listed, nearest
from hepaplan.scenarios.chain import SPREAD
from hepaplan.scenarios.overlays import Merged
from hepaplan.scenarios.problems import LocatedProblem

COMMAND_LINE = "command line"
SET_REASON = "set on the command line"


def resolve_likes(merged: Merged) -> None:
    """Fill in every option that says it is like another, in place.

    `like = "resection"` copies an option of the same point, `like = "ablatable.ablation"` one of
    another; what the option itself states goes over the copy.
    """
    points = merged.content.get("pathway", {}).get("decision_point", {})
    if not isinstance(points, dict):
        return
    done: set[tuple[str, str]] = set()
    for point, record in points.items():
        options = record.get("option", {}) if isinstance(record, dict) else {}
        for option in list(options) if isinstance(options, dict) else []:
            _resolve(merged, points, (point, option), (), done)


def _resolve(
    merged: Merged,
    points: dict[str, Any],
    at: tuple[str, str],
    chain: tuple[tuple[str, str], ...],
    done: set[tuple[str, str]],
) -> None:
    option = points[at[0]]["option"][at[1]]
    if at in done or not isinstance(option, dict) or "like" not in option:
        return
    done.add(at)
    key: Key = ("pathway", "decision_point", at[0], "option", at[1])
    stated = option.pop("like")
    point, _, name = str(stated).rpartition(".")
    source = (point or at[0], name)
    known = {
        (p, o)
        for p, r in points.items()
        if isinstance(r, dict) and isinstance(r.get("option"), dict)
        for o in r["option"]
    }
    looped = source in (*chain, at)
    if source not in known or looped:
        merged.broken.add(key)
    if source not in known:
        names = [o if p == at[0] else f"{p}.{o}" for p, o in sorted(known - {at})]
        merged.problems.append(
            merged.problem(
                (*key, "like"),
                f"found '{stated}', which is no option{nearest(str(stated), names)}; "
                f"expected one of {listed(names)}",
            )
        )
        return
    if looped:
        loop = " -> ".join(".".join(p) for p in (*chain, at, source))
        merged.problems.append(
            merged.problem(
                (*key, "like"),
                f"found options alike in a circle: {loop}; state one of them in full",
            )
        )
        return
    _resolve(merged, points, source, (*chain, at), done)
    other = points[source[0]]["option"][source[1]]
    if isinstance(other, dict):
        start = ("pathway", "decision_point", source[0], "option", source[1])
        merged.likes[key] = start
        points[at[0]]["option"][at[1]] = _under(merged, other, option, start, key)


def _under(
    merged: Merged, below: Mapping[str, Any], above: Mapping[str, Any], source: Key, key: Key
) -> dict[str, Any]:
    """Return a copy of `below` with `above` over it; copied keys keep their own places."""
    result = dict(above)
    for name, value in below.items():
        inner, copied = (*key, name), (*source, name)
        if name not in above:
            result[name] = copy.deepcopy(value)
            _copy_places(merged, value, copied, inner)
        elif isinstance(value, dict) and isinstance(above[name], dict):
            whole = above[name].keys() >= {"unit", "source", "quality"}
            if not whole:
                result[name] = _under(merged, value, above[name], copied, inner)
    return result


def _copy_places(merged: Merged, value: Any, source: Key, key: Key) -> None:
    if source in merged.places:
        merged.places[key] = merged.places[source]
        merged.copies[key] = source
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for name, part in parts:
            _copy_places(merged, part, (*source, name), (*key, name))


def told_once(merged: Merged, problems: Sequence[Problem]) -> list[Problem]:
    """Return problems without those that a copy repeats; the original's says how many do."""
    known, copies = set(problems), Counter[Problem]()
    for problem in dict.fromkeys(problems):
        original = replace(problem, key=merged.original(problem.key))
        if original != problem and original in known:
            known.remove(problem)
            copies[original] += 1
    return [
        replace(p, message=f"{p.message} (and {n} cop{'y' if n == 1 else 'ies'})") if n else p
        for p, n in ((p, copies[p]) for p in dict.fromkeys(problems) if p in known)
    ]


def apply_where_stated(merged: Merged, settings: Mapping[str, str]) -> dict[str, str]:
    """Change values that the files state, in place; return the settings that find none.

    Before copies are made, so that what is set moves with its copies, as in an overlay.
    """
    return {stated: text for stated, text in settings.items() if _apply(merged, stated, text)}


def apply_settings(merged: Merged, settings: Mapping[str, str]) -> None:
    """Change values as `--set key=value` says, in place.

    Setting a figure sets its value and its reason; its interval, which was the old value's, goes,
    and so does its quality: a value tried out is illustrative.
    """
    for stated, text in settings.items():
        problem = _apply(merged, stated, text)
        if problem:
            merged.problems.append(LocatedProblem(COMMAND_LINE, None, f"--set {stated}", problem))


def _apply(merged: Merged, stated: str, text: str) -> str:
    """Change one value; return what is wrong, or nothing."""
    try:
        key = key_parts(stated)
    except (tomllib.TOMLDecodeError, ValueError):
        return f"found '{stated}'; expected a key such as economics.horizon_years"
    table: Any = merged.content
    for depth, part in enumerate(key[:-1]):
        if not isinstance(table, dict) or not isinstance(table.get(part), dict):
            return _unknown(key[: depth + 1], table)
        table = table[part]
    name = key[-1]
    if name not in table:
        by_group = table.get("value")
        if isinstance(by_group, dict) and name in by_group:
            return f"found no {dotted(key)}; did you mean {dotted((*key[:-1], 'value', name))}?"
        return _unknown(key, table)
    if isinstance(table[name], dict):
        if "value" not in table[name]:
            return f"is a table, not a value; expected one of its keys: {listed(table[name])}"
        table, name, key = table[name], "value", (*key, "value")
    new = _value(text, table[name])
    if new is None:
        return f"found '{text}'; expected a value such as {_example(table[name])}"
    around = _figure_around(merged.content, key)
    table[name] = new
    merged.places[key] = merged.places[key[:-1]] = Place(COMMAND_LINE)
    merged.reasons[key] = SET_REASON
    if around is not None:
        mark_changed(around, SET_REASON, "illustrative")
    return ""


def mark_changed(figure: dict[str, Any], reason: str, quality: str) -> None:
    """Say of a figure, in place, why its value is another; what was the old value's goes."""
    dropped = [k for k in SPREAD if figure.pop(k, None) is not None]
    lost = f" (was given with {listed(dropped)}, which no longer hold)" if dropped else ""
    figure["quality"] = quality
    if lost or not str(figure.get("reason", "")).startswith(reason):
        figure["reason"] = reason + lost


def _figure_around(values: Mapping[str, Any], key: Key) -> dict[str, Any] | None:
    """Return the figure whose value a key sets: a key `value`, or a group below it."""
    if "value" not in key:
        return None
    table: Any = values
    for part in key[: key.index("value")]:
        table = table[part]
    return table if isinstance(table, dict) and "unit" in table else None


def key_parts(stated: str) -> tuple[str, ...]:
    """Return the parts of a key as `--set` writes it; ValueError for what is no key."""
    if "\n" in stated or "=" in stated:
        raise ValueError(stated)
    table: Any = tomllib.loads(f"{stated} = 0")
    parts: list[str] = []
    while isinstance(table, dict):
        [(part, table)] = table.items()
        parts.append(part)
    return tuple(parts)


def _value(text: str, old: Any) -> Any:
    """Return a value as TOML reads it; text needs no quotes where text is expected."""
    try:
        read = tomllib.loads(f"value = {text}") if "\n" not in text else {}
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        read = {}
    new = read.get("value") if len(read) == 1 else None
    if isinstance(old, str) and not isinstance(new, str):
        return text
    return new


def _example(old: Any) -> str:
    if isinstance(old, bool):
        return "true or false"
    return f'"{old}"' if isinstance(old, str) else str(old)


def _unknown(key: Key, table: Any) -> str:
    names = list(table) if isinstance(table, dict) else []
    return f"found no {dotted(key)}{nearest(str(key[-1]), names)}; expected one of {listed(names)}"
