"""What `compare` accepts, what it refuses, and how it names the runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from epochscope import Comparison, EpochScope, Trainer, compare

TEXT = "hihello"


def lengths(comparison: Comparison) -> list[int]:
    return [len(run.history) for run in comparison.runs]


def test_a_list_gives_each_run_its_own_value() -> None:
    comparison = compare(TEXT, cell=["rnn", "lstm", "gru"], seed=9, epochs=5)
    assert comparison.labels == ("RNN", "LSTM", "GRU")
    comparison.train()
    for run, cell in zip(comparison.runs, ("rnn", "lstm", "gru"), strict=True):
        assert run.history == Trainer(TEXT, cell=cell, seed=9).train(5)


def test_several_lists_go_together_value_by_value() -> None:
    comparison = compare(TEXT, cell=["rnn", "lstm"], lr=[0.1, 0.01])
    assert comparison.labels == ("RNN, lr 0.1", "LSTM, lr 0.01")


def test_runs_of_all_kinds_can_be_mixed(tmp_path: Path) -> None:
    scope, trainer, path = EpochScope(TEXT, cell="rnn"), Trainer(TEXT, cell="gru"), tmp_path / "run.npz"
    history = Trainer(TEXT).train(4)
    history.save(path)
    comparison = compare(TEXT, scope, trainer, history, path, {"readout": True}, labels=list("abcde"), epochs=6)
    comparison.train()
    assert lengths(comparison) == [300, 6, 4, 4, 6]
    assert comparison["d"].history == history
    assert comparison["b"].history is trainer.history


def test_a_scope_and_its_comparison_show_the_same_run() -> None:
    scope = EpochScope(TEXT, epochs=4)
    comparison = compare(scope, EpochScope(TEXT, cell="rnn", epochs=4))
    comparison.train()
    assert scope.head == 3
    scope.rewind(2)
    assert lengths(comparison) == [2, 4]
    comparison.close()
    scope.train(1)
    assert scope.head == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: compare(TEXT), "compare needs 2 to 6"),
        (lambda: compare(EpochScope(TEXT)), "1 run: compare needs 2 to 6"),
        (lambda: compare(TEXT, seed=list(range(7))), "7 runs.*2 to 6.*sweep"),
        (lambda: compare(*[EpochScope(TEXT)] * 2), "runs 0 and 1 are the same run"),
        (lambda: compare(TEXT, cell=["rnn", "lstm"], seed=[1]), "cell has 2, seed has 1"),
        (lambda: compare(TEXT, cell=["rnn", "lstn"]), "did you mean 'lstm'"),
        (lambda: compare(TEXT, cell=["rnn", "lstm"], labels=["a"]), "1 labels for 2 runs"),
        (lambda: compare(TEXT, cell=["rnn", "lstm"], labels=["a", "a"]), "'a' occurs twice"),
        (lambda: compare(TEXT, cell=["rnn", "lstm"], lang="fr"), "lang='fr'"),
        (lambda: compare({"cell": "rnn"}, {"cell": "lstm"}), "run 0: its options have no text"),
        (lambda: compare(EpochScope(TEXT), Trainer(TEXT), cell="rnn"), "cell: options need a text"),
        (lambda: compare(TEXT, cell=["rnn", "lstm"], match="parameters"), "run 0 has no output layer"),
        (lambda: compare(EpochScope(TEXT), EpochScope(TEXT), match="parameters"), "run 0 is given as EpochScope"),
        (lambda: compare(TEXT, cell=["rnn", "lstm"], match="size"), "must be one of 'parameters'"),
    ],
)
def test_what_cannot_be_compared_is_refused(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_things_of_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="run 1: int cannot be compared"):
        compare(Trainer(TEXT), 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cel: did you mean cell"):
        compare(TEXT, cel=["rnn", "lstm"])


def test_a_list_of_tokens_is_a_text_and_a_list_of_letters_an_alphabet() -> None:
    comparison = compare(["a", "b", "a"], cell=["rnn", "lstm"], alphabet=["b", "a"])
    assert [run.history.alphabet.tokens for run in comparison.runs] == [("b", "a")] * 2


def test_runs_that_differ_in_nothing_are_numbered() -> None:
    assert compare(TEXT, {}, {}).labels == ("LSTM (1)", "LSTM (2)")


def test_a_seed_names_runs_only_if_nothing_else_does() -> None:
    assert compare(TEXT, cell=["rnn", "lstm"], seed=[1, 2]).labels == ("RNN", "LSTM")
    assert compare(TEXT, seed=[1, 2]).labels == ("LSTM, seed 1", "LSTM, seed 2")


def test_labels_name_what_differs() -> None:
    runs = [{}, {"readout": True}, {"readout": True, "hidden_size": 9}, {"num_layers": 2}]
    labels = compare(TEXT, *runs, lang="ko").labels
    assert labels == ("LSTM, 층 1개", "LSTM, 출력층, 은닉 5, 층 1개", "LSTM, 출력층, 은닉 9, 층 1개", "LSTM, 층 2개")


def test_other_texts_are_named() -> None:
    labels = compare({"text": TEXT}, {"text": "a much longer sentence"}).labels
    assert labels == ("LSTM, “hihell”", "LSTM, “a much long…”")


@pytest.mark.parametrize("size", [4, 16, 40])
def test_match_gives_all_about_as_many_parameters(size: int) -> None:
    options: dict[str, Any] = {"cell": ["lstm", "gru", "rnn"], "readout": True, "hidden_size": size}
    comparison = compare(TEXT, **options, match="parameters")
    sizes = [run.trainer.model.hidden_size for run in comparison.runs]
    assert sizes[0] == size
    counts = [sum(p.numel() for p in run.trainer.model.parameters()) for run in comparison.runs]
    for run, own, chosen in zip(comparison.runs, counts, sizes, strict=True):
        assert isinstance(chosen, int)
        for other in (chosen - 1, chosen + 1):  # no other size comes nearer
            network = type(run.trainer.model)(5, cell=run.trainer.model.cell, hidden_size=max(other, 1), readout=True)
            there = sum(p.numel() for p in network.parameters())
            assert abs(own - counts[0]) <= abs(there - counts[0])
    assert comparison.labels[1] == f"GRU, {sizes[1]} hidden"


def test_match_does_not_change_the_random_state() -> None:
    torch.manual_seed(1)
    state = torch.get_rng_state()
    compare(TEXT, cell=["lstm", "gru"], readout=True, match="parameters")
    assert torch.equal(state, torch.get_rng_state())


def test_match_refuses_modules_of_the_user() -> None:
    runs = [{"model": nn.LSTM(5, 5, batch_first=True)}, {"readout": True}]
    with pytest.raises(ValueError, match="run 0 has a model of its own"):
        compare(TEXT, *runs, match="parameters")
