"""A folder to start from: a small overlay of a shipped scenario, with guidance in comments."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from hepaplan.model.problems import WrongUse
from hepaplan.scenarios.files import SCENARIO_FILE, shipped

NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
BASE = "greater-manchester"

TEMPLATE = """\
# {name}: what differs from {base}. Everything not stated here is taken from there.
#
#   hepaplan check {name}        lists everything wrong, with file and line
#   hepaplan explain {name} KEY  says what a figure is, its source, and who set it
#   hepaplan run {name}          works the whole path and writes the report
#
# Lines that begin with '# ' are guidance; those that begin with '#: ' are examples. Take '#: ' away
# to use one. Whatever changes a figure says why, in `reason`.

based_on = "{base}"
name = "{name}"
title = "{title}"
question = "What happens if … ? Write your question here; the report prints it."

# The months planned for.
[window]
months = 60
reason = "Five years, as in {base}; change it to your planning horizon"

# A figure keeps the unit, source and quality of the base unless you state them. State all three
# and the base's interval and note go too. Quality is published, derived, judgement or illustrative.
#: [economics.willingness_to_pay]
#: value = 30000
#: unit = "GBP per QALY"
#: source = "planner"
#: quality = "judgement"
#: reason = "The upper end of the range in use"

# Where your own figures come from. Every `source` above and in your tables is a key here.
[sources.planner]
citation = "{title}: own figures of the planning team"
seen = true

# Changes of capacity over time: `number` of the base times `multiply`, plus `add`, from one month
# to another, both included. The header alone means: no change. One row for each change, such as
#   central,theatre_minutes,2027-04,2027-09,0.75,0,A quarter of lists lost to refurbishment
# with the names of sites and resources that `hepaplan explain {name} site` and
# `hepaplan explain {name} resource` list.
[tables.capacity_changes]
file = "capacity_changes.csv"
unit = "saleable units"
source = "planner"
quality = "judgement"
reason = "Our own changes of capacity"
"""
CHANGES = "site,resource,from_month,to_month,multiply,add,reason\n"


class CannotCreate(WrongUse):
    """A starter folder that cannot be made; the text says why and what to do."""


def write_starter(name: str, folder: Path, base: str = BASE) -> Path:
    """Return the new folder `folder/name`, which holds an overlay that passes `hepaplan check`."""
    target = new_target(name, folder / name)
    title = title_of(name)
    text = TEMPLATE.format(name=name, base=base, title=title)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=folder))
    try:
        (unfinished / SCENARIO_FILE).write_text(text, encoding="utf-8", newline="\n")
        (unfinished / "capacity_changes.csv").write_text(CHANGES, encoding="utf-8", newline="\n")
        unfinished.chmod(0o755)
        unfinished.rename(target)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return target


def title_of(name: str) -> str:
    """Return a title to begin with."""
    return name.replace("-", " ").replace("_", " ").capitalize()


def new_target(name: str, target: Path) -> Path:
    """Return what a new scenario is written to, or raise if it may not have that name or place."""
    if not NAME.match(name):
        raise CannotCreate(
            f"found '{name}'; expected a name of small letters, digits and hyphens, such as "
            "my-region; choose another"
        )
    if name in shipped():
        raise CannotCreate(f"'{name}' is the name of a shipped scenario; choose another")
    if target.exists() or target.is_symlink():
        raise CannotCreate(f"'{target.name}' exists already and is left alone; choose another name")
    if not target.parent.is_dir():
        raise CannotCreate(f"'{target.parent.name}' is no folder; create it first")
    return target
