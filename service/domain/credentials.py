"""What a login and a password have to be."""

from __future__ import annotations

import secrets

from service.domain.errors import FieldError, InvalidError
from service.text.clean import clean_line

MAX_LOGIN = 64
MIN_PASSWORD, MAX_PASSWORD = 12, 1_000


def check_login(typed: str) -> str:
    """The login in its one spelling; ``InvalidError`` when it cannot be one."""
    login = clean_line(typed).casefold()
    if not login or len(login) > MAX_LOGIN or " " in login:
        raise InvalidError([FieldError("login", "login_invalid", {"limit": MAX_LOGIN})])
    return login


def check_password(password: str) -> str:
    """The password, untouched; ``InvalidError`` when it is too short, or longer than anybody types."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidError([FieldError("password", "too_short", {"limit": MIN_PASSWORD})])
    return password


def new_password() -> str:
    """A password of 96 random bits that can be read out and typed: four groups of five."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))
