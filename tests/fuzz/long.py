"""Fuzz one reader for some minutes: python -m tests.fuzz.long toml --minutes 10.

Readers are toml, csv and xlsx. With atheris installed the bytes are chosen by what code they reach;
without it they are random. Each escape is printed once, with the bytes that make it again:
python -m tests.fuzz.long toml --bytes 00ff.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

LONGEST_INPUT = 160
MEMORY = 3_000_000_000
READERS = {
    "toml": ("tests.fuzz.text_readers", "TomlReader"),
    "csv": ("tests.fuzz.text_readers", "CsvReader"),
    "xlsx": ("tests.fuzz.xlsx_reader", "XlsxReader"),
}
Reader = Callable[[bytes], str]


class Record:
    """Counts what became of each input, and keeps each kind of escape once."""

    def __init__(self, reader: Reader, seconds: float) -> None:
        """Begin the count and the clock."""
        self.reader, self.seconds, self.started = reader, seconds, time.monotonic()
        self.outcomes: Counter[str] = Counter()
        self.escapes: dict[str, bytes] = {}

    @property
    def is_over(self) -> bool:
        """Whether the time is used up."""
        return time.monotonic() - self.started > self.seconds

    def try_one(self, data: bytes) -> None:
        """Give the reader one input."""
        try:
            self.outcomes[self.reader(data)] += 1
        except Exception as error:
            self.outcomes["escaped"] += 1
            cause = error.__cause__ or error
            frames = [
                f for f in traceback.extract_tb(cause.__traceback__) if "fuzz" not in f.filename
            ]
            place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "message"
            kind = f"{type(cause).__name__} at {place}" if frames else f"{str(error)[:60]}"
            if kind not in self.escapes:
                self.escapes[kind] = data
                print(f"ESCAPED {kind}: {str(error)[:300]}\n  --bytes {data.hex()}", flush=True)

    def told(self) -> str:
        """Return the record in a line."""
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        spent = time.monotonic() - self.started
        counts = ", ".join(f"{name} {count:,}" for name, count in sorted(self.outcomes.items()))
        return (
            f"{self.outcomes.total():,} inputs in {spent:,.0f} s: {counts}; "
            f"{len(self.escapes)} kinds of escape; at most {rss:.2f} GB"
        )


def main() -> None:
    """Fuzz as the command line says; ends with 1 if anything escaped."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("reader", choices=READERS)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--bytes", dest="data", help="only this input, in hexadecimal digits")
    stated = asked.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    guided = None
    if stated.data is None and importlib.util.find_spec("atheris") is not None:
        guided = importlib.import_module("atheris")
    reader_class = _reader_class(stated.reader, guided)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        reader = reader_class(Path(folder))
        if stated.data is not None:
            print(reader(bytes.fromhex(stated.data)))
            return
        record = Record(reader, 60 * stated.minutes)
        if guided is None:
            _at_random(record, stated.seed)
        else:
            _guided(guided, record, stated.seed)


def _reader_class(name: str, guided: Any) -> Callable[[Path], Reader]:
    """Return the reader's class; its imports are watched where a fuzzer guides."""
    module, title = READERS[name]
    if guided is None:
        return getattr(importlib.import_module(module), title)  # type: ignore[no-any-return]
    for library in ("pandas", "scipy", "openpyxl", "pydantic"):
        importlib.import_module(library)
    with guided.instrument_imports(include=["hepaplan.scenarios", "hepaplan.model.input_checks"]):
        return getattr(importlib.import_module(module), title)  # type: ignore[no-any-return]


def _at_random(record: Record, seed: int) -> None:
    source = random.Random(seed)
    while not record.is_over:
        record.try_one(source.randbytes(source.randint(1, LONGEST_INPUT)))
    print(record.told())
    sys.exit(1 if record.escapes else 0)


def _guided(guided: Any, record: Record, seed: int) -> None:
    def one(data: bytes) -> None:
        if record.is_over:
            print(record.told(), flush=True)
            os._exit(1 if record.escapes else 0)  # libFuzzer has no other way to end in time
        record.try_one(data)

    folder = tempfile.mkdtemp(prefix="fuzz-inputs-")
    source = random.Random(seed)
    for number in range(200):
        Path(folder, str(number)).write_bytes(source.randbytes(source.randint(8, LONGEST_INPUT)))
    words = [sys.argv[0], folder, f"-max_len={LONGEST_INPUT}", f"-seed={seed}", "-verbosity=0"]
    words.append(f"-artifact_prefix={folder}/slow-")
    guided.Setup([*words, "-rss_limit_mb=0", "-timeout=120"], one)
    guided.Fuzz()


if __name__ == "__main__":
    main()
