"""Everything a reader meets, in each of the ten languages: as they asked, wholly, and the right way round."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from flask.testing import FlaskClient

from service.i18n import CATALOGUES, LANGUAGES, Plural, direction, language_name, read_catalogue, t
from tests.newsroom import FIELDS, Newsroom

SITE = "/v1/sites/demo"
PAGE = {"Accept": "text/html"}
RTL = {"ar", "fa", "ur", "he"}
PLAIN_TEXTS = {key: text for key, text in read_catalogue("en", "reader").items() if not isinstance(text, Plural)}
#: English texts long enough to be recognised anywhere, up to their first placeholder.
ENGLISH = {part for text in PLAIN_TEXTS.values() if len(part := str(text).split("{")[0].strip()) > 8}
#: Attributes that are read out or shown; the others hold addresses, ids and classes.
SAID_BY = ("aria-label", "title", "alt", "placeholder")
COMMENT = "متن"


class Shown(HTMLParser):
    """What a document says to people, and what it says about its language."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        #: Of each element with a language: its first class or its name, the language, the direction.
        self.marked: list[tuple[str, str | None, str | None]] = []
        self.links: list[dict[str, str | None]] = []
        self.hidden: dict[str, str | None] = {}
        self._silent = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        self._silent += tag in ("script", "style")
        self.texts += [value for name, value in attrs if value and (name in SAID_BY or name.startswith("data-"))]
        if "lang" in has and tag in ("html", "section"):
            self.marked.append((str(has.get("class") or tag).split()[0], has["lang"], has.get("dir")))
        if tag == "a" and "hreflang" in has:
            self.links.append(has)
        if tag == "input" and has.get("type") == "hidden":
            self.hidden[str(has.get("name"))] = has.get("value")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(re.sub("[ \n\t]+", " ", data).strip(" "))

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


def get(client: FlaskClient, address: str, status: int = 200, **query: str) -> Shown:
    answer = client.get(address, query_string=query or None, headers=PAGE)
    assert answer.status_code == status, (address, query)
    return Shown(answer.get_data(as_text=True))


def check(shown: Shown, language: str, *marked: str) -> None:
    """The elements say whose language they are in, and nothing in them is in another or without words."""
    way = "rtl" if language in RTL else "ltr"
    assert shown.marked == [(name, language, way) for name in marked]
    assert not [key for key in CATALOGUES["en"] if key in shown.texts or f" {key} " in shown.text]
    assert "{" not in shown.text.replace("{count}", "")
    if language != "en":
        assert not [text for text in ENGLISH if text in shown.text]


def test_directions_are_those_of_the_scripts() -> None:
    assert {language for language in LANGUAGES if direction(language) == "rtl"} == RTL


def test_the_form_and_the_discussion_come_in_the_language_asked_for(small_newsroom: Newsroom) -> None:
    first = small_newsroom.approved(body=COMMENT)
    small_newsroom.approved(body=COMMENT, name="دانا", parent=str(first))
    client = small_newsroom.client()
    for language in LANGUAGES:
        form = get(client, f"{SITE}/form", thread="article-1", parent=str(first), lang=language)
        check(form, language, "taliq-form")
        assert form.hidden["lang"] == language
        assert {t(language, key) for key in ("form.heading", "form.email_note", "form.send")} <= set(form.texts)
        fragment = get(client, f"{SITE}/comments.html", thread="article-1", lang=language)
        check(fragment, language, "taliq-thread")
        assert t(language, "thread.count", count=2) in fragment.texts
        assert fragment.texts.count(t(language, "comment.reply")) == 2
        empty = get(client, f"{SITE}/comments.html", thread="another", lang=language)
        check(empty, language, "taliq-thread")
        assert t(language, "thread.empty.open") in empty.texts


def test_the_page_comes_in_the_language_asked_for_and_offers_the_others(small_newsroom: Newsroom) -> None:
    small_newsroom.approved(body=COMMENT)
    client = small_newsroom.client()
    for language in LANGUAGES:
        page = get(client, f"{SITE}/page", thread="article-1", lang=language)
        check(page, language, "html", "taliq-thread", "taliq-form")
        assert t(language, "page.to_article") in page.texts
        assert [(link["lang"], link["hreflang"]) for link in page.links] == [(tag, tag) for tag in LANGUAGES]
        assert [link["hreflang"] for link in page.links if "aria-current" in link] == [language]
        for link in page.links:
            assert f"lang={link['hreflang']}" in str(link["href"])
            assert language_name(str(link["hreflang"])) in page.texts


def test_a_refused_form_comes_back_in_the_language_it_was_sent_in(small_newsroom: Newsroom) -> None:
    """The form carries its language; neither the address nor the browser says anything."""
    client = small_newsroom.client()
    for language in LANGUAGES:
        sent = {**FIELDS, "body": "", "email": "nobody", "lang": language}
        answer = client.post(f"{SITE}/comments", data=sent, headers=PAGE)
        assert answer.status_code == 422
        page = Shown(answer.get_data(as_text=True))
        check(page, language, "html", "taliq-form", "taliq-thread")
        label = t(language, "form.body") + t(language, "form.colon")
        assert f"{label} {t(language, 'field.required')}" in page.texts
        assert {t(language, key) for key in ("field.email_invalid", "form.correct")} <= set(page.texts)


def test_a_receipt_comes_in_the_language_of_the_comment_and_of_the_address(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for language in LANGUAGES:
        fields = {**FIELDS, "body": f"{COMMENT} {language}", "token": small_newsroom.form_token(), "lang": language}
        address = client.post(f"{SITE}/comments", data=fields, headers=PAGE).headers["Location"]
        assert f"lang={language}" in address
        receipt = get(client, address)
        check(receipt, language, "html")
        assert {t(language, key) for key in ("receipt.title.pending", "receipt.keep_why")} <= set(receipt.texts)
        path = address.partition("?")[0]
        for act in ("edit", "withdraw", "erase"):
            check(get(client, f"{path}/{act}", lang=language), language, "html")
        other = "fr" if language != "fr" else "fa"
        check(get(client, path, lang=other), other, "html")


def test_what_is_wrong_is_said_in_the_language_asked_for(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for language in LANGUAGES:
        page = get(client, f"{SITE}/receipts/open", 404, code="forged", lang=language)
        check(page, language, "html")
        assert t(language, "error.receipt_not_found") in page.texts
        problem = client.get(f"{SITE}/comments", query_string={"thread": "a", "cursor": "no", "lang": language})
        assert problem.json["title"] == t(language, "error.bad_cursor")
        refused = client.post(f"{SITE}/comments", json={**FIELDS, "name": "", "lang": language})
        message = t(language, "field.required")
        assert refused.json["fields"] == [{"field": "name", "code": "required", "message": message}]


def test_a_comment_is_reported_in_the_language_asked_for(small_newsroom: Newsroom) -> None:
    address = f"{SITE}/comments/{small_newsroom.approved(body=COMMENT)}/report"
    client = small_newsroom.client()
    for language in LANGUAGES:
        page = get(client, address, lang=language)
        check(page, language, "html")
        assert {t(language, key) for key in ("report.heading", "reason.libel")} <= set(page.texts)
        check(get(client, address, lang=language, fragment="1"), language, "taliq-report-form")
        check(get(client, address, lang=language, sent="1"), language, "html")


def test_counts_are_said_in_the_language_asked_for(small_newsroom: Newsroom) -> None:
    small_newsroom.approved(body=COMMENT)
    client = small_newsroom.client()
    for language in LANGUAGES:
        query = {"thread": ["article-1", "empty"], "lang": language}
        texts = client.get(f"{SITE}/counts", query_string=query).json["texts"]
        assert texts == {key: t(language, "thread.count", count=n) for key, n in (("article-1", 1), ("empty", 0))}


def test_a_site_has_a_language_of_its_own_for_who_names_none(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for language in LANGUAGES:
        small_newsroom.container.manage_sites.create(f"in-{language}", "صحيفة", {"language": language})
        site = f"/v1/sites/in-{language}"
        for asked in ({}, {"lang": "xx"}, {"lang": "tlh-Latn"}):
            page = get(client, f"{site}/page", thread="a", **asked)
            check(page, language, "html", "taliq-thread", "taliq-form")
            check(get(client, f"{site}/comments.html", thread="a", **asked), language, "taliq-thread")


def test_who_names_no_known_language_gets_the_next_best(small_newsroom: Newsroom) -> None:
    client = small_newsroom.client()
    for asked, preferred, answered in (
        ("fa-AF", None, "fa"),
        ("de_CH", None, "de"),
        ("ID", None, "id"),
        ("zh", None, "ar"),
        ("zh", "fr", "ar"),
        ("", "tr-TR,tr;q=0.9,en;q=0.5", "tr"),
        (None, "zh-CN,he;q=0.9", "he"),
        (None, "zh-CN", "ar"),
        (None, None, "ar"),
        ("es", "de", "es"),
    ):
        query = {"thread": "a"} if asked is None else {"thread": "a", "lang": asked}
        headers = {**PAGE, "Accept-Language": preferred} if preferred else PAGE
        page = client.get(f"{SITE}/page", query_string=query, headers=headers)
        check(Shown(page.get_data(as_text=True)), answered, "html", "taliq-thread", "taliq-form")
