"""Searches kept by a name: one's own, asked again by a link."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from service.domain.desk import Ask, ask_from, read_ask
from tests.newsroom import Newsroom
from tests.web.test_console import hidden, sign_in
from tests.web.test_contacts import desk_of


def keep(client: FlaskClient, name: str, **asked: str) -> str:
    form = hidden(client.get(f"/console/?{urlencode(asked)}").get_data(as_text=True), "/console/searches")
    answer = client.post("/console/searches", data={**form, "name": name}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def kept(html: str) -> dict[str, str]:
    found = re.findall(r'<a href="([^"]+)" id="kept-[^"]+"[^>]*>([^<]+)</a>', html)
    return {unescape(name): unescape(url) for url, name in found}


def test_a_kept_search_asks_the_same_again(newsroom: Newsroom) -> None:
    newsroom.pending(body="حديث عن نهر")
    newsroom.pending(body="حديث آخر")
    client = sign_in(newsroom, lang="ar")
    page = keep(client, " نهر  ", view="all", search='نهر thread:"article-1"', language="ar", sort="oldest")
    assert 'aria-current="page" dir="auto">نهر</a>' in page, "the one that is shown says so"
    (url,) = kept(client.get("/console/").get_data(as_text=True)).values()
    again = client.get(url).get_data(as_text=True)
    assert again.count('<article class="card"') == 1
    assert 'value="article-1"' in again


def test_the_same_name_takes_the_place_of_the_first(small_newsroom: Newsroom) -> None:
    client = sign_in(small_newsroom)
    keep(client, "mine", search="one")
    page = keep(client, "mine", search="two")
    assert kept(page) == {"mine": "/console/?site=demo&view=pending&search=two"}


def test_a_kept_search_is_ones_own(small_newsroom: Newsroom) -> None:
    sara, omar = sign_in(small_newsroom), desk_of(small_newsroom, "omar")
    page = keep(sara, "mine", search="one")
    form = hidden(page, "/console/searches/drop")
    omars = hidden(omar.get("/console/").get_data(as_text=True), "/console/language")
    answer = omar.post("/console/searches/drop", data={**form, "csrf": omars["csrf"]})
    assert "problem=search_not_found" in answer.location
    assert kept(omar.get("/console/").get_data(as_text=True)) == {}
    assert list(kept(sara.get("/console/").get_data(as_text=True))) == ["mine"]
    sara.post("/console/searches/drop", data=form)
    assert kept(sara.get("/console/").get_data(as_text=True)) == {}


@pytest.mark.parametrize(("name", "sentence"), [("  ", "required"), ("x" * 81, "too_long")])
def test_a_name_is_needed(small_newsroom: Newsroom, name: str, sentence: str) -> None:
    page = keep(sign_in(small_newsroom, lang="en"), name, search="one")
    assert kept(page) == {}
    assert 'class="notice notice-error"' in page or sentence == "too_long"


def test_there_is_a_last_one(small_newsroom: Newsroom) -> None:
    client = sign_in(small_newsroom, lang="en")
    for number in range(20):
        keep(client, f"search {number}", search=f"word{number}")
    assert "Drop one first." in keep(client, "one more", search="more")
    assert len(kept(keep(client, "search 3", search="again"))) == 20, "one of the twenty can still be changed"


@pytest.mark.parametrize("typed", ['"by:ali"', '"status:spam" نهر', 'author:"من:هنا" كلمة'])
def test_what_was_quoted_stays_quoted(typed: str) -> None:
    ask = read_ask({"search": typed})
    assert ask_from({"view": ask.view, **ask.given()}) == ask


def test_two_clicks_keep_one(newsroom: Newsroom) -> None:
    keep, start = newsroom.container.keep_search.keep, Barrier(4)

    def click() -> None:
        start.wait()
        keep(newsroom.principal, "mine", Ask("all", search="word"))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(click) for _ in range(4)]:
            done.result()
    assert newsroom.sql("SELECT count(*) FROM kept_search") == [(1,)]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_time_is_none(small_newsroom: Newsroom, day: str) -> None:
    client = sign_in(small_newsroom, lang="en")
    assert 'class="notice notice-error"' in client.get(f"/console/?until={day}").get_data(as_text=True)


def test_what_is_not_known_any_more_is_left_out() -> None:
    asked = {"view": "gone", "sort": "sideways", "reason": "old", "since": "soon", "search": "word"}
    assert ask_from(asked) == Ask("pending", search="word")
    assert ask_from({"search": "status:gone word"}) == Ask()
