"""`python -m epochscope page ...` and `python -m epochscope sweep ...`: see `epochscope.commands`."""

from .commands import main

if __name__ == "__main__":
    raise SystemExit(main())
