"""Each check stands alone: taken out of the list, what only it sees is published, and nothing else changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from service.domain.moderation import Status
from service.screening import pipeline
from service.screening.phases import PHASES
from tests.newsroom import FIELDS, Newsroom, word

NETWORK = "192.0.2.7/32"


def send(newsroom: Newsroom, **fields: str) -> Status | None:
    mark = word()
    sent = {**FIELDS, "body": f"نص {mark}", "email": f"{mark}@example.org", "submission_id": secrets.token_urlsafe(24)}
    sent |= fields
    sent["token"] = newsroom.form_token(sent["thread"])
    return newsroom.container.submit_comment.submit("demo", sent, NETWORK).status


def links(newsroom: Newsroom) -> Status | None:
    return send(newsroom, body="https://a.example/ https://b.example/")


def listed(newsroom: Newsroom) -> Status | None:
    newsroom.container.manage_lists.replace("demo", "host", "l", "hold", ["a.example"], "x")
    return send(newsroom, body="https://a.example/")


def disposable(newsroom: Newsroom) -> Status | None:
    newsroom.container.manage_lists.replace("demo", "mail_domain", "l", "hold", ["throw.example"], "x")
    return send(newsroom, email="x@throw.example")


def borrowed(newsroom: Newsroom) -> Status | None:
    return send(newsroom, name="سَارة")


def newcomer(newsroom: Newsroom) -> Status | None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "hold_first_timers"})
    return send(newsroom)


def one_network(newsroom: Newsroom) -> Status | None:
    return [send(newsroom) for _ in range(9)][-1]


def one_author(newsroom: Newsroom) -> Status | None:
    answer = newsroom.submit(body=word(), remember=True)
    for _ in range(6):
        answer = newsroom.submit(body=word(), remember=True, device=answer.device)
    return answer.status


def silence(newsroom: Newsroom) -> Status | None:
    send(newsroom)
    newsroom.clock.forward(days=91)
    return send(newsroom)


CASES: dict[str, Callable[[Newsroom], Status | None]] = {
    "too_many_links": links,
    "listed_host": listed,
    "disposable_address": disposable,
    "impersonation": borrowed,
    "first_comment": newcomer,
    "flood_network": one_network,
    "flood_author": one_author,
    "old_thread": silence,
}


@pytest.mark.parametrize("name", CASES)
def test_without_its_check_it_is_published(
    small_newsroom: Newsroom, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    assert name in {phase.__name__ for phase in PHASES}
    without = tuple(phase for phase in PHASES if phase.__name__ != name)
    monkeypatch.setattr(pipeline.screen, "__defaults__", (without, *pipeline.screen.__defaults__[1:]))  # type: ignore[index]
    assert CASES[name](small_newsroom) == Status.APPROVED


@pytest.mark.parametrize("name", CASES)
def test_with_it_it_waits_and_says_why(small_newsroom: Newsroom, name: str) -> None:
    small_newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    assert CASES[name](small_newsroom) == Status.PENDING
    assert small_newsroom.sql("SELECT DISTINCT code FROM finding") == [(name,)]
