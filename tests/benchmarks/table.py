"""
One command, one table: python3 packaging/dev.py bench [--size 1GB] [--rounds 7] [--only programs|resident|charts|journal|tray]

The tray's part needs a desktop: packaging/desktop/session.sh is used where it can run.

Ratios of medians in one interleaved run; absolute figures depend on the machine. Needs the corpus generator (shared/perf beside
the project) and npm for the peer.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from charts import measure_charts
from programs import measure_programs
from resident import measure_resident

HERE = os.path.dirname(os.path.abspath(__file__))
SESSION = os.path.join(os.path.dirname(os.path.dirname(HERE)), "packaging", "desktop", "session.sh")
TRAY = ["bash", SESSION, "--", sys.executable, os.path.join(HERE, "tray.py")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="1GB")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--work", default=os.path.join(tempfile.gettempdir(), "tokentray-bench"), help="a folder that is kept"
    )
    parser.add_argument("--only", choices=("programs", "resident", "charts", "journal", "tray"))
    chosen = parser.parse_args()
    os.makedirs(chosen.work, exist_ok=True)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {chosen.size}, {chosen.rounds} rounds, medians"
    )
    parts = {
        "programs": lambda: measure_programs(chosen.work, chosen.size, chosen.rounds),
        "resident": lambda: measure_resident(chosen.work),
        "charts": measure_charts,
        "journal": lambda: subprocess.run([sys.executable, os.path.join(HERE, "journal.py")], check=False),
        "tray": lambda: subprocess.run(TRAY, check=False),
    }
    for name, part in parts.items():
        if chosen.only in (None, name):
            part()
    return 0


if __name__ == "__main__":
    sys.exit(main())
