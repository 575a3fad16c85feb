"""The private email, the network and the receipt: searched for in every byte that leaves and everywhere they could lie.

Where a canary may be seen stands in ``tests.flows.scene.SINKS``. That the detector works is proven in every run: the
last tests plant a leak in each kind of place and see it found.
"""

from __future__ import annotations

import hashlib
import io
import logging
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import structlog
from sqlalchemy import text

from service import cli
from service.bootstrap import build
from service.domain.totp import code_of, step_at
from service.gateways.logs import configure
from tests.flows.canary import Canary, files_of
from tests.flows.scene import POST, Scene, json_of, sqlite_files
from tests.newsroom import FIELDS, PASSWORD, SetClock, settings_for
from tests.web.test_console import hidden

COMMANDS = (
    ("site", "list"), ("site", "set", "demo", "--language", "ar"), ("token", "list", "demo"), ("db", "check"),
    ("db", "current"), ("thread", "close", "demo", "article-1"), ("thread", "open", "demo", "article-1"),
    ("moderator", "reset-password", "sara"), ("vault", "rotate"),
    ("refold", "--site", "demo"),
)  # fmt: skip
#: Of the comments that were sent.
ERASED = 1
OLD_KEY = "k1:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
NEW_RING = f"k2:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A,{OLD_KEY}"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service logs, at its most talkative."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    monkeypatch.setattr(sys, "stderr", stream)
    configure("debug")
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def scene(database_url: str, clock: SetClock, log: io.StringIO) -> Iterator[Scene]:
    container = build(settings_for(database_url, trusted_proxies="127.0.0.1/32", log_level="debug"), clock=clock)
    yield Scene(container, clock, log)
    container.close()


@pytest.fixture
def small_scene(sqlite_url: str, clock: SetClock, log: io.StringIO) -> Iterator[Scene]:
    container = build(settings_for(sqlite_url, trusted_proxies="127.0.0.1/32", log_level="debug"), clock=clock)
    yield Scene(container, clock, log)
    container.close()


def test_nothing_private_is_in_any_answer_log_row_or_file(
    scene: Scene,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    token = scene.newsroom.token()
    assert scene.submit(0).status_code == 202
    assert scene.submit(1, form=True, body="نموذج من متصفح").status_code == 303
    client = scene.moderator()
    scene.read_everything(token, client)
    live_through_every_status(scene, token)
    scene.read_everything(token, client)
    work_at_the_console(scene, scene.moderator())
    use_the_receipt(scene)
    scene.try_everything(token, scene.moderator())
    run_commands(scene, database_url, monkeypatch, capsys)
    scene.look_behind()
    for name, data in raw_files(scene, database_url, request):
        scene.search(f"file {name}", data)
    assert scene.leaks == []
    # It was all really there to be found: every route has answered somebody with more than a refusal.
    assert {rule.endpoint for rule in scene.app.url_map.iter_rules()} - scene.succeeded == set()
    assert scene.newsroom.sql("SELECT count(*) FROM contact") == [(len(scene.comments) - ERASED,)]


def live_through_every_status(scene: Scene, token: dict[str, str]) -> None:
    """Approved, rejected, spam, reopened, undone and answered, by the API."""

    def act(comment: UUID, action: str, version: int = 1, **more: str) -> str:
        body = {"version": version, **more}
        answer = scene.open("POST", f"/v1/moderation/comments/{comment}/{action}", json=body, headers=token)
        assert answer.status_code == 200
        return str(json_of(answer)["id"])

    for number in range(2, 7):
        assert scene.submit(number, form=number % 2 == 0, body=f"نص آخر {number}").status_code in (202, 303)
    approved, rejected, spam, reopened, undone, batched, last = scene.comments
    act(approved, "approve")
    act(rejected, "reject", reason="insult")
    act(spam, "spam")
    act(reopened, "spam")
    act(reopened, "reopen", 2)
    made = act(undone, "approve")
    assert scene.open("POST", f"/v1/moderation/decisions/{made}/undo", json={}, headers=token).status_code == 200
    items = [{"comment": str(c), "action": "approve", "version": 1} for c in (batched, last)]
    assert scene.open("POST", "/v1/moderation/decisions", json={"decisions": items}, headers=token).status_code == 200
    report_it(scene, batched)
    fields = {"title": "عنوان", "url": FIELDS["url"]}
    assert scene.open("PUT", "/v1/sites/demo/threads/article-1", json=fields, headers=token).status_code == 200
    assert scene.submit(7, parent=str(approved), body="ردّ").status_code == 202
    assert scene.open("OPTIONS", POST, headers={"Origin": "https://news.example"}).status_code == 204


def report_it(scene: Scene, comment: UUID) -> None:
    """By script and by form, from every network, and once more from one of them."""
    address = f"/v1/sites/demo/comments/{comment}/report"
    assert scene.open("OPTIONS", address, headers={"Origin": "https://news.example"}).status_code == 204
    for number, way in enumerate([*scene.networks(), scene.networks()[0]]):
        sent = {"data" if number % 2 else "json": {"reason": "libel"}}
        assert scene.open("POST", address, **sent, **way).status_code == (303 if number % 2 else 202)
    assert scene.open("POST", address, data={"reason": ""}, **scene.networks()[1]).status_code == 422
    assert scene.newsroom.sql("SELECT count(*) FROM flag") == [(2,)]


def work_at_the_console(scene: Scene, client) -> None:  # type: ignore[no-untyped-def]
    form = {"csrf": scene.csrf(client), "comment": str(scene.comments[-1]), "version": "1", "return_to": "/console/"}
    done = scene.open("POST", "/console/decide", client, data={**form, "action": "approve"})
    scene.open("GET", done.headers["Location"], client)
    decision = done.headers["Location"].split("decided=")[1]
    scene.open("POST", "/console/undo", client, data={**form, "decision": decision})
    scene.open("POST", "/console/reveal", client, data=form)
    scene.open("POST", "/console/look-up", client, data={**form, "email": scene.canary.typed})
    at = f"/console/authors/{scene.comments[-1]}"
    page = scene.open("GET", f"{at}/sweep?scope=address", client).get_data(as_text=True)
    swept = {**form, **hidden(page, "/console/sweep"), "do": "reject-libel"}
    scene.open("GET", f"/console/clusters/{scene.comments[-1]}", client)
    done = scene.open("POST", "/console/sweep", client, data=swept)
    page = scene.open("GET", done.headers["Location"], client).get_data(as_text=True)
    scene.open("POST", "/console/undo-batch", client, data=hidden(page, "/console/undo-batch"))
    write_at_the_console(scene, client, form)
    manage_the_desk(scene, client, form)
    scene.open("POST", "/console/language", client, data={**form, "lang": "en"})
    scene.open("POST", "/console/decide", client, data={**form, "action": "approve"})
    scene.open("POST", "/console/logout", client, data=form)


def write_at_the_console(scene: Scene, client, form: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    """A note, kept and removed; words taken out of what was taken for spam."""
    level = {**form, "comment": str(scene.comments[2]), "level": "watched"}
    assert scene.open("POST", "/console/level", client, data=level).status_code == 303
    note = {**form, "once": secrets.token_urlsafe(24), "body": f"كتب إلينا «{scene.canary.body}»"}
    assert scene.open("POST", "/console/notes", client, data=note).status_code == 303
    assert scene.open("POST", "/console/notes", client, data={**note, "body": ""}).status_code == 422
    ((made,),) = scene.newsroom.sql("SELECT id FROM note")
    assert scene.open("POST", "/console/notes/remove", client, data={**form, "note": str(made)}).status_code == 303
    taken = {**form, "comment": str(scene.comments[2]), "version": "2", "words": "آخر", "reason": "insult"}
    assert scene.open("POST", "/console/redact", client, data=taken).status_code == 303


def manage_the_desk(scene: Scene, client, form: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    """People, tokens and one's own sign-ins; what cannot be done there is said on the page it leads back to."""
    nobody = str(uuid4())
    made = {**form, "name": "خالد", "role": "moderator", "scope-moderation:read": "1", "days": "30"}
    scene.open("POST", "/console/people", client, data={**made, "login": f"khalid{nobody[:8]}"})
    scene.open("POST", "/console/tokens", client, data=made)
    acts = ("people/change", "people/remove", "people/disable", "people/enable", "tokens/revoke", "sessions/end")
    for act in (*acts, "threads/state", "threads/mode"):
        at_nobody = {"person": nobody, "token": nobody, "session": nobody, "thread": nobody, "role": "moderator"}
        done = scene.open("POST", f"/console/{act}", client, data={**form, **at_nobody})
        scene.open("GET", done.headers["Location"], client)
    policy = {"name": "صحيفة", "mode": "hold_all", "email": "required", "website": "optional", "language": "ar",
              "close_days": "0", "hold_links": "2", "edit_minutes": "15", "privacy_url": "",
              "cache_seconds": "60", "stale_seconds": "60",
              "origins": "https://news.example"}  # fmt: skip
    scene.open("POST", "/console/policy", client, data={**form, **policy})
    scene.open("POST", "/console/lane/open", client, data={**form, "percent": "5", "audit": "5"})
    scene.open("POST", "/console/lane/close", client, data=form)
    lists = {"name": "l", "kind": "mail_domain", "action": "hold", "hosts": "throw.example"}
    scene.open("POST", "/console/lists", client, data={**form, **lists})
    scene.open("POST", "/console/lists/remove", client, data={**form, "list": nobody})
    scene.open("POST", "/console/sessions/end-others", client, data=form)
    password = {"current": PASSWORD, "password": PASSWORD}
    scene.open("POST", "/console/password", client, data={**form, **password})
    form["csrf"] = scene.csrf(client)
    use_a_second_factor(scene, client, form)


def use_a_second_factor(scene: Scene, client, form: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    """Set up, used to sign in, taken off."""
    at, clock = "/console/second-factor", scene.newsroom.clock
    page = scene.open("POST", f"{at}/begin", client, data={**form, "current": PASSWORD}).get_data(as_text=True)
    secret = page.split('class="secret" dir="ltr">')[1].partition("<")[0]

    def code() -> str:
        clock.forward(seconds=30)
        return code_of(secret, step_at(clock()))

    scene.open("POST", f"{at}/confirm", client, data={**form, "code": code()})
    asked = scene.open("POST", "/console/login", data={"login": "sara", "password": PASSWORD})
    proof = asked.get_data(as_text=True).split('name="proof" value="')[1].partition('"')[0]
    scene.open("POST", "/console/login/code", data={"proof": proof, "code": code()})
    scene.open("POST", f"{at}/off", client, data={**form, "code": code()})


def use_the_receipt(scene: Scene) -> None:
    """By its holder: copied, changed, withdrawn, erased. What a page's script is given leads there too."""
    at = f"/v1/sites/demo/receipts/{scene.receipt}"
    assert scene.open("POST", f"{at}/export", data={"email": scene.canary.typed}).status_code == 200
    assert scene.open("POST", f"{at}/export", data={"email": f"x{scene.canary.typed.strip()}"}).status_code == 422
    assert scene.open("POST", f"{at}/edit", data={"body": "نصّ آخر"}).status_code == 303
    assert scene.open("POST", f"{at}/edit", data={"body": ""}).status_code == 422
    told = scene.submit(0, body="من صفحة", origin="https://news.example").json
    scene.canary.add_receipt(told["open"].partition("code=")[2])
    assert scene.open("GET", told["open"].removeprefix("http://taliq.test")).status_code == 303
    for act in ("withdraw", "erase"):
        assert scene.open("POST", f"{at}/{act}", data={"lang": "ar"}).status_code == 303


def run_commands(
    scene: Scene, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(database_url, vault_keys=NEW_RING)
    for name in ("database_url", "secret_key", "index_key", "vault_keys", "public_url"):
        monkeypatch.setenv(f"TALIQ_{name.upper()}", getattr(settings, name))
    for command in COMMANDS:
        monkeypatch.setattr(sys, "argv", ["taliq", *command])
        cli.main()
        said = capsys.readouterr().out
        assert said
        scene.search(" ".join(command), said.encode())
    sealed = scene.newsroom.sql("SELECT key_id, count(*) FROM contact GROUP BY key_id")
    assert sealed == [("k2", len(scene.comments) - ERASED)]


def raw_files(scene: Scene, url: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, bytes]]:
    """The database as it lies on the disk, its journal included: what was ever written, not what is kept."""
    if url.startswith("sqlite"):
        yield from sqlite_files(Path(url.removeprefix("sqlite:///")).parent)
        return
    with scene.newsroom.container.reader.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
        oid = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    data = request.getfixturevalue("postgres").socket_directory / "data"
    found = list(files_of(data, f"base/{oid}/*", "pg_wal/*"))
    assert sum(scene.canary.name.encode() in content for _, content in found) >= 2, "table and journal"
    yield from found


def test_a_refusal_tells_only_its_own_reader_what_was_typed(scene: Scene) -> None:
    """Every way a post that carries the address can fail, by script and by form."""
    scene.submit(0)
    long, reused = "x" * 300_000, "submission-0123456789-abcdef"
    scene.submit(1, submission_id=reused)
    scene.newsroom.pending(thread="closed")
    scene.newsroom.container.manage_sites.set_state("demo", "closed", "closed")
    for form in (False, True):
        codes = [
            scene.submit(2, form=form, name="").status_code,
            scene.submit(3, form=form, submission_id=reused, name="آخر").status_code,
            scene.submit(0, form=form, thread="closed").status_code,
            scene.submit(1, form=form, title=long).status_code,
        ]
        assert codes == [422, 409, 403, 413]
        kind = "data" if form else "json"
        elsewhere = scene.open("POST", "/v1/sites/nobody/comments", **{kind: scene.fields}, **scene.networks()[1])
        assert elsewhere.status_code == 404
        foreign = {"Origin": "https://evil.example", "X-Forwarded-For": scene.canary.ipv6}
        assert scene.open("POST", POST, headers=foreign, **{kind: scene.fields}).status_code == 403
    typed = scene.canary.typed.encode()
    for content_type, body, code in (
        ("text/plain", typed, 415),
        ("application/json", b'{"email": "' + typed, 400),
        ("application/json", b'{"email": "' + typed + b'", "email": 1}', 400),
        ("application/x-www-form-urlencoded", b"email=" + typed + b"&email=" + typed, 400),
        ("multipart/form-data; boundary=x", typed, 415),
    ):
        assert scene.open("POST", POST, data=body, content_type=content_type).status_code == code
    assert scene.open("POST", POST + f"?email={scene.canary.typed.strip()}", json={}).status_code == 422
    assert scene.open("GET", f"/{scene.canary.typed.strip()}").status_code == 404
    # A form that comes again without an id is told nothing but that it was received.
    scene.newsroom.clock.forward(minutes=11)
    for expected in (303, 202):
        fields = {k: v for k, v in scene.fields.items() if k != "submission_id"}
        assert scene.open("POST", POST, data=fields).status_code == expected
    scene.look_behind()
    assert scene.leaks == []


@pytest.mark.parametrize("table", ["contact", "revision", "submission"])
def test_a_row_the_database_refuses_is_in_no_log(scene: Scene, table: str) -> None:
    scene.break_table(table)
    for form in (False, True):
        assert scene.submit(0, form=form).status_code == 500
    assert '"defect"' in scene.log.getvalue()
    scene.look_behind()
    assert scene.leaks == []


def test_a_limited_network_is_not_named(sqlite_url: str, clock: SetClock, log: io.StringIO) -> None:
    container = build(settings_for(sqlite_url, trusted_proxies="127.0.0.1/32", rate_minute=1), clock=clock)
    scene = Scene(container, clock, log)
    codes = [scene.submit(way % 4, form=way > 3).status_code for way in range(8)]
    assert codes.count(429) == 6
    scene.look_behind()
    assert scene.leaks == []
    container.close()


def _in_a_header(scene: Scene) -> None:
    digest = hashlib.md5(scene.canary.typed.strip().lower().encode()).hexdigest()
    scene.planted = lambda response: response.headers.set("X-Avatar", f"/avatar/{digest}")


def _in_a_body(scene: Scene) -> None:
    scene.planted = lambda response: response.set_data(f'"{scene.canary.ipv4}"')


def _receipt_elsewhere(scene: Scene) -> None:
    scene.planted = lambda response: response.headers.set("Link", f"<{scene.receipt}>")


def _in_a_log(scene: Scene) -> None:
    structlog.get_logger("taliq").info("sealed", email=scene.canary.typed)


def _in_a_library_log(scene: Scene) -> None:
    logging.getLogger("library").debug("peer %s", scene.canary.ipv6)


def _in_a_row(scene: Scene) -> None:
    value = hashlib.sha256(scene.canary.typed.strip().lower().encode()).digest()[:16]
    statement = "UPDATE revision SET text_digest = :value"
    scene.newsroom.container.decide_comments._uow.run(lambda s: s.execute(text(statement), {"value": value}))


PLANTS = {
    _in_a_header: "md5 hex", _in_a_body: "network", _receipt_elsewhere: "receipt", _in_a_log: "log: address",
    _in_a_library_log: "log: network", _in_a_row: "table revision: address, sha256 bytes",
}  # fmt: skip


@pytest.mark.parametrize(("plant", "told"), PLANTS.items(), ids=lambda p: getattr(p, "__name__", ""))
def test_a_planted_leak_is_found(small_scene: Scene, plant, told: str) -> None:  # type: ignore[no-untyped-def]
    small_scene.submit(0)
    small_scene.look_behind()
    assert small_scene.leaks == []
    plant(small_scene)
    small_scene.open("GET", f"{POST}?thread=article-1")
    small_scene.look_behind()
    assert any(told in leak for leak in small_scene.leaks)


def test_every_digest_of_every_spelling_is_known() -> None:
    canary = Canary()
    whole = canary.typed.strip()
    for spelling in (whole, whole.lower(), canary.typed):
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, spelling.encode())
            assert canary.found_in(b"..." + digest.hexdigest().upper().encode())
            assert canary.found_in(b"..." + digest.digest())
    assert not canary.found_in(b"salma@example.org 127.0.0.1")

