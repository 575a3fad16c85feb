"""What the desk says of an author: on the card, on a page of its own, and the sweep of all that waits."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Sequence
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import REASONS, Action
from service.i18n import t
from service.queries import authorship
from service.text.address import check_address
from tests.flows.canary import ADDRESS, NETWORK, RECEIPT, Canary, bytes_of
from tests.integration.test_digest import join
from tests.newsroom import FIELDS, PASSWORD, Newsroom
from tests.web.test_console import hidden, sign_in

MAIL = "nada@example.org"
LABELS = {language: {code: t(language, f"reason.{code}") for code in REASONS} for language in ("ar", "en")}


def spoken(html: str) -> str:
    """What is left for reading, in its order."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def digest_on(client: FlaskClient, comment: UUID) -> str:
    html = client.get(f"/console/comments/{comment}").get_data(as_text=True)
    return spoken(html.split('class="digest"')[1].partition(">")[2].partition("</div>")[0])


def told(room: Newsroom) -> UUID:
    """The newest of several comments of one address, decided in every way."""
    made = [room.pending(email=MAIL) for _ in range(8)]
    room.decide(made[0], Action.APPROVE)
    for comment, reason in zip(made[1:4], ("insult", "insult", "hate"), strict=True):
        room.decide(comment, Action.REJECT, reason=reason)
    room.decide(made[4], Action.SPAM)
    return made[7]


def preview(client: FlaskClient, comment: UUID, scope: str = "address", do: str = "reject-insult") -> dict[str, str]:
    """The form of the sweep, as it comes back when it is sent."""
    html = client.get(f"/console/authors/{comment}/sweep?site=demo&scope={scope}&do={do}").get_data(as_text=True)
    return {**hidden(html, "/console/sweep"), "do": do}


def standing(room: Newsroom, comments: Sequence[UUID]) -> list[str]:
    rows = {UUID(str(row[0])): str(row[1]) for row in room.sql("SELECT id, status FROM comment")}
    return [rows[comment] for comment in comments]


def test_a_card_tells_of_its_author_and_apart_of_the_address(newsroom: Newsroom) -> None:
    comment = told(newsroom)
    said = digest_on(sign_in(newsroom, lang="en"), comment)
    assert said == (
        "The author’s other comments: none known "
        "First seen: 25 November 2026, 09:00 UTC · 0 others waiting "
        "Nothing proves who wrote it "
        "Same address, unproven: 7 other comments · 1 approved · 3 rejected "
        f"{LABELS['en']['insult']} 2 {LABELS['en']['hate']}"
        " · 1 spam · First seen: 25 November 2026, 09:00 UTC · 2 others waiting"
    )
    said = digest_on(sign_in(newsroom, lang="ar"), comment)
    assert said == (
        "تعليقات الكاتب الأخرى: لا يُعرف له غير هذا "
        "أول ظهور: 25 نوفمبر 2026، 09:00 UTC · لا ينتظر غيره "
        "لا شيء يثبت من كتبه "
        "عنوان البريد نفسه، بلا إثبات: 7 تعليقات أخرى · تعليق منشور · 3 تعليقات مرفوضة "
        f"{LABELS['ar']['insult']} 2 {LABELS['ar']['hate']}"
        " · تعليق مزعج · أول ظهور: 25 نوفمبر 2026، 09:00 UTC · ينتظر معه تعليقان"
    )


def test_what_is_proven_to_be_one_authors_is_told_as_theirs(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=f"{n}@example.org") for n in range(4)]
    join(newsroom, made, "address")
    newsroom.decide(made[0], Action.REJECT, reason="libel")
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    unseen = newsroom.pending(email="late@example.org")
    join(newsroom, [made[0], unseen], "address")
    client = sign_in(newsroom, lang="en")
    said = digest_on(client, made[3])
    assert said.startswith(
        "The author’s other comments: 1 approved (1 of them seen by no moderator) · "
        f"1 rejected {LABELS['en']['libel']} First seen:"
    )
    judged = "Moderators’ judgement: 1 rejected"
    proven = f"Proven by a confirmed address · New · {judged} · at least 3% expected to be approved"
    assert f"2 others waiting {proven} Same address, unproven: no other comment" in said


def test_the_digest_stands_between_the_reasons_and_the_text_on_every_card(small_newsroom: Newsroom) -> None:
    small_newsroom.pending(body="كلمة\u202eمخفية")
    html = sign_in(small_newsroom, lang="en").get("/console/").get_data(as_text=True)
    parts = ('class="findings', 'class="byline"', 'class="digest"', 'class="text"', 'class="actions"')
    places = [html.index(part) for part in parts]
    assert places == sorted(places)
    assert html.count('class="digest"') == html.count("<article") == 1


def test_there_is_no_address_and_nothing_made_from_one_in_any_byte(newsroom: Newsroom) -> None:
    canary = Canary()
    made = [newsroom.pending(email=canary.typed) for _ in range(4)]
    newsroom.decide(made[0], Action.REJECT, reason="libel")
    newsroom.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
    address = check_address(canary.typed.strip())
    assert address is not None
    fingerprint = newsroom.container.vault.fingerprint(address.canonical, site=newsroom.site.id)
    stored = newsroom.sql("SELECT fingerprint FROM contact")[0][0]
    assert bytes(stored) == fingerprint  # type: ignore[call-overload]
    spellings = [fingerprint[:6], fingerprint.hex()[:12].encode(), base64.b64encode(fingerprint)[:8]]
    spellings += [base64.urlsafe_b64encode(fingerprint)[:8], str(UUID(bytes=fingerprint))[:13].encode()]
    client = newsroom.client()
    assert client.post("/console/login", data={"login": "omar", "password": PASSWORD}).status_code == 303
    at = f"/console/authors/{made[3]}"
    answers = [client.get(path) for path in ("/console/", at, f"{at}/sweep", f"{at}/sweep?scope=address")]
    answers.append(client.post("/console/sweep", data=preview(client, made[3])))
    answers.append(client.get(answers[-1].location))
    answers.append(newsroom.client().get("/v1/moderation/queue?view=all", headers=newsroom.token()))
    for answer in answers:
        data = bytes_of(answer)
        assert answer.status_code < 400
        assert canary.found_in(data, ADDRESS, NETWORK, RECEIPT) == set()
        assert not [spelling for spelling in spellings if spelling in data or spelling in data.lower()]
    page = answers[1].get_data(as_text=True)
    assert "عنوان البريد نفسه" in page or "Same address" in page, "shown to a moderator who may not see addresses"


def test_the_page_of_an_author_lists_what_is_theirs_and_apart_the_address(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=MAIL, body=f"نصّ رقم {n} تمامًا") for n in range(4)]
    join(newsroom, made[:2])
    newsroom.decide(made[0], Action.REJECT, reason="libel")
    client = sign_in(newsroom, lang="en")
    card = client.get("/console/").get_data(as_text=True)
    link = re.search(rf'<a href="(/console/authors/{made[1]}[^"#]*)"', card)
    assert link is not None
    html = client.get(unescape(link[1])).get_data(as_text=True)
    own, _, apart = html.partition('id="same-address"')
    own = own.partition('id="own"')[2]
    assert [f"رقم {n} " in own for n in range(4)] == [True, True, False, False]
    assert [f"رقم {n} " in apart for n in range(4)] == [False, False, True, True]
    assert own.index("رقم 1") < own.index("رقم 0")
    said = spoken(own)
    assert f"Reject · Reason: {LABELS['en']['libel']} · سارة" in said
    assert "No decision yet." in said
    assert "Anybody can type an address that is not theirs" in spoken(apart)


def test_a_long_history_comes_in_pages(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [newsroom.pending(email=MAIL) for _ in range(7)]
    join(newsroom, made[:4])
    for ask in ("own_comments", "same_address"):
        whole = getattr(authorship, ask)
        monkeypatch.setattr(authorship, ask, lambda *given, whole=whole: whole(*given, 2))
    client = sign_in(newsroom)
    first = client.get(f"/console/authors/{made[0]}").get_data(as_text=True)
    onward = [unescape(url) for url in re.findall(r'href="([^"]+)" rel="next"', first)]
    seen = re.findall(r'id="item-([0-9a-f-]+)"', first)
    assert seen == [str(made[n]) for n in (3, 2, 6, 5)]
    own, same = (client.get(url).get_data(as_text=True) for url in onward)
    assert re.findall(r'id="item-([0-9a-f-]+)"', own)[:2] == [str(made[1]), str(made[0])]
    assert re.findall(r'id="item-([0-9a-f-]+)"', same)[2:] == [str(made[4])]
    for wrong in ("cursor=x", f"same={onward[0].partition('cursor=')[2]}"):
        assert client.get(f"/console/authors/{made[0]}?{wrong}").status_code == 400


def test_a_sweep_decides_exactly_what_was_shown_and_is_undone_as_one(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=MAIL) for _ in range(4)]
    done, stranger = newsroom.approved(email=MAIL), newsroom.pending(email="other@example.org")
    client = sign_in(newsroom, lang="en")
    html = client.get(f"/console/authors/{made[0]}/sweep?scope=address&do=reject-insult").get_data(as_text=True)
    assert "4 comments are waiting. Exactly these are decided" in html
    assert "It is not proven that these are one person’s" in html
    assert '<option value="reject-insult" selected>' in html
    form = {**hidden(html, "/console/sweep"), "do": "reject-insult"}
    late = newsroom.pending(email=MAIL)
    answer = client.post("/console/sweep", data=form)
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, f"/console/authors/{made[0]}")
    assert standing(newsroom, [*made, done, late, stranger]) == ["rejected"] * 4 + ["approved", "pending", "pending"]
    log = newsroom.sql("SELECT batch, reason FROM decision WHERE batch IS NOT NULL")
    assert ([reason for _, reason in log], len({batch for batch, _ in log})) == (["insult"] * 4, 1)
    after = client.get(answer.location).get_data(as_text=True)
    assert "(4 comments)" in after
    client.post("/console/undo-batch", data=hidden(after, "/console/undo-batch"))
    assert standing(newsroom, [*made, done, late]) == ["pending"] * 4 + ["approved", "pending"]


def test_what_has_moved_on_since_the_preview_stays_and_is_counted(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=MAIL) for _ in range(5)]
    client = sign_in(newsroom, lang="en")
    form = preview(client, made[0], do="spam")
    newsroom.decide(made[0], Action.APPROVE)
    signer = newsroom.container.signer
    newsroom.container.amend_comment.amend("demo", signer.receipt(made[1], 0), {"body": "غيّرته"})
    newsroom.container.withdraw_comment.withdraw("demo", signer.receipt(made[2], 0))
    newsroom.container.erase_comment.erase("demo", signer.receipt(made[3], 0))
    answer = client.post("/console/sweep", data=form)
    assert standing(newsroom, made) == ["approved", "pending", "withdrawn", "erased", "spam"]
    assert "4 comments stayed as they were" in client.get(answer.location).get_data(as_text=True)
    again = client.post("/console/sweep", data={**form, "once": secrets.token_urlsafe(16)})
    assert "problem=stale_version" in again.location
    assert standing(newsroom, made) == ["approved", "pending", "withdrawn", "erased", "spam"]


def test_a_second_click_is_the_first(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=MAIL) for _ in range(3)]
    client = sign_in(newsroom)
    form = preview(client, made[0], do="approve")
    first, second = (client.post("/console/sweep", data=form).location for _ in range(2))
    assert first == second
    assert "batch=" in first
    assert newsroom.sql("SELECT count(*) FROM decision") == [(3,)]
    other = client.post("/console/sweep", data={**form, "do": "spam"})
    assert "problem=client_id_reused" in other.location
    assert standing(newsroom, made) == ["approved"] * 3


def test_a_sweep_of_the_author_leaves_the_address_alone(newsroom: Newsroom) -> None:
    made = [newsroom.pending(email=MAIL) for _ in range(4)]
    join(newsroom, made[:2])
    client = sign_in(newsroom)
    client.post("/console/sweep", data=preview(client, made[0], "author", "reject-libel"))
    assert standing(newsroom, made) == ["rejected", "rejected", "pending", "pending"]
    # One is a decision like any other, with its own way back.
    done = client.post("/console/sweep", data=preview(client, made[2], "author", "spam"))
    assert "decided=" in done.location
    assert 'action="/console/undo"' in client.get(done.location).get_data(as_text=True)


def test_where_nothing_waits_there_is_nothing_to_decide(small_newsroom: Newsroom) -> None:
    comment = small_newsroom.approved()
    html = sign_in(small_newsroom, lang="en").get(f"/console/authors/{comment}/sweep").get_data(as_text=True)
    assert "Nothing is waiting here." in html
    assert 'action="/console/sweep"' not in html


def test_five_hundred_fit_into_one_form(small_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorship, "MAX_SWEPT", 2)
    made = [small_newsroom.pending(email=MAIL) for _ in range(3)]
    client = sign_in(small_newsroom, lang="en")
    html = client.get(f"/console/authors/{made[0]}/sweep?scope=address").get_data(as_text=True)
    assert "There may be more behind these" in html
    form = {**hidden(html, "/console/sweep"), "do": "spam"}
    nobody = [f"{secrets.token_hex(16)}-123456789" for _ in range(498)]
    answer = client.post("/console/sweep", data={**form, "items": ".".join([form["items"], *nobody])})
    assert "stayed=498" in answer.location
    assert standing(small_newsroom, made) == ["pending", "spam", "spam"]


@pytest.mark.parametrize(
    "changed",
    [
        {"items": "x"},
        {"items": "{0}-1.{0}-1"},
        {"items": "{0}-1."},
        {"items": "{0}-0000000001"},
        {"items": "{0}-٣"},
        {"items": ""},
        {"items": ".".join(f"{n:032x}-1" for n in range(501))},
        {"once": ""},
        {"once": "short"},
        {"once": "x" * 32},
        {"do": "erase"},
        {"do": "reject-nothing"},
        {"do": ""},
        {"do": "reject-"},
        {"do": "insult"},
    ],
)
def test_a_form_that_is_not_ours_decides_nothing(small_newsroom: Newsroom, changed: dict[str, str]) -> None:
    comment = small_newsroom.pending()
    client = sign_in(small_newsroom)
    form = preview(client, comment, "author", "spam")
    sent = {**form, **{name: value.replace("{0}", comment.hex) for name, value in changed.items()}}
    answer = client.post("/console/sweep", data=sent)
    wanting = {("do", ""): "reason_required", ("items", ""): "nothing_chosen"}
    (problem,) = [wanting.get(field) for field in changed.items()]
    assert answer.status_code == (303 if problem else 400)
    assert f"problem={problem}" in answer.headers.get("Location", "problem=None")
    assert standing(small_newsroom, [comment]) == ["pending"]


def test_another_sites_comment_leads_nowhere_and_is_not_swept(small_newsroom: Newsroom) -> None:
    here = small_newsroom.pending(email=MAIL)
    small_newsroom.container.manage_sites.create("other", "أخرى", {"origins": ["https://o.example"]})
    fields = {**FIELDS, "url": "https://o.example/a", "email": MAIL}
    there = small_newsroom.container.submit_comment.submit("other", fields).comment
    assert there is not None
    client = sign_in(small_newsroom)
    for path in (f"/console/authors/{there}", f"/console/authors/{there}/sweep"):
        assert client.get(f"{path}?site=demo").status_code == 404
    form = preview(client, here, do="spam")
    both = {**form, "items": f"{form['items']}.{there.hex}-1"}
    assert "stayed=1" in client.post("/console/sweep", data=both).location
    assert standing(small_newsroom, [here, there]) == ["spam", "pending"]
