"""What is gzipped, for whom, and what never is."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from service.demo.article import LEAD
from service.web import compression
from service.web.compression import MIN_SIZE, PACKED
from service.web.public.embed import CACHE
from tests.contracts.place import Place
from tests.newsroom import PASSWORD, Newsroom

READS = {
    "json": "/v1/sites/demo/comments?thread=article-1",
    "html": "/v1/sites/demo/comments.html?thread=article-1&lang=ar",
    "counts": "/v1/sites/demo/counts?lang=ar&" + "&".join(f"thread=article-{n}" for n in range(40)),
    "thread feed": "/v1/sites/demo/feed?thread=article-1",
    "site feed": "/v1/sites/demo/feed",
    "embed.js": "/embed.js",
    "count.js": "/count.js",
    "embed.css": "/static/embed/embed.css",
    "tokens.css": "/static/shared/tokens.css?v=1",
}
#: The reads that are ready before Flask is asked.
READY = {name: READS[name] for name in ("json", "html", "counts", "thread feed", "site feed")}
GZIP = {"Accept-Encoding": "gzip, deflate"}
BROTLI = {"Accept-Encoding": "gzip, deflate, br"}
Call = Callable[..., TestResponse]


@pytest.fixture
def call(small_newsroom: Newsroom) -> Call:
    """Calls an address as it is, without reading the answer as text; whatever it holds open is closed."""
    for number in range(4):
        small_newsroom.approved(body=f"تعليق {number} يكفي طوله لكي يُضغط")
    app = small_newsroom.app()
    app.test_client_class = FlaskClient
    client = app.test_client()

    def open_and_close(
        address: str, method: str = "GET", form: dict[str, str] | None = None, **headers: str
    ) -> TestResponse:
        with client.open(address, method=method, data=form, headers=Headers(headers)) as answer:
            _ = answer.data
            return answer

    return open_and_close


def asked(**headers: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.mark.parametrize("address", READS.values(), ids=READS)
def test_a_public_read_is_gzipped_for_whoever_takes_it(call: Call, address: str) -> None:
    plain, packed = call(address), call(address, **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert packed.data[4:8] == bytes(4), "no time in it: the same answer, the same bytes"
    for answer in (plain, packed):
        assert answer.status_code == 200
        assert [v.strip() for v in answer.headers.get_all("Vary")] == ["Accept-Encoding"]
    for name in ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin", "Content-Security-Policy"):
        assert plain.headers.get(name) == packed.headers.get(name), name


@pytest.mark.parametrize("address", READY.values(), ids=READY)
def test_a_ready_read_is_packed_best_for_whoever_takes_brotli(call: Call, address: str) -> None:
    plain, gzipped, packed = call(address), call(address, **GZIP), call(address, **BROTLI)
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == plain.data
    assert len(packed.data) < len(gzipped.data)
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert packed.headers["Vary"] == "Accept-Encoding"
    tags = [answer.headers["ETag"] for answer in (plain, gzipped, packed)]
    assert len(set(tags)) == 3
    for form in ({}, GZIP, BROTLI):
        for tag in tags:
            again = call(address, **form, **asked(If_None_Match=tag))
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("address", READS.values(), ids=READS)
def test_each_form_has_its_tag_and_either_is_known_again(call: Call, address: str) -> None:
    plain, packed = call(address), call(address, **GZIP)
    tags = plain.headers["ETag"], packed.headers["ETag"]
    assert tags[0] != tags[1]
    assert all(re.fullmatch('"[^"]+"', tag) for tag in tags), "strong: they name bytes"
    for tag in tags:
        for form in ({}, GZIP):
            for given in (tag, f"W/{tag}", f'"other", {tag}'):
                again = call(address, **form, **asked(If_None_Match=given))
                assert (again.status_code, again.data) == (304, b"")
                # The tag of what the client has, or its cache would refresh something else.
                assert again.headers["ETag"] == tag
                assert again.headers["Vary"] == "Accept-Encoding"
                assert again.headers["Cache-Control"] == plain.headers["Cache-Control"]
                assert not {"Content-Encoding", "Content-Length"} & set(again.headers.keys())
    for form in ({}, GZIP):
        other = call(address, **form, **asked(If_None_Match='"other-gzip"'))
        assert other.status_code == 200


@pytest.mark.parametrize("address", READS.values(), ids=READS)
def test_head_says_what_get_would_and_sends_nothing(call: Call, address: str) -> None:
    for form in ({}, GZIP):
        get, head = call(address, **form), call(address, "HEAD", **form)
        assert head.data == b""
        for answer in (get, head):
            for name in ("X-Request-ID", "Date"):
                answer.headers.remove(name)
        assert head.headers == get.headers
        tag = asked(If_None_Match=get.headers["ETag"])
        assert call(address, "HEAD", **form, **tag).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "ready", "other"),
    [
        ("gzip", "gzip", "gzip"),
        ("GZIP", "gzip", "gzip"),
        ("deflate, gzip;q=1.0, *;q=0.5", "gzip", "gzip"),
        ("gzip;q=0.001", "gzip", "gzip"),
        ("br;q=1.0, gzip;q=0.8", "br", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip", "gzip"),
        ("gzip, br", "br", "gzip"),
        ("identity;q=0.5, gzip;q=0.5", "gzip", "gzip"),
        ("*", "br", "gzip"),
        ("br", "br", None),
        ("br;q=0, gzip", "gzip", "gzip"),
        ("", None, None),
        ("identity", None, None),
        ("gzip;q=0", None, None),
        ("gzip; q=0.000", None, None),
        ("*;q=0", None, None),
        ("gzip;q=0, *", "br", None),
        ("identity, gzip;q=0.5", None, None),
        ("x-gzipped", None, None),
        ("gzip" + " " * 200, "gzip", "gzip"),
    ],
)
def test_weights_are_honoured(call: Call, accepted: str, ready: str | None, other: str | None) -> None:
    for address, encoding in ((READS["json"], ready), (READS["embed.css"], other)):
        answer = call(address, **asked(Accept_Encoding=accepted))
        assert answer.headers.get("Content-Encoding") == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_what_is_tiny_stays_as_it_is(call: Call) -> None:
    for address in ("/v1/sites/demo/comments?thread=none", "/v1/sites/demo/counts?thread=none"):
        answer = call(address, **GZIP)
        assert len(answer.data) < MIN_SIZE
        assert "Content-Encoding" not in answer.headers
        again = call(address, **GZIP, **asked(If_None_Match=answer.headers["ETag"]))
        assert again.status_code == 304


def test_a_part_of_a_file_is_a_part_of_its_plain_bytes(call: Call) -> None:
    address = READS["embed.css"]
    part = call(address, **GZIP, **asked(Range="bytes=0-99"))
    assert (part.status_code, part.data) == (206, call(address).data[:100])
    assert "Content-Encoding" not in part.headers
    packed = call(address, **GZIP)
    assert "Accept-Ranges" not in packed.headers
    # With the tag of the other bytes no part is asked for.
    whole = call(address, **GZIP, **asked(Range="bytes=0-99", If_Range=packed.headers["ETag"]))
    assert (whole.status_code, whole.data) == (200, packed.data)


def test_a_changed_static_file_is_packed_anew(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[bytes] = []
    monkeypatch.setattr(compression, "_gzip", lambda data, _level: packed.append(data) or gzip.compress(data, 1))
    compression._packed_file.cache_clear()
    for _ in range(3):
        call(READS["tokens.css"], **GZIP)
    assert len(packed) == 1, "once packed, a file is kept"
    compression._packed_file("shared/tokens.css", "another tag")
    assert len(packed) == 2
    compression._packed_file.cache_clear()


def test_answers_that_hold_a_secret_are_never_gzipped(small_newsroom: Newsroom) -> None:
    """Every address that reads, but for those listed: forms, receipts, the console, the API of moderators. Their size
    must not tell of what is in them (BREACH)."""
    place = Place(small_newsroom)
    app = small_newsroom.app()
    app.test_client_class = FlaskClient
    client = app.test_client()
    assert client.post("/console/login", data={"login": "sara", "password": PASSWORD}).status_code == 303
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert known >= PACKED
    headers = Headers({**small_newsroom.token(), **GZIP})
    seen = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in PACKED:
            continue
        for accept in ("text/html", "application/json"):
            answer = client.get(
                place.path(rule.rule), query_string={"thread": "article-1"}, headers=[*headers, ("Accept", accept)]
            )
            assert "Content-Encoding" not in answer.headers, rule
            assert "Accept-Encoding" not in answer.headers.get("Vary", ""), rule
            seen += len(answer.data) > MIN_SIZE
    assert seen > 8


def test_nothing_that_is_gzipped_is_private(small_newsroom: Newsroom) -> None:
    """With a session and without: the same, but for what a form holds anew each time, and nothing set."""
    fresh = re.compile(rb'name="(submission_id|token)" value="[^"]*"')

    def read(answer: TestResponse) -> bytes:
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return fresh.sub(b"", gzip.decompress(answer.data) if packed else answer.data)

    place = Place(small_newsroom)
    app = small_newsroom.app()
    app.test_client_class = FlaskClient
    visitor, moderator = app.test_client(), app.test_client()
    assert moderator.post("/console/login", data={"login": "sara", "password": PASSWORD}).status_code == 303
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PACKED or "GET" not in (rule.methods or ()):
            continue
        address = f"{place.path(rule.rule)}?thread=article-1"
        with visitor.get(address, headers=GZIP) as one, moderator.get(address, headers=GZIP) as other:
            assert one.status_code == other.status_code == 200, rule
            assert read(one) == read(other), rule
            for answer in (one, other):
                assert "Set-Cookie" not in answer.headers


def test_the_plain_page_is_gzipped_but_never_what_a_form_was_answered(call: Call) -> None:
    """What the page's form holds is new each time and nobody's; what was typed and comes back is somebody's."""
    held = set()
    for _ in range(2):
        packed = call("/v1/sites/demo/page?thread=article-1&lang=ar", **GZIP)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Cache-Control"] == "no-store"
        held |= set(re.findall(b'name="submission_id" value="([^"]+)"', gzip.decompress(packed.data)))
    assert len(held) == 2
    refused = call("/v1/sites/demo/comments", "POST", form={"thread": "article-1", "body": "نص"}, **GZIP)
    assert (refused.status_code, "Content-Encoding" in refused.headers) == (422, False)


def test_errors_are_not_gzipped(call: Call) -> None:
    for address in ("/v1/sites/demo/comments", "/v1/sites/nobody/comments?thread=" + "k" * 150):
        answer = call(address, **GZIP)
        assert answer.status_code in (400, 404)
        assert "Content-Encoding" not in answer.headers


def test_the_scripts_are_served_alike(call: Call) -> None:
    for address in ("/embed.js", "/count.js"):
        answer = call(address)
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert answer.headers["Cache-Control"] == CACHE == "public, max-age=300"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Expires" not in answer.headers


def test_a_page_of_long_arabic_comments_comes_in_few_bytes(small_newsroom: Newsroom) -> None:
    """Fifty of sixty different words each, which is more than people write, with all that stands around them."""
    words = sorted(set(re.findall("[\u0621-\u0652]+", " ".join(block.html for block in LEAD.blocks))))
    chance = random.Random(3)
    for _ in range(50):
        small_newsroom.approved(name=" ".join(chance.sample(words, 2)), body=" ".join(chance.sample(words, 60)))
    app = small_newsroom.app()
    app.test_client_class = FlaskClient
    answer = app.test_client().get(READS["html"], headers=GZIP)
    assert gzip.decompress(answer.data).count(b"<article") == 50
    assert len(answer.data) < 40_000
