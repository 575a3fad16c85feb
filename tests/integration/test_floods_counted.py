"""How arrivals are counted: in the database, at once, and not for long."""

from __future__ import annotations

import contextlib
import secrets
import threading
from datetime import timedelta
from uuid import UUID

import pytest

from service.domain.errors import UnavailableError
from service.domain.moderation import Action, Status
from service.storage.arrivals import Arrival, networks_lately
from service.storage.uow import Session
from service.usecases.submit_comment import Answer
from tests.contracts.test_sql_counts import statements
from tests.newsroom import FIELDS, Newsroom, word

NETWORK = "192.0.2.7/32"


@pytest.fixture
def publishing(newsroom: Newsroom) -> Newsroom:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    return newsroom


def send(newsroom: Newsroom, network: str | None = NETWORK, **fields: object) -> Answer:
    """A comment of its own words from an address of its own, unless it is said."""
    mark = word()
    sent = {**FIELDS, "body": f"نص {mark}", "email": f"{mark}@example.org", "submission_id": secrets.token_urlsafe(24)}
    sent |= fields
    sent["token"] = newsroom.form_token(str(sent["thread"]))
    return newsroom.container.submit_comment.submit("demo", sent, network)


def statuses(newsroom: Newsroom, number: int, network: str = NETWORK, **fields: object) -> list[str]:
    return [str(send(newsroom, network, **fields).status) for _ in range(number)]


def found(newsroom: Newsroom) -> list[tuple[object, ...]]:
    return newsroom.sql("SELECT DISTINCT code, rule FROM finding ORDER BY code, rule")


def count(newsroom: Newsroom) -> int:
    return int(str(newsroom.sql("SELECT count(*) FROM arrival")[0][0]))


def test_what_one_network_sends_above_its_measure_waits_and_nothing_is_refused(publishing: Newsroom) -> None:
    assert statuses(publishing, 10) == ["approved"] * 8 + ["pending"] * 2
    assert found(publishing) == [("flood_network", "network")]
    assert send(publishing, "198.51.100.1/32").status == Status.APPROVED
    publishing.clock.forward(minutes=10, seconds=1)
    assert send(publishing).status == Status.APPROVED


def test_an_hour_has_a_measure_of_its_own(publishing: Newsroom) -> None:
    for _ in range(5):
        statuses(publishing, 6)
        publishing.clock.forward(minutes=10, seconds=1)
    assert found(publishing) == []
    assert send(publishing).status == Status.PENDING


def test_neighbours_are_counted_together(publishing: Newsroom) -> None:
    answers = [send(publishing, f"192.0.2.{n}/32").status for n in range(26)]
    assert answers == [Status.APPROVED] * 24 + [Status.PENDING] * 2
    assert found(publishing) == [("flood_network", "around")]
    assert send(publishing, "192.0.3.1/32").status == Status.APPROVED


def test_one_house_of_ipv6_is_one_network(publishing: Newsroom) -> None:
    answers = [send(publishing, f"2001:db8:0:{n:x}::/64").status for n in range(25)]
    assert answers[-1] == Status.PENDING


def test_midnight_is_no_new_beginning(publishing: Newsroom) -> None:
    publishing.clock.now = publishing.clock.now.replace(hour=23, minute=58)
    statuses(publishing, 8)
    publishing.clock.forward(minutes=4)
    assert send(publishing).status == Status.PENDING
    assert len({mark for (mark,) in publishing.sql("SELECT network FROM arrival")}) == 2, "another day, other marks"


def test_a_proven_author_sends_so_much_from_wherever(publishing: Newsroom) -> None:
    answers = [send(publishing, "203.0.113.1/32", remember=True)]
    for number in range(6):
        answers.append(send(publishing, f"203.{number}.113.1/32", remember=True, device=answers[-1].device))
    assert [answer.status for answer in answers] == [Status.APPROVED] * 6 + [Status.PENDING]
    assert found(publishing) == [("flood_author", "author")]


def test_what_is_typed_under_an_address_tells_nothing_of_its_owner(publishing: Newsroom) -> None:
    """Nor has anybody's comment held: an address is known to many, and typed by anybody."""
    assert send(publishing, "198.51.100.1/32", email="one@example.org").status == Status.APPROVED
    answers = [send(publishing, "203.0.113.1/32", email="one@example.org").status for _ in range(7)]
    assert answers == [Status.APPROVED] * 7
    assert send(publishing, "198.51.100.1/32", email="one@example.org").status == Status.APPROVED


def test_another_site_counts_for_itself(publishing: Newsroom) -> None:
    publishing.container.manage_sites.create("other", "أخرى", {"mode": "publish", "origins": ["https://news.example"]})
    statuses(publishing, 9, email="one@example.org")
    sent = {**FIELDS, "email": "one@example.org"}
    other = publishing.container.submit_comment.submit("other", sent, NETWORK)
    assert other.status == Status.PENDING
    codes = publishing.sql("SELECT code FROM finding WHERE comment_id = :id", id=_id(publishing, other))
    assert codes == [("form_missing",)]


def test_a_crowd_in_one_thread_waits_and_an_edit_does_not(
    publishing: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(publishing)
    _crowd(publishing, 150)
    assert send(publishing, "203.0.113.5/32").status == Status.PENDING
    assert found(publishing) == [("flood_thread", "networks:150")]
    assert send(publishing, "203.0.113.6/32", thread="other").status == Status.APPROVED
    publishing.container.amend_comment.amend("demo", str(first.receipt), {"body": "نص مصحح"})
    assert publishing.sql("SELECT published_revision FROM comment WHERE latest_revision = 2") == [(2,)]


def test_few_machines_make_no_crowd(publishing: Newsroom) -> None:
    send(publishing)
    _crowd(publishing, 400, networks=20)
    assert send(publishing, "203.0.113.5/32").status == Status.APPROVED


def test_a_crowd_on_the_site_waits_wherever_it_writes(publishing: Newsroom) -> None:
    send(publishing)
    _crowd(publishing, 300)
    assert send(publishing, "203.0.113.6/32", thread="other").status == Status.PENDING
    assert found(publishing) == [("flood_site", "networks:300")]


def test_a_crowd_that_has_stayed_is_the_usual_one(publishing: Newsroom) -> None:
    send(publishing)
    for _ in range(3):
        _crowd(publishing, 160)
        publishing.clock.forward(minutes=9, seconds=59)
    _crowd(publishing, 160)
    assert send(publishing, "203.0.113.5/32").status == Status.APPROVED


def test_what_is_older_than_an_hour_is_taken_away_as_others_come(newsroom: Newsroom) -> None:
    for _ in range(30):
        send(newsroom)
    newsroom.clock.forward(hours=1, seconds=1)
    send(newsroom)
    assert count(newsroom) == 11, "twenty at a time, so that no comment pays for many"
    send(newsroom)
    assert count(newsroom) == 2


def test_what_comes_from_nobody_knows_where_is_not_written_down(newsroom: Newsroom) -> None:
    send(newsroom, None)
    assert count(newsroom) == 0
    assert newsroom.submit(body="نص آخر").status == Status.PENDING


def test_an_erased_comment_leaves_no_arrival(newsroom: Newsroom) -> None:
    mine = send(newsroom)
    newsroom.clock.forward(seconds=1)
    send(newsroom)
    newsroom.container.erase_comment.erase("demo", str(mine.receipt))
    assert count(newsroom) == 1


def test_no_network_and_no_address_lies_in_an_arrival(newsroom: Newsroom) -> None:
    send(newsroom)
    (row,) = newsroom.sql("SELECT network, wider FROM arrival")
    assert all(len(bytes(mark)) == 16 for mark in row)  # type: ignore[call-overload]
    assert row[0] != row[1]


def test_two_hundred_at_once_do_not_all_find_nobody_there(publishing: Newsroom) -> None:
    """From one network, with an address each and all in a thread that is there already."""
    send(publishing, "198.51.100.1/32")
    ready, answers = threading.Barrier(8), []

    def twenty_five() -> None:
        own: list[Status | None] = []
        ready.wait()
        while len(own) < 25:
            # SQLite lets one write at a time, and tells whoever has waited too long to come again.
            with contextlib.suppress(UnavailableError):
                own.append(send(publishing).status)
        answers.extend(own)

    workers = [threading.Thread(target=twenty_five) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(answers) == 200
    assert answers.count(Status.APPROVED) == 8


def test_an_old_thread_holds_until_a_moderator_lets_one(publishing: Newsroom) -> None:
    send(publishing)
    publishing.clock.forward(days=90)
    assert send(publishing).status == Status.APPROVED, "ninety days are not yet old"
    publishing.clock.forward(days=1)
    answer = send(publishing)
    assert (answer.status, found(publishing)) == (Status.PENDING, [("old_thread", "days:90")])
    assert send(publishing, thread="new").status == Status.APPROVED
    assert answer.comment is not None
    publishing.decide(answer.comment, Action.APPROVE)
    assert send(publishing).status == Status.APPROVED
    publishing.clock.forward(days=91)
    assert send(publishing).status == Status.PENDING
    thread = UUID(str(publishing.sql("SELECT id FROM thread ORDER BY id LIMIT 1")[0][0]))
    publishing.container.manage_threads.set_state(publishing.principal, thread, "open")
    assert send(publishing).status == Status.APPROVED


def test_what_was_usual_is_read_once_in_ten_seconds_and_what_comes_each_time(publishing: Newsroom) -> None:
    """It takes reading every arrival of an hour."""
    send(publishing)
    _crowd(publishing, 150)

    def hours_read() -> int:
        with statements() as seen:
            assert send(publishing, "203.0.113.5/32").status == Status.PENDING
        return len([s for s in seen if "FROM arrival" in s and "GROUP BY" in s])

    assert (hours_read(), hours_read()) == (1, 0)
    publishing.clock.forward(seconds=9)
    assert hours_read() == 0
    publishing.clock.forward(seconds=1)
    assert hours_read() == 1


def test_however_far_it_is_counted_its_statements_are_few(newsroom: Newsroom) -> None:
    """Where a crowd begins changes every ten seconds, and each statement there has been stays in memory."""
    send(newsroom)
    _crowd(newsroom, 100)
    site, now = newsroom.site.id, newsroom.clock()
    with statements() as seen:
        counted = newsroom.container.reader.run(
            lambda s: [networks_lately(s, site, None, now, in_thread=0, on_site=most)[1] for most in range(1, 300)]
        )
    assert counted == [min(most, 101) for most in range(1, 300)]
    assert len(set(seen)) < 12


def _crowd(newsroom: Newsroom, number: int, networks: int = 10_000) -> None:
    """So many arrivals in the first thread, spread over the last ten minutes."""
    thread = UUID(str(newsroom.sql("SELECT id FROM thread ORDER BY id LIMIT 1")[0][0]))
    now, new_id, site = newsroom.clock(), newsroom.container.new_id, newsroom.site.id

    def rows(session: Session) -> None:
        for n in range(number):
            mark = (n % networks).to_bytes(8, "big") * 2
            at = now - timedelta(minutes=9) * n / number
            session.add(Arrival(id=new_id(now), site_id=site, thread_id=thread, network=mark, wider=mark, at=at))

    newsroom.container.submit_comment._uow.run(rows)


def _id(newsroom: Newsroom, answer: Answer) -> object:
    assert answer.comment is not None
    sqlite = newsroom.container.settings.database_url.startswith("sqlite")
    return answer.comment.hex if sqlite else answer.comment
