"""`python -m epochscope sweep ...`: see `epochscope.experiments.command`."""

from .experiments.command import main

if __name__ == "__main__":
    raise SystemExit(main())
