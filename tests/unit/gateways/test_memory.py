"""Freed memory goes back to the system, as far as it is asked to."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys

import pytest

from service.gateways.memory import _SERVER
from tests.newsroom import settings_for

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


#: How many of twenty thousand long blocks have pages of their own: mallinfo2(3), the fourth of its ten numbers.
_OF_THEIR_OWN = """
import ctypes
from service.gateways.memory import keep_whole

class Info(ctypes.Structure):
    _fields_ = [(str(n), ctypes.c_size_t) for n in range(10)]

keep_whole()
blocks = [bytes(20_000) for _ in range(20_000)]
tell = ctypes.CDLL(None).mallinfo2
tell.restype = Info
print(getattr(tell(), "3"))
"""


def test_the_system_is_not_asked_for_more_pieces_of_memory_than_it_gives() -> None:
    """Linux gives a process 65,530, and what else needs one must find it."""
    ended = subprocess.run([sys.executable, "-c", _OF_THEIR_OWN], capture_output=True, check=True)
    assert int(ended.stdout) == 16_384


_NEEDED = ("database_url", "secret_key", "index_key", "vault_keys", "public_url")
#: What is imported before the server is; jemalloc says at the end how it was told to work.
_SERVED = """
import os, sys
import service.cli.serve, service.wsgi
from service.gateways.memory import keep_whole

assert "granian" not in sys.modules
if sys.argv[1] == "told":
    keep_whole()
os.environ[sys.argv[2]] = ",".join([*filter(None, [os.environ.get(sys.argv[2])]), "stats_print:true"])
import granian._granian
"""


def arenas(told: str) -> int:
    settings = settings_for("sqlite:///nowhere.sqlite3")
    environ = {f"TALIQ_{name.upper()}": str(getattr(settings, name)) for name in _NEEDED}
    script = [sys.executable, "-c", _SERVED, told, _SERVER[0]]
    ended = subprocess.run(script, env=os.environ | environ, capture_output=True, check=True, text=True)
    (said,) = re.findall(r"opt\.narenas: (\d+)", ended.stdout + ended.stderr)
    return int(said)


def test_the_server_keeps_what_is_free_in_one_place() -> None:
    assert (arenas("told"), arenas("not told")) == (1, 4 * (os.cpu_count() or 1))
