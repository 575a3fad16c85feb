"""What could be decided together, offered beside what waits."""

from __future__ import annotations

from service.domain.desk import Ask
from service.i18n import t
from service.queries import batches
from service.web.console.addresses import queue_url
from service.web.console.session import Desk
from service.web.context import container


def is_batch(ask: Ask) -> bool:
    """Whether a batch and nothing else is asked for."""
    return ask.view == "pending" and ask.finding in batches.BATCHES and len(ask.given()) == 1


def batch_links(desk: Desk, ask: Ask, pending: int) -> list[dict[str, object]]:
    """A link to each batch that there is, where all that waits is shown or a batch of it. ``pending``: how many wait;
    where these are more than were looked at, so may be the batch.
    """
    if ask.view != "pending" or not (is_batch(ask) or not ask.given()):
        return []
    counts = container().reader.run(lambda s: batches.batch_counts(s, desk.site.id))
    more = "+" if pending > batches.LOOKED_AT else ""
    return [
        {
            "label": t(desk.language, f"batches.{code}"),
            "count_label": f"{count:,}{more}",
            "url": queue_url(desk.site.slug, Ask(finding=code)),
            "current": ask.finding == code,
        }
        for code, count in counts.items()
        if count
    ]
