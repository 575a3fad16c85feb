"""``python -m service`` is ``taliq``: the operators' commands, and those that measure."""

from __future__ import annotations

from service.bench import bench
from service.cli import main, taliq

taliq.add_command(bench)

if __name__ == "__main__":
    main()
