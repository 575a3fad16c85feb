"""The author's digest in the words of a language: three lines, and apart from them what is not proven."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from service.domain.ports import Signer
from service.domain.trust import BY_HAND
from service.i18n import format_share, t
from service.queries.digest import LOOKED, Digest, SameAddress, Tally


def digest_words(digest: Digest, language: str, site: str, comment: UUID, now: datetime) -> dict[str, object]:
    """What a card says of its author. The comment's id is the only handle there is."""
    shared, query = digest.same_address, urlencode({"site": site})
    return {
        "url": f"/console/authors/{comment}?{query}",
        "sweep_url": f"/console/authors/{comment}/sweep?{query}",
        "staff": digest.staff,
        "parts": _parts(digest.own, language),
        "first_seen": digest.first_seen,
        "waiting": _waiting(digest.own, language),
        "proof": t(language, f"digest.proof.{digest.proof}"),
        "standing": standing_words(digest, language, now),
        "same_address": _same_address(shared, language) if shared else None,
    }


def standing_words(digest: Digest, language: str, now: datetime) -> list[str]:
    """The level and what it comes from; nothing where nothing is proven and nobody has set any."""
    found = digest.standing(now)
    if digest.staff or (digest.proof == "none" and not found.by_hand):
        return []
    judged = [
        t(language, f"digest.{kind}", count=count)
        for kind, count in (("approved", found.approved), ("rejected", found.rejected), ("spam", found.spam))
        if count
    ]
    said = [t(language, f"level.{found.level}")]
    said += [t(language, "standing.by_hand")] if found.by_hand else []
    if not judged:
        return [*said, t(language, "standing.none")]
    judged[0] = f"{t(language, 'standing.judged')} {judged[0]}"
    return [*said, *judged, t(language, "standing.bound", share=format_share(language, found.bound))]


def level_choices(digest: Digest, language: str, signer: Signer) -> dict[str, object] | None:
    """What may be set for an author who can come back; nobody sees a button that would reach no one. ``author``: the
    same on each of their cards, for the desk's script. It names nobody, and no address takes it.
    """
    if digest.staff or not digest.returns:
        return None
    now = digest.level.value if digest.level else ""
    offered = [value for value in ("", *(level.value for level in BY_HAND)) if value != now]
    return {
        "seen": now,
        "author": signer.digest("desk author", str(digest.author)).hex(),
        "choices": [{"value": v, "label": t(language, f"level.set.{v or 'none'}")} for v in offered],
    }


def _same_address(shared: SameAddress, language: str) -> dict[str, object]:
    tally = shared.tally
    return {
        "any": tally.total > 0,
        "total": None if tally.more else t(language, "digest.total", count=tally.total),
        "parts": _parts(tally, language),
        "first_seen": shared.first_seen,
        "waiting": _waiting(tally, language),
    }


def _parts(tally: Tally, language: str) -> list[dict[str, object]]:
    """What has been decided, kind by kind; kinds of which there are none are left out."""
    said: list[dict[str, object]] = []
    if tally.more:
        said.append(_part(t(language, "digest.over", limit=LOOKED)))
    if tally.approved:
        unseen = t(language, "digest.unseen", count=tally.unseen) if tally.unseen else None
        said.append(_part(t(language, "digest.approved", count=tally.approved), note=unseen))
    if tally.rejected:
        reasons = [
            {"label": t(language, f"reason.{reason}"), "count": count}
            for reason, count in tally.reasons.items()
        ]
        said.append(_part(t(language, "digest.rejected", count=tally.rejected), reasons=reasons))
    if tally.spam:
        said.append(_part(t(language, "digest.spam", count=tally.spam)))
    if tally.taken_back:
        said.append(_part(t(language, "digest.taken_back", count=tally.taken_back)))
    return said


def _part(
    label: str, *, note: str | None = None, reasons: list[dict[str, object]] | None = None
) -> dict[str, object]:
    return {"label": label, "note": note, "reasons": reasons or []}


def _waiting(tally: Tally, language: str) -> str:
    return t(language, "digest.waiting", count=tally.waiting)
