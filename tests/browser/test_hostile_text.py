"""Attacks as body, name and website, through the real service into a real browser: nothing acts, nothing asks.

The same browser with the same texts as they came is the control: there they act by the hundred. What a page may
hold around the texts is taken from the same pages of a site where nobody attacks.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.wrappers import Request, Response

from tests.browser.exhibition import LOGIN, PER_THREAD, Exhibition, exhibition
from tests.browser.hostile import Theatre, page_by_script, page_of
from tests.browser.press import serving
from tests.browser.visit import sign_in
from tests.newsroom import FIELDS, PASSWORD

pytestmark = pytest.mark.browser

#: Of every hundred texts about twenty act as they come; with the corpus that is some 270, of our own nearly all do.
NEEDED_TO_ACT, OWN_NEEDED_TO_ACT = 150, 10
THREADS_A_PAGE = 4
SAMPLE = 16
DATA = '<script type="application/ld+json">{"@graph":[]}</script>'
#: Of so many texts one is sent in every field of a form that is refused.
REFUSED_OF = 3


@pytest.fixture(scope="module")
def shown(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exhibition]:
    path = tmp_path_factory.mktemp("hostile") / "taliq.sqlite3"
    shutil.copy(sqlite_template, path)
    with exhibition(f"sqlite:///{path}") as made:
        yield made


@contextmanager
def theatre(chromium: Browser, *expected: str) -> Iterator[Theatre]:
    """A browser that a content policy could not help: it is switched off."""
    context = chromium.new_context(bypass_csp=True, locale="ar")
    try:
        yield Theatre(context, "|".join(expected))
    finally:
        context.close()


@contextmanager
def pages(parts: list[str]) -> Iterator[str]:
    """The parts as pages 0, 1, … of a site that adds nothing that could protect it."""

    @Request.application
    def app(request: Request) -> Response:
        return Response(parts[int(request.path[1:])], content_type="text/html; charset=utf-8")

    with serving(app) as origin:
        yield origin


def in_groups(shown: Exhibition) -> list[list[str]]:
    threads = shown.threads()
    return [threads[start : start + THREADS_A_PAGE] for start in range(0, len(threads), THREADS_A_PAGE)]


def assert_harmless(stage: Theatre, addresses: Iterable[str], texts: int, calm: str) -> None:
    """The pages at the addresses hold that many texts, nothing beyond the policy, and nothing the calm page has
    not, and nothing happens on them."""
    stage.show(calm)
    quiet = stage.audit()
    assert quiet["wrong"] == []
    seen = 0
    for address in addresses:
        stage.show(address)
        found = stage.audit()
        assert found["wrong"] == [], address
        assert set(found["frame"]) <= set(quiet["frame"]), address
        seen += found["names"]
    assert seen == texts
    assert dict(stage.acts.did) == {}


def test_the_control_as_they_come_the_texts_act(chromium: Browser, shown: Exhibition) -> None:
    with pages([page_of([""])]) as origin, theatre(chromium, f"{origin}/0$") as stage:
        stage.show(f"{origin}/0")
        stage.stage([page_of([text]) for text in shown.texts])
        acted = stage.acts.by_page("/raw/")
    print(f"\nOf {len(shown.texts)} texts {len(acted)} act as they come.")
    with_corpus = len(shown.texts) > 1_000
    assert len(acted) >= (NEEDED_TO_ACT if with_corpus else OWN_NEEDED_TO_ACT)


@pytest.mark.parametrize(
    ("part", "let_through"),
    [
        (f"<section class=taliq-thread><p>x</p>{DATA}</section>", True),
        ("<section class=taliq-thread><script>var x</script></section>", False),
        ("<section class=taliq-thread><script type='application/ld+json '>{}</script></section>", False),
        ("<section class=taliq-thread><script type='application/ld+json' id=x>{}</script></section>", False),
        ("<section class=taliq-thread><script type='application/ld+json'>{</script></section>", False),
        (f"<section class=taliq-thread>{DATA}{DATA}</section>", False),
        (f"<section class=taliq-thread><p>{DATA}</p></section>", False),
        (f"<section class=taliq-thread><div class=taliq-body>{DATA}</div></section>", False),
        (f"<p>x</p>{DATA}<section class=taliq-thread></section>", False),
    ],
)
def test_data_for_machines_passes_and_no_other_script(chromium: Browser, part: str, let_through: bool) -> None:
    """The judge of the tests below, judged: one block of that type, in a thread, which is JSON."""
    with pages([page_of([part])]) as origin, theatre(chromium, f"{origin}/0$") as stage:
        stage.show(f"{origin}/0")
        found = stage.audit()
    assert (not found["wrong"] and "script" not in found["frame"]) == let_through


def test_put_into_a_page_by_a_script_nothing_acts(chromium: Browser, shown: Exhibition) -> None:
    def comments(site: str, threads: list[str]) -> str:
        answers = [json.loads(shown.get(f"/v1/sites/{site}/comments?thread={t}")) for t in threads]
        assert all(a["next"] is None for a in answers)
        return page_by_script([c for a in answers for c in a["comments"]])

    groups = in_groups(shown)
    parts = [comments("demo", group) for group in groups]
    with (
        pages([*parts, comments("calm", ["t0"])]) as origin,
        theatre(chromium, rf"{origin}/\d+$") as stage,
    ):
        addresses = [f"{origin}/{number}" for number in range(len(parts))]
        assert_harmless(stage, addresses, len(shown.texts), f"{origin}/{len(parts)}")


def test_put_into_a_page_by_its_server_nothing_acts(chromium: Browser, shown: Exhibition) -> None:
    def fragments(site: str, threads: list[str]) -> str:
        return page_of(shown.get(f"/v1/sites/{site}/comments.html?thread={t}&lang=ar") for t in threads)

    groups = in_groups(shown)
    parts = [fragments("demo", group) for group in groups]
    with (
        pages([*parts, fragments("calm", ["t0"])]) as origin,
        theatre(chromium, rf"{origin}/\d+$") as stage,
    ):
        addresses = [f"{origin}/{number}" for number in range(len(parts))]
        assert_harmless(stage, addresses, len(shown.texts), f"{origin}/{len(parts)}")


def test_on_our_own_pages_for_readers_nothing_acts(chromium: Browser, shown: Exhibition) -> None:
    """The plain page of one thread, and receipts."""
    base = f"{shown.origin}/v1/sites"
    with theatre(chromium, rf"{shown.origin}/(v1/sites/\w+/page\?|static/)") as stage:
        page = f"{base}/demo/page?thread=t0&lang=ar"
        assert_harmless(
            stage, [page], min(PER_THREAD, len(shown.texts)), f"{base}/calm/page?thread=t0&lang=ar"
        )
    receipts = [a.receipt for a in shown.answers[:: len(shown.answers) // SAMPLE]]
    with theatre(chromium, rf"{shown.origin}/(v1/sites/\w+/receipts/[\w.-]+(\?lang=ar)?$|static/)") as stage:
        addresses = [f"{base}/demo/receipts/{receipt}?lang=ar" for receipt in receipts]
        assert_harmless(stage, addresses, 0, f"{base}/calm/receipts/{shown.calm[0].receipt}?lang=ar")


def test_in_a_form_that_comes_back_nothing_acts(chromium: Browser, shown: Exhibition) -> None:
    """Every field holds the text; the form is refused for its address, and each page comes back with all of them."""
    client = shown.newsroom.client()
    refused = []
    for text in shown.texts[::REFUSED_OF]:
        sent = dict.fromkeys(("name", "email", "website", "body", "title", "parent", "submission_id", "lang"), text)
        answer = client.post("/v1/sites/demo/comments", data={**FIELDS, **sent})
        assert answer.status_code == 422, text
        refused.append(answer.get_data(as_text=True))
    with pages([page_of([""])]) as origin, theatre(chromium, f"{origin}/0$") as stage:
        stage.show(f"{origin}/0")
        stage.stage(refused)
        # The pages' own styles are asked for, here of a site that has none.
        own = re.compile(rf"request {origin}/static/(shared|embed)/[a-z]+\.(css|svg)\?v=[0-9a-f]{{12}}$")
        assert {what for _, what in stage.acts.did if not own.match(what)} == set()
        stage.stage([page_of(["<img src=x onerror=alert(1)>"])])
        assert "alert" in {what for _, what in stage.acts.did}, "the control"


def test_in_the_console_nothing_acts(chromium: Browser, shown: Exhibition) -> None:
    console = f"{shown.origin}/console/"
    pages_of_it = r"console/(news\?.*|login.*|\?.*|comments/[0-9a-f-]{36}\?site=\w+)?$"
    with theatre(chromium, rf"{shown.origin}/({pages_of_it}|static/)") as stage:
        sign_in(stage.page, console, LOGIN, PASSWORD)
        queue = f"{console}?site=demo&view=approved"

        def turning() -> Iterator[str]:
            yield queue
            while more := stage.page.locator("nav.paging a[rel=next]").all():
                yield f"{shown.origin}{more[0].get_attribute('href')}"

        assert_harmless(stage, turning(), len(shown.texts), f"{console}?site=calm&view=approved")
        every = len(shown.answers) // SAMPLE
        singly = [f"{console}comments/{a.comment}?site=demo" for a in shown.answers[::every]]
        calm = f"{console}comments/{shown.calm[0].comment}?site=calm"
        assert_harmless(stage, singly, len(singly), calm)
