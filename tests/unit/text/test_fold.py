from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.text.fold import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello  World", "hello world"),
        ("STRASSE", "straße"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("ｆｕｌｌ", "full"),
        (" a\n\tb ", "a b"),
    ],
)
def test_differences_of_case_form_and_spacing_fold_away(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert fold("مرحبا") != fold("مرحبًا")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
