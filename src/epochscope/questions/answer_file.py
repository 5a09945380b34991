"""Files of answers: what `save_answers` writes, and "copy my answers" copies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from .asked import Asked
from .ballots import ROUNDS, Ballots

FORMAT, VERSION = "epochscope-answers", 1
#: The largest file that is read.
MAX_BYTES = 64 * 1024 * 1024
#: What `tally` accepts.
Paths: TypeAlias = "str | PathLike[str] | Iterable[str | PathLike[str]]"
_SUFFIXES = (".json", ".txt")


class Answer(NamedTuple):
    """What a page has answered, as a file has it; the choices are not checked yet."""

    page: str
    rounds: list[tuple[Any, bool] | None]  # choice, sure; None: it missed that round
    revealed: bool


class Found(NamedTuple):
    """What a file has about one question."""

    answers: list[Answer]
    hands: list[list[tuple[Any, int]]]  # of each round: choice, count


def pack(questions: Iterable[tuple[Asked, Ballots]]) -> bytes:
    """Return the file of some questions and their answers."""
    questions = list(questions)
    content = {
        "format": FORMAT,
        "version": VERSION,
        "questions": [asked.saved(ballots.generation) for asked, ballots in questions],
        "answers": [answer for _, ballots in questions for answer in ballots.answers_wire()],
        "hands": [hands for _, ballots in questions for hands in ballots.hands_wire()],
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read(path: Path, question: str) -> Found:
    """Return what a file has about a question.

    Raises
    ------
    ValueError
        If it is not a file of answers; the message names it.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    found = Found([], [[] for _ in range(ROUNDS)])
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
        for document in _documents(data.decode("utf-8-sig")):
            _collect(document, question, found)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError(
            f"{fspath(path)}: must be a file that save_answers wrote, or copied answers as text: "
            f"{type(error).__name__}: {error}"
        ) from error
    return found


def expand(paths: Any) -> list[Path]:
    """Return the files that are meant, each once, in order.

    Parameters
    ----------
    paths
        A path, or an iterable of paths. A folder stands for its files that end in .json or .txt, and a str with `*`,
        `?` or `[` for the files that match it.

    Raises
    ------
    ValueError
        If a pattern or a folder has no such file.
    TypeError
        If something is not a path.
    """
    given = [paths] if isinstance(paths, (str, PathLike)) else paths
    if not isinstance(given, Iterable):
        raise TypeError(f"paths={paths!r}: must be a path or a list of paths; pass e.g. paths='answers/*.json'")
    files: dict[Path, Path] = {}
    for each in given:
        if not isinstance(each, (str, PathLike)):
            raise TypeError(f"paths: {each!r} is no path; pass str or pathlib.Path")
        for file in _files(Path(each)):
            files.setdefault(file.resolve(), file)
    return list(files.values())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.suffix.lower() in _SUFFIXES and each.is_file())
    elif any(sign in fspath(path) for sign in "*?[") and not path.exists():
        found = sorted(each for each in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if each.is_file())
    else:
        return [path]
    if not found:
        raise ValueError(f"paths={fspath(path)!r}: has no file of answers (*.json or *.txt); pass where they are")
    return found


def _documents(text: str) -> Iterator[Any]:
    """Yield the JSON values of a text, one after the other. Raises ValueError if there is none, or anything else."""
    decoder, at = json.JSONDecoder(), 0
    text = text.strip()
    if not text:
        raise ValueError("it is empty")
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        yield document
        while at < len(text) and text[at].isspace():
            at += 1


def _collect(document: Any, question: str, found: Found) -> None:
    """Add what a document has about a question. Raises ValueError, TypeError or KeyError if it is malformed."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f'its "format" is not "{FORMAT}"')
    if document["version"] != VERSION:
        raise ValueError(f"it has version {document['version']!r}; this epochscope reads version {VERSION}")
    for answer in document["answers"]:
        if answer["question"] == question:
            rounds = [None if vote is None else (vote["choice"], _bool(vote["sure"])) for vote in answer["rounds"]]
            if not isinstance(answer["page"], str) or len(rounds) > ROUNDS:
                raise ValueError("an answer is malformed")
            found.answers.append(Answer(answer["page"], rounds, _bool(answer["revealed"])))
    for hands in document.get("hands", []):
        if hands["question"] == question:
            if len(hands["rounds"]) > ROUNDS:
                raise ValueError("a show of hands is malformed")
            for counts, known in zip(hands["rounds"], found.hands, strict=False):
                known.extend((choice, _count(count)) for choice, count in counts)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value
