"""Fetching what was approved: caching, both forms, both orders."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from service.domain.moderation import Action
from tests.newsroom import Newsroom

JSON = "/v1/sites/demo/comments?thread=article-1"
HTML = "/v1/sites/demo/comments.html?thread=article-1&lang=ar"
CACHE = "public, max-age=0, s-maxage=1, must-revalidate"


@pytest.mark.parametrize("address", [JSON, HTML])
def test_a_page_can_be_cached_and_asked_again(newsroom: Newsroom, address: str) -> None:
    newsroom.approved()
    client = newsroom.client()
    first = client.get(address)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    assert first.headers["Cache-Control"] == CACHE
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.headers.get("Vary", "")
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(address, headers={"If-None-Match": given})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == CACHE
    head = client.head(address)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    newsroom.approved()
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_cookie_changes_nothing(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    client = small_newsroom.client()
    plain = client.get(JSON)
    client.post("/console/login", data={"login": "sara", "password": "correct-horse-battery"})
    signed = client.get(JSON)
    assert signed.data == plain.data
    assert "Set-Cookie" not in signed.headers


@pytest.mark.parametrize("action", [Action.REJECT, Action.SPAM, Action.REOPEN])
def test_a_decision_shows_on_the_next_fetch(newsroom: Newsroom, action: Action) -> None:
    comment = newsroom.approved()
    assert newsroom.client().get(JSON).json["count"] == 1
    newsroom.decide(comment, action, 2, "other" if action is Action.REJECT else None)
    gone = newsroom.client().get(JSON).json
    assert (gone["count"], gone["comments"]) == (0, [])
    assert str(comment) not in newsroom.client().get(HTML).get_data(as_text=True)


def test_nothing_pending_shows_anywhere_public(small_newsroom: Newsroom) -> None:
    small_newsroom.pending(body="سر-لم-يراجع", name="اسم-لم-يراجع")
    client = small_newsroom.client()
    for address in (JSON, HTML, "/v1/sites/demo/counts?thread=article-1", "/v1/sites/demo/page?thread=article-1"):
        text = client.get(address).get_data(as_text=True)
        assert "لم-يراجع" not in text
    assert client.get("/v1/sites/demo/counts?thread=article-1").json == {"counts": {"article-1": 0}}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "thread=",
        "thread=a&thread=b",
        "thread=a&cursor=x",
        "thread=a&cursor=" + "0" * 32,
        "thread=a&order=best",
        "thread=a&order=oldest&order=newest",
        "thread=" + "k" * 201,
        "thread=" + "k" * 3000,
    ],
)
def test_a_query_that_cannot_be_meant_is_400(small_newsroom: Newsroom, query: str) -> None:
    small_newsroom.approved(thread="a")
    for path in ("comments", "comments.html"):
        answer = small_newsroom.client().get(f"/v1/sites/demo/{path}?{query}")
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"


def test_counts_come_for_a_hundred_threads_and_no_more(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    many = "&".join(f"thread=t{n}" for n in range(100))
    assert len(client.get(f"/v1/sites/demo/counts?{many}").json["counts"]) == 100
    refused = client.get(f"/v1/sites/demo/counts?{many}&thread=more")
    assert (refused.status_code, refused.json["code"]) == (400, "too_many_threads")


def test_counts_answer_to_the_spelling_asked_with(small_newsroom: Newsroom) -> None:
    url = "https://news.example/نهر?a=1&b=2"
    small_newsroom.approved(thread=url, url=url)
    spelt = "https://news.example/%D9%86%D9%87%D8%B1?a=1&amp;b=2"
    answer = small_newsroom.client().get("/v1/sites/demo/counts", query_string={"thread": spelt})
    assert answer.json == {"counts": {spelt: 1}}


def test_counts_come_in_words_when_a_language_is_named(newsroom: Newsroom) -> None:
    for number in range(3):
        for _ in range(number):
            newsroom.approved(thread=f"t{number}")
    address, client = "/v1/sites/demo/counts?thread=t0&thread=t1&thread=t2", newsroom.client()
    assert client.get(address).json == client.get(f"{address}&lang=").json == {"counts": {"t0": 0, "t1": 1, "t2": 2}}
    arabic = ["لا تعليقات بعد", "تعليق واحد", "تعليقان"]
    tags = {client.get(address).headers["ETag"]}
    for lang, said in (("ar", arabic), ("en-GB", ["0 comments", "One comment", "2 comments"]), ("xx", arabic)):
        answer = client.get(f"{address}&lang={lang}")
        assert answer.json["counts"] == {"t0": 0, "t1": 1, "t2": 2}
        assert list(answer.json["texts"].items()) == list(zip(("t0", "t1", "t2"), said, strict=True))
        assert answer.headers["Cache-Control"] == CACHE
        tags.add(answer.headers["ETag"])
        again = client.get(f"{address}&lang={lang}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert len(tags) == 3, "numbers only, Arabic, English"
    newsroom.approved(thread="t2")
    assert client.get(f"{address}&lang=ar").headers["ETag"] not in tags


def test_words_answer_to_the_spelling_asked_with(small_newsroom: Newsroom) -> None:
    url = "https://news.example/نهر?a=1&b=2"
    small_newsroom.approved(thread=url, url=url)
    spelt = "https://news.example/%D9%86%D9%87%D8%B1?a=1&amp;b=2"
    answer = small_newsroom.client().get("/v1/sites/demo/counts", query_string={"thread": spelt, "lang": "en"})
    assert answer.json["texts"] == {spelt: "One comment"}


def test_a_place_left_by_its_author_says_so_and_nobody_answers_an_empty_name(small_newsroom: Newsroom) -> None:
    parents: list[str] = []
    for depth in range(6):
        sent = small_newsroom.submit(name=f"قارئ-{depth}", **({"parent": parents[-1]} if parents else {}))
        assert sent.comment is not None
        small_newsroom.decide(sent.comment, Action.APPROVE)
        parents.append(str(sent.comment))
        if depth == 3:
            receipt = str(sent.receipt)
    client = small_newsroom.client()
    before = client.get(HTML).get_data(as_text=True)
    assert before.count("رداً على") == 3
    small_newsroom.container.erase_comment.erase("demo", receipt)
    after = client.get(HTML).get_data(as_text=True)
    assert "قارئ-3" not in after
    (gone,) = re.findall(r'<article class="taliq-comment taliq-gone" id="comment-([^"]+)">', after)
    assert gone == parents[3]
    # Its own answer no longer names anybody; the one below still does, and leads there.
    assert after.count("رداً على") == 1
    links = re.findall(r'<p class="taliq-context"><a class="taliq-link" href="([^"]+)"', after)
    assert [unescape(link).rpartition("#")[2] for link in links] == [f"comment-{parents[4]}"]


def test_the_fragment_is_whole_escaped_and_in_the_language_asked_for(small_newsroom: Newsroom) -> None:
    small_newsroom.approved(name="<b>سلمى</b>", body="سطر <b>غامق</b> <script>x</script>")
    client = small_newsroom.client()
    arabic, english = client.get(HTML), client.get(HTML.replace("lang=ar", "lang=en"))
    html = arabic.get_data(as_text=True)
    assert "&lt;b&gt;سلمى&lt;/b&gt;" in html
    assert "<b>غامق</b> &lt;script&gt;" in html
    assert "<html" not in html
    assert 'dir="rtl"' in html
    assert 'lang="en"' in english.get_data(as_text=True)
    assert arabic.headers["ETag"] != english.headers["ETag"]
    for asked, answered in (("en-US", "en"), ("xx", "ar"), ("", "ar")):
        html = client.get(HTML.replace("lang=ar", f"lang={asked}")).get_data(as_text=True)
        assert f'lang="{answered}"' in html


def test_deep_replies_stand_flat_and_name_whom_they_answer(small_newsroom: Newsroom) -> None:
    parent = small_newsroom.approved(name="قارئ-0")
    for number in range(1, 40):
        parent = small_newsroom.approved(name=f"قارئ-{number}", parent=str(parent))
    html = small_newsroom.client().get(HTML).get_data(as_text=True)
    assert html.count("<article") == 40
    assert html.count('<ol class="taliq-replies">') == 4
    assert "قارئ-37" in html.split("قارئ-38", 1)[0]


def test_json_is_exactly_what_was_promised(small_newsroom: Newsroom) -> None:
    first = small_newsroom.approved(body="مرحبًا\n\nhttps://example.org", website="example.org")
    reply = small_newsroom.approved(parent=str(first))
    page = json.loads(small_newsroom.client().get(JSON).data)
    assert list(page) == ["thread", "state", "count", "order", "comments", "next"]
    shown, answered = page["comments"]
    assert shown["id"] == str(first)
    assert answered["id"] == str(reply)
    assert answered["parent"] == str(first)
    assert shown["text"] == "مرحبًا\n\nhttps://example.org"
    assert shown["website"] == "https://example.org"
    assert 'rel="nofollow ugc noopener"' in shown["html"]
    assert (shown["dir"], shown["lang"], shown["staff"], shown["edited_at"]) == ("rtl", "ar", False, None)
    assert shown["avatar"] != answered["avatar"]


def test_static_files_and_the_script_are_served_to_other_origins(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    with client.get("/embed.js") as script:
        tag = script.headers["ETag"]
    assert (script.status_code, script.mimetype) == (200, "text/javascript")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    with client.get("/embed.js", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
    with client.get("/static/embed/embed.css") as style:
        assert style.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/static/../settings.py").status_code == 404
