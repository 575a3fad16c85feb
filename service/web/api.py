"""The OpenAPI document and how operations get into it. flask-smorest writes it from the views themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc
from typing import Any, TypeVar

from flask import Flask, Request
from flask_smorest import Api, Blueprint
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from service import __version__
from service.domain.errors import FieldError, InvalidError
from service.web.errors import PROBLEM
from service.web.parsing import read_json

HTML = "text/html"
_CODE = re.compile(r"[a-z_]+")
F = TypeVar("F", bound=Callable[..., Any])
DESCRIPTIONS = {
    400: "The request could not be read",
    401: "No token, or one that is unknown, expired or revoked",
    403: "Not allowed",
    404: "Does not exist, or belongs to another site",
    409: "Changed meanwhile, or not allowed from here; the current state is in the answer",
    413: "More than 256 KiB",
    415: "Neither JSON nor a form",
    422: "Some fields have to be mended; all of them are listed",
    429: "Too many requests; see Retry-After",
    503: "Not available right now; nothing was stored",
}


class FieldProblem(Schema):
    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class CommentState(Schema):
    id = fields.UUID(required=True)
    status = fields.String(required=True)
    version = fields.Integer(required=True)


class Problem(Schema):
    """RFC 9457. The members after ``fields`` come with the codes they belong to."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; programs should look at this"})
    detail = fields.String(required=True)
    request_id = fields.String(required=True)
    fields_ = fields.List(fields.Nested(FieldProblem), data_key="fields")
    comment = fields.Nested(CommentState, metadata={"description": "409: where the comment stands now"})
    parameter = fields.String(metadata={"description": "400: the query parameter that is wrong"})
    limit = fields.Integer(metadata={"description": "400: how many are allowed"})
    needs = fields.String(metadata={"description": "403: the scope that is missing"})
    missing = fields.String(metadata={"description": "503: what does not answer"})


class StrictParser(FlaskParser):
    """webargs with our own reading of JSON, unknown fields dropped, and our own errors."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": EXCLUDE}  # noqa: RUF012

    def load_json(self, req: Request, schema: Schema) -> Any:
        return read_json(req)

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> Any:
        messages = error.normalized_messages()  # type: ignore[no-untyped-call]
        raise InvalidError(list(_field_errors(messages.get("json", {})))) from None


class ApiBlueprint(Blueprint):
    """Documents a view with the summary it is given and the docstring it has."""

    ARGUMENTS_PARSER = StrictParser()

    def doc(self, **facts: Any) -> Callable[[F], F]:
        def document(view: F) -> F:
            described = {"description": cleandoc(view.__doc__)} if "summary" in facts and view.__doc__ else {}
            documented: F = super(ApiBlueprint, self).doc(**described, **facts)(view)
            return documented

        return document


class TaliqApi(Api):
    """smorest without its own error answers: ours are the only ones, and each operation names those it gives."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        app.config.update(
            API_TITLE="Taliq",
            API_VERSION=__version__,
            OPENAPI_VERSION="3.1.0",
            OPENAPI_URL_PREFIX="/",
            OPENAPI_JSON_PATH="openapi.json",
        )
        super().__init__(
            app,
            spec_kwargs={
                "info": {
                    "description": "Comments for news sites: accept, moderate, publish. Addresses stay private.",
                    "license": {"name": "MIT"},
                }
            },
        )
        self.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
        self.spec.components.schema("Problem", schema=Problem)

    def _register_error_handlers(self) -> None:
        """None: ``service.web.errors`` answers."""


def problems(*statuses: int, page: bool = False) -> Callable[[F], F]:
    """Documents the errors an operation may answer with; ``page``: as a page, too, for whoever sent a form. Stands
    nearest to the view, and writes down what ``blueprint.alt_response`` would: that wraps the view once more for each
    of them, and copies all that is known of it so far.
    """

    def document(view: F) -> F:
        found: dict[str, Any] = vars(view).setdefault("_apidoc", {})
        responses = found.setdefault("response", {}).setdefault("responses", {})
        for status in statuses:
            of_status = responses.setdefault(status, [])
            told = {"description": DESCRIPTIONS[status]}
            of_status.append({"schema": Problem.__name__, "content_type": PROBLEM, **told})
            if page:
                of_status.append({"schema": {"type": "string"}, "content_type": HTML, **told})
        return view

    return document


def _field_errors(messages: Any, path: str = "") -> Any:
    """marshmallow's nested messages, which are our codes, as flat field errors."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _field_errors(inner, f"{path}.{name}" if path else str(name))
    else:
        code = str(messages[0])
        # What marshmallow says in its own words (a list where an object belongs) is a value that is not allowed.
        yield FieldError(path, code if _CODE.fullmatch(code) else "not_listed")
