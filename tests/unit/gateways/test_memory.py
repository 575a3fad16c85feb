"""Freed memory goes back to the system, as far as it is asked to."""

from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")

#: What a process holds, in bytes, before and after it frees nine tenths of what it has, each tenth block staying.
_SCRIPT = """
import json, os, sys
from service.gateways.memory import give_back, keep_whole

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

size, told, asked = int(sys.argv[1]), sys.argv[2] == "told", sys.argv[3] == "asked"
if told:
    keep_whole()
blocks = [bytes(1) * size for _ in range(50_000_000 // size)]
full = held()
blocks = blocks[::10]
if asked:
    give_back()
print(json.dumps([full, held()]))
"""


def freed(size: int, told: str, asked: str) -> int:
    ended = subprocess.run([sys.executable, "-c", _SCRIPT, str(size), told, asked], capture_output=True, check=True)
    before, after = json.loads(ended.stdout)
    return int(before - after)


def test_a_long_block_gives_back_its_pages_at_once() -> None:
    assert freed(20_000, "told", "not asked") > 40_000_000
    assert freed(20_000, "not told", "not asked") < 10_000_000


def test_what_lies_between_short_ones_is_given_back_when_asked_for() -> None:
    assert freed(12_000, "told", "asked") > 15_000_000
    assert freed(12_000, "told", "not asked") < 10_000_000
