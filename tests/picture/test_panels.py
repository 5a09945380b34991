"""The panels of the static picture: what the network does inside, and in experiments."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from epochscope import History
from epochscope.inspection.experiments import cut_memory, free_run, transplant
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.picture.network_rows import architecture_of
from epochscope.picture.panel_rows import STEPS, UNIT_HEIGHT
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.network import Layer, Network, Output
from epochscope.recording.weights import Weights

from .test_picture import SENTENCE, SVG, of_kind, parse, pixels, texts

CELLS = ("rnn", "lstm", "gru")


def recorded(
    text: str = SENTENCE, cell: Any = "lstm", *, output: bool = False, fit: bool = False, **meta: Any
) -> History:
    """Return one epoch of a network with random weights, and its weights; `fit` makes its predictions the targets."""
    alphabet = Alphabet.from_text(text)
    indices, size = alphabet.encode(text), len(alphabet)
    layer = Layer(cell, size, 5 if output else size)
    network = Network(size, (layer,), None, Output() if output else None)
    values = np.random.default_rng(3).normal(size=network.n_weights) * 1.5
    weights = Weights(network)
    weights.add(0, values)
    reading = read(NumpyNetwork(network, weights.at(0)), indices[:-1], meta.get("window"))
    targets = reading.predictions if fit else indices[1:]
    history = History(alphabet, indices[:-1], targets, metadata=meta)
    history.append([1.0], reading.logits[None].astype(np.float32))
    history.weights = weights
    return history


def tiles(svg: str) -> list[str]:
    return [text.replace("␣", " ") for text in texts(parse(svg), "panel-tiles")]


def tones(svg: str) -> list[str]:
    (group,) = of_kind(parse(svg), "panel-tiles")
    return [(rect.get("class") or "").split()[0] for rect in group.iter(f"{SVG}rect")]


def test_a_free_run_is_blue_up_to_its_first_error_and_plain_after_it() -> None:
    history = recorded()
    svg = history.to_svg(panel="free_run", theme="light", given=4)
    said = free_run(history.network_at(0), history.inputs, 4)
    first = int(np.flatnonzero(said != history.targets)[0])
    assert "".join(tiles(svg)) == history.join(said)
    assert tones(svg) == ["correct"] * first + ["wrong"] + ["plain"] * (history.positions - first - 1)
    inputs = [text.replace("␣", " ") for text in texts(parse(svg), "panel-input")]
    assert "".join(inputs) == SENTENCE[:4] + history.join(said[3:-1])
    assert f"{history.count_correct(0)} of 23 correct with a teacher, {first} alone" in svg


def test_a_free_run_without_errors_is_all_blue_and_has_no_mark() -> None:
    history = recorded(fit=True)
    said = history.join(free_run(history.network_at(0), history.inputs, history.positions))
    svg = history.to_svg(panel="free_run", given=history.positions)
    assert "".join(tiles(svg)) == said == history.text(0)
    assert set(tones(svg)) == {"correct"}
    assert of_kind(parse(svg), "mark") == []


def test_a_cut_marks_what_changes() -> None:
    history = recorded(output=True)
    svg = history.to_svg(panel="memory", cut_after=6)
    after = cut_memory(history.network_at(0), history.inputs, 6)
    changed = after != history.predictions[0]
    assert 0 < changed.sum() < 16
    assert "".join(tiles(svg)) == history.join(after)
    assert len(of_kind(parse(svg), "ring")) == changed.sum()
    assert f"predictions that change: {changed.sum()}" in svg
    assert of_kind(parse(history.to_svg(panel="memory", cut_after=22)), "ring") == []


def test_a_moved_memory_goes_on_from_its_target() -> None:
    history = recorded(cell="gru")
    svg = history.to_svg(panel="memory", move=(4, 10))
    said = transplant(history.network_at(0), history.inputs, 4, 10)
    assert "".join(tiles(svg)) == history.join(said)
    assert len(tones(svg)) == 13
    inputs = [text.replace("␣", " ") for text in texts(parse(svg), "panel-input")]
    assert "".join(inputs) == SENTENCE[10] + history.join(said[:-1])


@pytest.mark.parametrize("cell", CELLS)
def test_maps_show_the_activations(cell: str) -> None:
    history = recorded(cell=cell)
    svg = history.to_svg(panel="inside", width=1400)
    images = of_kind(parse(svg), "activations")
    assert len(images) == {"rnn": 1, "lstm": 3, "gru": 3}[cell]
    _, opacities = pixels(images[0])
    hidden = read(history.network_at(0), history.inputs).layers[0].hidden
    pitch = (opacities.shape[1] + 2) // history.positions
    sampled = opacities[::UNIT_HEIGHT, ::pitch].T / 255  # the first pixel of each cell, (P, H)
    assert sampled.shape == hidden.shape
    assert np.abs(sampled - np.maximum(np.abs(hidden), 0.04)).max() < 1 / STEPS
    frames = of_kind(parse(svg), "targets")
    assert len(re.findall("M", frames[0].attrib["d"])) == history.positions


def test_with_an_output_layer_units_have_numbers_and_no_target() -> None:
    svg = recorded(output=True).to_svg(panel="inside")
    assert of_kind(parse(svg), "targets") == []
    assert ">4</text>" in svg


@pytest.mark.parametrize("width", [320, 640, 1400])
@pytest.mark.parametrize(
    "options", [{"panel": "free_run"}, {"panel": "memory", "move": (3, 1)}, {"panel": "inside"}, {"panel": "network"}]
)
@pytest.mark.parametrize("text", [" 나는 생각한다 고로 존재한다.", "שלום עולם", "a🙂b👍\n" * 20])
def test_every_text_fits_its_picture(text: str, options: Any, width: int) -> None:
    root = parse(recorded(text).to_svg(width=width, lines=50, lang="ko", **options))
    height = float(root.attrib["height"])
    for each in root.iter():
        x, y = float(each.get("x", 0)), float(each.get("y", 0))
        assert 0 <= x <= width, each.attrib
        assert x + float(each.get("width", 0)) <= width
        assert y + float(each.get("height", 0)) <= height


def test_weights_that_are_not_numbers_are_drawn() -> None:
    history = recorded()
    assert history.weights is not None
    history.weights.add(0, np.full(history.weights.network.n_weights, np.nan))
    for options in ({"panel": "free_run"}, {"panel": "inside"}, {"panel": "memory", "cut_after": 3}):
        parse(history.to_svg(**options))  # pyright: ignore[reportCallIssue, reportArgumentType]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"panel": "insight"}, r"panel='insight'"),
        ({"panel": "inside", "given": 3}, r"given: is an option of panel='free_run', not of panel='inside'"),
        ({"panel": "memory"}, r"pass either cut_after="),
        ({"panel": "memory", "cut_after": 3, "move": (1, 2)}, r"pass either cut_after="),
        ({"panel": "memory", "cut_after": 23}, r"cut_after=23"),
        ({"panel": "free_run", "given": 24}, r"given=24"),
        ({"given": 3}, r"given: is an option of panel='free_run', not of panel=None; leave it out"),
        ({"cut_after": 3}, r"cut_after: is an option of panel='memory', not of panel=None"),
        ({"panel": "memory", "cut_after": 3, "layer": 0}, r"layer: is an option of panel='inside'"),
        ({"panel": "inside", "layer": 1}, r"layer=1"),
    ],
)
def test_impossible_options_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recorded().to_svg(**options)


def test_a_recording_without_these_weights_says_what_to_do() -> None:
    history = recorded()
    history.append([0.5], np.zeros((1, 23, 14)))
    with pytest.raises(ValueError, match=r"epoch 1: .*the nearest epoch with weights is 0"):
        history.to_svg(panel="inside")
    history.weights = None
    with pytest.raises(ValueError, match=r"epoch 0: this recording has no weights"):
        history.to_svg(0, panel="inside")


@pytest.mark.parametrize(
    ("metadata", "formula"),
    [
        ({"cell": "lstm", "hidden_size": 14, "parameters": 1680}, ["LSTM: 4 × (14·14 + 14·14 + 2·14) = 1,680"]),
        (
            {"cell": "gru", "hidden_size": 5, "num_layers": 2, "readout": True},
            ["GRU 1: 3 × (5·14 + 5·5 + 2·5) = 315", "GRU 2: 3 × (5·5 + 5·5 + 2·5) = 180", "output: 14·5 + 14 = 84"],
        ),
        ({"cell": "rnn", "hidden_size": 14, "parameters": 7}, ["The layers of this model are not known here."]),
        ({"model": "Transformer"}, ["The layers of this model are not known here."]),
    ],
)
def test_the_network_is_drawn_without_weights(metadata: dict[str, Any], formula: list[str]) -> None:
    history = recorded()
    history.metadata.update(metadata)
    history.weights = None
    svg = history.to_svg(panel="network")
    for line in formula:
        assert f">{line}</text>" in svg
    assert len(of_kind(parse(svg), "cell")) == 23 * len(formula)
    assert len(of_kind(parse(svg), "ours")) == 1


def test_the_network_has_an_arrow_for_each_vector_of_its_state() -> None:
    drawn = {}
    for cell in ("lstm", "gru"):
        (path,) = of_kind(parse(recorded(cell=cell).to_svg(panel="network")), "arrows")
        drawn[cell] = len(re.findall(r"M[\d.]+ ([\d.]+)L[\d.]+ \1M", path.attrib["d"]))
    assert drawn == {"lstm": 2 * 22, "gru": 22}


@pytest.mark.parametrize(
    ("counted", "kind"),
    [
        ("1", "one_to_one"),
        ("11111", "every_step"),
        ("11100", "every_step"),
        ("00001", "many_to_one"),
        ("00100", "many_to_one"),
        ("00011", "many_to_many"),
        ("00110", "many_to_many"),
        ("00101", "every_step"),
    ],
)
def test_the_targets_decide_which_kind_it_is(counted: str, kind: str) -> None:
    """The cases of js/drawing/architectures.test.ts."""
    assert architecture_of(np.array([each == "1" for each in counted])) == kind


def test_the_kind_of_the_recording_is_framed() -> None:
    history = recorded("abcab")
    framed = {}
    for first in (0, 3):
        history.counted[:first] = False
        root = parse(history.to_svg(panel="network"))
        (frame,) = of_kind(root, "ours")
        framed[first] = float(frame.attrib["x"]) / 960
    assert framed[0] > 0.7
    assert 0.3 < framed[3] < 0.6
