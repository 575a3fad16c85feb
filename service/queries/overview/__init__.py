"""The lead's view: what came, what was decided, what waits, and where it piles up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.queries.overview import figures, reads
from service.queries.overview.facts import Facts
from service.queries.overview.figures import Bucket, Flow, Load, Share
from service.queries.overview.window import Window, window_at

#: Rows of a kind that one look reads at most. Beyond that the numbers are of the last so many, and say so.
SAMPLE = 20_000
#: Threads, sections and moderators listed.
LISTED = 20


@dataclass(frozen=True)
class Overview:
    """``arrivals_since``, ``decisions_since``: from when on the numbers are complete. Later than the window's start
    only where there was more than ``SAMPLE`` of them.
    """

    window: Window
    arrivals_since: datetime
    decisions_since: datetime
    pending: int
    oldest: datetime | None
    flow: Flow
    buckets: tuple[Bucket, ...]
    findings: tuple[tuple[str, Share], ...]
    threads: tuple[tuple[str, Share], ...]
    sections: tuple[tuple[str, Share], ...]
    moderators: tuple[Load, ...]

    @property
    def quiet(self) -> bool:
        """Nothing has happened that is counted here."""
        return not self.findings and all(b.arrivals.count == b.decisions.count == 0 for b in self.buckets)


def overview(session: Session, site_id: UUID, now: datetime, period: str, *, limit: int = SAMPLE) -> Overview:
    """The last ``day`` or ``week`` of one site. Six statements, whatever has happened in it."""
    window = window_at(now, period)
    arrivals, arrivals_since = reads.read_arrivals(session, site_id, window.start, limit)
    acts, acts_since = reads.read_acts(session, site_id, window.start, limit)
    facts = Facts(
        arrivals=arrivals,
        arrivals_since=arrivals_since,
        acts=acts,
        acts_since=acts_since,
        findings=reads.read_findings(session, site_id, window.start, limit),
        pending=reads.count_pending(session, site_id),
        oldest=reads.find_oldest_pending(session, site_id),
    )
    threads = figures.by_thread(facts, LISTED)
    titles = reads.list_titles(session, site_id, [thread for thread, _ in threads])
    return Overview(
        window=window,
        arrivals_since=arrivals_since,
        decisions_since=acts_since,
        pending=facts.pending,
        oldest=facts.oldest,
        flow=figures.flow(facts, window),
        buckets=tuple(figures.buckets(facts, window)),
        findings=tuple(figures.by_finding(facts.findings)),
        threads=tuple((titles.get(thread, ""), share) for thread, share in threads),
        sections=tuple(figures.by_section(facts, LISTED)),
        moderators=tuple(figures.by_moderator(acts)[:LISTED]),
    )
