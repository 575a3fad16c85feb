"""Taliq: comment moderation for news sites.

The floors; imports go strictly down, and the test suite checks it (``pyproject.toml``)::

    8  __main__ | wsgi                    doors
    7  app                                create_app(container)
    6  web | cli | bench                  HTTP, operators, what it costs; never each other
    5  demo                               a newspaper to try it with; knows nothing of the service but its addresses
    4  bootstrap                          the only wiring
    3  usecases | queries | gateways | settings
    2  learning | screening | storage
    1  domain                             words and laws; standard library only
    0  text | i18n

Read in this order: ``domain/moderation.py`` (what may happen to a comment),
``usecases/submit_comment.py`` (how one comes in), ``usecases/transition.py`` (the one door
through which its status changes), ``usecases/publish.py`` (what readers get to see),
``web/public/__init__.py`` (every address a reader can call).
"""

__version__ = "0.1.0"
