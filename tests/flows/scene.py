"""A service whose every answer, log line, row and file is searched for the canary."""

from __future__ import annotations

import io
import json
import re
import secrets
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from uuid import UUID, uuid4

from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from service.app import create_app
from service.bootstrap import Container
from tests.flows.canary import ADDRESS, RECEIPT, WORDS, Canary, bytes_of, rows_of
from tests.newsroom import FIELDS, PASSWORD, Newsroom, SetClock, StrictClient

POST = "/v1/sites/demo/comments"
RECEIPT_ACTS = ("edit", "withdraw", "erase", "export")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: The only places where a canary may be seen: its kind, the endpoint, the type of the answer, the statuses. And
#: even there only by whoever brought it: the address by the request that carried it, the receipt by the post that
#: made it or by a request for its own page.
SINKS: dict[tuple[str, str, str], tuple[int, ...]] = {
    # A form that was refused comes back with everything that was typed.
    (ADDRESS, "public.submit", "text/html"): (403, 404, 409, 422, 429, 500, 503),
    # A script gets the receipt in the answer, a browser in the redirect to the receipt's page.
    (RECEIPT, "public.submit", "application/json"): (202,),
    (RECEIPT, "public.submit", "redirect"): (303,),
    # The receipt's pages show their own address, to be kept and to act, and lead back to it.
    (RECEIPT, "public.show", "text/html"): (200,),
    **{(RECEIPT, f"public.ask_{act}", "text/html"): (200,) for act in ("edit", "withdraw", "erase")},
    **{(RECEIPT, f"public.{act}", "redirect"): (303,) for act in ("edit", "withdraw", "erase")},
    **{(RECEIPT, f"public.{act}", "text/html"): (403, 404, 409, 422) for act in RECEIPT_ACTS},
    # Whoever types the address again is given it.
    (ADDRESS, "public.export", "application/json"): (200,),
    (ADDRESS, "public.export", "text/html"): (422,),
    # A moderator who may see it has asked for it, and that is written down.
    (ADDRESS, "console.reveal", "text/html"): (200,),
}


class Scene:
    def __init__(self, container: Container, clock: SetClock, log: io.StringIO, **policy: str) -> None:
        self.newsroom, self.canary, self.log = Newsroom(container, clock, **policy), Canary(), log
        self.leaks: list[str] = []
        #: A hook for a leak that is there on purpose.
        self.planted: Callable[[Response], object] = lambda response: None
        self.succeeded: set[str] = set()
        self.app = self._app(container)
        self.comments: list[UUID] = []
        self.receipt = ""

    def _app(self, container: Container) -> Flask:
        app = create_app(container)
        app.test_client_class = StrictClient

        @app.after_request
        def note(response: Response) -> Response:
            self.endpoint = request.endpoint or "none"
            self.planted(response)
            return response

        return app

    def open(self, method: str, path: str, client: FlaskClient | None = None, **sent: object) -> TestResponse:
        """One request; whatever of the canary is in the answer and has no business there is a leak."""
        response = (client or self.app.test_client()).open(path, method=method, **sent)  # type: ignore[arg-type]
        self._learn(response)
        carried = {kind for kind, _ in self.canary.found_in(f"{path} {sent}".encode())}
        if self.endpoint == "public.submit" and method == "POST":
            carried.add(RECEIPT)
        if self.endpoint == "console.reveal" and method == "POST":
            carried.add(ADDRESS)
        for kind, how in self.canary.found_in(bytes_of(response)):
            if not (kind in carried and self._may_show(kind, response)):
                self.leaks.append(f"{method} {self.endpoint} {response.status_code}: {kind}, {how}")
        if response.status_code < 400:
            self.succeeded.add(self.endpoint)
        response.close()
        return response

    def _may_show(self, kind: str, response: TestResponse) -> bool:
        what = "redirect" if response.status_code == 303 else response.mimetype
        return response.status_code in SINKS.get((kind, self.endpoint, what), ())

    def _learn(self, response: TestResponse) -> None:
        """The first receipt is the canary's; told apart from the others by who asked for it."""
        if self.receipt or self.endpoint != "public.submit":
            return
        place = response.headers.get("Location", "")
        if response.status_code == 202 and response.is_json and "receipt" in response.json:
            self.receipt = str(response.json["receipt"])
        elif "/receipts/" in place:
            self.receipt = place.split("/receipts/")[1].partition("?")[0]
        if self.receipt:
            self.canary.add_receipt(self.receipt)

    @property
    def fields(self) -> dict[str, str]:
        """A submission that carries the canary."""
        typed = {"email": self.canary.typed, "name": self.canary.name, "body": self.canary.body}
        return {**FIELDS, **typed, "submission_id": secrets.token_urlsafe(24)}

    def networks(self) -> list[dict[str, object]]:
        """Ways to come from the canary's networks: straight, and through the proxy in front."""
        through = [{"headers": {"X-Forwarded-For": f"{a}, 127.0.0.1"}} for a in (self.canary.ipv4, self.canary.ipv6)]
        straight = [{"environ_base": {"REMOTE_ADDR": a}} for a in (self.canary.ipv4, self.canary.ipv6)]
        return [*through, *straight]

    def submit(self, number: int = 0, *, form: bool = False, origin: str = "", **more: str) -> TestResponse:
        fields = {**self.fields, **more}
        way = {**self.networks()[number % 4], **({"headers": {"Origin": origin}} if origin else {})}
        response = self.open("POST", POST, **{"data" if form else "json": fields}, **way)
        if response.status_code in (202, 303):
            receipt = response.json.get("receipt") if response.is_json else response.headers["Location"].split("/")[-1]
            comment = self.newsroom.container.signer.read_receipt(receipt) if receipt else UUID(response.json["id"])
            assert comment is not None
            self.comments.append(comment)
        return response

    def moderator(self) -> FlaskClient:
        client = self.app.test_client()
        signed = self.open("POST", "/console/login", client, data={"login": "sara", "password": PASSWORD})
        assert signed.status_code == 303
        return client

    def csrf(self, client: FlaskClient) -> str:
        html = client.get("/console/").get_data(as_text=True)
        return unescape(re.findall(r'name="csrf" value="([^"]+)"', html)[0])

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Every route with its arguments filled in, once for each comment and with ids of nothing."""
        for rule in self.app.url_map.iter_rules():
            for comment in (*self.comments, uuid4()) if "comment_id" in rule.arguments else (uuid4(),):
                token = self.newsroom.container.signer.status_token(self.comments[0])
                known = {"site": "demo", "receipt": self.receipt, "token": token, "key": "article-1",
                         "comment_id": comment, "decision_id": uuid4(), "filename": "embed/embed.css"}  # fmt: skip
                with self.app.test_request_context():
                    path = self.app.url_map.bind("taliq.test").build(
                        rule.endpoint, {name: known[name] for name in rule.arguments}, method=next(iter(rule.methods))
                    )
                yield rule.endpoint, path

    def read_everything(self, token: dict[str, str], client: FlaskClient) -> None:
        """Every route by GET, as everybody: a passer-by, the receipt's holder, a program, a moderator."""
        holder = {"Referer": f"http://taliq.test/v1/sites/demo/receipts/{self.receipt}", "Accept": "text/html"}
        for endpoint, path in self.addresses():
            if endpoint == "console.sign_out":
                continue
            for query in ("?thread=article-1&lang=ar", "?thread=article-1&lang=en&order=newest&view=approved"):
                query = query if endpoint != "public.counts" else "?thread=article-1"
                self.open("GET", path + query)
                self.open("GET", path + query, headers=holder)
                self.open("GET", path + query, headers=token)
                self.open("GET", path + query, client)
        for parent in self.comments:
            self.open("GET", f"/v1/sites/demo/form?thread=article-1&parent={parent}")

    def try_everything(self, token: dict[str, str], client: FlaskClient) -> None:
        """Every route by every method, as everybody, with bodies good and bad."""
        payload = {"version": 1, "reason": "other", "decisions": [], "thread": "article-1"}
        form = {"csrf": self.csrf(client), "comment": str(self.comments[0]), "version": "9", "action": "spam"}
        bodies: list[dict[str, object]] = [
            {}, {"json": payload}, {"data": form}, {"data": b"{", "content_type": "application/json"},
        ]  # fmt: skip
        routes = sorted(self.addresses(), key=lambda route: route[0] == "console.sign_out")
        for endpoint, path in dict(routes).items():
            for method in METHODS:
                for body in bodies if method in ("POST", "PUT") else bodies[:1]:
                    self.open(method, path, **body)
                    self.open(method, path, headers=token, **body)
                    if endpoint != "console.sign_in" or method != "POST":
                        self.open(method, path, client, **body)

    def look_behind(self) -> None:
        """The log so far, and every row of the database; the sealed table too."""
        self.search("log", self.log.getvalue().encode(), ADDRESS, "network", RECEIPT, WORDS)
        engine = self.newsroom.container.reader.engine
        for table, row in rows_of(engine):
            self.search(f"table {table}", row)

    def search(self, where: str, data: bytes, *kinds: str) -> None:
        self.leaks += [f"{where}: {kind}, {how}" for kind, how in self.canary.found_in(data, *kinds)]

    def break_table(self, table: str) -> None:
        """From now on the database refuses every new row of ``table``, and repeats it in its message."""
        engine = self.newsroom.container.schema.upgrade.args[0]
        refuse = (
            f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
            if engine.dialect.name == "sqlite"
            else f"ALTER TABLE {table} ADD CONSTRAINT broken CHECK (false) NOT VALID"
        )
        with engine.begin() as connection:
            connection.execute(text(refuse))


def json_of(response: TestResponse) -> dict[str, object]:
    return dict(json.loads(response.data))


def sqlite_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob("*.sqlite3*")):
        yield path.name, path.read_bytes()
