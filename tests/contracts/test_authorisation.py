"""Who gets what: every route, asked by everybody there is. A route without an entry fails; so does one that answers
somebody otherwise than its entry says.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.bootstrap import build
from service.domain.access import SCOPES, Permission
from service.domain.moderation import Action
from service.storage.engine import sqlite_module
from service.usecases.decide_comments import DecisionRequest
from tests.contracts.place import Place
from tests.contracts.test_routes import MODERATOR, NONE, RECEIPT, ROUTES, call
from tests.newsroom import PASSWORD, Newsroom, SetClock, settings_for

#: What a page or an act of the console needs besides a sign-in at the site; nothing where it is one's own account.
NEEDS: dict[str, Permission | None] = {
    "/console/": Permission.READ_QUEUE,
    "/console/comments/<uuid:comment_id>": Permission.READ_QUEUE,
    "/console/authors/<uuid:comment_id>": Permission.READ_QUEUE,
    "/console/authors/<uuid:comment_id>/sweep": Permission.DECIDE,
    "/console/sweep": Permission.DECIDE,
    "/console/clusters/<uuid:comment_id>": Permission.DECIDE,
    "/console/record": Permission.READ_QUEUE,
    "/console/overview": Permission.READ_QUEUE,
    "/console/news": Permission.READ_QUEUE,
    "/console/decide": Permission.DECIDE,
    "/console/decide-many": Permission.DECIDE,
    "/console/undo": Permission.DECIDE,
    "/console/undo-batch": Permission.DECIDE,
    "/console/opinion": Permission.DECIDE,
    "/console/level": Permission.DECIDE,
    "/console/leases": Permission.DECIDE,
    "/console/notes": Permission.DECIDE,
    "/console/notes/remove": Permission.DECIDE,
    "/console/redact": Permission.DECIDE,
    "/console/reply": Permission.DECIDE,
    "/console/look-up": Permission.CONTACTS,
    "/console/reveal": Permission.CONTACTS,
    "/console/people": Permission.MANAGE,
    "/console/people/change": Permission.MANAGE,
    "/console/people/remove": Permission.MANAGE,
    "/console/people/disable": Permission.MANAGE,
    "/console/people/enable": Permission.MANAGE,
    "/console/tokens": Permission.MANAGE,
    "/console/tokens/revoke": Permission.MANAGE,
    "/console/policy": Permission.MANAGE,
    "/console/lane": Permission.MANAGE,
    "/console/lane/open": Permission.MANAGE,
    "/console/lane/close": Permission.MANAGE,
    "/console/lists": Permission.MANAGE,
    "/console/lists/remove": Permission.MANAGE,
    "/console/rules": Permission.MANAGE,
    "/console/rules/rule": Permission.MANAGE,
    "/console/rules/act": Permission.MANAGE,
    "/console/searches": Permission.READ_QUEUE,
    "/console/searches/drop": Permission.READ_QUEUE,
    "/console/threads": Permission.READ_QUEUE,
    "/console/threads/state": Permission.DECIDE,
    "/console/threads/mode": Permission.DECIDE,
    "/console/sessions": None,
    "/console/sessions/end": None,
    "/console/sessions/end-others": None,
    "/console/password": None,
    "/console/second-factor": None,
    "/console/second-factor/begin": None,
    "/console/second-factor/confirm": None,
    "/console/second-factor/off": None,
    "/console/logout": None,
    "/console/language": None,
}
#: The answer to whoever may, where it is not 200: the forms here are right in what every route needs and name things
#: that are, and beyond that they may still be wanting.
ALLOWED: dict[tuple[str, str], int] = {
    ("POST", "/v1/sites/<site>/comments"): 422,
    ("OPTIONS", "/v1/sites/<site>/comments"): 204,
    ("POST", "/v1/sites/<site>/comments/<uuid:comment_id>/report"): 202,
    ("OPTIONS", "/v1/sites/<site>/comments/<uuid:comment_id>/report"): 204,
    ("POST", "/v1/sites/<site>/receipts/<receipt>/edit"): 422,
    ("GET", "/v1/sites/<site>/receipts/open"): 303,
    # It waits already.
    ("POST", "/v1/moderation/comments/<uuid:comment_id>/reopen"): 409,
    ("GET", "/console"): 303,
    ("POST", "/console/login"): 401,
    ("POST", "/console/login/code"): 401,
    # An act leads back to where it came from.
    ("POST", "/console/logout"): 303,
    ("POST", "/console/language"): 303,
    ("POST", "/console/decide"): 303,
    ("POST", "/console/decide-many"): 303,
    ("POST", "/console/sweep"): 303,
    ("POST", "/console/undo"): 303,
    ("POST", "/console/undo-batch"): 303,
    ("POST", "/console/opinion"): 303,
    ("POST", "/console/level"): 303,
    ("POST", "/console/leases"): 303,
    ("POST", "/console/notes"): 303,
    ("POST", "/console/notes/remove"): 303,
    ("POST", "/console/reply"): 303,
    ("POST", "/console/searches"): 303,
    ("POST", "/console/searches/drop"): 303,
    ("POST", "/console/lane/open"): 303,
    ("POST", "/console/lane/close"): 303,
    ("POST", "/console/lists/remove"): 303,
    ("POST", "/console/threads/state"): 303,
    ("POST", "/console/threads/mode"): 303,
    # There is no such act.
    ("POST", "/console/rules/act"): 400,
    ("POST", "/console/people/change"): 303,
    ("POST", "/console/people/remove"): 303,
    ("POST", "/console/people/disable"): 303,
    ("POST", "/console/people/enable"): 303,
    ("POST", "/console/tokens/revoke"): 303,
    ("POST", "/console/sessions/end"): 303,
    ("POST", "/console/sessions/end-others"): 303,
    ("POST", "/console/second-factor/off"): 303,
    # Fields are wanting.
    ("POST", "/console/redact"): 422,
    ("POST", "/console/people"): 422,
    ("POST", "/console/tokens"): 422,
    ("POST", "/console/password"): 422,
    ("POST", "/console/policy"): 422,
    ("POST", "/console/lists"): 422,
    ("POST", "/console/rules/rule"): 422,
    ("POST", "/console/second-factor/begin"): 422,
    ("POST", "/console/second-factor/confirm"): 409,
}
#: Permissions of those who are signed in at the site.
STAFF = {
    "moderator": {Permission.READ_QUEUE, Permission.DECIDE},
    "moderator with contacts": {Permission.READ_QUEUE, Permission.DECIDE, Permission.CONTACTS},
    "admin": set(Permission),
}
LOGINS = {
    "moderator": "omar",
    "moderator with contacts": "huda",
    "admin": "sara",
    "moderator of another site": "ziad",
}
ANYBODY = ["nobody", "receipt holder", *(f"token {s}" for s in SCOPES), "moderator of another site", *STAFF]


def expected(who: str, method: str, rule: str) -> int:
    surface, access = ROUTES[method, rule]
    allowed = ALLOWED.get((method, rule), 200)
    if (method, rule) == ("GET", "/console/login") and who in LOGINS:
        # They are in.
        return 303
    if access == NONE:
        return allowed
    if access == RECEIPT:
        return allowed if who == "receipt holder" else 404
    if surface == "moderation":
        return 401 if not who.startswith("token") else allowed if who == f"token {access}" else 403
    if who not in STAFF:
        # Asked to sign in; or there is no such site for them.
        return 404 if who == "moderator of another site" else 303
    needed = NEEDS[rule]
    return allowed if needed is None or needed in STAFF[who] else 403


class Everybody:
    """Made once; every route is asked on a copy of the database, since what one may do another sees done."""

    def __init__(self, room: Newsroom) -> None:
        self.room, self.place, self.app = room, Place(room), room.app()
        Place(room, "other")
        people = room.container.manage_staff
        for login, site in (("omar", "demo"), ("huda", "demo"), ("ziad", "other")):
            people.create_moderator(login, login, PASSWORD, "moderator", [site])
        self.ids = {str(login): UUID(str(found)) for login, found in room.sql("SELECT login, id FROM moderator")}
        room.container.manage_people.change(room.principal, self.ids["huda"], "moderator", True)
        requests = [DecisionRequest(room.pending(), Action.APPROVE, 1) for _ in range(2)]
        self.batch, _ = room.container.decide_comments.many(room.principal, requests)
        self.cookies = {who: self._sign_in(login) for who, login in LOGINS.items()}

    def _sign_in(self, login: str) -> str:
        client = self.room.client()
        assert client.post("/console/login", data={"login": login, "password": PASSWORD}).status_code == 303
        cookie = client.get_cookie("taliq-console")
        assert cookie is not None
        return cookie.value

    def status(self, who: str, method: str, rule: str) -> int:
        client, path = self.app.test_client(), self.place.path(rule)
        if "<receipt>" in rule and who != "receipt holder":
            path = path.replace(self.place.values["receipt"], "x" * 40)
        if "<token>" in rule and who != "receipt holder":
            path = path.replace(self.place.values["token"], "x" * 40)
        if who in self.cookies:
            client.set_cookie("taliq-console", self.cookies[who])
        headers = self.room.token(who.removeprefix("token ")) if who.startswith("token") else {}
        if path.startswith("/console"):
            return self._at_desk(client, method, path, headers)
        if path.endswith("/receipts/open"):
            signer, asked = self.room.container.signer, self.place.comment
            code = signer.open_code(asked, 0, self.room.clock()) if who == "receipt holder" else "x"
            path += f"?code={code}"
        elif method == "GET":
            path += "?thread=article-1&url=https://news.example/a/1"
        with call(client, method, path, headers) as answer:
            answer.get_data()
            return answer.status_code

    def _at_desk(self, client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> int:
        if method == "GET":
            return client.get(f"{path}?site=demo", headers=headers).status_code
        csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/console/").get_data(as_text=True))
        form = {
            "csrf": csrf[1] if csrf else "",
            "site": "demo",
            "comment": str(self.place.comment),
            "decision": self.place.values["decision_id"],
            "batch": str(self.batch),
            "person": str(self.ids["omar"]),
            "session": str(self.ids["omar"]),
            "token": str(self.ids["omar"]),
            "thread": str(self.ids["omar"]),
            "list": str(self.ids["omar"]),
            "search_id": str(self.ids["omar"]),
            "note": str(self.ids["omar"]),
            f"item-{self.place.comment}": "1",
            "ids": str(self.place.comment),
            "items": f"{self.place.comment.hex}-1",
            "do": "spam",
            "version": "1",
            "action": "approve",
            "once": secrets.token_urlsafe(18),
            "body": "جواب",
            "email": "salma@example.org",
        }
        return client.post(path, data=form, headers=headers).status_code


@pytest.fixture(scope="module")
def made(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Everybody]:
    path, clock = tmp_path_factory.mktemp("everybody") / "taliq.sqlite3", SetClock()
    path.write_bytes(sqlite_template.read_bytes())
    container = build(settings_for(f"sqlite:///{path}"), clock=clock)
    everybody = Everybody(Newsroom(container, clock))
    container.close()
    with sqlite_module().connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path, everybody


@pytest.fixture
def everybody(made: tuple[Path, Everybody], tmp_path: Path) -> Iterator[Everybody]:
    path, everybody = made
    (tmp_path / "taliq.sqlite3").write_bytes(path.read_bytes())
    clock = everybody.room.clock
    everybody.room.container = build(settings_for(f"sqlite:///{tmp_path / 'taliq.sqlite3'}"), clock=clock)
    everybody.app = everybody.room.app()
    yield everybody
    everybody.room.container.close()


def test_every_console_route_says_what_it_needs() -> None:
    assert NEEDS.keys() == {rule for (_, rule), (_, access) in ROUTES.items() if access == MODERATOR}


@pytest.mark.parametrize(("method", "rule"), ROUTES)
def test_everybody_gets_what_is_theirs_and_no_more(everybody: Everybody, method: str, rule: str) -> None:
    found = {who: everybody.status(who, method, rule) for who in ANYBODY}
    assert found == {who: expected(who, method, rule) for who in ANYBODY}
