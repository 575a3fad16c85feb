"""The page of the model's lane: what is known before it is opened, what became of it, and what happened before."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action
from tests.contracts.place import signed_in
from tests.integration.test_lane import FAIR, lots, opened, taught  # noqa: F401 - fixtures
from tests.newsroom import Newsroom
from tests.web.test_contacts import csrf

LANE = "/console/lane"


def switch(client: FlaskClient, what: str, **numbers: str) -> str:
    """The page that the act leads to."""
    answer = client.post(f"{LANE}/{what}", data={**csrf(client), "site": "demo", **numbers})
    assert answer.status_code == 303
    return client.get(answer.location).get_data(as_text=True)


def test_it_is_closed_and_says_what_it_takes(newsroom: Newsroom) -> None:
    page = signed_in(newsroom).get(LANE).get_data(as_text=True)
    assert "المسار مغلق" in page
    assert "لا يمكن فتحه بعد" in page
    assert "/console/lane/open" not in page


def test_it_is_opened_at_an_offered_bound_and_closed_again(taught: Newsroom) -> None:  # noqa: F811
    client = signed_in(taught)
    offered = re.findall(r'<option value="(\d+)">[^<]+', client.get(LANE).get_data(as_text=True))
    assert "10" in offered
    assert "1" not in offered
    page = switch(client, "open", percent="10", audit="4")
    assert "فُتح المسار." in page
    assert 'action="/console/lane/close"' in page
    assert "سارة" in page
    page = switch(client, "close")
    assert "أُغلق المسار" in page
    assert page.index("أُغلق</strong>") < page.index("فُتح</strong>")


@pytest.mark.parametrize("typed", [{}, {"percent": "1", "audit": "5"}, {"percent": "-5", "audit": "x"}])
def test_what_is_not_offered_is_refused_with_a_reason(taught: Newsroom, typed: dict[str, str]) -> None:  # noqa: F811
    assert 'class="notice notice-error"' in switch(signed_in(taught), "open", **typed)
    assert taught.sql("SELECT count(*) FROM lane_change") == [(0,)]


def test_it_tells_what_became_of_the_lane(opened: Newsroom, lots: list[float]) -> None:  # noqa: F811
    opened.submit(body=FAIR[0])
    lots.append(0.0)
    drawn = [opened.submit(body=text).comment for text in FAIR[1:4]]
    assert drawn[0] is not None
    opened.decide(drawn[0], Action.REJECT, reason="insult")
    facts = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", signed_in(opened).get(LANE).get_data(as_text=True)))
    assert facts["نشره النموذج"].startswith("1،")
    assert facts["الخطأ فيما راجعه فريقكم"].startswith("1 خطأ من 1؛")
    assert facts["اختير بالقرعة ولا يزال ينتظر"] == "2"


def test_leads_are_told_when_it_has_closed_by_itself(opened: Newsroom, lots: list[float]) -> None:  # noqa: F811
    told = "لم يعد النموذج ينشر شيئًا من تلقاء نفسه"
    assert told not in signed_in(opened).get("/console/overview").get_data(as_text=True)
    lots.append(0.0)
    for text in FAIR[:2]:
        comment = opened.submit(body=text).comment
        assert comment is not None
        opened.decide(comment, Action.REJECT, reason="insult")
    assert opened.container.open_lane.watch(opened.site.id) is not None
    assert told in signed_in(opened).get("/console/overview").get_data(as_text=True)
    assert "أُغلق من تلقاء نفسه" in signed_in(opened).get(LANE).get_data(as_text=True)
    opened.container.manage_staff.create_moderator("omar", "عمر", "correct-horse-battery", "moderator", ["demo"])
    client = opened.client()
    client.post("/console/login", data={"login": "omar", "password": "correct-horse-battery"})
    assert told not in client.get("/console/overview").get_data(as_text=True)
    assert "اتركه مغلقًا" in signed_in(opened).get(LANE).get_data(as_text=True)
    switch(signed_in(opened), "close")
    assert told not in signed_in(opened).get("/console/overview").get_data(as_text=True)
