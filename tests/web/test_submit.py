"""Sending a comment over HTTP: what is refused, how, and what is kept."""

from __future__ import annotations

import json
import secrets

import pytest

from service.web.parsing import MAX_BODY_BYTES
from tests.newsroom import FIELDS, ORIGIN, Newsroom, settings_for

ADDRESS = "/v1/sites/demo/comments"


def test_a_body_over_the_limit_is_413_whatever_its_length_header_says(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for body in ("x" * (MAX_BODY_BYTES + 1), json.dumps({**FIELDS, "padding": "x" * MAX_BODY_BYTES})):
        answer = client.post(ADDRESS, data=body, content_type="application/json")
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
def test_a_body_of_another_type_is_415(small_newsroom: Newsroom, kind: str) -> None:
    answer = small_newsroom.client().post(ADDRESS, data=json.dumps(FIELDS), content_type=kind)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_a_packed_body_is_415(small_newsroom: Newsroom) -> None:
    answer = small_newsroom.client().post(ADDRESS, json=FIELDS, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "{", '{"a":1,"a":2}', '{"name":"\\ud800"}', "\xff"])
def test_a_body_that_is_no_clean_object_is_400(small_newsroom: Newsroom, body: str) -> None:
    answer = small_newsroom.client().post(ADDRESS, data=body.encode("latin-1"), content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("body", [b"name=a&name=b", b"name=%FF", b"&".join(b"a%d=1" % n for n in range(60))])
def test_a_form_that_can_be_read_two_ways_is_400(small_newsroom: Newsroom, body: bytes) -> None:
    answer = small_newsroom.client().post(ADDRESS, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_what_nobody_asked_for_is_dropped(newsroom: Newsroom) -> None:
    extra = {"status": "approved", "id": "1", "created_at": "2001-01-01", "version": 9, "staff": True, "author_id": "x",
             "site_id": "x", "published_revision": 1, "mode": "publish", "html": "<script>"}  # fmt: skip
    answer = newsroom.client().post(ADDRESS, json={**FIELDS, **extra})
    assert (answer.status_code, answer.json["status"]) == (202, "pending")
    assert newsroom.sql("SELECT status, version, published_revision FROM comment") == [("pending", 1, None)]
    assert answer.json["created_at"].startswith("2026-11-25")


def test_every_error_comes_with_its_field_code_and_text(small_newsroom: Newsroom) -> None:
    answer = small_newsroom.client().post(ADDRESS, json={"thread": "a", "email": "x", "lang": "ar"})
    assert answer.status_code == 422
    found = {f["field"]: f["code"] for f in answer.json["fields"]}
    assert found == {"name": "required", "email": "email_invalid", "body": "required", "url": "url_required"}
    assert all(f["message"] for f in answer.json["fields"])
    english = small_newsroom.client().post(ADDRESS, json={}, headers={"Accept-Language": "en"})
    assert english.json["title"] != answer.json["title"]


def test_an_unknown_a_hidden_and_a_foreign_parent_are_one_error(newsroom: Newsroom) -> None:
    hidden = newsroom.pending()
    foreign = newsroom.approved(thread="article-2")
    answers = [
        newsroom.client().post(ADDRESS, json={**FIELDS, "parent": parent}, headers={"X-Request-ID": "r" * 8})
        for parent in (str(hidden), str(foreign), "0190b1f0-0000-7000-8000-000000000000", "nonsense")
    ]
    assert {a.status_code for a in answers} == {422}
    assert len({a.data for a in answers}) == 1
    assert answers[0].json["fields"][0]["code"] == "parent_unknown"


def test_a_closed_thread_is_403_and_its_form_says_so(newsroom: Newsroom) -> None:
    newsroom.pending()
    newsroom.container.manage_sites.set_state("demo", "article-1", "closed")
    client = newsroom.client()
    answer = client.post(ADDRESS, json={**FIELDS, "body": "متأخر"})
    assert (answer.status_code, answer.json["code"]) == (403, "thread_closed")
    page = client.post(ADDRESS, data={**FIELDS, "body": "متأخر جدًا"})
    assert page.status_code == 403
    assert "متأخر جدًا" in page.get_data(as_text=True)
    assert "<textarea" not in client.get("/v1/sites/demo/form?thread=article-1").get_data(as_text=True)


def test_an_unknown_site_is_404(small_newsroom: Newsroom) -> None:
    for slug in ("nobody", "Demo", "%00", "a b", "demo%2f"):
        answer = small_newsroom.client().post(f"/v1/sites/{slug}/comments", json=FIELDS)
        assert answer.status_code == 404


def test_the_spellings_of_an_address_are_one_thread(newsroom: Newsroom) -> None:
    paths = ["تحليل?a=1&b=2", "%D8%AA%D8%AD%D9%84%D9%8A%D9%84?a=1&b=2", "تحليل?a=1&amp;b=2"]
    urls = [f"{ORIGIN}/{path}" for path in paths]
    for number, url in enumerate(urls):
        fields = {**FIELDS, "url": url, "body": f"نص {number}"}
        del fields["thread"]
        assert newsroom.client().post(ADDRESS, json=fields).status_code == 202
    assert newsroom.sql("SELECT count(*) FROM thread") == [(1,)]
    for url in urls:
        answer = newsroom.client().get(ADDRESS, query_string={"thread": url})
        assert answer.status_code == 200
        assert answer.json["thread"] == urls[0]


def test_a_reader_starts_a_thread_and_never_changes_it(newsroom: Newsroom) -> None:
    client = newsroom.client()
    client.post(ADDRESS, json=FIELDS)
    client.post(ADDRESS, json={**FIELDS, "title": "عنوان آخر", "url": f"{ORIGIN}/b", "body": "ثانٍ"})
    assert newsroom.sql("SELECT title, url FROM thread") == [(FIELDS["title"], FIELDS["url"])]
    changed = client.put(
        "/v1/sites/demo/threads/article-1", json={"title": "عنوان الموقع"}, headers=newsroom.token("threads:write")
    )
    assert changed.json["title"] == "عنوان الموقع"
    assert newsroom.sql("SELECT title, url FROM thread") == [("عنوان الموقع", FIELDS["url"])]


def test_a_thread_key_may_hold_slashes_and_arabic(newsroom: Newsroom) -> None:
    client, auth = newsroom.client(), newsroom.token("threads:write")
    for key in ("سياسة/2026/نهر", "/2026/نهر", "a//b", "x/"):
        made = client.put(f"/v1/sites/demo/threads/{key}", json={}, headers=auth)
        assert (made.status_code, made.json["key"]) == (200, key)


def test_only_the_sites_own_origins_may_post(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    own = client.post(ADDRESS, json=FIELDS, headers={"Origin": ORIGIN})
    assert own.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in own.headers["Vary"]
    flawed = client.post(ADDRESS, json={}, headers={"Origin": ORIGIN})
    assert flawed.headers["Access-Control-Allow-Origin"] == ORIGIN
    for origin in (
        "https://evil.example",
        "https://news.example.evil",
        "http://news.example",
        "https://news.example:444",
    ):
        foreign = client.post(ADDRESS, json={**FIELDS, "body": origin}, headers={"Origin": origin})
        assert (foreign.status_code, foreign.json["code"]) == (403, "origin_not_allowed")
        assert "Access-Control-Allow-Origin" not in foreign.headers
    hidden = client.post(ADDRESS, data={**FIELDS, "body": "من صفحة كتومة"}, headers={"Origin": "null"})
    assert hidden.status_code == 303
    assert "Access-Control-Allow-Origin" not in hidden.headers


def test_a_preflight_names_exactly_the_origin_that_asks(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    asked = client.options(ADDRESS, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Access-Control-Allow-Credentials" not in asked.headers
    assert client.options(ADDRESS, headers={"Origin": "https://evil.example"}).status_code == 403


def test_too_many_submissions_are_429_and_keep_the_text(sqlite_url: str, small_newsroom: Newsroom) -> None:
    from service.app import create_app
    from service.bootstrap import build

    container = build(settings_for(sqlite_url, rate_minute=1))
    client = create_app(container).test_client()
    assert client.post(ADDRESS, json=FIELDS).status_code == 202
    refused = client.post(ADDRESS, json=FIELDS)
    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    page = client.post(ADDRESS, data={**FIELDS, "body": "نصي الذي تعبت فيه"})
    assert page.status_code == 429
    assert "نصي الذي تعبت فيه" in page.get_data(as_text=True)
    container.close()


def test_a_defect_gives_the_text_back_and_says_nothing_else(
    small_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("salma@example.org at /srv/secret")

    monkeypatch.setattr(small_newsroom.container.submit_comment, "submit", fail)
    page = small_newsroom.client().post(ADDRESS, data={**FIELDS, "body": "نصي الذي تعبت فيه"})
    assert page.status_code == 500
    assert "نصي الذي تعبت فيه" in page.get_data(as_text=True)
    answer = small_newsroom.client().post(ADDRESS, json=FIELDS)
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "secret" not in answer.get_data(as_text=True) + page.get_data(as_text=True)


def test_a_body_without_a_length_is_not_cut_to_fit(small_newsroom: Newsroom) -> None:
    import io

    padded = json.dumps(FIELDS).encode() + b" " * MAX_BODY_BYTES
    answer = small_newsroom.client().post(
        ADDRESS,
        input_stream=io.BytesIO(padded),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_guessed_address_is_answered_like_any_other(newsroom: Newsroom) -> None:
    """Whoever repeats a public comment with addresses of their choice must not learn which is right."""
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    client = newsroom.client()
    own = {"email": "boss@example.org", "submission_id": secrets.token_urlsafe(24), "token": newsroom.form_token()}
    assert client.post(ADDRESS, json={**FIELDS, **own}).status_code == 201
    guesses = [client.post(ADDRESS, json={**FIELDS, "email": e}).json for e in ("x@example.org", "boss@example.org")]
    assert [g["status"] for g in guesses] == ["pending", "pending"]
    assert [sorted(g) for g in guesses] == [sorted(guesses[0])] * 2


def test_two_readers_without_an_address_who_write_the_same_are_two(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"email": "optional"})
    client = newsroom.client()
    for name in ("سلمى", "علي"):
        assert client.post(ADDRESS, data={**FIELDS, "name": name, "email": "", "body": "شكرًا"}).status_code == 303
    assert newsroom.sql("SELECT count(*) FROM comment") == [(2,)]


def test_copies_sent_at_once_do_not_publish_themselves(newsroom: Newsroom) -> None:
    from concurrent.futures import ThreadPoolExecutor

    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    raid = "غارة على هذا الموقع"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: newsroom.submit(email=f"bot{n}@example.org", body=raid), range(8)))
    assert [a.status for a in answers].count("approved") == 1
    assert newsroom.sql("SELECT count(*) FROM finding WHERE code = 'duplicate_text'") == [(7,)]


def test_a_script_can_read_why_it_was_refused(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for address in ("/v1/sites/demo/comments", "/v1/sites/nobody/comments?thread=a", "/v1/sites/demo/counts"):
        refused = client.get(address, headers={"Origin": ORIGIN})
        assert refused.status_code in (400, 404)
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
