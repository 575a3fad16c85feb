"""The rules at the desk: written, tried on what has been decided, found again, switched off and taken back."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.domain.moderation import Action, Status
from service.domain.rules import RuleDraft
from service.i18n import t
from service.screening.outcome import Outcome
from service.screening.rules import Rule, RuleBook
from service.text.fold import folded
from service.text.phrases import Mode
from tests.newsroom import Newsroom
from tests.web.test_console import hidden, sign_in

PAGE = "/console/rules"
RULE = {"phrases": "كلب\nقرد", "mode": "clitics", "action": "reject", "reason": "insult"}


def post(client: FlaskClient, path: str, **fields: str) -> Any:
    page = client.get("/console/").get_data(as_text=True)
    csrf = hidden(page, "/console/language")["csrf"]
    return client.post(f"{PAGE}/{path}", data={"csrf": csrf, "site": "demo", **fields})


def text_of(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


def plain(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(answer)).split())


@pytest.fixture
def decided(newsroom: Newsroom) -> Newsroom:
    """Fourteen comments with the word, thirteen of them refused; some without it."""
    for n in range(13):
        action, reason = (Action.REJECT, "insult") if n % 2 else (Action.SPAM, None)
        newsroom.decide(newsroom.pending(body=f"يا كَلْب رقم {n}"), action, reason=reason)
    newsroom.approved(body="رأيت الكلب في الحديقة")
    newsroom.approved(body="كلبشة في المخفر")
    for n in range(5):
        newsroom.approved(body=f"سلام عليكم {n}")
    newsroom.pending(body="كلب لم يقرر فيه أحد")
    return newsroom


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_without_a_rule_the_page_says_how_to_begin(newsroom: Newsroom, lang: str) -> None:
    page = text_of(sign_in(newsroom, lang=lang).get(PAGE))
    assert "taliq rules import" in page


def test_the_editor_stands_in_the_rules_and_the_head_says_so(small_newsroom: Newsroom) -> None:
    client = sign_in(small_newsroom)
    for path, current in (("rules", "page"), ("rules/rule", "true")):
        html = client.get(f"/console/{path}?site=demo").get_data(as_text=True)
        places = html.split('<nav class="places"')[1].partition("</nav>")[0]
        assert re.findall(r'href="([^"?]*)\S* aria-current="(\w+)"', places) == [("/console/rules", current)]


def test_a_rule_is_tried_before_it_is_saved_and_nothing_is_written_by_it(decided: Newsroom) -> None:
    client = sign_in(decided, lang="en")
    answer = post(client, "rule", do="test", **RULE)
    assert answer.status_code == 200
    said = plain(answer)
    assert "Would have matched 14 of the last 20 comments that people decided: 13 of them were refused" in said
    page = text_of(answer)
    assert "<mark>كَلْب</mark>" in page
    # What it would have done wrong comes first, and leads to the comment.
    first = re.search(r'<a href="(/console/comments/[^"]+)"><bdi>(.*?)</bdi>', page)
    assert first
    assert "الحديقة" in first[2]
    assert client.get(first[1]).status_code == 200
    assert "قرد\n" in page or "كلب\nقرد" in page, "what was typed is still there"
    assert decided.sql("SELECT count(*) FROM word_rule") == [(0,)]


def test_the_folded_form_and_ten_spellings_are_shown(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    page = text_of(post(client, "rule", do="test", **{**RULE, "phrases": "أحمق"}))
    assert "<bdi>احمق</bdi>" in page
    shown = re.search(r"<dt>Found too</dt><dd>(.*?)</dd>", page, re.S)
    assert shown
    assert len(re.findall(r"<bdi>", shown[1])) == 10


def test_saved_it_holds_from_now_on_and_stands_in_the_list_with_what_it_met(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    answer = post(client, "rule", do="save", **RULE)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?site=demo&done=rule_saved")
    assert newsroom.submit(body="يا كلب").status is Status.PENDING
    assert newsroom.sql("SELECT status FROM comment") == [("rejected",)]
    said = plain(client.get(PAGE))
    for part in ("كلب", "Reject", "Phrases 2", "Comments met 1", "nobody has decided yet", "سارة"):
        assert part in said, part


def test_the_moderator_reads_at_the_comment_which_rule_it_was(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    post(client, "rule", do="save", **{**RULE, "action": "hold"})
    comment = newsroom.pending(body="والكلب يا ق ر د")
    said = plain(client.get(f"/console/comments/{comment}"))
    assert "A word or phrase on your lists #1 كلب" in said


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_the_moderator_reads_at_the_comment_which_list_and_whose_name_it_was(newsroom: Newsroom, lang: str) -> None:
    newsroom.container.manage_lists.replace("demo", "host", "قمار <1>", "hold", ("casino.example",), "سارة")
    comment = newsroom.pending(body="انظروا https://casino.example/ الآن", name="سارة")
    html = sign_in(newsroom, lang=lang).get(f"/console/comments/{comment}").get_data(as_text=True)
    assert "<bdi>قمار &lt;1&gt;</bdi>" in html
    assert f"<strong>{t(lang, 'finding.listed_host')}</strong> <bdi>قمار" in unescape(html)
    assert f"<strong>{t(lang, 'finding.impersonation.staff')}</strong>" in unescape(html)
    assert t(lang, "finding.impersonation.site") != t(lang, "finding.impersonation.regular")


def test_a_disguise_alone_is_told_as_one(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="ar")
    post(client, "rule", do="save", **RULE)
    comment = newsroom.pending(body="يا ق ر د")
    page = text_of(client.get(f"/console/comments/{comment}"))
    assert "قد تكون كلمة من قوائمكم مموّهة" in page
    assert "<mark>ق ر د</mark>" in page
    assert "#1 قرد حروف متباعدة" in plain(client.get(f"/console/comments/{comment}"))


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_every_disguise_has_its_words(lang: str) -> None:
    listed = ["كلب", "idiot", "حمار", "porn"]
    book = RuleBook([Rule(1, listed, Mode.CLITICS, Outcome.HOLD)], "ar")
    seen = set[str]()
    for text in ("ك ل ب", "kلب", "pоrn", "حمممار", "كلٮ", "الporn", "idi0t", "كللب"):
        seen |= {found.disguise or "" for found in book.suspect(folded(text, "ar"), "")}
    assert seen == {"spaced_out", "lookalikes", "doubled_letters", "dotless", "mixed_scripts"}
    assert all(t(lang, f"disguise.{how}") for how in seen)


def test_what_has_to_be_mended_is_said_at_its_field_and_what_was_typed_stays(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    answer = post(client, "rule", do="save", **{**RULE, "phrases": "!", "reason": "", "name": "اسم"})
    assert answer.status_code == 422
    page = text_of(answer)
    assert page.count('aria-invalid="true"') == 2
    assert 'value="اسم"' in page
    assert newsroom.sql("SELECT count(*) FROM word_rule") == [(0,)]


def test_switched_off_removed_and_back_again(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    post(client, "rule", do="save", **RULE)
    for do, said, where in (
        ("off", "rule_off", "Off"),
        ("on", "rule_on", "Switch off"),
        ("remove", "rule_removed", "There is no rule yet"),
        ("back", "rule_back", "Switch off"),
    ):
        answer = post(client, "act", number="1", do=do)
        assert answer.location.endswith(f"done={said}")
        assert where in plain(client.get(answer.location)), do
    post(client, "act", number="1", do="remove")
    assert "Put back" in plain(client.get(f"{PAGE}?show=removed"))


def test_putting_back_stays_among_the_removed(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    post(client, "rule", do="save", **RULE)
    post(client, "act", number="1", do="remove")
    sent = hidden(text_of(client.get(f"{PAGE}?show=removed")), f"{PAGE}/act")
    assert sent["show"] == "removed"
    answer = client.post(f"{PAGE}/act", data={**sent, "do": "back"})
    assert answer.location == f"{PAGE}?site=demo&show=removed&done=rule_back"


@pytest.mark.parametrize(("do", "state", "said"), [("off", "Off", "It is off"), ("remove", "Removed", "It is removed")])
def test_saving_a_rule_that_is_not_in_force_says_so(newsroom: Newsroom, do: str, state: str, said: str) -> None:
    client = sign_in(newsroom, lang="en")
    post(client, "rule", do="save", **RULE)
    post(client, "act", number="1", do=do)
    assert f'<span class="tag">{state}</span>' in text_of(client.get(f"{PAGE}/rule?number=1"))
    answer = post(client, "rule", do="save", number="1", **RULE)
    page = plain(client.get(answer.location))
    assert said in page
    assert "holds from now on" not in page
    assert "كلب" in page, "the list it is in is shown"


def test_a_second_click_makes_no_second_rule(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    for more in ({}, {}, {"section": "رياضة"}, {"section": "رياضة"}, {"exceptions": "كلب كبير"}, {"mode": "word"}):
        answer = post(client, "rule", do="save", **{**RULE, **more})
        assert answer.location.endswith("done=rule_saved")
    assert newsroom.sql("SELECT count(*) FROM word_rule") == [(4,)]
    post(client, "act", number="1", do="off")
    post(client, "rule", do="save", **RULE)
    assert newsroom.sql("SELECT count(*) FROM word_rule") == [(5,)], "one that is off is no reason to have none"


def test_a_rule_of_another_site_is_not_there(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    assert client.get(f"{PAGE}/rule?number=7").status_code == 404
    assert post(client, "act", number="7", do="off").location.endswith("problem=rule_not_found")
    assert client.get(f"{PAGE}/rule?number=x").status_code == 400


def test_many_rules_come_page_by_page_and_a_word_finds_one(newsroom: Newsroom) -> None:
    client = sign_in(newsroom, lang="en")
    for n in range(27):
        post(client, "rule", do="save", **{**RULE, "phrases": f"عبارة {n}"})
    page = text_of(client.get(PAGE))
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following
    assert "عبارة 0" in text_of(client.get(following[1]))
    found = plain(client.get(f"{PAGE}?word=عبارة 13"))
    assert "عبارة 13" in found
    assert "عبارة 14" not in found


def test_a_list_too_long_for_a_form_is_shown_in_part_and_keeps_its_phrases(newsroom: Newsroom) -> None:
    client, many = sign_in(newsroom, lang="en"), tuple(f"كلمة {n}" for n in range(2_500))
    newsroom.container.manage_rules.write(newsroom.principal, RuleDraft("قائمة", many))
    page = text_of(client.get(f"{PAGE}/rule?number=1"))
    assert "2,500" in page
    assert 'name="phrases"' not in page
    post(client, "rule", number="1", do="save", name="اسم آخر", mode="word", action="spam")
    assert newsroom.sql("SELECT name, phrase_count, mode FROM word_rule") == [("اسم آخر", 2_500, "word")]
