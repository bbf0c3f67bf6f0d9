"""A run of a batch, what came of it, and how it is tried: the terms that all runners share."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, get_args

from hepaplan.model.problems import InvalidInput, NoAnswer

if TYPE_CHECKING:
    from hepaplan.model.batch.design import Task

Status = Literal["done", "refused", "failed"]
Evaluate = Callable[[Any], Mapping[str, float]]
IN_WORDS = (InvalidInput, NoAnswer, ValueError)


class EndedEarly(InvalidInput):
    """A batch that cannot go on where it runs; the text says why."""

    ending = "what was finished is kept"


class ProgramChanged(EndedEarly):
    """The program is no longer the one that the batch began with."""


@dataclass(frozen=True)
class Work:
    """One run: its place in the design, its key, the design's columns, and what is evaluated.

    Two works of one key are the same run: it is done once.
    """

    number: int
    key: str
    inputs: Mapping[str, Any]
    payload: Any


@dataclass(frozen=True)
class Outcome:
    """What came of a run: outputs if it is done, words if not, and the seconds it took.

    `refused` is the model's own answer (the inputs cannot be) and stands as long as the code does;
    `failed` (a lost process, a bug, no memory) is tried again when the batch is resumed.
    """

    key: str
    status: Status
    outputs: Mapping[str, float]
    words: str
    seconds: float


def sound(found: Outcome) -> Outcome:
    """Return an outcome read from a file; one that no run can have raises ValueError."""
    texts, numbers = (found.key, found.words), (found.seconds, *found.outputs.values())
    if (
        found.status not in get_args(Status)
        or not all(isinstance(text, str) for text in texts)
        or not all(isinstance(number, int | float) for number in numbers)
    ):
        raise ValueError("no outcome of a run")
    return found


def attempt(key: str, evaluate: Evaluate, payload: object) -> Outcome:
    """Return what comes of one run; whatever it raises becomes words, so the others go on."""
    began = time.perf_counter()
    status: Status = "done"
    outputs: dict[str, float] = {}
    words = ""
    try:
        outputs = {name: float(value) for name, value in evaluate(payload).items()}
        words = not_finite(outputs)
    except IN_WORDS as error:
        status, words = "refused", str(error) or type(error).__name__
    except Exception as error:
        status, words = "failed", described(error)
    if words and status == "done":
        status, outputs = "failed", {}
    return Outcome(key, status, outputs, words, time.perf_counter() - began)


@dataclass(frozen=True)
class SameProgram:
    """What evaluates a run, for processes that have this version of the program and no other."""

    evaluate: Evaluate
    code: Callable[[], str]
    expected: str

    def __call__(self, payload: object) -> Mapping[str, float]:
        """Return what comes of a run."""
        return self.evaluate(payload)

    def fault(self) -> str:
        """Return in words how the program of this process differs; nothing if it does not."""
        found = self.code()
        return "" if found == self.expected else f"has code {found}; expected code {self.expected}"


def hepaplan_version() -> str:
    """Return the version of this program; a finer one is a hash of its source."""
    return version("hepaplan")


def not_finite(outputs: Mapping[str, float]) -> str:
    """Return which outputs are no finite number, in words; nothing if all are."""
    wrong = [f"{name} is {value}" for name, value in outputs.items() if not math.isfinite(value)]
    return "not a finite number: " + ", ".join(wrong) if wrong else ""


def described(error: BaseException) -> str:
    """Return an unexpected error with the function it came from; no path of this machine."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}"
    return f"{type(error).__name__}{place}: {error}"


def lost(work: Work, times: int, how: str) -> Outcome:
    """Return the failure of a run that ended each process it was given to."""
    words = f"its process ended {times} times ({how}); perhaps it needs more memory than there is"
    return Outcome(work.key, "failed", {}, words, 0.0)


def once_each(works: Iterable[Work], finished: Callable[[str], bool]) -> Iterator[Work]:
    """Yield the works still to be done, one for each key."""
    given: set[str] = set()
    for work in works:
        if work.key not in given and not finished(work.key):
            given.add(work.key)
            yield work


@dataclass(frozen=True)
class Works(Iterable[Work]):
    """The tasks of a design as works, each made when asked for."""

    tasks: Iterable[Task]

    def __iter__(self) -> Iterator[Work]:
        """Yield every work in the order of the tasks."""
        return (Work(task.number, task.key, task.values, task) for task in self.tasks)
