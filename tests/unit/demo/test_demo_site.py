"""The demo newspaper against a tiny service of its own, and the demo's content."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from service.demo import fragments as fetching
from service.demo.article import LEAD
from service.demo.briefs import ARTICLES
from service.demo.comments import COMMENTS, THREADS
from service.demo.site import app_from_environment, create_site
from service.domain.moderation import REASONS
from service.text.address import check_address

SITE_URL = "https://wadi.example"
NOTICE = 'class="notice"'


@dataclass
class Service:
    """A comment service with switches. ``asked`` holds path and query of every request."""

    url: str = ""
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    conditional: list[str | None] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    filler: int = 0
    etag: str | None = None
    content_type: str = "text/html; charset=utf-8"
    refuse_extras: bool = False
    drip: bool = False

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query, name = parse_qs(parts.query), parts.path.rsplit("/", 1)[-1]
        self.asked.append((parts.path, query))
        self.conditional.append(handler.headers["If-None-Match"])
        if name in self.broken:
            return self._send(handler, 503, b"")
        if self.refuse_extras and {"cursor", "parent"} & set(query):
            return self._send(handler, 404, b"")
        if self.etag and handler.headers["If-None-Match"] == self.etag:
            return self._send(handler, 304, b"")
        section = "taliq-form" if name == "form" else "taliq-thread"
        html = f'<section class="{section}">قسم {len(self.asked)}{"x" * self.filler}</section>'
        return self._send(handler, 200, html.encode())

    def _send(self, handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", self.content_type)
        handler.send_header("Content-Length", str(len(body)))
        if self.etag:
            handler.send_header("ETag", self.etag)
        handler.end_headers()
        for byte in body if self.drip else []:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)
        if not self.drip:
            handler.wfile.write(body)


@pytest.fixture
def service() -> Iterator[Service]:
    fake = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                fake.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the newspaper has hung up

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield fake
        server.shutdown()
        thread.join()


@pytest.fixture
def reader(service: Service) -> FlaskClient:
    return create_site(service.url, site_url=SITE_URL).test_client()


def test_the_list_and_the_form_stand_in_the_articles_own_html(reader: FlaskClient, service: Service) -> None:
    html = reader.get(LEAD.path).text
    assert '<section class="taliq-thread">' in html
    assert '<section class="taliq-form">' in html
    assert NOTICE not in html
    assert f'data-taliq="{service.url}" data-site="demo" data-thread="{LEAD.key}"' in html
    assert f'data-url="{SITE_URL}{LEAD.path}"' in html
    assert f'<script src="{service.url}/embed.js" defer>' in html
    assert f'<link rel="canonical" href="{SITE_URL}{LEAD.path}">' in html


def test_numbers_of_comments_and_feeds_are_offered(reader: FlaskClient, service: Service) -> None:
    front, article = reader.get("/").text, reader.get(LEAD.path).text
    assert f'<script src="{service.url}/count.js" data-site="demo" defer></script>' in front
    for key, slug in ((a.key, a.slug) for a in ARTICLES.values()):
        assert f'<a href="/articles/{slug}#discussion" data-taliq-count="{key}">' in front
    feed = '<link rel="alternate" type="application/atom+xml" href="{}/v1/sites/demo/feed{}"'
    assert feed.format(service.url, "") in front
    assert feed.format(service.url, f"?thread={LEAD.key}") in article


def test_the_service_is_told_thread_address_and_title(reader: FlaskClient, service: Service) -> None:
    reader.get(LEAD.path)
    (list_path, list_query), (form_path, form_query) = service.asked
    assert (list_path, form_path) == ("/v1/sites/demo/comments.html", "/v1/sites/demo/form")
    assert list_query == {"thread": [LEAD.key], "lang": ["ar"]}
    assert form_query == {
        "thread": [LEAD.key],
        "url": [SITE_URL + LEAD.path],
        "title": [LEAD.title],
        "lang": ["ar"],
    }


def test_paging_and_replying_are_forwarded_and_nothing_else_is(reader: FlaskClient, service: Service) -> None:
    reader.get(f"{LEAD.path}?cursor=a%26b&order=newest&parent=P1&thread=other&lang=en")
    (_, list_query), (_, form_query) = service.asked
    assert list_query == {"thread": [LEAD.key], "lang": ["ar"], "cursor": ["a&b"], "order": ["newest"]}
    assert form_query["parent"] == ["P1"]
    assert form_query["thread"] == [LEAD.key]
    assert "cursor" not in form_query


def test_an_endless_cursor_is_not_forwarded(reader: FlaskClient, service: Service) -> None:
    reader.get(f"{LEAD.path}?cursor={'x' * 5000}")
    assert "cursor" not in service.asked[0][1]


def test_a_stale_link_shows_the_plain_thread(reader: FlaskClient, service: Service) -> None:
    service.refuse_extras = True
    html = reader.get(f"{LEAD.path}?cursor=gone&parent=gone").text
    assert 'class="taliq-thread"' in html
    assert 'class="taliq-form"' in html


def test_every_form_is_fresh_while_an_unchanged_list_is_kept(reader: FlaskClient, service: Service) -> None:
    service.etag = '"v1"'
    first, second = reader.get(LEAD.path), reader.get(LEAD.path)
    assert service.conditional == [None, None, '"v1"', None]
    assert "قسم 1<" in first.text
    assert "قسم 1<" in second.text
    assert "قسم 2<" in first.text
    assert "قسم 4<" in second.text
    assert second.headers["Cache-Control"] == "no-store"
    service.etag = '"v2"'
    assert "قسم 5<" in reader.get(LEAD.path).text


def test_without_the_service_the_article_is_whole_and_says_so_quietly() -> None:
    reader = create_site("http://127.0.0.1:9", site_url=SITE_URL).test_client()
    answer = reader.get(LEAD.path)
    assert answer.status_code == 200
    assert LEAD.blocks[-1].html in answer.text
    assert answer.text.count(NOTICE) == 1
    assert 'href="http://127.0.0.1:9/v1/sites/demo/page?thread=article-2471&amp;url=' in answer.text
    assert "data-taliq=" in answer.text


@pytest.mark.parametrize(("broken", "left"), [("form", "taliq-thread"), ("comments.html", "taliq-form")])
def test_half_a_service_is_half_a_discussion(
    reader: FlaskClient, service: Service, broken: str, left: str
) -> None:
    service.broken = {broken}
    html = reader.get(LEAD.path).text
    assert f'class="{left}"' in html
    assert html.count(NOTICE) == 1


def test_a_fragment_of_more_than_a_megabyte_is_refused(reader: FlaskClient, service: Service) -> None:
    service.filler = 900_000
    assert NOTICE not in reader.get(LEAD.path).text
    service.filler = fetching.MAX_SIZE
    assert NOTICE in reader.get(LEAD.path).text


def test_what_is_not_html_is_refused(reader: FlaskClient, service: Service) -> None:
    service.content_type = "application/json"
    assert NOTICE in reader.get(LEAD.path).text


def test_a_service_that_drips_costs_the_reader_one_deadline(
    reader: FlaskClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.demo.site.TIMEOUT", 0.3)
    service.drip = True
    began = time.monotonic()
    assert NOTICE in reader.get(LEAD.path).text
    assert time.monotonic() - began < 1.5


def test_the_host_has_a_strict_policy_and_no_inline_code(service: Service) -> None:
    site = create_site(service.url, public_service_url="https://talk.example/base", site_url=SITE_URL)
    answer = site.test_client().get(LEAD.path)
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'self'; script-src https://talk.example; style-src 'self' https://talk.example; "
        "connect-src https://talk.example; form-action https://talk.example 'self'; "
        "img-src 'self' data:; base-uri 'none'"
    )
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert answer.text.count("<script") == 1
    assert service.url not in answer.text


def test_every_page_of_the_paper_answers(reader: FlaskClient) -> None:
    front = reader.get("/")
    assert front.status_code == 200
    for article in ARTICLES.values():
        assert f'href="{article.path}"' in front.text
        assert reader.get(article.path).status_code == 200
    assert reader.get("/healthz").text.strip() == "ok"
    with reader.get("/site.css") as sheet:
        assert sheet.mimetype == "text/css"
    with reader.get(LEAD.picture) as picture:
        assert picture.mimetype == "image/svg+xml"
    missing = reader.get("/articles/none")
    assert missing.status_code == 404
    assert "لم نجد" in missing.text


def test_the_environment_sets_the_site_up(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    monkeypatch.setenv("DEMO_SERVICE_URL", service.url + "/")
    monkeypatch.setenv("DEMO_SITE_URL", SITE_URL + "/")
    monkeypatch.delenv("DEMO_PUBLIC_SERVICE_URL", raising=False)
    html = app_from_environment().test_client().get(LEAD.path).text
    assert f'data-taliq="{service.url}"' in html
    assert f'data-url="{SITE_URL}{LEAD.path}"' in html


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://example.org", "http://example.org/?a=b"])
def test_only_plain_http_addresses_are_taken(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        create_site(url)


def test_the_analysis_is_about_four_hundred_words() -> None:
    assert 350 <= LEAD.words <= 450
    assert [block.kind for block in LEAD.blocks].count("heading") == 2
    assert [block.kind for block in LEAD.blocks].count("quote") == 1


def test_each_thread_is_an_article_of_the_paper() -> None:
    assert [(t.key, t.url_path) for t in THREADS] == [(a.key, a.path) for a in ARTICLES.values()]
    assert len({t.key for t in THREADS}) == len(THREADS) == 3


def test_a_parent_is_approved_older_and_earlier_in_the_list_than_its_replies() -> None:
    seen = {}
    for comment in COMMENTS:
        assert comment.key not in seen
        if comment.reply_to:
            parent = seen[comment.reply_to]
            assert parent.status == "approved"
            assert parent.thread == comment.thread
            assert parent.minutes_ago > comment.minutes_ago
        seen[comment.key] = comment


def test_the_comments_show_every_status_and_replies_three_deep() -> None:
    by_key = {comment.key: comment for comment in COMMENTS}
    statuses = [comment.status for comment in COMMENTS]
    assert statuses.count("pending") >= 5
    assert statuses.count("approved") >= 6
    assert statuses.count("rejected") == statuses.count("spam") == 1
    assert set(statuses) == {"pending", "approved", "rejected", "spam"}
    depths = []
    for comment in COMMENTS:
        depth, at = 0, comment
        while at.reply_to:
            depth, at = depth + 1, by_key[at.reply_to]
        depths.append(depth)
    assert max(depths) == 3


def test_the_comments_are_in_order() -> None:
    threads = {thread.key for thread in THREADS}
    for comment in COMMENTS:
        assert comment.thread in threads
        assert (comment.reason in REASONS) if comment.status == "rejected" else comment.reason is None
        assert comment.email.rpartition("@")[2] in ("example.org", "example.com")
        assert check_address(comment.email)
        assert comment.name
        assert comment.body
