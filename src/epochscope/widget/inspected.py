"""The methods of a scope that look inside the network of an epoch."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Literal, overload

from epochscope.inspection.recorded_inspection import RecordedInspection
from epochscope.runs.run import Run, SingleBranchRun
from epochscope.validation import check_int

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt
    from typing_extensions import Unpack

    from epochscope.inspection.activations import Activations
    from epochscope.picture.options import PictureOptions
    from epochscope.training.inspection import TrainingInspection
    from epochscope.training.trainer import Trainer


class Inspected:
    """Base class of `EpochScope`: computes what happens inside the network, of the epoch on show by default.

    With a trainer, its network is copied to the epoch. Without one, as in a recording that was loaded or a training
    loop of one's own, it is computed from the weights that the recording has; `ValueError` says if it has none.
    """

    _run: Run

    @property
    def epoch(self) -> int:
        """The epoch on show; -1 before the first."""
        raise NotImplementedError

    def activations(self, epoch: int | None = None, *, layer: int = -1) -> Activations:
        """Return what a recurrent layer computes at every position: hidden state, cell state and gates.

        Parameters
        ----------
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.
        layer
            The layer, from 0 on; negative numbers count from the last one. Defaults to -1, the last one.

        Returns
        -------
        Activations
            Arrays (P, H), e.g. `scope.activations(100).forget`.

        Raises
        ------
        ValueError
            If the epoch or the layer does not exist, or if nothing is known about the inside of the network; the
            message says why.
        """
        return self._inspection(epoch).activations(layer)

    def free_run(
        self, epoch: int | None = None, *, given: int = 1, corrections: Mapping[int, str] | None = None
    ) -> str:
        """Return what the network says if it reads its own predictions in place of the text.

        See `Trainer.free_run`.

        Parameters
        ----------
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.
        given
            Number of tokens to read from the text, from 1 to P. Defaults to 1.
        corrections
            By position, from 0 on, the token that replaces the prediction there: in the result and as the next input.
            Defaults to none.

        Returns
        -------
        str
            The tokens that the network says at all P positions.

        Raises
        ------
        ValueError
            If an argument is out of range, or a correction is no token of the alphabet.
        """
        return self._inspection(epoch).free_run(given, corrections)

    def cut_memory(self, after: int, *, epoch: int | None = None, what: Literal["all", "h", "c"] = "all") -> str:
        """Return what the network predicts at all P positions if its state after a position is set to zero.

        See `Trainer.cut_memory`.

        Parameters
        ----------
        after
            The position, from 0 to P - 1.
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.
        what
            "all" (default), or only the hidden state "h" or the cell state "c" of LSTM layers.

        Raises
        ------
        ValueError
            If an argument is out of range, or the network has no such state.
        """
        return self._inspection(epoch).cut_memory(after, what)

    def transplant(
        self, source: int, to: int, *, epoch: int | None = None, what: Literal["all", "h", "c"] = "all"
    ) -> str:
        """Return what the network says from a position on if its state there is replaced by that of another position.

        See `Trainer.transplant`.

        Parameters
        ----------
        source, to
            The positions from and to which the state is moved, from 0 to P - 1.
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.
        what
            "all" (default), or only the hidden state "h" or the cell state "c" of LSTM layers.

        Returns
        -------
        str
            P - `to` tokens.

        Raises
        ------
        ValueError
            If an argument is out of range, or the network has no such state.
        """
        return self._inspection(epoch).transplant(source, to, what)

    def gradient_reach(self, epoch: int | None = None) -> npt.NDArray[np.float64]:
        """Return how much of the gradient of each position's loss arrives at the states of the positions before.

        See `Trainer.gradient_reach`.

        Parameters
        ----------
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.

        Returns
        -------
        numpy.ndarray
            (P, P) [t, lag]: relative to the gradient at t itself; NaN where there is none.

        Raises
        ------
        ValueError
            If the epoch does not exist, or if nothing is known about the inside of the network; the message says why.
        """
        return self._inspection(epoch).gradient_reach()

    @overload
    def to_svg(self, epoch: int | None = ..., *, path: None = ..., **options: Unpack[PictureOptions]) -> str: ...

    @overload
    def to_svg(
        self, epoch: int | None = ..., *, path: str | PathLike[str], **options: Unpack[PictureOptions]
    ) -> None: ...

    def to_svg(
        self, epoch: int | None = None, *, path: str | PathLike[str] | None = None, **options: Unpack[PictureOptions]
    ) -> str | None:
        """Draw an epoch, or with `panel=` what happens inside the network, as one static SVG.

        Parameters
        ----------
        epoch
            The epoch; negative numbers count from the end. Defaults to the one on show.
        path
            File to write. Defaults to None, which returns the SVG instead.
        **options
            Those of `History.to_svg`, e.g. `panel="inside"`.

        Raises
        ------
        ValueError
            If nothing is recorded, if an option is invalid, or if nothing is known about the inside of the network.
        OSError
            If the file cannot be written.
        """
        trainer, epoch = self._source(epoch)
        if trainer is not None and options.get("panel") not in (None, "network"):
            trainer.weights.read(epoch, epoch)
        return self._run.history.to_svg(epoch, path=path, **options)

    def _source(self, epoch: int | None) -> tuple[Trainer | None, int]:
        """Return the trainer, None if there is none, and the number of the epoch."""
        count = len(self._run.history)
        if not count:
            raise ValueError("no epoch is recorded yet; call play(), step() or train() first")
        number = self.epoch if epoch is None else check_int("epoch", epoch, -count, count - 1) % count
        return None if isinstance(self._run, SingleBranchRun) else self._run.trainer, number

    def _inspection(self, epoch: int | None) -> TrainingInspection | RecordedInspection:
        trainer, epoch = self._source(epoch)
        if trainer is not None:
            return trainer._inspection(epoch)  # noqa: SLF001 - not for users
        history = self._run.history
        return RecordedInspection(history, history.network_at(epoch), epoch)
