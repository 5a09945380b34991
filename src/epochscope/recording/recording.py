"""The columns of a run, one record per epoch, and how they are read."""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from epochscope.validation import check_choice, check_int

from .alphabet import check_indices
from .blocks import Blocks
from .epoch import Epoch
from .extras import AXES, NO_EXTRAS, Axis, Extras
from .figures import Figures, FigureTable
from .probe_blocks import ProbeBlocks
from .probes import Probe, check_probes
from .records import IGNORED, LOSS_STEPS, MAX_TOP, NO_TARGET, PROBABILITY_STEPS, Records, bytes_per_epoch, condense

if TYPE_CHECKING:
    import numpy.typing as npt
    from typing_extensions import Self

    from .alphabet import Alphabet
    from .store import Store


class Recording:
    """E epochs of P positions over an alphabet of V tokens. Needs only numpy.

    A loop on a corpus records less often than once per epoch. Its recording has an axis, on which each record has a
    place, and probes: the texts whose predictions it holds, one after another. What is called "epoch" here is then the
    number of a record.

    An epoch takes 16 + P (2 + 2K) bytes, or 16 + P (2 + 3K) if V > 256, where K = min(5, V) is the number of tokens
    kept per position, the most probable ones. Forks share the memory of their common epochs.

    Parameters
    ----------
    alphabet
        The tokens, in the order of the logits' columns.
    inputs, targets
        Token indices, (P,): what the network reads at each position, and what it should predict there. A target of -1
        means that the position is ignored, e.g. padding: it is shown, but neither correct nor wrong.
    separator
        String between tokens when they are joined to a text: "" for characters, " " for words. Defaults to "".
    metadata
        How the run was made (model, optimizer, lr, seed, ...): any JSON object.
    branches
        Epochs at which this recording branched from another one, in increasing order.
    axis
        What the places of the records count: "step", "token" or "epoch". Defaults to None: a record is an epoch.
    probes
        Name, start and stop of each probe; together they cover all positions in order. Defaults to none.

    Raises
    ------
    ValueError
        If the indices, the separator, the axis or the probes are invalid, or `metadata` contains a number that is not
        finite.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        inputs: npt.ArrayLike,
        targets: npt.ArrayLike,
        *,
        separator: str = "",
        metadata: Mapping[str, Any] | None = None,
        branches: tuple[int, ...] = (),
        axis: Axis | None = None,
        probes: Iterable[tuple[str, int, int]] = (),
    ) -> None:
        if separator not in ("", " "):
            raise ValueError(f"separator={separator!r}: must be '' (characters) or ' ' (words); pass one of these")
        self.alphabet = alphabet
        self.inputs: npt.NDArray[np.int64] = check_indices("inputs", inputs, len(alphabet))
        self.targets: npt.NDArray[np.int64] = check_indices("targets", targets, len(alphabet), IGNORED)
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs and {len(self.targets)} targets: pass equally many of both")
        #: Whether each position has a target, (P,).
        self.counted: npt.NDArray[np.bool_] = self.targets != IGNORED
        #: Number of positions that have a target.
        self.n_counted: int = int(self.counted.sum())
        if not self.n_counted:
            raise ValueError("targets: all are ignored (-1); at least one must be a token, so pass other targets")
        self.separator = separator
        self.metadata: dict[str, Any] = json.loads(json.dumps(dict(metadata or {}), allow_nan=False))
        self.top_k: int = min(MAX_TOP, len(alphabet))
        self.bytes_per_epoch: int = bytes_per_epoch(self.positions, len(alphabet))
        self.branches: tuple[int, ...] = branches
        #: What the places of the records count; None if a record is an epoch.
        self.axis: Axis | None = None if axis is None else AXES[AXES.index(check_choice("axis", axis, AXES))]
        #: The texts whose predictions are recorded; empty if there is one without a name.
        self.probes: tuple[Probe, ...] = check_probes(probes, self.counted)
        #: Where the records are (internal).
        self.store: Store = Blocks(self.positions, len(alphabet), has_places=axis is not None)
        self._figures = FigureTable(
            self.targets, self.counted, [probe[1:] for probe in self.probes] or [(0, self.positions)]
        )
        self._of_probes: dict[str, Self] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes of a copy; the recordings of its probes are made again."""
        return {**self.__dict__, "_of_probes": {}}

    @property
    def positions(self) -> int:
        """P, the number of tokens predicted per epoch, with those that are ignored."""
        return len(self.targets)

    def append(
        self,
        losses: npt.ArrayLike,
        logits: npt.ArrayLike,
        lr: npt.ArrayLike = math.nan,
        *,
        places: npt.ArrayLike | None = None,
        scalars: Mapping[str, npt.ArrayLike] | None = None,
    ) -> None:
        """Record n more epochs. If an exception is raised, none of them is recorded.

        Parameters
        ----------
        losses
            (n,) nats per predicted token.
        logits
            (n, P, V), of any floating-point type.
        lr
            Learning rate of the update after each epoch, a scalar or (n,). Defaults to NaN, which means unknown.
        places
            (n,) Where each stands on the axis; required if there is one.
        scalars
            (n,) each, by name; NaN where none was given. Defaults to none.

        Raises
        ------
        ValueError
            If the shapes do not match, places are missing or decrease, or the name of a scalar is invalid.
        """
        losses, logits = np.asarray(losses, dtype=np.float64), np.asarray(logits)
        if logits.dtype not in (np.float32, np.float64):
            logits = logits.astype(np.float32)
        if losses.ndim != 1 or logits.shape != (len(losses), self.positions, len(self.alphabet)):
            raise ValueError(
                f"losses {losses.shape} with logits {logits.shape}: must be of shape (n,) and "
                f"(n, {self.positions}, {len(self.alphabet)}); reshape them"
            )
        if len(losses):
            lrs = np.broadcast_to(np.asarray(lr, dtype=np.float64), losses.shape)
            extras = Extras.of(len(losses), places, scalars)
            self.extend(Records(losses, lrs, *condense(logits, self.targets)), extras)

    def extend(self, records: Records, extras: Extras = NO_EXTRAS) -> None:
        """Record n more epochs that are already condensed, with their places if there is an axis, and scalars."""
        self.store.add(records, extras)

    def __len__(self) -> int:
        return self.store.length

    def __getitem__(self, epoch: int) -> Epoch:
        epoch = self._check_epoch(epoch)
        row = self.records(epoch, epoch + 1)
        n_correct = int((row.top_tokens[0, :, 0] == self.targets).sum())
        return Epoch(epoch, float(row.losses[0]), self.text(epoch), n_correct, n_correct / self.n_counted)

    def __iter__(self) -> Iterator[Epoch]:
        return (self[epoch] for epoch in range(len(self)))

    def records(self, start: int = 0, stop: int | None = None) -> Records:
        """Return epochs `start` to `stop` - 1 as they are stored: views where possible, so do not write to them."""
        start, stop, _ = slice(start, stop).indices(len(self))
        return self.store.rows(start, max(start, stop))

    def extras(self, start: int = 0, stop: int | None = None) -> Extras:
        """Return the places, if there is an axis, and the scalars of epochs `start` to `stop` - 1, as copies."""
        start, stop, _ = slice(start, stop).indices(len(self))
        return self.store.extras(start, max(start, stop))

    @property
    def losses(self) -> npt.NDArray[np.float64]:
        """Loss of every epoch, (E,), in nats per predicted token; may be infinite or NaN.

        With probes it is the loss that was logged, e.g. of a mini-batch; `probe(name).losses` are those of a probe.
        """
        return self.store.losses(0, len(self)).copy()

    @property
    def lrs(self) -> npt.NDArray[np.float64]:
        """Learning rate of the update after every epoch, (E,); NaN if unknown."""
        return self.store.lrs(0, len(self)).copy()

    @property
    def places(self) -> npt.NDArray[np.float64]:
        """Where every record stands on the axis, (E,): e.g. steps done before it. Without an axis 0 to E - 1."""
        places = self.extras().places
        return np.arange(len(self), dtype=np.float64) if places is None else places

    @property
    def scalar_names(self) -> tuple[str, ...]:
        """The names of the scalars, in the order in which they were first recorded."""
        return self.store.scalar_names

    @property
    def scalars(self) -> dict[str, npt.NDArray[np.float64]]:
        """The scalars of every epoch, (E,) each, by name; NaN where none was given."""
        return self.extras().scalars

    def figures(self, start: int = 0, stop: int | None = None) -> list[Figures]:
        """Return the figures of each probe at epochs `start` to `stop` - 1; without probes, those of all positions."""
        start, stop, _ = slice(start, stop).indices(len(self))
        stop = max(start, stop)
        if isinstance(self.store, ProbeBlocks):
            return [self.store.figures(start, stop)]
        return self._figures.of(self.store, start, stop)

    def course(
        self, start: int = 0, stop: int | None = None
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Return losses, learning rates and numbers of correct positions of epochs `start` to `stop` - 1, (n,) each."""
        start, stop, _ = slice(start, stop).indices(len(self))
        stop = max(start, stop)
        n_correct = np.sum([figures.n_correct for figures in self.figures(start, stop)], axis=0)
        return self.store.losses(start, stop), self.store.lrs(start, stop), n_correct

    def probe(self, name: str) -> Self:
        """Return the recording of one probe's positions alone, which grows with this one and cannot be extended.

        Its losses are the probe's own, the mean over its positions; places, learning rates and scalars are the same.
        It has no weights. After `truncate`, call this again.

        Raises ValueError if there is no probe of this name.
        """
        if name not in self._of_probes:
            names = [probe.name for probe in self.probes]
            if name not in names:
                told = f"must be one of {', '.join(map(repr, names))}" if names else "this recording has no probes"
                raise ValueError(f"probe={name!r}: {told}")
            number = names.index(name)
            at = slice(*self.probes[number][1:])
            store = ProbeBlocks(self.store, self.probes[number], lambda start, stop: self.figures(start, stop)[number])
            self._of_probes[name] = self._like(store, self.inputs[at], self.targets[at], self.branches)
        return self._of_probes[name]

    @property
    def predictions(self) -> npt.NDArray[np.uint8 | np.uint16]:
        """Index of the predicted token, (E, P): the argmax of the logits, the first one if several are equal."""
        return self.store.column(lambda records: records.top_tokens[:, :, 0])

    @property
    def position_losses(self) -> npt.NDArray[np.float32]:
        """Loss of every position, (E, P): -ln p(target) in nats, in steps of 1/2048, up to 31.9995; NaN if ignored."""
        unit = np.where(self.counted, np.float32(LOSS_STEPS), np.float32(np.nan))
        return self.store.column(lambda records: records.position_losses / unit)

    @property
    def p_target(self) -> npt.NDArray[np.float32]:
        """Probability of the target, (E, P); NaN if the position is ignored."""
        return np.exp(-self.position_losses)

    @property
    def p_prediction(self) -> npt.NDArray[np.float32]:
        """Probability of the predicted token, (E, P), in steps of 1/255."""
        return self.store.column(lambda records: records.top_probabilities[:, :, 0] / np.float32(PROBABILITY_STEPS))

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Whether the prediction equals the target, (E, P); False if the position is ignored."""
        return self.store.column(lambda records: records.top_tokens[:, :, 0] == self.targets)

    @property
    def n_correct(self) -> npt.NDArray[np.int64]:
        """Number of correct positions, (E,)."""
        return self.course()[2]

    @property
    def accuracy(self) -> npt.NDArray[np.float64]:
        """Fraction of correct positions, (E,), of those that have a target."""
        return self.n_correct / self.n_counted

    def count_correct(self, epoch: int) -> int:
        """Return the number of correct positions at an epoch. Raises IndexError if it is not recorded."""
        epoch = self._check_epoch(epoch)
        return int((self.records(epoch, epoch + 1).top_tokens[0, :, 0] == self.targets).sum())

    def topk(self, epoch: int) -> tuple[npt.NDArray[np.uint8 | np.uint16], npt.NDArray[np.float32]]:
        """Return the K most probable tokens of every position at an epoch.

        Parameters
        ----------
        epoch
            Number of the epoch; negative numbers count from the end.

        Returns
        -------
        indices
            (P, K), the most probable first.
        probabilities
            (P, K), in steps of 1/255.

        Raises
        ------
        IndexError
            If the epoch is not recorded.
        """
        epoch = self._check_epoch(epoch)
        row = self.records(epoch, epoch + 1)
        return row.top_tokens[0].copy(), row.top_probabilities[0] / np.float32(PROBABILITY_STEPS)

    def text(self, epoch: int) -> str:
        """Return the predictions of all positions at an epoch as text. Raises IndexError if it is not recorded."""
        epoch = self._check_epoch(epoch)
        return self.join(self.records(epoch, epoch + 1).top_tokens[0, :, 0])

    def join(self, indices: npt.ArrayLike) -> str:
        """Return the tokens with these indices as text, with `separator` between them; "–" stands for -1."""
        tokens = self.alphabet.tokens
        return self.separator.join([tokens[i] if i >= 0 else NO_TARGET for i in np.asarray(indices).ravel().tolist()])

    def truncate(self, epochs: int) -> None:
        """Delete all but the first `epochs` epochs. Raises ValueError if fewer are recorded."""
        epochs = check_int("epochs", epochs, 0, len(self))
        if epochs < len(self):
            self.store.cut(epochs)
            self._figures.cut(epochs)
            self._of_probes.clear()
            self.branches = tuple(epoch for epoch in self.branches if epoch <= epochs)

    def fork(self, epochs: int) -> Self:
        """Copy the first `epochs` epochs; what follows them is a branch. Raises ValueError if there are fewer."""
        epochs = check_int("epochs", epochs, 0, len(self))
        branches = (*(epoch for epoch in self.branches if epoch < epochs), epochs)
        return self._like(self.store.fork(epochs), self.inputs, self.targets, branches, self.probes)

    def _like(
        self,
        store: Store,
        inputs: npt.NDArray[np.int64],
        targets: npt.NDArray[np.int64],
        branches: tuple[int, ...],
        probes: Iterable[Probe] = (),
    ) -> Self:
        """Return a recording of the records in a store that is made like this one."""
        made = type(self)(
            self.alphabet,
            inputs,
            targets,
            separator=self.separator,
            metadata=self.metadata,
            branches=branches,
            axis=self.axis,
            probes=probes,
        )
        made.store = store
        return made

    def _check_epoch(self, epoch: int) -> int:
        number = operator.index(epoch)
        if not -len(self) <= number < len(self):
            recorded = f"epochs 0 to {len(self) - 1} are recorded" if len(self) else "nothing is recorded; train first"
            raise IndexError(f"epoch {number}: {recorded}")
        return number % len(self)
