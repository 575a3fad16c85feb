"""How many links, and where they lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.screening.facts import FactMissingError, Facts, Form, Gathered, Known, ListedHost, Outcome
from service.screening.phases.disposable_address import disposable_address
from service.screening.phases.listed_host import listed_host
from service.screening.phases.too_many_links import too_many_links

ONE, TWO = "مصدره https://a.example/", "مصدراه https://a.example/ و www.b.example"


def facts(body: str, website: str | None = None, *listed: ListedHost, hold_links: int = 2) -> Facts:
    gathered = Gathered(listed_hosts=Known(listed), mail_domain_listed=Known(False))
    form = Form(timedelta(minutes=1), trap_filled=False)
    return Facts("publish", "ar", "سلمى", body, website, form, gathered, hold_links=hold_links)


@pytest.mark.parametrize(
    ("body", "website", "hold_links", "held"),
    [
        ("نص بلا روابط", "https://s.example/", 2, False),
        (ONE, None, 2, False),
        (ONE, "https://s.example/", 2, True),
        (TWO, None, 2, True),
        (TWO, None, 3, False),
        (ONE, None, 1, True),
        (TWO * 9, None, 0, False),
    ],
)
def test_so_many_links_as_the_site_says_hold(body: str, website: str | None, hold_links: int, held: bool) -> None:
    found = list(too_many_links(facts(body, website, hold_links=hold_links)))
    assert [f.code for f in found] == (["too_many_links"] if held else [])


def test_the_links_are_marked() -> None:
    (found,) = too_many_links(facts(TWO))
    assert [TWO[start:end] for start, end in found.spans] == ["https://a.example/", "www.b.example"]
    assert (found.rule, found.outcome) == ("links:2", Outcome.HOLD)


def test_each_list_says_what_it_asks_for() -> None:
    body = "https://x.bet.example/ https://bad.example/ https://fine.example/"
    known = [ListedHost("bet.example", "b", "spam"), ListedHost("bad.example", "a", "reject")]
    first, second = listed_host(facts(body, None, *known))
    assert (first.rule, first.outcome, first.reason) == ("list:a", Outcome.REJECT, "spam")
    assert [body[start:end] for start, end in first.spans] == ["https://bad.example/"]
    assert (second.rule, second.outcome, second.reason) == ("list:b", Outcome.SPAM, None)
    assert [body[start:end] for start, end in second.spans] == ["https://x.bet.example/"]


def test_a_listed_website_is_found_though_nothing_in_the_text_is_marked() -> None:
    (found,) = listed_host(facts("نص", "https://bad.example/", ListedHost("bad.example", "a", "hold")))
    assert (found.spans, found.outcome) == ((), Outcome.HOLD)


def test_nothing_listed_is_nothing_found() -> None:
    assert list(listed_host(facts(TWO))) == []


def test_a_throw_away_address_holds_and_the_finding_names_none() -> None:
    good = facts("نص")
    assert list(disposable_address(good)) == []
    (found,) = disposable_address(replace(good, gathered=Gathered(mail_domain_listed=Known(True))))
    assert (found.code, found.rule, found.outcome) == ("disposable_address", "mail_domain_list", Outcome.HOLD)


def test_what_could_not_be_asked_fails_the_check() -> None:
    unknown = replace(facts(TWO), gathered=Gathered())
    for phase in (listed_host, disposable_address):
        with pytest.raises(FactMissingError):
            list(phase(unknown))


def test_the_staff_may_link_to_what_it_likes() -> None:
    by_staff = replace(facts(TWO), gathered=Gathered(), staff=True, form=None)
    for phase in (too_many_links, listed_host, disposable_address):
        assert list(phase(by_staff)) == []
