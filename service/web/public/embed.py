"""The script a site may add. One address that never changes; browsers look for a newer one every five minutes."""

from __future__ import annotations

from flask import Blueprint, Response, send_from_directory

from service.web.rendering import STATIC
from service.web.security import public_read


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/embed.js")
    def script() -> Response:
        response = send_from_directory(STATIC / "embed", "embed.js", mimetype="text/javascript", max_age=300)
        response.headers["Cache-Control"] = "public, max-age=300"
        # It would say the same a second time, by the server's clock.
        response.headers.remove("Expires")
        return public_read(response)
