"""What ``taliq bench service`` makes of what it counted: processor time, memory, medians, ratios, and a drawing."""

from __future__ import annotations

import os
from io import StringIO
from itertools import count
from math import log10
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console
from rich.table import Table

from service.bench.service_load import accounting, plot, scenarios, tables
from service.bench.service_load.accounting import Memory
from service.bench.service_load.articles import HOT_ARTICLE, LONG_ARTICLE, Plan, written
from service.bench.service_load.asked import Refused, Sample
from service.bench.service_load.decided import Change, Look, oldest_of
from service.bench.service_load.rounds import Found, Measured, rest, run_rounds
from service.bench.service_load.scenarios import HOT, HOT_GZIP, Server
from service.bench.service_load.soak import Soaked
from service.bench.service_load.writes import comment, network
from service.domain.errors import ConfigurationError

TICK = 1 / os.sysconf("SC_CLK_TCK")


def process(proc: Path, pid: int, parent: int, ticks: tuple[int, ...], name: str = "taliq", kib: int = 0) -> None:
    """As proc(5) has it: the number, the name, the state, the parent, nine more, and then the ticks."""
    (proc / str(pid)).mkdir()
    fields = [str(pid), f"({name})", "S", str(parent), *["7"] * 9, *map(str, ticks), *["7"] * 30]
    (proc / str(pid) / "stat").write_text(" ".join(fields))
    lines = [
        "55d0-7fff ---p 00000000 00:00 0  [rollup]",
        f"Rss:    {kib * 2} kB",
        f"Pss:    {kib} kB",
        "Pss_Dirty: 9 kB",
    ]
    (proc / str(pid) / "smaps_rollup").write_text("\n".join(lines) + "\n")


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    process(tmp_path, 10, 1, (1, 2, 30, 40), kib=100)
    process(tmp_path, 11, 10, (100, 200, 0, 0), name="worker) S 1 (", kib=50)
    process(tmp_path, 12, 11, (1_000, 2_000, 0, 0), kib=25)
    process(tmp_path, 20, 1, (50_000, 50_000, 50_000, 50_000), kib=9_999)
    (tmp_path / "self").mkdir()
    (tmp_path / "13").mkdir()
    return tmp_path


def test_a_server_is_its_process_and_all_that_descend_from_it(proc: Path) -> None:
    assert accounting.family(10, proc=proc) == [10, 11, 12]
    assert accounting.family(11, proc=proc) == [11, 12]
    assert accounting.family(99, proc=proc) == []
    assert accounting.family(11, 99, 12, proc=proc) == [11, 12]


def test_processor_time_is_the_programs_and_the_kernels_of_all_and_of_those_that_have_ended(proc: Path) -> None:
    assert accounting.cpu_seconds(10, proc=proc) == pytest.approx(3_373 * TICK)
    assert accounting.cpu_seconds(12, proc=proc) == pytest.approx(3_000 * TICK)


def test_memory_is_that_of_all_its_processes(proc: Path) -> None:
    assert accounting.memory(10, proc=proc) == Memory(rss=350 * 1024, pss=175 * 1024)
    # One that has just ended holds nothing.
    (proc / "12" / "smaps_rollup").unlink()
    assert accounting.memory(10, proc=proc) == Memory(rss=300 * 1024, pss=150 * 1024)


def test_where_there_is_no_proc_it_is_said(tmp_path: Path) -> None:
    accounting.require()
    with pytest.raises(ConfigurationError, match="/proc"):
        accounting.require(tmp_path)


def test_processor_time_of_this_process_is_seen_to_grow() -> None:
    before = accounting.cpu_seconds(os.getpid())
    while sum(os.times()[:4]) < before + 5 * TICK:
        sum(range(10_000))
    assert accounting.cpu_seconds(os.getpid()) > before
    assert accounting.memory(os.getpid()).rss >= accounting.memory(os.getpid()).pss > 1_000_000


def rounds(*samples: tuple[float, float, float] | float | None) -> list[Measured]:
    """One a round: its rate, its p99 and its processor time; ``None`` is a round that does not count."""
    full = [(s, 2.0, 0.001) if isinstance(s, int | float) else s for s in samples]
    return [Measured(turn, Sample(int(s[0] * 2), 2.0, 1.0, s[1]), s[2]) for turn, s in enumerate(full) if s]


def found() -> Found:
    return Found(
        {
            (HOT, "taliq"): rounds((100, 9, 0.003), (300, 1, 0.001), (200, 5, 0.002)),
            (HOT, "nginx"): rounds(1_000, 1_000, 4_000),
            (HOT, "isso, gunicorn"): rounds(10, 20, 30),
            (HOT, "isso, uwsgi"): rounds(40, 5, 50),
            (HOT_GZIP, "taliq"): rounds(50),
            (scenarios.APPROVE, "taliq"): rounds(20),
        },
        at_start={"taliq": Memory(10 << 20, 5 << 20)},
        memory={"taliq": Memory(30 << 20, 20 << 20)},
    )


def printed(table: Table) -> list[str]:
    console = Console(width=160, file=StringIO())
    console.print(table)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


def test_a_line_tells_the_median_of_the_rounds_between_the_least_and_the_most() -> None:
    line = tables.line_of(HOT, "taliq", found().measured[HOT, "taliq"])
    assert (line.rate, line.least, line.most, line.p50, line.p99, line.cpu) == (200, 100, 300, 1, 5, 0.002)


def test_a_ratio_is_the_median_of_those_of_the_rounds() -> None:
    # 1/10, 3/10, 1/20: of the medians it would be 1/5.
    assert tables.ratio(found(), HOT, "taliq", "nginx") == pytest.approx(0.1)
    assert tables.ratio(found(), HOT_GZIP, "taliq", "nginx") is None
    # A round of which one does not count is none of theirs.
    with_gap = Found({(HOT, "taliq"): rounds(None, 300, 100), (HOT, "nginx"): rounds(1_000, None, 400)})
    assert tables.ratio(with_gap, HOT, "taliq", "nginx") == pytest.approx(0.25)


def test_of_issos_servers_the_better_one_is_told_and_taliq_comes_first() -> None:
    lines = tables.lines_of(found())
    assert [(line.scenario, line.server) for line in lines] == [
        (HOT, "taliq"), (HOT, "nginx"), (HOT, "isso, uwsgi"), (HOT_GZIP, "taliq"), (scenarios.APPROVE, "taliq"),
    ]  # fmt: skip


def test_the_table_tells_rates_times_costs_and_ratios() -> None:
    rows = printed(tables.rates_table(found(), "title"))
    assert "hot identity taliq 200 (100-300) 1.00 5.00 2000 1.00 0.1" in rows
    assert "nginx 1,000 (1,000-4,000) 1.00 2.00 1000 x0.1" in rows
    assert "hot gzip taliq 50.0 (50.0-50.0) 1.00 2.00 1000 0.25" in rows
    # Writing is not held against reading.
    assert "approve taliq 20.0 (20.0-20.0) 1.00 2.00 1000" in rows
    assert "taliq 10 5 30 20" in printed(tables.memory_table(found()))


def test_rates_are_drawn_as_bars_as_long_as_their_logarithm() -> None:
    lines = tables.lines_of(found())
    root = ElementTree.fromstring(plot.svg(lines, "two < three & more"))
    name = "{http://www.w3.org/2000/svg}"
    bars = [float(bar.get("width", "0")) for bar in root.findall(f"{name}rect")[1:]]
    assert len(bars) == len(lines)
    # From 1 to 10,000: the least and the most of all rounds lie between them.
    assert bars == [pytest.approx(500 * log10(line.rate) / 4, abs=0.1) for line in lines]
    texts = [text.text for text in root.iter(f"{name}text")]
    assert texts[0] == "two < three & more; a logarithmic scale"
    assert {"hot identity", "200 taliq", "1,000 nginx", "40 isso, uwsgi", "approve"} <= set(texts)
    assert ElementTree.fromstring(plot.svg([], "nothing")).find(f"{name}line") is None


def test_servers_are_asked_in_turn_and_what_is_not_right_does_not_count() -> None:
    asked: list[tuple[str, str]] = []
    servers = [Server(name, 1, (os.getpid(),), {}) for name in ("taliq", "nginx")]

    def action(scenario: scenarios.Scenario, server: str, sample: Sample | None) -> object:
        def ready() -> object:
            if sample is None:
                raise Refused("99 comments came where 100 have to")
            asked.append((scenario.name, server))
            return lambda: sample

        return ready

    right, wrong = Sample(100, 1.0, 1.0, 2.0), Sample(100, 1.0, 1.0, 2.0, ("3 times: 500",))
    actions = {
        (HOT, "taliq"): action(HOT, "taliq", right),
        (HOT, "nginx"): action(HOT, "nginx", wrong),
        (HOT_GZIP, "taliq"): action(HOT_GZIP, "taliq", Sample(0, 1.0, 0.0, 0.0)),
        (HOT_GZIP, "nginx"): action(HOT_GZIP, "nginx", None),
    }
    made = run_rounds([HOT, HOT_GZIP], servers, 2, actions)  # type: ignore[arg-type]
    first = [("hot identity", "taliq"), ("hot identity", "nginx"), ("hot gzip", "taliq")]
    assert asked == [*first, first[1], first[0], first[2]]
    assert {key: len(rounds) for key, rounds in made.measured.items()} == {(HOT, "taliq"): 2}
    assert sorted(set(made.faults)) == [
        "hot gzip, nginx: 99 comments came where 100 have to",
        "hot gzip, taliq: nothing was answered",
        "hot identity, nginx: 3 times: 500",
    ]


def test_who_is_still_at_work_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter([1.0, 1.2, 1.24, 1.25, 9.0])
    monkeypatch.setattr(accounting, "cpu_seconds", lambda *pids: next(spent))
    assert rest([Server("isso, uwsgi", 1, (1, 2), {})])
    assert next(spent) == 9.0


def test_who_never_rests_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.bench.service_load.rounds._RESTS", 0.5)
    spent = count()
    monkeypatch.setattr(accounting, "cpu_seconds", lambda *pids: next(spent))
    assert not rest([Server("isso, uwsgi", 1, (1,), {})])


def test_what_was_measured_beside_others_at_work_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.bench.service_load.rounds.rest", lambda servers: False)
    actions = {(HOT, "taliq"): lambda: lambda: Sample(100, 1.0, 1.0, 2.0)}
    made = run_rounds([HOT], [Server("taliq", 1, (os.getpid(),), {})], 1, actions)
    assert made.faults == ["hot identity, taliq: a server was still at work before it"]


def test_a_plan_places_every_comment() -> None:
    plan = Plan(articles=5, long=30)
    places = [plan.place_of(number) for number in range(plan.comments)]
    assert len(set(places)) == plan.comments == 160
    for article in range(plan.articles):
        assert [place for at, place in places if at == article] == list(range(plan.size_of(article)))
    assert [plan.size_of(a) for a in (HOT_ARTICLE, LONG_ARTICLE, 4)] == [100, 30, 10]
    assert (Plan().comments, Plan().page_of(LONG_ARTICLE)) == (20_080, 100)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_comment_has_about_four_hundred_bytes_and_the_same_for_the_same_seed(language: str) -> None:
    texts = [written(1, number, language).text.source for number in range(200)]
    assert 350 < sum(len(text.encode()) for text in texts) / len(texts) < 450
    assert len(set(texts)) == len(texts)
    assert texts == [written(1, number, language).text.source for number in range(200)]
    assert texts != [written(2, number, language).text.source for number in range(200)]


def test_what_is_sent_comes_from_as_many_networks_as_there_are_comments() -> None:
    numbers = {*range(2_000), *range(0, 3_000_000, 997)}
    assert len({network(number).rpartition(".")[0] for number in numbers}) == len(numbers)
    sent = {comment("bench-1", number, 10, 1) for number in range(100)}
    assert len({said.partition(b"\r\n\r\n")[2] for said in sent}) == 100
    assert comment("bench-1", 7, 10, 1) == comment("bench-1", 7, 10, 1)


def test_growth_is_of_the_last_quarter_over_the_second() -> None:
    filling_up = Soaked(1, 1, (*(10, 90), *(100, 100), *(110, 90), *(104, 104)), ())
    assert filling_up.growth == pytest.approx(0.04)
    assert Soaked(1, 1, (100, 100, 150), ()).growth == pytest.approx(0.5)
    assert Soaked(1, 1, (100,), ()).growth == 0.0


def look(begun: float, ended: float, *shown: str) -> Look:
    return Look(begun, ended, frozenset(shown))


def test_the_age_of_a_read_is_since_when_it_could_have_known_better() -> None:
    changes = [Change("a", False, 1.0, 1.1), Change("b", True, 2.0, 2.1), Change("a", True, 9.0, 9.1)]
    assert oldest_of([look(1.5, 1.6), look(2.5, 2.6, "b"), look(9.5, 9.6, "a", "b")], changes) == 0.0
    assert oldest_of([look(1.5, 1.6, "a"), look(2.3, 2.4)], changes) == pytest.approx(0.4)
    assert oldest_of([look(2.8, 2.9)], changes) == pytest.approx(0.7)
    # What was not decided yet, or just then, may show or not.
    for shown in ((), ("a",), ("b",), ("a", "b")):
        assert oldest_of([look(0.5, 0.9, *shown), look(0.9, 1.05, *shown)], changes) == 0.0
    # Of several decisions the last one counts.
    assert oldest_of([look(10.1, 10.2, "b")], changes) == pytest.approx(1.0)
