"""The receipt: follow, edit, withdraw, export and erase a comment, without an account and without a script."""

from __future__ import annotations

import json
import secrets
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action
from tests.newsroom import FIELDS, ORIGIN, Newsroom

SITE = "/v1/sites/demo"
JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html"}


class Reader:
    """Somebody who has sent a comment and kept the link."""

    def __init__(self, room: Newsroom, **fields: object) -> None:
        self.room, self.client = room, room.client()
        own = {"submission_id": secrets.token_urlsafe(24), "token": room.form_token()}
        sent = self.client.post(f"{SITE}/comments", json={**FIELDS, **own, **fields}).get_json()
        self.comment, self.receipt = UUID(sent["id"]), str(sent["receipt"])
        self.address = f"{SITE}/receipts/{self.receipt}"

    def sees(self) -> dict[str, object]:
        found: dict[str, object] = self.client.get(self.address, headers=JSON).get_json()
        return found

    def page(self) -> str:
        return self.client.get(self.address + "?lang=en", headers=HTML).get_data(as_text=True)

    def does(self, act: str, expect: int = 303, **data: str) -> str:
        form = "application/x-www-form-urlencoded"
        answer = self.client.post(f"{self.address}/{act}?lang=en", data=data, content_type=form)
        assert answer.status_code == expect, answer.get_data(as_text=True)[:400]
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.get_data(as_text=True)


def published(client: FlaskClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = client.get(f"{SITE}/comments?thread=article-1").get_json()["comments"]
    return found


def test_it_tells_the_reason_that_was_given(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    newsroom.decide(reader.comment, Action.REJECT, reason="off_topic")
    assert (reader.sees()["status"], reader.sees()["reason"]) == ("rejected", "off_topic")
    assert "Off topic" in reader.page()
    newsroom.decide(reader.comment, Action.SPAM, 2)
    assert (reader.sees()["status"], reader.sees()["reason"]) == ("rejected", None)


def test_an_edit_waits_while_the_approved_text_stays_up(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    newsroom.decide(reader.comment, Action.APPROVE)
    reader.does("edit", body="نصّ جديد تماماً")
    (shown,) = published(reader.client)
    assert (shown["text"], shown["edited_at"]) == (FIELDS["body"], None)
    assert reader.sees()["edit_waiting"] is True
    assert "نصّ جديد تماماً" in reader.page()
    assert "until then" in reader.page().lower()
    newsroom.decide(reader.comment, Action.APPROVE, version=3)
    (shown,) = published(reader.client)
    assert shown["text"] == "نصّ جديد تماماً"
    assert shown["edited_at"] is not None
    assert reader.sees()["edit_waiting"] is False


def test_the_checks_run_on_the_new_text(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    reader.does("edit", body="نصّ فيه \u202e قلب")
    rows = newsroom.sql("SELECT revision, code FROM finding ORDER BY revision, code")
    assert rows == [(1, "premoderation"), (2, "hidden_characters"), (2, "premoderation")]


def test_a_text_is_no_duplicate_of_its_own_earlier_self_but_of_anothers(newsroom: Newsroom) -> None:
    Reader(newsroom, body="كلام سمعناه من قبل")
    reader = Reader(newsroom, name="ريم", body="كلام آخر")
    reader.does("edit", body="كلام آخر!")
    assert newsroom.sql("SELECT count(*) FROM finding WHERE code = 'duplicate_text'") == [(0,)]
    reader.does("edit", body="كلام سمعناه من قبل")
    assert newsroom.sql("SELECT revision FROM finding WHERE code = 'duplicate_text'") == [(3,)]


def test_whoever_decided_on_the_old_text_has_to_look_again(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    reader.does("edit", body="غيّرت رأيي")
    with pytest.raises(Exception, match="stale_version"):
        newsroom.decide(reader.comment, Action.APPROVE, version=1)
    newsroom.decide(reader.comment, Action.APPROVE, version=2)
    assert [c["text"] for c in published(reader.client)] == ["غيّرت رأيي"]


def test_the_same_text_again_changes_nothing(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    reader.does("edit", body="مرة")
    reader.does("edit", body="مرة\r\n")
    assert newsroom.sql("SELECT latest_revision, version FROM comment") == [(2, 2)]


def test_the_window_closes_and_says_so(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    assert reader.sees()["editable_until"] == "2026-11-25T09:15:00.000Z"
    small_newsroom.clock.forward(minutes=15)
    reader.does("edit", body="في آخر لحظة")
    small_newsroom.clock.forward(seconds=1)
    page = reader.does("edit", 409, body="تأخرت")
    assert "تأخرت" in page, "what was typed comes back"
    assert reader.sees()["editable_until"] is None
    assert "<textarea" not in reader.client.get(f"{reader.address}/edit").get_data(as_text=True)
    small_newsroom.container.manage_sites.set_policy("demo", {"edit_minutes": "0"})
    late = Reader(small_newsroom, name="منى")
    late.does("edit", 409, body="لا")


def test_what_was_refused_is_not_mended_by_an_edit(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    small_newsroom.decide(reader.comment, Action.REJECT, reason="insult")
    reader.does("edit", 409, body="أعتذر")


def test_a_wrong_edit_comes_back_with_its_text(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    typed = "<" * 101 + "x"
    page = reader.does("edit", 422, body=typed)
    assert "&lt;" * 101 in page
    assert 'aria-invalid="true"' in page
    reader.does("edit", 422, body="  ")
    answer = reader.client.post(f"{reader.address}/edit", json={"body": ""})
    assert (answer.status_code, answer.get_json()["fields"][0]["code"]) == (422, "required")


def test_withdrawing_takes_it_away_for_good(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    newsroom.decide(reader.comment, Action.APPROVE)
    assert "Withdraw this comment?" in reader.client.get(f"{reader.address}/withdraw?lang=en").get_data(as_text=True)
    assert len(published(reader.client)) == 1, "asking does nothing"
    reader.does("withdraw")
    reader.does("withdraw")
    assert published(reader.client) == []
    assert reader.sees()["status"] == "withdrawn"
    for action in (Action.APPROVE, Action.REOPEN, Action.SPAM):
        with pytest.raises(Exception, match="transition_not_allowed"):
            newsroom.decide(reader.comment, action, version=3)
    log = newsroom.sql("SELECT action, from_status, to_status, actor_kind, actor_label FROM decision ORDER BY id")
    assert log[1:] == [("withdraw", "approved", "withdrawn", "reader", "receipt")]


def test_erasing_leaves_the_place_where_others_replied(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    newsroom.decide(reader.comment, Action.APPROVE)
    reply = newsroom.approved(parent=str(reader.comment))
    reader.does("erase")
    reader.does("erase")
    gone, answer = published(reader.client)
    assert gone["id"] == str(reader.comment)
    assert [gone[field] for field in ("name", "text", "html", "avatar")] == [""] * 4
    assert (answer["id"], answer["parent"]) == (str(reply), str(reader.comment))
    assert reader.client.get(f"{SITE}/counts?thread=article-1").get_json() == {"counts": {"article-1": 1}}
    page = reader.page()
    assert FIELDS["name"] not in page
    assert FIELDS["body"] not in page
    assert reader.sees()["status"] == "erased"
    newsroom.decide(reply, Action.SPAM, version=2)
    assert published(reader.client) == []
    newsroom.decide(reply, Action.APPROVE, version=3)
    assert len(published(reader.client)) == 2, "the place comes back with the reply"


def test_a_row_of_erased_comments_stands_while_the_last_of_them_is_answered(newsroom: Newsroom) -> None:
    first = Reader(newsroom)
    newsroom.decide(first.comment, Action.APPROVE)
    second = Reader(newsroom, name="ثانية", parent=str(first.comment), body="ثانية")
    newsroom.decide(second.comment, Action.APPROVE)
    third = newsroom.approved(parent=str(second.comment))
    second.does("erase")
    first.does("withdraw")
    assert [c["id"] for c in published(first.client)] == [str(first.comment), str(second.comment), str(third)]
    assert [c["text"] == "" for c in published(first.client)] == [True, True, False]


def test_erasing_what_was_never_answered_leaves_nothing(newsroom: Newsroom) -> None:
    reader = Reader(newsroom)
    newsroom.decide(reader.comment, Action.APPROVE)
    reader.does("withdraw")
    reader.does("erase")
    assert published(reader.client) == []
    reader.does("withdraw", 409)


def test_nobody_can_reply_to_what_is_gone(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    small_newsroom.decide(reader.comment, Action.APPROVE)
    small_newsroom.approved(parent=str(reader.comment))
    reader.does("erase")
    answer = reader.client.post(f"{SITE}/comments", json={**FIELDS, "parent": str(reader.comment), "body": "رد"})
    assert answer.get_json()["fields"][0]["code"] == "parent_unknown"


def test_an_export_holds_this_comment_and_the_address_only_for_who_knows_it(newsroom: Newsroom) -> None:
    newsroom.approved(name="غيره", body="تعليق غيره")
    reader = Reader(newsroom)
    reader.does("edit", body="النص الثاني")
    newsroom.decide(reader.comment, Action.REJECT, version=2, reason="libel")
    answer = reader.client.post(f"{reader.address}/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="comment.json"'
    copy = json.loads(answer.data)
    assert [r["text"] for r in copy["revisions"]] == [FIELDS["body"], "النص الثاني"]
    assert [(d["action"], d["reason"], d["by"]) for d in copy["decisions"]] == [("reject", "libel", "moderator")]
    assert "email" not in copy
    for secret in ("غيره", "سارة", "salma@example.org"):
        assert secret not in answer.get_data(as_text=True)
    copy = json.loads(reader.does("export", 200, email=" Salma@Example.org "))
    assert copy["email"].casefold() == "salma@example.org"
    page = reader.does("export", 422, email="other@example.org")
    assert "not the address" in page
    assert "salma" not in page
    refused = reader.client.post(f"{reader.address}/export", json={"email": "nonsense"})
    assert (refused.status_code, refused.get_json()["fields"][0]["code"]) == (422, "email_other")


def test_an_erased_comment_has_no_address_to_know(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    reader.does("erase")
    reader.does("export", 422, email=FIELDS["email"])


def test_a_pages_script_gets_no_receipt_but_a_token_for_the_status(newsroom: Newsroom) -> None:
    client = newsroom.client()
    told = client.post(f"{SITE}/comments", json=FIELDS, headers={"Origin": ORIGIN}).get_json()
    assert set(told) == {"id", "status", "created_at", "status_token", "open"}
    status = client.get(f"{SITE}/status/{told['status_token']}")
    assert status.get_json() == {"id": told["id"], "status": "pending", "edit_waiting": False}
    assert (status.headers["Access-Control-Allow-Origin"], status.headers["Cache-Control"]) == ("*", "no-store")
    for powerful in (f"receipts/{told['status_token']}", f"receipts/{told['status_token']}/erase"):
        assert client.get(f"{SITE}/{powerful}").status_code == 404
    newsroom.decide(UUID(told["id"]), Action.REJECT, reason="insult")
    assert client.get(f"{SITE}/status/{told['status_token']}").get_json()["reason"] == "insult"


def test_the_address_given_to_a_script_leads_to_the_receipt_for_a_day(newsroom: Newsroom) -> None:
    client = newsroom.client()
    told = client.post(f"{SITE}/comments", json=FIELDS, headers={"Origin": ORIGIN}).get_json()
    path = told["open"].removeprefix("http://taliq.test")
    led = client.get(path + "&lang=ar", headers={"Origin": ORIGIN})
    assert led.status_code == 303
    assert not any(name.startswith("Access-Control") for name in dict(led.headers))
    page = client.get(led.headers["Location"].removeprefix("http://taliq.test"), headers=HTML)
    assert page.status_code == 200
    assert FIELDS["body"] in page.get_data(as_text=True)
    newsroom.clock.forward(hours=24, seconds=1)
    assert client.get(path).status_code == 404
    assert client.get(f"{SITE}/receipts/open?code=x").status_code == 404
    assert client.get(f"{SITE}/receipts/open").status_code == 400


def test_a_token_of_one_kind_is_none_of_another(small_newsroom: Newsroom) -> None:
    signer, reader = small_newsroom.container.signer, Reader(small_newsroom)
    status, code = signer.status_token(reader.comment), signer.open_code(reader.comment, 0, small_newsroom.clock())
    for address in (
        f"status/{reader.receipt}", f"status/{code}", f"status/{status[:-1]}", f"status/{status}A",
        f"receipts/open?code={status}", f"receipts/open?code={reader.receipt}", f"receipts/{code}",
    ):  # fmt: skip
        assert reader.client.get(f"{SITE}/{address}").status_code == 404, address
    small_newsroom.container.manage_sites.create("other", "أخرى", {})
    for address in (f"status/{status}", f"receipts/open?code={code}"):
        assert reader.client.get(f"/v1/sites/other/{address}").status_code == 404


def test_a_mistyped_link_is_told_in_the_language_of_who_asks(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for address in (f"{SITE}/receipts/x?lang=en", f"{SITE}/receipts/x/erase?lang=en"):
        page = client.get(address, headers=HTML)
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert "whole link" in page.get_data(as_text=True)
    assert client.get(f"{SITE}/receipts/x", headers=JSON).mimetype == "application/problem+json"


def test_another_sites_page_cannot_act_even_with_the_link(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    for act in ("edit", "withdraw", "erase", "export"):
        answer = reader.client.post(
            f"{reader.address}/{act}", data={"body": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert answer.status_code == 403
    assert reader.sees()["status"] == "pending"


def test_it_leads_back_to_the_sites_own_pages_only(small_newsroom: Newsroom) -> None:
    reader = Reader(small_newsroom)
    assert f'href="{FIELDS["url"]}"' in reader.page()
    small_newsroom.container.manage_sites.set_policy("demo", {"origins": ["https://moved.example"]})
    assert ORIGIN not in reader.page()
