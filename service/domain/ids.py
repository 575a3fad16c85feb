"""Ids are UUIDv7 and begin with their moment, so a stretch of time is a stretch of ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

#: No transaction lasts so long. What has an older id is in the database by now or never will be: whoever reads by id up
#: to then and goes on from there later has missed nothing.
SETTLED = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def first_id_at(moment: datetime) -> UUID:
    """No id made at ``moment`` or later lies below this one, and none made a millisecond earlier lies above it,
    unless the maker of ids had run ahead of its clock.
    """
    return UUID(int=((moment - _EPOCH) // _MILLISECOND) << 80)


def moment_of(made: UUID) -> datetime:
    """The millisecond an id was made for; later than the clock said only where its maker had run ahead."""
    return _EPOCH + (made.int >> 80) * _MILLISECOND


def number_of(made: UUID) -> int:
    """An id's millisecond and 21 bits of what follows it there, in the order of the ids: 63 bits, until the year 2109.
    Two ids of one process have different ones; of a millisecond on two machines, one pair in 500,000 shares it.
    """
    # The version lies before the counter, the variant behind it.
    counter, random = made.int >> 64 & 0xFFF, made.int >> 53 & 0x1FF
    return (made.int >> 80) << 21 | counter << 9 | random
