"""The Flask application."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask

from service import web
from service.bootstrap import Container
from service.web.parsing import MAX_BODY_BYTES
from service.web.ready import Ready
from service.web.routing import ThreadKeyConverter


def create_app(container: Container, now: Callable[[], float] = time.time) -> Flask:
    """The whole service as one WSGI application. ``now``: the clock in seconds, by which ready answers hold."""
    app = Flask("service.web", static_url_path="/static")
    app.config.update(
        # One more than is taken: Werkzeug ends a body without a length there, and the byte too many shows.
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES + 1,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        PROPAGATE_EXCEPTIONS=False,
        # Preflights are answered by a view of their own, which knows the site.
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    # A key may hold slashes; "a//b" is not "a/b".
    app.url_map.merge_slashes = False
    app.url_map.converters["thread_key"] = ThreadKeyConverter
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    web.register(app, container)
    app.wsgi_app = Ready(app.wsgi_app, container, now)  # type: ignore[method-assign]
    return app
