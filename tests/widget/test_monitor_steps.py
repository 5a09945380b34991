"""`monitor` with a loop over steps: which are recorded, their places, several texts, and passes of the model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from epochscope.runs import probe_pass
from epochscope.widget.monitor import Monitor, monitor
from tests.widget.browser import send
from tests.widget.test_monitor import wait_for

TOKENS = list("ehilo")
V = len(TOKENS)
TRAIN, HELD_OUT = "hihello", "hello"


class Embedded(nn.Module):
    """A GRU over indices, with dropout, that counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embedding = nn.Embedding(V, 4)
        self.dropout = nn.Dropout(0.5)
        self.gru = nn.GRU(4, 6, batch_first=True)
        self.output = nn.Linear(6, V)
        self.calls: list[tuple[torch.Size, bool, bool]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls.append((x.shape, self.training, torch.is_grad_enabled()))
        return self.output(self.gru(self.dropout(self.embedding(x)))[0])


def logits(seed: int = 0, positions: int = 6) -> torch.Tensor:
    return torch.randn(1, positions, V, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def watched() -> Iterator[Monitor]:
    made = monitor(TRAIN, alphabet=TOKENS)
    yield made
    made.scope.close()


@pytest.fixture
def both() -> Iterator[Monitor]:
    made = monitor({"train": TRAIN, "held out": HELD_OUT}, alphabet=TOKENS)
    yield made
    made.scope.close()


@pytest.mark.parametrize(
    ("n", "every", "recorded"),
    [
        (10, 3, [0, 3, 6, 9]),
        (11, 3, [0, 3, 6, 9, 10]),
        (3, 1, [0, 1, 2]),
        (5, 50, [0, 4]),
        (1, 50, [0]),
        (4, 4, [0, 3]),
    ],
)
def test_multiples_and_the_last_step_are_recorded(watched: Monitor, n: int, every: int, recorded: list[int]) -> None:
    due = []
    for step in watched.steps(n, every=every):
        if watched.due:
            due.append(step)
        watched.log(loss=float(step), logits=logits(step))
    assert due == recorded
    assert watched.history.losses.tolist() == watched.history.places.tolist() == recorded
    assert watched.history.axis == "step"
    assert [probe.name for probe in watched.history.probes] == ["probe"]
    assert watched.scope.player.status["goal"] == len(recorded)
    assert watched.scope.status == "finished"
    assert watched.due


@pytest.mark.parametrize(
    ("options", "axis", "places"),
    [
        ({"tokens": 320}, "token", [0, 1280, 2560, 2880]),
        ({"per_epoch": 4}, "epoch", [0, 1, 2, 2.25]),
    ],
)
def test_places_count_what_was_done_before_the_step(
    watched: Monitor, options: dict[str, int], axis: str, places: list[float]
) -> None:
    for step in watched.steps(10, every=4, **options):
        watched.log(loss=float(step), logits=logits(step))
    assert watched.history.axis == axis
    assert watched.history.places.tolist() == places


def test_a_step_that_is_not_recorded_reads_nothing_of_what_it_is_given(watched: Monitor) -> None:
    class Untouched:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    untouched: Any = Untouched()
    for step in watched.steps(6, every=5):
        if step in (0, 5):
            watched.log(loss=1.0, logits=logits())
        else:
            watched.log(loss=untouched, probe=untouched, lr=untouched, scalars=untouched)
    assert len(watched.history) == 2


def test_a_second_loop_goes_on_from_the_last_step(watched: Monitor) -> None:
    numbers = []
    for step in watched.steps(6, every=4, tokens=10):
        watched.log(loss=1.0, logits=logits())
        numbers.append(step)
    for step in watched.steps(5, every=4, tokens=100):  # a larger batch from here on
        watched.log(loss=1.0, logits=logits())
        numbers.append(step)
    assert numbers == list(range(11))
    assert watched.history.places.tolist() == [0, 40, 50, 60 + 200, 60 + 400]
    watched.log(loss=1.0, logits=logits())  # after the last step
    assert watched.history.places[-1] == 60 + 500


def test_a_loop_that_was_left_goes_on_after_the_step_where_that_was(watched: Monitor) -> None:
    for step in watched.steps(100, every=5):
        watched.log(loss=1.0, logits=logits())
        if step == 12:
            break
    assert watched.scope.status == "finished"
    assert next(iter(watched.steps(3))) == 13


def test_a_step_that_a_loop_begins_and_leaves_before_it_is_logged_is_not_counted(watched: Monitor) -> None:
    for _, _ in zip(watched.steps(100), "abc", strict=False):  # the shorter one ends after step 3 has begun
        watched.log(loss=1.0, logits=logits())
    for _ in watched.steps(2):
        watched.log(loss=1.0, logits=logits())
    assert watched.history.places.tolist() == [0, 1, 2, 3, 4]


def test_a_loop_that_was_left_open_ends_when_the_next_one_begins_and_cannot_go_on(watched: Monitor) -> None:
    opened = iter(watched.steps(100))
    for _ in range(5):
        next(opened)
        watched.log(loss=1.0, logits=logits())
    closed = iter(watched.steps(100))
    next(closed)
    for step in watched.steps(4):
        if step == 6:
            with pytest.raises(RuntimeError, match="another loop of this monitor has begun"):
                next(opened)
            closed.close()
            assert watched.scope.status == "training"
        watched.log(loss=2.0, logits=logits())
    assert watched.history.places.tolist() == list(range(9))
    assert watched.scope.status == "finished"


def test_an_interrupt_while_a_loop_is_displayed_ends_it(watched: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    steps = watched.steps(5)
    monkeypatch.setattr(steps, "_show", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(iter(steps))
    assert watched.scope.status == "finished"
    watched.log(loss=1.0, logits=logits())  # outside a loop
    for _ in watched.steps(2):
        watched.log(loss=1.0, logits=logits())
    assert watched.history.places.tolist() == [0, 0, 1]


def test_the_axis_cannot_change(watched: Monitor) -> None:
    for _ in watched.steps(2):
        watched.log(loss=1.0, logits=logits())
    with pytest.raises(RuntimeError, match=r"has recorded steps: go on with monitor.steps\(n\), or make a new monitor"):
        next(iter(watched.epochs(2)))
    with pytest.raises(RuntimeError, match=r"a new monitor for monitor.steps\(n, tokens=...\)"):
        next(iter(watched.steps(2, tokens=5)))
    other = monitor(TRAIN)
    other.log(loss=1.0, logits=logits())
    with pytest.raises(RuntimeError, match=r"has recorded epochs: go on with monitor.epochs\(n\)"):
        next(iter(other.steps(2)))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"n": 0}, "n=0"),
        ({"n": 2, "every": 0}, "every=0"),
        ({"n": 2, "every": 1.5}, r"every=1\.5"),
        ({"n": 2, "tokens": 0}, "tokens=0"),
        ({"n": 2, "per_epoch": "3"}, "per_epoch='3'"),
        ({"n": 2, "tokens": 5, "per_epoch": 3}, "tokens=5 and per_epoch=3: .* pass one of them"),
    ],
)
def test_impossible_steps_are_refused(watched: Monitor, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        watched.steps(**arguments)


def test_a_loop_that_logs_nothing_is_an_error_at_its_first_step_and_later_gaps_are_none(watched: Monitor) -> None:
    with pytest.raises(RuntimeError, match=r"step 0 was not logged: call monitor.log\(loss=loss, probe=model\)"):
        for _ in watched.steps(100, every=10):
            pass
    assert watched.scope.status == "failed"
    for step in watched.steps(6, every=2):
        if step != 4:
            watched.log(loss=1.0, logits=logits())
    assert watched.history.places.tolist() == [2, 6]


def test_a_step_may_be_logged_only_once(watched: Monitor) -> None:
    def loop() -> None:
        for _ in watched.steps(3):
            watched.log(loss=1.0, logits=logits())
            watched.log(loss=1.0, logits=logits())

    with pytest.raises(RuntimeError, match=r"step 0 is logged already: .* several texts"):
        loop()


def test_the_losses_of_steps_are_not_compared_with_the_logits(watched: Monitor) -> None:
    for _ in watched.steps(4):
        watched.log(loss=9.0, logits=logits())  # a warning would be an error
    assert watched.history.losses.tolist() == [9.0] * 4


def test_a_page_pauses_steps_and_step_goes_on_to_the_next_record(watched: Monitor) -> None:
    seen: list[int] = []
    ended = threading.Event()

    def loop() -> None:
        for step in watched.steps(100, every=10):
            watched.log(loss=1.0, logits=logits())
            seen.append(step)
            if step == 13:
                send(watched.scope.player, kind="command", command="pause")
        ended.set()

    thread = threading.Thread(target=loop)
    thread.start()
    wait_for(lambda: watched.scope.status == "paused")
    assert seen[-1] == 13
    send(watched.scope.player, kind="command", command="step", n=2)
    wait_for(lambda: seen[-1] == 30 and watched.scope.status == "paused")
    send(watched.scope.player, kind="command", command="play", speed=None)
    assert ended.wait(20)
    thread.join()
    assert len(watched.history) == 11


def test_steps_can_be_looped_over_with_async_for(watched: Monitor) -> None:
    async def loop() -> None:
        async for _ in watched.steps(50, every=20):
            watched.log(loss=1.0, logits=logits())

    asyncio.run(loop())
    assert watched.history.places.tolist() == [0, 20, 40, 49]


def test_a_page_that_shows_the_monitor_gets_the_axis_when_the_loop_begins(watched: Monitor) -> None:
    sent: list[Any] = []
    watched.scope.player.send_state = lambda key=None: sent.append(key)
    references = [each.kind for each in watched.history.references]
    revision = watched.scope.player.status["revision"]
    for _ in watched.steps(2):
        watched.log(loss=1.0, logits=logits())
    assert sent[0] == "recording"
    assert watched.scope.player.status["revision"] == revision + 1
    assert len(references) > 1
    assert [each.kind for each in watched.history.references] == ["uniform"]
    if watched.scope.chart is not None:
        assert [each.kind for each in watched.scope.chart.references] == ["uniform"]


# -- several texts ----------------------------------------------------------------------------------------------------


def test_several_texts_are_recorded_one_after_another(both: Monitor) -> None:
    one, other = logits(1), logits(2, 4)
    both.log(loss=1.0, logits={"held out": other, "train": one})
    history = both.history
    assert [tuple(probe) for probe in history.probes] == [("train", 0, 6), ("held out", 6, 10)]
    assert history.predictions[0].tolist() == torch.cat([one[0], other[0]]).argmax(-1).tolist()
    assert history.probe("held out").text(0) == "".join(TOKENS[i] for i in other[0].argmax(-1))
    assert history.axis is None


def test_the_reference_losses_of_several_texts_are_those_of_no_text_in_pages_and_pictures(both: Monitor) -> None:
    right = [functional.one_hot(torch.tensor([TOKENS.index(t) for t in text[1:]]), V) for text in (TRAIN, HELD_OUT)]
    for epoch in both.epochs(2):
        both.log(loss=1.0, logits={"train": 9.0 * epoch * right[0], "held out": 9.0 * epoch * right[1]})
    assert [each.kind for each in both.history.references] == ["uniform"]
    alone = both.history.probe("train")
    assert [each.kind for each in alone.references][1] == "previous"
    assert ("knowing 1 previous" in alone.to_svg(), "knowing 1 previous" in both.history.to_svg()) == (True, False)


def test_a_loss_that_is_left_out_is_the_cross_entropy_of_the_first_text(both: Monitor) -> None:
    one = logits(1)
    for _ in both.steps(1):
        both.log(logits={"train": one, "held out": logits(2, 4)})
    targets = torch.tensor([TOKENS.index(token) for token in TRAIN[1:]])
    assert both.history.losses[0] == pytest.approx(functional.cross_entropy(one[0], targets).item(), abs=1e-6)


def test_windows_and_pairs_of_texts_are_accepted() -> None:
    x = torch.tensor([[0, 1, 2], [1, 2, 3]])
    made = monitor({"windows": (x, x + 1), "text": "hi"}, alphabet=TOKENS)
    assert made.history.inputs.tolist() == [0, 1, 2, 3, 1]
    made.log(loss=1.0, logits={"windows": torch.zeros(2, 3, V), "text": torch.zeros(1, V)})
    assert len(made.history) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"inputs": {}, "alphabet": TOKENS}, "an empty dict"),
        ({"inputs": {"a": TRAIN}}, "alphabet is missing: with several texts"),
        ({"inputs": {"a": "x"}, "alphabet": TOKENS}, r"inputs\['a'\]: .*at least 2 tokens"),
        ({"inputs": {"a": "hx"}, "alphabet": TOKENS}, r"inputs\['a'\]: .*'x'"),
        ({"inputs": {"a": 3}, "alphabet": TOKENS}, r"inputs\['a'\]: 3: must be a text, or a pair"),
        ({"inputs": {"a": (1, 2, 3)}, "alphabet": TOKENS}, r"inputs\['a'\]: .*must be a text, or a pair"),
        ({"inputs": {1: TRAIN}, "alphabet": TOKENS}, "the name of a text 1"),
        ({"inputs": {" ": TRAIN}, "alphabet": TOKENS}, "the name of a text ' '"),
        ({"inputs": {str(i): TRAIN for i in range(17)}, "alphabet": TOKENS}, "17 texts: must be at most 16"),
        ({"inputs": {"a": TRAIN, "b": TRAIN}, "alphabet": TOKENS, "model": Embedded()}, "given with 2 texts"),
    ],
)
def test_impossible_texts_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        monitor(**given)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"logits": logits()}, r"must be a dict with the logits of each text, \['train', 'held out'\]"),
        ({"logits": {"train": logits()}}, r"logits are \['train'\]: must be a dict"),
        ({"logits": {"train": logits(), "held out": logits()}}, "the logits of 'held out': logits have shape"),
        ({"logits": logits(), "probe": Embedded()}, "both given"),
        ({}, "logits are None.*probe=model"),
        ({"probe": logits()}, "probe is a Tensor: .*pass its outputs as logits="),
        ({"probe": Embedded}, "probe is the class Embedded"),
        ({"probe": "model"}, "probe is 'model'"),
        ({"probe": Embedded(), "loss": "x"}, "loss is 'x'"),
        ({"probe": Embedded(), "scalars": [1]}, "scalars is a list: must be a dict"),
        ({"probe": Embedded(), "scalars": {"norm": "x"}}, r"scalars\['norm'\] is 'x'"),
        ({"probe": Embedded(), "scalars": {"norm": torch.zeros(2)}}, r"scalars\['norm'\] has shape \(2,\)"),
        ({"probe": Embedded(), "scalars": {1: 1.0}}, "the scalar 1"),
        ({"probe": Embedded(), "scalars": {"loss": 1.0}}, "the scalar 'loss'.*pass loss="),
        ({"probe": Embedded(), "scalars": {str(i): 1.0 for i in range(300)}}, "300 different names"),
    ],
)
def test_an_impossible_log_of_several_texts_is_refused_and_nothing_is_recorded(
    both: Monitor, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        both.log(**given)
    assert len(both.history) == 0


def test_scalars_are_recorded_and_may_begin_later(watched: Monitor) -> None:
    for step in watched.steps(3):
        norm = {} if step == 0 else {"norm": torch.tensor(step * 2.0), "seconds": np.float32(step)}
        watched.log(loss=1.0, logits=logits(), scalars=norm)
    scalars = watched.history.scalars
    assert list(scalars) == ["norm", "seconds"]
    np.testing.assert_array_equal(scalars["norm"], [np.nan, 2, 4])


# -- passes of the model ----------------------------------------------------------------------------------------------


def test_the_model_is_called_without_gradients_in_evaluation_mode_which_is_restored_part_by_part(both: Monitor) -> None:
    model = Embedded()
    model.gru.eval()  # a part that the user has frozen
    random = torch.get_rng_state()
    both.log(probe=lambda inputs: model(inputs) + torch.rand(1))
    assert model.calls == [((1, 6), False, False), ((1, 4), False, False)]
    assert (model.training, model.gru.training, model.dropout.training) == (True, False, True)
    assert torch.get_rng_state().equal(random)
    model.eval()
    both.log(probe=model)
    expected = model(torch.tensor(both.history.inputs[None, :6]))[0].argmax(-1)
    assert both.history.predictions[1][:6].tolist() == expected.tolist()


def test_the_mode_is_restored_after_an_error_which_says_what_the_model_was_given(watched: Monitor) -> None:
    model = Embedded()
    model.embedding = nn.Embedding(2, 4)  # indices are out of range
    with pytest.raises(IndexError) as raised:
        watched.log(probe=model)
    assert model.training
    notes = getattr(raised.value, "__notes__", ["a Tensor of shape (1, 6), the inputs of 'probe'"])
    assert "a Tensor of shape (1, 6), the inputs of 'probe'" in notes[0]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: model,
        lambda model: lambda x: (model(x), None),
        lambda model: lambda x: SimpleNamespace(logits=model(x)),
        lambda model: lambda x: {"logits": model(x)},
        lambda model: lambda x: model(x)[0],
        lambda model: model.forward,
    ],
)
def test_logits_are_found_in_what_a_model_returns_and_its_modules_in_a_function(watched: Monitor, wrap: Any) -> None:
    model = Embedded()
    watched.log(probe=wrap(model))
    assert model.calls == [((1, 6), False, False)]
    assert model.training
    assert len(watched.history) == 1


class Holder:
    """An object that has a module, and is none."""

    def __init__(self, net: nn.Module) -> None:
        self.net = net

    def predict(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x)


def _with_an_empty_cell(model: nn.Module) -> Any:
    def called(x: torch.Tensor) -> torch.Tensor:
        return model(x) if x is not None else later(x)

    if model is None:
        later = model
    return called


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: (lambda nets: lambda x: nets[0](x))([model]),
        lambda model: (lambda nets: lambda x: nets["a"](x))({"a": model}),
        lambda model: (lambda holder: lambda x: holder.net(x))(Holder(model)),
        lambda model: (lambda trainer: lambda x: trainer.net.net(x))(Holder(Holder(model))),  # type: ignore[arg-type]
        lambda model: Holder(model).predict,
        lambda model: (lambda helper: lambda x: helper(x))(lambda x: model(x)),
        lambda model: lambda x, net=model: net(x),
        lambda model: partial(lambda net, x: net(x), model),
        _with_an_empty_cell,
    ],
)
def test_a_module_behind_a_function_is_found(watched: Monitor, wrap: Any) -> None:
    model = Embedded()
    watched.log(probe=wrap(model))
    assert model.calls == [((1, 6), False, False)]
    assert model.training


def test_a_function_without_a_module_is_called_with_one_warning(watched: Monitor) -> None:
    hidden = iter([Embedded(), Embedded()])

    def loop() -> None:
        for _ in watched.steps(2):
            watched.log(probe=lambda x: next(hidden)(x))

    with pytest.warns(UserWarning, match=r"no torch module was found.*monitor\(..., model=module\)") as warned:
        loop()
    assert [each.filename for each in warned] == [__file__]


def test_a_model_that_writes_into_its_inputs_changes_no_later_pass(watched: Monitor) -> None:
    class Writing(Embedded):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = super().forward(x)
            x.zero_()
            return out

    model, one_hot = Writing(), functional.one_hot(torch.tensor([[0, 1, 2]]), V).float()
    for _ in watched.steps(2):
        watched.log(probe=model)
    assert watched.history.predictions[0].tolist() == watched.history.predictions[1].tolist()
    monitor(one_hot, torch.tensor([[1, 2, 3]]), alphabet=TOKENS).log(probe=Zeroed())
    assert one_hot.sum() == 3


class Zeroed(nn.Module):
    """Writes into its input."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.zero_() + 1


def test_a_model_that_reads_one_hot_vectors_gets_what_the_monitor_got() -> None:
    x = functional.one_hot(torch.tensor([[0, 1, 2]]), V).float()
    made = monitor(x, torch.tensor([[1, 2, 3]]), alphabet=TOKENS)
    model = nn.LSTM(V, V, batch_first=True)
    made.log(probe=model)
    assert made.history.predictions[0].tolist() == model(x)[0][0].argmax(-1).tolist()


class LastOnly(nn.Module):
    """Like nanoGPT: without targets it returns the logits of the last position alone."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(V, V)

    def forward(
        self, idx: torch.Tensor, targets: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        out = self.table(idx)
        return (out[:, [-1], :], None) if targets is None else (out, functional.cross_entropy(out[0], targets[0]))


def test_a_model_that_predicts_the_last_position_alone_is_refused_with_what_to_pass(watched: Monitor) -> None:
    model = LastOnly()
    with pytest.raises(ValueError, match=r"a LastOnly returned logits of shape \(1, 1, 5\) for 'probe'") as raised:
        watched.log(probe=model)
    assert "probe=lambda inputs: model(inputs, inputs)[0]" in str(raised.value)
    watched.log(probe=lambda inputs: model(inputs, inputs)[0])
    assert len(watched.history) == 1


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (None, "returned None for 'probe': must be logits"),
        ("logits", "returned 'logits'"),
        ((None, logits()), "returned a tuple of 2, first None"),
        (torch.zeros(1, 6, 9), "the last axis has 9 entries but the alphabet has 5 tokens"),
        (torch.zeros(1, V, 6), r"return outputs.transpose\(1, 2\)"),
        (torch.zeros(1, 6, V).argmax(-1), "return the logits, before argmax"),
        (torch.zeros(1, 6, V, dtype=torch.long), "must be floating-point"),
        (torch.zeros(3, 7, V), "return the tensor that goes into the loss"),
    ],
)
def test_a_function_that_returns_no_logits_is_refused(watched: Monitor, returned: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        watched.log(probe=lambda _: returned)
    assert len(watched.history) == 0


def test_a_probe_in_a_loop_over_epochs_is_not_compared_with_the_loss(watched: Monitor) -> None:
    for _ in watched.epochs(3):
        watched.log(loss=9.0, probe=Embedded())
    assert watched.history.axis is None
    assert len(watched.history) == 3


def test_the_search_for_the_module_of_a_function_ends_in_large_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, parts_of = 0, probe_pass._parts_of

    def counted(value: Any) -> list[Any]:
        nonlocal looked
        looked += 1
        return parts_of(value)

    monkeypatch.setattr(probe_pass, "_parts_of", counted)
    large = [[[0] * 100 for _ in range(100)] for _ in range(100)]
    assert probe_pass._modules_of(lambda: large, torch) == []
    assert looked < 2 * probe_pass.MOST_VALUES
