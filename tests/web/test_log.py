"""The decision log over HTTP: every decision once, in order, and nothing else."""

from __future__ import annotations

import hashlib
import json

import pytest

from service.domain.moderation import Action
from service.storage.decisions import HASHED
from service.web.moderation import log
from tests.newsroom import FIELDS, Newsroom

LOG = "/v1/moderation/decisions/log"


def test_a_program_that_follows_the_log_gets_every_decision_once(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PAGE_SIZE", 2)
    client, headers = newsroom.client(), newsroom.token("moderation:read")
    assert client.get(LOG, headers=headers).get_json() == {"decisions": [], "next": None}
    found: list[str] = []
    cursor = None
    for _ in range(2):
        comment = newsroom.approved()
        newsroom.decide(comment, Action.REJECT, 2, "libel")
        newsroom.decide(comment, Action.REOPEN, 3)
        newsroom.clock.forward(minutes=2)
        while True:
            page = client.get(LOG, query_string={"cursor": cursor or ""}, headers=headers).get_json()
            cursor = page["next"]
            if not page["decisions"]:
                break
            found += [row["id"] for row in page["decisions"]]
    assert len(found) == len(set(found)) == 6
    assert found == sorted(found)


def test_a_decision_shows_when_none_can_come_in_before_it_any_more(small_newsroom: Newsroom) -> None:
    client, headers = small_newsroom.client(), small_newsroom.token("moderation:read")
    small_newsroom.approved()
    assert client.get(LOG, headers=headers).get_json()["decisions"] == []
    small_newsroom.clock.forward(seconds=61)
    assert len(client.get(LOG, headers=headers).get_json()["decisions"]) == 1


def test_a_row_of_the_log_proves_itself_and_tells_nothing_of_a_reader(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved(name="اسم-القارئة", body="نصّ-القارئة")
    small_newsroom.decide(comment, Action.REJECT, 2, "libel")
    small_newsroom.clock.forward(minutes=2)
    answer = small_newsroom.client().get(LOG, headers=small_newsroom.token("moderation:read"))
    first, second = answer.get_json()["decisions"]
    for row in (first, second):
        assert row.keys() == {*HASHED, "hash"}
        facts = json.dumps([row[name] for name in HASHED], ensure_ascii=False, separators=(",", ":"))
        assert row["hash"] == hashlib.sha256(facts.encode()).hexdigest()
    assert second["prev_hash"] == first["hash"]
    told = answer.get_data(as_text=True)
    assert not any(private in told for private in ("القارئة", FIELDS["email"], "example.org"))


def test_the_document_names_the_facts_in_the_order_the_hash_has_them(small_newsroom: Newsroom) -> None:
    assert tuple(log.LogRowSchema().fields) == (*HASHED, "hash")


def test_a_cursor_of_another_list_is_refused(small_newsroom: Newsroom) -> None:
    headers = small_newsroom.token("moderation:read")
    for cursor in ("x", "A" * 23):
        answer = small_newsroom.client().get(f"{LOG}?cursor={cursor}", headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_cursor")
