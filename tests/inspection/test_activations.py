"""`Activations`: the arrays of one layer, their names, and the table."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

from epochscope.history import History
from epochscope.inspection.activations import Activations
from epochscope.inspection.numpy_network import NumpyNetwork
from epochscope.inspection.reading import read
from epochscope.recording.alphabet import Alphabet

from .by_hand import Made, make

TOKENS = ["나", "는", "🙂", "생각", "!"]
INPUTS = [0, 3, 1, 4, 4, 2]
HAS = {
    "rnn": ["hidden"],
    "lstm": ["hidden", "cell", "input", "forget", "candidate", "output"],
    "gru": ["hidden", "reset", "update", "candidate"],
}


def activations(made: Made, layer: int = -1, window: int | None = None) -> Activations:
    targets = [*INPUTS[1:-1], -1, 0]
    history = History(Alphabet(TOKENS), INPUTS, targets, separator=" ", metadata={"window": window})
    return Activations(NumpyNetwork(made.network, made.weights), history, 7, layer)


@pytest.mark.parametrize("cell", HAS)
def test_a_cell_has_its_own_arrays_and_no_others(cell: str) -> None:
    look = activations(make([(cell, 4)], 5))
    every = dict.fromkeys(name for names in HAS.values() for name in names)
    assert [name for name in every if hasattr(look, name)] == [name for name in every if name in HAS[cell]]
    assert [name for name in every if name in dir(look)] == [name for name in every if name in HAS[cell]]
    for name in HAS[cell]:
        array = getattr(look, name)
        assert array.shape == (6, 4)
        assert array.dtype == np.float64
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_a_name_that_the_cell_does_not_have_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(AttributeError, match=r"^layer 0 \(GRU\) has no 'forget'; it has hidden, reset, update, cand"):
        _ = activations(make([("gru", 4)], 5)).forget


def test_the_layer_is_chosen() -> None:
    made = make([("gru", 3), ("lstm", 4)], 5)
    layers = read(NumpyNetwork(made.network, made.weights), np.array(INPUTS)).layers
    assert activations(made).hidden.tolist() == layers[1].hidden.tolist()
    assert activations(made, layer=0).hidden.tolist() == layers[0].hidden.tolist()
    assert activations(made, layer=-2).hidden.tolist() == layers[0].hidden.tolist()
    assert (activations(made, layer=-2).layer, activations(made).layer) == (0, 1)
    for layer in (2, -3, 0.5, True):
        with pytest.raises(ValueError, match=f"layer={layer}: must be an integer from -2 to 1"):
            activations(made, layer=layer)  # pyright: ignore[reportArgumentType]


def test_windows_are_those_of_the_recording() -> None:
    made = make([("gru", 3)], 5)
    windowed = read(NumpyNetwork(made.network, made.weights), np.array(INPUTS), 2).layers[0].hidden
    assert activations(made, window=2).hidden.tolist() == windowed.tolist()
    assert activations(made).hidden.tolist() != windowed.tolist()


def test_the_table_has_a_row_per_position_and_unit() -> None:
    pytest.importorskip("pandas")
    look = activations(make([("lstm", 4)], 5))
    table = look.to_pandas()
    assert list(table.columns) == ["token", "target", *HAS["lstm"]]
    assert table.index.names == ["position", "unit"]
    assert table.loc[(2, 3), "forget"] == look.forget[2, 3]
    assert np.array_equal(table["forget"].unstack("unit"), look.forget)
    assert table["token"].loc[:, 0].tolist() == [TOKENS[i] for i in INPUTS]
    assert table["target"].loc[:, 0].isna().tolist() == [False] * 4 + [True, False]


def test_units_that_are_logits_have_the_names_of_their_tokens() -> None:
    pytest.importorskip("pandas")
    look = activations(make([("gru", 3), ("lstm", 5)], 5, output=False))
    assert look.to_pandas().loc[(1, "생각"), "cell"] == look.cell[1, 3]
    lower = activations(make([("gru", 3), ("lstm", 5)], 5, output=False), layer=0)
    assert lower.to_pandas().loc[(1, 2), "update"] == lower.update[1, 2]


def test_a_table_without_pandas_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        activations(make([("gru", 3)], 5)).to_pandas()


def test_the_repr_names_the_layer_and_its_arrays() -> None:
    assert repr(activations(make([("gru", 3), ("lstm", 4)], 5), layer=0)) == (
        "<Activations: layer 0 (GRU) of 2 at epoch 7, 6 positions, 3 units: hidden, reset, update, candidate>"
    )


def test_activations_can_be_copied_and_pickled() -> None:
    look = activations(make([("gru", 3)], 5))
    for other in (copy.copy(look), copy.deepcopy(look), pickle.loads(pickle.dumps(look))):
        assert other.hidden.tolist() == look.hidden.tolist()


def test_looking_inside_needs_no_torch() -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from epochscope.inspection import activations, arguments, experiments\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
