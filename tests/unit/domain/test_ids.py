"""A stretch of time is a stretch of ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.ids import first_id_at, moment_of, number_of
from service.gateways.clock import Uuid7

MOMENT = datetime(2026, 11, 25, 9, 0, 0, 123_000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def test_ids_of_a_moment_lie_from_its_first_up_to_the_next_ones() -> None:
    new_id = Uuid7()
    for _ in range(100):
        made = new_id(MOMENT)
        assert first_id_at(MOMENT) <= made < first_id_at(MOMENT + MILLISECOND)
        assert moment_of(made) == MOMENT


def test_the_order_is_the_same_as_text() -> None:
    """SQLite keeps ids as text."""
    before, after = first_id_at(MOMENT - MILLISECOND), Uuid7()(MOMENT)
    assert before.hex < first_id_at(MOMENT).hex <= after.hex


@pytest.mark.parametrize("microseconds", [0, 1, 999])
def test_a_moment_inside_a_millisecond_begins_with_it(microseconds: int) -> None:
    assert first_id_at(MOMENT + timedelta(microseconds=microseconds)) == first_id_at(MOMENT)


def test_numbers_of_ids_are_different_and_in_their_order() -> None:
    new_id = Uuid7()
    made = [new_id(MOMENT + step * MILLISECOND) for step in range(3) for _ in range(5000)]
    numbers = [number_of(each) for each in made]
    assert numbers == sorted(set(numbers))
    assert 0 < numbers[0] >> 21 == made[0].int >> 80
    assert number_of(new_id(datetime(2109, 1, 1, tzinfo=UTC))) < 2**63
