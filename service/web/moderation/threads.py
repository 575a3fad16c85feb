"""The site's own word on a thread: address, title, section, open or closed."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from service.domain.access import Permission, Principal
from service.domain.errors import NotFoundError
from service.domain.site import SLUG, UNREAD
from service.queries import site_setup
from service.web.api import ApiBlueprint, problems
from service.web.context import container
from service.web.moderation.auth import token_for
from service.web.moderation.schemas import ThreadSchema, ThreadViewSchema


def register(blueprint: ApiBlueprint) -> None:
    @blueprint.route("/v1/sites/<site>/threads/<thread_key:key>", methods=["PUT"])
    @blueprint.doc(summary="Make or change a thread", operationId="putThread")
    @blueprint.response(200, ThreadViewSchema)
    @problems(400, 403, 404, 413, 415, 422)
    @token_for(blueprint, Permission.WRITE_THREADS)
    @blueprint.arguments(ThreadSchema)
    def put(principal: Principal, body: dict[str, Any], site: str, key: str) -> Any:
        """A field that is not given stays as it is. Another site's token finds nothing here. A mode in which comments
        appear unread takes a token that may approve them as well.
        """
        known = SLUG.fullmatch(site) and container().reader.run(lambda s: site_setup.site_view(s, site))
        if not known or known.id != principal.site_id:
            raise NotFoundError("site_not_found")
        if body.get("mode") in UNREAD:
            principal.require(Permission.DECIDE)
        thread = container().manage_sites.put_thread(principal.site_id, key, body)
        state = thread.state_at(known.policy, container().clock())
        return jsonify(
            key=thread.key, url=thread.url, title=thread.title, section=thread.section, state=state, mode=thread.mode
        )
