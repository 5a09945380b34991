"""After any sequence of actions, the recording equals that of a straight training with the same learning rates."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from epochscope.history import History
from epochscope.training.trainer import Trainer
from tests.thoroughness import count

from .nets import Dropping

TEXTS = st.text("abcdé 한", min_size=3, max_size=9).filter(lambda text: len(set(text)) > 1)
RATES = st.sampled_from([0.1, 0.02, 0.3, 0.0])


@st.composite
def options(draw: st.DrawFn) -> dict[str, Any]:
    """A small built-in network of any kind."""
    text = draw(TEXTS)
    readout = draw(st.booleans())
    return {
        "text": text,
        "cell": draw(st.sampled_from(["rnn", "lstm", "gru"])),
        "num_layers": draw(st.integers(1, 2)),
        "readout": readout,
        "hidden_size": draw(st.integers(1, 6)) if readout else None,
        "window": draw(st.none() | st.integers(1, len(text) - 1)),
        "seed": draw(st.integers(0, 10)),
        "optimizer": draw(st.sampled_from(["adam", "sgd", "rmsprop", "adamw"])),
        "lr": draw(RATES),
        "checkpoint_bytes": draw(st.sampled_from([0, 20_000, 64 * 1024 * 1024])),
    }


@st.composite
def dropping(draw: st.DrawFn) -> dict[str, Any]:
    """A network with dropout and batch normalization."""
    text = draw(TEXTS)
    torch.manual_seed(0)
    model = Dropping(len(set(text)), 3)
    return {
        "text": text,
        "model": model,
        "seed": draw(st.integers(0, 3)),
        "optimizer": draw(st.sampled_from(["adam", "sgd"])),
    }


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.just(0)),
        st.tuples(st.just("train"), st.integers(1, 45)),
        st.tuples(st.just("rewind"), st.floats(0, 1)),
        st.tuples(st.just("branch"), st.floats(0, 1)),
        st.tuples(st.just("branch at"), st.tuples(st.floats(0, 1), RATES)),
        st.tuples(st.just("lr"), RATES),
        st.tuples(st.just("generate"), st.floats(0, 1)),
        st.tuples(st.just("reset"), st.just(0)),
    ),
    min_size=1,
    max_size=9,
)


def carry_out(trainer: Trainer, actions: list[tuple[str, Any]]) -> tuple[Trainer, list[float]]:
    """Return the last trainer and the learning rate of each of its updates, tracked independently of it."""
    first = trainer.lr
    rates: list[float] = []  # of all updates so far
    now = first
    for action, value in actions:
        if action == "step":
            trainer.step()
            rates.append(now)
        elif action == "train":
            trainer.train(value)
            rates += [now] * value
        elif action == "lr":
            trainer.lr = now = value
        elif action == "generate":
            trainer.generate(trainer.text[0], 3, temperature=value, at=int(value * len(rates)))
        elif action == "reset":
            trainer.reset()
            rates, now = [], first
        else:
            share, rate = value if action == "branch at" else (value, None)
            epoch = int(share * len(rates))
            if action == "rewind":
                trainer.rewind(epoch)
            else:
                trainer = trainer.branch(epoch, lr=rate)
            now = [*rates, now][epoch] if rate is None else rate
            rates = rates[:epoch]
        assert (trainer.epoch, len(trainer.history), trainer.lr) == (len(rates), len(rates), now)
    return trainer, rates


def straight(trainer: Trainer, rates: list[float]) -> History:
    for rate in rates:
        trainer.lr = rate
        trainer.step()
    return trainer.history


def assert_same(history: History, expected: History) -> None:
    assert len(history) == len(expected)
    for column, other in zip(history.records(), expected.records(), strict=True):
        assert np.array_equal(column, other)


@settings(max_examples=count(40, 120))
@given(options(), ACTIONS)
def test_any_sequence_of_actions_records_the_same_as_a_straight_training(
    made: dict[str, Any], actions: list[tuple[str, Any]]
) -> None:
    trainer, rates = carry_out(Trainer(**made), actions)
    assert_same(trainer.history, straight(Trainer(**made), rates))
    assert History.from_bytes(trainer.history.to_bytes()) == trainer.history


@settings(max_examples=count(20, 60))
@given(dropping(), ACTIONS)
def test_any_sequence_of_actions_is_exact_with_dropout_and_running_means(
    made: dict[str, Any], actions: list[tuple[str, Any]]
) -> None:
    copied = copy.deepcopy(made)
    trainer, rates = carry_out(Trainer(**made), actions)
    assert_same(trainer.history, straight(Trainer(**copied), rates))
