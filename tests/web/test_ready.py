"""Ready answers: how often the database hears of a read, and how soon a change shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from service.app import create_app
from service.bootstrap import Container, build
from service.domain.errors import UnavailableError
from service.domain.moderation import Action
from service.queries.versions import Versions
from service.web.public.query import LONGEST
from service.web.ready import HOLDS_ALONE, Ready
from tests.contracts.test_sql_counts import statements
from tests.newsroom import FIELDS, Newsroom, word

THREAD = "/v1/sites/demo/comments?thread=article-1"
#: Every kind of answer that is kept, all of them about the one thread or its site.
KINDS = {
    "json": THREAD,
    "html": "/v1/sites/demo/comments.html?thread=article-1&lang=ar",
    "newest first": f"{THREAD}&order=newest",
    "counts": "/v1/sites/demo/counts?thread=article-1&thread=other",
    "feed": "/v1/sites/demo/feed?thread=article-1",
    "site feed": "/v1/sites/demo/feed",
}


class Elapsed:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def client(newsroom: Newsroom, elapsed: Elapsed) -> FlaskClient:
    return create_app(newsroom.container, elapsed).test_client()


@pytest.fixture
def elsewhere(newsroom: Newsroom) -> Iterator[Container]:
    """Another process on the same database."""
    made = build(newsroom.container.settings, clock=newsroom.clock)
    yield made
    made.close()


def read(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def ready(app: Flask) -> Ready:
    assert isinstance(app.wsgi_app, Ready)
    return app.wsgi_app


@pytest.mark.parametrize("address", KINDS.values(), ids=KINDS)
def test_the_database_hears_of_a_read_once_a_second_at_most(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, address: str
) -> None:
    newsroom.approved()
    first = read(client, address)
    with statements() as seen:
        for _ in range(20):
            again = read(client, address)
            assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
        assert read(client, address, If_None_Match=first.headers["ETag"]).status_code == 304
    assert seen == []
    elapsed.seconds += 1
    with statements() as seen:
        for _ in range(20):
            assert read(client, address).data == first.data
    assert len(seen) == (2 if address == KINDS["site feed"] else 1), seen


@pytest.mark.parametrize("address", KINDS.values(), ids=KINDS)
def test_what_is_decided_here_shows_at_once(newsroom: Newsroom, client: FlaskClient, address: str) -> None:
    newsroom.approved()
    before = read(client, address).data
    comment = newsroom.approved(name="ليلى")
    shown = read(client, address).data
    assert shown != before
    newsroom.decide(comment, Action.REJECT, version=2, reason="spam")
    assert read(client, address).data == before


@pytest.mark.parametrize("address", KINDS.values(), ids=KINDS)
def test_what_is_decided_elsewhere_shows_within_a_second(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, elsewhere: Container, address: str
) -> None:
    here, there = newsroom.container, elsewhere
    newsroom.approved()
    comment = newsroom.approved(name="ليلى")
    shown = read(client, address).data
    newsroom.container = there
    newsroom.decide(comment, Action.REJECT, version=2, reason="spam")
    newsroom.container = here
    elapsed.seconds += 1
    hidden = read(client, address).data
    assert hidden != shown
    assert "ليلى".encode() not in hidden


def test_each_change_that_shows_is_seen(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, elsewhere: Container
) -> None:
    """By another process: what a moderator sets for a thread, and what an author does."""
    address = KINDS["html"]
    comment = newsroom.approved()
    receipt = newsroom.container.signer.receipt(comment, 0)
    thread = UUID(str(newsroom.sql("SELECT id FROM thread")[0][0]))
    seen = {read(client, address).data}

    def changed(change: Callable[[], object]) -> None:
        change()
        elapsed.seconds += 1
        after = read(client, address).data
        assert after not in seen, change
        seen.add(after)

    changed(lambda: elsewhere.manage_threads.set_state(newsroom.principal, thread, "closed"))
    changed(lambda: elsewhere.withdraw_comment.withdraw("demo", receipt))


def test_a_thread_that_closes_by_itself_is_closed_on_time(
    newsroom: Newsroom, client: FlaskClient
) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"close_days": 3})
    newsroom.approved()
    newsroom.clock.forward(days=2, hours=23, minutes=59)
    assert read(client, THREAD).get_json()["state"] == "open"
    newsroom.clock.forward(minutes=1)
    assert read(client, THREAD).get_json()["state"] == "closed"


def test_a_first_comment_shows_where_nobody_had_written(newsroom: Newsroom, client: FlaskClient) -> None:
    assert read(client, THREAD).get_json()["comments"] == []
    newsroom.approved()
    assert len(read(client, THREAD).get_json()["comments"]) == 1


@pytest.mark.parametrize(
    ("address", "status", "number"),
    [
        (f"{THREAD}&cursor=nonsense", 400, 3),
        (f"{THREAD}&cursor={'0' * 32}", 400, 4),
        ("/v1/sites/nobody/comments?thread=a", 404, 2),
        ("/v1/sites/demo/comments?thread=never-heard-of", 200, 3),
        (f"{THREAD}&comment=x", 200, 4),
    ],
)
def test_what_there_is_not_costs_the_database_no_more(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, address: str, status: int, number: int
) -> None:
    newsroom.approved()
    for _ in range(2):
        with statements() as seen:
            told = {read(client, address).data for _ in range(10)}
        assert len(told) == 1
        assert read(client, address).status_code == status
        assert 0 < len(seen) <= number
        elapsed.seconds += 1


def test_a_refusal_is_in_the_words_of_whoever_asks(newsroom: Newsroom, client: FlaskClient) -> None:
    address = f"{THREAD}&cursor=nonsense"
    arabic, english = (read(client, address, Accept_Language=lang).get_json() for lang in ("ar", "en"))
    assert arabic["title"] != english["title"]
    assert read(client, address, Accept_Language="en-GB").get_json() == english
    # The address itself may say so.
    assert read(client, f"{address}&lang=en").get_json()["title"] == english["title"]


@pytest.mark.parametrize(
    "other",
    [
        f"{THREAD}&utm_source=x",
        "/v1/sites/demo/comments?x=1&thread=article-1&y=%ff",
        "/v1/sites/demo/comments?thread=article%2D1",
        "/v1/sites/demo/comments?&&thread=article-1&",
    ],
)
def test_what_means_the_same_is_the_same_answer(newsroom: Newsroom, client: FlaskClient, other: str) -> None:
    newsroom.approved()
    first = read(client, THREAD)
    with statements() as seen:
        assert read(client, other).data == first.data
    assert seen == []


def test_the_order_of_threads_is_the_order_of_their_counts(newsroom: Newsroom, client: FlaskClient) -> None:
    for threads in (("a", "b"), ("b", "a")):
        query = "&".join(f"thread={key}" for key in threads)
        assert list(read(client, f"/v1/sites/demo/counts?{query}").get_json()["counts"]) == list(threads)


def test_addresses_by_the_hundred_thousand_take_no_more_room(small_newsroom: Newsroom) -> None:
    """Unknown threads and nonsense in queries, each once; the hot thread stays ready all the time."""
    small_newsroom.container = _with_room(small_newsroom.container, 1)
    small_newsroom.approved()
    app = create_app(small_newsroom.container, lambda: 0.0)
    client, kept = app.test_client(), ready(app)
    hot = [read(client, address) for _ in range(2) for address in (THREAD, KINDS["html"])]
    for number in range(1_500):
        read(client, f"/v1/sites/demo/comments?thread=t{number}")
        read(client, f"{THREAD}&x={number}")
        assert kept.table.size <= 900_000
    with statements() as seen:
        assert [read(client, address).data for address in (THREAD, KINDS["html"])] == [a.data for a in hot[:2]]
    assert seen == []
    assert kept.table.size + kept.spellings.size <= 1_000_000


def _with_room(container: Container, megabytes: int) -> Container:
    return replace(container, settings=replace(container.settings, ready_megabytes=megabytes))


class Away:
    """A database that cannot be asked for as long as ``gone``."""

    def __init__(self, container: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gone, run = False, container.reader.run

        def maybe(question: Callable[[Any], Any]) -> Any:
            if self.gone:
                raise UnavailableError(private={"database": OperationalError.__name__})
            return run(question)

        monkeypatch.setattr(container.reader, "run", maybe)


@pytest.mark.parametrize("address", KINDS.values(), ids=KINDS)
def test_readers_are_served_for_a_minute_while_the_database_is_away(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    newsroom.approved()
    away = Away(newsroom.container, monkeypatch)
    shown = read(client, address).data
    away.gone = True
    while elapsed.seconds + 1 < HOLDS_ALONE:
        elapsed.seconds += 1
        assert read(client, address).data == shown
    elapsed.seconds = HOLDS_ALONE
    assert read(client, address).status_code == 503
    assert read(client, address).headers["Retry-After"]
    away.gone = False
    assert read(client, address).data == shown


@pytest.mark.parametrize("tag", [False, True], ids=["whole", "not changed"])
@pytest.mark.parametrize("address", KINDS.values(), ids=KINDS)
def test_what_is_not_known_to_hold_no_cache_keeps_for_long_whatever_the_policy(
    newsroom: Newsroom,
    client: FlaskClient,
    elapsed: Elapsed,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    tag: bool,
) -> None:
    newsroom.approved()
    newsroom.container.manage_sites.set_policy("demo", {"cache_seconds": 3_600, "stale_seconds": 60})
    away = Away(newsroom.container, monkeypatch)
    first = read(client, address)
    known = {"If_None_Match": first.headers["ETag"]} if tag else {}

    def kept() -> tuple[int | None, int | None]:
        said = read(client, address, **known).cache_control
        return said.s_maxage, said.stale_while_revalidate

    assert kept() == (3_600, 60)
    away.gone = True
    elapsed.seconds += 1
    for _ in range(2):
        assert kept() == (1, None)
    away.gone = False
    elapsed.seconds += 1
    assert kept() == (3_600, 60)


def test_what_was_changed_here_is_not_shown_as_it_was_though_the_database_is_away(
    newsroom: Newsroom, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = newsroom.approved()
    read(client, THREAD)
    newsroom.decide(comment, Action.REJECT, version=2, reason="spam")
    Away(newsroom.container, monkeypatch).gone = True
    assert read(client, THREAD).status_code == 503


def test_what_is_known_to_have_changed_elsewhere_is_not_shown_though_the_database_goes_away(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, elsewhere: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = newsroom.approved()
    read(client, THREAD)
    here, newsroom.container = newsroom.container, elsewhere
    newsroom.decide(comment, Action.REJECT, version=2, reason="spam")
    away, run = Away(here, monkeypatch), here.reader.run

    def once(question: Callable[[Any], Any]) -> Any:
        answer = run(question)
        away.gone = True
        return answer

    monkeypatch.setattr(here.reader, "run", once)
    elapsed.seconds += 1
    assert read(client, THREAD).status_code == 503


def test_many_readers_at_once_make_one_answer(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    app = create_app(small_newsroom.container, lambda: 0.0)
    inner, asked, together = ready(app)._app, [], threading.Barrier(8)

    def counting(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    ready(app)._app = counting

    def one(_number: int) -> bytes:
        client = app.test_client()
        together.wait()
        return read(client, THREAD).data

    with ThreadPoolExecutor(8) as readers:
        told = set(readers.map(one, range(8)))
    assert len(told) == 1
    assert asked == ["/v1/sites/demo/comments"]


def twelve(newsroom: Newsroom) -> list[str]:
    """The addresses of as many threads with a comment each."""
    keys = [f"t{number}" for number in range(12)]
    for key in keys:
        newsroom.approved(thread=key, body=word())
    return [f"/v1/sites/demo/comments?thread={key}" for key in keys]


def test_what_is_due_together_is_looked_at_in_one_statement(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed
) -> None:
    addresses = twelve(newsroom)
    for _ in range(2):
        for address in addresses:
            read(client, address)
    elapsed.seconds += 1
    with statements() as seen:
        for address in addresses:
            read(client, address)
    assert len(seen) == 1


def test_what_comes_back_after_a_while_is_looked_at_together_too(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed
) -> None:
    """Readers of many articles who come all at once: the first few are looked at one by one, then the rest in one."""
    addresses = twelve(newsroom)
    shown = [read(client, address).data for address in addresses]
    for _ in range(2):
        elapsed.seconds += 1
        with statements() as seen:
            assert [read(client, address).data for address in addresses] == shown
        assert len(seen) == 5
    elapsed.seconds += 1
    with statements() as seen:
        read(client, addresses[0])
    # Whoever is alone does not have all others looked at.
    assert len(seen) == 1


def test_a_look_at_many_is_no_longer_than_a_look_at_as_many_threads(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Index pages ask for the counts of a hundred threads each."""
    asked: list[int] = []
    reader = newsroom.container.public_reader
    versions = reader.versions

    def note(slug: str, keys: Collection[str]) -> Versions:
        asked.append(len(keys))
        return versions(slug, keys)

    monkeypatch.setattr(reader, "versions", note)
    addresses = [
        f"/v1/sites/demo/counts?{'&'.join(f'thread=t{page}-{number}' for number in range(100))}" for page in range(12)
    ]
    for _ in range(2):
        for address in addresses:
            read(client, address)
    asked.clear()
    elapsed.seconds += 1
    for address in addresses:
        read(client, address)
    assert max(asked) == 500
    assert len(asked) == 3


def test_nothing_of_a_reader_gets_into_an_answer_that_is_kept(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.approved()
    told = read(client, THREAD, Cookie="taliq-console=x", Range="bytes=0-9", Authorization="Bearer x", If_Match='"x"')
    assert (told.status_code, "Content-Encoding" in told.headers) == (200, False)
    assert told.data == read(client, THREAD).data
    assert "X-Request-ID" not in told.headers, "it was many requests' answer"


@pytest.mark.parametrize("address", KINDS.values(), ids=KINDS)
def test_shared_caches_keep_an_answer_as_the_sites_policy_says(
    newsroom: Newsroom, client: FlaskClient, elapsed: Elapsed, elsewhere: Container, address: str
) -> None:
    """A 304 says so too: by it a cache goes on keeping what it has. What is set elsewhere is seen within a second."""
    newsroom.approved()
    seconds = 60 if "feed" in address else 0
    asked_again = "" if seconds else ", must-revalidate"
    tag = read(client, address).headers["ETag"]
    for policy, said in (
        ({}, f"s-maxage=1{asked_again}"),
        ({"cache_seconds": "3600"}, f"s-maxage=3600{asked_again}"),
        ({"stale_seconds": "60"}, "s-maxage=3600, stale-while-revalidate=60"),
        ({"cache_seconds": "0"}, "s-maxage=0, stale-while-revalidate=60"),
        ({"cache_seconds": "1", "stale_seconds": "0"}, f"s-maxage=1{asked_again}"),
    ):
        elsewhere.manage_sites.set_policy("demo", policy)
        elapsed.seconds += 1
        whole, same = read(client, address), read(client, address, If_None_Match=tag)
        assert (whole.status_code, same.status_code) == (200, 304)
        for answer in (whole, same):
            assert answer.headers["Cache-Control"] == f"public, max-age={seconds}, {said}"


@pytest.mark.parametrize("path", ["page?thread=article-1", "form?thread=article-1", "comments?thread=", "feed?thread="])
def test_what_is_one_readers_own_or_refused_is_kept_by_nobody_whatever_the_policy(
    small_newsroom: Newsroom, path: str
) -> None:
    small_newsroom.approved()
    small_newsroom.container.manage_sites.set_policy("demo", {"cache_seconds": "3600", "stale_seconds": "60"})
    assert small_newsroom.client().get(f"/v1/sites/demo/{path}").headers["Cache-Control"] == "no-store"


def test_what_carries_no_tags_is_kept_no_longer_than_by_default(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    small_newsroom.container.manage_sites.set_policy("demo", {"cache_seconds": "3600", "stale_seconds": "60"})
    for spare, seconds in ((LONGEST - len("thread=article-1&x="), 3_600), (LONGEST, 1)):
        answer = read(small_newsroom.client(), f"{THREAD}&x={'y' * spare}")
        assert answer.status_code == 200
        assert f"s-maxage={seconds}," in answer.headers["Cache-Control"]
        assert ("Cache-Tag" in answer.headers) == (seconds > 1)


def test_an_answer_names_what_a_shared_cache_may_let_go_of(newsroom: Newsroom, client: FlaskClient) -> None:
    one = read(client, THREAD).headers
    both = read(client, "/v1/sites/demo/counts?thread=article-1&thread=other").headers
    site, thread = one["Cache-Tag"].split(",")
    assert site == "taliq-demo"
    assert both["Cache-Tag"].split(",")[:2] == [site, thread]
    assert both["Surrogate-Key"] == both["Cache-Tag"].replace(",", " ")
    assert read(client, KINDS["site feed"]).headers["Cache-Tag"] == f"{site},{site}_feed"
    assert "article" not in one["Cache-Tag"], "a key may be an address"


def test_the_log_says_once_a_minute_how_it_goes(small_newsroom: Newsroom, elapsed: Elapsed) -> None:
    small_newsroom.approved()
    client = create_app(small_newsroom.container, elapsed).test_client()
    with capture_logs() as told:
        for _ in range(5):
            read(client, THREAD)
        elapsed.seconds = 60
        for _ in range(5):
            read(client, THREAD)
    (line,) = [line for line in told if line["event"] == "ready"]
    assert {name: line[name] for name in ("answered", "made", "seconds", "kept")} == {
        "answered": 4, "made": 1, "seconds": 60, "kept": 1,
    }  # fmt: skip
    assert line["bytes"] > 0
    assert [line["event"] for line in told].count("request") == 1, "a ready answer is no line of its own"


def test_only_reads_are_answered_so(newsroom: Newsroom, client: FlaskClient) -> None:
    answer = client.post("/v1/sites/demo/comments", json=FIELDS)
    assert answer.status_code in (201, 202)
    assert client.options("/v1/sites/demo/comments").status_code in (200, 204)
    assert client.put(THREAD).status_code == 405
