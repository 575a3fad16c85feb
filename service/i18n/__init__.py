"""The service's own words, in the reader's language.

Catalogues are plain dictionaries, one module a language. A value is a text, or a mapping of CLDR plural
categories (``zero one two few many other``) chosen by the parameter ``count``. Arabic needs all six.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from babel import Locale
from babel.dates import format_date as _format_date
from babel.dates import format_time as _format_time

from service.i18n import ar, en

Text = str | Mapping[str, str]

CATALOGUES: Mapping[str, Mapping[str, Text]] = {"ar": ar.MESSAGES, "en": en.MESSAGES}
LANGUAGES: tuple[str, ...] = tuple(CATALOGUES)
DEFAULT_LANGUAGE = "ar"
_RTL = frozenset({"ar", "fa", "ur", "he"})


def known_language(tag: str | None, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The catalogue for a language tag such as ``ar-EG``; ``otherwise`` when there is none."""
    primary = (tag or "").replace("_", "-").split("-", 1)[0].lower()
    return primary if primary in CATALOGUES else otherwise


def preferred_language(accept_language: str | None, otherwise: str = DEFAULT_LANGUAGE) -> str:
    """The first language of an ``Accept-Language`` header that has a catalogue (weights are ignored)."""
    for part in (accept_language or "")[:200].split(","):
        primary = re.split(r"[-;]", part.strip(), maxsplit=1)[0].lower()
        if primary in CATALOGUES:
            return primary
    return otherwise


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if language in _RTL else "ltr"


def t(language: str, key: str, **params: object) -> str:
    """The text for ``key``; ``KeyError`` when the catalogue lacks it, since a missing text is a defect."""
    text = CATALOGUES[language][key]
    if isinstance(text, Mapping):
        text = text[_locale(language).plural_form(int(str(params["count"])))]
    return text.format(**params) if params else text


def format_moment(language: str, moment: datetime) -> str:
    """Date and time of day in UTC, for reading: ``25 نوفمبر 2026، 14:05 UTC``."""
    locale = _locale(language)
    day = _format_date(moment, format="long", locale=locale)
    clock = _format_time(moment, format="HH:mm", locale=locale)
    return f"{day}، {clock} UTC" if language == "ar" else f"{day}, {clock} UTC"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)
