"""Tokens at the desk: made, shown once, used, revoked."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from service.domain.access import SCOPES
from tests.newsroom import Newsroom
from tests.web.test_console import sign_in
from tests.web.test_contacts import csrf, desk_of

TOKENS = "/console/tokens"
READ = "moderation:read"


def make(client: FlaskClient, *scopes: str, name: str = "desk", days: str = "30") -> tuple[int, str]:
    ticked = {f"scope-{s}": "1" for s in scopes}
    answer = client.post(TOKENS, data={**csrf(client), "site": "demo", "name": name, "days": days, **ticked})
    return answer.status_code, answer.get_data(as_text=True)


def secret_in(page: str) -> str:
    return re.findall(r'class="secret" dir="ltr">(taliq_[^<]+)<', page)[0]


def queue(newsroom: Newsroom, client: FlaskClient, secret: str) -> int:
    return client.get("/v1/moderation/queue", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_token_is_shown_once_works_and_is_revoked(newsroom: Newsroom) -> None:
    admin = sign_in(newsroom, lang="ar")
    code, page = make(admin, READ, name="برنامج")
    secret = secret_in(page)
    assert code == 200
    assert queue(newsroom, newsroom.client(), secret) == 200
    listed = admin.get(TOKENS).get_data(as_text=True)
    assert "برنامج" in listed
    assert secret not in listed
    token = re.findall(r'name="token" value="([^"]+)"', listed)[0]
    done = admin.post(f"{TOKENS}/revoke", data={**csrf(admin), "site": "demo", "token": token})
    assert "done=token_revoked" in done.location
    assert queue(newsroom, newsroom.client(), secret) == 401
    assert 'name="token"' not in admin.get(TOKENS).get_data(as_text=True)


def test_what_was_typed_comes_back_with_every_fault(small_newsroom: Newsroom) -> None:
    admin = sign_in(small_newsroom)
    code, page = make(admin, name=" ")
    assert code == 422
    assert 'id="name-error"' in page
    assert 'id="scopes-error"' in page
    code, page = make(admin, READ, days="99999")
    assert code == 422
    assert 'id="days-error"' in page
    assert 'name="scope-moderation:read" value="1" checked' in page
    assert make(admin, "site:manage")[0] == 422, "a program runs no site"
    assert small_newsroom.sql("SELECT count(*) FROM api_token") == [(0,)]


def test_a_token_of_another_site_is_not_revoked_from_here(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("other", "other", {})
    foreign = newsroom.container.manage_staff.create_token("other", "a", [READ], 30)
    admin = sign_in(newsroom)
    answer = admin.post(f"{TOKENS}/revoke", data={**csrf(admin), "site": "demo", "token": str(foreign.token.id)})
    assert "problem=token_not_found" in answer.location
    assert newsroom.sql("SELECT count(*) FROM api_token WHERE revoked_at IS NOT NULL") == [(0,)]


def test_a_moderator_makes_no_tokens(small_newsroom: Newsroom) -> None:
    omar = desk_of(small_newsroom, "omar", contacts=True)
    assert omar.get(TOKENS).status_code == 403
    assert make(omar, *SCOPES)[0] == 403
    assert omar.post(f"{TOKENS}/revoke", data={**csrf(omar), "token": "x"}).status_code == 403


def test_last_use_is_known_to_the_minute_and_no_reading_writes_it(newsroom: Newsroom) -> None:
    """A program reads; it is written down beside the next act of anybody, once a minute at most."""
    client = sign_in(newsroom)
    secret = newsroom.container.manage_staff.create_token("demo", "a", [READ], 30).secret

    def used() -> object:
        return newsroom.sql("SELECT last_used_at FROM api_token")[0][0]

    def act() -> None:
        client.post("/console/language", data={**csrf(client), "lang": "en"})

    assert queue(newsroom, client, secret) == 200
    assert used() is None
    act()
    first = used()
    assert first is not None
    newsroom.clock.forward(seconds=40)
    queue(newsroom, client, secret)
    act()
    assert used() == first
    newsroom.clock.forward(seconds=30)
    queue(newsroom, client, secret)
    act()
    assert used() != first
    assert client.get(TOKENS).status_code == 200
