"""The shipped nginx keeps published comments until the second is over, and nothing else of anybody."""

from __future__ import annotations

import contextlib
import gzip
import math
import subprocess
import sys
import time
from collections.abc import Iterator

import brotli
import pytest

from service.domain.moderation import Action
from tests.browser.press import serving
from tests.newsroom import Newsroom
from tests.nginx import NGINX, Proxy, Seen, Upstream, proxy_before
from tests.ports import free_port

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)"),
    pytest.mark.skipif(sys.platform != "linux", reason="several loopback addresses are needed: 127.0.0.2 and on"),
]
READS = ["comments", "comments.html", "counts", "feed"]
PATH = "/v1/sites/demo/comments?thread=article-1"


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """One that lets everything be kept for a minute: what is not, the proxy does not keep."""
    server = Upstream()
    server.headers = kept_for_a_minute
    yield server
    server.close()


def kept_for_a_minute(_: Seen) -> dict[str, str]:
    return {"X-Accel-Expires": f"@{int(time.time()) + 60}"}


@pytest.fixture
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    with proxy_before(upstream.port) as running:
        yield running


def into_the_next_second() -> int:
    """The second that has just begun."""
    begun = math.floor(time.time()) + 1
    while time.time() < begun:
        pass
    return begun


def ask_until_kept(proxy: Proxy, upstream: Upstream, path: str) -> None:
    """A worker of nginx puts away what it has sent; the next request may be another's, and earlier than that."""
    for _ in range(20):
        heard = len(upstream.seen)
        proxy.send(path=path)
        if len(upstream.seen) == heard:
            return
    raise AssertionError(f"{path} is not kept")


@pytest.mark.parametrize("view", READS)
def test_of_a_second_the_service_hears_once(proxy: Proxy, upstream: Upstream, view: str) -> None:
    path = f"/v1/sites/demo/{view}?thread=%D8%AA"
    ask_until_kept(proxy, upstream, path)
    heard = len(upstream.seen)
    assert {proxy.send(path=path).body for _ in range(20)} == {upstream.answer[1]}
    assert {seen.path for seen in upstream.seen} == {path}
    assert len(upstream.seen) == heard
    assert upstream.seen[0].headers["X-Proxy-Keeps"]
    # Another address is another answer, whatever the service makes of it.
    proxy.send(path=f"{path}&order=newest")
    assert len(upstream.seen) == heard + 1
    assert "X-Accel-Expires" not in proxy.send(path=path).headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/sites/demo/receipts/secret"),
        ("GET", "/v1/sites/demo/page?thread=article-1"),
        ("GET", "/v1/sites/demo/comments/1/report"),
        ("GET", "/v1/sites/demo/comments.html/x"),
        ("GET", "/console/?view=pending"),
        ("GET", "/v1/moderation/sites/demo/comments"),
        ("POST", PATH),
        ("PUT", PATH),
    ],
)
def test_nothing_else_is_kept(proxy: Proxy, upstream: Upstream, method: str, path: str) -> None:
    for _ in range(2):
        assert proxy.send(method, path, body=b"x" if method != "GET" else None).status == 200
    assert len(upstream.seen) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cache-Control": "public, max-age=60, s-maxage=60"},
        {"Expires": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"X-Accel-Expires": "0"},
        {"X-Accel-Expires": f"@{int(time.time()) + 3600}", "Set-Cookie": "a=b"},
    ],
    ids=["nothing", "cache-control", "expires", "zero", "a cookie"],
)
def test_only_what_the_service_gives_a_second_is_kept(
    proxy: Proxy, upstream: Upstream, headers: dict[str, str]
) -> None:
    upstream.headers = lambda _: headers
    for _ in range(2):
        assert proxy.send(path=PATH).status == 200
    assert len(upstream.seen) == 2


@pytest.mark.parametrize(
    ("accepted", "passed"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip;q=0", None),
        ("brotli, x-gzip", None),
        ("identity", None),
        (None, None),
    ],
)
def test_the_service_is_asked_in_one_spelling_of_each_encoding(
    proxy: Proxy, upstream: Upstream, accepted: str | None, passed: str | None
) -> None:
    proxy.send(path=PATH, headers={"Accept-Encoding": accepted} if accepted else {})
    assert upstream.seen[0].headers["Accept-Encoding"] == passed


def test_each_encoding_is_kept_for_itself_and_known_by_its_tag(small_newsroom: Newsroom) -> None:
    for number in range(4):
        small_newsroom.approved(body=f"تعليق {number} يكفي طوله لكي يُضغط")
    unpacked = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
    with serving(small_newsroom.app()) as origin, proxy_before(int(origin.rpartition(":")[2])) as proxy:
        into_the_next_second()
        for _ in range(2):
            answers = {e: proxy.send(path=PATH, headers={"Accept-Encoding": e}) for e in unpacked}
            assert {unpacked[e](answer.body) for e, answer in answers.items()} == {answers["identity"].body}
            assert len({answer.headers["ETag"] for answer in answers.values()}) == 3
            for encoding, answer in answers.items():
                assert answer.headers.get("Content-Encoding", "identity") == encoding
                known = {"Accept-Encoding": encoding, "If-None-Match": answer.headers["ETag"]}
                again = proxy.send(path=PATH, headers=known)
                assert (again.status, again.body) == (304, b"")
                assert again.headers["ETag"] == answer.headers["ETag"]
        head = proxy.send("HEAD", PATH)
        assert (head.body, head.headers["Content-Length"]) == (b"", str(len(answers["identity"].body)))


@pytest.mark.parametrize("keeps_longer", [False, True])
def test_what_is_hidden_is_gone_when_the_second_is_over(small_newsroom: Newsroom, keeps_longer: bool) -> None:
    """Every read that begins in the next second has to be without it; the control keeps an answer for longer."""
    comment = small_newsroom.approved(body="هذا يُحجب بعد قليل")
    app = small_newsroom.app()
    longer = "proxy_cache_valid 3s; proxy_ignore_headers X-Accel-Expires"
    edit = ("proxy_ignore_headers", longer) if keeps_longer else ("", "")
    seen: list[tuple[float, bool]] = []
    with (
        serving(app) as origin,
        proxy_before(int(origin.rpartition(":")[2]), edit=edit) as proxy,
    ):
        into_the_next_second()

        def read() -> bool:
            """Whether it shows."""
            begun = time.time()
            seen.append((begun, comment.hex in proxy.send(path=PATH).body.decode().replace("-", "")))
            return seen[-1][1]

        assert read()
        small_newsroom.decide(comment, Action.REJECT, version=2, reason="spam")
        decided = time.time()
        while read():
            assert time.time() < decided + 10
    late = [begun for begun, shows in seen if shows and begun >= math.floor(decided) + 1.02]
    assert bool(late) == keeps_longer


def test_when_the_service_stops_nothing_old_is_said_for_longer(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    port = free_port()
    with proxy_before(port) as proxy:
        with serving(small_newsroom.app(), port):
            into_the_next_second()
            assert proxy.send(path=PATH).status == 200
        into_the_next_second()
        assert proxy.send(path=PATH).status == 503


def test_what_nobody_asks_for_any_more_is_off_the_disk_soon(upstream: Upstream) -> None:
    with proxy_before(upstream.port, edit=("inactive=10s use_temp_path", "inactive=1s use_temp_path")) as proxy:
        proxy.send(path=PATH)
        deadline = time.monotonic() + 60
        while any(path.is_file() for path in (proxy.folder / "nginx-reads").rglob("*")):
            assert time.monotonic() < deadline
            with contextlib.suppress(subprocess.TimeoutExpired):
                proxy.process.wait(timeout=0.05)
        assert proxy.process.poll() is None
