"""The people of a site: added, changed, put out; a site is never left without an admin."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.access import ROLES, Principal
from service.domain.errors import ConflictError
from service.domain.moderation import Actor, ActorKind
from service.storage import staff
from tests.newsroom import PASSWORD, Newsroom
from tests.web.test_console import sign_in
from tests.web.test_contacts import csrf

PEOPLE = "/console/people"


def add(client: FlaskClient, login: str, role: str = "moderator", **more: str) -> str | None:
    """The password that was shown, if one was."""
    data = {**csrf(client), "site": "demo", "login": login, "name": login, "role": role, **more}
    answer = client.post(PEOPLE, data=data)
    assert answer.status_code == 200
    shown = re.search(r'class="secret" dir="ltr">([^<]+)<', answer.get_data(as_text=True))
    return shown[1] if shown else None


def act(client: FlaskClient, what: str, person: UUID | str, **more: str) -> str:
    """Where the act led: what was done, or the problem."""
    answer = client.post(f"{PEOPLE}/{what}", data={**csrf(client), "site": "demo", "person": str(person), **more})
    assert answer.status_code == 303
    page = client.get(answer.location)
    if page.status_code == 200:
        assert 'class="notice' in page.get_data(as_text=True)
    return re.split("done=|problem=", answer.location)[1]


def person(newsroom: Newsroom, login: str) -> UUID:
    found = newsroom.container.reader.run(lambda s: staff.find_by_login(s, login))
    assert found is not None
    return found.id


def test_somebody_added_signs_in_with_the_password_shown_once(newsroom: Newsroom) -> None:
    admin = sign_in(newsroom, lang="ar")
    password = add(admin, " Omar ")
    assert password is not None
    page = admin.get(PEOPLE).get_data(as_text=True)
    assert "omar" in page
    assert password not in page
    assert sign_in(newsroom, login="omar", password=password).get("/console/").status_code == 200


def test_somebody_with_an_account_keeps_the_password_and_is_added_once(newsroom: Newsroom) -> None:
    admin = sign_in(newsroom)
    newsroom.container.manage_sites.create("other", "other", {})
    newsroom.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["other"])
    assert add(admin, "omar") is None
    omar = sign_in(newsroom, login="omar")
    assert omar.get("/console/?site=demo").status_code == 200
    data = {**csrf(admin), "site": "demo", "login": "omar", "role": "moderator"}
    assert admin.post(PEOPLE, data=data).status_code == 409


@pytest.mark.parametrize(("login", "role", "fault"), [("a b", "moderator", "login"), ("", "moderator", "login"),
                                                      ("omar", "owner", "role")])  # fmt: skip
def test_what_was_typed_comes_back_to_be_mended(small_newsroom: Newsroom, login: str, role: str, fault: str) -> None:
    admin = sign_in(small_newsroom)
    data = {**csrf(admin), "site": "demo", "login": login, "name": "عُمر الطويل", "role": role}
    answer = admin.post(PEOPLE, data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{fault}-error"' in page
    assert "عُمر الطويل" in page
    assert small_newsroom.sql("SELECT count(*) FROM moderator") == [(1,)]


def test_role_and_grant_count_from_the_next_request_on(newsroom: Newsroom) -> None:
    admin = sign_in(newsroom)
    omar = sign_in(newsroom, login="omar", password=str(add(admin, "omar")))
    assert omar.get("/console/look-up").status_code == 403
    assert act(admin, "change", person(newsroom, "omar"), role="moderator", contacts="1") == "person_changed"
    assert omar.get("/console/look-up").status_code == 200
    assert omar.get(PEOPLE).status_code == 403
    assert act(admin, "change", person(newsroom, "omar"), role="admin") == "person_changed"
    assert omar.get(PEOPLE).status_code == 200


def test_whoever_is_put_out_or_disabled_is_out_at_once(newsroom: Newsroom) -> None:
    admin = sign_in(newsroom)
    password = str(add(admin, "omar"))
    omar = sign_in(newsroom, login="omar", password=password)
    assert act(admin, "remove", person(newsroom, "omar")) == "person_removed"
    assert omar.get("/console/").status_code == 403
    assert act(admin, "remove", person(newsroom, "omar")) == "moderator_not_found"
    assert add(admin, "omar") is None
    assert omar.get("/console/").status_code == 200
    assert act(admin, "disable", person(newsroom, "omar")) == "person_disabled"
    assert omar.get("/console/").status_code == 303
    login = {"login": "omar", "password": password}
    assert newsroom.client().post("/console/login", data=login).status_code == 401
    assert act(admin, "enable", person(newsroom, "omar")) == "person_enabled"
    assert newsroom.client().post("/console/login", data=login).status_code == 303


def test_the_last_admin_stays(newsroom: Newsroom) -> None:
    admin, sara = sign_in(newsroom), newsroom.moderator.id
    assert act(admin, "change", sara, role="moderator") == "last_admin"
    assert act(admin, "remove", sara) == "last_admin"
    assert act(admin, "disable", sara) == "last_admin"
    add(admin, "omar", "admin")
    assert act(admin, "disable", person(newsroom, "omar")) == "person_disabled"
    assert act(admin, "remove", sara) == "last_admin", "a disabled admin leads nothing"
    assert act(admin, "enable", person(newsroom, "omar")) == "person_enabled"
    assert act(admin, "change", sara, role="moderator") == "person_changed"
    assert admin.get(PEOPLE).status_code == 403


def test_an_account_that_works_elsewhere_is_not_disabled_from_here(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("other", "other", {})
    make = newsroom.container.manage_staff.create_moderator
    omar = make("omar", "عمر", PASSWORD, "moderator", ["demo", "other"])
    foreign = make("ali", "علي", PASSWORD, "moderator", ["other"])
    admin = sign_in(newsroom)
    assert act(admin, "disable", omar.id) == "works_elsewhere"
    for what in ("disable", "enable", "remove"):
        assert act(admin, what, foreign.id) == "moderator_not_found"
    assert act(admin, "change", foreign.id, role="admin") == "moderator_not_found"
    assert newsroom.sql("SELECT count(*) FROM moderator WHERE disabled_at IS NOT NULL") == [(0,)]


def test_a_moderator_manages_nobody(small_newsroom: Newsroom) -> None:
    admin = sign_in(small_newsroom)
    omar = sign_in(small_newsroom, login="omar", password=str(add(admin, "omar")))
    own = str(person(small_newsroom, "omar"))
    for path, more in (("", {"login": "x", "role": "admin"}), ("/change", {"role": "admin"}), ("/remove", {}),
                       ("/disable", {}), ("/enable", {})):  # fmt: skip
        data = {**csrf(omar), "site": "demo", "person": own, **more}
        assert omar.post(f"{PEOPLE}{path}", data=data).status_code == 403, path
    assert 'href="/console/people' not in omar.get("/console/").get_data(as_text=True)


def test_two_admins_who_demote_each_other_leave_one(newsroom: Newsroom) -> None:
    make, manage = newsroom.container.manage_staff.create_moderator, newsroom.container.manage_people
    omar = make("omar", "عمر", PASSWORD, "admin", ["demo"])
    pair = [newsroom.moderator.id, omar.id]

    def demote(acting: UUID, other: UUID) -> str:
        principal = Principal(Actor(ActorKind.MODERATOR, acting, "x"), newsroom.site.id, ROLES["admin"])
        try:
            manage.change(principal, other, "moderator", False)
        except ConflictError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as both:
        said = sorted(both.map(demote, pair, reversed(pair)))
    assert said == ["done", "last_admin"]
    assert newsroom.sql("SELECT count(*) FROM membership WHERE role = 'admin'") == [(1,)]


def test_when_somebody_was_last_at_work_is_known_to_the_minute(newsroom: Newsroom) -> None:
    client = sign_in(newsroom)
    seen = [newsroom.sql("SELECT last_seen_at FROM moderator")]
    for seconds in (30, 40, 600):
        newsroom.clock.forward(seconds=seconds)
        client.get("/console/")
        client.post("/console/language", data={**csrf(client), "lang": "en"})
        seen.append(newsroom.sql("SELECT last_seen_at FROM moderator"))
    assert seen[0] == seen[1]
    assert seen[1] != seen[2] != seen[3]
