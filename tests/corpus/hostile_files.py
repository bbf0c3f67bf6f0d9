"""Files that no repository should hold, each made where a case runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hepaplan.scenarios.tables import MOST_LINES

ROWS = 10_000_000


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def swap(path: Path, old: str, new: str) -> None:
    text = text_of(path)
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def ten_million_rows(here: Path) -> None:
    """A population of ten million rows, some 200 MB, written a piece at a time."""
    piece = b"North,female,60,100\n" * 100_000
    with (here / "tiny/population.csv").open("wb") as file:
        file.write(b"region,sex,age_from,people\n")
        for _ in range(ROWS // 100_000):
            file.write(piece)


def ten_million_empty_rows(here: Path) -> None:
    """Ten million empty lines, below the limit of a file's size: 10 MB."""
    with (here / "tiny/trend.csv").open("ab") as file:
        file.write(b"\n" * ROWS)


def million_bad_rows(here: Path) -> None:
    """Two million rows that are each at fault, just below the limit of a file's size."""
    with (here / "tiny/trend.csv").open("ab") as file:
        file.write(b"x,y,z\n" * 2_000_000)


def many_bad_rows(here: Path) -> None:
    """As many rows as are read, all but the first at fault."""
    with (here / "tiny/trend.csv").open("ab") as file:
        file.write(b"x,y,z\n" * (MOST_LINES - 4))


def many_doubled_rows(here: Path) -> None:
    """As many rows as are read, all for one age."""
    with (here / "tiny/trend.csv").open("ab") as file:
        file.write(b"60,0.02\n" * (MOST_LINES - 4))


def many_unknown_keys(here: Path) -> None:
    """Twenty thousand keys of no meaning."""
    keys = "".join(f"key{number} = {number}\n" for number in range(20_000))
    swap(here / "tiny/scenario.toml", "[window]\n", f"[window]\n{keys}")


def many_long_keys(here: Path) -> None:
    """Ten thousand keys of thirty-nine parts."""
    with (here / "tiny/scenario.toml").open("a", encoding="utf-8") as file:
        file.write("".join(f"x{n}.{'a.' * 38}b = 1\n" for n in range(10_000)))


def one_endless_line(here: Path) -> None:
    """A table of one line of 15 MB."""
    (here / "tiny/trend.csv").write_bytes(b"age_from," * 1_700_000)


def endless_name_of_column(here: Path) -> None:
    """A heading of a hundred thousand letters."""
    (here / "tiny/trend.csv").write_text("a" * 100_000 + ",b\n1,2\n", encoding="utf-8")


def large_toml(here: Path) -> None:
    """A scenario of 3 MB of comments."""
    with (here / "tiny/scenario.toml").open("a", encoding="utf-8") as file:
        file.write("# nothing\n" * 300_000)


def deep_lists(here: Path) -> None:
    """Five thousand brackets."""
    swap(here / "tiny/scenario.toml", "value = 0.16", f"value = {'[' * 5000}{']' * 5000}")


def deep_tables(here: Path) -> None:
    """Tables nested thirty deep by dots."""
    swap(here / "tiny/scenario.toml", "value = 0.16", f"{'a.' * 30}b = 1\nvalue = 0.16")


def deep_key(here: Path) -> None:
    """One key of twenty thousand parts."""
    swap(here / "tiny/scenario.toml", "value = 0.16", f"{'a.' * 20_000}b = 1\nvalue = 0.16")


def long_number(here: Path) -> None:
    """A whole number of 5,000 digits."""
    swap(here / "tiny/scenario.toml", "value = 0.16", f"value = {'9' * 5000}")


def long_number_in_a_table(here: Path) -> None:
    """A whole number of 5,000 digits in a cell."""
    swap(here / "tiny/trend.csv", "60,0.02", f"60,{'9' * 5000}")


def utf_16_scenario(here: Path) -> None:
    """A scenario saved as Unicode by Notepad."""
    path = here / "tiny/scenario.toml"
    path.write_bytes(text_of(path).encode("utf-16"))


def utf_16_table(here: Path) -> None:
    """A table saved as Unicode text."""
    path = here / "tiny/trend.csv"
    path.write_bytes(text_of(path).encode("utf-16"))


def utf_16_without_mark(here: Path) -> None:
    """A table in UTF-16 without the mark that says so."""
    path = here / "tiny/trend.csv"
    path.write_bytes(text_of(path).encode("utf-16-le"))


def cp1252_scenario(here: Path) -> None:
    """A scenario with an accent in Windows' Western encoding."""
    path = here / "tiny/scenario.toml"
    path.write_bytes(text_of(path).replace("Hilltop", "Hôpital").encode("cp1252"))


def cp1252_table(here: Path) -> None:
    """A table with a pound sign in Windows' Western encoding."""
    path = here / "tiny/capacity_changes.csv"
    path.write_bytes(text_of(path).replace("Evening clinic", "£ clinic").encode("cp1252"))


def marks_of_utf_8(here: Path) -> None:
    """Excel's 'CSV UTF-8' puts a mark at the start; it is taken off, of TOML too."""
    for name in ("trend.csv", "scenario.toml", "pathway.toml"):
        path = here / "tiny" / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def carriage_returns_table(here: Path) -> None:
    """Lines that end as on an old Mac; they are read."""
    path = here / "tiny/trend.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))


def carriage_returns_scenario(here: Path) -> None:
    """Lines that end as on an old Mac, which TOML does not allow."""
    path = here / "tiny/scenario.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))


def windows_line_ends(here: Path) -> None:
    """Lines that end as on Windows; they are read."""
    for name in ("trend.csv", "scenario.toml", "pathway.toml"):
        path = here / "tiny" / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def nul_in_a_table(here: Path) -> None:
    """A NUL in the middle of a table."""
    path = here / "tiny/trend.csv"
    path.write_bytes(path.read_bytes().replace(b"60,", b"6\x000,"))


def nul_in_a_scenario(here: Path) -> None:
    """A NUL in the middle of a scenario."""
    path = here / "tiny/scenario.toml"
    path.write_bytes(path.read_bytes().replace(b"Hilltop", b"Hill\0top"))


def cut_table(here: Path) -> None:
    """A table that stops in the middle of a quoted text."""
    path = here / "tiny/capacity_changes.csv"
    path.write_bytes(path.read_bytes().replace(b"Evening clinic\n", b'"Evening cl'))


def cut_scenario(here: Path) -> None:
    """A scenario that stops in the middle of a text."""
    path = here / "tiny/scenario.toml"
    path.write_bytes(path.read_bytes().split(b"riverside]")[0] + b'riverside]\nlabel = "River')


def cut_in_a_letter(here: Path) -> None:
    """A scenario that stops in the middle of a letter of two bytes."""
    path = here / "tiny/scenario.toml"
    path.write_bytes(path.read_bytes() + "# é".encode()[:-1])


FILES: dict[str, Callable[[Path], None]] = {
    name: made
    for name, made in list(globals().items())
    if callable(made) and name not in ("text_of", "swap") and made.__module__ == __name__
}
