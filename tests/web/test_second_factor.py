"""The second factor: set up at the desk, asked for at the door, recovered from, taken off."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from service.bootstrap import build
from service.domain.totp import code_of, step_at
from service.usecases.manage_second_factor import RECOVERY_CODES
from tests.integration.conftest import Run, command_line  # noqa: F401 - a fixture
from tests.newsroom import PASSWORD, Newsroom, settings_for
from tests.web.test_console import sign_in
from tests.web.test_contacts import csrf

FACTOR = "/console/second-factor"
LOGIN = {"login": "sara", "password": PASSWORD}


class Phone:
    """An authenticator with the secret that the page showed."""

    def __init__(self, newsroom: Newsroom, client: FlaskClient) -> None:
        self.newsroom = newsroom
        answer = client.post(f"{FACTOR}/begin", data={**csrf(client), "current": PASSWORD})
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        self.secret = re.findall(r'class="secret" dir="ltr">([A-Z2-7]{32})<', page)[0]
        assert f"secret={self.secret}" in unescape(page)

    def code(self, step: int = 0) -> str:
        return code_of(self.secret, step_at(self.newsroom.clock()) + step)

    def next_code(self) -> str:
        self.newsroom.clock.forward(seconds=30)
        return self.code()


def confirm(client: FlaskClient, phone: Phone) -> list[str]:
    answer = client.post(f"{FACTOR}/confirm", data={**csrf(client), "code": phone.code()})
    assert answer.status_code == 200
    return re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5})</li>", answer.get_data(as_text=True))


def knock(newsroom: Newsroom) -> tuple[FlaskClient, str]:
    """Somebody with the password, before the page that asks for the code."""
    client = newsroom.client()
    answer = client.post("/console/login", data=LOGIN)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return client, re.findall(r'name="proof" value="([^"]+)"', answer.get_data(as_text=True))[0]


def enter(newsroom: Newsroom, code: str) -> int:
    client, proof = knock(newsroom)
    answer = client.post("/console/login/code", data={"proof": proof, "code": code})
    inside = client.get("/console/").status_code == 200
    assert inside == (answer.status_code == 303)
    return answer.status_code


def test_once_confirmed_the_password_alone_lets_nobody_in(newsroom: Newsroom) -> None:
    desk = sign_in(newsroom, lang="ar")
    phone = Phone(newsroom, desk)
    assert sign_in(newsroom).get("/console/").status_code == 200, "not confirmed yet"
    wrong = desk.post(f"{FACTOR}/confirm", data={**csrf(desk), "code": "000000"})
    assert wrong.status_code == 422
    assert phone.secret in wrong.get_data(as_text=True), "the same secret, to try again"
    assert len(confirm(desk, phone)) == RECOVERY_CODES
    client, _ = knock(newsroom)
    assert client.get("/console/").status_code == 303
    assert enter(newsroom, "123456") == 401
    assert enter(newsroom, phone.next_code()) == 303
    people = desk.get("/console/people").get_data(as_text=True)
    assert "مفعّل" in people


def test_a_code_is_used_once(newsroom: Newsroom) -> None:
    desk = sign_in(newsroom)
    phone = Phone(newsroom, desk)
    confirm(desk, phone)
    assert enter(newsroom, phone.code()) == 401, "it has confirmed the set-up"
    code = phone.next_code()
    assert enter(newsroom, code) == 303
    assert enter(newsroom, code) == 401
    assert enter(newsroom, phone.code(-1)) == 401


def test_each_recovery_code_lets_in_once(newsroom: Newsroom) -> None:
    desk = sign_in(newsroom, lang="en")
    first, second, *_ = confirm(desk, Phone(newsroom, desk))
    assert enter(newsroom, f" {first.upper().replace('-', ' ')} ") == 303
    assert enter(newsroom, first) == 401
    assert enter(newsroom, second) == 303
    assert f"{RECOVERY_CODES - 2} recovery codes" in desk.get(FACTOR).get_data(as_text=True)


def test_no_secret_and_no_recovery_code_lies_open(newsroom: Newsroom) -> None:
    desk = sign_in(newsroom)
    phone = Phone(newsroom, desk)
    codes = confirm(desk, phone)
    rows = repr(newsroom.sql("SELECT * FROM second_factor") + newsroom.sql("SELECT * FROM recovery_code"))
    assert phone.secret not in rows
    assert not any(code in rows or code.replace("-", "") in rows for code in codes)
    page = desk.get(FACTOR).get_data(as_text=True)
    assert not any(shown in page for shown in (phone.secret, *codes))


def test_a_proof_is_good_for_five_minutes_and_for_one_password(newsroom: Newsroom) -> None:
    desk = sign_in(newsroom)
    phone = Phone(newsroom, desk)
    confirm(desk, phone)
    client, proof = knock(newsroom)
    newsroom.clock.forward(seconds=301)
    assert client.post("/console/login/code", data={"proof": proof, "code": phone.code()}).status_code == 401
    client, proof = knock(newsroom)
    for forged in ("", "x", proof[:-2], f"x{proof}"):
        assert client.post("/console/login/code", data={"proof": forged, "code": phone.code()}).status_code == 401
    newsroom.container.manage_staff.reset_password("sara", "another-long-password")
    assert client.post("/console/login/code", data={"proof": proof, "code": phone.code()}).status_code == 401
    assert newsroom.sql("SELECT count(*) FROM login_session") == [(0,)]


def test_guessing_codes_is_slowed_down(small_newsroom: Newsroom) -> None:
    desk = sign_in(small_newsroom)
    phone = Phone(small_newsroom, desk)
    confirm(desk, phone)
    client, proof = knock(small_newsroom)
    codes = [
        client.post("/console/login/code", data={"proof": proof, "code": "000000"}).status_code for _ in range(10)
    ]
    assert codes == [401] * 10
    assert client.post("/console/login/code", data={"proof": proof, "code": phone.next_code()}).status_code == 429


def test_a_foreign_page_can_give_no_code(small_newsroom: Newsroom) -> None:
    desk = sign_in(small_newsroom)
    phone = Phone(small_newsroom, desk)
    confirm(desk, phone)
    client, proof = knock(small_newsroom)
    form = {"proof": proof, "code": phone.next_code()}
    answer = client.post("/console/login/code", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_a_sign_in_left_open_neither_sets_it_up_nor_takes_it_off(newsroom: Newsroom) -> None:
    desk = sign_in(newsroom)
    assert desk.post(f"{FACTOR}/begin", data={**csrf(desk), "current": "wrong"}).status_code == 422
    assert newsroom.sql("SELECT count(*) FROM second_factor") == [(0,)]
    phone = Phone(newsroom, desk)
    confirm(desk, phone)
    assert desk.post(f"{FACTOR}/begin", data={**csrf(desk), "current": PASSWORD}).status_code == 409
    refused = desk.post(f"{FACTOR}/off", data={**csrf(desk), "code": "000000"})
    assert "problem=code_wrong" in refused.location
    done = desk.post(f"{FACTOR}/off", data={**csrf(desk), "code": phone.next_code()})
    assert "done=second_factor_off" in done.location
    assert newsroom.sql("SELECT count(*) FROM recovery_code") == [(0,)]
    assert sign_in(newsroom).get("/console/").status_code == 200


@pytest.mark.usefixtures("newsroom")
def test_an_operator_takes_a_lost_factor_off(
    newsroom: Newsroom, database_url: str, command_line: Callable[[str], Run]  # noqa: F811
) -> None:
    desk = sign_in(newsroom)
    confirm(desk, Phone(newsroom, desk))
    run = command_line(database_url)
    assert run("moderator", "reset-second-factor", "nobody")[0] == 3
    assert run("moderator", "reset-second-factor", "Sara")[0] == 0
    assert desk.get("/console/").status_code == 303
    assert sign_in(newsroom).get("/console/").status_code == 200


def test_a_new_vault_key_takes_the_factors_along(newsroom: Newsroom, database_url: str) -> None:
    desk = sign_in(newsroom)
    phone = Phone(newsroom, desk)
    confirm(desk, phone)
    old = newsroom.container.settings.vault_keys
    fresh = "k2:ISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A"
    both = build(settings_for(database_url, vault_keys=f"{fresh},{old}"), clock=newsroom.clock)
    assert sum(both.rotate_vault.rotate()) == 1
    assert both.rotate_vault.counts() == {"k2": 1}
    both.close()
    alone = build(settings_for(database_url, vault_keys=fresh), clock=newsroom.clock)
    newsroom.container, kept = alone, newsroom.container
    assert enter(newsroom, phone.next_code()) == 303
    newsroom.container = kept
    alone.close()
