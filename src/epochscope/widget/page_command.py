"""`python -m epochscope page`: writes a page that trains by itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from epochscope.files import write_atomic

from .playground import CLASSIC, playground

_DESCRIPTION = """\
Write one HTML file in which whoever opens it enters a text and watches a network learn it. It needs no network, no
kernel and no Python. The options are what the form of the page contains at first."""

#: Arguments that are no options of `playground`.
_OWN = ("path", "text", "text_file", "readout", "force")


def main(arguments: Sequence[str]) -> int:
    """Run the command with the arguments after its name; return its exit status: 0, or 1 after an error."""
    command = _parser()
    given = command.parse_args(arguments)
    try:
        _write(given)
    except (ValueError, OSError) as error:
        print(f"{command.prog}: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m epochscope page", description=_DESCRIPTION, allow_abbrev=False)
    option: dict[str, Any] = {"default": argparse.SUPPRESS}
    parser.add_argument("path", type=Path, metavar="FILE", help="the file to write (.html); it must not exist")
    parser.add_argument("--text", help="what is learned (default: that of the classic lab)")
    parser.add_argument(
        "--text-file", type=Path, metavar="FILE", help="read it from a file (UTF-8), without the last line break"
    )
    parser.add_argument("--cell", **option, metavar="CELL", help="rnn, lstm (default), gru")
    parser.add_argument("--hidden-size", **option, type=int, metavar="N", help="size of the hidden state")
    parser.add_argument("--readout", choices=("yes", "no"), default="no", help="an output layer (default: no)")
    parser.add_argument("--lr", **option, type=float, metavar="X", help="learning rate of Adam (default: 0.1)")
    parser.add_argument("--seed", **option, type=int, metavar="N", help="of the initial weights (default: 0)")
    parser.add_argument("--lang", **option, metavar="LANG", help="en or ko (default: the reader's language)")
    parser.add_argument("--title", **option, help="the heading")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")
    return parser


def _write(given: argparse.Namespace) -> None:
    options = {name: value for name, value in vars(given).items() if name not in _OWN}
    page = playground(text=_text(given), readout=given.readout == "yes", **options)
    if given.path.exists() and not given.force:
        raise ValueError(f"{given.path}: exists; replace it by --force, or name another file")
    write_atomic(given.path, str(page).encode())


def _text(given: argparse.Namespace) -> str:
    if given.text_file is None:
        return CLASSIC if given.text is None else given.text
    if given.text is not None:
        raise ValueError("give either --text or --text-file FILE")
    return given.text_file.read_text(encoding="utf-8").removesuffix("\n")
