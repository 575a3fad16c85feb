"""Published comments, answered before Flask hears of it: bytes that are ready, for as long as they are known to hold.

What a thread shows has a version. An answer is sent as it is until the second is over in which its versions were
looked at; then they are looked at again, for all answers that were asked for meanwhile, in one statement. When this
process commits a change, the thread that did it makes the answers anew that are much asked for, before it goes on to
answer who wanted the change; until then readers get what there was, and wait for nobody. So what a moderator hides is
gone here when the decision is answered, and elsewhere within a second; and however many readers ask, the database
hears of it once a second. The second is the clock's: a proxy that keeps an answer until the end of it adds nothing to
that (see ``PROXY_KEEPS``).

While the database cannot be asked, what it said last stays up for a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextvars import Context
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from service.bootstrap import Container
from service.domain.errors import UnavailableError
from service.i18n import preferred_language
from service.queries.versions import Versions
from service.web.ready.addresses import Address, address_of
from service.web.ready.answer import OK, Answer
from service.web.ready.asking import ask, by_nobody
from service.web.ready.table import Table

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Seconds for which an answer is sent on while the database is away.
HOLDS_ALONE = 60.0
#: Answers that are made anew by whoever changed what they show; after how many seconds no other is begun; and for how
#: many it is waited when somebody else is at one.
_RENEWED, _RENEWS, _WAITS = 8, 0.5, 0.1
#: Threads looked at in one statement; and how many statements of a second and a site are for what is asked for alone.
_TOGETHER, _ONE_BY_ONE = 500, 4
#: The part of the room that is for spellings of addresses.
_SPELLINGS = 0.1
_LOCKS = 64
#: Seconds between two lines in the log: each answer would be a line that costs more than itself.
_TELLS = 60.0
log = structlog.get_logger("taliq")


class _Spelling:
    """One way to write an address."""

    __slots__ = ("address", "size", "used")

    def __init__(self, address: Address, spelled: str) -> None:
        self.address, self.used = address, False
        # A thread's tag takes a hundred bytes, and its name at least ten letters.
        self.size = 500 + 10 * len(spelled)


class _Kept:
    """An answer, with what it was made of. ``seen``: the versions then, ``None`` for an answer that is made anew each
    time. ``looked_at``: when they were last found so, and ``second``: in which that was last tried; ``changes``: of how
    many changes made here it knows. ``wanted``: asked for since; ``used``: asked for again since it was made.
    """

    __slots__ = (
        *("address", "answer", "changes", "looked_at", "second"),
        *("seen", "size", "tags", "until", "used", "wanted"),
    )

    def __init__(
        self,
        address: Address,
        answer: Answer,
        seen: tuple[int | None, ...] | None,
        until: datetime | None,
        at: float,
        changes: int,
    ) -> None:
        self.address, self.answer, self.seen, self.until = address, answer, seen, until
        self.looked_at, self.second = at, int(at)
        self.changes, self.used, self.wanted = changes, False, False
        self.tags = frozenset(address.tags)
        self.size = answer.size + 2 * len(address.query) + 200 * len(self.tags)


class Ready:
    """The WSGI application ``app`` with ready answers in front of it."""

    def __init__(self, app: WSGIApplication, container: Container, now: Callable[[], float]) -> None:
        self._app, self._container, self._now = app, container, now
        self._changes = container.changes
        self._changes.follow(self._renew)
        room = container.settings.ready_megabytes * 1_000_000
        self.table = Table[_Kept](int(room * (1 - _SPELLINGS)))
        self.spellings = Table[_Spelling](int(room * _SPELLINGS))
        self._making = [Lock() for _ in range(_LOCKS)]
        self._looking = Lock()
        self._answered = self._made = self._looked_in = 0
        self._looks = Counter[str]()
        self._told_at = now()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        spelled = f"{path}?{query}"
        spelling = self.spellings.find(spelled)
        if spelling is None:
            address = address_of(path, query)
            if address is None:
                return self._app(environ, start_response)
            spelling = _Spelling(address, spelled)
            self.spellings.put(spelled, spelling)
        spelling.used = True
        kept = self.table.find(spelling.address.key)
        if kept is not None and self._holds(kept):
            kept.used = kept.wanted = True
            self._answered += 1
        else:
            kept = self._answer(spelling.address, environ)
        return kept.answer.respond(environ, start_response, kept.second, known=kept.second == int(kept.looked_at))

    def _holds(self, kept: _Kept) -> bool:
        return (
            int(self._now()) == kept.second
            and kept.changes >= self._changes.told
            and (kept.until is None or self._container.clock() < kept.until)
        )

    def _answer(self, address: Address, environ: WSGIEnvironment) -> _Kept:
        """What is kept and holds after all, or what is made anew: by one at a time, while others wait for it."""
        refused = _refused_key(address, environ)
        kept = self.table.find(address.key)
        if kept is not None and kept.seen is not None:
            self._look(kept)
            if self._holds(kept):
                return kept
        with self._making[hash(address.key) % _LOCKS]:
            for key in (address.key, refused):
                found = self.table.find(key)
                if found is not None and self._holds(found):
                    found.used = True
                    return found
            return self._make(address, environ, refused)

    def _look(self, kept: _Kept) -> None:
        """Looks at the versions of what is due, all in one statement; what they no longer are of is let go."""
        with self._looking:
            if self._holds(kept):
                return
            self._tell()
            at, changes = self._now(), self._changes.committed
            due = self._due(kept, at)
            keys = {key for each in due for key in each.address.threads or ()}
            try:
                found = self._versions(kept.address.slug, keys)
            except UnavailableError:
                for each in due:
                    if _lately(at, each):
                        each.second = int(at)
                return
            for each in due:
                if found.of(each.address.threads or ()) == each.seen:
                    each.looked_at, each.second = at, int(at)
                    each.changes, each.wanted = changes, False
                else:
                    self.table.drop(each.address.key, each)

    def _due(self, kept: _Kept, at: float) -> list[_Kept]:
        """What is looked at together with ``kept``: of the same site, and asked for since it was looked at; when many
        come back one by one that were not, the rest of them too.
        """
        slug, told = kept.address.slug, self._changes.told
        if self._looked_in != int(at):
            self._looked_in, self._looks = int(at), Counter()
        self._looks[slug] += 1
        all_of_it = self._looks[slug] > _ONE_BY_ONE
        due, room = [kept], _TOGETHER - len(kept.address.threads or ())
        for _, each in self.table.all():
            if (
                (each.wanted or all_of_it)
                and each is not kept
                and each.seen is not None
                and (each.second != int(at) or each.changes < told)
                and each.address.slug == slug
            ):
                room -= len(each.address.threads or ())
                if room < 0:
                    break
                due.append(each)
        return due

    def _renew(self, number: int, tags: Collection[str]) -> None:
        """After a change that was committed here, in the thread that did it."""
        try:
            affected = list[_Kept]()
            for _, each in self.table.all():
                if not each.tags.isdisjoint(tags):
                    affected.append(each)
                elif each.changes == number - 1:
                    # It is not of this change, and knows of all before it.
                    each.changes = number
            at, until = self._now(), monotonic() + _RENEWS
            lively = [each for each in affected if each.seen is not None and each.used and each.second >= int(at) - 1]
            for each in sorted(lively, key=lambda each: not each.wanted)[:_RENEWED]:
                if monotonic() < until:
                    self._make_again(each, at)
        except Exception as error:
            # The change is made. Whoever asks next looks for themselves.
            log.error("ready.not_renewed", error=type(error).__name__)

    def _make_again(self, kept: _Kept, at: float) -> None:
        """Puts what shows now in its place, unless somebody else has meanwhile or takes too long about it."""
        address, making = kept.address, self._making[hash(kept.address.key) % _LOCKS]
        if not making.acquire(timeout=_WAITS):
            return
        try:
            changes = self._changes.committed
            if self.table.find(address.key) is not kept:
                return
            seen = self._seen(address)
            if seen == kept.seen:
                # Told by a standby that has not heard of it, or made since: whoever asks next looks.
                return
            # As a request of its own, not as a part of the one that is under way.
            answer, until = Context().run(ask, self._app, address, by_nobody(address), seen)
            if answer.status_line != OK:
                return
            answer.pack_like(kept.answer)
            self._made += 1
            made = _Kept(address, answer, seen, until, at, changes)
            # Else it would be made with each change for ever, whether anybody reads it or not.
            made.used = kept.wanted
            self.table.put(address.key, made)
        finally:
            making.release()

    def _make(self, address: Address, environ: WSGIEnvironment, refused: str) -> _Kept:
        """Asks Flask. The versions are read first: what changes meanwhile is in the answer, and looked at once more."""
        self._made += 1
        self._tell()
        at, changes = self._now(), self._changes.committed
        try:
            seen = self._seen(address)
        except UnavailableError:
            alone = self._alone(address, at, changes)
            return alone or self._unsure(address, environ, at, changes)
        answer, until = ask(self._app, address, environ, seen)
        made = _Kept(address, answer, seen if answer.status_line == OK else None, until, at, changes)
        if answer.status_line.startswith("5"):
            return self._alone(address, at, changes) or made
        self.table.put(address.key if answer.status_line == OK else refused, made)
        return made

    def _tell(self) -> None:
        """How it goes, once a minute while anybody asks: about, since several threads count."""
        seconds = self._now() - self._told_at
        if seconds < _TELLS:
            return
        counted = {"answered": self._answered, "made": self._made}
        self._told_at, self._answered, self._made = self._now(), 0, 0
        log.info("ready", **counted, seconds=round(seconds), kept=len(self.table), bytes=self.table.size)

    def _unsure(self, address: Address, environ: WSGIEnvironment, at: float, changes: int) -> _Kept:
        """An error, or what a standby says while the primary is away: of no second, so that nobody keeps it."""
        made = _Kept(address, ask(self._app, address, environ)[0], None, None, at, changes)
        made.second = 0
        return made

    def _alone(self, address: Address, at: float, changes: int) -> _Kept | None:
        """What was said last, while nothing better can be had; never what is known to have changed: that is let go."""
        before = self.table.find(address.key)
        if before is None or not _lately(at, before) or before.changes < changes:
            return None
        before.second = int(at)
        return before

    def _seen(self, address: Address) -> tuple[int | None, ...] | None:
        keys = address.threads
        return None if keys is None else self._versions(address.slug, keys).of(keys)

    def _versions(self, slug: str, keys: Iterable[str]) -> Versions:
        return self._container.public_reader.versions(slug, tuple(keys))


def _lately(at: float, kept: _Kept) -> bool:
    """Whether it was found right so recently that it may be sent on unseen. A clock that was set back ends that."""
    return 0 <= at - kept.looked_at < HOLDS_ALONE


def _refused_key(address: Address, environ: WSGIEnvironment) -> str:
    """Under which a refusal is kept, which is in words of a language."""
    return f"{preferred_language(environ.get('HTTP_ACCEPT_LANGUAGE'))} {address.key}"
