"""Everything a reader's browser or a publisher's server can call. No cookie is read or set here.

| address                                   | view             | cached                       |
|-------------------------------------------|------------------|------------------------------|
| ``POST /v1/sites/S/comments``             | submit.create    | no                           |
| ``GET /v1/sites/S/comments``              | published.show   | shared, one second; ETag     |
| ``GET /v1/sites/S/comments.html``         | published.fragment | the same                   |
| ``GET /v1/sites/S/counts``                | published.counts | the same                     |
| ``GET /v1/sites/S/form``                  | form.show        | no                           |
| ``GET /v1/sites/S/page``                  | form.page        | no                           |
| ``GET /v1/sites/S/receipts/R``            | receipt.show     | no                           |
| ``GET /v1/sites/S/comments/C/report``     | report.report    | no                           |
| ``GET /v1/sites/S/feed``                  | feed.feed        | shared, one minute; ETag     |
| ``GET /embed.js``, ``/count.js``          | embed            | shared, five minutes; ETag   |
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from service.web.api import ApiBlueprint, TaliqApi
from service.web.public import embed, feed, form, published, receipt, report, submit
from service.web.security import public_read

#: What any page's script may read, errors included: it holds nothing but what is public.
READS = frozenset(
    {"public.comments", "public.fragment", "public.counts", "public.feed", "public.form", "public.report"}
)


def register(app: Flask, api: TaliqApi) -> None:
    blueprint = ApiBlueprint("public", __name__, description="For readers and for the site itself")
    submit.register(blueprint)
    published.register(blueprint)
    feed.register(blueprint)
    form.register(blueprint)
    receipt.register(blueprint)
    report.register(blueprint)
    blueprint.after_request(_readable_anywhere)
    api.register_blueprint(blueprint)
    assets = Blueprint("assets", __name__)
    embed.register(assets)
    app.register_blueprint(assets)


def _readable_anywhere(response: Response) -> Response:
    return public_read(response) if request.endpoint in READS else response
