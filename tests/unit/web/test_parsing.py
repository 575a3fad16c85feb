"""Bodies are read strictly: what two parsers could understand differently is refused."""

from __future__ import annotations

import pytest

from service.domain.errors import MalformedError
from service.web.parsing import MAX_DEPTH, parse_json


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1, "a": 2}', "duplicate_field"),
        ('{"x": {"a": 1, "a": 1}}', "duplicate_field"),
        ('{"a": NaN}', "not_a_number"),
        ('{"a": -Infinity}', "not_a_number"),
        ('{"a": "\\ud800"}', "lone_surrogate"),
        ('{"\\udfff": 1}', "lone_surrogate"),
        ('{"a": ["\\ud83d"]}', "lone_surrogate"),
        ("{", "malformed_json"),
        ("", "malformed_json"),
        ("{} {}", "malformed_json"),
        ('\ufeff{"a": 1}', "malformed_json"),
        ('{"a": ' + "9" * 5000 + "}", "malformed_json"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested_too_deep"),
        ('{"a":' * 100_000, "nested_too_deep"),
    ],
)
def test_unclean_json_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        parse_json(text)
    assert refused.value.code == code


def test_clean_json_is_read() -> None:
    assert parse_json('{"a": "\\ud83d\\ude00", "b": [1.5, null, true]}') == {"a": "😀", "b": [1.5, None, True]}
    assert parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None


def test_brackets_inside_of_strings_are_no_nesting() -> None:
    assert parse_json('{"a": "' + "[{" * 1000 + '\\"[", "b": "\\\\"}') is not None
