"""`EpochScope`: the widget that trains a network and shows its recording."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from epochscope.dependencies import explain_missing
from epochscope.files import write_atomic
from epochscope.history import Epoch, History
from epochscope.recording import file as recording_file
from epochscope.recording.read_spec import read_spec
from epochscope.runs.branches import Branch
from epochscope.runs.commands import until_of
from epochscope.runs.followed_run import FollowedRun
from epochscope.runs.replay_run import ReplayRun
from epochscope.runs.run import Run
from epochscope.runs.training_run import TrainingRun
from epochscope.validation import check_bool, check_int, check_positive

from .asking import Asking
from .exported_training import exported
from .exported_weights import Choice, saved_weights
from .html import page
from .of_run import OfRun
from .scope_display import ScopeDisplay
from .shown import check_lang

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from epochscope.training.options import TrainerOptions
    from epochscope.training.trainer import Trainer

    from .loss_chart import LossChart
    from .player import Player


class EpochScope(OfRun, Asking):
    """Watch a small network learn a text, epoch by epoch.

    Parameters
    ----------
    text
        The text to learn. The tokens of a `str` are its code points; a sequence of strings gives the tokens themselves.
    epochs
        The length of a run. Defaults to 300.
    lang
        The language of the controls, "en" or "ko". Defaults to that of the browser.
    **options
        The options of `Trainer`: cell, hidden_size, num_layers, readout, forget_bias, window, alphabet, model,
        optimizer, lr, seed, device and so on.

    Raises
    ------
    ValueError
        If an option is invalid.
    TypeError
        If `text` is a trainer or a recording; use `from_trainer` or `from_history`.
    ImportError
        If PyTorch is not installed; `load` and `from_history` need none.
    """

    instead = "copy or pickle scope.history or scope.trainer, or write the recording with scope.save(path)"

    def __init__(
        self,
        text: str | Sequence[str],
        *,
        epochs: int = 300,
        lang: str | None = None,
        **options: Unpack[TrainerOptions],
    ) -> None:
        if isinstance(text, History):
            raise TypeError("text is a History; use EpochScope.from_history(history)")
        from epochscope.training.options import check_trainer_options

        with explain_missing():
            from epochscope.training.trainer import Trainer

        if isinstance(text, Trainer):
            raise TypeError("text is a Trainer; use EpochScope.from_trainer(trainer)")
        check_trainer_options(options, ["text", "epochs", "lang"])
        self._show(TrainingRun(Trainer(text, **options), epochs=epochs), lang)

    @classmethod
    def from_trainer(cls, trainer: Trainer, *, epochs: int = 300, lang: str | None = None) -> Self:
        """Show an existing trainer with what it has recorded so far, and train it on.

        Parameters
        ----------
        trainer
            The trainer.
        epochs, lang
            See `EpochScope`.
        """
        return cls._from_run(TrainingRun(trainer, epochs=epochs), lang=lang)

    @classmethod
    def from_history(cls, history: History, *, lang: str | None = None) -> Self:
        """Replay a recording. Needs no torch."""
        return cls._from_run(ReplayRun(history), lang=lang)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, follow: bool = False, lang: str | None = None) -> Self:
        """Replay a recording that `save` or a monitor wrote. Needs no torch.

        Parameters
        ----------
        path
            The file.
        follow
            Whether to show what is appended to the file, too: `monitor(..., path=path)` writes it in another process.
            The status is "training" while that process writes, "finished" once it is done, and "failed" if it ended
            before, or the file was deleted or replaced. The file is made when the loop begins. Defaults to False.
        lang
            See `EpochScope`.

        Raises
        ------
        ValueError
            If the file is not a recording, or with `follow` not one that a monitor writes.
        FileNotFoundError
            If there is no file, e.g. since the loop that writes it has not begun yet.
        OSError
            If it cannot be read.
        """
        if check_bool("follow", follow):
            return cls._from_run(FollowedRun(path), lang=lang)
        return cls.from_history(History.load(path), lang=lang)

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any] | str, *, lang: str | None = None) -> Self:
        """Make the run again that a spec describes. Nothing is trained by itself; `epochs` is the length of the run.

        Where training reaches the epochs at which settings were changed, it changes them too, also after a rewind and
        in branches, but not a setting that you have changed yourself. `verify` then compares the losses.

        Parameters
        ----------
        spec
            What `spec` or `spec_url` returned: a dict, a text that begins with "epochscope:1?", or an address with the
            fields behind its #, also that of a playground. Nothing in it is evaluated, and its size is checked before
            anything is made.
        lang
            See `EpochScope`.

        Raises
        ------
        ValueError
            If a value is invalid, or the run would be too large; the message names the field.
        TypeError
            If a field does not exist.
        ImportError
            If PyTorch is not installed.

        Examples
        --------
        >>> scope = EpochScope("hihello", seed=2, epochs=30)
        >>> history = scope.train()
        >>> again = EpochScope.from_spec(scope.spec())
        >>> history = again.train()
        >>> print(again.verify())
        repeats it bit for bit: the losses of all 30 epochs are the same
        """
        read = read_spec(spec)
        with explain_missing():
            from epochscope.training.from_spec import trainer_of

        run = TrainingRun(trainer_of(read), epochs=read.epochs)
        run.given_spec = read
        return cls._from_run(run, lang=lang)

    @classmethod
    def _from_run(cls, run: Run, *, lang: str | None) -> Self:
        scope = cls.__new__(cls)
        scope._show(run, lang)  # noqa: SLF001 - same class
        return scope

    def _show(self, run: Run, lang: str | None) -> None:
        lang = check_lang(lang)
        self._run = run
        self._display = ScopeDisplay(run, lang)
        super().__init__(self._display)

    def _pause(self) -> None:
        if isinstance(self._run, TrainingRun):
            self._run.pause()

    def _picture(self) -> str | None:
        return self.history.to_svg() if len(self.history) else None

    @property
    def player(self) -> Player:
        """The widget with the text, the learning map and the playback controls."""
        self._open()
        return self._display.player

    @property
    def chart(self) -> LossChart | None:
        """The loss chart; None if bqplot is not installed."""
        self._open()
        return self._display.chart

    @property
    def head(self) -> int:
        """The last recorded epoch; -1 before the first."""
        return self._display.head

    @property
    def epoch(self) -> int:
        """The cursor: the epoch that is shown; -1 before the first. A browser reports it when it stops moving."""
        return self._display.epoch

    def play(
        self,
        *,
        speed: float | None = 12.0,
        epochs: int | None = None,
        until_loss: float | None = None,
        until_all_correct: bool = False,
    ) -> None:
        """Train in the background, from the head on. The cell ends at once; `await scope.finished()` waits.

        Training stops at the first of the given conditions; without one, at the end of the run. It pauses when the
        output that shows the scope is cleared or its cell is deleted, unless `finished` is awaited; it continues while
        the page is closed or reloaded.

        Parameters
        ----------
        speed
            Epochs per second; None is as fast as possible. Defaults to 12.
        epochs
            Stop when this many epochs are recorded in total.
        until_loss
            Stop when the loss is below this value, in nats per token.
        until_all_correct
            Stop when all predictions are correct.

        Raises
        ------
        TrainingDiverged
            If the last loss is not finite.
        RuntimeError
            If there is no event loop as in Jupyter, or if the scope does not train.
        """
        if speed is not None:
            speed = check_positive("speed", speed)
        self._run.play(speed, until_of(epochs, until_loss, all_correct=until_all_correct))
        self._follow_head()

    def pause(self) -> None:
        """Stop after the current epoch."""
        self._run.pause()

    def step(self, n: int = 1) -> Epoch:
        """Train `n` epochs now and return the last one; stop early if a loss is not finite.

        Raises TrainingDiverged if the last loss was not finite before this call.
        """
        self._run.step(check_int("n", n, 1))
        self._follow_head()
        return self.history[-1]

    def _follow_head(self) -> None:
        self._display.seek(self.head)

    def seek(self, epoch: int) -> None:
        """Show `epoch`; negative numbers count from the end."""
        count = len(self.history)
        if not count:
            raise ValueError(f"epoch={epoch!r}: no epoch is recorded yet; call play(), step() or train() first")
        self._display.seek(check_int("epoch", epoch, -count, count - 1) % count)

    def rewind(self, epoch: int) -> None:
        """Restore weights, optimizer and random state of just before `epoch`, and discard the epochs from there on."""
        self._run.rewind(epoch)
        self._follow_head()

    def branch(self, epoch: int, *, lr: float | None = None, **optimizer_options: Any) -> Branch:
        """Continue from before `epoch` was trained on a new branch, and keep the current one.

        Parameters
        ----------
        epoch
            The first epoch that is trained again.
        lr
            The new learning rate. Defaults to the one of that epoch.
        **optimizer_options
            New values of other options of the optimizer, e.g. `momentum=0.9` or `weight_decay=0.01`.

        Returns
        -------
        Branch
            The new branch, which is now the current one.

        Raises
        ------
        ValueError
            If `epoch` is out of range, if the optimizer has no such option, or if the model cannot be copied.
        """
        self._run.branch(epoch, lr, **optimizer_options)
        self._follow_head()
        return next(branch for branch in self.branches if branch.current)

    def switch_to(self, branch: int | Branch) -> None:
        """Make another branch the current one.

        Parameters
        ----------
        branch
            One of `branches`, or its id.
        """
        self._run.switch_to(branch.id if isinstance(branch, Branch) else check_int("branch", branch, 0))
        self._follow_head()

    def reset(self, seed: int | None = None) -> None:
        """Discard all epochs and branches; restore the initial weights, or make those of another `seed`."""
        self._run.reset(seed)
        self._follow_head()

    def train(self, n: int | None = None) -> History:
        """Train `n` epochs now, and return the recording.

        Parameters
        ----------
        n
            The number of epochs. Defaults to those that are left of the run.

        Raises
        ------
        TrainingDiverged
            If the last loss is not finite when it starts.
        """
        return self._run.train(n)

    async def finished(self) -> History:
        """Wait until the run is no longer training, and return the recording. Raises what your model raised."""
        return await self._run.finished()

    def save(self, path: str | os.PathLike[str], *, weights: Choice | None = None) -> None:
        """Write the recording to a file; `EpochScope.load(path)` replays it.

        Parameters
        ----------
        path
            The file to write (.npz).
        weights
            The epochs whose weights are saved too, so that the network can be looked into without torch: "all"; a
            number of epochs, spread evenly, with the first and the last one; or "auto", those that take little space
            and time. 300 epochs of a network of 1,680 weights take 0.9 MB. Defaults to None: those that the panels have
            asked for so far.

        Raises
        ------
        ValueError
            If `weights` is invalid, or the network cannot be looked into; the message says why.
        OSError
            If the file cannot be written; an existing file then stays as it was.
        """
        with self._run.lock:
            recording_file.save(path, self.history, saved_weights(self._run, weights))

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        title: str | None = None,
        chart: bool = True,
        weights: Choice | None = "auto",
        train: bool = False,
        embed: bool = False,
    ) -> str | None:
        """Export the recording as one HTML page that replays in any browser, without network or kernel.

        It opens at the last epoch; an address that ends in e.g. "#epoch=184" opens it at that one.

        A question that is asked is in the page too, without the answers that were given, unless Python has revealed it.

        The page of a long recording, of more than 64 MB of records (about 10,000 of 500 positions), is thinned, as is
        what a notebook saves of it: it has the losses and scores of all records, but the text and the learning map of
        up to 1,024 records spread over the run, and of the last ones, only; the page says so. `save` writes everything.

        Parameters
        ----------
        path
            The file to write, e.g. "run.html"; an existing file is replaced. Without one the page is returned.
        title
            The heading. Defaults to the text, shortened if it is long.
        chart
            Whether to include the loss chart, which takes about 0.5 MB. Without it, or without bqplot, the page has the
            player only, whose timeline shows the loss too. Defaults to True.
        weights
            The epochs for which the page can look inside the network: "all"; a number of epochs, spread evenly, with
            the first and the last one; or None. 300 epochs of a network of 1,680 weights take 1.2 MB. Defaults to
            "auto": all epochs if their weights take at most about 2 MB and a second to read, otherwise up to 64 that
            take little time, and none if the network cannot be looked into.
        train
            Whether to include the states of the optimizer at these epochs. The page can train on from each epoch whose
            weights it has; with the states, the optimizer goes on as it would have here, without them it starts anew.
            The optimizer must be `torch.optim.Adam` or `SGD`. Adam has two numbers for each weight, so "auto" takes
            fewer epochs: of 300 epochs of the classic lab every second one. That page takes 2.2 MB without the chart,
            3.7 MB with weights="all", and 1.3 MB with the weights of all epochs but no states. Of a loop of your own,
            which `monitor` shows, a page knows neither the loss nor the optimizer: it goes on with a new Adam, or a
            new SGD if `history.metadata` has "optimizer": "SGD", but only if the cross entropy of the epoch where it
            starts is the recorded loss. Defaults to False.
        embed
            Whether the page is for an `<iframe>` in another page: without heading and margin. In a frame it reports its
            height, so that the page around it can make the frame as tall, and follows the theme that it receives,
            by default that of the reader's system. The script of the page around it::

                addEventListener("message", ({ source, data }) => {
                  for (const frame of document.querySelectorAll("iframe"))
                    if (source === frame.contentWindow && data?.epochscope === "height")
                      frame.style.height = `${data.height}px`;
                });
                frame.contentWindow.postMessage({ epochscope: "theme", theme: "dark" }, "*"); // or "light", "auto"

            An address that ends in "#theme=dark" says the theme too. Defaults to False.

        Returns
        -------
        str or None
            The page if `path` is None.

        Raises
        ------
        ValueError
            If nothing is recorded yet, an argument is invalid, the network cannot be looked into, `train` is True and a
            page cannot go on with this training, or a question is asked about a long recording; the message says why.
        OSError
            If the file cannot be written.
        """
        with self._run.lock:
            branches = self._run.old_branches()
            also = self._questions.inspected_epoch(0)
            known, training = exported(self._run, weights, also, states=check_bool("train", train))
            lang = self._display.player.lang
            html = page(
                self.history,
                title,
                chart=chart,
                lang=lang,
                old_branches=branches,
                weights=known,
                training=training,
                question=self._questions.exported(),
                embed=check_bool("embed", embed),
            )
        if path is None:
            return html
        write_atomic(path, html.encode())
        return None

    def __repr__(self) -> str:
        return f"EpochScope, {self.status}: {self.history!r}" if "_display" in self.__dict__ else "EpochScope"
