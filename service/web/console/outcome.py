"""What became of an act that changes who may do what: said on the page it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from service.domain.errors import ConflictError, InvalidError, MalformedError, NotFoundError
from service.i18n import t
from service.web.console.presenters import notice
from service.web.console.session import Desk
from service.web.rendering import see_other

#: What can have been done, by the name that the address carries.
DONE = (
    "person_changed", "person_removed", "person_disabled", "person_enabled",
    "token_revoked", "session_ended", "sessions_ended", "password_changed",
    "second_factor_off", "policy_saved", "thread_open", "thread_closed", "thread_mode", "note_written", "note_removed",
    "redacted", "level_set", "lane_open", "lane_closed", "list_saved", "list_removed",
    "rule_saved", "rule_saved_off", "rule_saved_removed", "rule_on", "rule_off", "rule_removed", "rule_back",
)  # fmt: skip


def acted(desk: Desk, path: str, done: str, act: Callable[[], object], **kept: str) -> Response:
    """Back to ``path``, with what was done or with the reason why nothing was. ``kept`` stands in its address again."""
    try:
        act()
        said = {"done": done}
    except InvalidError as error:
        said = {"problem": error.fields[0].code}
    except (ConflictError, NotFoundError) as error:
        said = {"problem": error.code}
    return see_other(f"{path}?{urlencode({'site': desk.site.slug, **kept, **said})}")


def told(desk: Desk) -> dict[str, str] | None:
    """The notice for the page that ``acted`` led to."""
    done = request.args.get("done")
    if done in DONE:
        return {"kind": "ok", "text": t(desk.language, f"done.{done}")}
    return notice(desk.language, request.args.get("problem"))


def typed_in(fields: Mapping[str, str] | None) -> Mapping[str, str]:
    """The fields for a template: one that was not sent is empty."""
    return defaultdict(str, fields or {})


def page(html: str, status: int = 200) -> Response:
    return Response(html, status, content_type="text/html; charset=utf-8")


def id_in(text: str | None, parameter: str) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise MalformedError("bad_parameter", public={"parameter": parameter}) from None
