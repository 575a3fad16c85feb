"""One's own account: where it is signed in, ended from elsewhere, and a new password."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.newsroom import PASSWORD, Newsroom
from tests.web.test_console import COOKIE
from tests.web.test_contacts import csrf

SESSIONS = "/console/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36"


def enter(newsroom: Newsroom, agent: str, login: str = "sara", password: str = PASSWORD) -> FlaskClient:
    client = newsroom.client()
    answer = client.post(
        "/console/login", data={"login": login, "password": password}, headers={"User-Agent": agent}
    )
    assert answer.status_code == 303
    return client


def inside(client: FlaskClient) -> bool:
    return client.get("/console/").status_code == 200


def test_the_list_says_where_one_is_signed_in_and_which_is_this(newsroom: Newsroom) -> None:
    desk, phone = enter(newsroom, FIREFOX), enter(newsroom, PHONE)
    newsroom.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
    enter(newsroom, "curl", "omar")
    page = desk.get(SESSIONS).get_data(as_text=True)
    assert re.findall(r"<bdi>(\w+, \w+)</bdi>", page) == ["Chrome, Android", "Firefox, Linux"]
    assert page.count("tag-approved") == 1
    assert page.index("Firefox, Linux") < page.index("tag-approved")
    assert len(re.findall('name="session"', page)) == 1
    assert "133" not in str(newsroom.sql("SELECT client FROM login_session"))
    assert inside(phone)


def test_one_is_ended_from_elsewhere(newsroom: Newsroom) -> None:
    desk, phone = enter(newsroom, FIREFOX), enter(newsroom, PHONE)
    (other,) = re.findall(r'name="session" value="([^"]+)"', desk.get(SESSIONS).get_data(as_text=True))
    answer = desk.post(f"{SESSIONS}/end", data={**csrf(desk), "session": other})
    assert "done=session_ended" in answer.location
    assert (inside(desk), inside(phone)) == (True, False)


def test_all_others_are_ended_at_once(newsroom: Newsroom) -> None:
    desk, others = enter(newsroom, FIREFOX), [enter(newsroom, PHONE) for _ in range(3)]
    assert desk.post(f"{SESSIONS}/end-others", data=csrf(desk)).status_code == 303
    assert inside(desk)
    assert not any(map(inside, others))


def test_nobody_ends_a_colleagues(newsroom: Newsroom) -> None:
    newsroom.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
    sara, omar = enter(newsroom, FIREFOX), enter(newsroom, PHONE, "omar")
    enter(newsroom, FIREFOX)
    (session,) = re.findall(r'name="session" value="([^"]+)"', sara.get(SESSIONS).get_data(as_text=True))
    omar.post(f"{SESSIONS}/end", data={**csrf(omar), "session": session})
    omar.post(f"{SESSIONS}/end-others", data=csrf(omar))
    assert newsroom.sql("SELECT count(*) FROM login_session") == [(3,)]


def test_a_new_password_ends_the_others_and_gives_this_one_a_new_cookie(newsroom: Newsroom) -> None:
    desk, phone = enter(newsroom, FIREFOX), enter(newsroom, PHONE)
    old = desk.get_cookie(COOKIE)
    assert old is not None
    typed = {"current": PASSWORD, "password": "another-long-password"}
    assert "done=password_changed" in desk.post("/console/password", data={**csrf(desk), **typed}).location
    assert (inside(desk), inside(phone)) == (True, False)
    thief = newsroom.client()
    thief.set_cookie(COOKIE, old.value)
    assert not inside(thief)
    assert inside(enter(newsroom, PHONE, password="another-long-password"))


def test_a_password_is_changed_only_by_who_knows_it_and_to_a_long_one(small_newsroom: Newsroom) -> None:
    desk = enter(small_newsroom, FIREFOX)
    for current, new, fault in (("wrong", "another-long-password", "current"), (PASSWORD, "short", "password")):
        answer = desk.post("/console/password", data={**csrf(desk), "current": current, "password": new})
        assert answer.status_code == 422
        assert f'id="{fault}-error"' in answer.get_data(as_text=True)
        assert new not in answer.get_data(as_text=True)
    codes = {
        desk.post("/console/password", data={**csrf(desk), "current": "x", "password": "y" * 12}).status_code
        for _ in range(10)
    }
    assert codes == {422, 429}
    assert inside(enter(small_newsroom, PHONE))
