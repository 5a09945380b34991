"""The weights that pages ask for: found in the recording, or read in short slices between those of the training."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from epochscope.recording.packed_weights import pack_weights
from epochscope.runs.commands import Want
from epochscope.runs.notebook import MainLoop
from epochscope.runs.run import Run

#: The longest slice, in seconds, of reading weights before the event loop gets its turn.
SLICE_S = 0.03
#: The shortest time, in seconds, between two answers to the same request.
INTERVAL_S = 0.1
#: After this time, in seconds, without a turn the event loop is busy.
BUSY_S = 0.25
#: The most bytes of weights in one answer, before they are packed.
ANSWER_BYTES = 2_000_000
#: Seconds after the last answer until the weights are sent to be saved with the notebook.
SAVE_DELAY_S = 1.5


class WeightFeed:
    """Answers requests for weights. `receive` may be called on any thread; weights are read on the main one.

    Parameters
    ----------
    run
        The run to show.
    send
        Sends a message to all browsers: content and buffers.
    save
        Sends all weights to the browsers, which save them with the notebook.
    main
        The event loop on which weights are read.
    """

    def __init__(
        self,
        run: Run,
        send: Callable[[dict[str, Any], list[bytes]], None],
        save: Callable[[], None],
        main: MainLoop,
    ) -> None:
        self._run = run
        self._send = send
        self._save = save
        self._main = main
        self._wants: dict[str, Want] = {}  # the last one of each view
        self._sent: dict[str, set[int]] = {}  # the epochs that were sent to answer it
        self._begun: set[str] = set()  # views whose request was answered up to the epoch on show
        self._answered_at = self._worked_at = -1e9
        self._scheduled = False
        self._refused: tuple[int, str] | None = None  # the last refusal: revision and reason
        self._changed = False  # weights were sent that are not saved with the notebook

    @property
    def refusal(self) -> str | None:
        """Why the network could not be looked into when a page asked; None if it could, or if nobody has asked."""
        revision, reason = self._refused or (-1, None)
        return reason if revision == self._run.revision else None

    def receive(self, want: Want) -> None:
        """Answer a request, soon. It replaces an earlier one of the same page."""
        self._run.want_weights()
        self._wants[want.view] = want
        self._sent[want.view] = set()
        self._begun.discard(want.view)
        self._main.call(lambda: self._schedule(0))

    def serve(self) -> None:
        """Answer requests that wait because the event loop is busy: a training loop of the user's runs in a cell."""
        if self._wants and self._main.is_here and time.monotonic() - self._worked_at > BUSY_S:
            self._work()

    def forget(self, view: str) -> None:
        """Forget the request of a page that was closed."""
        self._wants.pop(view, None)

    def save(self) -> None:
        """Send all weights to be saved, if any were sent since the last call and the run does not train."""
        if self._changed and self._run.status().state != "training":
            self._changed = False
            self._save()

    def _schedule(self, seconds: float) -> None:
        if not self._scheduled:
            self._scheduled = self._main.later(seconds, self._work) is not None
            if not self._scheduled:
                self._work()  # without an event loop

    def _work(self) -> None:
        self._scheduled = False
        self._worked_at = time.monotonic()
        deadline = self._worked_at + SLICE_S
        for view, want in list(self._wants.items()):
            if self._answer(want, deadline):
                self._wants.pop(view, None)
        if self._wants:
            self._schedule(0.001)
        elif self._changed:
            self._main.later(SAVE_DELAY_S, lambda: None if self._wants else self.save())

    def _answer(self, want: Want, deadline: float) -> bool:
        """Send what is known of a request; return whether it is answered as far as possible."""
        run = self._run
        if want.revision != run.revision:
            return True  # the page asks again when it has the current recording
        with run.lock:
            (first, last), view = self._clip(want), want.view
            sent = self._sent[view]
            try:
                progress = run.read_weights(first, want.epoch, deadline)
                if progress == "complete":  # the epoch on show is sent at once, the rest in the next slice
                    progress = run.read_weights(want.epoch, last, deadline if view in self._begun else 0.0)
                    self._begun.add(view)
            except ValueError as error:
                refused = (want.revision, str(error))
                self._changed |= refused != self._refused
                self._refused = refused
                self._send(_message(want, want.first, want.last, refused=refused[1]), [])
                return True
            self._refused = None
            weights = run.history.weights
            known = [] if weights is None else [epoch for epoch in weights.epochs if first <= epoch <= last]
            new = [epoch for epoch in known if epoch not in sent]
            waits = want.epoch not in new and time.monotonic() - self._answered_at < INTERVAL_S
            if progress == "unfinished" and (not new or waits):
                return False
            sent.update(new)
            self._changed |= bool(new)
            packed = [] if weights is None else [pack_weights(weights, new, revision=run.revision)]
        self._answered_at = time.monotonic()
        self._send(_message(want, first, last, known if progress == "complete" else None), packed)
        return progress != "unfinished"

    def _clip(self, want: Want) -> tuple[int, int]:
        """Return the epochs to send: those around the cursor, if they are too many for one answer."""
        last, weights = min(want.last, len(self._run.history) - 1), self._run.history.weights
        if weights is None:
            return want.first, last
        count = max(1, ANSWER_BYTES // weights.bytes_per_epoch)
        first = max(want.first, min(want.epoch - count // 2, last - count + 1))
        return first, min(last, first + count - 1)


def _message(
    want: Want, first: int, last: int, complete: list[int] | None = None, *, refused: str | None = None
) -> dict[str, Any]:
    """Return the answer to a request.

    `complete` lists all epochs from `first` to `last` whose weights the run has; None means that more may follow.
    """
    return {
        "kind": "weights",
        "view": want.view,
        "revision": want.revision,
        "first": first,
        "last": last,
        "complete": complete,
        "refused": refused,
    }
