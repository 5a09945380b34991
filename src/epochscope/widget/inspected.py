"""The methods of a scope that look inside its network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from epochscope.inspection.recorded import RecordedInspection
from epochscope.runs.sliced_run import SlicedRun
from epochscope.validation import check_int

if TYPE_CHECKING:
    from epochscope.inspection.activations import Activations
    from epochscope.runs.run import Run
    from epochscope.training.trainer import Trainer

    from .display import Display


class Inspected:
    """Base class of `EpochScope`: the methods of `Trainer` of the same names, at the epoch that is shown.

    Without a trainer they compute from the weights that are recorded.
    """

    _run: Run
    _display: Display

    def activations(self, epoch: int | None = None, *, layer: int = -1) -> Activations:
        """Return what a recurrent layer computes at every position: hidden state, cell state and gates.

        Parameters
        ----------
        epoch
            The epoch: the network with the weights that made its record. Negative numbers count from the end. Defaults
            to the one that is shown.
        layer
            The layer, from 0 on; negative numbers count from the last one. Defaults to -1, the last one.

        Returns
        -------
        Activations
            Arrays (P, H), e.g. `scope.activations(100).forget`.

        Raises
        ------
        ValueError
            If the epoch or the layer does not exist, if the network cannot be looked into, or if a recording without a
            trainer has no weights of the epoch; the message says why.
        """
        return self._inside.activations(self._at(epoch), layer=layer)

    def free_run(
        self, epoch: int | None = None, *, given: int = 1, corrections: Mapping[int, str] | None = None
    ) -> str:
        """Return what the network says if it reads its own predictions; see `Trainer.free_run`.

        Parameters
        ----------
        epoch
            The epoch; negative numbers count from the end. Defaults to the one that is shown.
        given
            Number of tokens to read from the text, from 1 to P. Defaults to 1.
        corrections
            By position, from 0 on, the token that replaces the prediction there. Defaults to none.

        Returns
        -------
        str
            The tokens that the network says at all P positions.

        Raises
        ------
        ValueError
            See `activations`.
        """
        return self._inside.free_run(self._at(epoch), given=given, corrections=corrections)

    def cut_memory(self, after: int, *, epoch: int | None = None, what: Literal["all", "h", "c"] = "all") -> str:
        """Return what the network predicts if its state after a position is set to zero; see `Trainer.cut_memory`.

        Parameters
        ----------
        after
            The position, from 0 to P - 1.
        epoch
            The epoch; negative numbers count from the end. Defaults to the one that is shown.
        what
            "all" (default), or only the hidden state "h" or the cell state "c" of LSTM layers.

        Raises
        ------
        ValueError
            See `activations`.
        """
        return self._inside.cut_memory(after, epoch=self._at(epoch), what=what)

    def transplant(
        self, source: int, to: int, *, epoch: int | None = None, what: Literal["all", "h", "c"] = "all"
    ) -> str:
        """Return what the network says from `to` on with the state of position `source`; see `Trainer.transplant`.

        Parameters
        ----------
        source, to
            The positions, from 0 to P - 1, in any order.
        epoch
            The epoch; negative numbers count from the end. Defaults to the one that is shown.
        what
            "all" (default), or only the hidden state "h" or the cell state "c" of LSTM layers.

        Raises
        ------
        ValueError
            See `activations`.
        """
        return self._inside.transplant(source, to, epoch=self._at(epoch), what=what)

    @property
    def _inside(self) -> Trainer | RecordedInspection:
        if isinstance(self._run, SlicedRun):
            return self._run.trainer
        return RecordedInspection(self._run.history, self._run.history.network_at)

    def _at(self, epoch: int | None) -> int:
        count = len(self._run.history)
        if isinstance(self._run, SlicedRun) and not count:
            return 0 if epoch is None else check_int("epoch", epoch, 0, 0)  # the initial network
        if not count:
            raise ValueError(f"epoch={epoch!r}: no epoch is recorded yet")
        return check_int("epoch", self._display.epoch if epoch is None else epoch, -count, count - 1) % count
