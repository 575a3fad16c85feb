"""The lane in which the model publishes by itself: what that would mean, what has become of it, and its switch."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response

from service.domain.access import Permission
from service.domain.lane import AUDITS, BOUNDS, LATE, WAITING, Tally
from service.i18n import format_moment, format_number, format_share, t
from service.queries.lane_view import Change, closed_by_itself, lane_view
from service.usecases.lane_bound import LaneState, open_state
from service.usecases.precedent import lane_offers
from service.web.console.outcome import acted, page, told
from service.web.console.session import Desk, acting, at_desk
from service.web.context import container

PATH = "/console/lane"


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/lane")
    @at_desk
    def lane(desk: Desk) -> Response:
        desk.principal.require(Permission.MANAGE)
        return _page(desk)

    @blueprint.post("/lane/open")
    @acting
    def open_lane(desk: Desk, form: Mapping[str, str]) -> Response:
        percent, audit = _number(form, "percent"), _number(form, "audit")
        return acted(desk, PATH, "lane_open", lambda: container().open_lane.open(desk.principal, percent, audit))

    @blueprint.post("/lane/close")
    @acting
    def close_lane(desk: Desk, form: Mapping[str, str]) -> Response:
        return acted(desk, PATH, "lane_closed", lambda: container().open_lane.close(desk.principal))


def alarm(desk: Desk) -> dict[str, str] | None:
    """What leads are told on their page while nobody has answered it: that the lane has closed by itself."""
    closed = container().reader.run(lambda s: closed_by_itself(s, desk.site.id))
    if closed is None:
        return None
    text = t(desk.language, "lane.closed_by_itself", moment=format_moment(desk.language, closed.at))
    return {"text": text, "url": _address(desk)}


def _number(form: Mapping[str, str], name: str) -> int:
    """What is no number is in no list either."""
    typed = form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0


def _address(desk: Desk) -> str:
    return f"{PATH}?{urlencode({'site': desk.site.slug})}"


def _page(desk: Desk) -> Response:
    read, now = container().reader.run, container().clock()
    seen = read(lambda s: lane_view(s, desk.site.id))
    state = read(lambda s: open_state(s, desk.site.id, now))
    offers = {} if seen.now else read(lambda s: lane_offers(s, desk.site.id))
    language = desk.language
    html = desk.page(
        "console/lane.html",
        opened=_change(seen.now, language) if seen.now else None,
        numbers=_numbers(state, language),
        late=state is not None and state.late,
        waiting_most=format_number(language, WAITING),
        waiting_hours=format_number(language, LATE.total_seconds() // 3600),
        bounds=[_offer(percent, offers[percent], language) for percent in BOUNDS if percent in offers],
        audits=[{"value": share, "label": format_share(language, share / 100)} for share in AUDITS],
        history=[_change(change, language) for change in seen.history],
        return_to=_address(desk),
        notice=told(desk),
    )
    return page(html)


def _offer(percent: int, found: Tally, language: str) -> dict[str, object]:
    return {
        "value": percent,
        "label": t(
            language,
            "lane.bound",
            share=format_share(language, percent / 100),
            wrong=format_number(language, found.wrong),
            judged=format_number(language, found.judged),
        ),
    }


def _numbers(state: LaneState | None, language: str) -> list[dict[str, str]]:
    """What an open lane has done, each with its name."""
    if state is None:
        return []
    counts = {name: format_number(language, value) for name, value in vars(state.published).items()}
    shown = {
        "published": t(language, "lane.published", **counts),
        "audited": _found(state.audited, language),
        "waiting": format_number(language, state.waiting),
    }
    return [{"label": t(language, f"lane.number.{name}"), "value": value} for name, value in shown.items()]


def _found(found: Tally, language: str) -> str:
    """So many of so many, and between what the share that is wrong lies."""
    wrong, judged = (format_number(language, round(number)) for number in (found.wrong, found.judged))
    if not found.judged:
        return t(language, "lane.nothing_yet")
    low, high = found.interval
    between = {
        name: format_share(language, end, exact=True) for name, end in (("low", low), ("high", high))
    }
    return t(language, "lane.found", wrong=wrong, judged=judged, **between)


def _change(change: Change, language: str) -> dict[str, object]:
    how = "opened" if change.open else "closed" if change.label else "closed_alone"
    return {
        "what": t(language, f"lane.history.{how}"),
        "open": change.open,
        "found": _found(change.found, language),
        "bound": format_share(language, change.percent / 100),
        "audit": format_share(language, change.audit / 100),
        "by": change.label,
        "at": change.at,
    }
