"""Several comments decided together by a form alone: boxes to tick, one act, one undo."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from service.domain.moderation import Action
from tests.newsroom import Newsroom
from tests.web.test_console import hidden, sign_in

BOX = re.compile(r'<input type="checkbox" form="batch" name="(item-[0-9a-f-]{36})" value="(\d+)"')


def statuses(newsroom: Newsroom) -> list[str]:
    return [str(row[0]) for row in newsroom.sql("SELECT status FROM comment ORDER BY id")]


def test_what_is_ticked_is_decided_together_and_undone_together(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.pending(body=f"نص {number}")
    client = sign_in(newsroom, lang="ar")
    html = client.get("/console/").get_data(as_text=True)
    boxes = BOX.findall(html)
    assert len(boxes) == 3
    chosen = {**hidden(html, "/console/decide-many"), **dict(boxes[:2]), "reason": "", "action": "approve"}
    answer = client.post("/console/decide-many", data=chosen, follow_redirects=True)
    assert statuses(newsroom) == ["approved", "approved", "pending"]
    client.post("/console/undo-batch", data=hidden(answer.get_data(as_text=True), "/console/undo-batch"))
    assert statuses(newsroom) == ["pending"] * 3


@pytest.mark.parametrize(
    ("ticked", "fields", "sentence"),
    [
        (0, {"action": "approve"}, "Choose at least one comment."),
        (2, {"action": "reject", "reason": ""}, "Choose a reason for rejecting."),
    ],
)
def test_what_is_missing_comes_back_as_a_sentence(
    small_newsroom: Newsroom, ticked: int, fields: dict[str, str], sentence: str
) -> None:
    small_newsroom.pending(body="one")
    small_newsroom.pending(body="two")
    client = sign_in(small_newsroom, lang="en")
    html = client.get("/console/").get_data(as_text=True)
    form = {**hidden(html, "/console/decide-many"), **dict(BOX.findall(html)[:ticked]), **fields}
    answer = client.post("/console/decide-many", data=form, follow_redirects=True)
    assert sentence in answer.get_data(as_text=True)
    assert statuses(small_newsroom) == ["pending"] * 2


def test_a_full_page_can_be_ticked_and_what_moved_on_stays(small_newsroom: Newsroom) -> None:
    for number in range(25):
        small_newsroom.pending(body=f"نص {number}")
    client = sign_in(small_newsroom, lang="en")
    html = client.get("/console/").get_data(as_text=True)
    boxes = dict(BOX.findall(html))
    moved = next(iter(boxes))
    small_newsroom.decide(UUID(moved.removeprefix("item-")), Action.REJECT, reason="insult")
    form = {**hidden(html, "/console/decide-many"), **boxes, "action": "spam"}
    answer = client.post("/console/decide-many", data=form, follow_redirects=True)
    assert "One comment stayed as it was" in answer.get_data(as_text=True)
    assert sorted(statuses(small_newsroom)) == ["rejected"] + ["spam"] * 24


def test_a_batch_that_is_sent_twice_is_made_once(newsroom: Newsroom) -> None:
    """An answer was lost on its way: asked again, the desk's script hears of the batch that was made."""
    comments = [newsroom.pending() for _ in range(2)]
    client = sign_in(newsroom)
    form = hidden(client.get("/console/").get_data(as_text=True), "/console/decide-many")
    form |= {f"item-{comment}": "1" for comment in comments}
    form |= {"action": "approve", "once": "a-form-of-its-own-24-long"}
    first, second = (
        client.post("/console/decide-many", data=form, headers={"Accept": "application/json"}) for _ in range(2)
    )
    assert (first.status_code, first.get_json()) == (200, second.get_json())
    undo = {"csrf": form["csrf"], "batch": first.get_json()["batch"], "once": "another-form-24-characters"}
    back = [client.post("/console/undo-batch", data=undo, headers={"Accept": "application/json"}) for _ in range(2)]
    assert back[0].get_json() == back[1].get_json()
    assert statuses(newsroom) == ["pending"] * 2


def test_only_what_can_be_decided_here_is_offered(small_newsroom: Newsroom) -> None:
    client = sign_in(small_newsroom)
    assert 'id="batch"' not in client.get("/console/").get_data(as_text=True)
    small_newsroom.approved()
    form = client.get("/console/?view=approved").get_data(as_text=True).split('id="batch"')[1].split("</form>")[0]
    assert re.findall(r'name="action" value="(\w+)"', form) == ["reject", "spam", "reopen"]
