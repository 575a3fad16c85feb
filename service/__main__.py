"""``python -m service`` is ``taliq``: the operators' commands, and those that measure."""

from __future__ import annotations

from service.bench import bench
from service.bench.triage import triage
from service.cli import main, taliq

taliq.add_command(bench)
taliq.add_command(triage)

if __name__ == "__main__":
    main()
