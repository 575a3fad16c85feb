"""``service.wsgi:app`` for a server; settings from the environment."""

from __future__ import annotations

import os

from service.app import create_app
from service.bootstrap import build
from service.gateways.logs import configure
from service.settings import Settings

_settings = Settings.from_env(os.environ)
configure(_settings.log_level)
app = create_app(build(_settings))
