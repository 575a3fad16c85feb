"""wrk as the loader: fast enough for nginx. It looks at codes alone, so the bytes it has read are held against those of
the answers that were verified. Over new connections it times the request without the opening; our own loader with it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from service.bench.service_load.asked import Ask, Sample, Verified
from service.bench.service_load.processes import Failed, run
from service.bench.service_load.wire import HOST, PATIENCE

SCRIPT = Path(__file__).with_name("report.lua")
_MARK = "taliq {"
#: Of the bytes: headers with numbers in them may be a little longer in one answer than in another.
_TOLERANCE = 0.01
_ERRORS = ("connect", "read", "write", "status", "timeout")


def find() -> str | None:
    """Where wrk is."""
    return shutil.which("wrk")


def drive(program: str, port: int, verified: Verified, connections: int, seconds: float, folder: Path) -> Sample:
    """Asks for so many seconds, whole ones: wrk knows no others."""
    asked = folder / "requests.bin"
    asked.write_bytes(requests_file(verified.asks))
    whole = max(1, ceil(seconds))
    command = [
        *(program, "--threads", "1", "--connections", str(connections), "--duration", f"{whole}s"),
        *("--timeout", f"{PATIENCE:.0f}s", "--script", str(SCRIPT), f"http://{HOST}:{port}/", "--", str(asked)),
    ]
    try:
        said = run(command, folder / "wrk.log", whole + 2 * PATIENCE)
    except Failed as failed:
        return Sample(0, 0.0, 0.0, 0.0, (str(failed),))
    return read(said, verified.sizes, connections, max(_TOLERANCE, verified.tolerance))


def requests_file(asks: Sequence[Ask]) -> bytes:
    """The requests as the script reads them: each behind its length in bytes and a line break."""
    return b"".join(b"%d\n%s" % (len(ask.request), ask.request) for ask in asks)


def read(said: str, sizes: Sequence[int], connections: int, tolerance: float = _TOLERANCE) -> Sample:
    """The sample in what wrk printed. ``sizes``: of the verified answers to the requests it sent in turn."""
    found = [line for line in said.splitlines() if line.startswith(_MARK)]
    if not found:
        return Sample(0, 0.0, 0.0, 0.0, ("wrk did not tell what it counted",))
    told = json.loads(found[-1].removeprefix("taliq "))
    faults = [f"{told[kind]} times: wrk's error {kind!r}" for kind in _ERRORS if told[kind]]
    faults += _lengths(told["answers"], told["bytes"], sizes, connections, tolerance)
    return Sample(
        told["answers"],
        told["microseconds"] / 1e6,
        told["p50"] / 1000,
        told["p99"] / 1000,
        tuple(faults),
    )


def _lengths(answers: int, got: int, sizes: Sequence[int], connections: int, tolerance: float) -> list[str]:
    """Whether so many bytes can be so many of the verified answers, and of each connection a part of one more. Of
    requests sent in turn some may have been sent once more than others.
    """
    if not answers:
        return ["no answer came"]
    rounds, rest = divmod(answers, len(sizes))
    ordered = sorted(sizes)
    least = rounds * sum(ordered) + sum(ordered[:rest])
    most = rounds * sum(ordered) + sum(ordered[len(ordered) - rest :]) + (connections + 1) * ordered[-1]
    if len(sizes) > 1:
        # What is on its way at the end has been sent and is not counted.
        least -= connections * ordered[-1]
    if least * (1 - tolerance) <= got <= most * (1 + tolerance):
        return []
    return [f"{got} bytes in {answers} answers, where {least} to {most} have to come"]
