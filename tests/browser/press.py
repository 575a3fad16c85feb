"""The service and the demo newspaper in this process, on two loopback origins, with switches for what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from werkzeug.serving import make_server

from service.app import create_app
from service.bootstrap import Container
from service.demo.article import LEAD
from service.demo.site import create_site
from service.domain.moderation import Action
from service.domain.site import SitePolicy
from service.settings import Settings
from service.usecases.submit_comment import Answer, SubmitComment
from tests.newsroom import Newsroom, settings_for
from tests.ports import free_port

README = Path(__file__).parents[2] / "README.md"


@contextmanager
def serving(app: Callable[..., Iterable[bytes]], port: int = 0) -> Iterator[str]:
    """The application on a loopback port while the block lasts; its origin."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Desk:
    """The use case behind the form, with a switch: while ``broken``, it fails as a defect does."""

    def __init__(self, inner: SubmitComment) -> None:
        self.inner, self.broken = inner, False

    def submit(
        self,
        slug: str,
        raw: Mapping[str, object],
        network: str | None = None,
        admit: Callable[[SitePolicy], object] = lambda _: None,
    ) -> Answer:
        def admitted(policy: SitePolicy) -> None:
            admit(policy)
            if self.broken:
                raise RuntimeError("a defect")

        return self.inner.submit(slug, raw, network, admitted)


class Press:
    """Entered once; ``limits`` are read when it is entered."""

    def __init__(self, make: Callable[[Settings], Container], database_url: str) -> None:
        self._make, self.database_url = make, database_url
        self.limits: dict[str, Any] = {}
        #: Pages of a publisher who builds differently, by name; each at ``/host/NAME`` of the newspaper.
        self.hosts: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Press:
        port, site_port = free_port(), free_port()
        self.service, self.site = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{site_port}"
        self.article = self.site + LEAD.path
        self._made = self._make(settings_for(self.database_url, public_url=self.service))
        self.newsroom = Newsroom(self._made, self._made.clock, origins=[self.site])  # type: ignore[arg-type]
        self.desk = Desk(self._made.submit_comment)
        self._stack.callback(self._made.close)
        self.open(port)
        paper = create_site(self.service, site_url=self.site)
        paper.add_url_rule("/snippet", view_func=self._snippet)
        paper.add_url_rule("/host/<name>", view_func=lambda name: self.hosts[name])
        self._stack.enter_context(serving(paper, site_port))
        return self

    def _snippet(self) -> str:
        """A page with nothing but what README tells sites to paste."""
        snippet = README.read_text(encoding="utf-8").split("```html\n", 1)[1].split("```", 1)[0]
        values = {"https://comments.example": self.service, "SITE": "demo", "ARTICLE-ID": LEAD.key}
        for word, value in {**values, "ARTICLE-URL": self.article}.items():
            snippet = snippet.replace(word, value)
        return f'<!doctype html><html lang="ar" dir="rtl"><link rel="icon" href="/mark.svg">{snippet}'

    def open(self, port: int | None = None, **limits: object) -> None:
        """Starts the service, or starts it anew with other limits. Its address stays."""
        port = port or int(self.service.rpartition(":")[2])
        self.close()
        settings = settings_for(self.database_url, public_url=self.service, **limits)
        app = create_app(replace(self._made, settings=settings, submit_comment=self.desk))  # type: ignore[arg-type]
        self._service = serving(app, port)
        self._service.__enter__()
        self._running = True

    def close(self) -> None:
        """Stops the service; the newspaper goes on."""
        if getattr(self, "_running", False):
            self._running = False
            self._service.__exit__(None, None, None)

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()
        self._stack.close()

    @property
    def origins(self) -> tuple[str, str]:
        return self.service, self.site

    def published(self, body: str, **fields: object) -> UUID:
        comment = self.newsroom.pending(thread=LEAD.key, url=self.article, body=body, **fields)
        self.newsroom.decide(comment, Action.APPROVE)
        return comment

    def waiting(self) -> list[str]:
        """The texts that wait for a moderator."""
        rows = self.newsroom.sql(
            "SELECT r.source FROM comment c JOIN revision r ON r.comment_id = c.id WHERE c.status = 'pending'"
        )
        return [str(row[0]) for row in rows]
