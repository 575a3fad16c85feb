"""Notes and redaction on the page of a comment: forms that work without a script, in both languages."""

from __future__ import annotations

import re
import secrets
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.notes import MAX_LENGTH, MAX_NOTES, About, Subject
from service.i18n import t
from service.text.redaction import MARK
from tests.newsroom import PASSWORD, Newsroom
from tests.web.test_console import hidden, sign_in


def page_of(client: FlaskClient, comment: UUID) -> str:
    return client.get(f"/console/comments/{comment}?site=demo").get_data(as_text=True)


def write(client: FlaskClient, comment: UUID, body: str, number: int = 0) -> str:
    form = {**hidden(page_of(client, comment), "/console/notes", number), "body": body}
    answer = client.post("/console/notes", data=form)
    assert answer.status_code == 303
    return answer.location


def moderator(room: Newsroom, login: str) -> FlaskClient:
    room.container.manage_staff.create_moderator(login, login, PASSWORD, "moderator", ["demo"])
    client = room.client()
    client.post("/console/login", data={"login": login, "password": PASSWORD, "lang": "en"})
    return client


def alert(html: str) -> str:
    return unescape(re.findall(r'role="alert">([^<]*)<', html)[-1])


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_note_is_written_read_and_removed_without_a_script(newsroom: Newsroom, lang: str) -> None:
    comment, client = newsroom.pending(), sign_in(newsroom, lang=lang)
    assert write(client, comment, "سطر <i>\nsecond line").endswith("done=note_written#notes")
    assert write(client, comment, "عن صاحبه", 1).endswith("#notes-author")
    html = page_of(client, comment)
    assert '<p class="note-body" dir="auto">سطر &lt;i&gt;\nsecond line</p>' in html
    assert "<bdi>سارة</bdi>" in html
    assert html.index("سطر") < html.index("عن صاحبه") < html.index('id="history"')
    for key in ("notes.heading.comment", "notes.heading.author", "notes.what.comment", "notes.what.author"):
        assert t(lang, key) in html
    done = client.post("/console/notes/remove", data=hidden(html, "/console/notes/remove"))
    shown = client.get(done.location).get_data(as_text=True)
    assert t(lang, "done.note_removed") in shown
    assert "سطر" not in shown
    assert "عن صاحبه" in shown


def test_a_form_sent_twice_writes_one(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom)
    form = {**hidden(page_of(client, comment), "/console/notes"), "body": "مرة"}
    for _ in range(2):
        assert "done=note_written" in client.post("/console/notes", data=form).location
    assert small_newsroom.sql("SELECT count(*) FROM note") == [(1,)]


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize("number", [0, 1])
def test_what_is_refused_comes_back_as_typed(small_newsroom: Newsroom, lang: str, number: int) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom, lang=lang)
    form = hidden(page_of(client, comment), "/console/notes", number)
    for body, said in (
        (" ", t(lang, "field.note_empty")),
        ("\nسطر &" + "س" * MAX_LENGTH, t(lang, "field.note_too_long", limit=MAX_LENGTH)),
    ):
        answer = client.post("/console/notes", data={**form, "body": body})
        assert answer.status_code == 422
        html = answer.get_data(as_text=True)
        assert alert(html) == said
        typed = html.partition(f'id="notes{"-author" if number else ""}-body"')[2].partition(">\n")[2]
        assert unescape(typed.partition("</textarea>")[0]) == body
    assert small_newsroom.sql("SELECT count(*) FROM note") == [(0,)]


def test_where_there_is_no_room_the_text_comes_back_too(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom, lang="en")
    form = {**hidden(page_of(client, comment), "/console/notes"), "body": "the last straw"}
    for number in range(MAX_NOTES):
        small_newsroom.container.write_note.write(
            small_newsroom.principal, Subject(About.COMMENT, comment), str(number), secrets.token_urlsafe(24)
        )
    answer = client.post("/console/notes", data=form)
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert alert(html) == t("en", "error.notes_full.detail")
    assert "the last straw</textarea>" in html
    assert 'id="notes-body"' not in page_of(client, comment), "and no form invites to it"


def test_hidden_characters_of_a_note_are_seen(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom)
    write(client, comment, "قبل \u202e بعد")
    for html in (page_of(client, comment), client.get("/console/").get_data(as_text=True)):
        assert "[U+202E]" in html
        assert "\u202e" not in html


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_card_tells_how_many_and_the_newest(newsroom: Newsroom, lang: str) -> None:
    comment, client = newsroom.pending(), sign_in(newsroom, lang=lang)
    newsroom.pending()
    assert 'class="glances"' not in client.get("/console/").get_data(as_text=True)
    for body in ("الأقدم zq1", "الأحدث <b>"):
        write(client, comment, body)
    write(client, comment, "كاتب", 1)
    html = client.get("/console/").get_data(as_text=True)
    assert html.count('class="glances"') == 1
    assert t(lang, "notes.glance.comment", count=2) in html
    assert t(lang, "notes.glance.author", count=1) in html
    assert '<span class="glance" dir="auto">الأحدث &lt;b&gt;</span>' in html
    assert "zq1" not in html
    assert f"/console/comments/{comment}?site=demo#notes" in html


def test_only_ones_own_are_offered_to_be_removed(small_newsroom: Newsroom) -> None:
    comment, omar = small_newsroom.pending(), moderator(small_newsroom, "omar")
    write(sign_in(small_newsroom), comment, "by sara")
    write(omar, comment, "by omar")
    html = page_of(omar, comment)
    assert html.count('action="/console/notes/remove"') == 1
    saras = page_of(sign_in(small_newsroom), comment)
    assert saras.count('action="/console/notes/remove"') == 2, "an admin removes anybody's"
    theirs = hidden(saras, "/console/notes/remove")["note"]
    refused = omar.post("/console/notes/remove", data={**hidden(html, "/console/notes/remove"), "note": theirs})
    assert refused.status_code == 403
    assert small_newsroom.sql("SELECT count(*) FROM note") == [(2,)]
    gone = {**hidden(html, "/console/notes/remove")}
    omar.post("/console/notes/remove", data=gone)
    again = omar.post("/console/notes/remove", data=gone)
    assert t("en", "error.note_not_found.detail") in omar.get(again.location).get_data(as_text=True)


def test_the_desks_script_gets_json(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom, lang="en")
    form = {**hidden(page_of(client, comment), "/console/notes"), "body": "x"}
    asked = {"Accept": "application/json"}
    made = client.post("/console/notes", data=form, headers=asked)
    assert (made.status_code, UUID(made.get_json()["note"]).version) == (200, 7)
    refused = client.post("/console/notes", data={**form, "body": ""}, headers=asked)
    assert (refused.status_code, refused.get_json()["detail"]) == (422, t("en", "field.note_empty"))
    small_newsroom.container.erase_comment.erase("demo", small_newsroom.container.signer.receipt(comment, 0))
    refused = client.post("/console/notes", data={**form, "body": "y"}, headers=asked)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "comment_erased")


def test_the_desk_has_its_words_in_the_page(small_newsroom: Newsroom) -> None:
    html = sign_in(small_newsroom).get("/console/").get_data(as_text=True)
    dialog = html.partition('<dialog id="desk-note"')[2].partition("</dialog>")[0]
    assert t("ar", "notes.text.comment") in dialog
    assert f'maxlength="{MAX_LENGTH}"' in dialog
    assert 'data-key="n"' in html


def redact(client: FlaskClient, comment: UUID, words: str, reason: str = "personal_data", **more: str):  # type: ignore[no-untyped-def]
    form = hidden(page_of(client, comment), "/console/redact")
    return client.post("/console/redact", data={**form, "words": words, "reason": reason, **more})


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_words_are_taken_out_with_a_trace_and_can_be_brought_back(newsroom: Newsroom, lang: str) -> None:
    comment, client = newsroom.approved(body="هاتفي 0501234567 للتواصل"), sign_in(newsroom, lang=lang)
    assert t(lang, "redact.at_once") in page_of(client, comment)
    done = redact(client, comment, "0501234567")
    assert done.status_code == 303
    html = client.get(done.location).get_data(as_text=True)
    assert t(lang, "done.redacted") in html
    second = html.partition('<ol class="revisions">')[2].partition("</ol>")[0].split("<li>")[2]
    said = t(lang, "redact.by", name="\0").partition("\0")
    assert f"{said[0]}<bdi>سارة</bdi>{said[2]}" in second
    assert t(lang, "reason.personal_data") in second
    assert "09:00 UTC" in second
    assert re.search(r"<del>.*0501234567.*</del>", second)
    assert MARK in second
    public = "/v1/sites/demo/comments?thread=article-1"
    assert newsroom.client().get(public).get_json()["comments"][0]["text"] == f"هاتفي {MARK} للتواصل"
    back = client.post("/console/undo", data=hidden(html, "/console/undo"))
    assert newsroom.client().get(public).get_json()["comments"][0]["text"] == "هاتفي 0501234567 للتواصل"
    html = client.get(back.location).get_data(as_text=True)
    assert t(lang, "queue.edit_waiting") in html
    assert t(lang, "error.redact_edit_waits.detail") in html
    assert 'action="/console/redact"' not in html


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_refused_redaction_comes_back_as_typed(small_newsroom: Newsroom, lang: str) -> None:
    comment, client = small_newsroom.pending(body="نص قصير"), sign_in(small_newsroom, lang=lang)
    for words, reason, said in (
        ("طويل", "insult", "field.redact_nothing"),
        ("نص قصير", "insult", "field.redact_all"),
        ("قصير", "", "field.redact_reason"),
    ):
        answer = redact(client, comment, words, reason)
        assert answer.status_code == 422
        html = answer.get_data(as_text=True)
        assert alert(html) == t(lang, said)
        assert f"{words}</textarea>" in html
        assert not reason or f'<option value="{reason}" selected>' in html
    stale = redact(client, comment, "قصير", version="7")
    assert stale.status_code == 409
    assert alert(stale.get_data(as_text=True)) == t(lang, "error.stale_version.detail")
    assert "قصير</textarea>" in stale.get_data(as_text=True)
    assert hidden(stale.get_data(as_text=True), "/console/redact")["version"] == "1"
    assert redact(client, comment, "قصير", version="x").status_code == 400
    assert small_newsroom.sql("SELECT count(*) FROM revision") == [(1,)]


def test_what_its_author_took_back_offers_no_redaction(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom)
    small_newsroom.container.withdraw_comment.withdraw("demo", small_newsroom.container.signer.receipt(comment, 0))
    assert "/console/redact" not in page_of(client, comment)
