"""A loop that the user writes, recorded and held."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from epochscope.runs.commands import Pause, Play, Reset, Speed, Step
from epochscope.widget.monitor import Monitor, monitor

TEXT = "hihello"
TOKENS = ["h", "i", "e", "l", "o"]
X = [0, 1, 0, 2, 3, 3]
Y = [1, 0, 2, 3, 3, 4]


@pytest.fixture
def watched() -> Iterator[Monitor]:
    made = monitor(X, Y, alphabet=TOKENS)
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


def test_a_loop_learns_the_same_with_and_without_a_monitor(watched: Monitor) -> None:
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


def test_sliding_windows_show_the_text_once() -> None:
    indices = np.array([0, 1, 0, 2, 3, 3, 4])
    windows = np.lib.stride_tricks.sliding_window_view(indices, 4)
    made = monitor(windows[:-1], windows[1:], alphabet=TOKENS)
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
        ({"inputs": X, "targets": Y[:-1], "alphabet": TOKENS}, "expected the same"),
        ({"inputs": X, "targets": [*Y[:-1], 5], "alphabet": TOKENS}, "targets hold indices from 0 to 5"),
        ({"inputs": np.zeros((1, 6, 5)), "targets": Y, "alphabet": TOKENS}, r"inputs have shape \(1, 6, 5\)"),
        ({"inputs": [0.5] * 6, "targets": Y, "alphabet": TOKENS}, "neither whole numbers nor one-hot"),
        ({"inputs": X, "targets": Y, "alphabet": {"h": 0, "i": 2}}, "expected 0 to 1"),
        ({"inputs": "hihex", "alphabet": TOKENS}, "x"),
    ],
)
def test_what_cannot_be_watched_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        monitor(**given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"loss": 1.0, "logits": np.zeros((6, 1, 5))}, "batch_first=True"),
        ({"loss": 1.0, "logits": np.zeros((1, 6, 7))}, "the alphabet has 5 tokens"),
        ({"loss": 1.0, "logits": np.zeros((1, 6))}, "look like indices"),
        ({"loss": 1.0, "logits": np.zeros((2, 6, 5))}, "goes into the loss"),
        ({"loss": np.zeros(6), "logits": logits()}, r"log loss\.mean\(\)"),
    ],
)
def test_what_cannot_be_logged_is_refused_and_nothing_is_recorded(
    watched: Monitor, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        watched.log(**given)
    assert len(watched.history) == 0


def test_an_epoch_without_a_log_is_an_error_that_says_what_to_write(watched: Monitor) -> None:
    with pytest.raises(RuntimeError, match=r"call monitor\.log\(loss=loss, logits=outputs\)"):
        for _ in watched.epochs(3):
            pass
    assert watched.scope.status == "failed"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_a_loop_that_is_interrupted_leaves_a_whole_recording(watched: Monitor, error: type[BaseException]) -> None:
    def loop() -> None:
        for epoch in watched.epochs(10):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 4:
                raise error

    with pytest.raises(error):
        loop()
    assert len(watched.history) == 5
    assert watched.scope.status == "finished"  # not paused: no Play from outside could make it go on
    assert watched.scope._source.status()["goal"] == 5  # and no room is kept for the other five
    watched.log(loss=0.5, logits=logits(5))
    assert len(watched.history) == 6


def test_logged_epochs_are_recorded_many_at_a_time(watched: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    source = watched.scope._source
    appends = spy_on_append(source.history, monkeypatch)
    for epoch in watched.epochs(500):
        watched.log(loss=epoch, logits=logits(epoch), lr=epoch / 1000)
        if epoch == 7:
            assert watched.history.losses.tolist() == list(range(8))  # whoever reads it has all of it
            assert watched.scope.head == 7
    assert sum(appends) == len(watched.history) == 500
    assert watched.history.losses.tolist() == list(range(500))
    assert watched.history.lrs.tolist() == [epoch / 1000 for epoch in range(500)]
    assert watched.history.predictions.tolist() == [logits(epoch)[0].argmax(-1).tolist() for epoch in range(500)]
    assert len(appends) < 100


@pytest.mark.parametrize("before", [True, False])
def test_an_interrupt_while_epochs_are_recorded_loses_none_and_doubles_none(
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


def test_the_likeliest_token_of_float64_logits_is_that_of_numpy(watched: Monitor) -> None:
    close = np.ones((6, 5))
    close[:, 3] += 1e-12  # lost in float32
    watched.log(loss=1.0, logits=close.astype(np.float32))
    watched.log(loss=1.0, logits=close)
    assert watched.history.predictions.tolist() == [[0] * 6, [3] * 6]


def test_messages_on_another_thread_neither_stop_nor_spoil_a_loop(
    watched: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, ended, answers = watched.scope._stage, threading.Event(), []
    monkeypatch.setattr(stage.player, "send", lambda content, _buffers: answers.append(content))

    def listen() -> None:
        while not ended.is_set():
            have = {"kind": "have", "view": "a", "revision": 0, "epochs": len(answers), "gap": True}
            stage._hear(None, have, None)
            stage._pack()

    others = [threading.Thread(target=listen, daemon=True) for _ in range(2)]
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


def test_what_is_logged_outside_a_loop_is_published_too() -> None:
    async def session() -> list[tuple[str, int]]:
        watch = monitor(X, Y, alphabet=TOKENS)
        told: list[tuple[str, int]] = []
        source: Any = watch.scope._source
        source.listener.on_epochs = lambda: told.append(("epochs", len(source.history)))
        source.listener.on_state = lambda: told.append(("state", len(source.history)))
        for epoch in range(9):
            watch.log(loss=1.0, logits=logits(epoch))
        for _ in range(400):
            if told[-1] == ("state", 9):
                break
            await asyncio.sleep(0.01)
        watch.scope.close()
        return told

    told = asyncio.run(session())
    assert told[0] == ("epochs", 1)
    assert told[-1] == ("state", 9)
    assert len(told) < 9  # not a message for every epoch


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_logits_may_be_of_any_floating_type(watched: Monitor, kind: torch.dtype) -> None:
    given = torch.from_numpy(logits()).to(kind)
    watched.log(loss=torch.tensor(1.5, dtype=kind), logits=given)
    assert watched.history.losses.tolist() == [1.5]
    assert watched.history.predictions[0].tolist() == given[0].argmax(-1).tolist()


@pytest.mark.parametrize("loss", [1.5, np.float32(1.5), np.array([1.5]), [1.5], torch.tensor([[1.5]])])
def test_a_loss_may_be_any_one_number(watched: Monitor, loss: Any) -> None:
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
    monkeypatch.setattr("IPython.display.display", lambda _: pytest.fail("it is on show already"))
    watched._repr_mimebundle_()
    for run in "12":
        monkeypatch.setattr("epochscope.runs.notebook._running_cell", lambda run=run: ("a", run))
        for epoch in watched.epochs(2):
            watched.log(loss=1.0, logits=logits(epoch))


def test_a_loop_cannot_be_rewound_from_outside(watched: Monitor) -> None:
    with pytest.raises(RuntimeError, match="the loop is yours"):
        watched.scope.reset()
    with pytest.raises(ValueError, match="n=0"):
        watched.epochs(0)


def held(watched: Monitor) -> bool:
    return watched.scope.status == "paused"


def test_pause_holds_a_for_loop_step_lets_it_make_one_epoch_and_play_lets_it_go(watched: Monitor) -> None:
    source = watched.scope._source
    seen: list[int] = []
    ended = threading.Event()

    def loop() -> None:
        for epoch in watched.epochs(400):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 3:
                source.post(Pause())
        ended.set()

    thread = threading.Thread(target=loop)
    thread.start()
    wait_for(lambda: held(watched))
    seen.append(len(watched.history))
    source.post(Step(2))
    wait_for(lambda: len(watched.history) == seen[0] + 2 and held(watched))
    source.post(Speed(1000.0))
    source.post(Reset())  # a loop cannot obey this, and is not harmed by it
    source.post(Play(None))
    assert ended.wait(20)
    thread.join()
    assert seen == [4]
    assert len(watched.history) == 400
    assert watched.scope.status == "finished"


def test_an_async_loop_lets_others_run_and_is_held_too(watched: Monitor) -> None:
    source = watched.scope._source

    async def loop() -> None:
        async for epoch in watched.epochs(50):
            watched.log(loss=1.0, logits=logits(epoch))
            if epoch == 9:
                source.post(Pause())

    async def both() -> int:
        task = asyncio.ensure_future(loop())
        while not held(watched):  # noqa: ASYNC110 - what is awaited is a state
            await asyncio.sleep(0)
        count = len(watched.history)
        source.post(Play(None))
        await task
        return count

    assert asyncio.run(both()) == 10
    assert len(watched.history) == 50


def spy_on_append(history: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many epochs each call of `append` brings."""
    append, sizes = history.append, list[int]()
    monkeypatch.setattr(history, "append", lambda *args: (sizes.append(len(args[0])), append(*args)))
    return sizes


def wait_for(condition: Any) -> None:
    """Until `condition()` holds; a hung loop fails here rather than for ever."""
    poll = threading.Event()
    for _ in range(2000):
        if condition():
            return
        poll.wait(0.005)
    raise AssertionError("it did not happen within 10 s")
