"""The lead's page: what came, what was decided, what waits."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint

from service.domain.access import Permission
from service.i18n import direction, format_moment, format_number, t
from service.queries.overview import SAMPLE, Overview, overview
from service.queries.overview.window import PERIODS
from service.queries.queue import COUNT_CAP
from service.web.console import lane
from service.web.console import overview_plots as plots
from service.web.console.overview_words import NONE, capped, clears, counted
from service.web.console.presenters import age
from service.web.console.session import Desk, at_desk
from service.web.context import container
from service.web.public import query


def register(blueprint: Blueprint) -> None:
    @blueprint.get("/overview")
    @at_desk
    def show_overview(desk: Desk) -> str:
        desk.principal.require(Permission.READ_QUEUE)
        period = query.one_of("period", tuple(PERIODS), "day")
        now, site, language = container().clock(), desk.site, desk.language
        seen = container().reader.run(lambda s: overview(s, site.id, now, period))
        rtl = direction(language) == "rtl"
        leads = Permission.MANAGE in desk.principal.permissions
        return desk.page(
            "console/overview.html",
            periods=[_period(desk, name, name == period) for name in PERIODS],
            return_to=_address(desk, period),
            since=format_moment(language, seen.window.start),
            sampled=_sampled(seen, language),
            numbers=_numbers(seen, desk),
            lane=lane.alarm(desk) if leads else None,
            quiet=seen.quiet,
            traffic=plots.traffic(seen, language, rtl),
            findings=plots.findings(seen, language, rtl),
            threads=plots.threads(seen, language, rtl),
            sections=plots.sections(seen, language, rtl),
            moderators=plots.moderators(seen, language, rtl) if leads else None,
        )


def _period(desk: Desk, name: str, current: bool) -> dict[str, object]:
    return {"label": t(desk.language, f"overview.{name}"), "url": _address(desk, name), "current": current}


def _address(desk: Desk, period: str) -> str:
    return f"/console/overview?{urlencode({'site': desk.site.slug, 'period': period})}"


def _sampled(seen: Overview, language: str) -> list[str]:
    """Says of what had more rows than are read since when it is complete."""
    limit = format_number(language, SAMPLE)
    since = {"arrivals": seen.arrivals_since, "decisions": seen.decisions_since}
    return [
        t(language, f"overview.sampled.{kind}", limit=limit, moment=format_moment(language, moment))
        for kind, moment in since.items()
        if moment > seen.window.start
    ]


def _numbers(seen: Overview, desk: Desk) -> list[dict[str, object]]:
    """The few numbers at the top: how much waits, for how long, and where that leads."""
    language, flow = desk.language, seen.flow
    queue = f"/console/?{urlencode({'site': desk.site.slug, 'view': 'pending'})}"
    oldest = age(seen.oldest, seen.window.now, language) if seen.oldest else NONE
    least = seen.pending > COUNT_CAP and flow.state == "clear"
    shown = (
        ("pending", capped(language, seen.pending), queue, None),
        ("oldest", oldest, None, None),
        ("forecast", clears(language, flow), None, t(language, "overview.flow.at_least") if least else None),
        ("last_hour", counted(language, flow), None, None),
    )
    return [
        {"label": t(language, f"overview.{key}"), "value": value, "url": url, "note": note}
        for key, value, url, note in shown
    ]
