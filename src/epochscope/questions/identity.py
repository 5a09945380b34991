"""The id of a question: the same one for the same question about the same run, in every kernel."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from .asked import Asked
from .subject import Subject

if TYPE_CHECKING:
    from epochscope.history import History

_DIGITS = 12
#: What is no part of a run: where it was trained, and how it went on.
_NOT_OF_THE_RUN = ("device", "source", "spec")
#: The fields that make a question another one. Not among them: how it is shown and explained, and how it is graded.
_FIELDS = ("kind", "options", "run", "position", "after", "what", "given", "by", "follows")


def question_id(asked: Asked, subject: Subject) -> str:
    """Return 12 hexadecimal digits that depend on what is asked, and on the text and the options of the runs."""
    what: dict[str, Any] = {name: getattr(asked, name) for name in _FIELDS}
    if asked.kind == "choice":
        what["prompt"] = asked.prompt
    elif asked.follows is None:
        what["epoch"] = asked.epoch
    runs = [_identity(source.history) for source in subject.sources]
    text = json.dumps([what, runs, subject.labels], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:_DIGITS]


def _identity(history: History) -> dict[str, Any]:
    return {
        "alphabet": history.alphabet.tokens,
        "inputs": history.inputs.tolist(),
        "targets": history.targets.tolist(),
        "metadata": {name: value for name, value in history.metadata.items() if name not in _NOT_OF_THE_RUN},
    }
