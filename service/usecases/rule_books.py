"""The compiled rules of a site, kept by each process until they change."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from service.screening.outcome import Outcome
from service.screening.rules import Rule, RuleBook
from service.storage import word_rules
from service.storage.sites import Site
from service.storage.uow import Session
from service.storage.word_rules import WordRule
from service.text.phrases import Mode

#: Sites whose rules are kept at once. A list of 65,000 phrases is some fifteen megabytes.
MOST = 32


class RuleBooks:
    """By what the rules are known by: one that is asked for is never out of date. Two threads that come for a changed
    book wait for one that compiles it.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock = most, Lock()
        self._books: OrderedDict[tuple[UUID, str], RuleBook] = OrderedDict()

    def of(self, session: Session, site: Site) -> RuleBook | None:
        """As the transaction sees the rules; ``None`` where there are none."""
        stamp = word_rules.find_stamp(session, site.id)
        if stamp is None:
            return None
        key = (stamp, site.policy.language)
        with self._lock:
            book = self._books.get(key)
            if book is None:
                book = RuleBook([rule_of(row) for row in word_rules.list_in_force(session, site.id)], key[1])
                self._books[key] = book
            self._books.move_to_end(key)
            while len(self._books) > self._most:
                self._books.popitem(last=False)
        return book


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
