"""The one key: what folds alike, what does not, and the way back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.fold import MOST_KEPT, _table, fold, folded

LANGUAGES = ("ar", "fa")
#: Close together: the blocks the rules speak of, and what stands between letters.
AWKWARD = st.text(
    st.sampled_from(
        "اأإآٱبپکكگيىیئؤةهءـ\u064b\u064e\u0651\u0654\u0670\u06df\u200c\u200d\u200f\u2067\ufeff"
        " \n\u00a0٣۳3aAéßﬀ𝕒Ⅷ١ﷺﻼﻙ☺️"
    )
    | st.characters(codec="utf-8"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello  World", "hello world"),
        ("STRASSE", "straße"),
        ("ｆｕｌｌ", "full"),
        (" a\n\tb ", "a b"),
        ("naïve", "naive"),
        ("𝖎𝖉𝖎𝖔𝖙", "idiot"),
        # Vowel signs, dagger alef, Quranic marks; the same composed or not.
        ("كَلْبٌ", "كلب"),
        ("هٰذا", "هذا"),
        ("ا\u0654حمق", "أحمق"),
        ("\u0627\u06d6لله", "الله"),
        # Hamza seats count as their letter, a lone hamza as nothing.
        ("أحمق إحمق آحمق ٱحمق", "احمق احمق احمق احمق"),
        ("مؤمن", "مومن"),
        ("شيء", "شي"),
        # One letter for another.
        ("مدرسة", "مدرسه"),
        ("على", "علي"),
        ("کلب", "كلب"),
        ("علی", "علي"),
        # What draws nothing, and stretching.
        ("ك\u200cل\u200dب", "كلب"),
        ("\u200fكلب\u2067\ufeff", "كلب"),
        ("ك\u00adلب", "كلب"),
        ("كـــلـــب", "كلب"),
        ("كلببببب", "كلب"),
        # What draws nothing and leaves room is a space.
        ("buy\u2800casino\u3164now", "buy casino now"),
        ("buy\uffa0casino\u115fnow\u1160", "buy casino now"),
        ("buy\u034fnow\u17b4", "buynow"),
        # Presentation forms and ligatures.
        ("ﻛﻠﺐ", "كلب"),
        ("ﻻ", "لا"),
        ("ﷺ", "صلى الله عليه وسلم"),
        # Digits of every script.
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
    ],
)
def test_spellings_of_one_text_fold_alike(one: str, other: str) -> None:
    assert fold(one, "ar") == fold(other, "ar")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كلب", "كلبة"),
        ("كلب", "قلب"),
        ("الله", "اله"),
        ("ممتاز", "متاز"),
        ("1000", "10"),
        ("على", "علا"),
        ("कि", "क"),
        ("ab", "a b"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one, "ar") != fold(other, "ar")


def test_letters_of_a_neighbour_are_disguises_only_where_arabic_is_written() -> None:
    assert fold("پلب گلب چبل ژفت ڤيل", "ar") == fold("بلب كلب جبل زفت فيل", "ar")
    for language in ("fa", "ur", "ku", "fa-IR"):
        assert fold("پ", language) == "پ"
        assert fold("گ", language) == "گ"
        assert fold("کلب", language) == fold("كلب", language)


@given(AWKWARD, st.sampled_from(LANGUAGES))
def test_folding_twice_changes_nothing(text: str, language: str) -> None:
    assert fold(fold(text, language), language) == fold(text, language)


@given(AWKWARD, st.sampled_from(LANGUAGES))
def test_composed_or_not_is_no_difference(text: str, language: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert fold(unicodedata.normalize("NFD", composed), language) == fold(composed, language)


@given(AWKWARD, st.sampled_from(LANGUAGES))
def test_every_place_leads_back_to_what_folds_to_it(text: str, language: str) -> None:
    found = folded(text, language)
    places = [found.source(at, at + 1) for at in range(len(found.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    for char, (start, end) in zip(found.text, places, strict=True):
        assert char in (fold(text[start:end], language) or " ")


@pytest.mark.parametrize(
    ("text", "part", "marked"),
    [
        ("أنت كَلْبٌ كبير", "كلب", "كَلْبٌ"),
        ("يا كـلـبببب!", "كلب", "كـلـبببب"),
        ("\u200f كلب \u200f", "كلب", "كلب"),
        ("و\u200cك\u200cلب", "كلب", "ك\u200cلب"),
        ("قال ﷺ ذلك", "الله", "ﷺ"),
        ("STRASSE straße", "strasse strasse", "STRASSE straße"),
    ],
)
def test_what_matched_is_found_in_the_text_as_typed(text: str, part: str, marked: str) -> None:
    found = folded(text, "ar")
    at = found.text.index(fold(part, "ar"))
    start, end = found.source(at, at + len(fold(part, "ar")))
    assert text[start:end] == marked


def test_no_more_characters_are_kept_than_people_write() -> None:
    every = [chr(code) for code in range(0x20, 0x30000) if not 0xD800 <= code <= 0xDFFF]
    for start in range(0, len(every), 5_000):
        fold("".join(every[start : start + 5_000]), "ar")
        assert len(_table("ar")) <= MOST_KEPT
    assert fold("أحمق", "ar") == "احمق"
