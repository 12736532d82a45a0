"""Many workers on machines that fail in every way; what must hold of their study is checked.

Usage:
  python -m benchmarks.chaos [postgresql|sqlite] [--minutes 30] [--trials 100] [--seed 0]

On PostgreSQL behind a faulty proxy: six workers on three machines, which are network, process and
host-name namespaces, two of one name, with clocks four minutes apart. On SQLite: three containers
of one machine. Faults come one at a time, in an order that the seed gives; after a third of the
time the machine that began the study is gone. Both, if neither is named.

Needs Linux, root, util-linux, iproute2 and a C compiler. Prints a line of JSON each. The exit
status is 1 if a check fails; the files of such a run are kept.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys

from benchmarks.chaos.databases import DATABASES
from benchmarks.chaos.run import run
from benchmarks.command import make_parser, run_main
from benchmarks.output import tell

TOOLS = ("unshare", "nsenter", "ip", "cc")


def main() -> None:
    # Commands inherit it, where this one runs in a shell's background and Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = make_parser(__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="of faults")
    parser.add_argument("--trials", type=int, default=100, help="the study's budget")
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument(
        "database", nargs="?", choices=list(DATABASES), help="both, if none is given"
    )
    asked = parser.parse_args()
    if os.geteuid() != 0 or not all(map(shutil.which, TOOLS)):
        parser.error(f"needs to be root, and {', '.join(TOOLS)}")
    failed = False
    for kind in [asked.database] if asked.database else DATABASES:
        found = run(kind, asked.minutes, asked.trials, asked.seed)
        tell(benchmark="workers: machines that fail", storage=kind, **found)
        for name, one in found["checks"].items():
            print("holds " if one["holds"] else "FAILS ", name, file=sys.stderr)
        failed |= bool(found["failed"])
    sys.exit(failed)


if __name__ == "__main__":
    run_main(main)
