"""The form, what it gives back, and the receipt that follows."""

from __future__ import annotations

import secrets

from service.domain.moderation import Action
from tests.newsroom import FIELDS, ORIGIN, Newsroom

ADDRESS = "/v1/sites/demo/comments"


def test_a_form_sent_twice_without_an_id_is_one_comment(newsroom: Newsroom) -> None:
    client = newsroom.client()
    assert client.post(ADDRESS, data=FIELDS).status_code == 303
    newsroom.clock.forward(minutes=9)
    again = client.post(ADDRESS, data=FIELDS)
    assert again.status_code == 202
    assert "Location" not in again.headers
    assert newsroom.sql("SELECT count(*) FROM comment") == [(1,)]
    assert client.post(ADDRESS, json=FIELDS).json == {"status": "received"}
    newsroom.clock.forward(minutes=2)
    assert client.post(ADDRESS, data=FIELDS).status_code == 303
    assert newsroom.sql("SELECT count(*) FROM comment") == [(2,)]


def test_the_form_is_never_cached_and_never_the_same(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    first, second = (client.get("/v1/sites/demo/form?thread=a") for _ in range(2))
    assert first.headers["Cache-Control"] == "no-store"
    assert first.data != second.data
    assert "maxlength" not in first.get_data(as_text=True)
    listing = client.get("/v1/sites/demo/comments.html?thread=a")
    assert "submission_id" not in listing.get_data(as_text=True)


def test_a_refused_form_keeps_its_submission_id(small_newsroom: Newsroom) -> None:
    own = secrets.token_urlsafe(24)
    page = small_newsroom.client().post(ADDRESS, data={**FIELDS, "body": "", "submission_id": own})
    assert page.status_code == 422
    assert own in page.get_data(as_text=True)


def test_typed_text_comes_back_escaped(small_newsroom: Newsroom) -> None:
    typed = '"><script>alert(1)</script>'
    page = small_newsroom.client().post(ADDRESS, data={**FIELDS, "email": typed, "body": typed, "name": typed})
    html = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_a_receipt_opens_one_comment_until_its_generation_is_raised(newsroom: Newsroom) -> None:
    client = newsroom.client()
    sent = client.post(ADDRESS, json=FIELDS).json
    address = f"/v1/sites/demo/receipts/{sent['receipt']}"
    shown = client.get(address, headers={"Accept": "application/json"})
    assert (shown.status_code, shown.json["status"]) == (200, "pending")
    assert shown.headers["Cache-Control"] == "no-store"
    newsroom.decide(newsroom.container.signer.read_receipt(sent["receipt"]), Action.SPAM)  # type: ignore[arg-type]
    assert client.get(address, headers={"Accept": "application/json"}).json["status"] == "rejected"
    for forged in (sent["receipt"][:-1] + "_", sent["receipt"].partition(".")[0], "x", "." + sent["receipt"], "%00"):
        assert client.get(f"/v1/sites/demo/receipts/{forged}").status_code == 404
    newsroom.container.manage_sites.create("other", "أخرى", {})
    assert client.get(address.replace("demo", "other")).status_code == 404
    stronger = newsroom.container.signer.receipt(newsroom.container.signer.read_receipt(sent["receipt"]), 1)  # type: ignore[arg-type]
    assert client.get(f"/v1/sites/demo/receipts/{stronger}").status_code == 404


def test_a_reply_form_names_whom_it_answers_and_only_public_ones(small_newsroom: Newsroom) -> None:
    public = small_newsroom.approved(name="كاتبة-عامة")
    hidden = small_newsroom.pending(name="كاتب-خفي")
    client = small_newsroom.client()
    form = client.get(f"/v1/sites/demo/form?thread=article-1&parent={public}").get_data(as_text=True)
    assert "كاتبة-عامة" in form
    assert f'name="parent" value="{public}"' in form
    for parent in (str(hidden), "nonsense", "0190b1f0-0000-7000-8000-000000000000"):
        plain = client.get(f"/v1/sites/demo/form?thread=article-1&parent={parent}").get_data(as_text=True)
        assert "كاتب-خفي" not in plain
        assert 'name="parent" value=""' in plain


def test_without_a_script_a_reply_is_written_under_what_it_answers_also_on_a_far_page(
    small_newsroom: Newsroom,
) -> None:
    made = []
    for number in range(52):
        small_newsroom.clock.forward(seconds=1)
        made.append(small_newsroom.approved(body=f"رقم {number}"))
    client = small_newsroom.client()
    for answered in (made[0], made[50]):
        page = client.get(f"/v1/sites/demo/page?thread=article-1&parent={answered}").get_data(as_text=True)
        assert page.count("<form ") == 1
        comment, form = page.index(f'id="comment-{answered}"'), page.index("<form ")
        following = page.find('<article class="taliq-comment"', comment + 1)
        assert comment < form < (following if following > 0 else len(page))
        assert f'name="parent" value="{answered}"' in page
    plain = client.get("/v1/sites/demo/page?thread=article-1").get_data(as_text=True)
    assert plain.index("<form ") > plain.rindex('<article class="taliq-comment"')
    refused = client.post(ADDRESS, data={**FIELDS, "body": "", "parent": str(made[0])}).get_data(as_text=True)
    assert refused.index("<form ") < refused.index('<article class="taliq-comment"')
    assert refused.count("<form ") == 1


def test_a_form_can_be_had_by_the_articles_address_alone(small_newsroom: Newsroom) -> None:
    answer = small_newsroom.client().get("/v1/sites/demo/form", query_string={"url": f"{ORIGIN}/a"})
    assert answer.status_code == 200
    assert small_newsroom.client().get("/v1/sites/demo/form").status_code == 400


def test_a_receipt_travels_in_no_referer(small_newsroom: Newsroom) -> None:
    sent = small_newsroom.client().post(ADDRESS, json=FIELDS).json
    page = small_newsroom.client().get(f"/v1/sites/demo/receipts/{sent['receipt']}", headers={"Accept": "text/html"})
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_an_id_nobody_could_use_is_replaced_in_the_form_that_comes_back(small_newsroom: Newsroom) -> None:
    page = small_newsroom.client().post(ADDRESS, data={**FIELDS, "submission_id": "too-short"})
    assert page.status_code == 422
    assert "too-short" not in page.get_data(as_text=True)
