"""The moderators' pages: signed in, every act a form, nothing cached. Works without JavaScript."""

from __future__ import annotations

from flask import Blueprint, Flask

from service.web.console import (
    act,
    annotate,
    author,
    cluster,
    contacts,
    lane,
    leases,
    level,
    lists,
    login,
    news,
    overview,
    people,
    policy,
    queue,
    record,
    rules,
    searches,
    second_factor,
    sessions,
    sweep,
    threads,
    tokens,
)


def register(app: Flask) -> None:
    blueprint = Blueprint("console", __name__, url_prefix="/console")
    login.register(blueprint)
    queue.register(blueprint)
    act.register(blueprint)
    searches.register(blueprint)
    leases.register(blueprint)
    annotate.register(blueprint)
    news.register(blueprint)
    overview.register(blueprint)
    record.register(blueprint)
    contacts.register(blueprint)
    people.register(blueprint)
    tokens.register(blueprint)
    policy.register(blueprint)
    lane.register(blueprint)
    lists.register(blueprint)
    rules.register(blueprint)
    threads.register(blueprint)
    sessions.register(blueprint)
    second_factor.register(blueprint)
    author.register(blueprint)
    sweep.register(blueprint)
    level.register(blueprint)
    cluster.register(blueprint)
    app.register_blueprint(blueprint)
