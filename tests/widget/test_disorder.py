"""Commands from many threads, models that fail at any epoch, losses that are not finite, long texts."""

from __future__ import annotations

import asyncio
import math
import random
import threading
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochscope import EpochScope, Trainer
from epochscope.runs.commands import Command, Pause, Play, Rewind, Step
from epochscope.runs.training_run import TrainingRun
from tests.thoroughness import count
from tests.training.nets import Surprising
from tests.widget.browser import send

TEXT = "hihello"
COMMANDS = ("play", "pause", "step", "rewind", "branch", "speed", "switch_to", "reset")


def message(name: str, rng: random.Random) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "play": {"speed": rng.choice([None, 200.0]), "until": None},
        "step": {"n": rng.randint(1, 3)},
        "rewind": {"epoch": rng.randint(0, 30)},
        "branch": {"epoch": rng.randint(0, 30), "lr": rng.choice([None, 0.01])},
        "speed": {"speed": rng.choice([None, 500.0])},
        "switch_to": {"branch": rng.randint(0, 9)},
    }
    return {"kind": "command", "command": name, **fields.get(name, {})}


def retrained(scope: EpochScope) -> list[float]:
    """Return the losses of an uninterrupted training with the same learning rates."""
    trainer = Trainer(TEXT, seed=0)
    for lr in scope.history.lrs.tolist():
        trainer.lr = lr
        trainer.step()
    return trainer.history.losses.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_commands_from_many_threads_are_carried_out_one_after_another(seed: int) -> None:
    async def work() -> EpochScope:
        scope = EpochScope(TEXT, epochs=60)
        clicks = [(random.Random(f"{seed} {page}"), page) for page in range(4)]

        def click(rng: random.Random, page: int) -> None:
            for index in range(150):
                send(scope.player, **message(rng.choice(COMMANDS), rng))
                has = {"revision": rng.randint(-1, 5), "epochs": rng.randint(0, 40), "hidden": index % 7 == 0}
                send(scope.player, kind="ack", view=f"page{page}", **has)

        threads = [threading.Thread(target=click, args=each) for each in clicks]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert len(asyncio.all_tasks()) <= 2  # this one and that of the run
            assert scope.head == len(scope.history) - 1 >= scope.epoch
            await asyncio.sleep(0)
        await asyncio.sleep(0)  # the last commands arrive
        scope.pause()
        return scope

    scope = asyncio.run(work())
    assert scope.status in ("idle", "paused", "finished")
    assert scope.history.losses.tolist() == retrained(scope)
    scope.close()


def fails() -> float:
    raise ZeroDivisionError("the lecturer's own mistake")


surprises = st.dictionaries(
    st.integers(2, 40), st.sampled_from([fails, lambda: math.nan, lambda: math.inf]), min_size=1, max_size=4
)
commands = st.lists(st.sampled_from([Play(None), Step(3), Pause(), "slices", Rewind(2), Rewind(9)]), max_size=12)


def carry_out(run: TrainingRun, command: Command) -> None:
    """Carry out a command that may be impossible by now, or let the model raise."""
    try:
        command.apply(run)
    except ZeroDivisionError:
        assert run.state == "failed"
        assert isinstance(run.error, ZeroDivisionError)
    except (ValueError, RuntimeError) as error:
        assert "epoch" in str(error)  # noqa: PT017 - refused: there is no such epoch, or the loss is not finite


@settings(max_examples=count(100, 200))
@given(surprises=surprises, commands=commands)
def test_a_model_that_fails_at_any_epoch_leaves_a_complete_recording(
    surprises: dict[int, Any], commands: list[Any]
) -> None:
    async def work() -> TrainingRun:
        run = TrainingRun(Trainer(TEXT, model=Surprising(5, surprises), alphabet="ehilo"), epochs=25)
        for command in commands:
            if command == "slices":
                for _ in range(5):
                    await asyncio.sleep(0)
            else:
                carry_out(run, command)
            check(run)
        carry_out(run, Pause())
        return run

    def check(run: TrainingRun) -> None:
        losses = run.history.losses
        assert np.isfinite(losses[:-1]).all()  # training stops at the first loss that is not finite
        diverged = len(losses) > 0 and not math.isfinite(losses[-1])
        assert (run.status().reason == "diverged") == (diverged and run.error is None)
        assert (run.state == "failed") == (diverged or run.error is not None)
        assert len(losses) - diverged == run.trainer.epoch  # no update is made from it

    with warnings.catch_warnings(record=True) as warned:  # a warning if epochs are repeated differently
        warnings.simplefilter("always")
        run = asyncio.run(work())
        run.trainer.model.surprises.clear()  # pyright: ignore[reportCallIssue, reportAttributeAccessIssue]
        if run.status().reason == "diverged":
            run.rewind(len(run.history) - 1)
        run.step()
        check(run)
        losses = run.history.losses.tolist()
        run.rewind(0)
        run.step(len(losses))
    assert warned or run.history.losses.tolist() == losses
    run.close()


def test_a_text_of_a_hundred_thousand_characters_is_trained_and_shown() -> None:
    scope = EpochScope("the quick brown fox " * 5_000)
    scope.step()
    assert len(scope.history.text(0)) == 99_999
    assert len(scope.player.get_state("recording")["recording"]) > scope.history.bytes_per_epoch
    scope.close()
