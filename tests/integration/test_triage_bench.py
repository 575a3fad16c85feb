"""``taliq triage bench``: labelled files in, tables out."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.__main__ import taliq
from service.bench.triage.yardstick import STRENGTHS
from service.domain.errors import ConfigurationError
from tests.triage_sample import write_csv, write_jsonl


def run(*arguments: object) -> Result:
    return CliRunner().invoke(taliq, ["triage", "bench", *map(str, arguments)])


def numbers(output: str, row: str) -> list[str]:
    return next(line for line in output.splitlines() if line.strip().startswith(row)).split()


def test_it_tells_how_well_the_stream_went(tmp_path: Path) -> None:
    done = run(write_csv(tmp_path / "a.csv"))
    assert done.exit_code == 0, done.output
    assert "1,024 comments, 512 of them bad (50%)" in done.output
    assert float(numbers(done.output, "200 to 999")[-2]) > 0.99
    assert numbers(done.output, "bad ones in its first 30%")[-2] == numbers(done.output, "at best")[-2]
    assert numbers(done.output, "likely fine")[4] == "100.0%"
    assert numbers(done.output, "likely bad")[4] == "100.0%"


def test_several_files_are_one_stream_and_the_seed_makes_its_order(tmp_path: Path) -> None:
    first = write_csv(tmp_path / "a.csv", ("text", "is_toxic"), ("Not Toxic", "Toxic"))
    files = (first, write_jsonl(tmp_path / "b.jsonl"))
    one, again, other = (_without_times(run(*files, "--seed", seed).output) for seed in (1, 1, 2))
    assert one.startswith("2,048 comments")
    assert one == again != other


def test_the_folds_ask_about_each_comment(tmp_path: Path) -> None:
    done = run(write_csv(tmp_path / "a.csv"), "--folds", 3)
    assert float(numbers(done.output, "taliq")[1]) > 0.99


def test_columns_may_be_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ("words", "mark"), ("A", "B"))
    assert run(path, "--text", "words", "--label", "mark", "--bad", "b", "--folds", 2).exit_code == 0


def test_what_is_not_understood_is_one_sentence(tmp_path: Path) -> None:
    done = run(write_csv(tmp_path / "a.csv", ("words", "mark")))
    assert isinstance(done.exception, ConfigurationError)
    assert "it has words, mark" in done.exception.sentence


def test_a_yardstick_without_folds_is_refused(tmp_path: Path) -> None:
    done = run(write_csv(tmp_path / "a.csv"), "--yardstick")
    assert isinstance(done.exception, ConfigurationError)


def test_a_yardstick_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sklearn", "sklearn.feature_extraction.text", "sklearn.linear_model", "sklearn.pipeline"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    done = run(write_csv(tmp_path / "a.csv"), "--folds", 2, "--yardstick")
    assert isinstance(done.exception, ConfigurationError)
    assert "taliq[learn]" in done.exception.sentence


def test_the_yardstick_is_laid_on_the_same_folds(tmp_path: Path) -> None:
    done = run(write_csv(tmp_path / "a.csv"), "--folds", 2, "--yardstick")
    for strength in STRENGTHS:
        assert f"scikit-learn, C = {strength:g}" in done.output


def _without_times(output: str) -> str:
    return output.partition("Milliseconds")[0]
