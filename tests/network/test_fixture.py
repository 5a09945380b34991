"""The fixtures of js/network/ are what torch computes today."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from .fixture import FOLDER, NETWORKS, make_contents
from .torch_network import Stepper, TorchNetwork

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.fixture(scope="module")
def contents() -> dict[str, dict[str, Any]]:
    return make_contents()


def assert_close(actual: Any, expected: Any, tolerance: float) -> None:
    """Compare JSON values; numbers that are not whole may differ by `tolerance`."""
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys()
        for name, value in expected.items():
            assert_close(actual[name], value, tolerance)
    elif isinstance(expected, list):
        assert len(actual) == len(expected)
        for one, other in zip(actual, expected, strict=True):
            assert_close(one, other, tolerance)
    elif isinstance(expected, float):
        assert actual == pytest.approx(expected, abs=tolerance)
    else:
        assert actual == expected


@pytest.mark.parametrize("name", NETWORKS)
def test_torch_computes_what_the_file_says(name: str, contents: dict[str, dict[str, Any]]) -> None:
    file = f"{name}.json"
    expected = json.loads((FOLDER / file).read_text())
    assert contents[file]["weights"] == expected["weights"]
    assert_close(contents[file], expected, TOLERANCE[expected["network"]["dtype"]])


def test_there_are_no_other_files() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(f"{name}.json" for name in NETWORKS)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_loop_of_torch_cells_computes_what_its_layers_do(name: str) -> None:
    """The states and gates in the files are those of the loop, the logits those of the layers."""
    contents = json.loads((FOLDER / f"{name}.json").read_text())
    network, _ = NETWORKS[name]
    model = TorchNetwork(network).load(np.array(contents["weights"]))
    stepper = Stepper(model)
    states, logits = stepper.start(), []
    for token in contents["tokens"]:
        before, states = states, stepper.step(states, token)
        logits.append(stepper.logits(states))
        for old, new, gates in zip(before, states, stepper.gates, strict=True):
            assert_gates_make_the_state(old, new, gates)
    with torch.no_grad():
        expected = model(torch.tensor([contents["tokens"]]))[0]
    np.testing.assert_allclose(torch.stack(logits), expected, atol=TOLERANCE[network.dtype])


def assert_gates_make_the_state(old: Any, new: Any, gates: dict[str, np.ndarray]) -> None:
    if "forget" in gates:
        cell = gates["forget"] * old.c[0].numpy() + gates["input"] * gates["candidate"]
        np.testing.assert_allclose(new.c[0], cell, atol=1e-5)
        np.testing.assert_allclose(new.h[0], gates["output"] * np.tanh(cell), atol=1e-5)
    elif "reset" in gates:
        z = gates["update"]
        np.testing.assert_allclose(new.h[0], (1 - z) * gates["candidate"] + z * old.h[0].numpy(), atol=1e-5)
