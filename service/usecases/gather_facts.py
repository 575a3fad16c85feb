"""What the checks want to know of the site's past, asked before a text is judged.

Each question stands alone: one that cannot be answered (an error, a locked table, a slow database) leaves its own fact
missing, the check that needs it fails, and the comment is held. The others are answered all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from service.domain.trust import Standing
from service.screening.facts import Alike, Arrivals, Count, Fact, Gathered, Known, ListedHost, Missing, Precedent
from service.screening.phases.old_thread import OLD
from service.screening.rules import RulesHere
from service.storage import (
    arrivals,
    comments,
    host_lists,
    likenesses,
    regulars,
    revisions,
    silence,
    staff,
    track_records,
)
from service.storage.sites import Site
from service.storage.uow import Reader, Session, apart, unless_failed
from service.text.fold import fold
from service.text.found_links import found_links, host_of
from service.text.hosts import with_parents
from service.text.likeness import name_key
from service.text.shingles import signature
from service.usecases.crowds import CROWDS
from service.usecases.precedent import precedent_of
from service.usecases.rule_books import BOOKS

#: What came so shortly before counts as lately.
LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class Sender:
    """Where a text comes from, as marks. ``network`` and ``wider``: of every day that the last hour has seen, this
    one's first.
    """

    network: tuple[bytes, ...] = field(repr=False)
    wider: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Question:
    """What is known of a text when its facts are gathered. ``comment``: the one it is a new text of, if any.

    ``mail_domain``: where the private address lies, for what brings one with it. ``author``: the proven author this
    text comes from, None when nobody is proven. ``thread``: None when it starts one. ``sender``: None for what is not
    sent by the comment form. ``section``: its thread's; ``alive_since``: when that was opened last.
    """

    site: Site
    digest: bytes
    now: datetime
    comment: UUID | None = None
    thread: UUID | None = None
    name: str = field(default="", repr=False)
    body: str = field(default="", repr=False)
    website: str | None = field(default=None, repr=False)
    mail_domain: str | None = field(default=None, repr=False)
    author: UUID | None = None
    sender: Sender | None = field(default=None, repr=False)
    section: str = ""
    alive_since: datetime | None = None

    @cached_property
    def signature(self) -> bytes:
        return signature(fold(self.body, self.site.policy.language))


def _text_seen(session: Session, question: Question) -> bool:
    return revisions.text_seen(session, question.site.id, question.digest, but=question.comment)


def _standing(session: Session, question: Question) -> Standing:
    """Of a new text of a comment nobody proves to be its author: a receipt may be anybody's who has found it."""
    site, author = question.site.id, question.author
    if author is not None:
        return track_records.standing_of(session, site, author, question.now, proven=True)
    comment = comments.find(session, site, question.comment) if question.comment else None
    if comment is None:
        return Standing()
    return track_records.standing_of(session, site, comment.author_id, question.now, proven=False)


def _alike(session: Session, question: Question) -> Alike:
    near = likenesses.find_near(
        session, question.site.id, question.signature, question.now, but=question.comment
    )
    # What nobody has seen is no chorus: a program whose posts wait must not make those wait who say the same.
    lately = [n for n in near if n.public and n.thread == question.thread and n.at > question.now - LATELY]
    return Alike(len(near), len(lately), min((n.cluster for n in near), default=None))


def _listed_hosts(session: Session, question: Question) -> tuple[ListedHost, ...]:
    links = found_links(question.body)
    website = host_of(question.website) if question.website else None
    hosts = {key for host in (website, *(link.host for link in links)) if host for key in with_parents(host)}
    return tuple(ListedHost(*row) for row in host_lists.look_up(session, question.site.id, "host", hosts))


def _mail_domain_listed(session: Session, question: Question) -> bool:
    domains = with_parents(question.mail_domain) if question.mail_domain else ()
    return bool(host_lists.look_up(session, question.site.id, "mail_domain", domains))


def _known_author(session: Session, question: Question) -> bool:
    author = question.author
    return author is not None and track_records.approved_by_hand(
        session, question.site.id, author, but=question.comment
    )


def _arrivals(session: Session, question: Question) -> Arrivals:
    site, now, sender = question.site.id, question.now, question.sender
    author = Count()
    if question.author is not None:
        author = Count(*arrivals.of_author(session, site, question.author, now))
    if sender is None or not sender.network:
        return Arrivals(author=author)
    counts = arrivals.of_network(session, site, sender.network, sender.wider, now)
    in_thread, on_site = CROWDS.around(session, site, question.thread, now)
    return Arrivals(Count(*counts[:2]), Count(*counts[2:]), author, in_thread, on_site)


def _staff_names(session: Session, question: Question) -> tuple[str, ...]:
    return staff.names_of(session, question.site.id)


def _site_name(session: Session, question: Question) -> str:
    return question.site.name


def _regulars_name(session: Session, question: Question) -> bool:
    site, key = question.site, name_key(fold(question.name, question.site.policy.language))
    regular = regulars.regular_named(session, site.id, key) if key else None
    if regular is None or regular == question.author:
        return False
    # An edit is of whoever wrote the comment.
    edited = question.comment and comments.find(session, site.id, question.comment)
    return not edited or edited.author_id != regular


def _thread_silent(session: Session, question: Question) -> timedelta:
    thread, alive = question.thread, question.alive_since
    if thread is None or alive is None:
        return timedelta(0)
    if question.now - alive > OLD:
        newest = silence.newest_by_hand(session, question.site.id, thread, question.now - OLD)
        alive = max(alive, newest or alive)
    return question.now - alive


def _rules(session: Session, question: Question) -> RulesHere:
    return RulesHere(BOOKS.of(session, question.site), question.section)


def _precedent(session: Session, question: Question) -> Precedent | None:
    return precedent_of(session, question.site, question.now, question.body, question.name, question.website)


#: By the name of the fact in ``Gathered``.
GATHERERS: Mapping[str, Callable[[Session, Question], Any]] = {
    "text_seen": _text_seen,
    "standing": _standing,
    "alike": _alike,
    "listed_hosts": _listed_hosts,
    "mail_domain_listed": _mail_domain_listed,
    "known_author": _known_author,
    "arrivals": _arrivals,
    "staff_names": _staff_names,
    "site_name": _site_name,
    "regulars_name": _regulars_name,
    "thread_silent": _thread_silent,
    "rules": _rules,
    "precedent": _precedent,
}
#: What other comments may change between the question and the commit: asked again before one is published.
CHANGING = frozenset({"text_seen", "standing", "alike", "known_author", "arrivals"})
OnFailure = Callable[[str, Exception], None]


def gather(reader: Reader, question: Question, on_failure: OnFailure) -> Gathered:
    """Every fact, in one transaction; only when something in it fails, each in its own."""
    try:
        known = reader.run(lambda session: gather_here(session, question))
    except Exception:
        known = None
    return known or gather_apart(reader, question, on_failure)


def gather_here(session: Session, question: Question) -> Gathered | None:
    """Every fact, or ``None`` when something fails; ``session`` only reads, and is done with then."""

    def together(session: Session) -> Gathered:
        return Gathered(**{name: Known(ask(session, question)) for name, ask in GATHERERS.items()})

    return unless_failed(session, together)


def gather_apart(reader: Reader, question: Question, on_failure: OnFailure) -> Gathered:
    """Each fact in a transaction of its own; ``on_failure`` hears the name of each that is missing."""
    return Gathered(**{name: _alone(reader, name, question, on_failure) for name in GATHERERS})


def gather_again(session: Session, question: Question, before: Gathered, on_failure: OnFailure) -> Gathered:
    """``before`` with those of ``CHANGING`` as they are now, asked inside of a transaction that writes, which a failure
    leaves usable.
    """
    names = sorted(CHANGING)

    def together(session: Session) -> dict[str, Fact[Any]]:
        return {name: Known(GATHERERS[name](session, question)) for name in names}

    def each(_: Exception) -> dict[str, Fact[Any]]:
        return {name: _inside(session, name, question, on_failure) for name in names}

    return replace(before, **apart(session, together, each))


def _alone(reader: Reader, name: str, question: Question, on_failure: OnFailure) -> Fact[Any]:
    try:
        return Known(reader.run(lambda session: GATHERERS[name](session, question)))
    except Exception as error:
        return _missing(name, error, on_failure)


def _inside(session: Session, name: str, question: Question, on_failure: OnFailure) -> Fact[Any]:
    def ask(session: Session) -> Fact[Any]:
        return Known(GATHERERS[name](session, question))

    return apart(session, ask, lambda error: _missing(name, error, on_failure))


def _missing(name: str, error: Exception, on_failure: OnFailure) -> Missing:
    on_failure(name, error)
    return Missing(name)
