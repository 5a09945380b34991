"""The commands of `python -m epochscope`: each has a module of its own, which is imported only for this command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from .dependencies import explain_missing

#: The module of each command, and what it does. Its function `main` takes the arguments after the name.
_COMMANDS = {
    "page": ("widget.page_command", "write a page that trains a network by itself"),
    "sweep": ("experiments.command", "train with many seeds and options"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Parameters
    ----------
    arguments
        Those after the name of the program. Defaults to those of the command line.
    """
    listed = "\n".join(f"  {name:8}{about}" for name, (_, about) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m epochscope",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"commands:\n{listed}\n\nThe options of a command: python -m epochscope COMMAND --help",
        usage="%(prog)s [-h] COMMAND ...",
    )
    parser.add_argument("command", choices=_COMMANDS, metavar="COMMAND", help=" or ".join(_COMMANDS))
    given = sys.argv[1:] if arguments is None else arguments
    name = parser.parse_args(given[:1]).command
    try:
        with explain_missing():
            module = import_module(f".{_COMMANDS[name][0]}", __package__)
    except ModuleNotFoundError as error:
        print(f"{parser.prog} {name}: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    return module.main(given[1:])
