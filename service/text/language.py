"""A careful guess at a text's language, from its script alone."""

from __future__ import annotations

from service.text.bidi import dominant_script

_SCRIPT_OF = {"ar": "Arab", "fa": "Arab", "ur": "Arab", "he": "Hebr", "en": "Latn"}


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
