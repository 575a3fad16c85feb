"""Where one can go from every page of the console."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.access import Permission, Principal


@dataclass(frozen=True)
class Place:
    """A page of the console that its head leads to: its path, the key of its name, and what it needs."""

    path: str
    key: str
    needs: Permission


PLACES: tuple[Place, ...] = (
    Place("/console/", "place.queue", Permission.READ_QUEUE),
    Place("/console/threads", "place.threads", Permission.READ_QUEUE),
    Place("/console/record", "place.record", Permission.READ_QUEUE),
    Place("/console/overview", "place.overview", Permission.READ_QUEUE),
    Place("/console/look-up", "place.look_up", Permission.CONTACTS),
    Place("/console/people", "place.people", Permission.MANAGE),
    Place("/console/tokens", "place.tokens", Permission.MANAGE),
    Place("/console/rules", "place.rules", Permission.MANAGE),
    Place("/console/lane", "place.lane", Permission.MANAGE),
    Place("/console/policy", "place.policy", Permission.MANAGE),
    Place("/console/lists", "place.lists", Permission.MANAGE),
    Place("/console/sessions", "place.sessions", Permission.READ_QUEUE),
)


def places_for(principal: Principal) -> list[Place]:
    """Those the principal may enter, in the order they are shown."""
    return [place for place in PLACES if place.needs in principal.permissions]
