"""`monitor` records a training loop of the user's and pauses it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from epochscope import EpochScope
from epochscope.widget.monitor import Monitor, monitor
from tests.widget.browser import send

TEXT = "hihello"
TOKENS = ["h", "i", "e", "l", "o"]
X = [0, 1, 0, 2, 3, 3]
Y = [1, 0, 2, 3, 3, 4]


@pytest.fixture
def watched() -> Iterator[Monitor]:
    made = monitor(X, Y, alphabet=TOKENS, check_loss=False)
    yield made
    made.scope.close()


def logits(epoch: int = 0) -> np.ndarray:
    return np.random.default_rng(epoch).normal(size=(1, 6, 5)).astype(np.float32)


def train(watch: Any, epochs: int = 20) -> list[float]:
    """The hihello lab's own loop, with or without a monitor."""
    torch.manual_seed(0)
    x = torch.nn.functional.one_hot(torch.tensor([X]), 5).float()
    y = torch.tensor([Y])
    net = torch.nn.RNN(5, 5, batch_first=True)
    optimizer = torch.optim.Adam(net.parameters(), 0.1)
    losses = []
    for _ in watch.epochs(epochs) if watch else range(epochs):
        optimizer.zero_grad()
        out, _ = net(x)
        loss = torch.nn.functional.cross_entropy(out.view(-1, 5), y.view(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if watch:
            watch.log(loss=loss, logits=out)
    return losses


def test_a_loop_has_the_same_losses_with_and_without_a_monitor(watched: Monitor) -> None:
    assert train(watched) == train(None) == watched.history.losses.tolist()
    assert watched.scope.status == "finished"
    assert watched.scope.epoch == 19


@pytest.mark.parametrize("shape", [(1, 6, 5), (6, 5)])
def test_what_is_logged_is_what_is_recorded(watched: Monitor, shape: tuple[int, ...]) -> None:
    watched.log(loss=torch.tensor(1.5, requires_grad=True), logits=torch.from_numpy(logits()).reshape(shape))
    assert watched.history.losses.tolist() == [1.5]
    np.testing.assert_array_equal(watched.history.predictions[0], logits()[0].argmax(-1))
    assert watched.history.text(0) == "".join(TOKENS[i] for i in logits()[0].argmax(-1))


@pytest.mark.parametrize(
    "alphabet",
    [TOKENS, tuple(TOKENS), {token: i for i, token in enumerate(TOKENS)}],
)
def test_the_inputs_may_be_one_hot_and_the_alphabet_a_dict(alphabet: Any) -> None:
    made = monitor(torch.eye(5)[torch.tensor([X])], torch.tensor([Y]), alphabet=alphabet)
    assert made.history.inputs.tolist() == X
    assert made.history.targets.tolist() == Y
    made.scope.close()


def test_a_text_alone_is_enough() -> None:
    made = monitor(TEXT)
    assert made.history.alphabet.tokens == tuple("ehilo")
    assert made.history.text is not None
    assert [made.history.alphabet[i] for i in made.history.inputs] == list("hihell")
    made.scope.close()


def test_of_sliding_windows_the_text_is_shown_once() -> None:
    indices = np.array([0, 1, 0, 2, 3, 3, 4])
    windows = np.lib.stride_tricks.sliding_window_view(indices, 4)
    made = monitor(windows[:-1], windows[1:], alphabet=TOKENS, check_loss=False)
    assert made.history.targets.tolist() == indices[1:].tolist()
    out = np.random.default_rng(0).normal(size=(3, 4, 5))
    made.log(loss=1.0, logits=out)
    np.testing.assert_array_equal(made.history.predictions[0], [*out[0].argmax(-1), *out[1:, -1].argmax(-1)])
    made.scope.close()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"inputs": X, "targets": Y}, "alphabet is missing"),
        ({"inputs": X}, "targets is missing"),
        ({"inputs": X, "targets": Y[:-1], "alphabet": TOKENS}, "must be the same"),
        ({"inputs": X, "targets": [*Y[:-1], 5], "alphabet": TOKENS}, "targets hold indices from 0 to 5"),
        ({"inputs": np.zeros((1, 6, 5)), "targets": Y, "alphabet": TOKENS}, r"inputs have shape \(1, 6, 5\)"),
        ({"inputs": [0.5] * 6, "targets": Y, "alphabet": TOKENS}, "neither integers nor one-hot"),
        ({"inputs": X, "targets": Y, "alphabet": {"h": 0, "i": 2}}, "must be 0 to 1"),
        ({"inputs": "hihex", "alphabet": TOKENS}, "x"),
    ],
)
def test_invalid_data_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        monitor(**given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"loss": 1.0, "logits": np.zeros((6, 1, 5))}, "batch_first=True"),
        ({"loss": 1.0, "logits": np.zeros((1, 6, 7))}, "the alphabet has 5 tokens"),
        ({"loss": 1.0, "logits": np.zeros((1, 6))}, "look like indices"),
        ({"loss": 1.0, "logits": np.zeros((2, 6, 5))}, "the same 1 x 6 positions"),
        ({"loss": np.zeros(6), "logits": logits()}, r"log loss\.mean\(\)"),
    ],
)
def test_an_invalid_log_is_refused_and_nothing_is_recorded(watched: Monitor, given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        watched.log(**given)
    assert len(watched.history) == 0


def test_an_epoch_without_a_log_is_an_error_that_says_what_to_write(watched: Monitor) -> None:
    with pytest.raises(RuntimeError, match=r"call monitor\.log\(loss=loss, logits=outputs\)") as raised:
        for _ in watched.epochs(3):
            pass
    assert watched.scope.status == "failed"
    assert watched.scope.error is raised.value
    train(watched, 2)
    assert (watched.scope.status, watched.scope.error) == ("finished", None)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interrupted_loop_leaves_a_complete_recording(watched: Monitor, error: type[BaseException]) -> None:
    def loop() -> None:
        for epoch in watched.epochs(10):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 4:
                raise error

    with pytest.raises(error):
        loop()
    assert len(watched.history) == 5
    assert watched.scope.status == "finished"  # not paused: Play could not continue it
    assert watched.scope.player.status["goal"] == 10  # the page shows "Ended at 5 of 10 epochs."
    watched.log(loss=0.5, logits=logits(5))
    assert len(watched.history) == 6


def test_logged_epochs_are_recorded_many_at_a_time(watched: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    appends = spy_on_append(watched.history, monkeypatch)
    for epoch in watched.epochs(500):
        watched.log(loss=epoch, logits=logits(epoch), lr=epoch / 1000)
        if epoch == 7:
            assert watched.history.losses.tolist() == list(range(8))
            assert watched.scope.head == 7
    assert sum(appends) == len(watched.history) == 500
    assert watched.history.losses.tolist() == list(range(500))
    assert watched.history.lrs.tolist() == [epoch / 1000 for epoch in range(500)]
    assert watched.history.predictions.tolist() == [logits(epoch)[0].argmax(-1).tolist() for epoch in range(500)]
    assert len(appends) < 100


@pytest.mark.parametrize("before", [True, False])
def test_an_interrupt_during_recording_neither_loses_nor_duplicates_an_epoch(
    watched: Monitor, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    history = watched.history
    append, pulled = history.append, []

    def interrupted(*args: Any) -> None:
        if len(args[0]) < 3 or pulled:
            return append(*args)
        pulled.append(len(args[0]))
        if not before:
            append(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(history, "append", interrupted)
    logged = 0

    def loop() -> None:
        nonlocal logged
        for epoch in watched.epochs(20_000):
            watched.log(loss=epoch, logits=logits())
            logged = epoch + 1

    with pytest.raises(KeyboardInterrupt):
        loop()
    assert pulled
    assert len(watched.history) in (logged, logged + 1)
    watched.log(loss=-1.0, logits=logits())
    assert watched.history.losses.tolist() == [*range(len(watched.history) - 1), -1.0]


def test_the_prediction_of_float64_logits_is_the_argmax_of_numpy(watched: Monitor) -> None:
    close = np.ones((6, 5))
    close[:, 3] += 1e-12  # lost in float32
    watched.log(loss=1.0, logits=close.astype(np.float32))
    watched.log(loss=1.0, logits=close)
    assert watched.history.predictions.tolist() == [[0] * 6, [3] * 6]


def test_messages_on_other_threads_neither_stop_nor_change_a_loop(
    watched: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, ended = watched.scope.player, threading.Event()
    answers: list[dict[str, Any]] = []
    monkeypatch.setattr(player, "send", lambda content, _buffers: answers.append(content))

    def acknowledge() -> None:
        while not ended.is_set():
            send(player, kind="ack", view="a", revision=0, epochs=len(answers), missed=True)
            player.get_state("recording")

    others = [threading.Thread(target=acknowledge, daemon=True) for _ in range(2)]
    for other in others:
        other.start()
    for epoch in watched.epochs(3000):
        watched.log(loss=epoch, logits=logits())
    ended.set()
    for other in others:
        other.join(10)
        assert not other.is_alive()
    assert watched.history.losses.tolist() == list(range(3000))
    assert answers


def test_epochs_that_are_logged_outside_a_loop_are_published_too() -> None:
    async def work() -> list[int]:
        watch = monitor(X, Y, alphabet=TOKENS, check_loss=False)
        heads: list[int] = []

        def publish(content: Any, buffers: Any = None) -> None:
            heads.append(content.get("start", 0) + content.get("count", 0))

        watch.scope.player.send = publish
        send(watch.scope.player, kind="ack", view="a", revision=0, epochs=0)
        for epoch in range(9):
            watch.log(loss=1.0, logits=logits(epoch))
        while 9 not in heads:  # noqa: ASYNC110 - a timer is awaited
            await asyncio.sleep(0.01)
        watch.scope.close()
        return [head for head in heads if head]

    heads = asyncio.run(asyncio.wait_for(work(), 10))
    assert heads[0] == 1
    assert len(heads) < 9  # not a message for every epoch


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_logits_may_be_of_any_floating_type(watched: Monitor, kind: torch.dtype) -> None:
    given = torch.from_numpy(logits()).to(kind)
    watched.log(loss=torch.tensor(1.5, dtype=kind), logits=given)
    assert watched.history.losses.tolist() == [1.5]
    assert watched.history.predictions[0].tolist() == given[0].argmax(-1).tolist()


@pytest.mark.parametrize("loss", [1.5, np.float32(1.5), np.array([1.5]), [1.5], torch.tensor([[1.5]])])
def test_a_loss_may_be_one_number_of_any_type(watched: Monitor, loss: Any) -> None:
    watched.log(loss=loss, logits=logits())
    assert watched.history.losses.tolist() == [1.5]


def test_a_loop_shows_its_scope_once_and_again_when_its_cell_is_run_again(
    watched: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    displayed: list[object] = []
    cell = ["a", "1"]
    monkeypatch.setattr("IPython.get_ipython", lambda: True)
    monkeypatch.setattr("IPython.display.display", displayed.append)
    monkeypatch.setattr("epochscope.runs.notebook._running_cell", lambda: tuple(cell))
    counts = []
    for cell[:] in (["a", "1"], ["a", "1"], ["b", "2"], ["a", "3"]):
        for epoch in watched.epochs(2):
            watched.log(loss=1.0, logits=logits(epoch))
        counts.append(len(displayed))
    assert counts == [1, 1, 1, 2]
    assert displayed == [watched.scope] * 2


def test_a_scope_that_the_user_displays_is_not_shown_again_by_a_loop(
    watched: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda _: pytest.fail("it is displayed already"))
    watched._repr_mimebundle_()
    for run in "12":
        monkeypatch.setattr("epochscope.runs.notebook._running_cell", lambda run=run: ("a", run))
        for epoch in watched.epochs(2):
            watched.log(loss=1.0, logits=logits(epoch))


def test_what_only_a_trainer_can_do_is_refused(watched: Monitor) -> None:
    scope = watched.scope
    for act in (scope.train, scope.reset, lambda: scope.rewind(0), lambda: scope.branch(0), lambda: scope.trainer):
        with pytest.raises(RuntimeError, match="the training loop is yours"):
            act()


@pytest.mark.parametrize("n", [0, 1.5, True])
def test_an_invalid_number_of_epochs_is_refused(watched: Monitor, n: Any) -> None:
    with pytest.raises(ValueError, match="n="):
        watched.epochs(n)
    assert len(watched.epochs(np.int64(3))) == 3  # type: ignore[arg-type]


def press(scope: EpochScope, command: str, **fields: Any) -> None:
    send(scope.player, kind="command", command=command, **fields)


def is_paused(watched: Monitor) -> bool:
    return watched.scope.status == "paused"


def test_a_browser_pauses_a_for_loop_steps_through_it_and_continues_it(watched: Monitor) -> None:
    scope = watched.scope
    ended = threading.Event()

    def loop() -> None:
        for epoch in watched.epochs(400):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 3:
                press(scope, "pause")
        ended.set()

    thread = threading.Thread(target=loop)
    thread.start()
    wait_for(lambda: is_paused(watched))
    assert len(watched.history) == 4
    press(scope, "step", n=2)
    wait_for(lambda: len(watched.history) == 6 and is_paused(watched))
    press(scope, "speed", speed=1000.0)
    press(scope, "reset")  # ignored: a loop cannot do it
    press(scope, "play", speed=None)
    assert ended.wait(20)
    thread.join()
    assert len(watched.history) == 400
    assert scope.status == "finished"


def test_a_cell_pauses_and_continues_an_async_loop(watched: Monitor) -> None:
    scope = watched.scope

    async def loop() -> None:
        async for epoch in watched.epochs(50):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 9:
                scope.pause()

    async def both() -> int:
        task = asyncio.ensure_future(loop())
        while not is_paused(watched):  # noqa: ASYNC110 - a state is awaited
            await asyncio.sleep(0)
        count = len(watched.history)
        scope.play(speed=None)
        await task
        return count

    assert asyncio.run(both()) == 10
    assert len(watched.history) == 50


@pytest.mark.parametrize("error", [None, ZeroDivisionError])
def test_an_async_loop_that_is_left_early_is_finished(watched: Monitor, error: type[Exception] | None) -> None:
    async def loop() -> None:
        async for epoch in watched.epochs(50):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 4:
                if error is not None:
                    raise error
                break

    with contextlib.suppress(ZeroDivisionError):
        asyncio.run(loop())
    assert (watched.scope.status, len(watched.history)) == ("finished", 5)


def spy_on_append(history: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that collects how many epochs each call of `append` adds."""
    append, sizes = history.append, list[int]()
    monkeypatch.setattr(history, "append", lambda *args: (sizes.append(len(args[0])), append(*args)))
    return sizes


def wait_for(condition: Any) -> None:
    """Wait until `condition()` is true, at most 10 s."""
    poll = threading.Event()
    for _ in range(2000):
        if condition():
            return
        poll.wait(0.005)
    raise AssertionError("the condition was not true within 10 s")
