"""Probes. ``/healthz`` asks nobody: it says that the process lives. ``/readyz`` names what is missing."""

from __future__ import annotations

from typing import Any

from flask import Flask, jsonify
from marshmallow import Schema, fields

from service.domain.errors import UnavailableError
from service.web.api import ApiBlueprint, TaliqApi, problems
from service.web.context import container


class HealthSchema(Schema):
    status = fields.String(required=True)


def register(app: Flask, api: TaliqApi) -> None:
    blueprint = ApiBlueprint("health", __name__, description="Probes")

    @blueprint.route("/healthz", methods=["GET"])
    @blueprint.doc(summary="The process lives", operationId="healthz")
    @blueprint.response(200, HealthSchema)
    def healthz() -> Any:
        """Touches no dependency."""
        return jsonify(status="ok")

    @blueprint.route("/readyz", methods=["GET"])
    @blueprint.doc(summary="The service can work", operationId="readyz")
    @blueprint.response(200, HealthSchema)
    @problems(503)
    def readyz() -> Any:
        """Asks the database."""
        if not container().reader.answers():
            raise UnavailableError("unavailable", public={"missing": "database"})
        return jsonify(status="ready")

    api.register_blueprint(blueprint)
