"""The OpenAPI document is the contract: it is valid, and whatever it allows the service answers as it says.

schemathesis sends what the document allows and what it forbids to every operation, and holds every answer against
the document. Half of the requests are pointed at things that exist, else all it would ever see is 404.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from service.app import create_app
from service.bootstrap import build
from service.domain.moderation import Action
from service.queries.principals import principal_of_token
from service.storage.decisions import Decision
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import URL, Newsroom, SetClock, settings_for

#: Requests an operation; a longer look is worth taking now and then.
EXAMPLES = int(os.environ.get("TALIQ_EXAMPLES", "50"))
#: 413 too: how many bytes a request may have, no schema can say.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "413", "429"]
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "415", "422", "429"]
#: Rules no schema can state: what breaks them is refused with these statuses, though the schema allows it.
BEYOND_THE_SCHEMA = {
    # The address is under one of the site's origins, the parent public, and there is a key or else an address.
    # A list under a name of its own, which JSON may hold, is in a form a field sent twice: 400.
    "submitComment": ["422", "400"],
    # Not more tags than a text may have; the address is the one that was given.
    "receiptEdit": ["422", "400"],
    "receiptExport": ["422", "400"],
    "sendReport": ["400"],
    # The address is under one of the site's origins.
    "putThread": ["422"],
    # A day that is in the calendar, also as an operator in the text.
    "queue": ["422", "400"],
    # A key is more than blanks; one that is no address has at most 200 characters; a cursor names a page.
    **{name: ["400"] for name in ("comments", "commentsFragment", "feed", "form", "page", "log")},
}
#: What the schema refuses by its length is taken when it is short enough once it is cleaned of what nobody sees. The
#: limit itself is held by the tests of submissions.
SHORTER_WHEN_CLEAN = {"receiptEdit": ["303"]}
_label = st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True)
# A domain that could have a mail server; the format alone would also allow "a@[127.0.0.1]".
schemathesis.openapi.format("email", st.builds("{}@{}.example.org".format, _label, _label))
schemathesis.openapi.format("uri", st.builds("https://{}.example.org/{}".format, _label, _label))


class Door:
    """The WSGI application under test, put in place when the tests start: they are named after its operations."""

    app: Flask

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self.app(environ, start_response)


def _config() -> SchemathesisConfig:
    operations = [
        {
            "include-operation-id": name,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": [*ACCEPTED, *statuses]},
                "negative_data_rejection": {"expected-statuses": [*REFUSED, *SHORTER_WHEN_CLEAN.get(name, [])]},
            },
        }
        for name, statuses in BEYOND_THE_SCHEMA.items()
    ]
    return SchemathesisConfig.from_dict(
        {
            # The token goes with every request; without it and with a wrong one the check "ignored_auth" asks.
            "generation": {"with-security-parameters": False},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "negative_data_rejection": {"expected-statuses": REFUSED},
            },
            "operations": operations,
        }
    )


door = Door()
# Only for the document: nothing is ever opened at this address.
door.app = create_app(build(settings_for(f"sqlite:///{tempfile.gettempdir()}/not-opened.sqlite3")))
schema = schemathesis.openapi.from_wsgi("/openapi.json", door, config=_config())


@pytest.fixture(scope="module")
def room(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    path = tmp_path_factory.mktemp("openapi") / "taliq.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    clock = SetClock()
    container = build(settings_for(f"sqlite:///{path}"), clock=clock)
    made = Newsroom(container, clock)
    door.app = made.app()
    yield made
    container.close()


class Pointer:
    """Points requests at things that exist: all that are wrong on purpose, but not in their path, and every other
    of those that are right; the latter also name threads, versions and parents that are.
    """

    def __init__(self, room: Newsroom) -> None:
        # Compressed answers are judged elsewhere; here they have to be read.
        self.headers = {**room.token(), "Accept-Encoding": "identity"}
        self._room, self._turn = room, itertools.cycle((True, False))
        self._published = str(room.approved())
        self._known = {"site": "demo", "key": "article-1"}

    def point(self, case: Any) -> None:
        path = case.meta and case.meta.components.get(ParameterLocation.PATH)
        if path and path.mode is not GenerationMode.POSITIVE:
            return
        right = case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE
        if right and not next(self._turn):
            return
        for name in case.path_parameters:
            case.path_parameters[name] = self._known.get(name) or self._fresh(name, case.path)
        if right and case.query:
            self._point_query(case.query)
        if right and isinstance(case.body, dict):
            self._point_body(case.body, 2 if case.path.endswith("reopen") else 1)

    def _fresh(self, name: str, path: str) -> str:
        """A decision, a receipt or a comment that nobody has touched since; of version 1, but to be reopened of 2."""
        signer = self._room.container.signer
        if name == "receipt":
            return signer.receipt(self._room.pending(), 0)
        if name == "token":
            return signer.status_token(self._room.pending())
        if name == "decision_id":
            return str(self._decided_by_the_program().id)
        return str(self._room.approved() if path.endswith(("reopen", "report")) else self._room.pending())

    def _decided_by_the_program(self) -> Decision:
        """It can take back its own only."""
        container, secret = self._room.container, self.headers["Authorization"].removeprefix("Bearer ")
        program = container.reader.run(lambda s: principal_of_token(s, secret, self._room.clock()))
        return container.decide_comments.one(program, DecisionRequest(self._room.pending(), Action.SPAM, 1))

    def _point_query(self, query: dict[str, Any]) -> None:
        query.pop("cursor", None)
        if "code" in query:
            query["code"] = self._room.container.signer.open_code(self._room.pending(), 0, self._room.clock())
        if "thread" in query:
            query["thread"] = ["article-1", "b"] if isinstance(query["thread"], list) else "article-1"
        if "parent" in query:
            query["parent"] = self._published

    def _point_body(self, body: dict[str, Any], version: int) -> None:
        for item in body.get("decisions", ()):
            item |= {"comment": str(self._room.pending()), "version": 1}
        if "version" in body:
            body["version"] = version
        if "body" in body:
            body |= {"thread": "article-1", "url": URL, "parent": self._published}
        elif "url" in body:
            body["url"] = URL


@pytest.fixture(scope="module")
def pointer(room: Newsroom) -> Pointer:
    return Pointer(room)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_the_document_announces(case: Any, pointer: Pointer) -> None:
    pointer.point(case)
    case.call_and_validate(headers=pointer.headers)


def test_the_document_is_valid_openapi(room: Newsroom) -> None:
    document = room.client().get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
