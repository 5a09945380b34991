"""What a scope and a run of a comparison tell about their run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epochscope.history import History
from epochscope.recording.run_script import script_of
from epochscope.runs.branches import Branch
from epochscope.runs.run import State

from .inspected import Inspected

if TYPE_CHECKING:
    from epochscope.training.trainer import Trainer


class OfRun(Inspected):
    """Base class: recording, trainer, branches and state of a run, and what looks inside its network."""

    @property
    def history(self) -> History:
        """The recording of the current branch."""
        return self._run.history

    @property
    def trainer(self) -> Trainer:
        """The trainer of the current branch; `branch` and `switch_to` change it.

        Raises
        ------
        RuntimeError
            If the scope shows a recording, or a training loop of your own.
        """
        return self._run.trainer

    @property
    def branches(self) -> tuple[Branch, ...]:
        """All branches of the run, in the order in which they were made; `current` marks the one that is shown."""
        return self._run.branches()

    def code(self) -> str:
        """Return the run as a plain PyTorch program, as one would write it without this package.

        The program needs torch only. It repeats the current branch, with all changes of learning rate and of other
        settings of the optimizer, and prints loss and text of each epoch. After it has run, `losses` has the recorded
        losses: the same bit for bit where torch and the kind of processor are the same, otherwise perhaps rounded
        differently. Before the first epoch, it is the program of the run that is about to be trained. The button
        "Code" of the player shows it, too.

        Returns
        -------
        str
            Python source.

        Raises
        ------
        ValueError
            If no program can be told, e.g. because the network is a module of yours; the message says why.

        Examples
        --------
        >>> code = EpochScope("hihello", seed=2).code()
        >>> [line for line in code.splitlines() if "seed" in line]
        ['# The seed decides the initial weights', 'torch.manual_seed(2)']
        """
        return script_of(self._run.spec)

    @property
    def status(self) -> State:
        """The state of the run: "idle", "training", "paused", "finished" or "failed"."""
        return self._run.status().state

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the run, raised by your model or your training loop; None if there was none."""
        return self._run.error
