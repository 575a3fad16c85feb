"""The Flask application."""

from __future__ import annotations

from flask import Flask

from service import web
from service.bootstrap import Container
from service.web.parsing import MAX_BODY_BYTES


def create_app(container: Container) -> Flask:
    """The whole service as one WSGI application."""
    app = Flask("service.web", static_url_path="/static")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        PROPAGATE_EXCEPTIONS=False,
        # Preflights are answered by a view of their own, which knows the site.
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    # A key may hold slashes; "a//b" is not "a/b".
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    web.register(app, container)
    return app
