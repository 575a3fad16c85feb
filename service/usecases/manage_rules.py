"""Rules of words and phrases: written, changed, switched off and on, removed and put back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from service.domain.access import Permission, Principal
from service.domain.errors import FieldError, InvalidError
from service.domain.ports import Clock, NewId
from service.domain.rules import MOST_RULES, RuleDraft
from service.storage import sites, word_rules
from service.storage.uow import Session, UnitOfWork
from service.storage.word_rules import WordRule

T = TypeVar("T")


@dataclass(frozen=True)
class _Owner:
    id: UUID | None
    label: str


class ManageRules:
    """``ForbiddenError`` for whoever does not run the site, ``NotFoundError`` for a rule that is not the site's. What
    has come already stays as it was judged.
    """

    def __init__(self, uow: UnitOfWork, new_id: NewId, clock: Clock) -> None:
        self._uow, self._new_id, self._clock = uow, new_id, clock

    def write(self, principal: Principal, draft: RuleDraft, number: int | None = None) -> int:
        """The number of the rule, a new one or the one of ``number``, which says this from now on. Whoever changed it
        last owns it. A new one that says what one in force says is that one: saved twice it is there once.
        ``InvalidError`` when the site has ``MOST_RULES``.
        """
        owner = _Owner(principal.actor.id, principal.actor.label)
        return self._change(principal, lambda session, now: self._put(session, principal.site_id, draft, number, owner))

    def switch(self, principal: Principal, number: int, *, on: bool) -> None:
        def change(session: Session, now: datetime) -> None:
            word_rules.get(session, principal.site_id, number).enabled = on

        self._change(principal, change)

    def remove(self, principal: Principal, number: int) -> None:
        """It is looked for no longer; what it has seen keeps naming it, and it can be put back."""

        def change(session: Session, now: datetime) -> None:
            word_rules.get(session, principal.site_id, number).removed_at = now

        self._change(principal, change)

    def put_back(self, principal: Principal, number: int) -> None:
        """As it was. ``InvalidError`` when the site has ``MOST_RULES`` meanwhile."""

        def change(session: Session, now: datetime) -> None:
            _check_room(session, principal.site_id)
            word_rules.get(session, principal.site_id, number).removed_at = None

        self._change(principal, change)

    def import_list(self, site_slug: str, draft: RuleDraft, by: str) -> int:
        """For the operator: the list of that name says this from now on, and is made if need be. Its number."""

        def change(session: Session) -> int:
            site = sites.get_by_slug(session, site_slug)
            word_rules.stamp(session, site.id, self._new_id(self._clock()))
            known = word_rules.find_by_name(session, site.id, draft.name)
            return self._put(session, site.id, draft, known.number if known else None, _Owner(None, by))

        return self._uow.run(change)

    def _change(self, principal: Principal, change: Callable[[Session, datetime], T]) -> T:
        principal.require(Permission.MANAGE)

        def run(session: Session) -> T:
            now = self._clock()
            word_rules.stamp(session, principal.site_id, self._new_id(now))
            return change(session, now)

        return self._uow.run(run)

    def _put(self, session: Session, site_id: UUID, draft: RuleDraft, number: int | None, owner: _Owner) -> int:
        now = self._clock()
        if number is None:
            known = word_rules.find_same(session, site_id, draft)
            if known is not None:
                return known
            _check_room(session, site_id)
            row = WordRule(site_id=site_id, number=word_rules.next_number(session, site_id), created_at=now)
            session.add(row)
        else:
            row = word_rules.get(session, site_id, number)
        row.name, row.section, row.mode = draft.name, draft.section, draft.mode
        row.action, row.reason = draft.action, draft.reason
        row.lines, row.phrase_count = "\n".join(draft.phrases), len(draft.phrases)
        row.exceptions = "\n".join(draft.exceptions)
        row.owner_id, row.owner_label, row.changed_at = owner.id, owner.label, now
        session.flush()
        return row.number


def _check_room(session: Session, site_id: UUID) -> None:
    if word_rules.count(session, site_id) >= MOST_RULES:
        raise InvalidError([FieldError("phrases", "rules_full", {"limit": MOST_RULES})])
