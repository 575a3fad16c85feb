"""Reads request bodies, strictly: what two parsers could understand differently is refused.

A browser's form and a program's JSON become the same flat mapping. Fields nobody asked for are dropped by
whoever reads the mapping; they can never set a status, a date or an id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from flask import Request

from service.domain.errors import MalformedError, TooLargeError, UnsupportedMediaTypeError
from service.text.clean import has_surrogate

T = TypeVar("T")
#: The same limit stands in the proxy's configuration.
MAX_BODY_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_FORM_FIELDS = 50
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"')


def read_fields(request: Request) -> tuple[Mapping[str, object], bool]:
    """The fields of a JSON object or a form, and whether it was a form."""
    if request.mimetype == FORM:
        return read_form(request), True
    return read_json(request), False


def read_json(request: Request) -> Mapping[str, object]:
    """The JSON object of the body; 415 for another type, 400 for anything that is not one clean object."""
    if request.mimetype != JSON:
        raise UnsupportedMediaTypeError()
    value = parse_json(_text(read_body(request), "malformed_json"))
    if not isinstance(value, dict):
        raise MalformedError("malformed_json")
    return value


def read_form(request: Request) -> Mapping[str, str]:
    """The fields of an urlencoded form. A field sent twice is refused: which of the two was meant?"""
    text = _text(read_body(request), "malformed_form")
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError:
        raise MalformedError("malformed_form") from None
    return _once(pairs)


def read_body(request: Request) -> bytes:
    """The body, at most ``MAX_BODY_BYTES``; not one byte more is read."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaTypeError()
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise TooLargeError()
    body = request.stream.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise TooLargeError()
    return body


def parse_json(text: str) -> object:
    """The value of a JSON text. Duplicate keys, NaN, lone surrogates and deep nesting are errors of their own."""
    if _depth(text) > MAX_DEPTH:
        raise MalformedError("nested_too_deep")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedError("malformed_json") from None
    _refuse_surrogates(value)
    return value


def _once(pairs: Sequence[tuple[str, T]]) -> dict[str, T]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedError("duplicate_field")
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedError("not_a_number")


def _refuse_surrogates(value: object) -> None:
    if isinstance(value, str):
        if has_surrogate(value):
            raise MalformedError("lone_surrogate")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_surrogates(inner)


def _depth(text: str) -> int:
    """How deep brackets nest outside of strings; counted without recursion, before anything is parsed."""
    deepest = depth = 0
    for char in _STRINGS.sub("", text):
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _text(body: bytes, code: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedError(code) from None
