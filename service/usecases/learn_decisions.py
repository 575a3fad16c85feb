"""Learn: what moderators have decided goes into the site's model, and what they take back comes out of it.

The decision log is the truth: a model is what the log says up to its position, and can be made anew from it. One worker
has a site's model in hand; what it has learnt since it last stored one is learnt again by whoever comes after it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from uuid import UUID

from service.domain.ids import SETTLED, first_id_at
from service.domain.moderation import Action, ActorKind
from service.domain.ports import Clock, NewId
from service.domain.standing import standing
from service.learning.learner import Learner, features_of_comment
from service.learning.packing import UnreadableModelError, pack, readable, unpack
from service.storage import learners, sites
from service.storage.decisions import Decision
from service.storage.learners import StoredLearner
from service.storage.uow import Reader, Session, UnitOfWork

#: Decisions of one go.
BATCH = 500
#: A version is stored at most so often.
STORED_EVERY = timedelta(minutes=1)
#: How long a worker that falls silent keeps a model from the others.
HELD = timedelta(minutes=1)
#: Models that a worker has in memory at once, some twelve megabytes each, and how long it keeps one for nothing.
KEPT, IDLE = 16, timedelta(minutes=5)
#: What a decision says of the text. Any other says nothing of it.
BAD = {Action.APPROVE.value: False, Action.REJECT.value: True, Action.SPAM.value: True}


@dataclass(frozen=True)
class Progress:
    """``decisions``: those that were read in this go. ``version``: that of what is stored now, if anything was."""

    decisions: int = 0
    version: int | None = None


@dataclass
class _InHand:
    learner: Learner
    version: int
    position: UUID | None
    ahead: set[UUID] = field(default_factory=set)
    stored_at: datetime | None = None
    held_until: datetime | None = None
    used_at: datetime | None = None
    changed: bool = False
    erased: bool = False


@dataclass(frozen=True)
class _News:
    """Decisions that are not learnt yet, and what has to be known to learn them."""

    rows: Sequence[Decision]
    chains: dict[UUID, list[Decision]]
    texts: dict[tuple[UUID, int], str]
    sizes: dict[UUID, int]
    language: str


class LearnDecisions:
    def __init__(self, uow: UnitOfWork, reader: Reader, new_id: NewId, clock: Clock) -> None:
        self._uow, self._reader, self._clock = uow, reader, clock
        self._holder = new_id(clock())
        #: The one that has learnt nothing for longest comes first.
        self._in_hand: OrderedDict[UUID, _InHand] = OrderedDict()
        #: The version of each site's that was looked at and found whole.
        self._whole: dict[UUID, int] = {}

    def sites(self) -> list[UUID]:
        return self._reader.run(lambda session: [site.id for site in sites.list_all(session)])

    def fold(self, site: UUID, *, store: bool = False) -> Progress:
        """Learns the next decisions of the site, at most ``BATCH``, and stores what it has learnt when that is due, or
        with ``store`` at once. Nothing while another worker has the model in hand.

        What an author has erased is taken out and stored without waiting.
        """
        self._make_room()
        if not self._anything_to_do(site, store):
            return Progress()
        known = self._hold(site)
        if known is None:
            return Progress()
        known.used_at = self._clock()
        self._in_hand.move_to_end(site)
        news = self._reader.run(lambda session: _news(session, site, known.position, known.ahead))
        for row in news.rows:
            _learn(known, row, news)
        _settle(known, self._clock())
        return Progress(len(news.rows), self._store(site, known, store))

    def release(self) -> None:
        """Stores what was learnt and lets the models go: another worker need not wait."""
        for site in list(self._in_hand):
            self._put_away(site)

    def _make_room(self) -> None:
        """Puts away what has had nothing to learn for a while, and of too many those that have waited longest."""
        since = self._clock() - IDLE
        for site, known in list(self._in_hand.items()):
            if len(self._in_hand) > KEPT or known.used_at is None or known.used_at <= since:
                self._put_away(site)

    def _put_away(self, site: UUID) -> None:
        self._store(site, self._in_hand[site], True)
        self._uow.run(lambda session: self._let_go(session, site))
        self._in_hand.pop(site, None)

    def _anything_to_do(self, site: UUID, store: bool) -> bool:
        """Asked every few seconds of every site, so it writes nothing and unpacks nothing. What is stored is looked at
        once a version: if it is damaged or of another release it is made anew, though nothing was decided since.
        """
        known = self._in_hand.get(site)
        if known is not None and known.changed and (store or self._due(known)):
            return True

        def question(session: Session) -> bool:
            if known is None and not self._of_use(session, site):
                return True
            at = known or learners.find_place(session, site)
            return bool(learners.list_new(session, site, at.position, set(at.ahead), 1))

        return self._reader.run(question)

    def _of_use(self, session: Session, site: UUID) -> bool:
        version = learners.find_version(session, site)
        if version and self._whole.get(site) != version:
            row = learners.find(session, site)
            if row is None or not readable(row.data):
                return False
            self._whole[site] = row.version
        return True

    def _hold(self, site: UUID) -> _InHand | None:
        """The model, in hand for a while from now on; ``None`` when another worker has it."""
        now, known = self._clock(), self._in_hand.get(site)
        if known is not None and known.held_until is not None and known.held_until - now > HELD / 2:
            return known

        def change(session: Session) -> StoredLearner | None:
            row = learners.lock(session, site)
            if row.holder not in (None, self._holder) and row.held_until is not None and row.held_until > now:
                return None
            row.holder, row.held_until = self._holder, now + HELD
            return row

        row = self._uow.run(change)
        # Whoever had it in the meantime has stored another: what is in hand here is not that one's successor.
        if row is None or (known is not None and row.version != known.version):
            self._in_hand.pop(site, None)
            known = None
        if row is None:
            return None
        if known is None:
            known = self._in_hand[site] = self._loaded(site)
        known.held_until = row.held_until
        return known

    def _loaded(self, site: UUID) -> _InHand:
        """What is stored; a new one, which begins with the first decision, when that is of no use any more."""
        row = self._reader.run(lambda session: learners.find(session, site))
        assert row is not None
        try:
            learner = unpack(row.data) if row.data else Learner()
        except UnreadableModelError:
            return _InHand(Learner(), row.version, None, changed=True)
        return _InHand(learner, row.version, row.position, set(map(UUID, row.ahead)), row.stored_at)

    def _due(self, known: _InHand) -> bool:
        return known.erased or known.stored_at is None or self._clock() - known.stored_at >= STORED_EVERY

    def _store(self, site: UUID, known: _InHand, at_once: bool) -> int | None:
        if not known.changed or not (at_once or self._due(known)):
            return None
        data, now, learner = pack(known.learner), self._clock(), known.learner

        def change(session: Session) -> int | None:
            row = learners.lock(session, site)
            if row.holder != self._holder or row.version != known.version:
                return None
            row.version += 1
            row.data, row.position, row.stored_at = data, known.position, now
            row.ahead = sorted(map(str, known.ahead))
            counts = {"fine": round(learner.fine), "bad": round(learner.bad)}
            row.stats = {**counts, "remembered": len(learner.model.order)}
            return row.version

        version = self._uow.run(change)
        if version is None:
            # It was taken over while this worker was asleep: the other one goes on.
            self._in_hand.pop(site, None)
            return None
        if known.erased:
            self._uow.forget()
        known.version, known.stored_at, known.changed, known.erased = version, now, False, False
        return version

    def _let_go(self, session: Session, site: UUID) -> None:
        row = learners.lock(session, site)
        if row.holder == self._holder:
            row.holder = row.held_until = None


def _news(session: Session, site: UUID, position: UUID | None, ahead: Collection[UUID]) -> _News:
    rows = learners.list_new(session, site, position, ahead, BATCH)
    subjects = {row.subject_id for row in rows}
    chains = learners.list_chains(session, site, subjects)
    batches = {row.batch for chain in chains.values() for row in chain if row.batch is not None}
    return _News(
        rows,
        chains,
        learners.list_texts(session, site, subjects),
        learners.batch_sizes(session, site, batches),
        sites.get(session, site).policy.language,
    )


def _learn(known: _InHand, row: Decision, news: _News) -> None:
    """What the comment's chain says up to this row becomes what the model knows of it."""
    known.ahead.add(row.id)
    known.changed = True
    key = row.subject_id.bytes
    if row.action == Action.WITHDRAW:
        # Who takes a text back does not unsay what a moderator has thought of it: else spam would teach nothing.
        return
    stands = standing(news.chains[row.subject_id], row.version_after)
    text = news.texts.get((row.subject_id, stands.revision), "") if stands else ""
    if not stands or not text or stands.actor_kind != ActorKind.MODERATOR or stands.action not in BAD:
        known.erased |= known.learner.undone(key) and row.action == Action.ERASE
        return
    weight = 1 / sqrt(news.sizes.get(stands.batch, 1)) if stands.batch else 1.0
    known.learner.decided(key, features_of_comment(text, news.language), BAD[stands.action], weight)


def _settle(known: _InHand, now: datetime) -> None:
    """Moves on to where no decision can come in later any more."""
    settled = {made for made in known.ahead if made < first_id_at(now - SETTLED)}
    if settled:
        known.position = max(settled)
        known.ahead -= settled
