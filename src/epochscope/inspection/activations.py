"""`Activations`: what one recurrent layer computes at every position of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import check_layer
from .reading import read

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from epochscope.recording.recording import Recording

    from .numpy_network import NumpyNetwork

    Array = npt.NDArray[np.float64]


class Activations:
    """What one recurrent layer computes at the P positions of the text, in its H units, with the weights of one epoch.

    Every array is (P, H), float64 and read-only. Row p holds the values after the network has read token p, from which
    it predicts the next one. With windows, the row of a position p >= T is that of the last position of its window. A
    layer has only the arrays of its cell; another name raises AttributeError.

    The equations are those of torch's documentation. RNN (Elman 1990): h = tanh(W_ih x + b_ih + W_hh h' + b_hh), where
    h' is the hidden state of the position before, or relu for tanh. LSTM (Hochreiter & Schmidhuber 1997, Gers et al.
    2000): c = f c' + i g, h = o tanh(c). GRU (Cho et al. 2014): n = tanh(W_in x + b_in + r (W_hn h' + b_hn)),
    h = (1 - z) n + z h'.

    Attributes
    ----------
    epoch
        The epoch: its record was made with these weights.
    layer
        The layer, from 0 on.
    hidden
        h, the hidden state.
    cell
        c, the cell state of an LSTM.
    input, forget, output
        The gates i, f and o of an LSTM, from 0 to 1.
    reset, update
        The gates r and z of a GRU, from 0 to 1.
    candidate
        g of an LSTM, n of a GRU: what is to be added to the state, from -1 to 1.
    """

    epoch: int
    layer: int
    hidden: Array
    cell: Array
    input: Array
    forget: Array
    candidate: Array
    output: Array
    reset: Array
    update: Array

    def __init__(self, network: NumpyNetwork, recording: Recording, epoch: int, layer: int = -1) -> None:
        self.layer = check_layer(layer, network.network)
        self.epoch = epoch
        self._shape = network.network
        self._recording = recording
        trace = read(network, recording.inputs, recording.metadata.get("window")).layers[self.layer]
        arrays = {"hidden": trace.hidden, "cell": trace.cell, **trace.gates}
        self._arrays: dict[str, Array] = {name: array for name, array in arrays.items() if array is not None}
        for name, array in self._arrays.items():
            array.flags.writeable = False
            setattr(self, name, array)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"{self._kind} has no {name!r}; it has {', '.join(self._arrays)}, epoch, layer, to_pandas")

    def to_pandas(self) -> pd.DataFrame:
        """Return a table with one row per position and unit.

        The index has the levels position and unit. A unit is a number, or, if the hidden state of the layer is the
        logits, the token whose logit it is. The columns are token, the token that is read, target, and the arrays.
        `table["hidden"].unstack("unit")` is the array (P, H) again.

        Raises ImportError if pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_pandas() needs pandas, which is not installed: pip install pandas") from error
        tokens = self._recording.alphabet.tokens
        positions, units = self.hidden.shape
        is_logits = self._shape.output is None and self.layer == len(self._shape.layers) - 1
        index = pd.MultiIndex.from_product(
            [range(positions), tokens if is_logits else range(units)], names=["position", "unit"]
        )
        read = [tokens[i] for i in self._recording.inputs]
        targets = [tokens[i] if i >= 0 else None for i in self._recording.targets]
        columns = {"token": np.repeat(read, units), "target": np.repeat(np.array(targets, dtype=object), units)}
        return pd.DataFrame({**columns, **{name: array.ravel() for name, array in self._arrays.items()}}, index)

    @property
    def _kind(self) -> str:
        return f"layer {self.layer} ({self._shape.layers[self.layer].cell.upper()})"

    def __repr__(self) -> str:
        positions, units = self.hidden.shape
        return (
            f"<Activations: {self._kind} of {len(self._shape.layers)} at epoch {self.epoch}, {positions} positions, "
            f"{units} units: {', '.join(self._arrays)}>"
        )
