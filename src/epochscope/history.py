"""`History`, the recording of a run: its columns, events, reference losses, files, table and picture."""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from epochscope.files import write_atomic
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.picture.captions import trained_in_page
from epochscope.picture.panel import panel_options
from epochscope.picture.picture import picture
from epochscope.picture.places import place_caption
from epochscope.recording import file as recording_file
from epochscope.recording import frames_file
from epochscope.recording.archive import MAX_BYTES
from epochscope.recording.epoch import Epoch
from epochscope.recording.events import Event, Timeline
from epochscope.recording.extras import NO_EXTRAS, Extras
from epochscope.recording.file_blocks import FileBlocks
from epochscope.recording.first_error import first_error
from epochscope.recording.overview import Overview
from epochscope.recording.recording import Recording
from epochscope.recording.references import Reference, references
from epochscope.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt
    import pandas as pd
    from typing_extensions import Self, Unpack

    from epochscope.picture.options import PictureOptions
    from epochscope.picture.panel import Kind
    from epochscope.recording.alphabet import Alphabet
    from epochscope.recording.extras import Axis
    from epochscope.recording.network import Network
    from epochscope.recording.records import Records
    from epochscope.recording.weights import Weights

__all__ = ["Epoch", "History"]


class History(Recording):
    """The recording of a run: a `Recording` with events, reference losses, files, a table and a picture.

    Its parameters are those of `Recording`.
    """

    #: The weights of some epochs, or None. They are no part of what makes two recordings equal.
    weights: Weights | None = None

    @cached_property
    def _timeline(self) -> Timeline:
        return Timeline()

    @cached_property
    def overview(self) -> Overview:
        """What a page gets of a long recording (internal)."""
        return Overview(self.positions, len(self.alphabet))

    @property
    def learned_at(self) -> npt.NDArray[np.int64]:
        """Epoch from which each position stays correct, (P,); -1 if it is wrong at the last epoch, or ignored."""
        since = np.zeros(self.positions, dtype=np.int64)  # after the last wrong one
        for start in range(0, len(self), self.store.size):
            records = self.records(start, start + self.store.size)
            wrong = records.top_tokens[:, :, 0] != self.targets
            since = np.where(wrong.any(axis=0), start + len(wrong) - wrong[::-1].argmax(axis=0), since)
        return np.where(since < len(self), since, -1)

    @property
    def first_error(self) -> npt.NDArray[np.int64]:
        """Position of the first wrong prediction of each epoch, (E,), from 0 on; P if all are correct.

        Ignored positions are skipped. A free run that reads the first token of the text goes wrong at this position.
        """
        return first_error(self)

    @property
    def references(self) -> tuple[Reference, ...]:
        """Reference losses of the text; empty if the run was trained with a criterion of its own."""
        return references(self)

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, in order of their epochs: first all correct, spikes, divergence, learning rates, branches."""
        return self.events_in(0, len(self))

    def events_in(self, start: int, stop: int) -> tuple[Event, ...]:
        """Return the events at epochs `start` to `stop` - 1."""
        return self._timeline.between(start, stop, self)

    def truncate(self, epochs: int) -> None:
        """Delete all but the first `epochs` epochs. Raises ValueError if fewer are recorded."""
        super().truncate(epochs)
        self._timeline = Timeline()
        self.overview = Overview(self.positions, len(self.alphabet))
        if self.weights is not None:
            self.weights.truncate(epochs)

    def fork(self, epochs: int) -> Self:
        """Copy the first `epochs` epochs; what follows them is a branch. Raises ValueError if there are fewer."""
        fork = super().fork(epochs)
        fork.weights = None if self.weights is None else self.weights.fork(epochs)
        return fork

    def extend(self, records: Records, extras: Extras = NO_EXTRAS) -> None:
        """Record n more epochs that are already condensed, with their places if there is an axis, and scalars.

        If the file of `open` cannot be written, warn, and go on in memory.
        """
        file, before = self.store, len(self)
        try:
            super().extend(records, extras)
        except OSError as error:
            if not isinstance(file, FileBlocks):
                raise
            done = len(self)
            self.store = file.fork(done)
            self._of_probes.clear()  # they read the file, which is closed once nobody has it
            rest = done - before, len(records.losses)
            super().extend(records.rows(*rest), extras.rows(*rest))
            warnings.warn(
                f"{file.path}: cannot be written any more ({error.strerror or error}), so the recording goes on in "
                "memory; make room, and write all of it with history.save(path)",
                stacklevel=2,
            )

    @classmethod
    def open(
        cls,
        path: str | PathLike[str],
        alphabet: Alphabet,
        inputs: npt.ArrayLike,
        targets: npt.ArrayLike,
        *,
        separator: str = "",
        metadata: Mapping[str, Any] | None = None,
        axis: Axis | None = None,
        probes: Iterable[tuple[str, int, int]] = (),
    ) -> Self:
        """Return an empty recording that is written to a new file as it grows (internal).

        Every call of `append` or `extend` adds one frame to the file, which `load` and `GrowingFile` read at any time,
        also after this process was killed. In memory are the losses, learning rates, places, scalars and figures, and
        some of the records. `truncate` is refused, and `fork` copies to memory. Metadata, probes and the axis
        are written at once; later changes to them are not in the file. Weights are not written.

        `complete` completes the file, as does the end of this process. What is recorded later is still added to it. If
        the file cannot be written any more, the recording goes on in memory alone, with a warning.

        The other parameters are those of `Recording`.

        Raises
        ------
        FileExistsError
            If `path` exists.
        OSError
            If the file cannot be written.
        """
        made = cls(alphabet, inputs, targets, separator=separator, metadata=metadata, axis=axis, probes=probes)
        made.store = frames_file.create(path, made)
        return made

    def complete(self) -> None:
        """Complete the file of a recording that `open` made, so that also numpy reads it; without a file do nothing."""
        if isinstance(self.store, FileBlocks):
            with suppress(OSError):  # what the file lacks then, only numpy and zip tools need
                self.store.complete()

    def save(self, path: str | PathLike[str]) -> None:
        """Write the recording, and the weights that it has, to an `.npz` file, which numpy reads without pickle.

        Raises
        ------
        ValueError
            If this process is writing the recording to this very file.
        OSError
            If the file cannot be written; an existing file then stays as it was.
        """
        recording_file.save(path, self, self.weights)

    @classmethod
    def load(cls, path: str | PathLike[str], *, max_bytes: int = MAX_BYTES) -> Self:
        """Read a recording that `save` wrote, or that a monitor with a path has written so far.

        Parameters
        ----------
        path
            The file.
        max_bytes
            Maximum size of the file, and of the recording with its weights in memory, as a small file may expand to a
            large recording. If the records of a monitor's file take more, they are read from the file when they are
            needed, so it must stay where it is. Defaults to 512 MiB.

        Raises
        ------
        ValueError
            If the file is not a recording, is damaged, was written by a later epochscope or is larger than `max_bytes`.
        OSError
            If the file cannot be read.

        Warns
        -----
        UserWarning
            If the file was not completed, and is damaged: the records before the damage are read.
        """
        history, weights = recording_file.load(path, cls, max_bytes)
        history.weights = weights
        return history

    def to_bytes(self) -> bytes:
        """Return what `save` writes."""
        return recording_file.pack(self, self.weights)

    @classmethod
    def from_bytes(cls, data: bytes, *, max_bytes: int = MAX_BYTES) -> Self:
        """Read a recording from the bytes of a file; parameters and errors are those of `load`."""
        history, weights = recording_file.unpack(data, cls, max_bytes)
        history.weights = weights
        return history

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with one row per epoch: loss (nats), lr, n_correct, accuracy, text, and the scalars.

        The index is the epoch, or on an axis the steps, tokens or epochs before the record. With probes, there are
        columns for each: "NAME loss", "NAME n_correct", "NAME accuracy" and "NAME text"; "loss" is the one logged.

        Raises ImportError if pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas, which is not installed: pip install pandas") from error
        columns: dict[str, Any] = {"loss": self.losses, "lr": self.lrs}
        for probe in self.probes:
            shown = self.probe(probe.name)
            columns |= {f"{probe.name} loss": shown.losses}
            said = shown._said()  # noqa: SLF001 - same class
            columns |= {f"{probe.name} {name}": values for name, values in said.items()}
        columns |= {} if self.probes else self._said()
        for name, values in self.scalars.items():
            columns[name if name not in columns else f"scalar {name}"] = values
        if self.axis is None:
            return pd.DataFrame(columns, index=pd.RangeIndex(len(self), name="epoch"))
        places = self.places
        whole = (places == np.rint(places)).all()
        return pd.DataFrame(columns, index=pd.Index(places.astype(np.int64) if whole else places, name=self.axis))

    def _said(self) -> dict[str, Any]:
        """Return the columns of a table that describe the predictions."""
        texts = [self.join(tokens) for tokens in self.predictions]
        return {"n_correct": self.n_correct, "accuracy": self.accuracy, "text": texts}

    @overload
    def to_svg(self, epoch: int | None = ..., *, path: None = ..., **options: Unpack[PictureOptions]) -> str: ...

    @overload
    def to_svg(
        self, epoch: int | None = ..., *, path: str | PathLike[str], **options: Unpack[PictureOptions]
    ) -> None: ...

    def to_svg(
        self,
        epoch: int | None = None,
        *,
        path: str | PathLike[str] | None = None,
        width: int = 960,
        lines: int = 6,
        theme: str = "auto",
        lang: str = "en",
        panel: Kind | None = None,
        given: int = 1,
        cut_after: int | None = None,
        move: tuple[int, int] | None = None,
        layer: int = -1,
    ) -> str | None:
        """Draw the text at an epoch, the learning map and the loss, or a panel, as one static SVG.

        Equal recordings give equal bytes (with the same version of zlib). With several probes the first one is drawn;
        `probe(name).to_svg()` draws another.

        Parameters
        ----------
        epoch
            Epoch to show; negative numbers count from the end. Defaults to the last one.
        path
            File to write. Defaults to None, which returns the SVG instead.
        width
            In px, 320 to 4096; the height follows from the text. Defaults to 960.
        lines
            Maximum number of text lines; the picture says how many positions are left out. Defaults to 6.
        theme
            "light", "dark", or "auto" for the reader's preference. Defaults to "auto".
        lang
            "en" or "ko". Defaults to "en".
        panel
            Draw this in place of learning map and loss, from the weights of the epoch: "free_run", "memory", "inside",
            "gradient_reach" or "network". Defaults to None.
        given
            Of a free run: number of tokens of the text that it reads, from 1 to P. Defaults to 1.
        cut_after, move
            Of "memory": the position after which the memory is cut, or the positions (source, to) from and to which
            it is moved.
        layer
            Of "inside": the layer, from 0 on; negative numbers count from the last one. Defaults to -1, the last one.

        Returns
        -------
        str or None
            The SVG, or None if `path` is given.

        Raises
        ------
        ValueError
            If nothing is recorded, if an option is invalid, or if a panel needs weights that the recording does not
            have.
        IndexError
            If the epoch is not recorded.
        OSError
            If the file cannot be written.
        """
        options = panel_options(panel, given, cut_after, move, layer)
        shown = self.probe(self.probes[0].name) if self.probes else self
        network: NumpyNetwork | Network | None = None if self.weights is None else self.weights.network
        if options is not None and options.kind != "network":
            network = self.network_at(-1 if epoch is None else epoch)
        svg = picture(
            shown, epoch, shown.events, self.references,
            width=width, lines=lines, theme=theme, lang=lang, panel=options, network=network,
        )  # fmt: skip
        if path is None:
            return svg
        return write_atomic(path, svg.encode())

    def network_at(self, epoch: int) -> NumpyNetwork:
        """Return the network that made an epoch (internal). Raises ValueError if its weights are not recorded."""
        epoch = self._check_epoch(epoch)
        if self.weights is None or not len(self.weights):
            raise ValueError(
                f"epoch {epoch}: this recording has no weights, from which it would be computed; use the method of the "
                'scope or trainer that made it, or save it with weights="all"'
            )
        if epoch not in self.weights:
            nearest = self.weights.nearest(epoch)
            raise ValueError(
                f"epoch {epoch}: this recording has no weights of it; the nearest epoch with weights is {nearest}: "
                'pass this one, or save the recording with weights="all"'
            )
        return NumpyNetwork(self.weights.network, self.weights.at(epoch))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        described = all(
            getattr(self, name) == getattr(other, name)
            for name in ("alphabet", "separator", "metadata", "branches", "axis", "probes", "scalar_names")
        )
        scalars = other.scalars
        return (
            described
            and len(self) == len(other)
            and np.array_equal(self.inputs, other.inputs)
            and np.array_equal(self.targets, other.targets)
            and np.array_equal(self.places, other.places)
            and all(np.array_equal(a, scalars[name], equal_nan=True) for name, a in self.scalars.items())
            and all(self._has_records_of(other, start) for start in range(0, len(self), self.store.size))
        )

    def _has_records_of(self, other: History, start: int) -> bool:
        """Return whether the records of a block are the same, bit for bit."""
        both = (recording.records(start, start + self.store.size) for recording in (self, other))
        return all(a.tobytes() == b.tobytes() for a, b in zip(*both, strict=True))

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        ignored = "" if self.counted.all() else f" ({self.positions - self.n_counted} ignored)"
        kind = "epoch" if self.axis is None else "record"
        parts = [f"{len(self)} {kind}{'' if len(self) == 1 else 's'} of {self.positions} positions{ignored}"]
        if self.probes:
            parts.append(f"probes {', '.join(f'{probe.name!r} ({probe.stop - probe.start})' for probe in self.probes)}")
        if len(self):
            parts += [] if self.axis is None else [place_caption(self, len(self) - 1, words("en"))]
            last = self[-1]
            parts.append(f"loss {self[0].loss:.3f} -> {last.loss:.3f}")
            parts.append(f"{last.n_correct} of {self.n_counted} correct")
            parts.append(repr(last.text if len(last.text) <= 40 else last.text[:39] + "…"))
        metadata = {key: value for key, value in self.metadata.items() if value is not None}
        parts += [str(metadata[key]) for key in ("model", "optimizer") if key in metadata]
        parts += [f"{key} {metadata[key]}" for key in ("lr", "seed", "window") if key in metadata]
        parts += [trained] if (trained := trained_in_page(self, words("en"))) else []
        return f"<History: {', '.join(parts)}>"
