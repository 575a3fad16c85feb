"""Rules of words and phrases: the list, and the editor, which tries a rule on past decisions before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.errors import InvalidError, MalformedError
from service.domain.moderation import REASONS
from service.domain.rules import ACTIONS, MODES, RuleDraft, read_rule
from service.i18n import t
from service.queries.back_test import BackTest, Example, try_rule
from service.queries.rule_list import RuleView, StoredRule, rule_page, stored_rule
from service.queries.site_setup import site_view
from service.text.clean import clean_line
from service.text.fold import fold
from service.text.phrases import Mode
from service.text.variants import variants
from service.web.console.outcome import acted, page, told
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container
from service.web.errors import field_text
from service.web.public import query
from service.web.rendering import see_other

PATH = "/console/rules"
MAX_WORD = 200
#: A longer list is too large for a form: it is shown in part, and changed as a whole from a file.
IN_A_FORM = 2_000
#: Phrases whose spellings are shown.
SPELT = 3
FIELDS = ("name", "phrases", "mode", "action", "reason", "section", "exceptions")
EMPTY = {**dict.fromkeys(FIELDS, ""), "mode": MODES[1], "action": ACTIONS[0]}
#: Letters of an example on each side of what would be marked.
_AROUND = 70


@dataclass(frozen=True)
class _Tried:
    spellings: list[dict[str, object]]
    result: BackTest
    examples: list[dict[str, str]]


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/rules")
    @at_desk
    def rules(desk: Desk) -> str:
        desk.principal.require(Permission.MANAGE)
        word, removed = clean_line(query.one("word") or "")[:MAX_WORD], query.one("show") == "removed"
        before = _number(query.one("before"))
        found = container().reader.run(lambda s: rule_page(s, desk.site.id, word, before, removed=removed))
        show = "removed" if removed else ""
        return desk.page(
            "console/rules.html",
            rules=[_shown(desk, rule) for rule in found.rules],
            word=word,
            removed=removed,
            new_url=_address(desk, f"{PATH}/rule"),
            other_url=_address(desk, show="" if removed else "removed"),
            next_url=_address(desk, word=word, show=show, before=str(found.next)) if found.next else None,
            first_url=_address(desk, show=show) if before or word else None,
            return_to=_address(desk, word=word, show=show, before=str(before or "")),
            notice=told(desk),
        )

    @blueprint.get("/rules/rule")
    @at_desk
    def rule(desk: Desk) -> Response:
        desk.principal.require(Permission.MANAGE)
        number = _number(query.one("number"))
        stored = _stored(desk, number)
        return _editor(desk, number, stored, _fields_of(stored) if stored else EMPTY)

    @blueprint.post("/rules/rule")
    @acting
    def set_rule(desk: Desk, form: Mapping[str, str]) -> Response:
        """Tried, or saved: by the button."""
        desk.principal.require(Permission.MANAGE)
        number = _number(form.get("number"))
        stored, typed = _stored(desk, number), {name: form.get(name, "") for name in FIELDS}
        try:
            draft = _draft(typed, stored)
            if form.get("do") != "save":
                return _editor(desk, number, stored, typed, tried=_try(desk, draft))
            container().manage_rules.write(desk.principal, draft, number)
        except InvalidError as error:
            errors = {fault.field: field_text(fault, desk.language) for fault in error.fields}
            return _editor(desk, number, stored, typed, errors)
        return see_other(_saved_address(desk, stored))

    @blueprint.post("/rules/act")
    @acting
    def act(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.MANAGE)
        number, do, manage = _number(form.get("number")) or 0, form.get("do"), container().manage_rules
        who, kept = desk.principal, {"show": "removed"} if form.get("show") == "removed" else {}
        if do in ("on", "off"):
            return acted(desk, PATH, f"rule_{do}", lambda: manage.switch(who, number, on=do == "on"))
        if do == "back":
            return acted(desk, PATH, "rule_back", lambda: manage.put_back(who, number), **kept)
        if do == "remove":
            return acted(desk, PATH, "rule_removed", lambda: manage.remove(who, number))
        raise MalformedError("bad_parameter", public={"parameter": "do"})


def _stored(desk: Desk, number: int | None) -> StoredRule | None:
    return None if number is None else container().reader.run(lambda s: stored_rule(s, desk.site.id, number))


def _saved_address(desk: Desk, stored: StoredRule | None) -> str:
    """Saved is not in force: one that is off or removed stays so, and is said to."""
    state = stored.state if stored else "on"
    done = "rule_saved" if state == "on" else f"rule_saved_{state}"
    return _address(desk, show="removed" if state == "removed" else "", done=done)


def _fields_of(stored: StoredRule) -> dict[str, str]:
    draft = stored.draft
    return {
        "name": draft.name,
        "phrases": "" if _is_long(stored) else "\n".join(draft.phrases),
        "mode": draft.mode,
        "action": draft.action,
        "reason": draft.reason or "",
        "section": draft.section,
        "exceptions": "\n".join(draft.exceptions),
    }


def _is_long(stored: StoredRule | None) -> bool:
    return stored is not None and len(stored.draft.phrases) > IN_A_FORM


def _draft(typed: Mapping[str, str], stored: StoredRule | None) -> RuleDraft:
    """What was typed; a list too long for a form keeps its phrases."""
    phrases = stored.draft.phrases if stored and _is_long(stored) else typed["phrases"].split("\n")
    return read_rule(
        typed["name"],
        phrases,
        typed["mode"],
        typed["action"],
        typed["reason"],
        typed["section"],
        typed["exceptions"].split("\n"),
    )


def _try(desk: Desk, draft: RuleDraft) -> _Tried:
    language = container().reader.run(lambda s: site_view(s, desk.site.slug)).policy.language
    result = container().reader.run(lambda s: try_rule(s, desk.site.id, draft, language))
    spellings: list[dict[str, object]] = [
        {
            "phrase": phrase,
            "folded": fold(phrase, language),
            "variants": variants(phrase, language, Mode(draft.mode)),
        }
        for phrase in draft.phrases[:SPELT]
    ]
    return _Tried(spellings, result, [_example(desk, example) for example in result.examples])


def _example(desk: Desk, example: Example) -> dict[str, str]:
    """The text around what would be marked first."""
    start, end = example.places[0]
    source, first = example.source, max(0, start - _AROUND)
    last = min(len(source), end + _AROUND)
    return {
        "before": ("…" if first else "") + source[first:start],
        "marked": source[start:end],
        "after": source[end:last] + ("…" if last < len(source) else ""),
        "status": example.status,
        "url": _address(desk, f"/console/comments/{example.comment}"),
    }


def _editor(
    desk: Desk,
    number: int | None,
    stored: StoredRule | None,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    tried: _Tried | None = None,
) -> Response:
    html = desk.page(
        "console/rule.html",
        within=PATH,
        number=number,
        state=stored.state if stored else "on",
        typed=typed,
        errors={name: (errors or {}).get(name) for name in FIELDS},
        long_list=stored.draft.phrases[:20] if stored and _is_long(stored) else None,
        phrase_count=len(stored.draft.phrases) if stored else 0,
        modes=MODES,
        actions=ACTIONS,
        reasons=REASONS,
        tried=tried,
        invalid=bool(errors),
        list_url=_address(desk),
        return_to=_address(desk, f"{PATH}/rule", number=str(number or "")),
        notice=told(desk),
    )
    return page(html, 422 if errors else 200)


def _shown(desk: Desk, rule: RuleView) -> dict[str, object]:
    record = rule.record
    return {
        "row": rule,
        "url": _address(desk, f"{PATH}/rule", number=str(rule.number)),
        "hits": f"{record.hits:,}{'+' if record.more else ''}",
        "precision": t(desk.language, "rules.agreed", agreed=record.agreed, decided=record.decided)
        if record.decided
        else t(desk.language, "rules.undecided"),
    }


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise MalformedError("bad_parameter", public={"parameter": "number"})
    return int(text)


def _address(desk: Desk, path: str = PATH, **asked: str) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode({'site': desk.site.slug, **kept})}"
