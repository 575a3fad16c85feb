"""The API document as a page for reading, made from the document itself; no foreign host is asked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask

from service import __version__
from service.web.api import TaliqApi
from service.web.rendering import render

_METHODS = ("get", "post", "put", "delete", "options")


def register(app: Flask, api: TaliqApi) -> None:
    blueprint = Blueprint("docs", __name__)

    @blueprint.get("/docs")
    def show() -> str:
        document: dict[str, Any] = api.spec.to_dict()
        operations = [
            _operation(path, method, operation, item.get("parameters", []))
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if method in _METHODS
        ]
        return render(
            "docs.html", "en", operations=operations, openapi_url="/openapi.json", version=__version__
        )

    app.register_blueprint(blueprint)


def _operation(
    path: str, method: str, operation: dict[str, Any], shared: list[dict[str, Any]]
) -> dict[str, Any]:
    parameters = [p for p in [*shared, *operation.get("parameters", [])] if "name" in p]
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "tag": (operation.get("tags") or [""])[0],
        "parameters": [
            {
                "name": p["name"],
                "where": p["in"],
                "required": bool(p.get("required")),
                "description": p.get("description", ""),
            }
            for p in parameters
        ],
        "responses": [
            {"status": status, "description": response.get("description", "")}
            for status, response in sorted(operation["responses"].items())
            if status != "default"
        ],
        "auth": "a token with its scope" if operation.get("security") else None,
    }
