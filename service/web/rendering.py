"""Templates: what every page may use, and the addresses of static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, render_template, request
from jinja2 import StrictUndefined

from service import __version__
from service.domain.snapshot import timestamp
from service.i18n import CATALOGUES, direction, format_moment, language_name, t

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
SHORT = "public, max-age=300"


def register(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(asset=asset, iso=timestamp, language_name=language_name)
    app.after_request(_keep_briefly)


def _keep_briefly(response: Response) -> Response:
    """A static file may be kept for long only under the address that changes with it; a page that names it without
    its version (a site's own) would mix an old style with a new script after an upgrade.
    """
    if request.endpoint == "static" and response.status_code in (200, 304):
        path = (request.view_args or {})["filename"]
        if request.args.get("v") != _fingerprint(path):
            response.headers["Cache-Control"] = SHORT
            response.headers.remove("Expires")
    return response


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
def templates_digest() -> str:
    """Changes with everything a fragment is made from besides its page: an upgrade makes new bytes of an old page,
    and they need a new tag.
    """
    made_from = [__version__, repr(CATALOGUES), version("babel"), version("jinja2")]
    made_from += [(TEMPLATES / name).read_text() for name in ("public/fragment.html", "macros.html")]
    return hashlib.sha256("\0".join(made_from).encode()).hexdigest()[:12]


@cache
def _fingerprint(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
