"""Leases at the desk without its script: a button, what is left out of the page, and the way to see it all the same."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from tests.newsroom import PASSWORD, Newsroom
from tests.web.test_console import hidden

JSON = {"Accept": "application/json"}
SHOW = "/console/?" + urlencode({"site": "demo", "view": "pending", "held": "1"})


def signed_in(room: Newsroom, login: str) -> FlaskClient:
    client = room.client()
    assert client.post("/console/login", data={"login": login, "password": PASSWORD}).status_code == 303
    return client


@pytest.fixture
def desks(small_newsroom: Newsroom) -> tuple[FlaskClient, FlaskClient]:
    small_newsroom.container.manage_staff.create_moderator("omar", "عمر <b>", PASSWORD, "moderator", ["demo"])
    return signed_in(small_newsroom, "sara"), signed_in(small_newsroom, "omar")


def page(client: FlaskClient, address: str = "/console/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def shown(html: str) -> list[UUID]:
    return [UUID(found) for found in re.findall(r'data-id="([^"]+)"', html)]


def test_with_the_button_a_moderator_takes_what_is_on_the_page(
    small_newsroom: Newsroom, desks: tuple[FlaskClient, FlaskClient]
) -> None:
    sara, omar = desks
    made = [small_newsroom.pending() for _ in range(30)]
    form = hidden(page(sara), "/console/leases")
    assert form["ids"].split() == [str(c) for c in made[:25]]
    answer = sara.post("/console/leases", data=form)
    assert (answer.status_code, answer.location) == (303, "/console/?site=demo&view=pending")
    assert "25 تعليقاً هنا محجوزة لك" in page(sara, answer.location)
    assert shown(page(sara)) == made[:25]

    html = page(omar)
    assert shown(html) == made[25:]
    assert "25 تعليقاً منها يقرؤها زملاء الآن" in html
    assert f'href="{SHOW.replace("&", "&amp;")}"' in html
    assert '<span class="number">30</span>' in html, "counts stay whole"
    omar.post("/console/leases", data=hidden(html, "/console/leases"))

    # He sees what she reads when he asks for it, with her name on the card, and may take the rest only.
    html = page(omar, SHOW)
    assert shown(html) == made[:25]
    assert html.count("<bdi>سارة</bdi>") == 25
    assert 'action="/console/leases"' not in html
    assert "أخفِ ما يقرؤونه" in html
    # And so does she, page after page; a name is text.
    following = re.search(r'data-next="([^"]+)"', page(sara, SHOW))
    assert following is not None
    html = page(sara, unescape(following[1]))
    assert shown(html) == made[25:]
    assert html.count("<bdi>عمر &lt;b&gt;</bdi>") == 5


def test_a_page_from_which_all_is_held_does_not_say_that_nothing_waits(
    small_newsroom: Newsroom, desks: tuple[FlaskClient, FlaskClient]
) -> None:
    sara, omar = desks
    assert "لا شيء ينتظر المراجعة" in page(omar)
    small_newsroom.pending()
    sara.post("/console/leases", data=hidden(page(sara), "/console/leases"))
    html = page(omar)
    assert "يقرأ زملاؤك كل ما بقي" in html
    assert "تعليق واحد منها يقرؤه زميل الآن" in html
    assert "لا شيء ينتظر المراجعة" not in html
    assert "قُرئ كل ما وصل" not in html
    small_newsroom.clock.forward(minutes=2)
    assert len(shown(page(omar))) == 1


def test_what_is_shown_all_the_same_can_be_decided_and_leads_back_there(
    small_newsroom: Newsroom, desks: tuple[FlaskClient, FlaskClient]
) -> None:
    sara, omar = desks
    small_newsroom.pending()
    sara.post("/console/leases", data=hidden(page(sara), "/console/leases"))
    form = hidden(page(omar, SHOW), "/console/decide")
    answer = omar.post("/console/decide", data={**form, "action": "approve"})
    assert answer.location.startswith(SHOW)
    assert small_newsroom.sql("SELECT status FROM comment") == [("approved",)]


def test_in_a_search_and_in_what_is_done_nothing_is_left_out_and_nothing_taken(
    small_newsroom: Newsroom, desks: tuple[FlaskClient, FlaskClient]
) -> None:
    sara, omar = desks
    comment = small_newsroom.pending(body="كلمة نادرة")
    sara.post("/console/leases", data=hidden(page(sara), "/console/leases"))
    for query in ("view=all", "view=pending&search=نادرة", "view=all&held=1"):
        html = page(omar, f"/console/?{query}")
        assert shown(html) == [comment]
        assert 'action="/console/leases"' not in html
        assert 'data-leases=""' in html


def test_a_script_hears_what_is_its_own_and_who_reads_the_rest(
    small_newsroom: Newsroom, desks: tuple[FlaskClient, FlaskClient]
) -> None:
    sara, omar = desks
    one, two = small_newsroom.pending(), small_newsroom.pending()

    def ask(client: FlaskClient, *ids: UUID, **more: str) -> tuple[int, dict[str, object]]:
        csrf = hidden(page(client), "/console/logout")["csrf"]
        form = {"csrf": csrf, "site": "demo", "ids": " ".join(map(str, ids)), **more}
        answer = client.post("/console/leases", data=form, headers=JSON)
        return answer.status_code, answer.get_json()

    assert ask(sara, one) == (200, {"mine": [str(one)], "held": {}})
    assert ask(omar, one, two) == (200, {"mine": [str(two)], "held": {str(one): "سارة"}})
    assert ask(sara, returned=str(one)) == (200, {"mine": [], "held": {}})
    assert ask(omar, one)[1]["mine"] == [str(one)]
    assert ask(sara, one, uuid4())[0] == 404
    assert ask(sara, *(uuid4() for _ in range(51)))[0] == 400
    assert ask(sara, ids="x")[0] == 400
