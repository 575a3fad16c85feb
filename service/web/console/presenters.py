"""Views into the words a moderator reads. Texts are escaped by the templates; only sanitised HTML is markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup

from service.domain.moderation import ASKABLE, REASONS, Status, actions_from
from service.i18n import CATALOGUES, has_text, t
from service.queries import history
from service.queries.cards import Card, FindingView
from service.queries.history import DecisionView
from service.queries.queue import COUNT_CAP
from service.screening.facts import Outcome
from service.screening.phases.past_decisions import CODES
from service.text.highlight import highlighted
from service.web.console.digest import digest_words, level_choices
from service.web.console.notes import glances
from service.web.console.session import Desk
from service.web.context import container


def item(card: Card, language: str, now: datetime, site: str) -> dict[str, object]:
    """A card of the queue."""
    parent, shown = card.parent, card.published
    return {
        "id": str(card.id),
        "version": card.version,
        "status": card.status,
        "name": card.name,
        "website": card.website,
        "html": Markup(_marked(card)),  # noqa: S704 - sanitised when it was stored
        "text": card.text,
        "dir": card.direction,
        "lang": card.language,
        "created_at": card.created_at,
        "age": age(card.created_at, now, language),
        "thread": {
            "title": card.thread_title,
            "key": card.thread_key,
            "url": card.thread_url,
            "desk_url": f"/console/threads?{urlencode({'site': site, 'word': card.thread_key})}",
        },
        "parent": parent
        and {
            "name": parent.name,
            "html": Markup(parent.html),  # noqa: S704 - sanitised when it was stored
            "dir": parent.direction,
            "status": parent.status,
        },
        "findings": [_finding(f, language) for f in card.findings],
        "history_url": f"/console/comments/{card.id}?{urlencode({'site': site})}",
        "actions": actions_of([card]),
        "published": shown
        and {
            "html": Markup(shown.html),  # noqa: S704 - sanitised when it was stored
            "dir": shown.direction,
            "lang": shown.language,
        },
        "reports": [
            {"label": t(language, f"reason.{reason}"), "count": count} for reason, count in card.reports.items()
        ],
        "reported": sum(card.reports.values()),
        "opinion": card.opinion_wanted,
        "digest": digest_words(card.digest, language, site, card.id, now),
        "level": level_choices(card.digest, language, container().signer),
        "notes": glances(card.notes, language),
        "alike": card.alike,
        "alike_url": f"/console/clusters/{card.id}?{urlencode({'site': site})}",
    }


def actions_of(cards: Sequence[Card]) -> list[str]:
    """What may be decided on one at least of the cards, in the order it is offered."""
    allowed = {a for c in cards for a in actions_from(Status(c.status), to_confirm=_to_confirm(c))}
    return [action.value for action in ASKABLE if action in allowed]


def _to_confirm(card: Card) -> bool:
    return card.edit_waiting or card.unmoderated or bool(card.reports)


def history_item(decision: DecisionView, language: str) -> dict[str, object]:
    return {
        "action": decision.action,
        "label": t(language, f"action.{decision.action}"),
        "from_label": t(language, f"status.{decision.before}"),
        "to_label": t(language, f"status.{decision.after}"),
        "actor": actor(decision, language),
        "at": decision.at,
        "reason_label": t(language, f"reason.{decision.reason}") if decision.reason else None,
        "version": decision.version_after,
        "undoes": decision.undoes is not None,
    }


def actor(decision: DecisionView, language: str) -> str:
    """A moderator by name, the author as that, a program or a rule by what it is."""
    if decision.actor_kind == "moderator":
        return decision.actor_label
    if decision.actor_kind == "reader":
        return t(language, "actor.reader")
    return f"{t(language, f'actor.{decision.actor_kind}')} ({decision.actor_label})"


def reasons(language: str) -> list[dict[str, str]]:
    return [{"code": code, "label": t(language, f"reason.{code}")} for code in REASONS]


def undo_offer(desk: Desk, decided: str | None, batch: str | None = None) -> dict[str, str] | None:
    """The moderator's decision of a moment ago, or the batch, while it can still be undone."""
    if batch:
        return _batch_offer(desk, batch)
    try:
        decision_id = UUID(decided or "")
    except ValueError:
        return None
    found = container().reader.run(lambda s: history.last_undoable(s, desk.site.id, desk.principal.actor, decision_id))
    if found is None:
        return None
    return {"field": "decision", "id": str(found.id), "label": t(desk.language, f"notice.{found.action}")}


def _batch_offer(desk: Desk, batch: str) -> dict[str, str] | None:
    try:
        batch_id = UUID(batch)
    except ValueError:
        return None
    made = container().reader.run(lambda s: history.own_batch(s, desk.site.id, desk.principal.actor, batch_id))
    if not made:
        return None
    label = t(desk.language, "notice.batch", count=len(made))
    return {"field": "batch", "id": str(batch_id), "label": f"{t(desk.language, f'notice.{made[0].action}')} {label}"}


def capped(count: int) -> str:
    """As it stands beside a view."""
    return f"{COUNT_CAP:,}+" if count > COUNT_CAP else f"{count:,}"


def notice(language: str, code: str | None) -> dict[str, str] | None:
    """What went wrong with the last act, by its code."""
    for key in (f"error.{code}.detail", f"field.{code}"):
        if code and key in CATALOGUES[language] and "{" not in str(CATALOGUES[language][key]):
            return {"kind": "error", "text": t(language, key)}
    return None


def age(then: datetime, now: datetime, language: str) -> str:
    minutes = max(0, int((now - then).total_seconds() // 60))
    if minutes < 1:
        return t(language, "age.now")
    if minutes < 60:
        return t(language, "age.minutes", count=minutes)
    if minutes < 24 * 60:
        return t(language, "age.hours", count=minutes // 60)
    return t(language, "age.days", count=minutes // (24 * 60))


def _marked(card: Card) -> str:
    """The text, with what the checks have found in it marked."""
    return highlighted(card.html, card.text, [span for finding in card.findings for span in finding.spans])


def _named_rule(finding: FindingView) -> str:
    """Which of the newsroom's own rules it is, for those that have a number: the number, and what it looked for. Of
    its lists the name.
    """
    if finding.code == "listed_host":
        return finding.rule.removeprefix("list:")
    named, _, phrase = finding.rule.removeprefix("rule:").partition(" ")
    return f"#{named.partition(':')[0]} {phrase}" if finding.rule.startswith("rule:") else ""


def _disguise(finding: FindingView, language: str) -> str:
    """How the word is written that may be meant; empty where nothing is disguised."""
    how = finding.rule.partition(" ")[0].removeprefix("rule:").partition(":")[2]
    return t(language, f"disguise.{how}") if finding.code == "disguised_word" and how else ""


def _finding_key(finding: FindingView) -> str:
    """Of a check that tells several things, the one it has told: whose name it is, what was counted."""
    one = f"finding.{finding.code}.{finding.rule}"
    return one if has_text(one) else f"finding.{finding.code}"


def _finding(finding: FindingView, language: str) -> dict[str, object]:
    return {
        "code": finding.code,
        "label": t(language, _finding_key(finding)),
        "rule": _named_rule(finding),
        "details": [detail for detail in _details(finding, language) if detail],
        # What only says something weighs no more than that the site holds everything.
        "usual": finding.code == "premoderation"
        or (finding.outcome == Outcome.NOTE.code and finding.code != "likely_bad"),
    }


def _details(finding: FindingView, language: str) -> Iterator[str | None]:
    """How a word is disguised, how comments like it went, and in how many places it is marked."""
    yield _disguise(finding, language)
    yield _record(finding, language)
    yield t(language, "queue.marked", count=len(finding.spans)) if finding.spans else None


def _record(finding: FindingView, language: str) -> str | None:
    """What became of comments like it, where the finding says so."""
    if finding.code not in CODES:
        return None
    bad, _, all_ = finding.rule.partition("/")
    return t(language, "queue.record", bad=int(bad), all=int(all_))
