"""The base scenarios of a design: each combination of scenario, overlays and switches, read once.

Figures and capacities are changed run by run (`model.batch.apply`); what else `--set` may change is
read by the loader, as on the command line, and makes a base of its own.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import chain, combinations, product
from pathlib import Path

from hepaplan.model.batch.axes import sample_of
from hepaplan.model.batch.checks import key_of
from hepaplan.model.batch.design import NO_OVERLAY, Design, Level, Target
from hepaplan.model.batch.keys import scenario_digest
from hepaplan.model.batch.tasks import Base, Choice
from hepaplan.model.outputs import outputs_known
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted, listed, nearest
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.scenarios.changes import COMMAND_LINE
from hepaplan.scenarios.design_targets import NoTarget, priced, target_of, value_faults
from hepaplan.scenarios.document import Document
from hepaplan.scenarios.load import load_scenario
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem

MOST_BASES = 200
MOST_TOLD = 3


class Bases:
    """Reads what a design's runs are based on; gathers problems on the way.

    `axes` are those that choose a base; `base_of` says which base their levels choose.
    """

    def __init__(
        self,
        design: Design,
        document: Document,
        places: Mapping[tuple[str, str], Path],
        levels: Mapping[str, Sequence[Level]],
    ) -> None:
        self.design, self.document, self.places, self.levels = design, document, places, levels
        self.problems: list[LocatedProblem] = []
        self.grounds = tuple(n for n, a in design.axes.items() if a.overlays or a.scenarios)
        self.axes = self.grounds
        self.base_of: dict[Choice, str] = {}

    def loaded(self) -> dict[str, Base]:
        """Return every base by name; what is wrong is in `problems`."""
        if self._too_many(self.grounds):
            return {}
        grounds = {choice: self._read(choice) for choice in self._choices(self.grounds)}
        read = {choice: scenario for choice, scenario in grounds.items() if scenario is not None}
        if not read:
            return {}
        targets: dict[Choice, dict[str, Target]] = {choice: {} for choice in read}
        switches: list[str] = []
        for name, axis in self.design.axes.items():
            if axis.values is None and axis.first is None:
                continue
            if self._is_switch(name, read, targets):
                switches.append(name)
        for choice, scenario in read.items():
            self._check(choice, scenario, targets[choice])
        self.axes = tuple(n for n in self.design.axes if n in (*self.grounds, *switches))
        if self.problems or self._too_many(self.axes):
            return {}
        return self._bases(read, targets)

    def _bases(
        self, read: Mapping[Choice, Scenario], targets: Mapping[Choice, dict[str, Target]]
    ) -> dict[str, Base]:
        found: dict[str, Base] = {}
        for choice in self._choices(self.axes):
            ground = tuple(pair for pair in choice if pair[0] in self.grounds)
            scenario = read[ground] if ground == choice else self._read(choice)
            if scenario is None:
                continue
            changes = {name: priced(target, scenario) for name, target in targets[ground].items()}
            name = _unlike(self._named(choice), found)
            self.base_of[choice] = name
            found[name] = Base(name, scenario, scenario_digest(scenario), changes)
        return found

    def _choices(self, axes: Sequence[str]) -> list[Choice]:
        """Return the combinations of these axes' levels that some run has."""
        sizes = (self.levels[name] for name in axes)
        together = product(*sizes) if self.design.combine == "grid" else zip(*sizes, strict=True)
        rows = dict.fromkeys(together) if axes else [()]
        return [tuple(zip(axes, row, strict=True)) for row in rows]

    def _too_many(self, axes: Sequence[str]) -> bool:
        count = 1
        for name in axes:
            size = len(self.levels[name])
            count = max(count, size) if self.design.combine == "zip" else count * size
        if count > MOST_BASES:
            self._fault(
                ("axes",),
                f"found {count:,} combinations of {listed(axes)}, each of which is read from its "
                f"files; expected at most {MOST_BASES}; take fewer levels, or several designs",
            )
        return count > MOST_BASES

    def _read(self, choice: Choice) -> Scenario | None:
        """Return the scenario of a choice, or note what keeps it from being read."""
        source, overlays, switches = self.places["", self.design.scenario], [], {}
        for name, level in choice:
            axis = self.design.axes[name]
            if axis.scenarios:
                source = self.places[name, str(level)]
            elif axis.overlays:
                overlays += [] if level == NO_OVERLAY else [self.places[name, str(level)]]
            else:
                switches[key_of(self.design, name)] = text_of(level)
        try:
            return load_scenario(source, overlays, switches)
        except InvalidScenario as error:
            for problem in error.problems[:MOST_TOLD]:
                self._fault(*self._retold(choice, problem))
            if (more := len(error.problems) - MOST_TOLD) > 0:
                self._fault(("scenario",), f"{self._named(choice)}: and {more} more problems")
            return None

    def _retold(self, choice: Choice, problem: LocatedProblem) -> tuple[Key, str]:
        """Return where a design should tell a problem of a scenario it names, and the words."""
        for name, level in choice:
            key = key_of(self.design, name)
            if problem.key == f"--set {key}":
                return ("axes", name), problem.message
            if problem.file == COMMAND_LINE and problem.key.startswith(key):
                return ("axes", name), f"set to {text_of(level)}: {problem.message}"
        told = str(problem).removeprefix(f"{COMMAND_LINE}: ")
        at = next((("axes", name) for name, level in choice if level != NO_OVERLAY), ("scenario",))
        return at, f"{self._named(choice)}: {told}"

    def _named(self, choice: Choice) -> str:
        name, more = self.design.scenario, []
        for axis, level in choice:
            if self.design.axes[axis].scenarios:
                name = str(level)
            elif self.design.axes[axis].overlays:
                more += [str(level)] if level != NO_OVERLAY else []
            else:
                more.append(f"{key_of(self.design, axis)}={text_of(level)}")
        return " + ".join([name, *more])

    def _is_switch(
        self,
        name: str,
        read: Mapping[Choice, Scenario],
        targets: Mapping[Choice, dict[str, Target]],
    ) -> bool:
        """Whether the loader must read each level of an axis; otherwise note what it changes."""
        axis, key = self.design.axes[name], key_of(self.design, name)
        lacking: dict[Choice, str] = {}
        for choice, scenario in read.items():
            try:
                targets[choice][name] = target_of(scenario, key, axis.by)
            except NoTarget as error:
                lacking[choice] = str(error)
        if not lacking:
            return False
        choice, words = next(iter(lacking.items()))
        if words or len(lacking) < len(read):
            self._fault(("axes", name), f"{self._named(choice)}: {words or f'found no {key}'}")
            return False
        before = len(self.problems)
        self._read((*choice, (name, self.levels[name][0])))
        if len(self.problems) == before and axis.by != "set":
            self._fault(("axes", name, "by"), f'"{axis.by}" needs a figure; {key} can only be set')
        return len(self.problems) == before

    def _check(self, choice: Choice, scenario: Scenario, targets: Mapping[str, Target]) -> None:
        """Note levels, outputs and sampled inputs that do not fit a scenario."""
        for name, target in targets.items():
            for place, words in value_faults(scenario, priced(target, scenario), self.levels[name]):
                listed_at = self.design.axes[name].values is not None
                self._fault(("axes", name, *(("values", place) if listed_at else ())), words)
        for (first, one), (second, other) in combinations(targets.items(), 2):
            shared = [key for key in one.figures if key in other.figures]
            if shared and (one.group == other.group or not (one.group and other.group)):
                message = f"changes {dotted(shared[0])}, which axis {first} changes; delete one"
                self._fault(("axes", second), message)
        known = outputs_known(scenario)
        for place, output in enumerate(self.design.outputs):
            if output not in known:
                lists = "; write policy.measure, as docs/how-to/run-a-batch.md lists"
                hint = nearest(output, known) or lists
                self._fault(("outputs", place), f'found no output "{output}"{hint}')
        self._check_sample(choice, scenario, targets)

    def _check_sample(
        self, choice: Choice, scenario: Scenario, targets: Mapping[str, Target]
    ) -> None:
        sample = sample_of(self.design)
        if sample is None:
            return
        at: Key = ("axes", sample.axis) if sample.axis in self.design.axes else ("draws",)
        known = {dotted(key) for key in uncertain_inputs(scenario)}
        if not known:
            self._fault(at, f"{self._named(choice)} has no uncertain input to draw")
        changed = {dotted(key): name for name, t in targets.items() for key in t.figures}
        for name in sample.inputs or ():
            if name not in known:
                self._fault(
                    (*at, "inputs"), f"found no uncertain input {name}{nearest(name, known)}"
                )
            elif name in changed:
                message = f"draws {name}, which axis {changed[name]} changes; delete one"
                self._fault((*at, "inputs"), message)

    def _fault(self, key: Key, message: str) -> None:
        line = self.document.line_of(key)
        self.problems.append(LocatedProblem(self.document.name, line, dotted(key), message))


def _unlike(name: str, others: Container[str]) -> str:
    """Return a name that no other base has: two folders and overlays may read alike together."""
    numbered = (f"{name} ({number})" for number in range(2, MOST_BASES + 2))
    return next(each for each in chain((name,), numbered) if each not in others)


def text_of(level: Level) -> str:
    """Return a level as `--set` writes it."""
    return str(level).lower() if isinstance(level, bool) else str(level)
