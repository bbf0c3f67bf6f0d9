"""From a chain of files to one set of values, each knowing the file and line that set it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hepaplan.model.parameters import Place
from hepaplan.model.problems import Key, dotted
from hepaplan.scenarios.chain import SPREAD, WORDS, Chain
from hepaplan.scenarios.document import Document
from hepaplan.scenarios.problems import LocatedProblem

NOT_VALUES = WORDS - {*SPREAD}
WHOLE = {"unit", "source", "quality"}
OF_A_FIGURE = {"source", "quality", "value", "points", "file"}
ABOUT_THE_FILE = {"based_on", "pathway_file", "reason"}


@dataclass
class Merged:
    """A scenario's values after every overlay, who set each, and what is wrong with the changes.

    `folders`: where a named table file is looked for. `broken`: tables that a fault above has left
    incomplete, so that what they lack need not be said. `copies`: from a key that `like` filled in
    to the key it was copied from.
    """

    content: dict[str, Any] = field(default_factory=dict)
    places: dict[Key, Place] = field(default_factory=dict)
    folders: dict[Key, Path] = field(default_factory=dict)
    reasons: dict[Key, str] = field(default_factory=dict)
    problems: list[LocatedProblem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    broken: set[Key] = field(default_factory=set)
    copies: dict[Key, Key] = field(default_factory=dict)
    likes: dict[Key, Key] = field(default_factory=dict)
    layers: dict[Key, int] = field(default_factory=dict)

    def locate(self, key: Key) -> Place:
        """Return the place of a key, or of the nearest table around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.places:
                return self.places[key[:length]]
        return self.places.get((), Place("scenario"))

    def original(self, key: Key) -> Key:
        """Return the key that states what is found at `key`, which may be a copy."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.copies:
                return self.original(self.copies[key[:length]] + key[length:])
            if key[:length] in self.places:
                break
        return key

    def is_later(self, key: Key, than: Key) -> bool:
        """Whether the first file to state one key comes over the first to state another."""
        return self.layers.get(key, 0) > self.layers.get(than, 0)

    def problem(self, key: Key, message: str) -> LocatedProblem:
        """Return a problem with the place of its key."""
        return LocatedProblem.at(self.locate(key), dotted(key), message)


def merge(chain: Chain) -> Merged:
    """Return the values of a chain's files, later files over earlier ones.

    Tables are merged key by key; lists are replaced whole, and so is a figure stated in full
    (with unit, source and quality). A pathway file replaces the pathway below it. Whatever changes
    a value below gives its reason, beside it or in a table around it.
    """
    merged = Merged(notices=list(chain.notices))
    merged.places[()] = Place(chain.top.name)
    for document in chain.documents:
        pathway = chain.pathways.get(document.path)
        if pathway is not None:
            _put_pathway(merged, pathway, document)
        for name in document.replaces:
            merged.content.pop(name, None)
            _forget_places(merged, name)
        _Layer(merged, document).apply(document.content)
    if "name" not in chain.top.content and "based_on" in chain.top.content:
        merged.content["name"] = chain.top.path.resolve().parent.name
        merged.places[("name",)] = Place(chain.top.name)
    return merged


def _put_pathway(merged: Merged, pathway: Document, document: Document) -> None:
    old = merged.content.pop("pathway", None)
    reason = document.content.get("reason")
    if old is not None and not reason:
        line = document.line_of(("pathway_file",))
        message = 'replaces the pathway below; expected a reason; add reason = "…" at the top'
        merged.problems.append(LocatedProblem(document.name, line, "pathway_file", message))
    _forget_places(merged, "pathway")
    values = {k: v for k, v in pathway.content.items() if k != "sources"}
    _Layer(merged, pathway, prefix=("pathway",)).apply({"pathway": values})
    sources = {"sources": pathway.content.get("sources", {})}
    if sources["sources"]:
        _Layer(merged, pathway).apply(sources)


def _forget_places(merged: Merged, name: str) -> None:
    for known in (merged.places, merged.layers):
        for key in [k for k in known if k[:1] == (name,)]:
            del known[key]


class _Layer:
    """One file going over what lies below it; keys of `prefix` stand around its own."""

    def __init__(self, merged: Merged, document: Document, prefix: Key = ()) -> None:
        self.merged, self.document, self.prefix = merged, document, prefix
        self.number = 1 + max(merged.layers.values(), default=0)

    def apply(self, values: Mapping[str, Any]) -> None:
        kept = {k: v for k, v in values.items() if k not in ABOUT_THE_FILE}
        self._over(self.merged.content, kept, ())

    def _over(
        self,
        below: dict[str, Any],
        above: Mapping[str, Any],
        path: Key,
        around: dict[str, Any] | None = None,
    ) -> None:
        """Put `above` over `below`; `around` is the figure whose values by group these are."""
        holder = below if _is_figure(below) or _is_figure(above) else around
        figure = holder is not None
        for name, new in above.items():
            key = (*path, name)
            old = below.get(name)
            if name == "reason" and not figure:
                continue
            if isinstance(new, dict) and isinstance(old, dict) and not new.keys() >= WHOLE:
                self._set_place(key)
                self._over(old, new, key, holder if name == "value" else None)
                continue
            if isinstance(new, dict):
                new = _without_stray_reasons(new)
            if name in below and _changes(name, old, new):
                reason = self._reason_for(key, new, figure)
                if reason and isinstance(new, dict) and new.keys() >= WHOLE:
                    new = {**new, "reason": reason}
                elif reason and holder is not None:
                    holder["reason"] = reason
            self._replace(below, name, new, key)

    def _replace(self, below: dict[str, Any], name: str, new: Any, key: Key) -> None:
        if isinstance(below.get(name), dict | list):
            for old in [k for k in self.merged.places if k[: len(key)] == key]:
                del self.merged.places[old]
        below[name] = copy.deepcopy(new)
        self._set_place(key)
        self._set_places_below(new, key)

    def _set_places_below(self, value: Any, key: Key) -> None:
        if isinstance(value, dict | list):
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            for part, inner in parts:
                self._set_place((*key, part))
                self._set_places_below(inner, (*key, part))

    def _set_place(self, key: Key) -> None:
        self.merged.places[key] = self.document.place_of(key[len(self.prefix) :])
        self.merged.layers.setdefault(key, self.number)
        if key[-1] == "file":
            self.merged.folders[key] = self.document.path.parent

    def _reason_for(self, key: Key, new: Any, figure: bool) -> str | None:
        """Return the reason for a change; note that it is missing."""
        own = new.get("reason") if isinstance(new, dict) else None
        reason = own or self._reason_around(key)
        if reason:
            self.merged.reasons[key] = str(reason)
            return str(reason)
        inline = figure or isinstance(new, dict)
        where = "beside it" if inline else "in its table, or at the top of the file"
        line = self.document.line_of(key[len(self.prefix) :])
        message = (
            f"changes the value set in {self.merged.locate(key)} without saying why; "
            f'expected a reason; add reason = "…" {where}'
        )
        self.merged.problems.append(LocatedProblem(self.document.name, line, dotted(key), message))
        return None

    def _reason_around(self, key: Key) -> str | None:
        """Return the reason stated in the innermost table around a key."""
        table: Any = self.document.content
        found = table.get("reason")
        for part in key[:-1]:
            table = table.get(part) if isinstance(table, dict) else None
            if isinstance(table, dict):
                found = table.get("reason", found)
        return found if isinstance(found, str) else None


def _changes(name: str, old: Any, new: Any) -> bool:
    """Whether a new value says something else than the old one, words about it apart."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = (old.keys() | new.keys()) - NOT_VALUES
        return any(_changes(n, old.get(n), new.get(n)) for n in names)
    return name not in NOT_VALUES and (type(old) is bool, old) != (type(new) is bool, new)


def _without_stray_reasons(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table without reasons that no figure holds, such as that for switching on."""
    return {
        name: _without_stray_reasons(part) if isinstance(part, dict) else part
        for name, part in table.items()
        if name != "reason" or _is_figure(table)
    }


def _is_figure(table: Mapping[str, Any]) -> bool:
    """Whether a table says what a number is; a resource has a unit too, but no number itself."""
    return "unit" in table and not OF_A_FIGURE.isdisjoint(table)
