"""A small set of shapes for SVG, in the library's own ElementTree: it escapes every name."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

SVG = "http://www.w3.org/2000/svg"
_WIDTHS = {**dict.fromkeys("mwMW@%", 1.0), **dict.fromkeys("ijlfrt.,:;|!'()[] /", 0.45)}
"""Widths of characters as shares of the font's size, as in the widest of the usual system fonts, in bold: text that
fits by this measure fits."""
_OTHERS, _CAPITAL, _EAST_ASIAN = 0.72, 0.85, 1.05

_PRINTABLE = {ord(sign): "\N{REPLACEMENT CHARACTER}" for sign in map(chr, (*range(32), 127)) if sign not in "\t\n\r"}


class Drawing:
    """Shapes on one canvas. A class of a shape names what it shows; a stylesheet says how that looks."""

    def __init__(self, width: int, title: str, *, key: str) -> None:
        """`key` is unique on the page, and stands before ids."""
        self.width, self.height = width, 0
        self.root = Element("svg", {"xmlns": SVG, "class": f"picture {key}", "aria-labelledby": f"{key}-title"})
        SubElement(self.root, "title", {"id": f"{key}-title"}).text = _clean(title)
        self._into = self.root

    def alone(self, style: str) -> None:
        """Make the drawing a file of its own, with its style sheet and a ground."""
        SubElement(self.root, "style").text = style
        SubElement(self.root, "rect", {"class": "ground", "width": "100%", "height": "100%"})

    def box(self, x: float, y: float, width: float, height: float, kind: str, *, radius: int = 8) -> None:
        """A rectangle with round corners."""
        size = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height), "rx": str(radius), "class": kind}
        SubElement(self._into, "rect", size)
        self._reach(y + height)

    def text(self, x: float, y: float, text: str, kind: str, *, room: float = 0, size: float = 13) -> None:
        """One line of text, whose base line is at `y`; cut to `room` with its whole text as a title."""
        element = SubElement(self._into, "text", {"x": _n(x), "y": _n(y), "class": kind})
        shown = _fitting(text, room / size) if room else text
        if shown == text:
            element.text = _clean(text)
        else:
            SubElement(element, "title").text = _clean(text)
            element[-1].tail = f"{_clean(shown)}…"
        self._reach(y + 4)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A straight line."""
        ends = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2), "class": kind}
        SubElement(self._into, "line", ends)
        self._reach(max(y1, y2))

    def arrow(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """A horizontal or vertical line with a head at its end."""
        self.line(x1, y1, x2, y2, kind)
        head = (
            f"{_n(x2)},{_n(y2)} {_n(x2 - 8)},{_n(y2 - 4)} {_n(x2 - 8)},{_n(y2 + 4)}"
            if y1 == y2
            else f"{_n(x2)},{_n(y2)} {_n(x2 - 4)},{_n(y2 - 8)} {_n(x2 + 4)},{_n(y2 - 8)}"
        )
        SubElement(self._into, "polygon", {"points": head, "class": f"{kind} head"})

    def chip(self, x: float, y: float, width: float, text: str, kind: str, *, title: str = "") -> None:
        """A label on a ground of its own."""
        group = SubElement(self._into, "g", {"class": f"chip {kind}"})
        if title:
            SubElement(group, "title").text = _clean(title)
        SubElement(group, "rect", {"x": _n(x), "y": _n(y), "width": _n(width), "height": "18", "rx": "4"})
        middle = {"x": _n(x + width / 2), "y": _n(y + 13), "class": "small", "text-anchor": "middle"}
        SubElement(group, "text", middle).text = _clean(text)
        self._reach(y + 18)

    def link(self, target: str) -> _Link:
        """A link around the shapes of a `with` block; `target` is empty for none."""
        return _Link(self, target)

    def finished(self) -> str:
        """The picture as SVG."""
        self.root.set("viewBox", f"0 0 {self.width} {_n(self.height + 6)}")
        self.root.set("width", str(self.width))
        self.root.set("height", _n(self.height + 6))
        return ElementTree.tostring(self.root, encoding="unicode")

    def _reach(self, y: float) -> None:
        self.height = max(self.height, int(y) + 1)


class _Link:
    def __init__(self, drawing: Drawing, target: str) -> None:
        self._drawing, self._outer = drawing, drawing._into
        self._element = Element("a", {"href": target}) if target else Element("g")

    def __enter__(self) -> None:
        self._outer.append(self._element)
        self._drawing._into = self._element

    def __exit__(self, *_: object) -> None:
        self._drawing._into = self._outer


def _fitting(text: str, room: float) -> str:
    """As much of the text as fits into `room`, a multiple of the font's size, with an ellipsis if not all does."""
    ends, total = list[float](), 0.0
    for sign in text:
        total += _width(sign)
        ends.append(total)
    if total <= room:
        return text
    return text[: max(sum(end <= room - 1 for end in ends), 1)]


def _width(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return _EAST_ASIAN
    return _WIDTHS.get(sign) or (_CAPITAL if sign.isupper() else _OTHERS)


def _n(number: float) -> str:
    return f"{number:g}"


def _clean(text: str) -> str:
    """Without characters that no XML may contain: https://www.w3.org/TR/xml/#charsets."""
    return text.translate(_PRINTABLE)
