"""What the fragment says to machines: JSON-LD that always parses, ends where it must, and tells nothing private."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action
from service.web.public.linked_data import linked_data
from service.web.public.links import Links
from tests.newsroom import FIELDS, URL, Newsroom
from tests.web.naughty import approve_all, strings

HTML = "/v1/sites/demo/comments.html?lang=ar&thread="
TYPE = "application/ld+json"


class Scripts(HTMLParser):
    """The script elements of a page: their attributes and their texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[list[tuple[str, str | None]], str]] = []
        self._open: list[str] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self._open = []
            self.found.append((attrs, ""))

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            attrs, text = self.found[-1]
            self.found[-1] = (attrs, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._open = None


def graph(client: FlaskClient, thread: str = "article-1") -> list[dict[str, object]]:
    """The comments in the one data block of the fragment."""
    ((attributes, text),) = Scripts(client.get(HTML + thread).get_data(as_text=True)).found
    assert attributes == [("type", TYPE)]
    document = json.loads(text)
    assert document.keys() == {"@context", "@graph"}
    assert document["@context"] == "https://schema.org"
    found: list[dict[str, object]] = document["@graph"]
    return found


def test_a_comment_and_its_answer_say_who_when_what_and_on_what(small_newsroom: Newsroom) -> None:
    first = small_newsroom.approved(name="سلمى", body="سطر\n\n<b>ثانٍ</b>", website="https://me.example/")
    second = small_newsroom.approved(name="Ann", parent=str(first), body="1 & 2")
    link = "http://taliq.test/v1/sites/demo/page?thread=article-1&lang=ar&comment={0}#comment-{0}"
    when = "2026-11-25T09:00:00.000Z"
    about = {"@type": "WebPage", "@id": URL}
    assert graph(small_newsroom.client()) == [
        {
            "@type": "Comment", "@id": link.format(first), "dateCreated": when, "inLanguage": "ar",
            "author": {"@type": "Person", "name": "سلمى"}, "text": "سطر\n\n<b>ثانٍ</b>", "about": about,
        },
        {
            "@type": "Comment", "@id": link.format(second), "dateCreated": when,
            "author": {"@type": "Person", "name": "Ann"}, "text": "1 & 2", "about": about,
            "parentItem": {"@type": "Comment", "@id": link.format(first)},
        },
    ]  # fmt: skip


def test_an_edit_is_dated(small_newsroom: Newsroom) -> None:
    sent = small_newsroom.submit(body="قبل")
    assert sent.comment is not None
    assert sent.receipt is not None
    small_newsroom.decide(sent.comment, Action.APPROVE)
    (before,) = graph(small_newsroom.client())
    small_newsroom.clock.forward(minutes=5)
    small_newsroom.container.amend_comment.amend("demo", sent.receipt, {"body": "بعد"})
    assert graph(small_newsroom.client()) == [before], "an edit that waits has changed nothing"
    (version,) = small_newsroom.sql("SELECT version FROM comment")
    small_newsroom.decide(sent.comment, Action.APPROVE, int(str(version[0])))
    (after,) = graph(small_newsroom.client())
    changes = {"text": "بعد", "dateModified": "2026-11-25T09:05:00.000Z"}
    assert after == {**before, **changes}


def test_where_nothing_shows_there_is_no_block(small_newsroom: Newsroom) -> None:
    small_newsroom.pending()
    client = small_newsroom.client()
    for thread in ("article-1", "never-heard-of"):
        assert Scripts(client.get(HTML + thread).get_data(as_text=True)).found == []


def test_what_was_taken_back_is_not_in_it(newsroom: Newsroom) -> None:
    gone = newsroom.submit(body="يُمحى")
    assert gone.comment is not None
    assert gone.receipt is not None
    newsroom.decide(gone.comment, Action.APPROVE)
    answer = newsroom.approved(parent=str(gone.comment))
    newsroom.container.erase_comment.erase("demo", gone.receipt)
    client = newsroom.client()
    (only,) = graph(client)
    assert str(answer) in str(only["@id"])
    html = client.get(HTML + "article-1").get_data(as_text=True)
    assert "taliq-gone" in html
    assert html.count(f'id="comment-{gone.comment}"') == 1


def test_it_holds_nothing_but_what_is_public(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    (comment,) = graph(small_newsroom.client())
    assert comment.keys() <= {
        "@type", "@id", "dateCreated", "dateModified", "inLanguage", "author", "text", "about", "parentItem",
    }  # fmt: skip
    assert comment["author"] == {"@type": "Person", "name": FIELDS["name"]}
    assert FIELDS["email"] not in json.dumps(comment)


def test_the_plain_page_has_the_same_block_and_no_script(small_newsroom: Newsroom) -> None:
    small_newsroom.approved()
    html = small_newsroom.client().get("/v1/sites/demo/page?thread=article-1&lang=ar").get_data(as_text=True)
    assert [attributes for attributes, _ in Scripts(html).found] == [[("type", TYPE)]]


def test_every_naughty_string_comes_out_as_it_went_in(small_newsroom: Newsroom) -> None:
    threads = approve_all(small_newsroom)
    assert sum(map(len, threads.values())) == len(strings())
    client = small_newsroom.client()
    for thread in threads:
        shown = client.get(f"/v1/sites/demo/comments?thread={thread}").get_json()["comments"]
        told = [(c["text"], c["author"]["name"]) for c in graph(client, thread)]  # type: ignore[index]
        assert told == [(c["text"], c["name"]) for c in shown]


@pytest.mark.parametrize(
    "odd", ["</script>", "</SCRIPT ", "<!--", "<!--<script>", "-->", "]]>", "&lt;/script&gt;", "\u2028\u2029"]
)
def test_nothing_in_it_can_end_it(small_newsroom: Newsroom, odd: str) -> None:
    """Also not in fields that nobody can fill so today."""
    fields = ("id", "parent", "name", "text", "html", "lang", "created_at", "edited_at")
    comment = dict.fromkeys(fields, odd)
    with small_newsroom.app().test_request_context():
        block = linked_data([comment], odd, Links("demo", odd, "ar"))
    inside = re.fullmatch(r'<script type="application/ld\+json">([^<>&\u2028\u2029]*)</script>', block)
    assert inside
    (only,) = json.loads(inside[1])["@graph"]
    assert [only[k] for k in ("text", "dateCreated", "dateModified", "inLanguage")] == [odd] * 4
    assert (only["author"]["name"], only["about"]["@id"]) == (odd, odd)
