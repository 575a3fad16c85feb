"""What the checks want to know of the site's past, asked before a text is judged.

Each question stands alone: one that cannot be answered (an error, a locked table, a slow database) leaves its own fact
missing, the check that needs it fails, and the comment is held. The others are answered all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from service.domain.trust import Standing
from service.screening.facts import Alike, Fact, Gathered, Known, Missing
from service.storage import comments, likenesses, revisions, track_records
from service.storage.sites import Site
from service.storage.uow import Reader, Session, apart
from service.text.fold import fold
from service.text.shingles import signature

#: What came so shortly before counts as lately.
LATELY = timedelta(minutes=10)


@dataclass(frozen=True)
class Question:
    """What is known of a text when its facts are gathered. ``comment``: the one it is a new text of, if any.
    ``author``: the proven author this text comes from, ``None`` when nobody is proven.
    """

    site: Site
    digest: bytes
    now: datetime
    comment: UUID | None = None
    author: UUID | None = None
    body: str = ""
    thread_key: str = ""

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
    lately = [n for n in near if n.thread == question.thread_key and n.at > question.now - LATELY]
    return Alike(len(near), len(lately), min((n.cluster for n in near), default=None))


#: By the name of the fact in ``Gathered``.
GATHERERS: Mapping[str, Callable[[Session, Question], Any]] = {
    "text_seen": _text_seen,
    "standing": _standing,
    "alike": _alike,
}
#: What other comments may change between the question and the commit: asked again before one is published.
CHANGING = frozenset({"text_seen", "standing", "alike"})
OnFailure = Callable[[str, Exception], None]


def gather(reader: Reader, question: Question, on_failure: OnFailure) -> Gathered:
    """Every fact, in one transaction; only when something in it fails, each in its own. ``on_failure`` hears the name
    of each that is missing.
    """

    def together(session: Session) -> Gathered:
        return Gathered(**{name: Known(ask(session, question)) for name, ask in GATHERERS.items()})

    try:
        return reader.run(together)
    except Exception:
        return Gathered(**{name: _alone(reader, name, question, on_failure) for name in GATHERERS})


def gather_again(session: Session, question: Question, before: Gathered, on_failure: OnFailure) -> Gathered:
    """``before`` with those of ``CHANGING`` as they are now, asked inside of a transaction that writes, which a failure
    leaves usable.
    """
    return replace(before, **{name: _inside(session, name, question, on_failure) for name in sorted(CHANGING)})


def _alone(reader: Reader, name: str, question: Question, on_failure: OnFailure) -> Fact[Any]:
    try:
        return Known(reader.run(lambda session: GATHERERS[name](session, question)))
    except Exception as error:
        return _missing(name, error, on_failure)


def _inside(session: Session, name: str, question: Question, on_failure: OnFailure) -> Fact[Any]:
    try:
        return Known(apart(session, lambda s: GATHERERS[name](s, question)))
    except Exception as error:
        return _missing(name, error, on_failure)


def _missing(name: str, error: Exception, on_failure: OnFailure) -> Missing:
    on_failure(name, error)
    return Missing(name)
