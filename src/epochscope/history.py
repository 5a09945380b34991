"""`History`: all that is known of a run without torch, one record an epoch."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterator, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from epochscope.recording import file as recording_file
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.blocks import Blocks
from epochscope.recording.events import Event, Timeline
from epochscope.recording.records import LOSS_STEPS, MAX_TOP, PROBABILITY_STEPS, Records, bytes_per_epoch, condense

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Epoch", "Event", "History", "Records"]


class Epoch(NamedTuple):
    """One epoch: its number, loss (nats per predicted token), text, how many positions are right, and which part."""

    epoch: int
    loss: float
    text: str
    n_correct: int
    accuracy: float


class History:
    """A recording: E epochs of P positions over an alphabet of V tokens. Needs numpy alone.

    An epoch costs `bytes_per_epoch` bytes: 16 + P (2 + 2K), K = min(5, V) being how many of the likeliest tokens are
    kept of every position, or 16 + P (2 + 3K) where V > 256. Forks share what they have in common.

    Parameters
    ----------
    alphabet
        The tokens, in the order of the logits' columns.
    inputs, targets
        Per shown position the token read there and the token to be said there: indices (P,).
    joined
        True where the text was a `str`: its tokens are shown with nothing between them; else with a blank.
    metadata
        What the run was made with (model, optimizer, lr, seed, ...): whatever JSON can hold.
    branches
        Epochs at which this line left another one.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        inputs: Any,
        targets: Any,
        *,
        separator: str = "",
        metadata: Mapping[str, Any] | None = None,
        branches: tuple[int, ...] = (),
    ) -> None:
        self.alphabet = alphabet
        self.inputs = _indices("inputs", inputs, len(alphabet))
        self.targets = _indices("targets", targets, len(alphabet))
        if len(self.inputs) != len(self.targets):
            raise ValueError(
                f"{len(self.inputs)} inputs and {len(self.targets)} targets: a position has one of each, give as many"
            )
        self.separator = separator
        self.metadata: dict[str, Any] = json.loads(json.dumps(dict(metadata or {}), allow_nan=False))
        self.top_k = min(MAX_TOP, len(alphabet))
        self.bytes_per_epoch = bytes_per_epoch(self.positions, len(alphabet))
        self.branches = branches
        self._blocks = Blocks(self.positions, len(alphabet))
        self._timeline = Timeline()

    @property
    def positions(self) -> int:
        """P, how many tokens are predicted in an epoch."""
        return len(self.targets)

    def append(self, losses: Any, logits: Any, lr: Any = math.nan) -> None:
        """Record n more epochs; all of them or, where an error comes in between, none.

        Parameters
        ----------
        losses
            (n,) nats per predicted token.
        logits
            (n, P, V), of any floating type.
        lr
            The learning rate of the update that followed, a number for all or (n,); NaN where it is not known.
        """
        losses = np.asarray(losses, dtype=np.float64)
        logits = np.asarray(logits)
        if logits.dtype not in (np.float32, np.float64):
            logits = logits.astype(np.float32)
        if losses.ndim != 1 or logits.shape != (len(losses), self.positions, len(self.alphabet)):
            raise ValueError(
                f"losses {losses.shape} with logits {logits.shape}: n epochs are losses of shape (n,) and logits of "
                f"shape (n, {self.positions}, {len(self.alphabet)}); reshape them"
            )
        if len(losses):
            lrs = np.broadcast_to(np.asarray(lr, dtype=np.float64), losses.shape)
            self.extend(Records(losses, lrs, *condense(logits, self.targets)))

    def extend(self, records: Records) -> None:
        """Record n more epochs that are already in the form of `records`."""
        self._blocks.add(records)

    def __len__(self) -> int:
        return self._blocks.length

    def __getitem__(self, epoch: int) -> Epoch:
        epoch = self._epoch(epoch)
        row = self.records(epoch, epoch + 1)
        right = int((row.top_tokens[0, :, 0] == self.targets).sum())
        return Epoch(epoch, float(row.losses[0]), self.text(epoch), right, right / self.positions)

    def __iter__(self) -> Iterator[Epoch]:
        return (self[epoch] for epoch in range(len(self)))

    def _epoch(self, epoch: int) -> int:
        number = operator.index(epoch)
        if not -len(self) <= number < len(self):
            there = f"epochs 0 to {len(self) - 1} are recorded" if len(self) else "nothing is recorded yet, train first"
            raise IndexError(f"epoch {number}: {there}")
        return number % len(self)

    def records(self, start: int = 0, stop: int | None = None) -> Records:
        """Epochs `start` to `stop` - 1 as they are kept. Views where they lie in one block: read them, do not write."""
        start, stop, _ = slice(start, stop).indices(len(self))
        return self._blocks.rows(start, max(start, stop))

    @property
    def losses(self) -> np.ndarray:
        """(E,) float64, nats per predicted token; may be infinite or NaN."""
        return self._blocks.column(lambda records: records.losses)

    @property
    def lrs(self) -> np.ndarray:
        """(E,) float64, the learning rate that the update of each epoch used; NaN where it is not known."""
        return self._blocks.column(lambda records: records.lrs)

    @property
    def predictions(self) -> np.ndarray:
        """(E, P) indices: what is said, the argmax of the logits (the first of equals)."""
        return self._blocks.column(lambda records: records.top_tokens[:, :, 0])

    @property
    def position_losses(self) -> np.ndarray:
        """(E, P) float32 nats, -ln p(target) in steps of 1/2048; 31.9995 stands for all that is higher."""
        return self._blocks.column(lambda records: records.position_losses / np.float32(LOSS_STEPS))

    @property
    def p_target(self) -> np.ndarray:
        """(E, P) float32, the probability given to the token that should be said."""
        return np.exp(-self.position_losses)

    @property
    def p_prediction(self) -> np.ndarray:
        """(E, P) float32, the probability given to the token that is said, in steps of 1/255."""
        return self._blocks.column(lambda records: records.top_probabilities[:, :, 0] / np.float32(PROBABILITY_STEPS))

    def _correct(self) -> np.ndarray:
        return self._blocks.column(lambda records: records.top_tokens[:, :, 0] == self.targets)  # (E, P) bool

    @property
    def n_correct(self) -> np.ndarray:
        """(E,) int64, how many positions are right."""
        return self._correct().sum(axis=1)

    @property
    def accuracy(self) -> np.ndarray:
        """(E,) float64, which part of the positions is right."""
        return self.n_correct / self.positions

    @property
    def learned_at(self) -> np.ndarray:
        """(P,) int64: the epoch from which each position is right for good, -1 where it is wrong at the last one."""
        wrong = ~self._correct()
        if not len(wrong):
            return np.full(self.positions, -1)
        since = np.where(wrong.any(axis=0), len(wrong) - wrong[::-1].argmax(axis=0), 0)  # after the last wrong one
        return np.where(since < len(wrong), since, -1)

    def topk(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """The K likeliest tokens of every position, (P, K) indices, and their probabilities (P, K); likeliest first."""
        epoch = self._epoch(epoch)
        row = self.records(epoch, epoch + 1)
        return row.top_tokens[0].copy(), row.top_probabilities[0] / np.float32(PROBABILITY_STEPS)

    def text(self, epoch: int) -> str:
        """What the net says at an epoch, at all positions."""
        epoch = self._epoch(epoch)
        return self.join(self.records(epoch, epoch + 1).top_tokens[0, :, 0])

    def join(self, indices: Any) -> str:
        """Tokens as the text that they make: with nothing between them where the text was a `str`, else with blanks."""
        return self.separator.join(self.alphabet.decode(indices))

    @property
    def events(self) -> tuple[Event, ...]:
        """All events in their order; `epochscope.events` says how they are defined."""
        return self.events_in(0, len(self))

    def events_in(self, start: int, stop: int) -> tuple[Event, ...]:
        """The events at epochs `start` to `stop` - 1."""
        return self._timeline.between(start, stop, self)

    def truncate(self, epochs: int) -> None:
        """Keep the first `epochs` records and forget the others."""
        epochs = self._length(epochs)
        if epochs < len(self):
            self._blocks.cut(epochs)
            self._timeline = Timeline()
            self.branches = tuple(epoch for epoch in self.branches if epoch <= epochs)

    def fork(self, epochs: int) -> History:
        """An independent recording of the first `epochs` epochs; when it goes on, its next epoch is marked a branch."""
        epochs = self._length(epochs)
        branches = (*(epoch for epoch in self.branches if epoch < epochs), epochs)
        fork = History(
            self.alphabet,
            self.inputs,
            self.targets,
            separator=self.separator,
            metadata=self.metadata,
            branches=branches,
        )
        fork._blocks = self._blocks.fork(epochs)
        return fork

    def _length(self, epochs: int) -> int:
        number = operator.index(epochs)
        if not 0 <= number <= len(self):
            raise ValueError(
                f"the first {number} epochs: {len(self)} are recorded, give a number from 0 to {len(self)}"
            )
        return number

    def save(self, path: str | PathLike[str]) -> None:
        """Write the recording to a file: a numpy `.npz` without pickle."""
        recording_file.save(path, self._contents(), self.records())

    def _contents(self) -> recording_file.Recording:
        parts = (self.alphabet.tokens, not self.separator, self.metadata, self.branches, self.inputs, self.targets)
        return recording_file.Recording(*parts)

    @classmethod
    def load(cls, path: str | PathLike[str], *, max_bytes: int = recording_file.MAX_BYTES) -> History:
        """Read what `save` wrote. ValueError names the fault of a damaged, foreign or future file.

        `max_bytes` bounds the memory that the recording may take, 512 MiB unless told: a small file can claim a lot.
        """
        try:
            return cls.from_bytes(recording_file.load(path, max_bytes), max_bytes=max_bytes)
        except ValueError as error:
            raise ValueError(f"{fspath(path)}: {error}") from error

    def to_bytes(self) -> bytes:
        """What `save` writes."""
        return recording_file.pack(self._contents(), self.records())

    @classmethod
    def from_bytes(cls, data: bytes, *, max_bytes: int = recording_file.MAX_BYTES) -> History:
        """Like `load`, from the bytes of the file."""
        recording, chunks = recording_file.unpack(data, max_bytes)
        alphabet, joined, metadata, branches, inputs, targets = recording
        history = cls(
            Alphabet(alphabet), inputs, targets, separator="" if joined else " ", metadata=metadata, branches=branches
        )
        for records in chunks:
            history.extend(records)
        return history

    def to_pandas(self) -> pd.DataFrame:
        """A table with one row an epoch: loss (nats), lr, right, accuracy and text."""
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas, which is not installed: pip install pandas") from error
        texts = [self.join(said) for said in self.predictions]
        columns = {
            "loss": self.losses,
            "lr": self.lrs,
            "n_correct": self.n_correct,
            "accuracy": self.accuracy,
            "text": texts,
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self), name="epoch"))

    def to_svg(
        self, epoch: int | None = None, *, width: int = 960, lines: int = 6, theme: str = "auto", lang: str = "en"
    ) -> str:
        """One static picture, as SVG: the text at an epoch, the learning map and the loss; for handouts and slides.

        The same recording gives the same picture, byte for byte (where the same zlib compresses).

        Parameters
        ----------
        epoch
            The epoch on show, negative to count from the end; the last one unless told.
        width
            In px, 320 to 4096. The height follows from the text.
        lines
            The most lines of the text that are shown; a longer one says how much is left out.
        theme
            "auto" follows the reader's system, "light" and "dark" do not: slides are one or the other.
        lang
            "en" or "ko".

        Raises
        ------
        ValueError
            Where nothing is recorded yet, or an option cannot be.
        IndexError
            Where the epoch is not recorded.
        """
        from epochscope.picture.picture import picture

        return picture(self, epoch, width, lines, theme, lang)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return (
            (self.alphabet, self.separator, self.metadata, len(self), self.branches)
            == (other.alphabet, other.separator, other.metadata, len(other), other.branches)
            and np.array_equal(self.inputs, other.inputs)
            and np.array_equal(self.targets, other.targets)
            and all(a.tobytes() == b.tobytes() for a, b in zip(self.records(), other.records(), strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        parts = [f"{len(self)} {'epoch' if len(self) == 1 else 'epochs'} of {self.positions} positions"]
        if len(self):
            last = self[-1]
            parts.append(f"loss {self[0].loss:.3f} -> {last.loss:.3f}")
            parts.append(f"{last.n_correct} of {self.positions} right")
            parts.append(repr(last.text if len(last.text) <= 40 else last.text[:39] + "…"))
        parts += [str(self.metadata[key]) for key in ("model", "optimizer") if key in self.metadata]
        parts += [
            f"{key} {self.metadata[key]}" for key in ("lr", "seed", "window") if self.metadata.get(key) is not None
        ]
        return f"<History: {', '.join(parts)}>"


def _indices(name: str, values: Any, tokens: int) -> np.ndarray:
    array = np.array(values)  # a copy of our own
    if array.ndim != 1 or not len(array) or array.dtype.kind not in "iu":
        raise ValueError(f"{name} of shape {array.shape} and type {array.dtype}: give token numbers, integers (P,)")
    if array.min() < 0 or array.max() >= tokens:
        wrong = array[(array < 0) | (array >= tokens)][0]
        raise ValueError(f"{name} holds the token number {wrong}: the alphabet has 0 to {tokens - 1}, give these")
    array = array.astype(np.int64)
    array.flags.writeable = False
    return array
