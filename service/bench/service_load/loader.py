"""Our own loader: as many connections as asked for, each with one request at a time, and every answer judged.

One thread, so that it takes no more than one processor from the servers. It tells more than wrk and asks less: some
thousand requests a second.
"""

from __future__ import annotations

import selectors
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from service.bench.measure import percentile
from service.bench.service_load.asked import Refused, Sample, Verified
from service.bench.service_load.wire import PATIENCE, Answer, Broken, Line

#: Says what is wrong by raising ``Refused``.
Judge = Callable[[Answer], None]
Requests = Iterator[tuple[bytes, Judge]]


@dataclass
class _Tally:
    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def in_turn(verified: Verified) -> Requests:
    """The requests one after the other, for ever. Each answer has to be as long as the one that was verified, within
    the tolerance of it.
    """

    def judge(code: int, size: int, answer: Answer) -> None:
        if answer.code != code or abs(answer.size - size) > verified.tolerance * size:
            raise Refused(f"{answer.code} with {answer.size} bytes came where {code} with {size} has to")

    known = [
        (ask.request, lambda answer, code=ask.code, size=size: judge(code, size, answer))
        for ask, size in zip(verified.asks, verified.sizes, strict=True)
    ]
    while True:
        yield from known


def drive(port: int, requests: Requests, connections: int, seconds: float) -> Sample:
    """Asks for so many seconds, or until there are no more requests, and then waits for what is still to come."""
    lines, tally = [Line(port) for _ in range(connections)], _Tally()
    start = time.perf_counter()
    try:
        with selectors.DefaultSelector() as selector:
            _drive(selector, lines, requests, start + seconds, tally)
    finally:
        for line in lines:
            line.close()
    took = time.perf_counter() - start
    halves, most = ((percentile(tally.seconds, share) * 1000 if tally.seconds else 0.0) for share in (0.5, 0.99))
    faults = tuple(f"{count} times: {fault}" for fault, count in tally.faults.most_common(5))
    return Sample(len(tally.seconds), took, halves, most, faults)


def _drive(
    selector: selectors.BaseSelector, lines: list[Line], requests: Requests, until: float, tally: _Tally
) -> None:
    for line in lines:
        _send(selector, line, requests, until, tally)
    while selector.get_map():
        ready = selector.select(PATIENCE)
        if not ready:
            tally.faults["no answer came in time"] += len(selector.get_map())
            return
        for key, _ in ready:
            line, judge, sent = key.data
            # Its number may be another's as soon as it is closed.
            selector.unregister(line)
            try:
                answer = line.receive()
            except Broken as error:
                tally.faults[str(error)] += 1
                _send(selector, line, requests, until, tally)
                continue
            if answer is None:
                selector.register(line, selectors.EVENT_READ, key.data)
                continue
            _note(tally, judge, answer, time.perf_counter() - sent)
            _send(selector, line, requests, until, tally)


def _send(selector: selectors.BaseSelector, line: Line, requests: Requests, until: float, tally: _Tally) -> None:
    """The next request, while there is time and any is left."""
    now = time.perf_counter()
    if now >= until or (following := next(requests, None)) is None:
        return
    asked, judge = following
    try:
        line.send(asked)
    except OSError as error:
        line.close()
        tally.faults[f"not sent: {error}"] += 1
        return
    selector.register(line, selectors.EVENT_READ, (line, judge, now))


def _note(tally: _Tally, judge: Judge, answer: Answer, seconds: float) -> None:
    try:
        judge(answer)
    except Refused as refused:
        tally.faults[str(refused)] += 1
    else:
        tally.seconds.append(seconds)
