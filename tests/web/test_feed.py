"""The Atom feeds: what RFC 4287 and RFC 4685 ask of what is used of them, and that they are cheap and honest.

A rule's number is the section of RFC 4287 it stands in.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import feedparser
import pytest

from service.domain.moderation import Action
from service.queries import feeds
from service.usecases.decide_comments import DecisionRequest
from service.web.public.feed import to_xml
from tests.newsroom import FIELDS, URL, Newsroom
from tests.web.naughty import approve_all, strings

THREAD = "/v1/sites/demo/feed?thread=article-1"
SITE = "/v1/sites/demo/feed"
A, THR, XML = (
    "{http://www.w3.org/2005/Atom}",
    "{http://purl.org/syndication/thread/1.0}",
    "{http://www.w3.org/XML/1998/namespace}",
)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ONCE_IN_A_FEED = ("id", "title", "updated", "generator", "icon", "logo", "rights", "subtitle")
ONCE_IN_AN_ENTRY = ("id", "title", "updated", "published", "content", "rights", "source", "summary")


def get(room: Newsroom, address: str) -> Element:
    answer = room.client().get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    return ElementTree.fromstring(answer.data)


def texts(entries: list[Element], name: str = "content") -> list[str]:
    return [e.findtext(f"{A}{name}") or "" for e in entries]


@pytest.fixture
def room(small_newsroom: Newsroom) -> Newsroom:
    """Two threads; in the first a comment and its answer, which both bring something with them."""
    room = small_newsroom
    first = room.approved(name="سلمى", website="https://me.example/", body="الأول & <b>غامق</b>")
    room.clock.forward(minutes=1)
    room.approved(name="Ann <b>", body="An answer, in English, long enough to be known.", parent=str(first))
    room.clock.forward(minutes=1)
    room.approved(thread="article-2", title="مقال آخر", body="هناك")
    return room


@pytest.mark.parametrize("address", [THREAD, SITE, "/v1/sites/demo/feed?thread=never-heard-of"])
def test_a_feed_has_all_that_a_feed_must_have(room: Newsroom, address: str) -> None:
    feed = get(room, address)
    assert feed.tag == f"{A}feed"  # 4.1.1, in the namespace of 2
    for name in ("id", "title", "updated"):  # 4.1.1: exactly one of each
        assert len(feed.findall(A + name)) == 1, name
    for name in ONCE_IN_A_FEED:  # 4.1.1: no more than one
        assert len(feed.findall(A + name)) <= 1, name
    # 4.1.1: an author of its own, unless every entry has one.
    assert all(entry.findall(f"{A}author") for entry in feed.findall(f"{A}entry"))
    # 4.1.1: not two alternates of the same type and language; a self link where it can be had again.
    links = feed.findall(f"{A}link")
    kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in links]
    assert len(kinds) == len(set(kinds))
    (own,) = [link.get("href") for link in links if link.get("rel") == "self"]
    assert own == "http://taliq.test" + address


@pytest.mark.parametrize("address", [THREAD, SITE])
def test_an_entry_has_all_that_an_entry_must_have(room: Newsroom, address: str) -> None:
    entries = get(room, address).findall(f"{A}entry")
    assert len(entries) == (2 if address == THREAD else 3)
    for entry in entries:
        for name in ("id", "title", "updated"):  # 4.1.2: exactly one of each
            assert len(entry.findall(A + name)) == 1, name
        for name in ONCE_IN_AN_ENTRY:  # 4.1.2: no more than one
            assert len(entry.findall(A + name)) <= 1, name
        assert entry.findall(f"{A}author")  # 4.1.2: one or more, since feed and source have none
        # 4.1.2: a summary only where content is elsewhere or no text; here content is text, so none is owed.
        (content,) = entry.findall(f"{A}content")
        assert content.get("src") is None
        for author in entry.findall(f"{A}author"):  # 3.2: exactly one name, at most one uri and email
            assert len(author.findall(f"{A}name")) == 1
            assert len(author.findall(f"{A}uri")) <= 1
            assert author.findall(f"{A}email") == []


@pytest.mark.parametrize("address", [THREAD, SITE])
def test_every_construct_is_written_as_it_must_be(room: Newsroom, address: str) -> None:
    feed = get(room, address)
    ids = [e.text or "" for e in feed.iter(f"{A}id")]
    assert len(ids) == len(set(ids))  # 4.2.6: an id is one thing's only
    for named in ids:  # 4.2.6: an absolute IRI, normalised
        assert UUID(named.removeprefix("urn:uuid:")).urn == named
    for name in ("updated", "published"):  # 3.3: RFC 3339, T and Z in upper case
        for date in feed.iter(A + name):
            assert RFC3339.fullmatch(date.text or ""), date.text
    for link in feed.iter(f"{A}link"):  # 4.2.7: href, an IRI; rel is a name of the registry; type is a media type
        assert urlsplit(link.attrib["href"]).scheme in ("http", "https")
        assert link.get("rel") in ("self", "alternate")
        assert re.fullmatch(r"[a-z]+/[a-z+]+", link.attrib["type"])
    for content in feed.iter(f"{A}content"):  # 4.1.3.3: html is text, no child elements
        assert content.get("type") == "html"
        assert len(content) == 0
    for title in feed.iter(f"{A}title"):  # 3.1.1: text is the default and may not hold elements
        assert title.get("type") is None
        assert len(title) == 0
    for author in feed.iter(f"{A}author"):  # 3.2.2: an IRI where there is one
        uri = author.findtext(f"{A}uri")
        assert uri is None or urlsplit(uri).scheme in ("http", "https")
    assert feed.get(f"{XML}lang") == "ar"
    for answer in feed.iter(f"{THR}in-reply-to"):  # RFC 4685, 3: ref is needed, an absolute IRI
        assert UUID(answer.attrib["ref"].removeprefix("urn:uuid:")).urn == answer.attrib["ref"]


def test_the_document_says_how_it_is_encoded_and_served(room: Newsroom) -> None:
    answer = room.client().get(THREAD)
    assert answer.data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_feed_reader_understands_it(room: Newsroom) -> None:
    read = feedparser.parse(room.client().get(THREAD).data)
    assert (read.bozo, read.version, read.feed.language) == (0, "atom10", "ar")
    answer, first = read.entries
    assert (first.title, first.author, first.author_detail.href) == ("تعليق سلمى", "سلمى", "https://me.example/")
    assert first.content[0].value == "<p>الأول &amp; <b>غامق</b></p>"
    assert answer.title == "تعليق Ann <b>"
    assert (first.content[0].language, answer.content[0].language) == ("ar", "und")
    assert read.feed.title == "التعليقات على «نهر بين سدّين»"
    assert read.feed.subtitle == "صحيفة"
    assert [link.href for link in read.feed.links if link.rel == "alternate"] == [URL]
    of_site = feedparser.parse(room.client().get(SITE).data)
    assert of_site.entries[0].title == "تعليق سلمى على «مقال آخر»"
    assert of_site.feed.title == "تعليقات القرّاء في صحيفة"


def test_an_answer_names_what_it_answers_and_links_lead_to_the_comments(room: Newsroom) -> None:
    answer, first = get(room, THREAD).findall(f"{A}entry")
    reply = answer.find(f"{THR}in-reply-to")
    assert reply is not None
    assert first.find(f"{THR}in-reply-to") is None
    (link,) = [link.attrib["href"] for link in first.findall(f"{A}link")]
    assert (reply.get("ref"), reply.get("href"), reply.get("type")) == (first.findtext(f"{A}id"), link, "text/html")
    comment = (first.findtext(f"{A}id") or "").removeprefix("urn:uuid:")
    parts = urlsplit(link)
    assert parse_qs(parts.query) == {"thread": ["article-1"], "lang": ["ar"], "comment": [comment]}
    assert parts.fragment == f"comment-{comment}"
    shown = room.client().get(f"{parts.path}?{parts.query}").get_data(as_text=True)
    assert f'id="comment-{comment}"' in shown


def test_a_thread_by_its_address_is_the_thread_of_that_address(small_newsroom: Newsroom) -> None:
    url = "https://news.example/نهر"
    small_newsroom.approved(thread=None, url=url)
    by_url = small_newsroom.client().get("/v1/sites/demo/feed", query_string={"url": url})
    assert len(ElementTree.fromstring(by_url.data).findall(f"{A}entry")) == 1


@pytest.mark.parametrize("query", ["thread=", "thread=a&thread=b", "thread=" + "k" * 201, "url="])
def test_a_query_that_cannot_be_meant_is_400(room: Newsroom, query: str) -> None:
    assert room.client().get(f"{SITE}?{query}").status_code == 400


def test_a_site_nobody_knows_is_not_found(room: Newsroom) -> None:
    for slug in ("nobody", "No_Slug"):
        assert room.client().get(f"/v1/sites/{slug}/feed").status_code == 404


def test_a_feed_can_be_kept_for_a_little_and_asked_again(newsroom: Newsroom) -> None:
    newsroom.approved()
    client = newsroom.client()
    for address in (THREAD, SITE):
        first = client.get(address)
        assert first.headers["Cache-Control"] == "public, max-age=60, s-maxage=1"
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        head = client.head(address)
        assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    newsroom.approved()
    assert client.get(THREAD, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_title_that_changes_changes_the_tag(room: Newsroom) -> None:
    client, tags = room.client(), []
    for title in ("قبل", "بعد"):
        sent = client.put("/v1/sites/demo/threads/article-1", json={"title": title}, headers=room.token())
        assert sent.status_code == 200
        tags.append([client.get(address).headers["ETag"] for address in (THREAD, SITE)])
    assert set(tags[0]).isdisjoint(tags[1])


def test_an_id_stays_when_an_unknown_thread_becomes_known_and_when_texts_change(small_newsroom: Newsroom) -> None:
    before = get(small_newsroom, THREAD).findtext(f"{A}id")
    small_newsroom.approved()
    other = get(small_newsroom, THREAD.replace("article-1", "article-2")).findtext(f"{A}id")
    assert before == get(small_newsroom, THREAD).findtext(f"{A}id") != other


def test_what_is_not_public_is_not_in_it(newsroom: Newsroom) -> None:
    shown = newsroom.approved(body="يبقى")
    refused = newsroom.approved(body="يُرفض")
    newsroom.pending(body="ينتظر")
    newsroom.decide(refused, Action.REJECT, 2, "other")
    for address in (THREAD, SITE):
        feed = get(newsroom, address)
        assert texts(feed.findall(f"{A}entry"), "id") == [shown.urn]
        assert FIELDS["email"] not in ElementTree.tostring(feed, encoding="unicode")


def test_a_place_whose_author_took_back_the_text_is_left_out(newsroom: Newsroom) -> None:
    gone = newsroom.submit(body="يُمحى")
    assert gone.comment is not None
    assert gone.receipt is not None
    newsroom.decide(gone.comment, Action.APPROVE)
    answer = newsroom.approved(parent=str(gone.comment))
    newsroom.container.erase_comment.erase("demo", gone.receipt)
    page = newsroom.client().get("/v1/sites/demo/comments?thread=article-1").get_json()
    assert [c["id"] for c in page["comments"]] == [str(gone.comment), str(answer)]
    for address in (THREAD, SITE):
        assert texts(get(newsroom, address).findall(f"{A}entry"), "id") == [answer.urn]


def approve_many(room: Newsroom, number: int, **fields: object) -> list[UUID]:
    ids = [room.pending(body=f"نص {fields.get('thread', '')} {n}", **fields) for n in range(number)]
    for start in range(0, number, 500):
        requests = [DecisionRequest(i, Action.APPROVE, 1) for i in ids[start : start + 500]]
        room.container.decide_comments.many(room.principal, requests)
    return ids


def test_the_newest_are_found_on_whatever_page_they_stand(newsroom: Newsroom) -> None:
    """Answers to old comments arrive late and stand early in the thread: on many pages, few on each."""
    roots = approve_many(newsroom, 160)
    late = [newsroom.approved(parent=str(roots[n])) for n in (0, 155, 60, 1, 120, 61, 2, 3)]
    newest = sorted([*roots, *late], reverse=True)
    entries = get(newsroom, THREAD).findall(f"{A}entry")
    assert texts(entries, "id") == [i.urn for i in newest[: feeds.OF_THREAD]]
    assert texts(entries, "id")[: len(late)] == [i.urn for i in reversed(late)]


def test_a_sites_newest_come_from_all_its_threads(newsroom: Newsroom) -> None:
    made = [newsroom.approved(thread=f"t{n % 7}", title=f"مقال {n % 7}") for n in range(40)]
    assert texts(get(newsroom, SITE).findall(f"{A}entry"), "id") == [i.urn for i in reversed(made[-feeds.OF_SITE :])]


def test_a_foreign_site_is_not_in_it(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("other", "أخرى", {"origins": ["https://other.example"]})
    newsroom.approved()
    feed = get(newsroom, "/v1/sites/other/feed")
    assert feed.findall(f"{A}entry") == []


def test_it_is_newest_first_and_updated_is_the_latest_of_all(room: Newsroom) -> None:
    feed = get(room, SITE)
    published = texts(feed.findall(f"{A}entry"), "published")
    assert published == sorted(published, reverse=True)
    latest = max(map(datetime.fromisoformat, texts(feed.findall(f"{A}entry"), "updated")))
    assert datetime.fromisoformat(feed.findtext(f"{A}updated") or "") == latest


def test_a_changed_text_is_updated_and_still_published_when_it_was(newsroom: Newsroom) -> None:
    sent = newsroom.submit(body="قبل")
    assert sent.comment is not None
    assert sent.receipt is not None
    newsroom.decide(sent.comment, Action.APPROVE)
    newsroom.approved(body="آخر")
    newsroom.clock.forward(minutes=5)
    newsroom.container.amend_comment.amend("demo", sent.receipt, {"body": "بعد"})
    newsroom.decide(sent.comment, Action.APPROVE, 3)
    for address in (THREAD, SITE):
        feed = get(newsroom, address)
        other, changed = feed.findall(f"{A}entry")
        assert changed.findtext(f"{A}id") == sent.comment.urn
        assert changed.findtext(f"{A}content") == "<p>بعد</p>"
        assert changed.findtext(f"{A}published") == other.findtext(f"{A}published") == "2026-11-25T09:00:00.000Z"
        assert changed.findtext(f"{A}updated") == feed.findtext(f"{A}updated") == "2026-11-25T09:05:00.000Z"


def test_the_plain_page_says_where_the_feed_is(room: Newsroom) -> None:
    html = room.client().get("/v1/sites/demo/page?thread=article-1&lang=ar").get_data(as_text=True)
    (address,) = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', html)
    assert address == "http://taliq.test" + THREAD


def test_every_naughty_string_leaves_the_feeds_well_formed(small_newsroom: Newsroom) -> None:
    threads = approve_all(small_newsroom)
    assert sum(map(len, threads.values())) == len(strings())
    client = small_newsroom.client()
    for key, ids in threads.items():
        data = client.get(f"/v1/sites/demo/feed?thread={key}").data
        read = feedparser.parse(data)
        assert read.bozo == 0, (key, read.get("bozo_exception"))
        assert [e.id for e in read.entries] == [f"urn:uuid:{i}" for i in reversed(ids)]
        # And what XML can hold arrives as it is, letter for letter.
        shown = client.get(f"/v1/sites/demo/comments?thread={key}").get_json()["comments"]
        html = {f"urn:uuid:{c['id']}": (c["html"], c["name"]) for c in shown}
        for entry in ElementTree.fromstring(data).findall(f"{A}entry"):
            content, name = html[entry.findtext(f"{A}id") or ""]
            assert entry.findtext(f"{A}content") == content
            assert entry.findtext(f"{A}author/{A}name") == name
    assert feedparser.parse(client.get(SITE).data).bozo == 0


def test_what_xml_cannot_hold_is_left_out_of_it(small_newsroom: Newsroom) -> None:
    """Nothing of it is stored today; what an older release or an import has left must not break a feed."""
    comment = small_newsroom.approved()
    found = small_newsroom.container.reader.run(lambda s: feeds.thread_feed(s, "demo", "article-1"))
    (entry,) = found.entries
    odd = "أ\x00\x08\x0b\x0c\x1f\ufffe\uffff\ud800ب"
    broken = {**entry.comment, "html": odd, "name": odd, "website": f"https://a.example/{odd}"}
    with small_newsroom.app().test_request_context():
        document = to_xml(replace(found, title=odd, entries=[replace(entry, comment=broken, thread_title=odd)]))
    read = feedparser.parse(document)
    assert read.bozo == 0
    assert (read.entries[0].id, read.entries[0].author) == (comment.urn, "أب")
    assert json.dumps(read.entries[0].content[0].value, ensure_ascii=False) == '"أب"'
