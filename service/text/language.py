"""A careful guess at a text's language and direction, from its script alone."""

from __future__ import annotations

from service.text.bidi import dominant_script, text_direction

_SCRIPT_OF = {"ar": "Arab", "fa": "Arab", "ur": "Arab", "he": "Hebr", "en": "Latn"}
_RTL_SCRIPTS = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm"})


def text_language(text: str, site_language: str) -> str | None:
    """The site's language when the text is in its script, ``ar`` for other Arabic script, ``he`` for Hebrew;
    ``None`` when the script does not tell, which is better than a wrong ``lang`` read out by a screen reader.
    """
    script = dominant_script(text)
    if script is None:
        return None
    if _SCRIPT_OF.get(site_language) == script:
        return site_language
    return {"Arab": "ar", "Hebr": "he"}.get(script)


def reading_direction(text: str) -> str:
    """``rtl``, ``ltr`` or ``auto``: the direction of the script most of the text is written in.

    The first strong character, which ``dir=auto`` goes by, is often the wrong witness: an Arabic comment that begins
    with ``@name`` or a Latin headline would be set from left to right.
    """
    script = dominant_script(text)
    if script is None:
        return text_direction(text)
    return "rtl" if script in _RTL_SCRIPTS else "ltr"
