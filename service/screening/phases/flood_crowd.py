"""Far more people than usual write at once, in one discussion or on the whole site.

People are counted as networks, so that few machines make no crowd however much they send. It is far more than usual
when it is more than the desk can read and more than ``TIMES`` what was usual in the hour before. A moderator reads a
comment in 16 seconds, so four at work read 150 in ten minutes: that is ``THREAD``; a site may have two of those.

Nobody can hold everybody for long. What was usual is the mean of the five stretches of ten minutes before, so a crowd
that stays as large is the usual one after twenty minutes: breaking news is published again while it is news, and
whoever wants to keep a discussion shut has to bring four times as many networks every twenty minutes. Authors whom
moderators have approved, and who prove it is them, are not held at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.screening.facts import Facts, Finding

THREAD, SITE = 150, 300
TIMES = 4


def flood_crowd(facts: Facts) -> Iterator[Finding]:
    if facts.form is None:
        return
    arrivals = facts.gathered.arrivals.value
    in_thread, on_site = _far_more(arrivals.thread, THREAD), _far_more(arrivals.site, SITE)
    if not (in_thread or on_site) or facts.gathered.known_author.value:
        return
    if in_thread:
        yield Finding("flood_thread", f"networks:{THREAD}")
    if on_site:
        yield Finding("flood_site", f"networks:{SITE}")


def crowd_from(before: Sequence[int], most: int) -> int:
    """From how many networks on it is far more than usual. ``before``: the stretches before, of ten minutes each."""
    return max(most, TIMES * sum(before) // len(before) + 1)


def _far_more(networks: Sequence[int], most: int) -> bool:
    """``networks``: of each stretch, the latest first; nothing when there is nothing to see."""
    return len(networks) > 1 and networks[0] >= crowd_from(networks[1:], most)
