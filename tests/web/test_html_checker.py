"""Every page and every fragment is HTML as the standard has it: the Nu checker finds nothing to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.demo.article import LEAD
from service.demo.site import create_site
from tests.browser.press import serving
from tests.gallery import CLOSED, FULL, LANGUAGES, Gallery, Shown
from tests.newsroom import FIELDS, Newsroom
from tests.ports import free_port
from tests.web.nu import complaints
from tests.web.test_console import hidden, sign_in

PAGE = {"Accept": "text/html"}
COMMENTS = "/v1/sites/demo/comments"
#: Advice, not a rule of the standard: an article should hold a heading. A comment is an article that is named by its
#: byline instead (aria-labelledby), or the empty place of one: fifty headings of two words each would bury the page's
#: own.
ADVICE = "warning: Article lacks heading."
NAMED = re.compile(r'<article class="[\w -]+"[^>]* aria-labelledby="|<article class="taliq-comment taliq-gone"')



class Folder:
    """Pages as files, each by a name that says what it shows."""

    def __init__(self, path: Path) -> None:
        self.path, self.names = path, set[str]()

    def put(self, name: str, html: str) -> None:
        file = re.sub(r"[^\w-]+", "-", name)
        assert file not in self.names, name
        self.names.add(file)
        (self.path / f"{file}.html").write_text(html, encoding="utf-8")

    def answer(self, name: str, answer: TestResponse, status: int = 200) -> None:
        assert (answer.status_code, answer.mimetype) == (status, "text/html"), (name, answer.get_data(as_text=True))
        self.put(name, answer.get_data(as_text=True))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "pages"
    path.mkdir()
    return Folder(path)


def wrapped(fragment: str, lang: str) -> str:
    """A fragment as a publisher's page holds it; that of a report as it stands under the heading of the thread."""
    fragment = f"<h2>x</h2>\n{fragment}" if "taliq-report-form" in fragment else fragment
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><title>x</title></head>\n'
        f"<body><h1>x</h1>\n{fragment}\n</body>\n</html>\n"
    )


def take(client: FlaskClient, shown: Shown, lang: str, into: Folder) -> None:
    answer = client.get(shown.path, headers=PAGE)
    name = f"{lang} {shown.name}"
    if shown.fragment:
        assert answer.status_code == 200, (name, answer.get_data(as_text=True))
        into.put(name, wrapped(answer.get_data(as_text=True), lang))
    else:
        into.answer(name, answer)


def refusals(gallery: Gallery, lang: str, into: Folder) -> None:
    """What comes back on a form that could not be taken as it was sent."""
    client, typed = gallery.newsroom.client(), {"lang": lang, "website": "javascript:1", "name": "س" * 500}
    post: Callable[..., TestResponse] = client.post
    new = {**FIELDS, "thread": "new", "url": f"{gallery.home}/a/new"}
    into.answer(f"{lang} 422 all fields", post(COMMENTS, data={**new, **typed, "email": "x", "body": ""}), 422)
    into.answer(f"{lang} 422 nothing typed", post(COMMENTS, data={"thread": FULL, "lang": lang}), 422)
    reply = {**new, "thread": FULL, "lang": lang, "parent": str(gallery.first), "email": "no"}
    into.answer(f"{lang} 422 reply", post(COMMENTS, data=reply), 422)
    into.answer(f"{lang} 422 foreign url", post(COMMENTS, data={**new, "url": "https://x.example", "lang": lang}), 422)
    into.answer(f"{lang} closed", post(COMMENTS, data={**FIELDS, "thread": CLOSED, "lang": lang}), 403)
    into.answer(f"{lang} no such site", post("/v1/sites/none/comments", data={**FIELDS, "lang": lang}), 404)
    into.answer(f"{lang} too large", post(COMMENTS, data={**FIELDS, "lang": lang, "body": "x" * 300_000}), 413)
    # Sent twice without an id: the second time there is no receipt to lead to.
    twice = {**new, "lang": lang, "body": f"مرتين {lang}"}
    assert post(COMMENTS, data=twice).status_code == 303
    into.answer(f"{lang} received", post(COMMENTS, data=twice), 202)
    receipt = f"/v1/sites/demo/receipts/{gallery.receipts['pending']}"
    for act, sent in (("edit", {"body": ""}), ("export", {"email": "x@example.org"})):
        into.answer(f"{lang} receipt {act} refused", post(f"{receipt}/{act}?lang={lang}", data=sent), 422)
    gone = f"/v1/sites/demo/receipts/{gallery.receipts['erased']}/edit?lang={lang}"
    into.answer(f"{lang} receipt edit too late", post(gone, data={"body": "x"}), 409)
    report = f"/v1/sites/demo/comments/{gallery.first}/report?lang={lang}"
    into.answer(f"{lang} report without a reason", post(report, data={"reason": "none"}), 422)


def console(gallery: Gallery, lang: str, into: Folder) -> None:
    room = gallery.newsroom
    into.answer(f"{lang} login", room.client().get(f"/console/login?lang={lang}"))
    wrong = {"login": "sara", "password": "wrong", "lang": lang}
    into.answer(f"{lang} login refused", room.client().post("/console/login", data=wrong), 401)
    client = sign_in(room)
    start = client.get("/console/").get_data(as_text=True)
    if f'lang="{lang}"' not in start.partition("<head")[0]:
        answer = client.post("/console/language", data={**hidden(start, "/console/language"), "lang": lang})
        assert answer.status_code == 303
        start = client.get("/console/").get_data(as_text=True)
    assert f'lang="{lang}"' in start.partition("<head")[0]
    for shown in gallery.console():
        into.answer(f"{lang} console {shown.name}", client.get(shown.path))
    page = client.get(f"/console/comments/{gallery.waiting}?site=demo").get_data(as_text=True)
    for number, subject in enumerate(("comment", "author")):
        form = {**hidden(page, "/console/notes", number), "body": "x" * 2_001}
        into.answer(f"{lang} console note on the {subject} refused", client.post("/console/notes", data=form), 422)
    form = {**hidden(page, "/console/redact"), "words": "ليس فيه"}
    into.answer(f"{lang} console redaction refused", client.post("/console/redact", data=form), 422)
    into.answer(f"{lang} console missing", client.get("/console/none"), 404)


def test_every_page_for_readers(small_newsroom: Newsroom, folder: Folder) -> None:
    gallery = Gallery(small_newsroom)
    client = small_newsroom.client()
    for lang in LANGUAGES:
        for shown in gallery.readers(lang):
            take(client, shown, lang, folder)
        refusals(gallery, lang, folder)
    judge(folder, at_least=100)


def test_every_page_of_the_console_and_the_document(small_newsroom: Newsroom, folder: Folder) -> None:
    gallery = Gallery(small_newsroom)
    for lang in LANGUAGES:
        console(gallery, lang, folder)
    judge(folder, at_least=20)


def test_the_demo_newspaper_with_the_fragments_in_it(small_newsroom: Newsroom, folder: Folder) -> None:
    port = free_port()
    service = f"http://127.0.0.1:{port}"
    with serving(small_newsroom.app(), port):
        client = create_site(service, site_url="https://news.example").test_client()
        comment = small_newsroom.approved(thread=LEAD.key, url=f"https://news.example{LEAD.path}")
        for name, path in {
            "front": "/",
            "article": LEAD.path,
            "article, reply": f"{LEAD.path}?parent={comment}",
        }.items():
            folder.answer(name, client.get(path))
        folder.answer("missing", client.get("/none"), 404)
    folder.answer("article without the service", client.get(LEAD.path))
    judge(folder, at_least=5)


def test_the_checker_sees_what_it_is_there_for(folder: Folder) -> None:
    """The control: an error and a warning, in a page and in a fragment."""
    folder.put("error", wrapped("<ul><p>x</p></ul>", "ar"))
    folder.put("warning", wrapped("<section>x</section>", "ar"))
    folder.put("twice", wrapped('<p id="a"></p><p id="a"></p>', "ar"))
    folder.put("good", wrapped("<p>x</p>", "ar"))
    found = complaints(folder.path)
    assert {line.partition(".html")[0] for line in found} == {"error", "warning", "twice"}, found


def judge(folder: Folder, at_least: int) -> None:
    assert len(folder.names) >= at_least
    found = [line for line in complaints(folder.path) if ADVICE not in line or not NAMED.search(line)]
    assert not found, f"{len(found)} complaints about {len(folder.names)} pages:\n" + "\n".join(found[:60])
    print(f"\n{len(folder.names)} pages and fragments checked")
