"""The moderation API, for programs: everything needs a token with the right scope, and is about its one site."""

from __future__ import annotations

from flask import Flask

from service.web.api import ApiBlueprint, TaliqApi
from service.web.moderation import decide, log, queue, threads


def register(app: Flask, api: TaliqApi) -> None:
    blueprint = ApiBlueprint("moderation", __name__, description="For programs that moderate, by token")
    queue.register(blueprint)
    decide.register(blueprint)
    log.register(blueprint)
    threads.register(blueprint)
    api.register_blueprint(blueprint)
