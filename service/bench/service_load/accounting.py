"""What processes cost: the time they had a processor and the memory they hold, as Linux tells it in /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from service.domain.errors import ConfigurationError

PROC = Path("/proc")
#: Of the fields of a stat line behind the name: the parent, and the ticks in the process and its ended children, in
#: the program and in the kernel. proc(5) counts them from 1 and the name is the second.
_PARENT, _TICKS = 4 - 3, slice(14 - 3, 17 - 3 + 1)


@dataclass(frozen=True)
class Memory:
    """Bytes. ``rss`` counts what processes share once for each, ``pss`` once in all."""

    rss: int
    pss: int


def family(*roots: int, proc: Path = PROC) -> list[int]:
    """The processes and all that descend from them, by number."""
    parents = {pid: int(stat[_PARENT]) for pid in _numbers(proc) if (stat := _stat(proc, pid))}
    found = set(roots) & parents.keys()
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def cpu_seconds(*roots: int, proc: Path = PROC) -> float:
    """Processor time of the processes and all that descend from them, also of those that have ended and been waited
    for. To a hundredth of a second, as the kernel counts.
    """
    ticks = sum(int(part) for pid in family(*roots, proc=proc) for part in _stat(proc, pid)[_TICKS])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(*roots: int, proc: Path = PROC) -> Memory:
    """What the processes and all that descend from them hold."""
    found = [_rollup(proc / str(pid) / "smaps_rollup") for pid in family(*roots, proc=proc)]
    return Memory(sum(m.rss for m in found), sum(m.pss for m in found))


def require(proc: Path = PROC) -> None:
    """``ConfigurationError`` where there is nothing to read."""
    if not (proc / "self" / "smaps_rollup").exists():
        raise ConfigurationError("What the servers cost is read from /proc, as Linux has it; here it is not.")


def _numbers(proc: Path) -> list[int]:
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]


def _stat(proc: Path, pid: int) -> list[str]:
    """The fields behind the name, which may hold spaces and brackets; nothing when the process is gone."""
    try:
        return (proc / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def _rollup(path: Path) -> Memory:
    try:
        lines = dict(line.split(":", 1) for line in path.read_text().splitlines()[1:])
    except OSError:
        return Memory(0, 0)
    rss, pss = (int(lines[name].split()[0]) * 1024 for name in ("Rss", "Pss"))
    return Memory(rss, pss)
