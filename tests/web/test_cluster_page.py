"""A raid in the queue: one card for all of it, one page that shows what is different, one decision, one undo."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from service.domain.desk import Ask
from service.domain.moderation import Action
from service.queries import clusters, queue
from tests.newsroom import Newsroom
from tests.raid import copies
from tests.web.test_console import hidden, sign_in

HONEST = (
    "قرأت المقال مرتين وما زلت أرى أن الأرقام في الفقرة الثالثة لا تتفق مع ما نشرته الوزارة في الشهر الماضي",
    "شكرًا للكاتب على هذا الجهد",
)


def cards(html: str) -> list[UUID]:
    return [UUID(found) for found in re.findall(r'<article class="card" id="item-([0-9a-f-]+)"', html)]


def raid(room: Newsroom, count: int) -> list[UUID]:
    return [room.pending(body=text, email=f"bot{n}@example.org") for n, text in enumerate(copies(count))]


def shown(client: FlaskClient, comment: UUID, do: str = "spam") -> tuple[str, dict[str, str]]:
    """The page of the cluster, and its form as it comes back when it is sent."""
    html = client.get(f"/console/clusters/{comment}?site=demo&do={do}").get_data(as_text=True)
    return html, {**hidden(html, "/console/sweep"), "do": do}


def statuses(room: Newsroom) -> dict[UUID, str]:
    return {UUID(str(row[0])): str(row[1]) for row in room.sql("SELECT id, status FROM comment")}


def test_a_raid_of_300_copies_is_one_cluster_one_decision_and_one_undo(newsroom: Newsroom) -> None:
    honest = [newsroom.pending(body=HONEST[0])]
    made = raid(newsroom, 300)
    honest.append(newsroom.pending(body=HONEST[1]))
    client = sign_in(newsroom, lang="en")
    # One card stands for all of it.
    queued = client.get("/console/?site=demo").get_data(as_text=True)
    (stands,) = set(cards(queued)) - set(honest)
    assert len(cards(queued)) == 3
    assert queued.count("299 other nearly identical comments wait") == 1
    # One page lists it, one act decides it.
    html, form = shown(client, stands)
    assert "300 comments are waiting. Exactly these are decided" in html
    assert all(html.count(f"/console/comments/{comment}?") == 1 for comment in made)
    late = newsroom.pending(body=next(copies(1, seed=9)))
    answer = client.post("/console/sweep", data=form)
    assert {statuses(newsroom)[comment] for comment in made} == {"spam"}
    assert [statuses(newsroom)[comment] for comment in (*honest, late)] == ["pending"] * 3
    assert newsroom.sql("SELECT count(*), count(DISTINCT batch) FROM decision") == [(300, 1)]
    after = client.get(answer.location).get_data(as_text=True)
    assert cards(after) == [*honest, late]
    # One undo takes it back.
    client.post("/console/undo-batch", data=hidden(after, "/console/undo-batch"))
    assert set(statuses(newsroom).values()) == {"pending"}
    assert len(cards(client.get("/console/?site=demo").get_data(as_text=True))) == 3


def test_what_is_different_is_marked_and_the_rest_is_read_once(small_newsroom: Newsroom) -> None:
    text = "لا تشتروا من هذا المتجر فقد باعني هاتفًا مكسورًا ورفض أن يعيد المال ولم يرد على أي {} من رسائلي"
    first, second = (small_newsroom.pending(body=text.format(word)) for word in ("رسالة", "واحدة"))
    small_newsroom.pending(body=text.format("رسالة"))
    client = sign_in(small_newsroom)
    html, _ = shown(client, first)
    assert html.count("باعني هاتفًا مكسورًا") == 1
    (said,) = re.findall(r'<p class="text differing".*?</p>', html, re.S)
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<span.*?</span>|<[^>]+>", " ", said)))
    assert "رسالة" in words
    assert "واحدة" in words
    assert "…" in words
    assert html.count("النص نفسه بلا فرق") == 1
    # Asked for by another member the page begins with that one.
    html, form = shown(client, second)
    assert form["items"].startswith(second.hex)


def test_a_differing_address_is_one_word_in_its_own_direction_and_no_space_is_added(small_newsroom: Newsroom) -> None:
    text = "لا تشتروا من هذا المتجر فقد باعني هاتفًا مكسورًا ورفض أن يعيد المال، انظروا https://{}.example/shop/، ثم"
    first = small_newsroom.pending(body=text.format("one"))
    small_newsroom.pending(body=text.format("two"))
    html, _ = shown(sign_in(small_newsroom), first)
    (said,) = re.findall(r'<p class="text differing"[^>]*>(.*?)</p>', html, re.S)
    assert re.sub(r"<span.*?</span>", "", said).endswith(
        'انظروا <del dir="ltr">https://one.example/shop/</del> <ins dir="ltr">https://two.example/shop/</ins>، ثم'
    )


def test_members_that_moved_on_stay_and_are_counted(small_newsroom: Newsroom) -> None:
    made = raid(small_newsroom, 5)
    client = sign_in(small_newsroom, lang="en")
    _, form = shown(client, made[4], "reject-hate")
    small_newsroom.decide(made[0], Action.APPROVE)
    receipt = small_newsroom.container.signer.receipt(made[1], 0)
    small_newsroom.container.amend_comment.amend("demo", receipt, {"body": HONEST[0]})
    answer = client.post("/console/sweep", data=form)
    assert [statuses(small_newsroom)[c] for c in made] == ["approved", "pending", *["rejected"] * 3]
    assert "2 comments stayed as they were" in client.get(answer.location).get_data(as_text=True)


def test_what_is_alone_or_decided_has_no_cluster_on_its_card(small_newsroom: Newsroom) -> None:
    alone, done = small_newsroom.pending(body=HONEST[0]), raid(small_newsroom, 2)
    for comment in done:
        small_newsroom.decide(comment, Action.APPROVE)
    client = sign_in(small_newsroom, lang="en")
    for comment in (alone, *done):
        assert "data-alike" not in client.get(f"/console/comments/{comment}").get_data(as_text=True)
    html = client.get(f"/console/clusters/{done[0]}?site=demo").get_data(as_text=True)
    assert "Nothing is waiting here." in html
    assert 'action="/console/sweep"' not in html
    assert client.get(f"/console/clusters/{UUID(int=1)}?site=demo").status_code == 404


def test_what_is_not_shown_to_its_end_is_not_approved_together(
    small_newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "SHOWN", 60)
    made = raid(small_newsroom, 2)
    html, _ = shown(sign_in(small_newsroom), made[0], "approve")
    assert 'value="spam"' in html
    assert 'value="approve"' not in html


@pytest.mark.parametrize("sort", ["priority", "oldest", "newest"])
def test_one_card_stands_for_a_cluster_on_every_page_in_every_order(small_newsroom: Newsroom, sort: str) -> None:
    wanted = set()
    for number in range(7):
        small_newsroom.clock.forward(seconds=1)
        wanted.add(small_newsroom.pending())
        if number in (0, 3, 6):
            raid(small_newsroom, 3)
    found: list[UUID] = []
    cursor, ask = None, Ask(sort=sort)
    while True:
        page = small_newsroom.container.reader.run(
            lambda s, c=cursor: queue.queue_page(s, small_newsroom.site.id, ask, c, 2, collapsed=True)  # type: ignore[misc]
        )
        found += [card.id for card in page.cards]
        cursor = page.next
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 8
    assert wanted < set(found)
    everything = small_newsroom.container.reader.run(
        lambda s: queue.queue_page(s, small_newsroom.site.id, ask, None, 100)
    )
    assert len(everything.cards) == 7 + 9
    # Whoever looks for something in particular is shown all of it.
    narrowed = Ask(sort=sort, finding="premoderation")
    by_finding = small_newsroom.container.reader.run(
        lambda s: queue.queue_page(s, small_newsroom.site.id, narrowed, None, 100, collapsed=True)
    )
    assert len(by_finding.cards) == 7 + 9


def test_the_queue_can_be_asked_for_a_cluster_whatever_has_become_of_it(small_newsroom: Newsroom) -> None:
    made, honest = raid(small_newsroom, 3), small_newsroom.pending()
    small_newsroom.decide(made[0], Action.SPAM)
    client = sign_in(small_newsroom)
    for asked, found in (
        (f"view=all&sort=oldest&cluster={made[1]}", made),
        (f"view=pending&search=cluster:{made[0]}", made[1:]),
        (f"view=all&cluster={honest}", [honest]),
        (f"view=all&cluster={UUID(int=5)}", []),
        ("view=all&cluster=x", []),
    ):
        assert cards(client.get(f"/console/?site=demo&{asked}").get_data(as_text=True)) == found


def test_when_the_one_that_stands_for_it_is_decided_alone_the_next_does(small_newsroom: Newsroom) -> None:
    raid(small_newsroom, 3)
    client = sign_in(small_newsroom)
    stood = []
    for _ in range(3):
        (stands,) = cards(client.get("/console/?site=demo").get_data(as_text=True))
        small_newsroom.decide(stands, Action.SPAM)
        stood.append(stands)
    assert len(set(stood)) == 3
    assert cards(client.get("/console/?site=demo").get_data(as_text=True)) == []
