"""What a check may look at, and what it may say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Generic, NoReturn, TypeVar
from uuid import UUID

from service.domain.trust import Standing
from service.screening.outcome import Outcome as Outcome
from service.screening.rules import RulesHere
from service.text.fold import Folded, folded
from service.text.found_links import FoundLink, found_links

T = TypeVar("T")


class FactMissingError(Exception):
    """What a check needs to know could not be found out. The message names it."""


@dataclass(frozen=True)
class Known(Generic[T]):
    value: T


@dataclass(frozen=True)
class Missing:
    """Whoever asks for the value fails, and so holds the comment; who needs it not is not touched by it."""

    why: str

    @property
    def value(self) -> NoReturn:
        raise FactMissingError(self.why)


#: What the database was asked before screening.
Fact = Known[T] | Missing


@dataclass(frozen=True)
class Form:
    """How a comment came. ``age``: since the form was handed out; ``None`` when it names no form of this thread."""

    age: timedelta | None
    trap_filled: bool


@dataclass(frozen=True)
class Alike:
    """What the last three days have brought that is nearly the same: so many comments, all of them in ``cluster``.
    ``lately``: how many of them are public, in this thread, of the last ten minutes.
    """

    count: int = 0
    lately: int = 0
    cluster: UUID | None = None


@dataclass(frozen=True)
class ListedHost:
    """A host of the text, or a domain above it, as it stands in a list of the site. ``action``: an outcome's code."""

    host: str
    list: str
    action: str


@dataclass(frozen=True)
class Count:
    """How many have come in the last ten minutes, and in the last hour."""

    moment: int = 0
    hour: int = 0


@dataclass(frozen=True)
class Arrivals:
    """What has come before this comment: from its network and from those around it, of its author, where that is
    proven; and from how many networks in its thread and on its site, in each ten minutes of the last hour, the latest
    first, or nothing when there are few.
    """

    network: Count = Count()
    around: Count = Count()
    author: Count = Count()
    thread: tuple[int, ...] = ()
    site: tuple[int, ...] = ()


@dataclass(frozen=True)
class LaneOpen:
    """The newsroom lets the model publish a comment like this one by itself, by the change ``by`` of its lane. Of
    a hundred of them ``audit`` wait for a moderator all the same, drawn by lot.
    """

    by: UUID
    audit: int


@dataclass(frozen=True)
class Precedent:
    """``bad`` of ``all`` comments like this one were rejected. ``lane``: ``fine`` or ``bad`` where that says enough to
    be told, ``leaning`` where half were and little has been decided yet, else ``open``. ``spans``: the words that say
    so, in the body. ``alone``: where the model may publish it.
    """

    lane: str
    bad: int
    all: int
    spans: tuple[tuple[int, int], ...] = ()
    alone: LaneOpen | None = None


@dataclass(frozen=True)
class Gathered:
    """What the site's past says. What was not asked for is missing."""

    #: Whether the site has received a text that folds to the same.
    text_seen: Fact[bool] = Missing("text_seen")
    #: How far the author is trusted, as far as it is proven who that is.
    standing: Fact[Standing] = Missing("standing")
    #: What is nearly the same, or of a short text the very same.
    alike: Fact[Alike] = Missing("alike")
    #: What of the hosts in text and website stands in the site's lists.
    listed_hosts: Fact[tuple[ListedHost, ...]] = Missing("listed_hosts")
    #: Whether the private address lies in a domain of the site's lists.
    mail_domain_listed: Fact[bool] = Missing("mail_domain_listed")
    #: Whether the author is proven and has a comment on this site that a moderator has approved.
    known_author: Fact[bool] = Missing("known_author")
    arrivals: Fact[Arrivals] = Missing("arrivals")
    #: The names by which whoever works for the site is shown.
    staff_names: Fact[tuple[str, ...]] = Missing("staff_names")
    site_name: Fact[str] = Missing("site_name")
    #: Whether the name, as it looks, is that of a regular author who is not this one.
    regulars_name: Fact[bool] = Missing("regulars_name")
    #: For how long the thread has been left alone.
    thread_silent: Fact[timedelta] = Missing("thread_silent")
    #: The site's rules of words and phrases that hold here.
    rules: Fact[RulesHere] = Missing("rules")
    #: What became of comments like it; ``None`` while too little was decided.
    precedent: Fact[Precedent | None] = Missing("precedent")


#: A past that says nothing: of what has none, as a reply of the staff.
NO_PAST = Gathered(
    text_seen=Known(False),
    standing=Known(Standing()),
    alike=Known(Alike()),
    listed_hosts=Known(()),
    mail_domain_listed=Known(False),
    known_author=Known(False),
    arrivals=Known(Arrivals()),
    staff_names=Known(()),
    site_name=Known(""),
    regulars_name=Known(False),
    thread_silent=Known(timedelta(0)),
    rules=Known(RulesHere(None, "")),
    precedent=Known(None),
)


@dataclass(frozen=True)
class Facts:
    """Gathered by the use case before screening starts. ``body`` and ``name`` are cleaned, as stored; ``language`` is
    the site's. ``form`` is ``None`` for what does not come by the comment form: an edit, a reply of the staff.
    ``hold_links``: from how many links on the site holds; 0 for never. ``staff``: a signed-in moderator writes.
    ``lot``: drawn for it, from 0 up to 1; the lowest are looked at by moderators whatever the model thinks.
    """

    mode: str
    language: str
    name: str
    body: str
    website: str | None
    form: Form | None = None
    gathered: Gathered = Gathered()
    hold_links: int = 2
    staff: bool = False
    lot: float = 0.0

    @property
    def lane(self) -> LaneOpen | None:
        """The model's, for what it may publish by itself. Never an edit, nor what could not be looked up."""
        known = self.gathered.precedent
        found = known.value if isinstance(known, Known) else None
        return found.alone if found is not None and self.form is not None else None

    @property
    def audited(self) -> bool:
        """Whether the lot has put it before a moderator, who is not to know what the model thinks."""
        return self.lane is not None and self.lot < self.lane.audit / 100

    @property
    def alone(self) -> bool:
        """Whether nobody has to read it before it is published, for all the model knows."""
        return self.lane is not None and not self.audited

    @cached_property
    def folded(self) -> Folded:
        """The body's key, with the way back to the body."""
        return folded(self.body, self.language)

    @cached_property
    def links(self) -> Sequence[FoundLink]:
        """Those in the body. The website is one more."""
        return found_links(self.body)

    @cached_property
    def folded_name(self) -> Folded:
        return folded(self.name, self.language)


@dataclass(frozen=True)
class Finding:
    """What one check saw. ``spans`` are code point offsets into the body, end exclusive. ``reason``: the code of the
    reason, for a finding that rejects.
    """

    code: str
    rule: str
    check_version: int = 1
    spans: tuple[tuple[int, int], ...] = ()
    outcome: Outcome = Outcome.HOLD
    reason: str | None = None


#: A check yields what it sees, in reading order; nothing when all is well.
Phase = Callable[[Facts], Iterator[Finding]]
