"""Lists of hosts at the desk: for the admins of a site, without a script."""

from __future__ import annotations

import re

import pytest

from service.domain.moderation import Status
from tests.newsroom import Newsroom
from tests.web.test_console import sign_in
from tests.web.test_contacts import csrf, desk_of

PAGE = "/console/lists"
GOOD = {"name": "كازينو", "kind": "host", "action": "spam", "hosts": "casino.example\r\n\r\nمثال.إختبار # هنا\r\n"}


def test_a_list_is_pasted_in_shown_and_taken_away(newsroom: Newsroom) -> None:
    client = sign_in(newsroom)
    form = {**csrf(client), "site": "demo"}
    answer = client.post(PAGE, data={**form, **GOOD})
    assert answer.location == f"{PAGE}?site=demo&done=list_saved"
    page = client.get(answer.location).get_data(as_text=True)
    assert "كازينو" in page
    assert "xn--mgbh0fb.xn--kgbechtv" in page
    assert "سارة" in page
    assert newsroom.submit(body="https://casino.example/").status == Status.PENDING
    assert newsroom.sql("SELECT status FROM comment") == [("spam",)]
    (listed,) = re.findall(r'name="list" value="([^"]+)"', page)
    gone = client.post(f"{PAGE}/remove", data={**form, "list": listed})
    assert gone.location.endswith("done=list_removed")
    assert newsroom.sql("SELECT count(*) FROM listed_host") == [(0,)]
    assert client.post(f"{PAGE}/remove", data={**form, "list": listed}).location.endswith("problem=list_not_found")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("hosts", "a.example\nnot a host\n", "2"),
        ("hosts", "", ""),
        ("name", " ", ""),
        ("action", "approve", ""),
        ("kind", "words", ""),
    ],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(
    small_newsroom: Newsroom, field: str, typed: str, said: str
) -> None:
    client = sign_in(small_newsroom)
    answer = client.post(PAGE, data={**csrf(client), "site": "demo", **GOOD, field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(rf'<p class="field-error" id="{field}-error">[^<]*{said}', page)
    if field != "hosts":
        assert "casino.example" in page
    assert small_newsroom.sql("SELECT count(*) FROM host_list") == [(0,)]


def test_a_long_public_list_fits_into_the_form(small_newsroom: Newsroom) -> None:
    client = sign_in(small_newsroom)
    hosts = "\r\n".join(f"host-{n}.mail.example" for n in range(8_500))
    sent = {**csrf(client), "site": "demo", **GOOD, "kind": "mail_domain", "action": "hold", "hosts": hosts}
    assert client.post(PAGE, data=sent).status_code == 303
    assert small_newsroom.sql("SELECT size FROM host_list") == [(8_500,)]


def test_a_moderator_has_no_say_in_it(small_newsroom: Newsroom) -> None:
    omar = desk_of(small_newsroom, "omar")
    assert omar.get(PAGE).status_code == 403
    form = {"site": "demo", **GOOD}
    token = re.search(r'name="csrf" value="([^"]+)"', omar.get("/console/").get_data(as_text=True))
    assert token is not None
    assert omar.post(PAGE, data={**form, "csrf": token[1]}).status_code == 403


def test_another_sites_list_is_not_there(small_newsroom: Newsroom) -> None:
    small_newsroom.container.manage_sites.create("other", "أخرى", {})
    stored = small_newsroom.container.manage_lists.replace("other", "host", "l", "hold", ["a.example"], "x")
    client = sign_in(small_newsroom)
    assert "a.example" not in client.get(PAGE).get_data(as_text=True)
    form = {**csrf(client), "site": "demo", "list": str(stored.id)}
    assert client.post(f"{PAGE}/remove", data=form).location.endswith("problem=list_not_found")
