"""Two moderators at one queue in Chromium: different cards, no collision, and nothing held by whoever has gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_desk import current, key, room, saved, status
from tests.browser.visit import Visit, visit
from tests.newsroom import PASSWORD, Newsroom

__all__ = ["room"]
pytestmark = pytest.mark.browser

#: In the page's own time no time passes: what has been opened has only just been opened.
NO_TIME = "performance.now = () => 5"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture
def sit_down(chromium: Browser, room: Newsroom, stack: ExitStack) -> Callable[..., Page]:
    """Signs somebody in, in a browser of their own, and opens the queue; ``before`` readies the browser for it."""
    room.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
    origin = room.container.settings.public_url

    def sit(login: str, before: Callable[[Visit], object] | None = None) -> Page:
        made = stack.enter_context(visit(chromium, (origin,), cookies=True))
        # Not to the queue yet: it would take leases at once.
        made.page.goto(f"{origin}/console/login?next=%2Fconsole%2Frecord")
        made.page.fill("#login", login)
        made.page.fill("#password", PASSWORD)
        made.page.click("form.login button")
        made.page.wait_for_selector("nav.places")
        if before:
            before(made)
        open_queue(made.page)
        return made.page

    return sit


def open_queue(page: Page) -> None:
    origin = page.url.split("/console/")[0]
    page.goto(f"{origin}/console/?site=demo")
    page.wait_for_selector("html.has-desk")


def on_desk(page: Page) -> list[str]:
    return list(page.evaluate("[...document.querySelectorAll('#queue article')].map((card) => card.dataset.id)"))


def leased(room: Newsroom, login: str) -> set[str]:
    rows = room.sql(
        "SELECT l.comment_id FROM lease l JOIN moderator m ON m.id = l.moderator_id WHERE m.login = :login", login=login
    )
    return {str(UUID(str(comment))) for (comment,) in rows}


def until(page: Page, check: Callable[[], bool]) -> None:
    for _ in range(100):
        if check():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it does not come about")


def test_two_at_one_queue_have_different_cards_and_never_collide(
    room: Newsroom, sit_down: Callable[..., Page]
) -> None:
    """A refused decision would be an error in the console, which ends the visit with a complaint."""
    made = [str(room.pending()) for _ in range(40)]
    sara = sit_down("sara")
    until(sara, lambda: leased(room, "sara") == set(made[:25]))
    omar = sit_down("omar")
    until(omar, lambda: leased(room, "omar") == set(made[25:]))
    assert (on_desk(sara), on_desk(omar)) == (made[:25], made[25:])
    for _ in range(12):
        for page in (sara, omar):
            key(page, "a")
    saved(sara)
    saved(omar)
    assert room.sql("SELECT count(*), count(DISTINCT subject_id) FROM decision") == [(24, 24)]
    assert not set(on_desk(sara)) & set(on_desk(omar))


def test_what_was_on_a_tab_that_is_closed_comes_to_the_others(room: Newsroom, sit_down: Callable[..., Page]) -> None:
    made = [str(room.pending()) for _ in range(8)]
    sara = sit_down("sara")
    until(sara, lambda: len(leased(room, "sara")) == 8)
    omar = sit_down("omar")
    expect(omar.locator("#desk-empty")).to_be_visible()
    expect(omar.locator("#desk-empty")).to_contain_text("يقرأ زملاؤك كل ما بقي")
    sara.close()
    room.clock.forward(minutes=2)
    open_queue(omar)
    until(omar, lambda: leased(room, "omar") == set(made))
    for _ in made:
        key(omar, "a")
    saved(omar)
    assert room.sql("SELECT count(*) FROM comment WHERE status = 'approved'") == [(8,)]


def by_sara(room: Newsroom, wanted: list[str]) -> Callable[[Route], None]:
    """She takes these just before the request goes through."""

    def handle(route: Route) -> None:
        room.container.take_leases.take(room.principal, [UUID(i) for i in wanted])
        route.continue_()

    return handle


def test_of_two_who_open_the_same_page_at_once_one_gets_the_next(
    room: Newsroom, sit_down: Callable[..., Page]
) -> None:
    made = [str(room.pending()) for _ in range(40)]

    def before(visit: Visit) -> None:
        visit.context.add_init_script(NO_TIME)
        visit.page.route("**/console/leases", by_sara(room, made[:25]), times=1)

    omar = sit_down("omar", before)
    until(omar, lambda: leased(room, "omar") == set(made[25:]))
    assert on_desk(omar) == made[25:]
    expect(omar.locator(".reads")).to_have_count(0)


def test_the_card_that_is_being_read_stays_and_says_who_reads_it_too(
    room: Newsroom, sit_down: Callable[..., Page]
) -> None:
    made = [str(room.pending()) for _ in range(30)]
    held: list[Route] = []

    def before(visit: Visit) -> None:
        visit.page.route("**/console/leases", lambda route: held.append(route), times=1)

    omar = sit_down("omar", before)
    omar.wait_for_timeout(1_200)
    by_sara(room, made[:25])(held[0])
    expect(omar.locator("#queue > .now .reads")).to_contain_text("سارة")
    until(omar, lambda: leased(room, "omar") == set(made[25:]))
    assert current(omar) == made[0]
    assert on_desk(omar) == [made[0], *made[25:]]
    # It is no lock.
    key(omar, "a")
    saved(omar)
    assert status(room, UUID(made[0])) == "approved"


def test_what_is_skipped_is_for_somebody_else_first(room: Newsroom, sit_down: Callable[..., Page]) -> None:
    made = [str(room.pending()) for _ in range(3)]
    sara = sit_down("sara")
    until(sara, lambda: leased(room, "sara") == set(made))
    key(sara, "s")
    until(sara, lambda: leased(room, "sara") == set(made[1:]))
    omar = sit_down("omar")
    until(omar, lambda: leased(room, "omar") == {made[0]})
    assert on_desk(omar) == [made[0]]


def test_leases_are_renewed_while_somebody_is_there_and_not_for_a_page_left_open(
    room: Newsroom, sit_down: Callable[..., Page]
) -> None:
    room.pending()
    asked: list[str] = []

    def before(visit: Visit) -> None:
        visit.page.clock.install()
        visit.page.on("request", lambda request: request.url.endswith("/console/leases") and asked.append(request.url))

    sara = sit_down("sara", before)
    until(sara, lambda: len(asked) == 1)
    sara.clock.run_for(65_000)
    sara.wait_for_timeout(100)
    assert len(asked) == 1
    sara.mouse.move(50, 50)
    sara.clock.run_for(65_000)
    until(sara, lambda: len(asked) == 2)
    sara.clock.run_for(200_000)
    assert len(asked) == 2
    # Back at the desk after a while: at once.
    sara.mouse.move(90, 90)
    until(sara, lambda: len(asked) == 3)


def test_without_leases_the_desk_works_on(room: Newsroom, sit_down: Callable[..., Page]) -> None:
    made = [room.pending() for _ in range(3)]

    def before(visit: Visit) -> None:
        visit.announced.add("ERR_FAILED")
        visit.page.route("**/console/leases", lambda route: route.abort())

    sara = sit_down("sara", before)
    for name in ("a", "s", "2"):
        key(sara, name)
    saved(sara)
    assert sorted(status(room, c) for c in made) == ["approved", "pending", "rejected"]


def test_who_looks_through_all_there_is_takes_nothing(room: Newsroom, sit_down: Callable[..., Page]) -> None:
    comment = str(room.pending())
    room.container.take_leases.take(room.principal, [UUID(comment)])
    omar = sit_down("omar")
    omar.goto(omar.url.split("/console/")[0] + "/console/?site=demo&view=all")
    omar.wait_for_selector("html.has-desk")
    omar.mouse.move(50, 50)
    omar.wait_for_timeout(300)
    assert on_desk(omar) == [comment]
    assert leased(room, "omar") == set()
