"""The readers of TOML and of CSV, each given a spoilt copy of a sound file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from hepaplan.model.evaluate import network_of
from hepaplan.scenarios.designs import load_batch
from hepaplan.scenarios.load import load
from hepaplan.scenarios.plan_files import read_actuals, read_plan
from hepaplan.scenarios.tables import read_table
from hepaplan.scenarios.targets import read_targets
from tests.fuzz.choices import Choices
from tests.fuzz.invariant import outcome
from tests.fuzz.text_edits import spoilt
from tests.support.scenarios import TINY, tiny_usual

DESIGN = """\
name = "try"
scenario = "tiny"
outputs = ["new_metastases", "nothing_scarce.cost_gbp"]
combine = "grid"
[axes.share]
key = "metastases.synchronous_share"
values = [0.1, 0.15]
[axes.months]
key = "window.months"
values = [3, 4]
[axes.theatre]
key = "capacity.hilltop.theatre"
by = "multiply"
from = 1
to = 2
steps = 2
[axes.drawn]
sample = "distribution"
draws = 2
inputs = ["metastases.synchronous_share"]
"""
TARGETS = """\
scenario = "tiny"
starts = 2
seed = 3
[parameter.late]
key = "metastases.late_share"
low = 0.05
high = 0.3
[parameter.synchronous]
key = "metastases.synchronous_share"
low = 0.1
high = 0.2
[target.cases]
output = "new_metastases"
value = 30
standard_error = 2
source = "made_up"
quality = "illustrative"
"""
PLAN = """\
month,site,decision_point,intended,option,starts,referral_share
2027-01,hilltop,operable,resection,resection,0.5,1
2027-01,hilltop,operable,ablation,ablation,0.25,0.25
2027-01,riverside,operable,ablation,ablation,0.125,0.75
2027-01,hilltop,operable,ablation,resection,0.1,
"""
ACTUALS = """\
month,site,decision_point,option,starts,arrivals
2027-01,hilltop,operable,resection,0.5,0.75
2027-01,riverside,operable,ablation,0.125,
"""
Read = Callable[[Path], object]


@cache
def _tables() -> tuple[str, ...]:
    return tuple(sorted(path.name for path in TINY.glob("*.csv")))


class TextReader:
    """One kind of file in a folder of its own; `files` are spoilt one at a time."""

    def __init__(self, folder: Path) -> None:
        """Put sound files into an empty folder."""
        self.folder = folder
        shutil.copytree(TINY, folder / "tiny")
        self.files = self.sound_files()

    def sound_files(self) -> dict[str, tuple[str, Read]]:
        """Return the sound text of each file, and how it is read."""
        raise NotImplementedError

    def __call__(self, data: bytes) -> str:
        """Return how the reader took what the bytes make of a file."""
        choices = Choices(data)
        name = choices.one_of(sorted(self.files))
        text, read = self.files[name]
        path = self.folder / name
        path.write_bytes(spoilt(choices, text))
        try:
            return outcome(lambda: read(path))
        finally:
            path.write_text(text, encoding="utf-8")

    def _scenario(self, _: Path) -> object:
        return load(self.folder / "tiny")


class TomlReader(TextReader):
    """Scenarios, pathways, designs and targets."""

    def sound_files(self) -> dict[str, tuple[str, Read]]:
        """Return the sound text of each file, and how it is read."""
        files: dict[str, tuple[str, Read]] = {
            f"tiny/{name}": ((TINY / name).read_text(encoding="utf-8"), self._scenario)
            for name in ("scenario.toml", "pathway.toml")
        }
        return files | {
            "design.toml": (DESIGN, load_batch),
            "targets.toml": (TARGETS, read_targets),
        }


class CsvReader(TextReader):
    """Every table of a scenario, plans and records of what was done."""

    def sound_files(self) -> dict[str, tuple[str, Read]]:
        """Return the sound text of each file, and how it is read."""
        network = network_of(tiny_usual())
        files: dict[str, tuple[str, Read]] = {
            f"tiny/{name}": ((TINY / name).read_text(encoding="utf-8"), self._table)
            for name in _tables()
        }
        return files | {
            "plan.csv": (PLAN, lambda path: read_plan(path, path.name, network)),
            "actuals.csv": (ACTUALS, lambda path: read_actuals(path, path.name, network)),
        }

    def _table(self, path: Path) -> object:
        """Read a table alone, which is quick; only a sound one with the scenario around it."""
        read_table(path.stem, path, f"tiny/{path.name}")
        return self._scenario(path)
