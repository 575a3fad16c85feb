"""The private address at the desk: shown and looked up by form, by those who may, and always written down."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from service.domain.access import ROLES
from service.domain.errors import ForbiddenError
from service.storage.staff import Membership
from service.web.throttle import REVEALS
from tests.newsroom import FIELDS, PASSWORD, Newsroom
from tests.web.test_console import hidden, sign_in

ADDRESS = FIELDS["email"]


def desk_of(newsroom: Newsroom, login: str, *, contacts: bool = False) -> FlaskClient:
    """A moderator of the site, who may see addresses when they were granted that."""
    made = newsroom.container.manage_staff.create_moderator(login, login, PASSWORD, "moderator", ["demo"])

    def grant(session) -> None:  # type: ignore[no-untyped-def]
        session.get(Membership, (made.id, newsroom.site.id)).contacts = contacts

    newsroom.container.sign_in._uow.run(grant)
    return sign_in(newsroom, login=login)


def csrf(client: FlaskClient) -> dict[str, str]:
    return hidden(client.get("/console/").get_data(as_text=True), "/console/language")


def reveal(client: FlaskClient, comment: UUID, **more: str) -> tuple[int, str]:
    answer = client.post("/console/reveal", data={**csrf(client), "comment": str(comment), **more})
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.get_data(as_text=True)


def look_up(client: FlaskClient, typed: str, **more: str) -> tuple[int, str]:
    answer = client.post("/console/look-up", data={**csrf(client), "email": typed, **more})
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.get_data(as_text=True)


def logged(newsroom: Newsroom) -> list[tuple[object, ...]]:
    return newsroom.sql("SELECT kind, actor_label, hits FROM disclosure ORDER BY id")


def test_an_address_is_shown_once_it_is_written_down_who_saw_it(newsroom: Newsroom) -> None:
    comment, client = newsroom.pending(), sign_in(newsroom)
    page = client.get(f"/console/comments/{comment}").get_data(as_text=True)
    assert ADDRESS not in page
    assert hidden(page, "/console/reveal")["comment"] == str(comment)
    code, shown = reveal(client, comment)
    assert (code, ADDRESS in shown) == (200, True)
    assert logged(newsroom) == [("reveal", "سارة", 1)]
    (named,) = newsroom.container.reader.run(
        lambda s: s.scalars(text("SELECT comment_id FROM disclosure")).all()
    )
    assert UUID(str(named)) == comment


def test_who_may_not_see_addresses_is_offered_none_and_refused(newsroom: Newsroom) -> None:
    comment, client = newsroom.pending(), desk_of(newsroom, "omar")
    page = client.get(f"/console/comments/{comment}").get_data(as_text=True)
    assert "/console/reveal" not in page
    assert "/console/look-up" not in page
    assert reveal(client, comment)[0] == 403
    assert look_up(client, ADDRESS)[0] == 403
    assert client.get("/console/look-up").status_code == 403
    assert logged(newsroom) == []


def test_a_moderator_who_was_granted_contacts_sees_them(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), desk_of(small_newsroom, "omar", contacts=True)
    assert ADDRESS in reveal(client, comment)[1]
    assert logged(small_newsroom) == [("reveal", "omar", 1)]


def test_a_look_up_finds_the_address_in_every_spelling_and_nothing_like_it(newsroom: Newsroom) -> None:
    first, second = newsroom.pending(name="أولى"), newsroom.approved(name="ثانية")
    newsroom.pending(name="غريبة", email="salma2@example.org")
    client = sign_in(newsroom)
    code, page = look_up(client, f"  {ADDRESS.upper()} ")
    assert code == 200
    found = re.findall(r'href="/console/comments/([0-9a-f-]+)\?', page)
    assert found == [str(second), str(first)]
    assert "غريبة" not in page
    assert "salma" not in page.lower()
    assert look_up(client, "salma@example.com")[0] == 200
    assert logged(newsroom) == [("look_up", "سارة", 2), ("look_up", "سارة", 0)]


def test_what_is_no_address_comes_back_to_be_mended(small_newsroom: Newsroom) -> None:
    code, page = look_up(sign_in(small_newsroom), "salma@")
    assert code == 422
    assert 'value="salma@"' in page
    assert 'aria-invalid="true"' in page
    assert logged(small_newsroom) == []


def test_another_sites_addresses_are_not_there(newsroom: Newsroom) -> None:
    container = newsroom.container
    container.manage_sites.create("other", "other", {"origins": ["https://news.example"]})
    elsewhere = container.submit_comment.submit("other", {**FIELDS, "body": "هناك"}).comment
    assert elsewhere is not None
    client = sign_in(newsroom)
    assert reveal(client, elsewhere)[0] == 404
    code, page = look_up(client, ADDRESS)
    assert (code, "/console/comments/" in page.partition("<main")[2]) == (200, False)
    assert logged(newsroom) == [("look_up", "سارة", 0)]


def test_a_comment_without_an_address_says_so_and_nothing_was_seen(small_newsroom: Newsroom) -> None:
    small_newsroom.container.manage_sites.set_policy("demo", {"email": "optional"})
    code, page = reveal(sign_in(small_newsroom, lang="ar"), small_newsroom.pending(email=""))
    assert (code, "لا عنوان" in page) == (200, True)
    assert logged(small_newsroom) == []


def test_addresses_are_not_copied_out_in_bulk(small_newsroom: Newsroom) -> None:
    comment, client = small_newsroom.pending(), sign_in(small_newsroom)
    answers = [reveal(client, comment)[0] for _ in range(REVEALS[0].count + 1)]
    assert answers == [200] * REVEALS[0].count + [429]
    assert len(logged(small_newsroom)) == REVEALS[0].count


@pytest.mark.parametrize("change", ["UPDATE disclosure SET actor_label = 'x'", "DELETE FROM disclosure"])
def test_the_log_of_disclosures_can_only_grow(newsroom: Newsroom, change: str) -> None:
    reveal(sign_in(newsroom), newsroom.pending())
    with pytest.raises(DBAPIError, match="append-only"):
        newsroom.container.sign_in._uow.run(lambda s: s.execute(text(change)))
    assert logged(newsroom) == [("reveal", "سارة", 1)]


def test_no_other_door_shows_an_address_to_who_may_not_see_one(newsroom: Newsroom) -> None:
    comment, container = newsroom.pending(), newsroom.container
    principal = replace(newsroom.principal, permissions=ROLES["moderator"])
    with pytest.raises(ForbiddenError):
        container.reveal_contact.reveal(principal, comment)
    with pytest.raises(ForbiddenError):
        container.look_up_contact.look_up(principal, ADDRESS)
    assert logged(newsroom) == []
