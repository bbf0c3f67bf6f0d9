"""Links, pipes, folders and names that no repository should hold, each made where a case runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.corpus.hostile_files import swap

OVERLAY = 'based_on = "{base}"\nname = "{name}"\nreason = "a case"\n'


def _overlay(here: Path, name: str, base: str) -> None:
    (here / name).mkdir()
    (here / name / "scenario.toml").write_text(
        OVERLAY.format(base=base, name=name), encoding="utf-8"
    )


def link_out_of_the_folder(here: Path) -> None:
    """A table that is a link to a file beside the scenario's folder."""
    (here / "tiny/trend.csv").rename(here / "outside.csv")
    (here / "tiny/trend.csv").symlink_to("../outside.csv")


def link_to_the_machine(here: Path) -> None:
    """A table that is a link to a file of the system."""
    (here / "tiny/trend.csv").unlink()
    (here / "tiny/trend.csv").symlink_to("/etc/passwd")


def link_to_a_device(here: Path) -> None:
    """A table that is a link to a device without end."""
    (here / "tiny/trend.csv").unlink()
    (here / "tiny/trend.csv").symlink_to("/dev/zero")


def link_in_a_circle(here: Path) -> None:
    """A table that is a link to itself."""
    (here / "tiny/trend.csv").unlink()
    (here / "tiny/trend.csv").symlink_to("trend.csv")


def link_to_nothing(here: Path) -> None:
    """A table that is a link to a file which is gone."""
    (here / "tiny/trend.csv").unlink()
    (here / "tiny/trend.csv").symlink_to("gone.csv")


def linked_folder_out(here: Path) -> None:
    """A folder of tables that is a link out of the scenario."""
    (here / "tables").mkdir()
    (here / "tiny/trend.csv").rename(here / "tables/trend.csv")
    (here / "tiny/tables").symlink_to("../tables")
    swap(here / "tiny/scenario.toml", '"trend.csv"', '"tables/trend.csv"')


def link_to_the_scenario(here: Path) -> None:
    """A link to the whole scenario's folder, which is as good as the folder."""
    (here / "linked").symlink_to("tiny")


def pipe_for_a_table(here: Path) -> None:
    """A table that is a pipe nobody writes to: reading it would wait for ever."""
    (here / "tiny/trend.csv").unlink()
    os.mkfifo(here / "tiny/trend.csv")


def pipes(here: Path) -> None:
    """Pipes nobody writes to, in the place of a scenario, a workbook and a design."""
    (here / "pipe").mkdir()
    for name in ("pipe/scenario.toml", "pipe.xlsx", "pipe.toml", "pipe.csv"):
        os.mkfifo(here / name)


def folders_for_files(here: Path) -> None:
    """Folders in the place of files."""
    for name in ("folder.xlsx", "folder.toml", "folder.csv"):
        (here / name).mkdir()
    (here / "tiny/trend.csv").unlink()
    (here / "tiny/trend.csv").mkdir()


def file_for_a_folder(here: Path) -> None:
    """A file where the output folder is to be."""
    (here / "out").write_text("mine\n", encoding="utf-8")


def unreadable_table(here: Path) -> None:
    """A table that may not be read."""
    (here / "tiny/trend.csv").chmod(0)


def names_with_control_characters(here: Path) -> None:
    """A scenario and a design whose names would colour or clear a terminal."""
    text = (here / "tiny/scenario.toml").read_text(encoding="utf-8")
    (here / "tiny").rename(here / "ti\x1b[2Jny")
    scenario = here / "ti\x1b[2Jny/scenario.toml"
    scenario.write_text(text.replace("months = 3\n", "months = 999\n"), encoding="utf-8")
    (here / "de\x1b[31m\nsign.toml").write_text("name = 1\n", encoding="utf-8")
    (here / "bo\x07ok\n.xlsx").write_text("no workbook", encoding="utf-8")


def name_that_is_no_text(here: Path) -> None:
    """A folder whose name is not UTF-8, by a link."""
    odd = here / os.fsdecode(b"ti\xff\xfeny")
    (here / "tiny").rename(odd)
    (odd / "trend.csv").write_text("nothing\n", encoding="utf-8")
    (here / "linked").symlink_to(odd.name)


def overlays_nine_deep(here: Path) -> None:
    """Nine overlays on top of each other above the tiny scenario."""
    for name, base in _pairs(9):
        _overlay(here, name, base)


def overlays_seven_deep(here: Path) -> None:
    """As many overlays as are allowed above the tiny scenario."""
    for name, base in _pairs(7):
        _overlay(here, name, base)


def sixty_five_files(here: Path) -> None:
    """A scenario that is based on sixty-five others."""
    names = [f"part{number}" for number in range(65)]
    for name in names:
        _overlay(here, name, "../tiny")
    stated = ", ".join(f'"../{name}"' for name in names)
    (here / "top").mkdir()
    (here / "top/scenario.toml").write_text(f"based_on = [{stated}]\n", encoding="utf-8")


def doubling_bases(here: Path) -> None:
    """Eight levels that each name the level below eight times: 8 to the 8th power of paths."""
    for name, base in _pairs(7):
        (here / name).mkdir()
        stated = ", ".join([f'"{base}"'] * 8)
        (here / name / "scenario.toml").write_text(
            f'based_on = [{stated}]\nname = "{name}"\n', encoding="utf-8"
        )


def _pairs(count: int) -> Iterator[tuple[str, str]]:
    """Yield the name of each of some overlays, and the folder it is based on."""
    for number in range(1, count + 1):
        yield f"over{number}", "../tiny" if number == 1 else f"../over{number - 1}"


PLACES: dict[str, Callable[[Path], None]] = {
    name: made
    for name, made in list(globals().items())
    if callable(made)
    and not name.startswith("_")
    and name != "swap"
    and made.__module__ == __name__
}
