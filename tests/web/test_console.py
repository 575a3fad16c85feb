"""The moderators' pages: sessions, form tokens, what comes back when something cannot be done."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action
from tests.newsroom import FIELDS, PASSWORD, Newsroom

COOKIE = "taliq-console"


def sign_in(newsroom: Newsroom, **more: str) -> FlaskClient:
    client = newsroom.client()
    answer = client.post("/console/login", data={"login": "sara", "password": PASSWORD, **more})
    assert answer.status_code == 303
    return client


def hidden(html: str, action: str, number: int = 0) -> dict[str, str]:
    """The hidden fields of a form that posts to ``action``."""
    form = html.split(f'action="{action}"')[number + 1].split("</form>", 1)[0]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def test_every_page_asks_to_sign_in(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    comment = small_newsroom.pending()
    for address in ("/console/", f"/console/comments/{comment}"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/console/login")
    for address in ("/console/decide", "/console/undo", "/console/logout", "/console/language"):
        assert client.post(address, data={"csrf": "x"}).status_code == 303
    assert small_newsroom.sql("SELECT status FROM comment") == [("pending",)]


@pytest.mark.parametrize(("login", "password"), [("sara", "wrong"), ("nobody", PASSWORD), ("", ""), ("\x00", "\x00")])
def test_a_wrong_login_and_a_wrong_password_are_one_answer(
    small_newsroom: Newsroom, login: str, password: str
) -> None:
    answer = small_newsroom.client().post("/console/login", data={"login": login, "password": password})
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert small_newsroom.sql("SELECT count(*) FROM login_session") == [(0,)]


def test_guessing_is_slowed_down(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    codes = [client.post("/console/login", data={"login": "sara", "password": "x"}).status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    assert client.post("/console/login", data={"login": "sara", "password": PASSWORD}).status_code == 429


def test_a_foreign_page_cannot_sign_somebody_in(small_newsroom: Newsroom) -> None:
    form = {"login": "sara", "password": PASSWORD}
    client = small_newsroom.client()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert client.post("/console/login", data=form, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/console/\\..", "/console//evil"]
)
def test_signing_in_leads_only_to_the_console(small_newsroom: Newsroom, target: str) -> None:
    answer = small_newsroom.client().post(
        "/console/login", data={"login": "sara", "password": PASSWORD, "next": target}
    )
    assert answer.headers["Location"] == "/console/"


def test_an_act_needs_the_sessions_own_form_token(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending()
    client, other = sign_in(small_newsroom), sign_in(small_newsroom)
    foreign = hidden(other.get("/console/").get_data(as_text=True), "/console/decide")["csrf"]
    form = {"comment": str(comment), "version": "1", "action": "approve", "return_to": "/console/"}
    for token in (None, "", "x", foreign):
        data = form if token is None else {**form, "csrf": token}
        answer = client.post("/console/decide", data=data)
        assert answer.status_code == 403
    own = hidden(client.get("/console/").get_data(as_text=True), "/console/decide")["csrf"]
    crossed = client.post("/console/decide", data={**form, "csrf": own}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert small_newsroom.sql("SELECT status FROM comment") == [("pending",)]
    assert client.post("/console/decide", data={**form, "csrf": own}).status_code == 303


def test_a_session_lives_twelve_hours_and_looking_does_not_renew_it(newsroom: Newsroom) -> None:
    newsroom.pending()
    client = sign_in(newsroom)
    newsroom.clock.forward(hours=11)
    page = client.get("/console/")
    assert page.status_code == 200
    newsroom.clock.forward(hours=1)
    assert client.get("/console/").status_code == 303


def test_acting_renews_a_session(newsroom: Newsroom) -> None:
    newsroom.pending()
    client = sign_in(newsroom)
    newsroom.clock.forward(hours=11)
    form = hidden(client.get("/console/").get_data(as_text=True), "/console/decide")
    assert client.post("/console/decide", data={**form, "action": "approve"}).status_code == 303
    newsroom.clock.forward(hours=11)
    assert client.get("/console/").status_code == 200


def test_signing_out_ends_the_session_on_the_server(newsroom: Newsroom) -> None:
    client = sign_in(newsroom)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    form = hidden(client.get("/console/").get_data(as_text=True), "/console/logout")
    assert client.post("/console/logout", data=form).status_code == 303
    client.set_cookie(COOKIE, cookie.value)
    assert client.get("/console/").status_code == 303


def test_a_new_password_ends_every_session(newsroom: Newsroom) -> None:
    client = sign_in(newsroom)
    newsroom.container.manage_staff.reset_password("sara", "another-long-password")
    assert client.get("/console/").status_code == 303


def test_the_cookie_is_out_of_reach_and_random(small_newsroom: Newsroom) -> None:
    answer = small_newsroom.client().post("/console/login", data={"login": "sara", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    (stored,) = small_newsroom.sql("SELECT token_hash FROM login_session")
    assert value.encode() not in bytes(stored[0])  # type: ignore[arg-type]


def test_a_page_shows_what_is_needed_to_decide(small_newsroom: Newsroom) -> None:
    parent = small_newsroom.approved(name="كاتب-الأصل", body="نص-الأصل")
    small_newsroom.pending(parent=str(parent), body="مخفي \u202e هنا", name="كاتب-الرد")
    html = sign_in(small_newsroom, lang="ar").get("/console/").get_data(as_text=True)
    for needed in ("كاتب-الأصل", "نص-الأصل", "كاتب-الرد", "نهر بين سدّين", "مخفي <mark>[U+202E]</mark> هنا"):
        assert needed in html
    assert "salma@example.org" not in html


def test_a_stale_decision_comes_back_as_a_sentence(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending()
    client = sign_in(small_newsroom)
    form = hidden(client.get("/console/").get_data(as_text=True), "/console/decide")
    small_newsroom.decide(comment, Action.SPAM)
    answer = client.post("/console/decide", data={**form, "action": "approve"})
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert 'role="alert"' in page
    assert small_newsroom.sql("SELECT status FROM comment") == [("spam",)]


def test_a_rejection_without_a_reason_comes_back_as_a_sentence(small_newsroom: Newsroom) -> None:
    small_newsroom.pending()
    client = sign_in(small_newsroom)
    form = hidden(client.get("/console/").get_data(as_text=True), "/console/decide")
    answer = client.post("/console/decide", data={**form, "action": "reject", "reason": ""})
    assert 'role="alert"' in client.get(answer.headers["Location"]).get_data(as_text=True)
    assert small_newsroom.sql("SELECT status FROM comment") == [("pending",)]


def test_the_queue_is_paged_and_its_empty_end_says_so(small_newsroom: Newsroom) -> None:
    comments = [small_newsroom.pending() for _ in range(30)]
    client = sign_in(small_newsroom)
    first = client.get("/console/").get_data(as_text=True)
    assert first.count("<article") == 25
    address = unescape(re.search(r'class="button" href="([^"]+)" rel="next"', first)[1])  # type: ignore[index]
    second = client.get(address).get_data(as_text=True)
    assert second.count("<article") == 5
    assert str(comments[-1]) in second
    assert client.get("/console/?view=spam").get_data(as_text=True).count("<article") == 0
    assert client.get("/console/?cursor=x").status_code == 400
    assert client.get("/console/?view=everything").status_code == 400


def test_a_moderator_sees_only_the_sites_of_the_account(small_newsroom: Newsroom) -> None:
    small_newsroom.container.manage_sites.create("other", "أخرى", {})
    client = sign_in(small_newsroom)
    assert client.get("/console/?site=other").status_code == 404
    assert client.get("/console/?site=demo").status_code == 200


def test_a_moderator_of_two_papers_decides_on_the_one_shown(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.create("zeta", "أخرى", {"origins": ["https://zeta.example"]})
    newsroom.container.manage_staff.create_moderator("both", "اثنان", PASSWORD, "moderator", ["demo", "zeta"])
    fields = {**FIELDS, "url": "https://zeta.example/a"}
    newsroom.container.submit_comment.submit("zeta", fields)
    client = newsroom.client()
    client.post("/console/login", data={"login": "both", "password": PASSWORD})
    page = client.get("/console/?site=zeta").get_data(as_text=True)
    done = client.post("/console/decide", data={**hidden(page, "/console/decide"), "action": "approve"})
    assert "decided=" in done.headers["Location"]
    assert newsroom.sql("SELECT status FROM comment") == [("approved",)]
    after = client.get(done.headers["Location"]).get_data(as_text=True)
    client.post("/console/undo", data=hidden(after, "/console/undo"))
    assert newsroom.sql("SELECT status FROM comment") == [("pending",)]


def test_deciding_after_the_session_ended_leads_back_to_the_queue(newsroom: Newsroom) -> None:
    newsroom.pending()
    client = sign_in(newsroom)
    form = hidden(client.get("/console/").get_data(as_text=True), "/console/decide")
    newsroom.clock.forward(hours=13)
    answer = client.post("/console/decide", data={**form, "action": "approve"})
    assert answer.headers["Location"] == "/console/login?next=/console/"


def test_the_page_of_one_comment_speaks_the_language_and_offers_undo(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.pending()
    client = sign_in(small_newsroom, lang="ar")
    page = client.get(f"/console/comments/{comment}").get_data(as_text=True)
    done = client.post("/console/decide", data={**hidden(page, "/console/decide"), "action": "approve"})
    after = client.get(done.headers["Location"]).get_data(as_text=True)
    assert ">approve<" not in after
    assert 'action="/console/undo"' in after
    assert 'href="/console/?site=demo&amp;view=approved"' in after


def test_the_language_is_the_moderators_choice(small_newsroom: Newsroom) -> None:
    client = sign_in(small_newsroom, lang="ar")
    page = client.get("/console/").get_data(as_text=True)
    assert '<html lang="ar" dir="rtl">' in page
    form = hidden(page, "/console/language")
    assert client.post("/console/language", data={**form, "lang": "en"}).status_code == 303
    assert '<html lang="en" dir="ltr">' in client.get("/console/").get_data(as_text=True)


def test_history_tells_who_what_and_why(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved()
    small_newsroom.decide(comment, Action.REJECT, 2, "libel")
    html = sign_in(small_newsroom, lang="en").get(f"/console/comments/{comment}").get_data(as_text=True)
    assert html.count("سارة") >= 2
    assert "Libel" in html or "libel" in html


def test_reports_and_edits_have_views_of_their_own_and_are_confirmed_there(newsroom: Newsroom) -> None:
    reported, edited = newsroom.approved(), newsroom.approved(body="النصّ الأول")
    for network, reason in enumerate(("spam", "spam", "libel")):
        newsroom.container.flag_comment.flag("demo", reported, reason, str(network))
    newsroom.container.amend_comment.amend(
        "demo", newsroom.container.signer.receipt(edited, 0), {"body": "النصّ الثاني"}
    )
    client = sign_in(newsroom, lang="en")
    html = client.get("/console/?view=reported").get_data(as_text=True)
    assert html.count("<article") == 1
    told = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html))
    assert "3 reports from readers: Spam or advertising 2 Libel 1" in told
    assert "Reported 1" in told
    done = client.post("/console/decide", data={**hidden(html, "/console/decide"), "action": "approve"})
    after = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "No published comment is reported" in after
    back = client.post("/console/undo", data=hidden(after, "/console/undo"))
    assert client.get(back.headers["Location"]).get_data(as_text=True).count("<article") == 1
    html = client.get("/console/?view=edits").get_data(as_text=True)
    assert html.count("<article") == 1
    assert html.index("What readers see now") < html.index("النصّ الأول") < html.index("النصّ الثاني")
    client.post("/console/decide", data={**hidden(html, "/console/decide"), "action": "approve"})
    assert "No edit is waiting" in client.get("/console/?view=edits").get_data(as_text=True)
    assert "النصّ الثاني" in client.get("/console/?view=approved").get_data(as_text=True)


@pytest.mark.parametrize("act", ["withdraw", "erase"])
def test_the_console_shows_what_its_author_took_back_and_offers_nothing(newsroom: Newsroom, act: str) -> None:
    comment = newsroom.pending(name="ليلى", body="كلام خاصّ")
    reply = newsroom.approved(parent=str(newsroom.approved()))
    assert reply
    client = sign_in(newsroom, lang="en")
    page = client.get(f"/console/comments/{comment}").get_data(as_text=True)
    done = client.post("/console/decide", data={**hidden(page, "/console/decide"), "action": "approve"})
    undo = hidden(client.get(done.headers["Location"]).get_data(as_text=True), "/console/undo")
    use = newsroom.container.withdraw_comment.withdraw if act == "withdraw" else newsroom.container.erase_comment.erase
    use("demo", newsroom.container.signer.receipt(comment, 0))
    html = client.get(done.headers["Location"]).get_data(as_text=True)
    assert 'action="/console/undo"' not in html
    assert 'action="/console/decide"' not in html
    assert "The author" in html
    assert {"withdraw": "Withdraw", "erase": "Erase"}[act] in html
    assert ("ليلى" in html, "كلام خاصّ" in html) == (act == "withdraw", act == "withdraw")
    assert "problem=transition_not_allowed" in client.post("/console/undo", data=undo).headers["Location"]


def test_a_reply_to_an_erased_comment_can_still_be_judged(small_newsroom: Newsroom) -> None:
    parent = small_newsroom.approved(name="ليلى")
    small_newsroom.pending(parent=str(parent), body="ردّ")
    small_newsroom.container.erase_comment.erase("demo", small_newsroom.container.signer.receipt(parent, 0))
    html = sign_in(small_newsroom, lang="en").get("/console/").get_data(as_text=True)
    assert "In reply to <bdi>(erased)</bdi>" in html
    assert "ليلى" not in html


def test_programs_see_the_two_views_and_confirm(newsroom: Newsroom) -> None:
    comment = newsroom.approved(body="النصّ الأول")
    newsroom.container.amend_comment.amend(
        "demo", newsroom.container.signer.receipt(comment, 0), {"body": "النصّ الثاني"}
    )
    newsroom.container.flag_comment.flag("demo", comment, "hate", "n")
    client, headers = newsroom.client(), newsroom.token()
    for view in ("edits", "reported"):
        (card,) = client.get(f"/v1/moderation/queue?view={view}", headers=headers).get_json()["comments"]
        assert (card["text"], card["published"]["text"]) == ("النصّ الثاني", "النصّ الأول")
        assert card["published"].keys() == {"revision", "text", "html", "dir", "lang"}
        assert card["reports"] == {"hate": 1}
    address = f"/v1/moderation/comments/{comment}/approve"
    made = client.post(address, json={"version": card["version"]}, headers=headers)
    assert (made.status_code, made.get_json()["from"], made.get_json()["to"]) == (200, "approved", "approved")
    again = client.post(address, json={"version": card["version"] + 1}, headers=headers)
    assert (again.status_code, again.get_json()["code"]) == (409, "transition_not_allowed")
    one = client.get(f"/v1/moderation/comments/{comment}", headers=headers).get_json()
    assert (one["published"], one["reports"], one["revision"]) == (None, {}, 2)
