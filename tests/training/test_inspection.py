"""`Trainer.activations`, `free_run`, `cut_memory` and `transplant`."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from epochscope.inspection import experiments
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.training.network_of import network_of
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .classic import LONG_SENTENCE, SENTENCE
from .nets import Dropping, Embedding, Table

CELLS = ["rnn", "lstm", "gru"]


class Transformer(nn.Module):
    """One layer of causal attention."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(tokens, 16)
        self.place = nn.Embedding(100, 16)
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.2, batch_first=True)
        self.out = nn.Linear(16, tokens)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        t = x.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(t)
        return self.out(self.layer(self.embed(x) + self.place(torch.arange(t)), mask))


class Own(nn.Module):
    """Embedding, two layers with dropout between them, and an output layer."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(tokens, 6)
        self.rnn = nn.GRU(6, 12, 2, dropout=0.3, batch_first=True)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(12, tokens)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden, state = self.rnn(self.embed(x))
        return self.out(self.drop(hidden)), state


def numpy_network(trainer: Trainer) -> NumpyNetwork:
    batch = trainer._batch
    recognized = network_of(trainer.model, batch.encode, batch.shown_inputs, len(trainer.alphabet), batch.window)
    return NumpyNetwork(recognized.network, recognized.weights(trainer.model))


def first_difference(a: str, b: str) -> int:
    return next((p for p, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), len(a))


@settings(max_examples=count(30, 200))
@given(
    st.text("abcde ", min_size=3, max_size=16).filter(lambda text: len(set(text)) > 1),
    st.integers(0, 10_000),
    st.sampled_from(CELLS),
    st.integers(1, 40),
)
def test_a_free_run_goes_wrong_where_the_first_prediction_is_wrong(text: str, seed: int, cell: str, n: int) -> None:
    """Accurate with teacher forcing, wrong when generating: Graph2SMILES#10, seq2seq-attn#89."""
    trainer = Trainer(text, seed=seed, cell=cell, readout=bool(seed % 2))
    trainer.train(n)
    trainer.step()  # so that record n is that of the network before the last update
    history, target = trainer.history, text[1:]
    free = trainer.free_run(n)
    assert (free == target) == bool(history.correct[n].all())
    assert first_difference(free, target) == history.first_error[n] == first_difference(history.text(n), target)
    assert trainer.generate(text[0], len(target), at=n)[1:] == free


@settings(max_examples=count(40, 200))
@given(st.integers(0, 10_000), st.sampled_from(CELLS), st.integers(1, 60), st.integers(1, 11))
def test_what_is_needed_to_correct_a_free_run_is_one_token_for_each_wrong_position(
    seed: int, cell: str, n: int, given: int
) -> None:
    text = "hello world!"
    trainer = Trainer(text, seed=seed, cell=cell)
    trainer.train(n)
    target = text[1:]
    predictions = trainer.cut_memory(len(target) - 1)
    corrections: dict[int, str] = {}
    for _ in target:
        wrong = first_difference(trainer.free_run(given=given, corrections=corrections), target)
        if wrong < len(target):
            corrections[wrong] = target[wrong]
    assert sorted(corrections) == [p for p in range(len(target)) if predictions[p] != target[p]]


@pytest.mark.parametrize("options", [{}, {"window": 7}, {"num_layers": 2, "readout": True}])
@pytest.mark.parametrize("cell", CELLS)
def test_the_free_run_is_what_generate_says_and_what_numpy_computes(cell: str, options: dict[str, Any]) -> None:
    trainer = Trainer(SENTENCE, cell=cell, seed=2, **options)
    corrections = {5: "I", 6: "k", 17: " "}
    indices = {position: trainer.alphabet.tokens.index(token) for position, token in corrections.items()}
    said = set()
    for _ in range(8):
        trainer.train(3)
        network, inputs = numpy_network(trainer), trainer.history.inputs
        for k in (1, 2, 11, 23):
            free = trainer.free_run(given=k)
            said.add(free)
            assert SENTENCE[:k] + free[k - 1 :] == trainer.generate(SENTENCE[:k], 24 - k)
            assert trainer.history.join(experiments.free_run(network, inputs, k)) == free
            corrected = trainer.history.join(experiments.free_run(network, inputs, k, indices))
            assert trainer.free_run(given=k, corrections=corrections) == corrected
            assert [corrected[p] for p in corrections] == list(corrections.values())
    assert len(said) > 4


@pytest.mark.parametrize("window", [None, 7])
@pytest.mark.parametrize("cell", CELLS)
def test_rereading_the_text_is_the_same_as_a_state_of_zeros(cell: str, window: int | None) -> None:
    trainer = Trainer(SENTENCE, cell=cell, seed=9, window=window)
    trainer.train(60)
    network, inputs = numpy_network(trainer), trainer.history.inputs
    whole = trainer.history.join(read(network, inputs, window).predictions)
    results = [trainer.cut_memory(after) for after in range(23)]
    expected = [experiments.cut_memory(network, inputs, after, window=window) for after in range(23)]
    assert results == [trainer.history.join(tokens) for tokens in expected]
    assert results[-1] == whole
    assert len(set(results)) > (3 if window else 8)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cut_after_the_last_position_leaves_the_predictions_of_the_record(cell: str) -> None:
    trainer = Trainer(SENTENCE, cell=cell, seed=2)
    trainer.train(40)
    assert [trainer.cut_memory(22, epoch=e) for e in (0, 13, 39)] == [trainer.history.text(e) for e in (0, 13, 39)]


@pytest.mark.parametrize("cell", CELLS)
def test_a_transplant_to_the_same_position_is_the_free_run_from_there(cell: str) -> None:
    trainer = Trainer(SENTENCE, cell=cell, seed=2, num_layers=2, readout=True)
    trainer.train(12)
    for t in range(23):
        assert trainer.transplant(t, t) == trainer.free_run(given=t + 1)[t:]
        assert len(trainer.transplant(5, t)) == 23 - t


def test_the_state_remembers_where_it_was() -> None:
    trainer = Trainer(SENTENCE, readout=True)
    trainer.train(40)
    assert trainer.history[30].accuracy == 1
    assert trainer.transplant(4, to=10, epoch=30) == SENTENCE[5:18]
    assert trainer.transplant(10, to=4, epoch=30).startswith(SENTENCE[11:])


@pytest.mark.parametrize("method", ["transplant", "cut_memory"])
def test_only_h_or_only_c_can_be_changed(method: str) -> None:
    trainer = Trainer(SENTENCE, seed=2)
    trainer.train(60)
    network, inputs = numpy_network(trainer), trainer.history.inputs
    places = [(4, 10), (10, 4), (15, 3)] if method == "transplant" else [(after,) for after in range(20)]
    results = []
    for what in ("all", "h", "c"):
        results.append([getattr(trainer, method)(*place, what=what) for place in places])
        expected = [getattr(experiments, method)(network, inputs, *place, what) for place in places]
        assert results[-1] == [trainer.history.join(tokens) for tokens in expected]
    assert len(set(map(tuple, results))) == 3


@pytest.mark.parametrize("options", [{"readout": True}, {"num_layers": 2}, {"window": 6}])
@pytest.mark.parametrize("cell", CELLS)
def test_the_activations_are_those_of_torch(cell: str, options: dict[str, Any]) -> None:
    trainer = Trainer("hihello, world", cell=cell, seed=3, **options)
    trainer.train(50)
    past = trainer.branch(20)
    x = past._batch.inputs
    with torch.no_grad():
        hidden = past.model.rnn(x)[0]  # pyright: ignore[reportCallIssue]
    look = trainer.activations(20)
    np.testing.assert_allclose(look.hidden, past._batch.copy_shown(hidden)[0].numpy(), atol=1e-5)
    assert look.epoch == 20
    assert trainer.activations().epoch == 50
    assert not np.allclose(trainer.activations().hidden, look.hidden, atol=1e-2)


def test_the_layer_is_chosen() -> None:
    trainer = Trainer("hihello", num_layers=3)
    trainer.train(2)
    assert trainer.activations().hidden.tolist() == trainer.activations(layer=2).hidden.tolist()
    assert trainer.activations(layer=0).hidden.tolist() != trainer.activations(layer=1).hidden.tolist()
    with pytest.raises(ValueError, match="layer=3: must be an integer from -3 to 2"):
        trainer.activations(layer=3)


def test_every_recorded_epoch_can_be_looked_into() -> None:
    trainer = Trainer(SENTENCE, seed=2, cell="gru")
    then: list[Any] = []
    for _ in range(30):
        then.append([trainer.activations().hidden.tolist(), trainer.free_run(), trainer.cut_memory(5)])
        trainer.step()
    for e in (0, 7, 29):
        assert [trainer.activations(e).hidden.tolist(), trainer.free_run(e), trainer.cut_memory(5, epoch=e)] == then[e]
    assert trainer.free_run(30) == trainer.free_run()
    for call in (trainer.activations, trainer.free_run, lambda epoch: trainer.cut_memory(0, epoch=epoch)):
        for epoch in (31, -1, True):
            with pytest.raises(ValueError, match=f"epoch={epoch}: must be an integer from 0 to 30"):
                call(epoch)


def inspect(trainer: Trainer) -> None:
    """Call everything that looks inside, now and at an earlier epoch."""
    for epoch in (None, 3):
        trainer.free_run(epoch, given=2, corrections={3: trainer.alphabet.tokens[0]})
        trainer.cut_memory(2, epoch=epoch)
        for call in (trainer.activations, lambda epoch: trainer.transplant(1, 2, epoch=epoch)):
            unknown = isinstance(trainer.model, (Dropping, Transformer))
            with pytest.raises(ValueError, match=r"^no recurrent|^BatchNorm1d") if unknown else nullcontext():
                call(epoch)


@pytest.mark.parametrize("name", ["built-in", "windows", "dropout", "batch norm", "Transformer"])
def test_training_goes_on_bit_for_bit_as_without(name: str) -> None:
    def make() -> Trainer:
        torch.manual_seed(1)
        if name in ("built-in", "windows"):
            return Trainer("hihello", window=4 if name == "windows" else None)
        if name == "batch norm":
            return Trainer("hihello", model=Dropping(5), lr=0.02)
        return Trainer("hihello", model=Own(5) if name == "dropout" else Transformer(5), inputs="index", lr=0.02)

    straight = make().train(40)
    trainer = make()
    trainer.train(20)
    next(iter(trainer.model.children())).eval()
    modes = [module.training for module in trainer.model.modules()]
    buffers = [buffer.clone() for buffer in trainer.model.buffers()]
    world = torch.get_rng_state()
    inspect(trainer)
    assert torch.equal(torch.get_rng_state(), world)
    assert [module.training for module in trainer.model.modules()] == modes
    assert all(torch.equal(*pair) for pair in zip(trainer.model.buffers(), buffers, strict=True))
    next(iter(trainer.model.children())).train()
    assert trainer.train(20).losses.tolist() == straight.losses.tolist()
    assert trainer.history == straight


def test_an_interrupted_update_is_undone_before_the_network_is_looked_into() -> None:
    straight, trainer = Trainer(SENTENCE), Trainer(SENTENCE)
    for each in (straight, trainer):
        each.train(20)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    hook = trainer.optimizer.register_step_post_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        trainer.step()
    hook.remove()
    assert trainer.epoch == 20
    assert trainer.activations().hidden.tolist() == straight.activations().hidden.tolist()


def test_a_network_with_dropout_of_its_own_is_looked_into_without_dropout() -> None:
    torch.manual_seed(0)
    trainer = Trainer("hihello", model=Own(5), inputs="index", lr=0.02)
    trainer.train(30)
    look = trainer.activations(layer=0)
    model = trainer.model.eval()
    with torch.no_grad():
        hidden = model.rnn(model.embed(trainer._batch.inputs))[0][0]  # pyright: ignore[reportCallIssue]
    model.train()
    np.testing.assert_allclose(trainer.activations().hidden, hidden.numpy(), atol=1e-5)
    assert look.hidden.shape == (6, 12)
    assert trainer.transplant(2, 2) == trainer.free_run(given=3)[2:]


def test_a_transformer_runs_freely_and_reads_again_but_has_nothing_to_look_into() -> None:
    torch.manual_seed(0)
    trainer = Trainer(SENTENCE, model=Transformer(14), inputs="index", lr=0.01)
    trainer.train(120)
    free = trainer.free_run(given=3, corrections={8: "I"})
    assert free[8] == "I"
    assert trainer.free_run() == trainer.generate(" ", 23)[1:]
    rest = trainer.model.eval()(trainer._batch.inputs[:, 7:])[0].argmax(-1)
    trainer.model.train()
    assert trainer.cut_memory(6)[7:] == trainer.history.join(rest)
    assert trainer.cut_memory(6) != trainer.cut_memory(22)
    reason = r"^no recurrent layer of torch found in Transformer: nn\.RNN, nn\.LSTM, nn\.GRU"
    for call in (
        trainer.activations,
        lambda: trainer.transplant(1, 2),
        lambda: trainer.cut_memory(1, what="h"),
        lambda: trainer.transplant(1, 2, what="c"),
    ):
        with pytest.raises(ValueError, match=reason):
            call()


def test_a_model_for_one_length_says_that_it_cannot_read_parts() -> None:
    trainer = Trainer("abcabc", model=Table(5, 3))
    trainer.train(3)
    with pytest.raises(ValueError, match=r"^model=Table: must read parts of the text, .* it failed with RuntimeError"):
        trainer.free_run()
    with pytest.raises(ValueError, match=r"^model=Table: must read parts of the text"):
        trainer.cut_memory(1)
    assert len(trainer.cut_memory(4)) == 5
    assert len(trainer.free_run(given=5)) == 5


ARGUMENTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "given 0": ("free_run", {"given": 0}, "given=0: must be an integer from 1 to 6"),
    "given too many": ("free_run", {"given": 7}, "given=7: must be an integer from 1 to 6"),
    "no mapping": (
        "free_run",
        {"corrections": "h"},
        r"corrections='h': must map positions to tokens; pass",
    ),
    "no token": ("free_run", {"corrections": {1: "x"}}, r"corrections=\{1: 'x'\}: 'x' must be a token of the alphabet"),
    "an index": ("free_run", {"corrections": {1: 2}}, r"corrections=\{1: 2\}: 2 must be a token of the alphabet"),
    "no position": (
        "free_run",
        {"corrections": {6: "h"}},
        r"corrections=\{6: 'h'\}: position=6: must be an",
    ),
    "after -1": ("cut_memory", {"after": -1}, "after=-1: must be an integer from 0 to 5"),
    "after the end": ("cut_memory", {"after": 6}, "after=6: must be an integer from 0 to 5"),
    "no part": ("cut_memory", {"after": 1, "what": "cell"}, "what='cell': must be one of 'all', 'h', 'c'"),
    "c of a GRU": (
        "cut_memory",
        {"after": 1, "what": "c"},
        r"what='c': GRU layers have no cell state c beside h",
    ),
    "h of a GRU": ("transplant", {"source": 1, "to": 2, "what": "h"}, "what='h': GRU layers .* pass what=\"all\""),
    "no source": ("transplant", {"source": 6, "to": 2}, "source=6: must be an integer from 0 to 5"),
    "no target": ("transplant", {"source": 1, "to": 2.5}, r"to=2\.5: must be an integer from 0 to 5"),
    "no part to move": ("transplant", {"source": 1, "to": 2, "what": "g"}, "what='g': must be one of"),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_an_impossible_argument_is_refused(name: str) -> None:
    method, arguments, message = ARGUMENTS[name]
    trainer = Trainer("hihello", cell="gru")
    trainer.step()
    with pytest.raises(ValueError, match=f"^{message}"):
        getattr(trainer, method)(**arguments)


def test_words_are_joined_as_in_the_recording() -> None:
    trainer = Trainer(["나는", "생각한다", "고로", "나는", "🙂", "존재한다"], cell="gru")
    trainer.train(40)
    assert trainer.history[-1].accuracy == 1
    assert trainer.free_run(corrections={1: "🙂"}).split()[:2] == ["생각한다", "🙂"]
    assert trainer.free_run() == "생각한다 고로 나는 🙂 존재한다"
    assert trainer.transplant(0, to=3) == "생각한다 고로"
    assert trainer.cut_memory(0).split()[0] == "생각한다"


@pytest.mark.parametrize("text", ["나는 생각한다, 고로 나는 존재한다.", "🙂🙃🙂🙂🤖", LONG_SENTENCE])
def test_any_text_can_be_looked_into(text: str) -> None:
    trainer = Trainer(text, readout=True, window=None if len(text) < 100 else 20)
    trainer.train(20)
    positions = len(text) - 1
    assert trainer.activations().forget.shape == (positions, len(set(text)))
    assert len(trainer.free_run()) == positions
    assert len(trainer.cut_memory(2)) == positions
    assert len(trainer.transplant(positions - 1, to=1)) == positions - 1


def test_ignored_positions_are_read_as_any_other() -> None:
    """Padding: deeplearningzerotoall/PyTorch lab-12_7."""
    trainer = Trainer("abcab__", criterion=nn.CrossEntropyLoss(ignore_index=0), alphabet="_abc")
    trainer.train(40)
    assert trainer.activations().hidden.shape == (6, 4)
    assert trainer.free_run()[:4] == "bcab"
    assert trainer.history.first_error[-1] == 6


def test_index_inputs_are_looked_into() -> None:
    torch.manual_seed(0)
    trainer = Trainer("hihello", model=Embedding(5), inputs="index")
    trainer.train(5)
    assert trainer.activations().hidden.shape == (6, 5)
    assert trainer.transplant(3, 3) == trainer.free_run(given=4)[3:]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_other_precisions_can_be_looked_into(dtype: torch.dtype) -> None:
    trainer = Trainer("hihello", model=Own(5).to(dtype), inputs="index", optimizer="sgd")
    trainer.train(3)
    assert trainer.activations().hidden.dtype == np.float64
    assert trainer.free_run() == trainer.generate("h", 6)[1:]
    assert len(trainer.cut_memory(2)) == 6
