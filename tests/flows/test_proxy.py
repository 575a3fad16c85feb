"""The shipped nginx.conf, run by a real nginx in front of an upstream that serves one request at a time.

The upstream is deliberately the weakest server there is: one slow client that reached it would stop it for
everybody.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import select
import sys
import time
from collections.abc import Callable, Iterator

import brotli
import pytest

from tests.browser.press import serving
from tests.newsroom import Newsroom
from tests.nginx import (
    LIMIT,
    NGINX,
    Answer,
    Proxy,
    Upstream,
    proxy_before,
)
from tests.ports import free_port

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)"),
    pytest.mark.skipif(sys.platform != "linux", reason="several loopback addresses are needed: 127.0.0.2 and on"),
]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.close()


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    with proxy_before(upstream.port) as running:
        yield running


def problem(answer: Answer) -> dict[str, object]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    document: dict[str, object] = json.loads(answer.body)
    assert list(document) == ["type", "title", "status", "code", "detail", "request_id"]
    assert document["request_id"] == answer.headers["X-Request-ID"]
    assert document["type"] == "about:blank"
    assert document["status"] == answer.status
    return document


def test_a_body_of_exactly_the_limit_arrives_whole(proxy: Proxy, upstream: Upstream) -> None:
    body = b"x" * LIMIT
    assert proxy.send("POST", body=body).status == 200
    assert upstream.seen[-1].body == body


def test_one_byte_more_is_refused_in_the_services_language(proxy: Proxy, upstream: Upstream) -> None:
    answer = proxy.send("POST", body=b"x" * (LIMIT + 1))
    assert answer.status == 413
    assert problem(answer)["code"] == "too_large"
    assert upstream.seen == []


def test_a_body_without_a_length_is_measured_as_it_comes(proxy: Proxy, upstream: Upstream) -> None:
    assert proxy.send("POST", body=iter([b"x" * 1024] * 256)).status == 200
    assert upstream.seen[-1].headers["Content-Length"] == str(LIMIT)
    refused = proxy.send("POST", body=iter([b"x" * 1024] * 256 + [b"x"]))
    assert refused.status == 413
    assert len(upstream.seen) == 1


@pytest.mark.parametrize("status", [413, 429, 500, 503])
def test_the_services_own_errors_pass_untouched(proxy: Proxy, upstream: Upstream, status: int) -> None:
    upstream.answer = (status, b'{"code":"the_services_own"}')
    assert (proxy.send().status, proxy.send().body) == (status, b'{"code":"the_services_own"}')


def test_a_stopped_service_is_a_503_that_says_when_to_come_back() -> None:
    with proxy_before(free_port()) as alone:
        answer = alone.send()
    assert answer.status == 503
    assert problem(answer)["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    "path",
    ["/v1/sites/demo/counts?thread=a%2Fb&thread=%D8%AA", "/console/?view=pending", "/v1/a%2Fb//c/../d"],
)
def test_every_path_reaches_the_service_as_it_was_sent(proxy: Proxy, upstream: Upstream, path: str) -> None:
    assert proxy.send(path=path).body == b'{"from":"upstream"}'
    assert upstream.seen[-1].path == path
    assert upstream.seen[-1].headers["Host"] == f"127.0.0.1:{proxy.port}"


def test_what_a_client_claims_about_itself_ends_at_the_proxy(proxy: Proxy, upstream: Upstream) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "444",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "Proxy": "evil.example",
        "X-Request-ID": "forged",
        "X-Received-At": "1",
    }
    proxy.send(headers=forged, source="127.0.0.2")
    got = upstream.seen[-1].headers
    assert got.get_all("X-Forwarded-For") == ["127.0.0.2"]
    assert got.get_all("X-Forwarded-Proto") == ["http"]
    assert re.fullmatch("[0-9a-f]{32}", got["X-Request-ID"])
    assert abs(float(got["X-Received-At"]) - time.time()) < 20
    removed = [
        "X-Forwarded-Host",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "X-Real-IP",
        "Forwarded",
        "Proxy",
    ]
    assert [name for name in removed if name in got] == []


def test_only_the_named_outer_proxy_may_speak_for_others(upstream: Upstream) -> None:
    claims = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 127.0.0.3", "X-Forwarded-Proto": "https"}
    with proxy_before(upstream.port, outer="127.0.0.3") as inner:
        inner.send(headers=claims, source="127.0.0.3")
        inner.send(headers=claims, source="127.0.0.2")
    believed, refused = (seen.headers for seen in upstream.seen)
    # The nearest address is what the outer proxy saw itself; the one before it was the client's invention.
    assert (believed["X-Forwarded-For"], believed["X-Forwarded-Proto"]) == ("203.0.113.9", "https")
    assert (refused["X-Forwarded-For"], refused["X-Forwarded-Proto"]) == ("127.0.0.2", "http")


CANARY = "canary5f1e7"


def talk_with_canaries(proxy: Proxy) -> None:
    """Every way for a client's words to reach a log: path, query, headers, method, refusals, nonsense."""
    names = ["User-Agent", "Referer", "X-Request-ID", "Authorization", "Cookie", "X-Forwarded-For", "Origin"]
    headers = dict.fromkeys(names, CANARY)
    proxy.send(path=f"/v1/sites/demo/receipts/{CANARY}?lang={CANARY}", headers=headers)
    proxy.send("POST", f"/v1/sites/{CANARY}/comments", body=f"email={CANARY}@mail.example".encode(), headers=headers)
    proxy.send("POST", f"/{CANARY}", body=b"x" * (LIMIT + 1), headers=headers)
    proxy.send("CANARY", "/", headers=headers)
    with contextlib.closing(
        proxy.open_slow(f"GET /{CANARY} HTTP/1.1\r\nbad {CANARY}\r\n\r\n".encode(), "127.0.0.2")
    ) as bad:
        assert bad.recv(4096).startswith(b"HTTP/1.1 400")


def test_the_logs_name_nobody_and_nothing(upstream: Upstream) -> None:
    with proxy_before(upstream.port) as proxy:
        talk_with_canaries(proxy)
        upstream.close()
        assert proxy.send(path=f"/{CANARY}").status == 503
        proxy.stop()
        access, errors = proxy.access_log(), proxy.error_log()
    lines = [json.loads(line) for line in access.splitlines()]
    # Several workers write to it: the order is not that of the requests.
    assert sorted((line["status"], line["method"]) for line in lines) == [
        *((200, "GET"), (200, "OTHER"), (200, "POST")),
        *((400, "GET"), (413, "POST"), (503, "GET")),
    ]
    assert {frozenset(line) for line in lines} == {
        frozenset({"at", "status", "method", "bytes", "upstream_s", "request_id"})
    }
    answered = {line["request_id"] for line in lines if line["status"] == 200}
    assert {seen.headers["X-Request-ID"] for seen in upstream.seen} == answered
    for text in (access, errors):
        assert CANARY not in text.lower()
        assert "127.0.0." not in text


@pytest.mark.parametrize(
    ("level", "leaks"),
    [pytest.param("emerg", False, id="as-shipped"), pytest.param("crit", True, id="one-step-lower")],
)
def test_not_even_a_full_disk_writes_down_who_asked(upstream: Upstream, level: str, leaks: bool) -> None:
    with proxy_before(upstream.port, edit=("error_log stderr emerg;", f"error_log stderr {level};")) as proxy:
        # A file in the place of the folder for long bodies stands for a disk that takes nothing more.
        spill = proxy.folder / "nginx-body"
        spill.rmdir()
        spill.touch()
        answer = proxy.send("POST", f"/{CANARY}", body=b"x" * LIMIT)
        proxy.stop()
        errors = proxy.error_log()
    assert answer.status == 500
    assert (CANARY in errors, "client: 127.0.0.1" in errors) == (leaks, leaks)


def test_two_hundred_slow_clients_stop_nobody(proxy: Proxy, upstream: Upstream) -> None:
    for number in range(100):
        source = f"127.0.0.{number % 4 + 2}"
        proxy.open_slow(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", source)
        proxy.open_slow(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\nbody=", source)
    started = time.monotonic()
    for _ in range(20):
        assert proxy.send(timeout=5).status == 200
        assert proxy.send("POST", body=b"in time", timeout=5).status == 200
    assert time.monotonic() - started < 10
    assert len(upstream.seen) == 40, "a request that was not complete has reached the service"
    for client in proxy.opened:
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)


def test_one_address_may_hold_only_so_many_requests(proxy: Proxy) -> None:
    beginning = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nbody="
    waiting = [proxy.open_slow(beginning, "127.0.0.2") for _ in range(64 + 10)]
    refused: list[bytes] = []
    while len(refused) < 10:
        answered = select.select(waiting, [], [], 10)[0]
        assert answered, f"only {len(refused)} of 10 were refused"
        refused += [client.recv(4096) for client in answered]
        waiting = [client for client in waiting if client not in answered]
    for answer in refused:
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b'"code":"rate_limited"' in answer
        assert b"Retry-After: 5" in answer
    assert proxy.send(source="127.0.0.3").status == 200


def test_the_proxy_itself_compresses_nothing(proxy: Proxy, upstream: Upstream) -> None:
    """It does not know which answers hold a secret."""
    upstream.answer = (200, b'{"text":"' + b"taliq " * 1000 + b'"}')
    answer = proxy.send(headers={"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == (None, None)
    assert answer.body == upstream.answer[1]
    assert upstream.seen[-1].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [("gzip", "gzip", gzip.decompress), ("gzip, br", "br", brotli.decompress)],
    ids=["gzip", "br"],
)
def test_what_the_service_has_compressed_passes_once_and_keeps_its_strong_tag(
    small_newsroom: Newsroom, accepted: str, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    for number in range(4):
        small_newsroom.approved(body=f"تعليق {number} يكفي طوله لكي يُضغط")
    path, asked = "/v1/sites/demo/comments?thread=article-1", {"Accept-Encoding": accepted}
    with serving(small_newsroom.app()) as origin, proxy_before(int(origin.rpartition(":")[2])) as proxy:
        plain, packed = proxy.send(path=path), proxy.send(path=path, headers=asked)
        assert packed.headers["Content-Encoding"] == encoding
        assert unpack(packed.body) == plain.body
        tags = {answer.headers["ETag"] for answer in (plain, packed)}
        assert len(tags) == 2
        assert all(tag.startswith('"') for tag in tags)
        for answer in (plain, packed):
            assert answer.headers.get_all("Vary") == ["Accept-Encoding"]
        head = proxy.send("HEAD", path, headers=asked)
        assert (head.body, head.headers["Content-Length"]) == (b"", str(len(packed.body)))
