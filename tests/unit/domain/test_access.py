"""Who may do what."""

from __future__ import annotations

from service.domain.access import ROLES, SCOPES, Permission, permissions_of

ABOVE = {Permission.CONTACTS, Permission.MANAGE, Permission.UNDO_OTHERS}


def test_a_moderator_sees_no_address_runs_no_site_and_overrules_nobody() -> None:
    assert not ROLES["moderator"] & ABOVE
    assert ROLES["admin"] == set(Permission)


def test_contacts_is_the_one_thing_a_moderator_can_be_granted() -> None:
    assert permissions_of("moderator", contacts=True) - permissions_of("moderator") == {Permission.CONTACTS}
    assert permissions_of("admin", contacts=True) == permissions_of("admin")


def test_a_program_may_be_given_everything_but_running_the_site_and_overruling_people() -> None:
    assert {*Permission} - {Permission(s) for s in SCOPES} == {Permission.MANAGE, Permission.UNDO_OTHERS}
