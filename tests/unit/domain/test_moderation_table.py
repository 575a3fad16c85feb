"""The status machine as one truth table."""

from __future__ import annotations

import pytest

from service.domain.errors import ConflictError, InvalidError
from service.domain.moderation import ASKABLE, READERS, REASONS, Action, Status, actions_from, check_reason, target

ALLOWED = {
    "pending": {"approve": "approved", "reject": "rejected", "spam": "spam"},
    "approved": {"reject": "rejected", "spam": "spam", "reopen": "pending"},
    "rejected": {"approve": "approved", "spam": "spam", "reopen": "pending"},
    "spam": {"approve": "approved", "reject": "rejected", "reopen": "pending"},
    "withdrawn": {},
    "erased": {},
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("action", ASKABLE)
def test_only_the_listed_steps_are_allowed(status: Status, action: Action) -> None:
    expected = ALLOWED[status.value].get(action.value)
    if expected is None:
        with pytest.raises(ConflictError) as refused:
            target(status, action)
        assert refused.value.code == "transition_not_allowed"
    else:
        assert target(status, action) == expected


def test_a_reader_withdraws_once_and_erases_from_anywhere_and_nothing_leads_back() -> None:
    for status in Status:
        for action, to in zip(READERS, (Status.WITHDRAWN, Status.ERASED), strict=True):
            if status is Status.ERASED or status is to:
                with pytest.raises(ConflictError):
                    target(status, action)
            else:
                assert target(status, action) is to
    assert not set(READERS) & set(ASKABLE)


@pytest.mark.parametrize("status", list(Status))
def test_the_actions_offered_are_the_actions_allowed(status: Status) -> None:
    assert {a.value for a in actions_from(status)} == set(ALLOWED[status.value])


def test_approving_again_is_for_what_waits_to_be_confirmed() -> None:
    assert target(Status.APPROVED, Action.APPROVE, to_confirm=True) is Status.APPROVED
    assert Action.APPROVE in actions_from(Status.APPROVED, to_confirm=True)


def test_a_rejection_needs_a_reason_of_the_list() -> None:
    for reason in (None, "", "because"):
        with pytest.raises(InvalidError):
            check_reason(Action.REJECT, reason)
    assert [check_reason(Action.REJECT, r) for r in REASONS] == list(REASONS)


def test_a_reason_with_another_action_is_not_recorded() -> None:
    assert check_reason(Action.APPROVE, "spam") is None
