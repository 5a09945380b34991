from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochscope.recording.alphabet import Alphabet
from epochscope.recording.references import Reference, reference_losses
from epochscope.training.trainer import Trainer
from tests.training.classic import LONG_SENTENCE, SENTENCE

from .made_up import history


def of(text: str, window: int | None = None, *, saturates: bool = False) -> tuple[Reference, ...]:
    alphabet = Alphabet.from_text(text)
    indices = alphabet.encode(text)
    return reference_losses(indices[:-1], indices[1:], len(alphabet), window=window, saturates=saturates)


def previous(text: str, window: int | None = None) -> dict[int | None, float]:
    return {each.tokens: each.loss for each in of(text, window) if each.kind == "previous"}


def by_counting(text: str, window: int, k: int, ignored: Collection[int] = ()) -> float:
    """The entropy of a target given the last k tokens of its window, by counting all but those at ignored positions."""
    contexts: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for start in range(len(text) - window):
        for place in range(window):
            if start + place in ignored:
                continue
            known = text[start : start + place + 1][-k:] if k else ""
            contexts[known] += 1
            pairs[known, text[start + place + 1]] += 1
    n = sum(contexts.values())
    return -sum(count * math.log(count / contexts[known]) for (known, _), count in pairs.items()) / n


def test_the_known_values_of_the_classic_sentence() -> None:
    found = [(each.kind, each.tokens, round(each.loss, 3)) for each in of(SENTENCE, saturates=True)]
    assert found == [
        ("uniform", None, 2.639),
        ("previous", 0, 2.510),
        ("previous", 1, 0.433),
        ("previous", 2, 0.181),
        ("previous", 3, 0.121),
        ("previous", 4, 0.0),
        ("saturation", None, 1.015),
    ]


@given(st.text("abc ", min_size=3, max_size=20).filter(lambda text: len(set(text)) > 1), st.data())
def test_every_window_is_counted_and_nothing_before_it(text: str, data: st.DataObject) -> None:
    window = data.draw(st.integers(1, len(text) - 1), "window")
    found = previous(text, window)
    for k, loss in found.items():
        assert k is not None
        assert loss == pytest.approx(by_counting(text, window, k), abs=1e-9)
    assert found[max(k for k in found if k is not None)] == pytest.approx(by_counting(text, window, window), abs=1e-9)


def test_short_contexts_at_the_beginning_of_a_window_limit_the_loss() -> None:
    losses = list(previous(LONG_SENTENCE, 10).values())
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(by_counting(LONG_SENTENCE, 10, 10))
    assert losses[-1] > 0.2


def test_a_trained_network_approaches_the_minimum_loss_of_its_windows() -> None:
    trainer = Trainer("abcabdabcabeab", window=2, readout=True, hidden_size=16, lr=0.03)
    floor = trainer.train(300).references[-1]
    assert floor.kind == "previous"
    assert floor.loss < trainer.history.losses.min() < floor.loss + 0.03


def test_a_network_without_output_layer_cannot_go_below_saturation() -> None:
    trainer = Trainer("hihello", cell="rnn")
    saturation = trainer.train(200).references[-1]
    assert saturation == Reference("saturation", math.log(1 + 4 * math.exp(-2)))
    assert saturation.loss < trainer.history.losses.min() < saturation.loss + 0.1
    assert all(each.kind != "saturation" for each in Trainer("hihello", readout=True).history.references)


def test_more_tokens_are_left_out_if_they_do_not_reduce_the_loss() -> None:
    assert previous("ab" * 50) == {0: pytest.approx(math.log(2), abs=1e-3), 1: 0}
    assert len(previous("a" * 300 + "b", 100)) == 10


def test_a_text_whose_windows_are_too_many_has_no_previous_losses() -> None:
    assert previous("abc" * 1000, 1000) == {}
    assert previous("abc" * 1000, 10) != {}


def test_another_criterion_has_no_reference_losses() -> None:
    recording = history(1)
    assert recording.references
    recording.metadata["criterion"] = "focal_loss"
    assert recording.references == ()
