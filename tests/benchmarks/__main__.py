"""`python -m tests.benchmarks [--quick] [names]`: measure, print a table and write it to results/."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Callable
from importlib import import_module

from tests.benchmarks.figure import Figure
from tests.benchmarks.report import Part, table, write

#: Headings by module; the longest benchmark is last.
PARTS = {
    "headless": "1. A trainer without a widget",
    "live": "2. Live in JupyterLab, at full speed",
    "own_loop": "3. A user's loop with a monitor, live in JupyterLab",
    "flatness": "4. A run of 100,000 epochs",
    "wire": "5. The wire",
    "frames": "6. The browser: frames",
    "pause": "6. The browser: from the Pause click to the last epoch",
    "start": "7. Start-up",
    "classroom": "8. A class on one machine",
    "inspection": "9. Looking inside the network",
    "comparison": "10. Several runs side by side, live in JupyterLab",
    "sweep": "11. A sweep on two cores",
    "page": "12. A page that trains by itself",
    "probe": "13. A probe of a GPT, live in JupyterLab",
    "heap": "6. The browser: looped replay",
}


def main() -> None:
    """Run the benchmarks that are named on the command line. Defaults to all of them."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that servers and kernels are shut down
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="names", help=f"some of: {', '.join(PARTS)}; defaults to all")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, to test the benchmarks")
    asked = parser.parse_args()
    if unknown := [name for name in asked.names if name not in PARTS]:
        parser.error(f"{', '.join(unknown)}: must be some of {', '.join(PARTS)}")
    done = list[Part]()
    for name in asked.names or PARTS:
        print(f"{name} ...", flush=True)
        start = time.monotonic()
        measure: Callable[[bool], list[Figure]] = import_module(f"tests.benchmarks.{name}").measure
        done.append(Part(name, PARTS[name], measure(asked.quick), time.monotonic() - start))
        print(table(done[-1:]), flush=True)
    if len(done) > 1:
        print(table(done))
    print(f"written to {write(done, quick=asked.quick, whole=not asked.names)}")


if __name__ == "__main__":
    main()
