"""A text that has been sanitised and screened, and how it becomes a revision with its findings.

Whatever brings a new text of a comment goes through here; a text is judged outside of any transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain import urgency
from service.domain.ports import NewId, Signer
from service.domain.site import SitePolicy
from service.screening.facts import Facts, Outcome
from service.screening.facts import Finding as Seen
from service.screening.phases.past_decisions import CODES
from service.screening.pipeline import Verdict, screen
from service.storage import lanes, likenesses, search, word_rules
from service.storage.base import insert_rows
from service.storage.comments import Comment
from service.storage.findings import Finding
from service.storage.revisions import Revision
from service.storage.sites import Site
from service.storage.uow import Session, attempted
from service.text.fold import fold
from service.text.language import reading_direction, text_language
from service.text.likeness import name_key
from service.text.sanitize import SANITISER_VERSION, render, text_of
from service.text.shingles import signature

#: Findings that a rule of words makes: a place of it in the list of rules comes first.
RULE_CODES = ("word_rule", "word_in_name")


@dataclass(frozen=True)
class JudgedText:
    """What will be stored of a text, and what the checks said of it: all that can be worked out before anything is
    written. ``signature``: what the text is like; ``found_by``: its words and the name's.
    """

    name: str
    website: str | None
    source: str
    html: str
    text_digest: bytes
    signature: bytes
    folded_name: str
    found_by: search.Words
    language: str | None
    direction: str
    verdict: Verdict

    def rank(self, reports: int = 0) -> int:
        """How urgent a comment with this text is."""
        found = ((f.code, f.outcome is not Outcome.NOTE) for f in self.verdict.findings)
        return urgency.rank_of(found, reports)


@dataclass(frozen=True)
class Redaction:
    """Who has taken words out, by id and name, and the code of the reason."""

    by: UUID
    label: str
    reason: str


def text_digest(signer: Signer, site: Site, body: str) -> bytes:
    """What two texts of a site have in common that fold alike. Keyed, so that who holds it cannot try texts."""
    return signer.digest("text", str(site.id), fold(body, site.policy.language))


def judge(
    facts: Facts,
    policy: SitePolicy,
    digest: bytes,
    on_failed_check: Callable[[str, Exception], None],
    like: bytes | None = None,
) -> JudgedText:
    """Sanitises and screens ``facts.body``. A check that fails holds the text and is heard of. ``like``: its signature,
    where that has been worked out.
    """
    html = render(facts.body)
    shown = text_of(html)
    return JudgedText(
        name=facts.name,
        website=facts.website,
        source=facts.body,
        html=html,
        text_digest=digest,
        signature=like or signature(facts.folded.text),
        folded_name=facts.folded_name.text,
        found_by=search.found_by(facts.body, facts.name, policy.language),
        language=text_language(shown, policy.language),
        direction=reading_direction(shown),
        verdict=screen(facts, on_failure=on_failed_check),
    )


def add_revision(
    session: Session,
    comment: Comment,
    number: int,
    judged: JudgedText,
    new_id: NewId,
    now: datetime,
    redaction: Redaction | None = None,
) -> None:
    """Another text of ``comment``, with what later ones are compared with where that can be kept."""
    write_down(session, comment, number, judged, new_id, now, redaction)
    session.flush()
    attempted(session, lambda s: keep_marks(s, comment, number, judged, new_id(now), now))


def write_down(
    session: Session,
    comment: Comment,
    number: int,
    judged: JudgedText,
    new_id: NewId,
    now: datetime,
    redaction: Redaction | None = None,
) -> None:
    """Writes the text down as revision ``number`` of ``comment``, never to be changed again, with its findings
    in the order the checks ran. The comment is found by it. ``redaction``: it is not the author's own.
    """
    insert_rows(
        session,
        Revision(
            comment_id=comment.id,
            number=number,
            site_id=comment.site_id,
            name=judged.name,
            website=judged.website,
            source=judged.source,
            html=judged.html,
            sanitiser_version=SANITISER_VERSION,
            language=judged.language,
            direction=judged.direction,
            text_digest=judged.text_digest,
            name_key=name_key(judged.folded_name),
            created_at=now,
            redacted_by=redaction.by if redaction else None,
            redacted_label=redaction.label if redaction else None,
            redacted_reason=redaction.reason if redaction else None,
        ),
    )
    seen = judged.verdict.findings
    if number > 1 and lanes.audited_of(session, comment.site_id, [comment.id]):
        # Another text of it is looked at as the first is: without a word of what the model thinks.
        seen = tuple(found for found in seen if found.code not in CODES)
    insert_rows(session, *(_finding(comment, number, found, new_id(now)) for found in seen))
    search.put(session, comment.site_id, comment.id, judged.found_by, new=number == 1)


def add_finding(session: Session, comment: Comment, number: int, found: Seen, own: UUID) -> None:
    """Writes down what a check has seen in revision ``number``."""
    insert_rows(session, _finding(comment, number, found, own))


def _finding(comment: Comment, number: int, found: Seen, own: UUID) -> Finding:
    return Finding(
        id=own,
        site_id=comment.site_id,
        comment_id=comment.id,
        revision=number,
        code=found.code,
        rule=found.rule,
        check_version=found.check_version,
        spans=[list(span) for span in found.spans],
        outcome=found.outcome.code,
    )


def keep_marks(session: Session, comment: Comment, number: int, judged: JudgedText, own: UUID, now: datetime) -> None:
    """What later comments are compared with, and the cluster of this one: ``own``, when it is like nothing. Nobody is
    like what the staff write.
    """
    word_rules.note_hits(session, comment.site_id, comment.id, _rules_of(judged.verdict))
    if comment.staff_id is None:
        if number > 1:
            # What was like the text before is not like this one.
            likenesses.forget(session, comment)
        comment.cluster_id = likenesses.cluster_for(
            session, comment.site_id, judged.signature, own, now, but=comment.id
        )
        likenesses.put(session, comment, judged.signature, now)
    session.flush()


def _rules_of(verdict: Verdict) -> list[int]:
    """The numbers of the newsroom's rules that have seen something as it stands."""
    return [int(f.rule.split()[0].removeprefix("rule:")) for f in verdict.findings if f.code in RULE_CODES]
