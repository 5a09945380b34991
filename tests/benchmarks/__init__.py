"""Benchmarks of what recording and showing a training costs; see README.md in this directory."""

import os

# Networks this small are fastest on one thread, and the loop by hand is measured at its best.
os.environ.setdefault("OMP_NUM_THREADS", "1")
