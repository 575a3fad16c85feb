"""The compiled rules of a site, kept by each process until they change."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from service.screening.outcome import Outcome
from service.screening.rules import Rule, RuleBook
from service.storage import word_rules
from service.storage.sites import Site
from service.storage.uow import Session
from service.storage.word_rules import WordRule
from service.text.phrases import Mode

#: Sites whose rules are kept at once. A list of 65,000 phrases is 21 to 26 megabytes.
MOST = 32


@dataclass
class _Kept:
    """The one book of a site, and what it was compiled of: what the rules were known by, and the language."""

    lock: Lock = field(default_factory=Lock)
    of: tuple[UUID, str] | None = None
    book: RuleBook | None = None


class RuleBooks:
    """One that is asked for is never out of date, and of a site only the newest is kept. Threads that come for the same
    changed book wait for one that compiles it; other sites do not.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, Lock()
        self._sites: OrderedDict[UUID, _Kept] = OrderedDict()

    def __len__(self) -> int:
        """Sites that are kept."""
        return len(self._sites)

    def of(self, session: Session, site: Site) -> RuleBook | None:
        """As the transaction sees the rules; ``None`` where there are none."""
        stamp = word_rules.find_stamp(session, site.id)
        if stamp is None:
            return None
        kept, language = self._kept(site.id), site.policy.language
        with kept.lock:
            if kept.book is None or kept.of != (stamp, language):
                kept.book = RuleBook([rule_of(row) for row in word_rules.list_in_force(session, site.id)], language)
                kept.of = (stamp, language)
            return kept.book

    def _kept(self, site_id: UUID) -> _Kept:
        with self._lock:
            kept = self._sites.setdefault(site_id, _Kept())
            self._sites.move_to_end(site_id)
            while len(self._sites) > self._most:
                self._sites.popitem(last=False)
        return kept


def rule_of(row: WordRule) -> Rule:
    return Rule(
        number=row.number,
        phrases=row.lines.split("\n"),
        mode=Mode(row.mode),
        outcome=Outcome[row.action.upper()],
        reason=row.reason,
        section=row.section,
        exceptions=[line for line in row.exceptions.split("\n") if line],
    )


BOOKS = RuleBooks()
