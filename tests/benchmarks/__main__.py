"""`python -m tests.benchmarks [--quick] [names]`: measure, print one table, and keep it in results/."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable
from importlib import import_module

from tests.benchmarks.figure import Figure
from tests.benchmarks.report import Part, keep, table

#: In the order of the table. The longest is last.
PARTS = {
    "headless": "1. A trainer without a screen",
    "live": "2. Live in JupyterLab, at full speed",
    "own_loop": "3. A loop of one's own, monitored, live in JupyterLab",
    "flatness": "4. A run of 100,000 epochs",
    "wire": "5. The wire",
    "frames": "6. The browser: frames",
    "pause": "6. The browser: from the Pause click to the last epoch",
    "start": "7. How soon it is there",
    "classroom": "8. A class on one machine",
    "heap": "6. The browser: looped replay",
}


def main() -> None:
    """Run the parts that are asked for, all of them unless told."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # end servers and kernels in any case
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="names", help=f"some of: {', '.join(PARTS)}; all unless told")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, to try the benchmarks themselves")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in PARTS]:
        parser.error(f"{', '.join(unknown)}: expected some of {', '.join(PARTS)}")
    done = list[Part]()
    for name in asked.names or PARTS:
        print(f"{name} ...", flush=True)
        start = time.monotonic()
        measure: Callable[[bool], list[Figure]] = import_module(f"tests.benchmarks.{name}").measure
        done.append(Part(name, PARTS[name], measure(asked.quick), time.monotonic() - start))
        print(table(done[-1:]), flush=True)
    if len(done) > 1:
        print(table(done))
    print(f"kept in {keep(done, quick=asked.quick, whole=not asked.names)}")


if __name__ == "__main__":
    main()
