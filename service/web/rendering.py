"""Templates: what every page may use, and the addresses of static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from flask import Flask, Response, render_template
from jinja2 import StrictUndefined

from service.domain.snapshot import timestamp
from service.i18n import direction, format_moment, t

STATIC = Path(__file__).parent / "static"


def register(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(asset=asset, iso=timestamp)


def render(template: str, language: str, **context: object) -> str:
    """A template in one language. ``t`` and ``moment`` are bound to it."""
    return render_template(
        template,
        t=partial(t, language),
        moment=_moment(language),
        lang=language,
        dir=direction(language),
        **context,
    )


def see_other(address: str) -> Response:
    """303: go there, by GET."""
    return Response(status=303, headers={"Location": address})


def asset(path: str) -> str:
    """The address of a static file; it changes with the file, so that browsers may keep it for long."""
    return f"/static/{path}?v={_fingerprint(path)}"


def _moment(language: str) -> Callable[[datetime], str]:
    return partial(format_moment, language)


@cache
def _fingerprint(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
