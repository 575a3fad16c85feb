"""The discussions of a site: closed and opened, and what becomes of what readers write there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.site import THREAD_MODES, UNREAD
from service.i18n import t
from service.queries.thread_list import WAITING_CAP, ThreadView, thread_page
from service.text.clean import clean_line
from service.web.console.outcome import acted, id_in, told
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container
from service.web.public import query

PATH = "/console/threads"
MAX_WORD = 200


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/threads")
    @at_desk
    def threads(desk: Desk) -> str:
        desk.principal.require(Permission.READ_QUEUE)
        word = clean_line(query.one("word") or "")[:MAX_WORD]
        cursor, now, site = query.one("cursor"), container().clock(), desk.site
        may_manage = Permission.MANAGE in desk.principal.permissions
        found = container().reader.run(lambda s: thread_page(s, site.id, word, cursor, now))
        return desk.page(
            "console/threads.html",
            threads=[_shown(desk, thread) for thread in found.threads],
            modes=[("", t(desk.language, "threads.site_mode", mode=_mode(desk, found.site_mode)))]
            + [(mode, _mode(desk, mode)) for mode in THREAD_MODES if may_manage or mode not in UNREAD],
            word=word,
            cut=found.cut,
            next_url=_address(desk, word, found.next) if found.next else None,
            first_url=_address(desk, "") if cursor or word else None,
            may_set=Permission.DECIDE in desk.principal.permissions,
            cursor=cursor or "",
            return_to=_address(desk, word, cursor),
            notice=told(desk),
        )

    @blueprint.post("/threads/state")
    @acting
    def set_state(desk: Desk, form: Mapping[str, str]) -> Response:
        thread, state = id_in(form.get("thread"), "thread"), form.get("state", "")
        act = container().manage_threads.set_state
        return acted(desk, PATH, f"thread_{state}", lambda: act(desk.principal, thread, state), **_kept(form))

    @blueprint.post("/threads/mode")
    @acting
    def set_mode(desk: Desk, form: Mapping[str, str]) -> Response:
        thread, mode = id_in(form.get("thread"), "thread"), form.get("mode", "")
        act = container().manage_threads.set_mode
        return acted(desk, PATH, "thread_mode", lambda: act(desk.principal, thread, mode), **_kept(form))


def _shown(desk: Desk, thread: ThreadView) -> dict[str, object]:
    waiting = f"{WAITING_CAP:,}+" if thread.waiting > WAITING_CAP else f"{thread.waiting:,}"
    asked = urlencode({"site": desk.site.slug, "view": "pending", "thread": thread.key})
    return {"row": thread, "waiting": waiting, "queue_url": f"/console/?{asked}"}


def _mode(desk: Desk, mode: str) -> str:
    return t(desk.language, f"policy.mode.{mode}")


def _kept(form: Mapping[str, str]) -> dict[str, str]:
    """Which list it was, and where in it."""
    return {name: form[name][:MAX_WORD] for name in ("word", "cursor") if form.get(name)}


def _address(desk: Desk, word: str, cursor: str | None = None) -> str:
    asked = {"site": desk.site.slug, "word": word, "cursor": cursor or ""}
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"
