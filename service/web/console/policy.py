"""A site's policy, as its admins set it. What has to be mended comes back as it was typed, with nothing saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.errors import FieldError, InvalidError
from service.domain.site import CACHED, EMAIL, MODES, NUMBERS, WEBSITE, SitePolicy
from service.i18n import LANGUAGES, format_span
from service.queries.site_setup import SiteView, site_view
from service.text.clean import clean_line, length
from service.web.console.outcome import acted, page, told
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container
from service.web.errors import field_text

PATH = "/console/policy"
MAX_NAME = 200
CHOICES: Mapping[str, Sequence[str]] = {"mode": MODES, "email": EMAIL, "website": WEBSITE, "language": LANGUAGES}


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/policy")
    @at_desk
    def policy(desk: Desk) -> Response:
        desk.principal.require(Permission.MANAGE)
        return _page(desk, _fields_of(_site(desk)))

    @blueprint.post("/policy")
    @acting
    def set_policy(desk: Desk, form: Mapping[str, str]) -> Response:
        desk.principal.require(Permission.MANAGE)
        typed = {name: form.get(name, "") for name in _fields_of(_site(desk))}
        changes = _changes(typed)
        faults = _faults(typed["name"], changes)
        if faults:
            return _page(desk, typed, {f.field: field_text(f, desk.language) for f in faults})
        save = container().manage_sites.set_policy
        return acted(desk, PATH, "policy_saved", lambda: save(desk.site.slug, changes, typed["name"]))


def _site(desk: Desk) -> SiteView:
    return container().reader.run(lambda s: site_view(s, desk.site.slug))


def _fields_of(site: SiteView) -> dict[str, str]:
    """Every field of the form, as it stands."""
    policy = site.policy
    return {
        "name": site.name,
        **{choice: str(getattr(policy, choice)) for choice in CHOICES},
        **{number: str(getattr(policy, number)) for number in NUMBERS},
        "privacy_url": policy.privacy_url,
        "origins": "\n".join(policy.origins),
    }


def _changes(typed: Mapping[str, str]) -> dict[str, str | Sequence[str]]:
    """What was typed, as the policy takes it: origins are one to a line."""
    changes: dict[str, str | Sequence[str]] = {k: v.strip() for k, v in typed.items() if k != "name"}
    changes["origins"] = typed["origins"].split()
    return changes


def _faults(name: str, changes: Mapping[str, str | Sequence[str]]) -> list[FieldError]:
    """Everything that has to be mended, at once."""
    faults: list[FieldError] = []
    if not clean_line(name):
        faults.append(FieldError("name", "required"))
    elif length(clean_line(name)) > MAX_NAME:
        faults.append(FieldError("name", "too_long", {"limit": MAX_NAME}))
    try:
        SitePolicy().changed(changes)
    except InvalidError as error:
        for fault in error.fields:
            most = NUMBERS.get(fault.field)
            faults.append(FieldError(fault.field, "number_invalid", {"limit": most}) if most else fault)
    return faults


def _seen(desk: Desk, typed: Mapping[str, str]) -> dict[str, object]:
    """How long what was taken away may be seen from a CDN, by the numbers as they stand on the page."""
    try:
        policy = SitePolicy().changed({name: typed[name].strip() for name in CACHED})
    except InvalidError:
        policy = _site(desk).policy
    return {"span": format_span(desk.language, policy.seen_seconds), "longer": policy.kept_longer}


def _page(desk: Desk, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Response:
    html = desk.page(
        "console/policy.html",
        typed=typed,
        errors={name: (errors or {}).get(name) for name in typed},
        choices=CHOICES,
        numbers=list(NUMBERS),
        cached=CACHED,
        seen=_seen(desk, typed),
        invalid=bool(errors),
        return_to=f"{PATH}?{urlencode({'site': desk.site.slug})}",
        notice=told(desk),
    )
    return page(html, 422 if errors else 200)
