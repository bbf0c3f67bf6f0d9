"""A figure as SVG that stands in HTML: no address, no style sheet, names that are its own."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

from hepaplan.reports.readable_text import clean

NAMESPACE = re.compile(r"^\{[^}]*\}")
FAMILY = re.compile(r"font-family: [^;]*; ?")
UNTURNED = "rotate(-0 "
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
NUMERIC = ("d", "x", "y", "x1", "x2", "y1", "y2", "transform", "width", "height")


def svg_text(figure: Figure, identity: str, title: str, description: str) -> str:
    """Return a figure as an SVG element for HTML, the same bytes each time.

    `identity` keeps its inner names apart from those of other pictures on the page; `title` and
    `description` are read out in its place. It has no date, no address and no style sheet.
    """
    file = io.BytesIO()
    plain = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with matplotlib.rc_context({"svg.hashsalt": identity}):
        figure.savefig(file, format="svg", metadata=plain)
    root = ElementTree.fromstring(file.getvalue())
    box = root.attrib["viewBox"]
    _tidy(root, identity)
    root.attrib.clear()
    root.attrib |= {"viewBox": box, "role": "img"}
    root.set("aria-labelledby", f"{identity}-title {identity}-desc")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        said = ElementTree.Element(tag, {"id": f"{identity}-{tag}"})
        said.text = clean(text)
        root.insert(position, said)
    return ElementTree.tostring(root, encoding="unicode")


def _tidy(root: ElementTree.Element, identity: str) -> None:
    """Drop name spaces, style sheets and unused names; prefix the others; round coordinates."""
    for element in root.iter():
        element.tag = NAMESPACE.sub("", element.tag)
        element.attrib = {NAMESPACE.sub("", k): v for k, v in element.attrib.items()}
        element.tail = None
        if element.tag != "text":
            element.text = None
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag in ("style", "metadata")]:
            parent.remove(child)
    used = set(re.findall(r"#([\w-]+)", " ".join(_pointers(root))))
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{identity}-{name}")
        for key, value in element.attrib.items():
            if key == "href":
                element.set(key, f"#{identity}-{value[1:]}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{identity}-"))
            elif key in NUMERIC:
                element.set(key, LONG_NUMBER.sub(lambda found: f"{float(found[0]):.2f}", value))
    for written in root.iter("text"):
        written.set("style", FAMILY.sub("", written.attrib["style"]))  # the page has its own
        if written.attrib.get("transform", "").startswith(UNTURNED):
            del written.attrib["transform"]
    for group in root.iter("g"):
        _say_style_once(group)


def _pointers(root: ElementTree.Element) -> Iterator[str]:
    for element in root.iter():
        yield from (v for k, v in element.attrib.items() if k == "href" or "url(#" in v)


def _say_style_once(group: ElementTree.Element) -> None:
    """Move the style that all marks of a group share to the group: a plane has thousands."""
    styles = {child.get("style") for child in group}
    style = next(iter(styles), None)
    if len(styles) == 1 and style and all(child.tag == "use" for child in group):
        group.set("style", style)
        for child in group:
            del child.attrib["style"]
