"""The people of one site, as its admin sets them: roles, grants, who is in and who is out. A site keeps an admin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from service.domain.access import ROLES, Permission, Principal
from service.domain.credentials import check_login, new_password
from service.domain.errors import ConflictError, FieldError, InvalidError, NotFoundError
from service.domain.ports import Clock, NewId, PasswordHasher
from service.storage import staff
from service.storage.staff import Membership, Moderator
from service.storage.uow import Session, UnitOfWork
from service.text.clean import clean_line

People = Mapping[UUID, tuple[Moderator, Membership]]


@dataclass(frozen=True)
class NewPerson:
    """Somebody added; the password of a new account is shown once, an account that was there keeps its own."""

    login: str
    password: str | None = field(repr=False)


class ManagePeople:
    def __init__(self, uow: UnitOfWork, passwords: PasswordHasher, new_id: NewId, clock: Clock) -> None:
        self._uow, self._passwords, self._new_id, self._clock = uow, passwords, new_id, clock

    def add(self, principal: Principal, login: str, name: str, role: str, contacts: bool) -> NewPerson:
        """Lets somebody work for the site; makes the account when there is none by this login."""
        principal.require(Permission.MANAGE)
        login, password = check_login(login), new_password()
        _check_role(role)
        stored = self._passwords.hash(password)

        def change(session: Session) -> NewPerson:
            known = staff.find_by_login(session, login)
            if known is not None and known.id in staff.lock_people(session, principal.site_id):
                raise ConflictError("already_on_site")
            now = self._clock()
            person = known or Moderator(
                id=self._new_id(now),
                login=login,
                name=clean_line(name)[:100] or login,
                password_hash=stored,
                created_at=now,
            )
            session.add(person)
            session.flush()
            joined = Membership(moderator_id=person.id, site_id=principal.site_id, role=role, contacts=contacts)
            session.add(joined)
            return NewPerson(login, None if known else password)

        return self._uow.run(change)

    def change(self, principal: Principal, person: UUID, role: str, contacts: bool) -> None:
        """Sets role and grant; they count from the person's next request on."""
        principal.require(Permission.MANAGE)
        _check_role(role)

        def change(session: Session) -> None:
            people = staff.lock_people(session, principal.site_id)
            membership = _one(people, person)[1]
            membership.role, membership.contacts = role, contacts
            _keep_an_admin(people)

        self._uow.run(change)

    def remove(self, principal: Principal, person: UUID) -> None:
        """The person works for the site no more. The account, and what it decided, stay."""
        principal.require(Permission.MANAGE)

        def change(session: Session) -> None:
            people = staff.lock_people(session, principal.site_id)
            membership = _one(people, person)[1]
            session.delete(membership)
            _keep_an_admin({i: row for i, row in people.items() if i != person})

        self._uow.run(change)

    def disable(self, principal: Principal, person: UUID) -> None:
        """Nobody signs in with the account any more; its sign-ins end. Only who leads all its sites may do that."""
        principal.require(Permission.MANAGE)

        def change(session: Session) -> None:
            sites = self._led_by(session, principal, person)
            account = sites[0][person][0]
            account.disabled_at = account.disabled_at or self._clock()
            staff.end_sessions(session, person)
            for people in sites:
                _keep_an_admin(people)

        self._uow.run(change)

    def enable(self, principal: Principal, person: UUID) -> None:
        """The account can sign in again, with the password it had."""
        principal.require(Permission.MANAGE)

        def change(session: Session) -> None:
            self._led_by(session, principal, person)[0][person][0].disabled_at = None

        self._uow.run(change)

    @staticmethod
    def _led_by(session: Session, principal: Principal, person: UUID) -> list[People]:
        """Everybody of each site the account works for, when the one who acts is an admin of them all."""
        _one(staff.lock_people(session, principal.site_id), person)
        sites: list[People] = []
        for site, _ in staff.list_memberships(session, person):
            people = staff.lock_people(session, site.id)
            acting = people.get(principal.actor.id) if principal.actor.id else None
            if acting is None or acting[1].role != "admin":
                raise ConflictError("works_elsewhere")
            sites.append(people)
        return sites


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidError([FieldError("role", "not_listed")])


def _one(people: People, person: UUID) -> tuple[Moderator, Membership]:
    if person not in people:
        raise NotFoundError("moderator_not_found")
    return people[person]


def _keep_an_admin(people: People) -> None:
    if not any(membership.role == "admin" and who.disabled_at is None for who, membership in people.values()):
        raise ConflictError("last_admin")
