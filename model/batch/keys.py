"""What a run's result depends on, as one short text: the key under which the result is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from hepaplan.model.batch.design import Level, Sample, Target
from hepaplan.model.depth import Depth
from hepaplan.model.figures import with_figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import dotted
from hepaplan.model.quantities import Sourced

KEY_BYTES = 16
WORDS = {"name", "title", "question", "sources"}


def scenario_digest(scenario: Scenario) -> str:
    """Return a hash of everything in a scenario that a result may depend on.

    Every figure with its unit, interval, distribution, samples and quality, what copies it, alike
    or altered since, the currency and year of a price that was converted (its samples and
    parameters stay as stated), every switch, and the contents of every table; not names, notes,
    reasons, citations, comments, nor where files lie.
    """
    bare = with_figures(scenario.settings, _without_words)
    pathway = with_figures(scenario.pathway, _without_words)
    tables = {
        field.name: getattr(scenario.tables, field.name).to_dict("list")
        for field in fields(scenario.tables)
    }
    return digest(
        {
            "settings": bare.model_dump(mode="json", exclude=WORDS),
            "pathway": pathway.model_dump(mode="json"),
            "tables": tables,
            "copies": {dotted(copy): dotted(of) for copy, of in scenario.copies.items()},
            "originals": {dotted(copy): dotted(of) for copy, of in scenario.originals.items()},
            "samples": {dotted(key): list(v) for key, v in scenario.samples.items()},
            "stated_in": {
                dotted(key): [amount.currency, amount.price_year]
                for key, amount in scenario.stated.items()
            },
        }
    )


def task_key(
    base: str,
    targets: Mapping[str, Target],
    values: Mapping[str, Level],
    sample: Sample | None,
    draw: int | None,
    outputs: Sequence[str],
    depth: Depth,
    code: str,
) -> str:
    """Return the key of a run: 32 hexadecimal digits.

    `base` is the digest of its base scenario, with overlays and switches already in it; of
    `values`, those that `targets` apply to it count, by what they change and not by the name of
    their axis. One amount in the prices of two years is two changes. `code` is the version of the
    model's source.
    """
    return digest(
        {
            "base": base,
            "changes": sorted(_change(target, values[name]) for name, target in targets.items()),
            "draw": None if sample is None else _draw(sample, draw),
            "outputs": sorted(set(outputs)),
            "depth": asdict(depth),
            "code": code,
        }
    )


def digest(content: Any) -> str:
    """Return the BLAKE2b hash of JSON with sorted names: the same on any machine."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).hexdigest()


def _change(target: Target, level: Level) -> list[str]:
    """Return all that a level changes, how, and the factor that turns it into other prices."""
    cell = [] if target.cell is None else [".".join(("capacity", *target.cell))]
    what = [*cell, *sorted(map(dotted, target.figures))]
    return [*what, target.group, target.by, repr(float(target.factor)), repr(float(level))]


def _draw(sample: Sample, draw: int | None) -> list[Any]:
    """Return what a draw depends on; how many there are does not matter where each has its own."""
    count = None if sample.sampling == "random" else sample.count
    inputs = None if sample.inputs is None else list(sample.inputs)
    return [sample.seed, sample.sampling, inputs, count, draw]


def _without_words(_: Any, figure: Sourced) -> Sourced:
    return figure.model_copy(update={"note": "", "reason": ""})
