"""What the model would decide alike is offered beside what waits, with how much it is."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action
from service.queries import batches
from tests.newsroom import Newsroom
from tests.trained import BAD, GOOD, model, store
from tests.web.test_console import sign_in

OFFERED = re.compile(
    r'<li><a href="([^"]+)"( aria-current="page")?>([^<]+) <span class="number">([^<]+)</span></a></li>'
)
CARD = re.compile(r'<article class="card" id="item-([0-9a-f-]{36})"')


def offered(client: FlaskClient, address: str = "/console/?site=demo") -> dict[str, tuple[str, str, bool]]:
    """By what is offered: how many, the address, whether it is what is shown."""
    html = client.get(address).get_data(as_text=True)
    part = html[html.index('id="desk-batches"') : html.index('id="desk-leases"')]
    return {label: (count, unescape(url), bool(now)) for url, now, label, count in OFFERED.findall(part)}


@pytest.fixture
def client(newsroom: Newsroom) -> FlaskClient:
    return sign_in(newsroom, lang="en")


def test_each_batch_is_counted_and_leads_to_exactly_its_comments(newsroom: Newsroom, client: FlaskClient) -> None:
    store(newsroom, model())
    fine = [newsroom.pending(body=f"{GOOD} {number}") for number in range(3)]
    bad = newsroom.pending(body=BAD)
    newsroom.decide(newsroom.pending(body=f"{GOOD} 9"), Action.APPROVE)
    links = offered(client)
    assert {label: count for label, (count, *_) in links.items()} == {"Likely fine": "3", "Likely spam or refused": "1"}
    for label, ids in (("Likely fine", fine), ("Likely spam or refused", [bad])):
        _, url, current = links[label]
        assert not current
        page = client.get(url).get_data(as_text=True)
        assert CARD.findall(page) == [str(comment) for comment in ids]
        assert " data-list>" in page
        assert page.count('type="checkbox" form="batch"') == len(ids)
        # There it says where one is, and the other one is offered.
        assert {name: now for name, (_, _, now) in offered(client, url).items()} == {
            name: name == label for name in links
        }


def test_a_batch_is_not_a_search_and_says_of_each_comment_why(newsroom: Newsroom, client: FlaskClient) -> None:
    store(newsroom, model())
    newsroom.pending(body=BAD)
    page = client.get(offered(client)["Likely spam or refused"][1]).get_data(as_text=True)
    assert '<details class="find"><summary>' in page
    asked = client.get("/console/?site=demo&finding=likely_bad&search=x").get_data(as_text=True)
    assert '<details class="find" open><summary>' in asked
    assert re.search(r'<span class="muted">[^<]*\d · \d+ places marked in the text</span>', page)


def test_where_there_is_none_nothing_is_offered(newsroom: Newsroom, client: FlaskClient) -> None:
    newsroom.pending(body=GOOD)
    assert offered(client) == {}
    store(newsroom, model())
    newsroom.pending(body=BAD)
    assert list(offered(client)) == ["Likely spam or refused"]


@pytest.mark.parametrize("asked", ["view=approved", "view=all", "search=x", "finding=premoderation", "author=x"])
def test_elsewhere_nothing_is_offered(newsroom: Newsroom, client: FlaskClient, asked: str) -> None:
    store(newsroom, model())
    newsroom.pending(body=GOOD)
    address = f"/console/?site=demo&{asked}"
    assert offered(client, address) == {}
    assert "data-list>" not in client.get(address).get_data(as_text=True)


def test_of_what_is_edited_the_latest_text_counts(newsroom: Newsroom, client: FlaskClient) -> None:
    store(newsroom, model())
    comment = newsroom.pending(body=GOOD)
    newsroom.container.amend_comment.amend("demo", newsroom.container.signer.receipt(comment, 0), {"body": BAD})
    assert list(offered(client)) == ["Likely spam or refused"]


def test_of_a_long_queue_the_oldest_are_looked_at(
    newsroom: Newsroom, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LOOKED_AT", 3)
    store(newsroom, model())
    for number in range(3):
        newsroom.pending(body=f"{GOOD} {number}")
    assert offered(client)["Likely fine"][0] == "3"
    newsroom.pending(body=f"{GOOD} 3")
    assert offered(client)["Likely fine"][0] == "3+"


def test_another_sites_batches_are_its_own(newsroom: Newsroom, client: FlaskClient) -> None:
    store(newsroom, model())
    newsroom.pending(body=GOOD)
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    found = newsroom.container.reader.run(lambda s: batches.batch_counts(s, other.id))
    assert found == {"likely_fine": 0, "likely_bad": 0}
