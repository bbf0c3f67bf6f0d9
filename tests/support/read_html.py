"""Reads a page as a browser would, so that tests ask it and not the text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta"}
Attributes = dict[str, str | None]


@dataclass
class ReadPage:
    """What stands on a page: its tags with their attributes in order, and the text by tag."""

    tags: list[tuple[str, Attributes]] = field(default_factory=list)
    inside: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    unclosed: list[str] = field(default_factory=list)

    def attributes(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]

    def values(self, *names: str) -> list[str]:
        """Return every value of some attributes, wherever they stand."""
        return [str(a[name]) for _, a in self.tags for name in names if name in a]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = ReadPage()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
        self.page.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.page.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.page.unclosed, f"{tag} ends and was never begun"
        assert self.page.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.page.unclosed):
            self.page.inside[tag] += data


def read(text: str) -> ReadPage:
    """Return what stands in a page or a part of one; every element must be closed, and in order."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.page.unclosed == []
    return reader.page
