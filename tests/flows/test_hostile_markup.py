"""Every collected script injection as body, name and website: nothing of it is markup in API, fragment or console.

Read by an HTML5 parser that the sanitiser's last look does not use. ``CORPUS`` holds the collections; without it a
sample of our own is sent.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask.testing import FlaskClient

from service.text.clean import clean_body, clean_line
from tests.flows.page_reading import Page
from tests.newsroom import FIELDS, PASSWORD, Newsroom
from tests.unit.text.html_oracle import violations

CORPUS = os.environ.get("CORPUS")
POST = "/v1/sites/demo/comments"
THREAD = {"thread": FIELDS["thread"]}
SAMPLE = [
    "<script>alert(1)</script>", "<svg/onload=alert(1)>", '<a href="javascript:alert(1)">x</a>', "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "</textarea><script>alert(1)</script>", "{{7*7}}",
    '<a href="https://a.example" style="position:fixed" onclick=alert(1)>x</a>', "<!--<script>-->alert(1)", "<b>x</b>",
    'https://a.example/"onmouseover=alert(1)', "<math><mtext><style><img src=x onerror=alert(1)>", "data:text/html,x",
    "</div></article><script>alert(1)</script>", "<form action=//evil.example><button>x", "<base href=//evil.example>",
    '<a href="https://a.example/">x</a>', "<blockquote><ul><li>x</li></ul></blockquote>", "https://evil.example/?q=<svg>",
]  # fmt: skip
COMMENT = re.compile(r"/console/comments/([0-9a-f-]{36})")


@cache
def injections() -> list[str]:
    if CORPUS is None:
        return SAMPLE
    paths = sorted(Path(CORPUS, "xss").glob("*.jsonl"))
    # Not splitlines: some hold a raw U+2028.
    lines = [line for path in paths for line in path.read_text("utf-8").split("\n") if line]
    assert len(lines) == 1333
    return [*dict.fromkeys([*(str(json.loads(line)["html"]) for line in lines), *SAMPLE])]


def send(client: FlaskClient, odd: str) -> tuple[str, list[str]] | None:
    """The comment's id and the fields that took the injection; what was refused is sent in good order instead."""
    fields = {**FIELDS, **dict.fromkeys(("body", "name", "website"), odd)}
    for _ in range(2):
        answer = client.post(POST, json=fields)
        if answer.status_code == 202:
            # The very same text and address a second time is one comment, already received.
            return (answer.json["id"], [n for n in fields if fields[n] == odd]) if "id" in answer.json else None
        assert answer.status_code == 422
        for error in answer.json["fields"]:
            assert error["field"] in ("body", "name", "website"), error
            # A name is a link where there is a website and plain text where there is none: both are tried.
            website = "https://reader.example/" if len(odd) % 2 else ""
            fields[error["field"]] = {"name": "قارئ", "website": website}.get(error["field"], f"نص {hash(odd)}")
    raise AssertionError(odd)


def console(client: FlaskClient, view: str) -> Iterator[str]:
    """Every page of a view of the console."""
    path = f"/console/?view={view}"
    while path:
        html = client.get(path).get_data(as_text=True)
        yield html
        following = re.search(r'href="(/console/\?[^"]*cursor=[^"]*)" rel="next"', html)
        path = unescape(following[1]) if following else ""


def published(client: FlaskClient) -> Iterator[tuple[list[dict[str, object]], str]]:
    """The comments of each page, and the cursor that leads to it."""
    cursor = ""
    while True:
        page = client.get(f"{POST}?{urlencode({**THREAD, **({'cursor': cursor} if cursor else {})})}").json
        yield page["comments"], cursor
        if page["next"] is None:
            return
        cursor = page["next"]


def public_pages(client: FlaskClient, cursor: str) -> Iterator[str]:
    query = {**THREAD, **({"cursor": cursor} if cursor else {})}
    yield client.get(f"/v1/sites/demo/comments.html?{urlencode({**query, 'lang': 'ar'})}").get_data(as_text=True)
    yield client.get(f"/v1/sites/demo/page?{urlencode({**query, 'lang': 'en'})}").get_data(as_text=True)


def signed_in(newsroom: Newsroom) -> FlaskClient:
    client = newsroom.client()
    assert client.post("/console/login", data={"login": "sara", "password": PASSWORD}).status_code == 303
    return client


def kinds_of_plain_pages(newsroom: Newsroom, moderator: FlaskClient) -> set[tuple[str, str]]:
    """Elements and attributes of the same pages when nobody is hostile: all that may ever be in them."""
    root = newsroom.approved(thread="plain", website="https://reader.example/", body="نص")
    newsroom.approved(thread="plain", parent=str(root), body="ردّ")
    waiting = newsroom.pending(thread="plain", parent=str(root), website="https://reader.example/", body="خفي\u202e")
    for word in ("one", "two"):
        copy = newsroom.pending(thread="plain", body=f"{word} نصّ يكاد يشبه نصًا آخر كلمةً كلمة إلا الأولى منه فقط لا غير")
    address = {**FIELDS, "thread": "plain"}
    reader = newsroom.client()
    form = f"/v1/sites/demo/page?{urlencode({'thread': 'plain', 'parent': str(root), 'lang': 'en'})}"
    pages = [
        *console(moderator, "pending"), *console(moderator, "approved"), reader.get(form).get_data(as_text=True),
        moderator.get(f"/console/comments/{waiting}").get_data(as_text=True),
        moderator.get(f"/console/clusters/{copy}?site=demo").get_data(as_text=True),
        reader.get("/v1/sites/demo/comments.html?thread=plain").get_data(as_text=True),
        *(reader.post(POST, data={**address, name: ""}).get_data(as_text=True) for name in ("name", "body", "email")),
        reader.post(POST, data={**address, "website": "x y"}).get_data(as_text=True),
        reader.post("/v1/sites/nobody/comments", data=FIELDS).get_data(as_text=True),
        # Links to the next page, which a plain thread is too short for.
        '<p class="taliq-next"><a class="taliq-more" href="/" rel="next">x</a></p><nav class aria-label></nav>',
    ]  # fmt: skip
    return set().union(*(Page(html).kinds for html in pages))


def test_no_injection_is_more_than_text_anywhere(small_newsroom: Newsroom) -> None:
    client, moderator = small_newsroom.client(), signed_in(small_newsroom)
    known = kinds_of_plain_pages(small_newsroom, moderator)
    sent = {odd: made for odd in injections() if (made := send(client, odd))}
    assert len(sent) > len(injections()) * 0.95
    took = {name: sum(name in names for _, names in sent.values()) for name in ("body", "name", "website")}

    def check(html: str) -> Page:
        page = Page(html)
        assert page.foreign == []
        assert page.kinds - known == set()
        return page

    # Held: in the console's queue, and some by themselves.
    waiting = [check(html) for html in console(moderator, "pending")]
    # Of those that are nearly alike one stands in the queue, with a link to all.
    clusters = {link for page in waiting for link in page.links if link.startswith("/console/clusters/")}
    waiting += [check(moderator.get(link).get_data(as_text=True)) for link in sorted(clusters)]
    shown = {found[1] for page in waiting for link in page.links if (found := COMMENT.match(link))}
    assert shown >= {comment for comment, _ in sent.values()}
    for comment, _ in list(sent.values())[::25]:
        check(moderator.get(f"/console/comments/{comment}").get_data(as_text=True))

    ids, auth = [comment for comment, _ in sent.values()], small_newsroom.token()
    for start in range(0, len(ids), 400):
        items = [{"comment": c, "action": "approve", "version": 1} for c in ids[start : start + 400]]
        done = client.post("/v1/moderation/decisions", json={"decisions": items}, headers=auth)
        assert {result["status"] for result in done.json["results"]} == {200}

    # Public: in the API, in the fragment, in the plain page, and back in the console.
    by_id = {comment: (odd, names) for odd, (comment, names) in sent.items()}
    seen: set[str] = set()
    for comments, cursor in published(client):
        for comment in comments:
            odd, names = by_id[str(comment["id"])]
            check_public(comment, odd, names)
            seen.add(str(comment["id"]))
        assert {check(html).bodies for html in public_pages(client, cursor)} == {len(comments)}
    assert seen == by_id.keys()
    assert sum(check(html).bodies for html in console(moderator, "approved")) >= len(sent)
    print(f"{len(sent)} injections stored; as body {took['body']}, name {took['name']}, website {took['website']}")
    assert took["body"] > len(sent) * 0.9
    assert took["name"] > len(sent) * 0.5


def check_public(comment: dict[str, object], odd: str, names: list[str]) -> None:
    assert violations(str(comment["html"])) == []
    if "body" in names:
        assert comment["text"] == clean_body(odd)
    if "name" in names:
        assert comment["name"] == clean_line(odd)
    if comment["website"] is not None:
        parts = urlsplit(str(comment["website"]))
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert not set(str(comment["website"])) & set("<>\"'` \\")


def test_a_refused_form_gives_an_injection_back_as_text(small_newsroom: Newsroom) -> None:
    """Everything typed comes back into the form: in every field, in links, and in the page of an error."""
    client, moderator = small_newsroom.client(), signed_in(small_newsroom)
    known = kinds_of_plain_pages(small_newsroom, moderator)
    typed = ("body", "name", "website", "email", "title", "thread", "parent", "lang")
    for odd in injections()[:: 1 if CORPUS is None else 8]:
        for fields in (dict.fromkeys(typed, odd), {**FIELDS, **dict.fromkeys(typed[:3], odd), "url": odd}):
            answer = client.post(POST, data=fields)
            assert answer.status_code == 422
            page = Page(answer.get_data(as_text=True))
            assert page.foreign == []
            assert page.kinds - known == set()
            assert ("script", "") not in page.kinds
        elsewhere = client.post("/v1/sites/nobody/comments", data=dict.fromkeys(typed, odd))
        assert elsewhere.status_code == 404
        assert Page(elsewhere.get_data(as_text=True)).kinds - known == set()
