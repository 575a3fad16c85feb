"""The level of an author on the desk: with its evidence, set by a button, taken back by another."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action
from service.i18n import t
from tests.newsroom import PASSWORD, Newsroom
from tests.web.test_author_page import digest_on
from tests.web.test_console import hidden, sign_in


def remembered(room: Newsroom, comments: int, **policy: str) -> list[UUID]:
    """Comments of one device."""
    made, device = [], None
    for number in range(comments):
        answer = room.submit(body=f"تعليق رقم {number} من هذا الجهاز", remember=True, device=device)
        assert answer.comment is not None
        made.append(answer.comment)
        device = answer.device
    return made


def press(client: FlaskClient, comment: UUID, level: str, page: str = "/console/") -> str:
    """The button on the card, and the page it leads to."""
    html = client.get(page).get_data(as_text=True)
    card = html.split(f'id="item-{comment}"')[1] if page == "/console/" else html
    sent = {**hidden(card, "/console/level"), "level": level}
    assert sent["comment"] == str(comment)
    answer = client.post("/console/level", data=sent)
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).get_data(as_text=True)


def log(room: Newsroom) -> list[tuple[object, ...]]:
    return room.sql("SELECT before, after, moderator_label FROM level_change ORDER BY id")


def test_a_card_tells_the_level_with_its_evidence(newsroom: Newsroom) -> None:
    made = remembered(newsroom, 4)
    newsroom.decide(made[0], Action.APPROVE)
    newsroom.decide(made[1], Action.APPROVE)
    newsroom.decide(made[2], Action.REJECT, reason="insult")
    said = digest_on(sign_in(newsroom, lang="en"), made[3])
    judged = "Moderators’ judgement: 2 approved · 1 rejected · at least 25% expected to be approved"
    assert f"Proven by the device · Known · {judged}" in said
    said = digest_on(sign_in(newsroom, lang="ar"), made[3])
    assert "مُثبَت بالجهاز · معروف · حكم المشرفين: تعليقان منشوران · تعليق مرفوض · يُتوقع قبول 25% على الأقل" in said


def test_what_no_moderator_has_judged_is_no_evidence(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    made = remembered(newsroom, 3)
    said = digest_on(sign_in(newsroom, lang="en"), made[2])
    assert "Proven by the device · New · no moderator has judged a comment yet" in said


@pytest.mark.parametrize("page", ["/console/", "/console/comments/{}", "/console/authors/{}"])
def test_a_button_sets_it_and_another_takes_it_back(small_newsroom: Newsroom, page: str) -> None:
    (comment, _), client = remembered(small_newsroom, 2), sign_in(small_newsroom, lang="en")
    page = page.format(comment)
    for level in ("watched", "slow", "blocked"):
        html = press(client, comment, level, page)
        assert t("en", "done.level_set") in html
        assert f"{t('en', f'level.{level}')} · set by a moderator" in digest_on(client, comment)
        offered = re.findall(r'name="level" value="(\w*)"', client.get(page).get_data(as_text=True))
        assert level not in offered
    press(client, comment, "", page)
    assert "set by a moderator" not in digest_on(client, comment)
    assert [row[:2] for row in log(small_newsroom)] == [
        (None, "watched"), ("watched", "slow"), ("slow", "blocked"), ("blocked", None)
    ]  # fmt: skip
    assert {row[2] for row in log(small_newsroom)} == {"سارة"}


def test_the_page_of_the_author_tells_who_set_what(small_newsroom: Newsroom) -> None:
    (comment, _), client = remembered(small_newsroom, 2), sign_in(small_newsroom, lang="en")
    press(client, comment, "watched")
    press(client, comment, "")
    html = client.get(f"/console/authors/{comment}").get_data(as_text=True)
    told = html.split('class="levels"')[1].partition("</ul>")[0]
    found = re.findall(r"<strong>(.*?)</strong>.*?<bdi>(.*?)</bdi>", told)
    assert found == [("No restriction", "سارة"), ("Watch", "سارة")]


def test_it_is_offered_only_where_it_can_reach_somebody(small_newsroom: Newsroom) -> None:
    nobody = small_newsroom.approved()
    client = sign_in(small_newsroom)
    decision = client.post("/console/reply", data={
        **hidden(client.get(f"/console/comments/{nobody}").get_data(as_text=True), "/console/reply"), "body": "ردّنا"
    })  # fmt: skip
    assert decision.status_code == 303
    (staff,) = small_newsroom.sql("SELECT id FROM comment WHERE staff_id IS NOT NULL")
    for comment in (nobody, UUID(str(staff[0]))):
        html = client.get(f"/console/comments/{comment}").get_data(as_text=True)
        assert "/console/level" not in html
    form = hidden(client.get(f"/console/comments/{nobody}").get_data(as_text=True), "/console/decide")
    answer = client.post("/console/level", data={**form, "comment": str(UUID(str(staff[0]))), "level": "blocked"})
    assert "problem=comment_not_found" in answer.headers["Location"]
    assert log(small_newsroom) == []


def test_nobody_takes_back_what_they_have_not_seen(small_newsroom: Newsroom) -> None:
    (comment, _), client = remembered(small_newsroom, 2), sign_in(small_newsroom, lang="en")
    stale = hidden(client.get(f"/console/comments/{comment}").get_data(as_text=True), "/console/level")
    press(client, comment, "blocked")
    answer = client.post("/console/level", data={**stale, "level": "slow"})
    assert t("en", "error.level_changed.detail") in client.get(answer.headers["Location"]).get_data(as_text=True)
    asked = {"Accept": "application/json"}
    refused = client.post("/console/level", data={**stale, "level": "slow"}, headers=asked)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "level_changed")
    assert refused.get_json()["seen"] == "blocked", "what the card is to show instead"
    assert "Blocked · set by a moderator" in refused.get_json()["said"]
    again = client.post("/console/level", data={**stale, "level": "blocked"}, headers=asked)
    assert (again.status_code, again.get_json()["seen"]) == (200, "blocked")
    assert "Blocked" in again.get_json()["said"]
    assert len(log(small_newsroom)) == 1, "sent twice, written once"


def test_the_cards_of_one_author_bear_one_mark_that_is_not_the_authors_id(small_newsroom: Newsroom) -> None:
    made = remembered(small_newsroom, 2)
    stranger = small_newsroom.submit(body="من جهاز آخر", remember=True).comment
    client = sign_in(small_newsroom)
    html = [client.get(f"/console/comments/{comment}").get_data(as_text=True) for comment in (*made, stranger)]
    marks = [re.findall(r'action="/console/level" data-author="(\w+)"', page) for page in html]
    assert len(marks[0]) == 1
    assert marks[0] == marks[1] != marks[2]
    authors = [UUID(str(row[0])) for row in small_newsroom.sql("SELECT author_id FROM comment")]
    assert not {mark for found in marks for mark in found} & {form for a in authors for form in (a.hex, str(a))}


@pytest.mark.parametrize("level", ["trusted", "known", "new", "WATCHED", "none", "x"])
def test_what_is_earned_cannot_be_set(small_newsroom: Newsroom, level: str) -> None:
    (comment, _), client = remembered(small_newsroom, 2), sign_in(small_newsroom)
    form = hidden(client.get(f"/console/comments/{comment}").get_data(as_text=True), "/console/level")
    assert client.post("/console/level", data={**form, "level": level}).status_code == 400
    assert log(small_newsroom) == []


def test_a_moderator_of_another_site_reaches_nobody_here(small_newsroom: Newsroom) -> None:
    room = small_newsroom
    (comment, _) = remembered(room, 2)
    room.container.manage_sites.create("other", "أخرى", {"origins": ["https://o.example"]})
    room.container.manage_staff.create_moderator("ziad", "زياد", PASSWORD, "moderator", ["other"])
    client = room.client()
    client.post("/console/login", data={"login": "ziad", "password": PASSWORD})
    csrf = re.findall(r'name="csrf" value="([^"]+)"', client.get("/console/").get_data(as_text=True))[0]
    for site, status in (("other", 303), ("demo", 404)):
        sent = {"csrf": csrf, "site": site, "comment": str(comment), "level": "blocked"}
        assert client.post("/console/level", data=sent).status_code == status
    assert log(room) == []


def test_the_log_of_levels_only_grows(newsroom: Newsroom) -> None:
    (comment, _), client = remembered(newsroom, 2), sign_in(newsroom)
    press(client, comment, "watched")
    engine = newsroom.container.schema.upgrade.args[0]
    for change in ("UPDATE level_change SET after = 'slow'", "DELETE FROM level_change"):
        with pytest.raises(Exception, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(change)
    assert len(log(newsroom)) == 1
