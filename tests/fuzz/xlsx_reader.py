"""The reader of workbooks, given containers, parts and cells that were spoilt."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from hepaplan.model.evaluate import network_of
from hepaplan.scenarios.load import load
from hepaplan.scenarios.workbook.book import Book
from hepaplan.scenarios.workbook.edited import edited_inputs, stated_settings
from hepaplan.scenarios.workbook.plan import edited_plan
from hepaplan.scenarios.workbook.template import write_template
from tests.fuzz.choices import Choices
from tests.fuzz.invariant import outcome
from tests.fuzz.text_edits import NUMBERS, WORDS, spoilt, spoilt_bytes
from tests.support.report_books import PlanRow, report_book
from tests.support.scenarios import TINY, tiny, tiny_usual

PLAN: list[PlanRow] = [
    ("hilltop", "operable", "resection", "resection", {"2027-01": 0.5, "2027-02": 0.25}),
    ("riverside", "operable", "ablation", "ablation", {"2027-01": 0.125, "2027-02": 0.0}),
]
CELL = re.compile(r'<c r="([A-Z]+\d+)"[^>]*?(?:/>|>.*?</c>)')
SHEET = "xl/worksheets/sheet"
MOST_CELLS = 5
Parts = dict[str, bytes]
OF_CELLS = (
    '<c r="{at}"><v>{number}</v></c>',
    '<c r="{at}" t="n"><v>{word}</v></c>',
    '<c r="{at}" t="inlineStr"><is><t>{number}</t></is></c>',
    '<c r="{at}" t="inlineStr"><is><t>{word}</t></is></c>',
    '<c r="{at}" t="str"><f>A1+1</f><v>{word}</v></c>',
    '<c r="{at}"><f>1/0</f></c>',
    '<c r="{at}" t="e"><v>#DIV/0!</v></c>',
    '<c r="{at}" t="e"><v>{word}</v></c>',
    '<c r="{at}" t="b"><v>1</v></c>',
    '<c r="{at}" t="b"><v>{word}</v></c>',
    '<c r="{at}" t="d"><v>2027-01-01</v></c>',
    '<c r="{at}" t="d"><v>{number}</v></c>',
    '<c r="{at}" t="s"><v>{number}</v></c>',
    '<c r="{at}" s="{number}"><v>1</v></c>',
    '<c r="{at}" t="zz"><v>1</v></c>',
    '<c r="{word}"><v>{number}</v></c>',
    '<c r="XFD1048576"><v>1</v></c>',
    '<c r="{at}"/>',
    "",
)


class XlsxReader:
    """Edited reports, their plans and templates."""

    def __init__(self, folder: Path) -> None:
        """Write one sound workbook of each kind."""
        self.folder = folder
        network = network_of(tiny_usual())
        report = report_book(folder / "report.xlsx", tiny(), {"plan_starts": PLAN})
        template = write_template("round", folder)
        self.kinds: tuple[tuple[Path, Callable[[Path], object]], ...] = (
            (report, _edited),
            (report, lambda path: edited_plan(path, network)),
            (report, _edited),
            (template, load),
        )
        self.sound = {path: path.read_bytes() for path, _ in self.kinds}
        self.parts = {path: _parts(data) for path, data in self.sound.items()}

    def __call__(self, data: bytes) -> str:
        """Return how the reader took what the bytes make of a workbook."""
        choices = Choices(data)
        sound, read = choices.one_of(self.kinds)
        path = self.folder / "spoilt.xlsx"
        path.write_bytes(self._spoilt(choices, sound))
        return outcome(lambda: read(path))

    def _spoilt(self, choices: Choices, sound: Path) -> bytes:
        kind = choices.below(8)
        if kind == 0:
            data = self.sound[sound]
            for _ in range(1 + choices.below(4)):
                data = spoilt_bytes(choices, data)
            return data
        parts = dict(self.parts[sound])
        if kind in (1, 2):
            self._other_part(choices, parts)
        else:
            self._other_cells(choices, parts)
        return _packed(parts, zipfile.ZIP_STORED if choices.below(2) else zipfile.ZIP_DEFLATED)

    def _other_part(self, choices: Choices, parts: Parts) -> None:
        """Spoil, lose, rename or swap a part."""
        name = choices.one_of(sorted(parts))
        kind = choices.below(6)
        if kind == 0:
            del parts[name]
        elif kind == 1:
            parts[f"{choices.one_of(WORDS)}/{name}"] = parts.pop(name)
        elif kind == 2:
            parts[name] = parts[choices.one_of(sorted(parts))]
        elif kind == 3:
            parts[name] = spoilt_bytes(choices, parts[name])
        else:
            parts[name] = spoilt(choices, parts[name].decode("utf-8", "replace"))

    def _other_cells(self, choices: Choices, parts: Parts) -> None:
        """Put other cells in the place of some."""
        for _ in range(1 + choices.below(MOST_CELLS)):
            name = choices.one_of(sorted(part for part in parts if part.startswith(SHEET)))
            text = parts[name].decode("utf-8")
            found = list(CELL.finditer(text))
            if not found:
                continue
            match, form = choices.one_of(found), choices.one_of(OF_CELLS)
            word = re.sub("[<>&\"'\0]", "", choices.one_of(WORDS))
            cell = form.format(at=match.group(1), number=choices.one_of(NUMBERS), word=word)
            parts[name] = (text[: match.start()] + cell + text[match.end() :]).encode("utf-8")


def _edited(path: Path) -> object:
    """Read an edited report; only a sound one with the scenario around it, which takes longer."""
    book = Book(path)
    stated_settings(book)
    edited_inputs(book, tiny())
    return load(path, base=TINY)


def _parts(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {part.filename: archive.read(part) for part in archive.infolist()}


def _packed(parts: Parts, how: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", how) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("\0", "0"), data)
    return held.getvalue()
