"""Recordings made by hand, and runs of them that questions read."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from epochscope import Alphabet, History
from epochscope.questions.asked import Asked
from epochscope.questions.kinds import KINDS, make
from epochscope.questions.subject import Subject

ALPHABET = Alphabet("abcd")
TARGETS = "abcd"


def history(
    predictions: Sequence[str], targets: str = TARGETS, losses: Sequence[float] | None = None, **metadata: Any
) -> History:
    """Return a recording of these predictions, one text for each epoch; "." in the targets is an ignored position."""
    indices = [-1 if token == "." else int(ALPHABET.encode(token)[0]) for token in targets]
    made = History(ALPHABET, [0] * len(targets), indices, metadata=metadata)
    grow(made, predictions, losses)
    return made


def grow(recording: History, predictions: Sequence[str], losses: Sequence[float] | None = None) -> None:
    """Record more epochs."""
    for i, text in enumerate(predictions):
        logits = 9.0 * ALPHABET.one_hot(ALPHABET.encode(text))[None]
        recording.append([1.0 if losses is None else losses[i]], logits)


@dataclass
class Run:
    """A run as questions read it; what its network would say is given."""

    history: History
    goal: int = 0
    done: bool = False
    cut: str = ""
    free: str = ""
    revision: int = 0
    reads: int = 0
    lock: Any = field(default_factory=threading.RLock)

    @property
    def count(self) -> int:
        return len(self.history)

    @property
    def last(self) -> int:
        return self.count - 1 if self.ended else max(self.goal, self.count) - 1

    @property
    def limit(self) -> int:
        return max(self.goal, self.count) - 1

    @property
    def ended(self) -> bool:
        return self.done

    def cut_memory_at(self, *_: object) -> np.ndarray:
        self.reads += 1
        return ALPHABET.encode(self.cut)

    def free_run_at(self, *_: object) -> np.ndarray:
        self.reads += 1
        return ALPHABET.encode(self.free)


def ask(kind: str, subject: Subject | Run, cursor: int | None = None, **what: Any) -> Asked:
    """Return a question, asked with the cursor at the head unless another is given."""
    if isinstance(subject, Run):
        subject = Subject((subject,))
    options = {"prompt": None, "shown": None, "hold": False, "why": None}
    options.update({name: what.pop(name) for name in list(what) if name in options})
    return make(kind, subject, subject.head if cursor is None else cursor, what=what, **options)


def compared(*runs: Run, labels: Sequence[str] = ("one", "two", "three")) -> Subject:
    """Return a comparison of runs."""
    return Subject(tuple(runs), tuple(labels[: len(runs)]))


def update(asked: Asked, subject: Subject | Run) -> Asked:
    """Return the question with the answer as it is known now."""
    return KINDS[asked.kind].update(asked, Subject((subject,)) if isinstance(subject, Run) else subject)
