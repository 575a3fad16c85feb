"""The last look at sanitised HTML, and its text."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

from service.text.links import check_link
from service.text.markup import TAGS

#: Said of every link a reader made: no recommendation, user content, no handle on the opening page.
REL = "nofollow ugc noopener"

_Attributes = list[tuple[str, str | None]]


def text_of(html: str) -> str:
    """The text content of the HTML, as a browser's ``textContent`` gives it."""
    reading = _Text()
    reading.feed(html)
    reading.close()
    return "".join(reading.text)


def inspect(html: str, expected_text: str) -> str | None:
    """The HTML when nothing in it is outside the policy and its text is the expected one, else ``None``.

    A link whose address ``check_link`` refuses is taken out, its text stays.
    """
    look = _Look()
    look.feed(html)
    look.close()
    if look.foreign or look.open_tags or "".join(look.text) != expected_text:
        return None
    return "".join(look.html)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class _Look(_Text):
    """Writes down again only what it knows: a thing it has no method for is foreign or becomes text."""

    def __init__(self) -> None:
        super().__init__()
        self.html: list[str] = []
        self.open_tags: list[tuple[str, bool]] = []
        self.foreign = False

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        if tag not in TAGS or (attrs and tag != "a"):
            self.foreign = True
            return
        written = self._link(attrs) if tag == "a" else f"<{tag}>"
        self.html.append(written)
        if tag != "br":
            self.open_tags.append((tag, bool(written)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags[-1][0] != tag:
            self.foreign = True
            return
        _, written = self.open_tags.pop()
        self.html.append(f"</{tag}>" if written else "")

    def handle_startendtag(self, tag: str, attrs: _Attributes) -> None:
        self.foreign = True

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        self.html.append(escape(data, quote=False))

    def handle_comment(self, data: str) -> None:
        self.foreign = True

    def handle_decl(self, decl: str) -> None:
        self.foreign = True

    def handle_pi(self, data: str) -> None:
        self.foreign = True

    def unknown_decl(self, data: str) -> None:
        self.foreign = True

    def _link(self, attrs: _Attributes) -> str:
        values = dict(attrs)
        href = values.get("href") or ""
        if len(values) != len(attrs) or not values.keys() <= {"href", "rel"} or values.get("rel") != REL:
            self.foreign = True
        return f'<a href="{escape(href)}" rel="{REL}">' if check_link(href) else ""
