"""What a scope and a run of a comparison tell about their run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from epochscope.history import History
from epochscope.recording.read_spec import read_spec
from epochscope.recording.run_script import script_of
from epochscope.recording.spec_text import to_text
from epochscope.recording.verification import Verification, verify
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
        with self._run.lock:
            return script_of(self._run.spec)

    @property
    def status(self) -> State:
        """The state of the run: "idle", "training", "paused", "finished" or "failed"."""
        return self._run.status().state

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the run, raised by your model or your training loop; None if there was none."""
        return self._run.error

    def spec(self) -> dict[str, Any]:
        """Return what reproduces the run: the text, and what differs from the classic lab.

        `EpochScope.from_spec` makes the same run again, as does the script of `code()`. It is of the current branch, up
        to the last recorded epoch: the options, and from which epoch on the optimizer had other settings, e.g.
        {"lr@80": 0.01}. A rewind repeats what it discards, and a branch begins as the run that it leaves, so they are
        not in it, and neither are other branches. Weights that were changed by hand are not noticed; `verify` does.

        Returns
        -------
        dict
            A JSON object. A recorded run has `check`, the fingerprint of its losses, and `made`, what computed them:
            PyTorch's version, what the processor can do, and for large networks the number of threads.

        Raises
        ------
        ValueError
            If no spec reproduces the run: it has a network, criterion or hooks of your own, another optimizer, a
            training loop of your own, or comes from a page or an older file. The message says why.
        """
        with self._run.lock:
            return self._run.spec().to_json()

    def spec_url(self, base: str = "") -> str:
        """Return the spec as text, e.g. "epochscope:1?text=hihello&cell=lstm&output=0&lr=0.1&seed=2&epochs=300".

        Parameters
        ----------
        base
            The address of a page, for a link to it. That of a playground is opened with the options that its form has;
            it says which ones it does not have, and its initial weights are not those of torch. Defaults to none.

        Raises
        ------
        ValueError
            If no spec reproduces the run, see `spec`; if `base` is no address without #; or if the text takes more than
            4,096 characters.
        """
        with self._run.lock:
            return to_text(self._run.spec(), base)

    def verify(self, spec: Mapping[str, Any] | str | None = None) -> Verification:
        """Compare the recorded losses with the fingerprint of a spec.

        Parameters
        ----------
        spec
            What `spec` or `spec_url` of another run returned. Defaults to what `EpochScope.from_spec` was given.

        Returns
        -------
        Verification
            It is true if the run repeats the other one bit for bit, and prints as a sentence. PyTorch promises the same
            numbers only on the same machine with the same version: others round differently, so that a run may be the
            same up to some epoch.

        Raises
        ------
        ValueError, TypeError
            If `spec` is invalid.
        """
        expected = self._run.given_spec if spec is None else read_spec(spec)
        here = None
        with self._run.lock:
            history = self._run.history
            with suppress(ValueError):
                here = self._run.spec()
        losses = history.losses
        return verify(expected, losses, here, over=bool(len(losses)) and not bool(np.isfinite(losses[-1])))
