"""A street of publishers: the service in this process, and pages of any make on one other loopback origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from werkzeug.wrappers import Request, Response

from service.app import create_app
from service.bootstrap import build
from tests.browser.press import serving
from tests.newsroom import Newsroom, SetClock, settings_for
from tests.ports import free_port

KINDS = {"css": "text/css", "html": "text/html", "svg": "image/svg+xml", "json": "application/json"}
#: The text around a discussion. Kept so plain that no judge of pages finds anything in it.
ARTICLE = {
    "ar": ("rtl", "صحيفة الحقول", "نهر بين سدّين", "يروي النهر حقول القرية منذ قرون، والماء اليوم أقل مما كان."),
    "en": ("ltr", "The Fields", "A river between two dams", "For centuries the river has fed the fields below."),
}


@dataclass
class Street:
    """``service`` and ``site``: the two origins. ``put`` a page and it is there."""

    service: str
    site: str
    newsroom: Newsroom
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @property
    def origins(self) -> tuple[str, str]:
        return self.service, self.site

    def put(self, name: str, text: str, headers: Mapping[str, str] | None = None) -> str:
        """The address of the text as a file of the publisher; the name's end says what it is."""
        self.pages[name] = (text, dict(headers or {}))
        return f"{self.site}/{name}"

    def box(self, thread: str, lang: str | None = "ar", **options: str) -> str:
        """What README tells sites to paste, without the script: a link that becomes the discussion."""
        data = {"site": "demo", "thread": thread, "url": f"{self.site}/a/{thread}", "title": "نهر بين سدّين"}
        given = {**data, **({"lang": lang} if lang else {}), **options}
        attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in given.items())
        text = "اقرأ التعليقات واكتب" if lang != "en" else "Read and write comments"
        fallback = escape(f"{self.service}/v1/sites/demo/page?thread={thread}")
        return f'<a class="discuss" href="{fallback}" data-taliq="{self.service}"{attributes}>{text}</a>'

    def article(self, box: str, lang: str = "ar", *, head: str = "", more: str = "") -> str:
        """A whole page of a publisher with the box under its article, and the script."""
        direction, paper, title, words = ARTICLE[lang]
        return (
            f'<!doctype html>\n<html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{title}</title><link rel="icon" href="data:,">{head}'
            f'<script src="{self.service}/embed.js" defer></script></head>\n'
            f'<body><header><p>{paper}</p></header><main><h1 id="title">{title}</h1><p class="lead">{words}</p>'
            f'<h2 id="after">{paper}</h2>{box}{more}</main></body></html>'
        )

    def __call__(self, environ: dict[str, object], start: object) -> object:
        request = Request(environ)
        name = request.path[1:]
        if name not in self.pages:
            return Response("", 404)(environ, start)  # type: ignore[arg-type]
        text, headers = self.pages[name]
        kind = KINDS[name.rpartition(".")[2]]
        return Response(text, headers=headers, content_type=f"{kind}; charset=utf-8")(environ, start)  # type: ignore[arg-type]


@contextmanager
def street(database_url: str, **settings: object) -> Iterator[Street]:
    """Both servers while the block lasts, with a site nobody has written on."""
    port, site_port = free_port(), free_port()
    service, site = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{site_port}"
    clock = SetClock()
    container = build(settings_for(database_url, public_url=service, **settings), clock=clock)
    try:
        made = Street(service, site, Newsroom(container, clock, origins=[site]))  # type: ignore[arg-type]
        with serving(create_app(container), port), serving(made, site_port):  # type: ignore[arg-type]
            yield made
    finally:
        container.close()
