"""What watching costs: `make bench`, or `python -m tests.benchmarks [--quick] [names]`. See README.md beside this."""

import os

# The bare loop at its best, which is what all else is held against: nets this small are no faster on two threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")
