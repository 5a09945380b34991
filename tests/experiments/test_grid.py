"""The options of the runs of a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from epochscope import Alphabet
from epochscope.experiments.checks import check_given, in_order, try_out
from epochscope.experiments.grid import Grid, make_grid

from .runs import Dropped, dropped


def grid(seeds: Any = 2, **options: Any) -> Grid:
    return make_grid("hihello", seeds, 5, options)


def test_lists_vary_with_the_seeds_fastest() -> None:
    made = grid([3, 1], cell=["rnn", "lstm"], lr=[0.1, 0.01], readout=True)
    assert len(made) == 8
    assert [(made.options(run)["cell"], made.options(run)["lr"], made.seed(run)) for run in range(5)] == [
        ("rnn", 0.1, 3),
        ("rnn", 0.1, 1),
        ("rnn", 0.01, 3),
        ("rnn", 0.01, 1),
        ("lstm", 0.1, 3),
    ]
    assert made.options(0)["readout"] is True
    assert made.label(7) == "LSTM, lr 0.01, seed 1"


def test_without_lists_only_the_seeds_vary() -> None:
    assert (len(grid(3)), grid(3).axes, grid(3).label(2)) == (3, (), "seed 2")


@pytest.mark.parametrize(
    "values", [(0.1, 0.01), np.array([0.1, 0.01]), np.logspace(-1, -2, 2), [np.float64(0.1), 0.01]]
)
def test_tuples_and_arrays_vary_too_and_become_plain_numbers(values: Any) -> None:
    made = grid(lr=values)
    assert made.varied["lr"] == pytest.approx((0.1, 0.01))
    assert {type(value) for value in made.varied["lr"]} == {float}


def test_single_values_of_numpy_and_torch_are_plain_ones() -> None:
    made = grid(np.array(2), lr=np.array(0.5), device=torch.device("cpu"), hidden_size=[torch.tensor(5)])
    assert (len(made), made.fixed, made.varied) == (2, {"lr": 0.5, "device": "cpu"}, {"hidden_size": (5,)})


@pytest.mark.parametrize("text", [{"a", "b"}, {"a": 1, "b": 2}, b"hihello", "a", 3])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match=r"^text="):
        check_given(text, {})


def test_a_range_varies() -> None:
    assert grid(hidden_size=range(8, 33, 8)).varied["hidden_size"] == (8, 16, 24, 32)


def test_an_alphabet_in_a_list_is_one_value() -> None:
    assert grid(alphabet=[list("hielo")]).varied["alphabet"] == (list("hielo"),)
    assert grid(alphabet=list("hielo")).fixed["alphabet"] == list("hielo")
    assert grid(alphabet=Alphabet("hielo")).fixed["alphabet"] == Alphabet("hielo")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": []}, r"lr=\[\]: there is no value"),
        ({"lr": [0.1, 0.1]}, "lr: 0.1 occurs twice"),
        ({"lr": [1, 1.0]}, "lr: 1.0 occurs twice"),
        ({"cell": ["lstm", "LSTM"]}, "cell: 'LSTM' occurs twice"),
        ({"seeds": []}, "seeds: at least one"),
        ({"seeds": [1, 2, 1]}, "seeds: 1 occurs twice"),
        ({"seeds": 0}, "seeds=0: must be an integer"),
        ({"seeds": "3"}, "seeds='3': must be an integer"),
        ({"seeds": [-1]}, "seeds=-1: must be an integer"),
        ({"seeds": True}, "seeds=True: must be an integer"),
        ({"lr": np.ones((2, 2))}, r"lr of shape \(2, 2\): must be one value, or a list of values"),
        ({"lr": list(np.linspace(0.1, 1, 400)), "seeds": 300}, "120,000 runs: a sweep has at most 100,000"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        grid(**options)


def test_true_and_one_are_different_values() -> None:
    assert len(grid(num_layers=[1, 2], readout=[True, False])) == 8


def test_labels_are_short_and_different() -> None:
    def make_net(_seed: int) -> torch.nn.Module:
        return torch.nn.Linear(5, 5)

    made = grid(
        cell=["rnn", "gru"],
        lr=[1e-4, 3.0],
        readout=[True, False],
        optimizer=["adam", torch.optim.SGD],
        model=[make_net, lambda seed: make_net(seed), lambda seed: make_net(seed + 1)],
        window=[None, 3],
    )
    assert {axis.name: axis.values for axis in made.axes} == {
        "cell": ("RNN", "GRU"),
        "lr": ("lr 0.0001", "lr 3"),
        "readout": ("readout=True", "readout=False"),
        "optimizer": ("adam", "SGD"),
        "model": ("make_net", "model (1)", "model (2)"),
        "window": ("window=None", "window 3"),
    }


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"cel": "rnn"}, TypeError, "cel: did you mean cell?"),
        ({"seed": 3}, TypeError, r"seed=3: a sweep has several; pass seeds=3"),
        ({"checkpoint_bytes": 0}, TypeError, "checkpoint_bytes=0: the runs of a sweep are not rewound; omit it"),
        ({"momentum": 0.9}, TypeError, "momentum: pass it to the optimizer"),
    ],
)
def test_names_are_checked(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        check_given("hihello", options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lr": -1.0}, "^lr=-1.0: must be a finite number"),
        ({"cell": ["rnn", "lstn"]}, "^cell='lstn': cell='lstn': must be one of"),
        ({"cell": ["rnn", "lstm"], "forget_bias": 1.0}, "^cell='rnn': forget_bias"),
        ({"device": "cuad"}, "device='cuad': must be a device of torch"),
        ({"model": torch.nn.Linear(5, 5)}, "model=Linear.*: must be a function of the seed"),
        ({"model": dropped, "cell": "rnn"}, "cell='rnn': must not be given together with model"),
        ({"alphabet": "xy"}, "not in the alphabet"),
        ({"optimizer": "adm"}, "optimizer='adm'"),
        ({"model": Dropped}, "model=.*Dropped.*: must be a function of the seed"),
    ],
)
def test_values_are_tried_before_anything_is_trained(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        try_out(grid(**options))


def test_trying_out_leaves_torch_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    history, seconds = try_out(grid(cell=["rnn", "lstm"]))
    assert torch.equal(torch.rand(3), expected)
    assert history.n_counted == 6
    assert all(0 < each < 10 for each in seconds)


def test_boxes_fill_together_and_much_longer_runs_come_first() -> None:
    made = grid(3, cell=["rnn", "lstm", "gru"])
    assert in_order(made, range(9), [1.0, 1.2, 1.1]) == [3, 6, 0, 4, 7, 1, 5, 8, 2]
    assert in_order(made, range(9), [1.0, 20.0, 1.1]) == [3, 4, 5, 6, 0, 7, 1, 8, 2]
    assert in_order(made, [8, 1, 0], [1.0, float("inf"), 1.1]) == [0, 1, 8]
