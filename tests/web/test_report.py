"""Reporting a comment: a page and a form without a script, JSON with one; it tells, and hides nothing."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.domain.moderation import REPORT_REASONS, Action
from service.web.throttle import Counter, Throttle
from tests.newsroom import ORIGIN, Newsroom

SITE = "/v1/sites/demo"


def address(comment: object, **more: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{SITE}/comments/{comment}/report?{query}"


def send(room: Newsroom, comment: object, reason: object = "spam", network: str = "203.0.113.7") -> TestResponse:
    return room.client().post(
        address(comment, lang="en"), json={"reason": reason}, environ_base={"REMOTE_ADDR": network}
    )


def flags(room: Newsroom) -> list[tuple[object, ...]]:
    return room.sql("SELECT reason, version, resolved_at FROM flag ORDER BY id")


def promised(room: Newsroom) -> list[tuple[object, ...]]:
    return room.sql("SELECT payload FROM outbox WHERE kind = 'comment.reported' ORDER BY id")


def page(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data(as_text=True)


def test_the_page_shows_the_comment_and_every_reason_in_both_languages(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved(body="نصّ <b>يُبلَّغ</b> عنه", name="مريم")
    client = small_newsroom.client()
    for lang, heading in (("ar", "الإبلاغ عن هذا التعليق"), ("en", "Report this comment")):
        html = page(client, address(comment, lang=lang))
        assert heading in html
        assert "<b>يُبلَّغ</b>" in html
        assert "مريم" in html
        assert re.findall(r'name="reason" value="(\w+)"', html) == list(REPORT_REASONS)
        back = re.search(r'class="taliq-cancel-report" href="([^"]+)"', html)
        assert back is not None
        (at,) = re.findall(r"(/v1/.*)#comment-", unescape(back[1]))
        assert f'id="comment-{comment}"' in client.get(at).get_data(as_text=True)


def test_the_page_without_a_script_sends_and_says_thanks(newsroom: Newsroom) -> None:
    comment, client = newsroom.approved(), newsroom.client()
    html = page(client, address(comment, lang="en"))
    action = re.search(r'<form method="post" action="http://taliq\.test([^"]+)"', html)
    assert action is not None
    sent = client.post(unescape(action[1]), data={"reason": "libel"}, headers={"Origin": "http://taliq.test"})
    assert sent.status_code == 303
    thanks = page(client, sent.headers["Location"].removeprefix("http://taliq.test"))
    assert "Your report has arrived" in thanks
    assert "<form" not in thanks
    assert flags(newsroom) == [("libel", 2, None)]
    # It is still there, and the thanks come also when it no longer is.
    assert newsroom.client().get(f"{SITE}/comments?thread=article-1").get_json()["count"] == 1
    newsroom.decide(comment, Action.SPAM, 2)
    assert "Your report has arrived" in page(client, address(comment, lang="en", sent="1"))


def test_without_a_reason_the_page_comes_again_and_says_so(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.approved(), small_newsroom.client()
    for data in ({"reason": ""}, {"reason": "boring"}, {"other": "x"}):
        answer = client.post(address(comment, lang="en"), data=data)
        html = answer.get_data(as_text=True)
        assert (answer.status_code, answer.mimetype) == (422, "text/html")
        assert "Choose one of the reasons." in html
        assert "<title>Error: " in html
        assert 'aria-describedby="taliq-report-error"' in html
    for reason in ("", "boring", None, 7, ["spam"]):
        refused = send(small_newsroom, comment, reason)
        assert refused.status_code == 422
        assert refused.get_json()["fields"][0]["code"] == "report_reason"
    assert flags(small_newsroom) == []


def test_a_fragment_is_the_form_alone_and_any_page_may_read_it(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.approved(), small_newsroom.client()
    answer = client.get(address(comment, fragment="1", lang="en"), headers={"Origin": "https://anybody.example"})
    html = answer.get_data(as_text=True).strip()
    assert html.startswith('<section class="taliq-report-form"')
    assert "<html" not in html
    assert "data-sent=" in html
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "<form" not in page(client, address(comment, fragment="1", sent="1"))
    gone = client.get(address(uuid4(), fragment="1"), headers={"Origin": "https://anybody.example"})
    assert (gone.status_code, gone.headers["Access-Control-Allow-Origin"]) == (404, "*")


def test_what_no_reader_sees_is_not_found_like_what_is_not_there(newsroom: Newsroom) -> None:
    held, rejected, taken_back = newsroom.pending(), newsroom.approved(), newsroom.approved()
    newsroom.decide(rejected, Action.REJECT, 2, "hate")
    newsroom.container.withdraw_comment.withdraw("demo", newsroom.container.signer.receipt(taken_back, 0))
    newsroom.container.manage_sites.create("other", "أخرى", {})
    bodies = set()
    for comment in (held, rejected, taken_back, uuid4()):
        for fragment in ("", "1"):
            assert newsroom.client().get(address(comment, fragment=fragment)).status_code == 404
        answer = send(newsroom, comment)
        bodies.add((answer.status_code, answer.get_json()["code"], answer.get_json()["detail"]))
        assert newsroom.client().post(address(comment), data={"reason": "spam"}).status_code == 404
    assert bodies == {(404, "comment_not_found", "There is no comment with this id.")}
    elsewhere = newsroom.client().post(
        f"/v1/sites/other/comments/{newsroom.approved()}/report", json={"reason": "spam"}
    )
    assert (elsewhere.status_code, elsewhere.get_json()["code"]) == (404, "comment_not_found")
    assert newsroom.client().get(f"/v1/sites/nobody/comments/{held}/report").status_code == 404
    assert flags(newsroom) == []


def test_a_network_reports_a_comment_once_and_is_answered_alike(newsroom: Newsroom) -> None:
    comment, other = newsroom.approved(), newsroom.approved()
    answers = {
        (a.status_code, a.get_data()) for a in (send(newsroom, comment, r) for r in ("spam", "spam", "hate"))
    }
    assert answers == {(202, b'{"status":"received"}\n')}
    assert flags(newsroom) == [("spam", 2, None)]
    # Neighbours in one /64 are one; another network, and another comment, are others.
    for network in ("2001:db8:1:2::3", "2001:db8:1:2::4"):
        send(newsroom, comment, "insult", network)
    send(newsroom, other, "other")
    assert [reason for reason, *_ in flags(newsroom)] == ["spam", "insult", "other"]
    assert newsroom.sql("SELECT count(DISTINCT reporter) FROM flag") == [(3,)]
    assert len(promised(newsroom)) == 3
    assert str(comment) in str(promised(newsroom)[0])


def test_a_report_hides_nothing_however_many_there_are(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    before = newsroom.client().get(f"{SITE}/comments?thread=article-1")
    for number in range(30):
        assert send(newsroom, comment, "hate", f"198.51.{number}.1").status_code == 202
    after = newsroom.client().get(f"{SITE}/comments?thread=article-1")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert newsroom.sql("SELECT status, version FROM comment") == [("approved", 2)]


def test_only_pages_of_the_site_may_send_a_readers_report(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.approved(), small_newsroom.client()
    for kind in ("json", "data"):
        foreign = client.post(
            address(comment), headers={"Origin": "https://evil.example"}, **{kind: {"reason": "spam"}}
        )
        assert foreign.status_code == 403
        assert "Access-Control-Allow-Origin" not in foreign.headers
    assert flags(small_newsroom) == []
    asked = client.options(address(comment), headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert client.options(address(comment), headers={"Origin": "https://evil.example"}).status_code == 403
    own = client.post(address(comment), json={"reason": "spam"}, headers={"Origin": ORIGIN})
    assert (own.status_code, own.headers["Access-Control-Allow-Origin"]) == (202, ORIGIN)
    # The page whose script asked can read every refusal, also one from before the site was looked up.
    for body, status in (({"json": {}}, 422), ({"data": "{", "content_type": "application/json"}, 400)):
        refused = client.post(address(comment), headers={"Origin": ORIGIN}, **body)  # type: ignore[arg-type]
        assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (status, ORIGIN)


def test_a_flood_of_reports_is_slowed_down_by_network(small_newsroom: Newsroom) -> None:
    room, moment = small_newsroom, [0.0]
    app = room.app()
    app.extensions["taliq.throttle"] = Throttle(room.container.settings, Counter(lambda: moment[0]))
    comments, client = [room.approved() for _ in range(11)], app.test_client()

    def report(comment: UUID, network: str) -> TestResponse:
        return client.post(address(comment), json={"reason": "spam"}, environ_base={"REMOTE_ADDR": network})

    assert [report(comment, "203.0.113.7").status_code for comment in comments] == [202] * 10 + [429]
    slowed = report(comments[0], "203.0.113.7")
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "60")
    assert report(comments[0], "203.0.113.8").status_code == 202
    assert client.post(f"{SITE}/comments", json={}).status_code == 422, "comments are counted apart"
    # Fifty more in the hour, however slowly they come.
    let_through = 10
    for _ in range(60):
        moment[0] += 59
        let_through += report(comments[0], "203.0.113.7").status_code == 202
    assert let_through == 60


@pytest.mark.parametrize("query", ["fragment=2", "sent=yes", "fragment=1&fragment=1"])
def test_a_parameter_it_does_not_know_is_refused(small_newsroom: Newsroom, query: str) -> None:
    comment = small_newsroom.approved()
    assert small_newsroom.client().get(f"{SITE}/comments/{comment}/report?{query}").status_code == 400
