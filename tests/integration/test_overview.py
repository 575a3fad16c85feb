"""The overview counts what has happened, whatever it was; on both databases."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from service.domain.access import ROLES, Principal
from service.domain.errors import ServiceError
from service.domain.moderation import REASONS, Action, Actor, ActorKind
from service.queries.overview import Overview, figures, overview
from service.usecases.decide_comments import DecisionRequest
from tests.integration import overview_reference as reference
from tests.newsroom import PASSWORD, Newsroom

ACTIONS = (Action.APPROVE, Action.APPROVE, Action.APPROVE, Action.REJECT, Action.SPAM, Action.REOPEN)


def look(room: Newsroom, period: str = "day", **more: int) -> Overview:
    return room.container.reader.run(lambda s: overview(s, room.site.id, room.clock(), period, **more))


class History:
    """Things that happen to a newsroom, one after the other, as chance has it."""

    def __init__(self, room: Newsroom, seed: int) -> None:
        self.room, self.chance = room, random.Random(seed)
        self.comments: list[tuple[UUID, str]] = []
        self.decisions: list[UUID] = []
        other = room.container.manage_staff.create_moderator("omar", "عمر", PASSWORD, "moderator", ["demo"])
        actor = Actor(ActorKind.MODERATOR, other.id, other.name)
        self.people = [
            room.principal,
            Principal(actor, room.site.id, ROLES["moderator"]),
            Principal(Actor(ActorKind.TOKEN, None, "bot"), room.site.id, ROLES["moderator"]),
        ]
        for number, section in enumerate(("", "رأي", "اقتصاد", "رأي")):
            facts = {"url": f"https://news.example/a/{number}", "title": f"مقال {number}", "section": section}
            answer = room.client().put(f"/v1/sites/demo/threads/t{number}", json=facts, headers=room.token())
            assert answer.status_code in (200, 201), answer.data

    def run(self, steps: int, pace: float) -> None:
        for _ in range(steps):
            self.room.clock.forward(minutes=self.chance.expovariate(1 / pace))
            happens = self.chance.choices(
                (self.write, self.decide, self.undo, self.amend, self.take_back, self.reply), (40, 40, 9, 4, 3, 4)
            )[0]
            try:
                happens()
            except ServiceError:
                continue

    def write(self) -> None:
        number = self.chance.randrange(4)
        body = self.chance.choice(("نص عادي", "مخفي \u202e هنا", "نص مكرّر"))
        fields = {"thread": f"t{number}", "url": f"https://news.example/a/{number}", "title": f"مقال {number}"}
        if body != "نص مكرّر":
            body += f" {self.chance.random()}"
        answer = self.room.submit(**fields, body=body)
        assert answer.comment is not None
        self.comments.append((answer.comment, str(answer.receipt)))

    def decide(self) -> None:
        comment, _ = self.chance.choice(self.comments[-30:] or [(UUID(int=0), "")])
        action = self.chance.choice(ACTIONS)
        ((version,),) = self.room.sql("SELECT version FROM comment WHERE id = :id", id=self.key(comment)) or [(1,)]
        reason = self.chance.choice(REASONS) if action is Action.REJECT else None
        request = DecisionRequest(comment, action, int(str(version)), reason)
        self.decisions.append(self.room.container.decide_comments.one(self.chance.choice(self.people), request).id)

    def undo(self) -> None:
        if self.decisions:
            done = self.room.container.undo_decision.undo(
                self.people[0], self.chance.choice(self.decisions[-6:])
            )
            self.decisions.append(done.id)

    def amend(self) -> None:
        _, receipt = self.chance.choice(self.comments[-5:] or [(UUID(int=0), "")])
        self.room.container.amend_comment.amend("demo", receipt, {"body": f"معدّل {self.chance.random()}"})

    def take_back(self) -> None:
        _, receipt = self.chance.choice(self.comments or [(UUID(int=0), "")])
        made = self.room.container
        self.chance.choice((made.withdraw_comment.withdraw, made.erase_comment.erase))("demo", receipt)

    def reply(self) -> None:
        comment, _ = self.chance.choice(self.comments[-10:] or [(UUID(int=0), "")])
        once = f"reply-{self.chance.getrandbits(64):020x}"
        self.room.container.reply_as_staff.reply(self.chance.choice(self.people[:2]), comment, {"body": once}, once)

    def key(self, comment: UUID) -> str:
        sqlite = self.room.container.settings.database_url.startswith("sqlite")
        return comment.hex if sqlite else str(comment)


def look_for_decision(room: Newsroom, comment: UUID) -> UUID:
    found = [d for d in reference.read(room, room.site.id).decisions if d.subject_id == comment]
    return found[-1].id


def compare(room: Newsroom, period: str) -> None:
    seen, tables = look(room, period), reference.read(room, room.site.id)
    window, now = seen.window, room.clock()
    counted = [(b.arrivals.count, b.decisions.count) for b in seen.buckets]
    assert counted == reference.bucket_counts(tables, window.starts(), window.unit)
    assert not any(b.arrivals.at_least or b.decisions.at_least for b in seen.buckets)
    waiting = [c for c in tables.comments if c.status == "pending"]
    assert (seen.pending, seen.oldest) == (len(waiting), min((c.created_at for c in waiting), default=None))
    shown = {name: (s.arrivals, s.approved, s.rejected, s.wait) for name, s in seen.threads}
    assert shown == reference.shares(tables, window.start, "thread")
    shown = {name: (s.arrivals, s.approved, s.rejected, s.wait) for name, s in seen.sections}
    assert shown == reference.shares(tables, window.start, "section")
    found = {code: (s.arrivals, s.approved, s.rejected) for code, s in seen.findings}
    assert found == reference.by_finding(tables, window.start)
    load = {m.moderator: (m.decisions, m.hours, m.undone) for m in seen.moderators}
    assert load == reference.loads(tables, window.start)
    hour_ago = now - timedelta(hours=1) - timedelta(microseconds=1)
    shrunk = reference.pending_at(tables, hour_ago) - reference.pending_at(tables, now)
    judged = sum(d.at > hour_ago and reference.is_judgement(tables, d) for d in tables.decisions)
    assert (seen.flow.state, seen.flow.minutes) == forecast(len(waiting), judged, shrunk)
    assert seen.flow.decisions == judged
    assert seen.flow.whole


def forecast(waiting: int, judged: int, shrunk: int) -> tuple[str, int | None]:
    if not waiting or not judged:
        return ("idle" if waiting else "empty"), None
    if shrunk > 0:
        return "clear", round(60 * waiting / shrunk)
    return ("growing" if shrunk else "steady"), None


@pytest.mark.parametrize(("seed", "pace", "mode"), [(1, 4, "hold_all"), (2, 12, "publish"), (3, 90, "hold_all")])
def test_the_numbers_are_those_counted_by_hand(newsroom: Newsroom, seed: int, pace: float, mode: str) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": mode})
    history = History(newsroom, seed)
    for _ in range(3):
        history.run(70, pace)
        compare(newsroom, "day")
        compare(newsroom, "week")
    actions = {action for (action,) in newsroom.sql("SELECT DISTINCT action FROM decision")}
    assert {"approve", "reject", "spam", "reopen", "undo"} <= actions
    assert sum(load.undone for load in look(newsroom, "week").moderators) > 2


def test_a_new_site_has_nothing_to_show(newsroom: Newsroom) -> None:
    for period in ("day", "week"):
        seen = look(newsroom, period)
        assert seen.quiet
        assert (seen.pending, seen.oldest, seen.flow.state) == (0, None, "empty")
        assert (seen.findings, seen.threads, seen.sections, seen.moderators) == ((), (), (), ())


def test_the_days_and_hours_are_those_of_the_clock(newsroom: Newsroom) -> None:
    newsroom.clock.now = datetime(2026, 11, 25, 9, 59, 59, tzinfo=UTC)
    starts = look(newsroom).window.starts()
    assert (starts[0], starts[-1]) == (datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 25, 9, tzinfo=UTC))
    starts = look(newsroom, "week").window.starts()
    assert (starts[0], starts[-1]) == (datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC))


def test_the_forecast_follows_the_last_hour(newsroom: Newsroom) -> None:
    waiting = [newsroom.pending() for _ in range(10)]
    assert look(newsroom).flow.state == "idle"
    newsroom.clock.forward(minutes=61)
    assert (look(newsroom).flow.state, look(newsroom).flow.arrivals) == ("idle", 0)
    for comment in waiting[:4]:
        newsroom.decide(comment, Action.APPROVE)
    seen = look(newsroom)
    assert (seen.flow.state, seen.flow.minutes, seen.pending) == ("clear", 90, 6)
    newsroom.pending()
    newsroom.pending()
    assert look(newsroom).flow.minutes == 240, "two less an hour, eight to go"
    newsroom.container.undo_decision.undo(newsroom.principal, look_for_decision(newsroom, waiting[0]))
    assert (look(newsroom).flow.minutes, look(newsroom).flow.decisions) == (540, 4), "what is undone waits again"
    newsroom.pending()
    assert look(newsroom).flow.state == "steady"
    newsroom.pending()
    assert look(newsroom).flow.state == "growing"


def test_a_reply_of_the_newsroom_is_no_work(newsroom: Newsroom) -> None:
    waiting = [newsroom.pending() for _ in range(2)]
    newsroom.decide(waiting[0], Action.APPROVE)
    before = look(newsroom)
    reply = newsroom.container.reply_as_staff.reply
    reply(newsroom.principal, waiting[0], {"body": "شكراً"}, "staff-reply-00000001")
    after = look(newsroom)
    assert (after.flow, after.buckets, after.moderators) == (before.flow, before.buckets, before.moderators)
    assert (after.threads, after.findings) == (before.threads, before.findings)


def test_what_a_rule_publishes_passes_through(newsroom: Newsroom) -> None:
    newsroom.container.manage_sites.set_policy("demo", {"mode": "publish"})
    newsroom.pending()
    seen = look(newsroom)
    assert (seen.pending, seen.flow.arrivals, seen.flow.decisions) == (0, 1, 0)
    assert seen.moderators == ()
    assert seen.threads[0][1].wait is None


def test_another_sites_comments_are_not_counted(newsroom: Newsroom) -> None:
    newsroom.approved()
    other = newsroom.container.manage_sites.create("other", "أخرى", {})
    seen = newsroom.container.reader.run(lambda s: overview(s, other.id, newsroom.clock(), "day"))
    assert seen.quiet
    assert (seen.threads, seen.findings, seen.moderators) == ((), (), ())


def test_of_a_flood_the_last_are_counted_and_the_rest_is_not_called_nought(newsroom: Newsroom) -> None:
    """Five come each hour; only the last twelve are read: two whole hours, and a part of the one before."""
    newsroom.clock.now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    for _ in range(25):
        newsroom.decide(newsroom.pending(), Action.APPROVE)
        newsroom.clock.forward(minutes=12)
    newsroom.clock.forward(minutes=-1)
    seen = look(newsroom, limit=12)
    assert [(b.arrivals.count, b.arrivals.at_least) for b in seen.buckets[-5:]] == [
        (None, False), (None, False), (2, True), (5, False), (5, False)
    ]
    assert [b.decisions for b in seen.buckets] == [b.arrivals for b in seen.buckets]
    assert seen.arrivals_since > seen.window.start
    assert sum(share.arrivals for _, share in seen.threads) == sum(s.arrivals for _, s in seen.findings) == 12
    assert not look(newsroom, limit=25).buckets[-5].arrivals.at_least
    assert look(newsroom, limit=25).arrivals_since == look(newsroom).window.start
    assert (seen.flow.arrivals, seen.flow.decisions, seen.flow.whole) == (5, 5, True)


def test_a_rate_is_that_of_the_time_that_is_known(newsroom: Newsroom) -> None:
    """Twelve decisions are read, two a minute: the queue shrinks by two a minute, not by twelve an hour."""
    waiting = [newsroom.pending() for _ in range(100)]
    newsroom.clock.forward(hours=2)
    for comment in waiting[:40]:
        newsroom.clock.forward(seconds=30)
        newsroom.decide(comment, Action.APPROVE)
    seen = look(newsroom, limit=12)
    assert (seen.flow.state, seen.flow.minutes, seen.flow.whole) == ("clear", 30, False)


def test_a_median_leaves_out_whose_first_decision_may_not_have_been_read(newsroom: Newsroom) -> None:
    early = newsroom.pending()
    newsroom.clock.forward(minutes=1)
    newsroom.decide(early, Action.APPROVE)
    for version in range(2, 8):
        newsroom.clock.forward(minutes=10)
        newsroom.decide(early, Action.REOPEN if version % 2 == 0 else Action.APPROVE, version)
    late = newsroom.pending()
    newsroom.clock.forward(minutes=3)
    newsroom.decide(late, Action.APPROVE)
    ((_, share),) = look(newsroom, limit=3).threads
    assert share.wait == timedelta(minutes=3)


def test_an_undo_that_was_undone_undoes_nothing(newsroom: Newsroom) -> None:
    undo = newsroom.container.undo_decision.undo
    first = newsroom.decide(newsroom.pending(), Action.APPROVE)
    back = undo(newsroom.principal, first.id)
    assert [load.undone for load in look(newsroom).moderators] == [1]
    undo(newsroom.principal, back.id)
    assert [(load.decisions, load.undone) for load in look(newsroom).moderators] == [(1, 0)]
    assert figures.undone([]) == set()
