"""The answers that a kernel keeps, by question: a widget that is made again takes them up."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict

from .ballots import Ballots

#: The most questions whose answers are kept when no widget shows them any more.
MAX_QUESTIONS = 1_000


class Registry:
    """The answers to the last questions. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_use: weakref.WeakValueDictionary[str, Ballots] = weakref.WeakValueDictionary()
        self._kept: OrderedDict[str, Ballots] = OrderedDict()

    def of(self, question: str) -> Ballots:
        """Return the answers to a question; all widgets that ask it share them."""
        with self._lock:
            ballots = self._in_use.get(question)
            if ballots is None:
                ballots = self._in_use[question] = Ballots(question)
            self._kept[question] = ballots
            self._kept.move_to_end(question)
            while len(self._kept) > MAX_QUESTIONS:
                self._kept.popitem(last=False)
            return ballots


registry = Registry()
