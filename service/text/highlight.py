"""Places of a comment's source, marked in the HTML that was made of it.

A check gives its spans as offsets into the source; what is shown is the HTML, whose text content is the source without
the tags that were recognised (``sanitize.render`` sees to that). So a place of the one is found in the other exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from html import escape
from html.parser import HTMLParser

from service.text.bidi import visible
from service.text.inspection import text_of
from service.text.markup import Node, read_markup

Span = tuple[int, int]
_Attributes = list[tuple[str, str | None]]


def highlighted(html: str, source: str, spans: Sequence[Span]) -> str:
    """``html``, which ``render`` made of ``source``, with a ``<mark>`` round what stands at ``spans``: code point
    offsets into the source, end exclusive, in any order, overlapping or not.

    Hidden characters inside a mark are written by their number, so they are seen and reorder nothing. A span that lies
    in a recognised tag marks nothing. HTML that does not fit the source comes back as it is.
    """
    if not spans:
        return html
    text = text_of(html)
    places = _in_text(source, text, _united(spans))
    if places is None:
        return html
    writing = _Marked(places)
    writing.feed(html)
    writing.close()
    return "".join(writing.html)


def _united(spans: Sequence[Span]) -> list[Span]:
    """In order, those that touch as one."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        elif start < end:
            united.append((start, end))
    return united


def _in_text(source: str, text: str, spans: Sequence[Span]) -> list[Span] | None:
    """The spans as offsets into the text; ``None`` when the text is not that of the source."""
    if text == source:
        return list(spans)
    pieces = list(_pieces(read_markup(source), 0))
    if "".join(source[start:end] for start, end in pieces) != text:
        return None
    places = []
    before = 0
    for start, end in pieces:
        for first, last in spans:
            inside = max(first, start), min(last, end)
            if inside[0] < inside[1]:
                places.append((before + inside[0] - start, before + inside[1] - start))
        before += end - start
    return _united(places)


def _pieces(nodes: Sequence[Node], at: int) -> Iterator[Span]:
    """What of the source is text: all of it but the recognised tags, which stand where they were typed."""
    for node in nodes:
        if isinstance(node, str):
            yield at, at + len(node)
            at += len(node)
            continue
        at += len(node.opener)
        yield from _pieces(node.children, at)
        at += _length(node.children) + len(node.closer)


def _length(nodes: Sequence[Node]) -> int:
    return sum(
        len(n) if isinstance(n, str) else len(n.opener) + _length(n.children) + len(n.closer) for n in nodes
    )


class _Marked(HTMLParser):
    """Writes down again what it reads, with the marks."""

    def __init__(self, places: Sequence[Span]) -> None:
        super().__init__(convert_charrefs=True)
        self.html: list[str] = []
        self._places = places
        self._ends = [end for _, end in places]
        self._at = 0

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        self.html.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.html.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        start, done = self._at, 0
        self._at += len(data)
        for first, last in self._places[bisect_right(self._ends, start) :]:
            if first >= self._at:
                break
            here, there = max(first - start, 0), min(last - start, len(data))
            self.html += [escape(data[done:here], quote=False), _mark(data[here:there])]
            done = there
        self.html.append(escape(data[done:], quote=False))


def _mark(text: str) -> str:
    return f"<mark>{escape(visible(text), quote=False)}</mark>"
