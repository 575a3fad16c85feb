"""The address of one comment: it leads to the page that shows it, wherever that is by now."""

from __future__ import annotations

import gzip
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from service.domain.moderation import Action
from service.domain.snapshot import MAX_ROOTS
from service.storage.comments import Comment
from service.storage.revisions import Revision
from service.storage.uow import Session
from service.usecases import publish
from service.usecases.decide_comments import DecisionRequest
from tests.newsroom import Newsroom

JSON = "/v1/sites/demo/comments?thread=article-1"
HTML = "/v1/sites/demo/comments.html?thread=article-1&lang=ar"
PLAIN = "/v1/sites/demo/page?thread=article-1&lang=ar"
#: The beginning of thread.comment_gone.
GONE = "التعليق المطلوب غير معروض هنا"


def many(room: Newsroom, number: int, **fields: object) -> list[UUID]:
    """Approved in batches, in the order of their ids."""
    ids = [room.pending(body=f"تعليق رقم {n}", **fields) for n in range(number)]
    for start in range(0, number, 500):
        requests = [DecisionRequest(i, Action.APPROVE, 1) for i in ids[start : start + 500]]
        room.container.decide_comments.many(room.principal, requests)
    return ids


def shown(client: FlaskClient, comment: object, order: str = "oldest") -> dict[str, object]:
    page = client.get(f"{JSON}&order={order}&comment={comment}")
    assert page.status_code == 200
    return page.get_json()


def ids(page: dict[str, object]) -> list[str]:
    return [c["id"] for c in page["comments"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_every_comment_of_a_long_thread_is_found_on_its_page(newsroom: Newsroom, order: str) -> None:
    client = newsroom.client()
    made = many(newsroom, 130)
    made += [newsroom.approved(parent=str(made[n])) for n in (0, 49, 50, 129)]
    address = f"{JSON}&order={order}"
    cursor, seen = "", []
    while True:
        page = client.get(address + cursor).get_json()
        seen += ids(page)
        for comment in page["comments"]:
            assert shown(client, comment["id"], order) == page
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(map(str, made))


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_reading_on_from_a_permalink_leaves_nothing_out(small_newsroom: Newsroom, order: str) -> None:
    client = small_newsroom.client()
    made = [str(i) for i in many(small_newsroom, 170)]
    page = shown(client, made[80], order)
    rest = ids(page)
    while page["next"]:
        page = client.get(f"{JSON}&order={order}&cursor={page['next']}").get_json()
        rest += ids(page)
    expected = made[MAX_ROOTS:] if order == "oldest" else made[: 2 * MAX_ROOTS]
    assert sorted(rest) == expected


def test_a_permalink_stays_right_as_others_come_and_go(newsroom: Newsroom) -> None:
    """Pages overflow and are halved, empty, and lose their first comment; what is asked for is where it is."""
    client = newsroom.client()
    made = many(newsroom, 120)
    held = [newsroom.pending(parent=str(made[55])) for _ in range(80)]
    kept = made[60]

    def stands() -> list[str]:
        page = ids(shown(client, kept))
        assert str(kept) in page
        assert str(kept) in ids(shown(client, kept, "newest"))
        return page

    before = stands()
    for comment in held:
        newsroom.decide(comment, Action.APPROVE)
    assert stands() != before
    for comment in (*made[:60], *held[:40]):
        newsroom.decide(comment, Action.REJECT, 2, "other")
    assert stands()[0] != before[0]
    for comment in made[61:]:
        newsroom.decide(comment, Action.REJECT, 2, "other")
    assert str(kept) in stands()
    newsroom.decide(kept, Action.REJECT, 2, "other")
    assert str(kept) not in ids(shown(client, kept))
    newsroom.decide(kept, Action.APPROVE, 3)
    stands()


def test_one_beside_a_comment_whose_text_is_erased_is_found_and_so_is_the_empty_place(newsroom: Newsroom) -> None:
    client = newsroom.client()
    many(newsroom, 50)
    gone = newsroom.submit(body="يُمحى")
    assert gone.comment is not None
    assert gone.receipt is not None
    newsroom.decide(gone.comment, Action.APPROVE)
    answer = newsroom.approved(parent=str(gone.comment))
    before = ids(shown(client, answer))
    assert before == [str(gone.comment), str(answer)]
    newsroom.container.erase_comment.erase("demo", gone.receipt)
    for comment in (answer, gone.comment):
        assert ids(shown(client, comment)) == before
        assert GONE not in client.get(f"{HTML}&comment={comment}").get_data(as_text=True)
    newsroom.decide(answer, Action.REJECT, 2, "other")
    # Nothing answers it any more: the empty place goes too, and the link leads to the beginning.
    assert shown(client, gone.comment) == client.get(JSON).get_json()


def ten_thousand(room: Newsroom) -> list[UUID]:
    """Copies of one comment, published at once: sending each would take minutes and show nothing more."""
    first = room.approved(body="تعليق في نقاش طويل، فيه من الكلام ما في غيره.")
    made = [room.container.new_id(room.clock()) for _ in range(9_999)]

    def place(session: Session) -> None:
        comment = session.get_one(Comment, (room.site.id, first))
        (revision,) = session.scalars(select(Revision).where(Revision.comment_id == first))

        def row(of: object, **changed: object) -> dict[str, object]:
            columns = of.__mapper__.column_attrs  # type: ignore[attr-defined]
            return {c.key: getattr(of, c.key) for c in columns} | changed

        session.execute(insert(Comment), [row(comment, id=i, root_id=i) for i in made])
        session.execute(insert(Revision), [row(revision, comment_id=i) for i in made])
        for i in made:
            publish.mark(session, Comment(id=i, site_id=comment.site_id, thread_id=comment.thread_id, root_id=i))

    # The unit of work rebuilds what is marked: one page, which overflows into two hundred.
    room.container.decide_comments._uow.run(place)
    return [first, *made]


def test_ten_thousand_comments_are_found_by_permalink_and_read_page_by_page(newsroom: Newsroom) -> None:
    made = [str(i) for i in ten_thousand(newsroom)]
    client = newsroom.client()
    assert client.get(JSON).get_json()["count"] == 10_000
    assert newsroom.sql("SELECT count(*) FROM page") == [(10_000 // MAX_ROOTS,)]
    for number in (0, 49, 50, 4_999, 5_000, 7_777, 9_949, 9_950, 9_999):
        start = number // MAX_ROOTS * MAX_ROOTS
        page = shown(client, made[number])
        assert ids(page) == made[start : start + MAX_ROOTS]
        assert ids(shown(client, made[number], "newest")) == ids(page)[::-1]
        assert (page["next"] is None) == (start + MAX_ROOTS == 10_000)
    newsroom.decide(UUID(made[5_000]), Action.REJECT, 2, "other")
    assert ids(shown(client, made[5_001])) == made[5_001:5_050]
    assert ids(shown(client, made[5_000])) == made[:MAX_ROOTS]
    # And a reply to an old one, from today, is found where it stands and is the first in the feed.
    late = newsroom.approved(parent=made[4_321])
    assert str(late) in ids(shown(client, late))
    assert made[4_321] in ids(shown(client, late))
    feed = client.get("/v1/sites/demo/feed?thread=article-1").get_data(as_text=True)
    assert re.findall(r"<entry><id>urn:uuid:([^<]*)</id>", feed) == [str(late), *reversed(made[-49:])]


def test_the_first_view_of_ten_thousand_is_small(small_newsroom: Newsroom) -> None:
    ten_thousand(small_newsroom)
    fetched = small_newsroom.client().get(HTML).data
    assert len(gzip.compress(fetched, 5)) < 20_000


@pytest.fixture
def three(small_newsroom: Newsroom) -> Newsroom:
    many(small_newsroom, 110)
    return small_newsroom


def unshown(room: Newsroom) -> list[str]:
    """Everything that names no comment which shows in this thread."""
    refused = room.approved(body="سر مرفوض")
    room.decide(refused, Action.REJECT, 2, "other")
    foreign = room.approved(thread="article-2")
    first = room.client().get(JSON).get_json()["comments"][0]["id"]
    return [
        *(str(i) for i in (uuid4(), room.pending(body="سر ينتظر"), refused, foreign)),
        *("x", "1", "comment-" + first, "{" + first + "}", "urn:uuid:" + first, first.replace("-", ""), "%00"),
        *(" " + first, first + "'", "' OR 1=1", "٣" * 36, "0" * 32),
    ]


def test_whatever_does_not_show_gives_the_first_page_and_no_hint_why(three: Newsroom) -> None:
    client = three.client()
    named = unshown(three)
    first, fragment = client.get(JSON), client.get(HTML).get_data(as_text=True)
    told = set()
    for comment in named:
        sought = "&" + urlencode({"comment": comment})
        answer = client.get(JSON + sought)
        assert (answer.status_code, answer.data) == (200, first.data), comment
        html = client.get(HTML + sought)
        assert html.status_code == 200
        told.add(html.get_data(as_text=True))
        assert html.headers["ETag"] != client.get(HTML).headers["ETag"]
    (only,) = told
    assert GONE in only
    assert GONE not in fragment
    assert "سر " not in only


def test_an_unknown_thread_has_no_comment_to_show(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    address = HTML.replace("article-1", "never-heard-of")
    answer = client.get(f"{address}&comment={uuid4()}")
    assert (answer.status_code, GONE in answer.get_data(as_text=True)) == (200, True)
    assert GONE not in client.get(address).get_data(as_text=True)


@pytest.mark.parametrize("path", ["comments", "comments.html", "page"])
def test_a_page_and_a_comment_cannot_both_be_meant(three: Newsroom, path: str) -> None:
    client = three.client()
    cursor = client.get(JSON).get_json()["next"]
    address = f"/v1/sites/demo/{path}?thread=article-1&cursor={cursor}"
    assert client.get(address).status_code == 200
    answer = client.get(f"{address}&comment={uuid4()}")
    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["parameter"]) == (
        400,
        "bad_parameter",
        "comment",
    )
    assert client.get(f"/v1/sites/demo/{path}?thread=article-1&comment=a&comment=b").status_code == 400


@pytest.mark.parametrize("address", [JSON, HTML])
def test_a_permalink_can_be_asked_again(three: Newsroom, address: str) -> None:
    client = three.client()
    last = ids(client.get(f"{JSON}&order=newest").get_json())[0]
    first = client.get(f"{address}&comment={last}")
    again = client.get(f"{address}&comment={last}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    three.approved(parent=last)
    changed = client.get(f"{address}&comment={last}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def links(html: str, name: str) -> list[str]:
    found = re.findall(rf'<a class="{name}"[^>]* href="([^"]*)"|<a class="{name}" href="([^"]*)"', html)
    return [unescape(a or b) for a, b in found]


def beginning(html: str, order: str) -> list[str]:
    """The links that keep the order and name no page: the way back to the first."""
    return [unescape(a) for a in re.findall(rf'href="([^"]*&amp;order={order})"', html)]


@pytest.mark.parametrize("address", [HTML, PLAIN])
def test_every_comment_links_to_itself_and_to_where_it_can_be_reported(three: Newsroom, address: str) -> None:
    client = three.client()
    cursor = client.get(JSON).get_json()["next"]
    html = client.get(f"{address}&cursor={cursor}").get_data(as_text=True)
    expected = ids(client.get(f"{JSON}&cursor={cursor}").get_json())
    base = "http://taliq.test/v1/sites/demo"
    permalinks = [f"{base}/page?thread=article-1&lang=ar&comment={i}#comment-{i}" for i in expected]
    assert links(html, "taliq-link") == permalinks
    assert links(html, "taliq-report") == [f"{base}/comments/{i}/report?lang=ar" for i in expected]
    for link in permalinks[::20]:
        parts = urlsplit(link)
        page = client.get(f"{parts.path}?{parts.query}").get_data(as_text=True)
        assert f'id="{parts.fragment}"' in page
        assert GONE not in page


def test_the_beginning_is_linked_from_everywhere_else(three: Newsroom) -> None:
    client = three.client()
    for order in ("oldest", "newest"):
        of_order = f"&order={order}"
        page = client.get(JSON + of_order).get_json()
        cursor = f"&cursor={page['next']}"
        later = client.get(JSON + of_order + cursor).get_json()
        for first in ("", f"&comment={ids(page)[0]}", "&comment=unknown"):
            html = client.get(HTML + of_order + first).get_data(as_text=True)
            assert beginning(html, order) == []
        for more in (cursor, f"&comment={ids(later)[0]}"):
            html = client.get(HTML + of_order + more).get_data(as_text=True)
            (link,) = beginning(html, order)
            query = parse_qs(urlsplit(link).query)
            assert (query["order"], query.get("cursor"), query.get("comment")) == ([order], None, None)


def test_an_empty_page_before_is_no_beginning(three: Newsroom) -> None:
    client = three.client()
    for comment in client.get(JSON).get_json()["comments"]:
        three.decide(UUID(comment["id"]), Action.REJECT, 2, "other")
    page = client.get(JSON).get_json()
    html = client.get(f"{HTML}&comment={ids(page)[0]}").get_data(as_text=True)
    assert beginning(html, "oldest") == []


def test_an_answer_whose_parent_is_elsewhere_links_to_it(small_newsroom: Newsroom) -> None:
    """A discussion of more than a page's comments is torn; what stands alone then still says what it answers."""
    client = small_newsroom.client()
    root = small_newsroom.approved(name="الأصل")
    answers = [small_newsroom.pending(parent=str(root)) for _ in range(105)]
    requests = [DecisionRequest(i, Action.APPROVE, 1) for i in answers]
    small_newsroom.container.decide_comments.many(small_newsroom.principal, requests)
    html = client.get(f"{HTML}&comment={answers[-1]}").get_data(as_text=True)
    assert f'id="comment-{root}"' not in html
    assert f"comment={root}#comment-{root}" in unescape(html)
    with_it = client.get(f"{HTML}&comment={root}").get_data(as_text=True)
    assert f'id="comment-{root}"' in with_it


def test_the_plain_page_keeps_the_comment_when_its_language_is_changed(three: Newsroom) -> None:
    client = three.client()
    last = ids(client.get(f"{JSON}&order=newest").get_json())[0]
    html = client.get(f"{PLAIN}&comment={last}").get_data(as_text=True)
    other = next(unescape(a) for a in re.findall(r'href="([^"]*)" lang="en"', html))
    assert other.endswith(f"&lang=en&comment={last}#comment-{last}")
