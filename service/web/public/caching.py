"""How long caches keep what was approved."""

from __future__ import annotations

from flask import request

from service.domain.site import SitePolicy
from service.web.public.query import LONGEST


def cache_control(policy: SitePolicy, seconds: int = 0) -> str:
    """``Cache-Control`` of a public read: shared caches keep it as the site's policy says. Everybody else asks again
    after so many ``seconds``; browsers each time, and mostly they hear 304.
    """
    if len(request.query_string) > LONGEST:
        # No tag is on it by which it could be let go of.
        policy = SitePolicy()
    kept = f"public, max-age={seconds}, s-maxage={policy.cache_seconds}"
    if policy.stale_seconds:
        # must-revalidate would forbid it. A browser goes by the age a shared cache tells it: no copy gets any older.
        return f"{kept}, stale-while-revalidate={policy.stale_seconds}"
    return kept if seconds else f"{kept}, must-revalidate"
