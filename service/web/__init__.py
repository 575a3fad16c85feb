"""HTTP in, HTTP out. No SQL here, and no rules: what may happen is decided below."""

from __future__ import annotations

from flask import Flask

from service.bootstrap import Container
from service.web import (
    compression,
    console,
    docs,
    errors,
    health,
    logs,
    moderation,
    public,
    rendering,
    security,
    token_use,
)
from service.web.api import TaliqApi
from service.web.throttle import Throttle


def register(app: Flask, container: Container) -> None:
    """Hangs every address of the service onto ``app``."""
    app.extensions["taliq"] = container
    app.extensions["taliq.throttle"] = Throttle(container.settings, shared=container.shared_counts)
    logs.register(app)
    compression.register(app)
    security.register(app)
    token_use.register(app)
    errors.register(app)
    rendering.register(app)
    api = TaliqApi(app)
    public.register(app, api)
    moderation.register(app, api)
    console.register(app)
    health.register(app, api)
    docs.register(app, api)
