"""Numbers of the overview as a moderator reads them."""

from __future__ import annotations

from datetime import timedelta

from service.i18n import format_number, format_share, t
from service.queries.overview.figures import Flow, Share, Tally
from service.queries.queue import COUNT_CAP

#: What is not known, or has no value.
NONE = "—"


def capped(language: str, number: int) -> str:
    """A count that was stopped at its cap."""
    return format_number(language, min(number, COUNT_CAP)) + ("+" if number > COUNT_CAP else "")


def tally(language: str, value: Tally) -> str:
    if value.count is None:
        return t(language, "overview.unknown")
    return format_number(language, value.count) + ("+" if value.at_least else "")


def span(language: str, length: timedelta | None) -> str:
    """How long something took, in one unit."""
    if length is None:
        return NONE
    minutes = length / timedelta(minutes=1)
    if minutes < 0.5:
        return t(language, "overview.span.moment")
    name, count = _unit(minutes)
    return t(language, f"overview.span.{name}", count=count)


def rate(language: str, share: Share) -> str:
    return NONE if share.rate is None else format_share(language, share.rate)


def clears(language: str, flow: Flow) -> str:
    """When nothing will be pending, or why that cannot be said."""
    if flow.minutes is None:
        return t(language, f"overview.flow.{flow.state}")
    if flow.minutes == 0:
        return t(language, "overview.clear.moment")
    name, count = _unit(flow.minutes if flow.minutes < 10 else 5 * round(flow.minutes / 5))
    return t(language, f"overview.clear.{name}", count=count)


def counted(language: str, flow: Flow) -> str:
    """What came and what was decided in the last hour."""
    more = "" if flow.whole else "+"
    return t(
        language,
        "overview.came_and_went",
        arrivals=format_number(language, flow.arrivals) + more,
        decisions=format_number(language, flow.decisions) + more,
    )


def _unit(minutes: float) -> tuple[str, int]:
    """Ninety minutes, then hours, then days."""
    if minutes < 90:
        return "minutes", round(minutes)
    if minutes < 36 * 60:
        return "hours", round(minutes / 60)
    return "days", round(minutes / (24 * 60))
