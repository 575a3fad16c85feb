"""The policy page: what the site asks of its readers, set by its admins."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.domain.site import CACHED, SitePolicy
from service.i18n import format_span, t
from service.queries.site_setup import SiteView, site_view
from tests.newsroom import ORIGIN, Newsroom
from tests.web.test_console import sign_in
from tests.web.test_contacts import csrf, desk_of

POLICY = "/console/policy"
GOOD = {
    "name": "اليومية",
    "mode": "publish",
    "email": "optional",
    "website": "off",
    "language": "en",
    "edit_minutes": "30",
    "close_days": "90",
    "hold_links": "3",
    "cache_seconds": "3600",
    "stale_seconds": "60",
    "privacy_url": "https://daily.example/privacy",
    "origins": "https://daily.example\nhttps://www.daily.example\r\n",
}


def site(newsroom: Newsroom) -> SiteView:
    return newsroom.container.reader.run(lambda s: site_view(s, "demo"))


def send(client: FlaskClient, **more: str) -> tuple[int, str]:
    answer = client.post(POLICY, data={**csrf(client), "site": "demo", **GOOD, **more})
    return answer.status_code, answer.location or answer.get_data(as_text=True)


def test_an_admin_sets_everything_on_one_page(newsroom: Newsroom) -> None:
    client = sign_in(newsroom)
    code, where = send(client)
    assert (code, where) == (303, f"{POLICY}?site=demo&done=policy_saved")
    found = site(newsroom)
    assert found.name == "اليومية"
    assert found.policy == SitePolicy(
        mode="publish",
        email="optional",
        website="off",
        language="en",
        origins=("https://daily.example", "https://www.daily.example"),
        edit_minutes=30,
        close_days=90,
        hold_links=3,
        cache_seconds=3_600,
        stale_seconds=60,
        privacy_url="https://daily.example/privacy",
    )
    page = client.get(where).get_data(as_text=True)
    assert 'class="notice notice-ok"' in page
    assert 'value="https://daily.example/privacy"' in page
    assert '<option value="publish" selected>' in page


def test_sent_back_as_it_is_shown_it_changes_nothing(newsroom: Newsroom) -> None:
    """Every field is there, and each reads what the page has written."""
    before = site(newsroom)
    policy = before.policy
    shown = {name: str(getattr(policy, name)) for name in GOOD if name not in ("name", "origins")}
    code, _ = send(sign_in(newsroom), **shown, name=before.name, origins=ORIGIN)
    assert (code, site(newsroom)) == (303, before)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("name", "ص" * 201),
        ("mode", "open"),
        ("email", ""),
        ("edit_minutes", "ten"),
        ("edit_minutes", "10081"),
        ("close_days", "3651"),
        ("hold_links", "101"),
        ("close_days", ""),
        ("cache_seconds", "86401"),
        ("stale_seconds", "-1"),
        ("close_days", "0000000009999999"),
        ("privacy_url", "javascript:alert(1)"),
        ("origins", "daily.example"),
    ],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(small_newsroom: Newsroom, field: str, typed: str) -> None:
    before = site(small_newsroom)
    code, page = send(sign_in(small_newsroom), **{field: typed})
    assert code == 422
    assert page.count("field-error") == 1
    assert f'id="{field}-error"' in page
    assert 'value="https://daily.example/privacy"' in page or field == "privacy_url"
    assert typed in page or field in ("mode", "email"), "a choice that is none is offered anew"
    assert site(small_newsroom) == before


def test_every_fault_is_named_at_once(small_newsroom: Newsroom) -> None:
    code, page = send(sign_in(small_newsroom), name="", edit_minutes="-1", origins="x y", privacy_url="x")
    assert code == 422
    assert page.count('aria-invalid="true"') == 4


#: What a page says of a CDN: by language and the two numbers, for how long, and whether that is a warning.
SEEN = [
    ("en", (1, 0), "2 seconds at most", False),
    ("en", (0, 1), "2 seconds at most", False),
    ("en", (2, 0), "3 seconds at most", True),
    ("en", (3_600, 60), "1 hour, 1 minute and 1 second at most", True),
    ("ar", (1, 0), "ثانيتان على الأكثر", False),
    ("ar", (3_600, 60), "ساعة ودقيقة وثانية على الأكثر", True),
    ("ar", (0, 86_400), "24 ساعة وثانية على الأكثر", True),
]


@pytest.mark.parametrize(("lang", "numbers", "span", "longer"), SEEN)
def test_the_page_says_how_long_a_cdn_may_show_what_was_removed(
    small_newsroom: Newsroom, lang: str, numbers: tuple[int, int], span: str, longer: bool
) -> None:
    room, client = small_newsroom, sign_in(small_newsroom)
    client.post("/console/language", data={**csrf(client), "lang": lang})
    kept = dict(zip(CACHED, map(str, numbers), strict=True))
    # Before it is saved: something else has to be mended first.
    code, unsaved = send(client, **kept, name="")
    assert (code, site(room).policy) == (422, SitePolicy(origins=(ORIGIN,)))
    code, where = send(client, **kept)
    assert code == 303
    for page in (unsaved, client.get(where).get_data(as_text=True)):
        told = page.partition('<div id="seen" class="')[2].partition("</div>")[0]
        assert span in told
        assert t(lang, "policy.seen_usual") in told
        assert told.startswith("notice notice-error") == (t(lang, "policy.seen_longer") in told) == longer
        for name in CACHED:
            assert f'aria-describedby="{name}-what seen"' in page


def test_what_is_no_number_leaves_the_page_with_what_holds(small_newsroom: Newsroom) -> None:
    code, page = send(sign_in(small_newsroom), cache_seconds="x", stale_seconds="600")
    assert code == 422
    assert t("ar", "policy.seen", span=format_span("ar", 2)) in page


def test_a_moderator_sets_no_policy(small_newsroom: Newsroom) -> None:
    omar, before = desk_of(small_newsroom, "omar", contacts=True), site(small_newsroom)
    assert omar.get(POLICY).status_code == 403
    assert send(omar)[0] == 403
    assert site(small_newsroom) == before
