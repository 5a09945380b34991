"""What the text of lesson 6 says, against computations without the notebook."""

from __future__ import annotations

import warnings
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from epochscope.training.trainer import Trainer
from tests.notebooks.cells import run_cells
from tests.notebooks.comparing import assert_same_recording, committed
from tests.notebooks.conftest import RunOf
from tests.notebooks.executed import printed, recordings
from tests.notebooks.recorded import THINK

STEM = "06-your-own-loop"

pytestmark = pytest.mark.usefixtures("one_thread")


@cache
def lesson() -> dict[str, Any]:
    """Return what the cells of the first part, and the function that makes mistakes, define."""
    return run_cells(STEM, "imports", "data", "network", "loop", "unwatched", "mistakes")


@cache
def mistaken(mistake: str) -> Any:
    return lesson()["train_with"](mistake, check_loss=False)


def loss_of_knowing(k: int) -> float:
    """Return the mean loss of a guess that knows the last k characters, counted in the text; ^ is its beginning."""
    padded = "^" * (k - 1) + THINK
    known = [padded[i : i + k] for i in range(len(THINK) - 1)]
    pairs, singles = Counter(zip(known, THINK[1:], strict=True)), Counter(known)
    return -sum(n * np.log(n / singles[context]) for (context, _), n in pairs.items()) / len(known)


def test_the_loop_is_that_of_the_trainer() -> None:
    expected = Trainer(THINK, cell="rnn", readout=True, seed=0).train(100)
    assert lesson()["unwatched"] == expected.losses.tolist()
    assert expected.n_correct[-1] == expected.positions


def test_the_script_of_the_run_gives_the_losses_of_the_loop(capsys: pytest.CaptureFixture[str]) -> None:
    trainer = Trainer(THINK, cell="rnn", readout=True, seed=0)
    trainer.train(100)
    names: dict[str, Any] = {}
    with torch.random.fork_rng(devices=[]):
        exec(trainer.code(), names)
    assert len(capsys.readouterr().out.splitlines()) == 100
    assert names["losses"] == lesson()["unwatched"]
    assert "optimizer.zero_grad()" in trainer.code()


def test_the_first_loss_is_about_that_of_a_guess_among_all_characters() -> None:
    assert abs(lesson()["unwatched"][0] - np.log(len(set(THINK)))) < 0.1


def test_without_batch_first_the_network_knows_the_last_character_only() -> None:
    history = mistaken("batch_first")
    assert history.losses[-1] == pytest.approx(loss_of_knowing(1), abs=0.002)
    said: dict[int, set[int]] = {}
    for read, prediction in zip(history.inputs, history.predictions[-1], strict=True):
        said.setdefault(int(read), set()).add(int(prediction))
    assert all(len(predictions) == 1 for predictions in said.values()), "the same after the same character"


def test_with_softmax_twice_most_of_the_text_is_correct_and_the_loss_stays_high() -> None:
    history = mistaken("softmax")
    floor = np.log(1 + (len(set(THINK)) - 1) / np.e)
    assert floor < history.losses[-1] < floor + 0.25
    assert history.n_correct[-1] > 0.75 * history.positions


def test_with_targets_that_are_the_inputs_the_loss_is_the_best_and_the_network_repeats_what_it_reads() -> None:
    history = mistaken("shift")
    assert history.text(-1) == THINK[:-1]
    others = [mistaken(mistake).losses[-1] for mistake in ("batch_first", "zero_grad", "softmax")]
    assert history.losses[-1] < min([*others, lesson()["unwatched"][-1] * 10])


def test_gradients_that_add_up_help_at_first_and_make_the_run_diverge_later() -> None:
    history = mistaken("zero_grad")
    assert history.losses[:20].min() < history.losses[0] / 2
    assert history.losses[-1] > 2 * history.losses[0]
    assert history.n_correct[:20].max() > history.positions / 2 > history.n_correct[-1]


@pytest.mark.parametrize("mistake", ["batch_first", "zero_grad", "softmax", "shift"])
def test_the_monitor_notices_wrong_targets_alone(mistake: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lesson()["train_with"](mistake)
    assert len(caught) == (mistake == "shift")


def test_the_committed_outputs_name_each_mistake_and_its_loss() -> None:
    output = printed(committed(STEM), "diagnosis")
    assert f"only the last character is known: {loss_of_knowing(1):.3f}" in output
    assert f"every prediction certain and correct: {np.log(1 + 13 / np.e):.3f}" in output
    for mistake in ("batch_first", "zero_grad", "softmax", "shift"):
        assert f" {mistake} " in output


def test_a_network_that_sees_four_characters_learns_the_sentence_and_with_fewer_it_reaches_their_reference_loss() -> (
    None
):
    names = run_cells(STEM, "window", **lesson(), references=[])
    for k, learns in ((1, False), (2, False), (3, False), (4, True)):
        torch.manual_seed(0)
        net = names["Window"](k, len(set(THINK)))
        optimizer = torch.optim.Adam(net.parameters(), lr=0.03)
        loss, logits = torch.tensor(np.nan), torch.empty(0)
        for _ in range(100):
            loss, logits = names["train_once"](net, optimizer)
        assert loss.item() == pytest.approx(loss_of_knowing(k), abs=0.002)
        assert bool((logits.argmax(-1) == names["y"]).all()) == learns


def test_references_are_what_the_text_says() -> None:
    lines = [line.split() for line in printed(committed(STEM), "window").splitlines()]
    for tokens, loss in lines:
        if tokens not in ("None", "0"):
            assert float(loss) == pytest.approx(loss_of_knowing(int(tokens)), abs=6e-4)


def test_after_the_cut_the_network_goes_on_as_at_the_beginning() -> None:
    names = run_cells(STEM, "imports", "words")
    tokens, words = names["tokens"], names["words"]
    torch.manual_seed(0)
    net = names["WordNet"](len(names["vocabulary"]))
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.03)
    for epoch in range(80):
        optimizer.param_groups[0]["lr"] = 0.03 if epoch < 40 else 0.03 * 0.1
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(tokens[:, :-1])[0], tokens[0, 1:]).backward()
        if epoch < 79:
            optimizer.step()
    cut = words.index("and") + 1
    whole, rest = net(tokens[:, :-1]).argmax(-1)[0], net(tokens[:, cut:-1]).argmax(-1)[0]
    said = [names["vocabulary"][i] for i in rest]
    assert [names["vocabulary"][i] for i in whole] == words[1:]
    changed = [cut + p for p in range(len(rest)) if rest[p] != whole[cut + p]]
    assert [words[p] for p in changed] == ["the", "the"]
    assert [said[p - cut] for p in changed] == ["cat", "mat"], "as at the beginning of the phrase"


@pytest.mark.thorough
def test_the_notebook_contains_the_recordings_of_an_independent_training(run_of: RunOf) -> None:
    saved = recordings(run_of(STEM).notebook)
    assert_same_recording(saved[0], Trainer(THINK, cell="rnn", readout=True, seed=0).train(100))
    assert [recording.header["epochs"] for recording in saved[-2:]] == [80, 100]  # the words, and the last loop
