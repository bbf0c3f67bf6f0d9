"""The line of every key in a TOML text, which the standard library's reader does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from hepaplan.model.problems import Key

TOKEN = re.compile(
    r'(?P<text>"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
    r"|(?P<mark>[\[\]{}=,.])"
    r"|(?P<newline>\n)"
    r"|(?P<blank>[ \t\r]+|\#[^\n]*)"
    r"|(?P<bare>[^\s\[\]{}=,.\#\"']+)",
    re.DOTALL,
)
END_OF_VALUE = {",", "]", "}", "\n"}


@dataclass(frozen=True)
class Token:
    """A piece of TOML: its kind, its text and the line it starts on."""

    kind: str
    text: str
    line: int


def key_lines(text: str) -> dict[Key, int]:
    """Return the line, from 1, on which each key, table and list entry of a text is first stated.

    The text must already have been read by `tomllib`: nothing is checked here.
    """
    return _Scanner(list(_tokens(text))).scan()


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "blank":
            yield Token(kind, match.group(), line)
        line += match.group().count("\n")


class _Scanner:
    """Walks the tokens once; `position` is the next one."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = [*tokens, Token("newline", "\n", tokens[-1].line if tokens else 1)]
        self.position = 0
        self.lines: dict[Key, int] = {}
        self.entries: dict[Key, int] = {}

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            if token.kind == "newline":
                self.position += 1
            elif token.text == "[" and token.kind == "mark":
                table = self._header(token.line)
            else:
                self._assignment(table)
        return self.lines

    def _header(self, line: int) -> Key:
        """Read `[a.b]` or `[[a.b]]`."""
        self.position += 1
        repeated = self._is_mark("[")
        self.position += repeated
        key = self._key()
        self.position += 2 if repeated else 1
        path = self._with_entries(key[:-1]) + key[-1:]
        if repeated:
            self.entries[path] = self.entries.get(path, -1) + 1
        self._record(path, line)
        path = self._with_entries(key)
        self._record(path, line)
        return path

    def _with_entries(self, key: Key) -> Key:
        """Add the number of the present entry after each part that is a list of tables."""
        path: Key = ()
        for part in key:
            path = (*path, part)
            if path in self.entries:
                path = (*path, self.entries[path])
        return path

    def _assignment(self, table: Key) -> None:
        line = self.tokens[self.position].line
        path = table + self._key()
        self.position += 1
        self._record(path, line)
        self._value(path)

    def _key(self) -> Key:
        """Read the parts of a dotted key; stop at the mark after it."""
        parts: list[str] = []
        while not (self._is_mark("=") or self._is_mark("]")):
            token = self.tokens[self.position]
            if token.kind == "text":
                parts.append(tomllib.loads(f"key = {token.text}")["key"])
            elif token.kind == "bare":
                parts.append(token.text)
            self.position += 1
        return tuple(parts)

    def _value(self, path: Key) -> None:
        if self._is_mark("["):
            self.position += 1
            self._list(path)
        elif self._is_mark("{"):
            self.position += 1
            while not self._is_mark("}"):
                if self._is_mark(",") or self.tokens[self.position].kind == "newline":
                    self.position += 1
                else:
                    self._assignment(path)
            self.position += 1
        else:
            while not self._ends_value(self.tokens[self.position]):
                self.position += 1

    def _list(self, path: Key) -> None:
        place = 0
        while not self._is_mark("]"):
            if self._is_mark(",") or self.tokens[self.position].kind == "newline":
                self.position += 1
            else:
                self._record((*path, place), self.tokens[self.position].line)
                self._value((*path, place))
                place += 1
        self.position += 1

    def _is_mark(self, mark: str) -> bool:
        token = self.tokens[self.position]
        return token.kind == "mark" and token.text == mark

    @staticmethod
    def _ends_value(token: Token) -> bool:
        return token.kind != "text" and token.text in END_OF_VALUE

    def _record(self, path: Key, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
