"""The public addresses that answers name, all on the service's own origin."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from service.web.context import container


def site_address(slug: str, path: str, **parameters: str) -> str:
    """The absolute address of something of the site, with its query in the order given."""
    address = f"{container().settings.public_origin}/v1/sites/{slug}/{path}"
    return f"{address}?{urlencode(parameters)}" if parameters else address


def plain_page(slug: str, **parameters: str) -> str:
    """The page that shows thread and form to whoever has no JavaScript."""
    return site_address(slug, "page", **parameters)


@dataclass(frozen=True)
class Links:
    """Addresses of one thread's comments in one language."""

    slug: str
    thread: str
    language: str

    def comment(self, comment_id: object) -> str:
        """The permalink: the page that holds the comment, whichever that is by then, at the comment."""
        page = plain_page(self.slug, thread=self.thread, lang=self.language, comment=str(comment_id))
        return f"{page}#comment-{comment_id}"

    def report(self, comment_id: object) -> str:
        return site_address(self.slug, f"comments/{comment_id}/report", lang=self.language)
