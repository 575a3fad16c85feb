"""Bearer tokens. A view names the permission it needs; without one it does not run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request

from service.domain.access import Permission, Principal
from service.domain.errors import UnauthenticatedError
from service.queries.principals import principal_of_token
from service.web.api import ApiBlueprint, problems
from service.web.context import container
from service.web.token_use import note_use

F = TypeVar("F", bound=Callable[..., Any])


def token_for(blueprint: ApiBlueprint, permission: Permission) -> Callable[[F], F]:
    """Hands the view its principal as the first argument, and documents what it needs."""

    def guard(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            principal = current_principal()
            principal.require(permission)
            return view(principal, *args, **kwargs)

        documented: Any = blueprint.doc(security=[{"token": [permission.value]}])(guarded)
        documented = problems(401, 403, 503)(documented)
        documented.access = permission.value
        return cast(F, documented)

    return guard


def current_principal() -> Principal:
    """Whoever the ``Authorization`` header proves."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise UnauthenticatedError()
    now = container().clock()
    principal = container().reader.run(lambda s: principal_of_token(s, secret.strip(), now))
    if principal.actor.id is not None:
        note_use(principal.actor.id, now)
    return principal
