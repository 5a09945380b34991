"""The description of a network whose weights can be recorded: what is needed to compute it without torch.

Such a network reads token indices, optionally through an embedding (otherwise as one-hot vectors), passes them through
recurrent layers, and its logits are the last hidden state or an affine function of it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from epochscope.validation import check_choice, check_int

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

#: The gates of each cell in the order of torch's weights.
GATES: dict[str, tuple[str, ...]] = {
    "rnn": ("hidden",),
    "lstm": ("input", "forget", "candidate", "output"),
    "gru": ("reset", "update", "candidate"),
}


@dataclass(frozen=True)
class Layer:
    """One recurrent layer. Its weights are those of `torch.nn.RNN`, `LSTM` or `GRU`, with the gates in torch's order.

    Attributes
    ----------
    cell
        "rnn", "lstm" or "gru".
    input_size, hidden_size
        Sizes of what it reads, and of its hidden state.
    bias
        Whether it has the two biases of torch's layers.
    nonlinearity
        "tanh" or "relu", of an RNN.
    """

    cell: Literal["rnn", "lstm", "gru"]
    input_size: int
    hidden_size: int
    bias: bool = True
    nonlinearity: Literal["tanh", "relu"] = "tanh"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of its weights, by the names that torch gives them."""
        rows = len(GATES[self.cell]) * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih": (rows, self.input_size),
            "weight_hh": (rows, self.hidden_size),
        }
        return {**shapes, "bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else shapes


@dataclass(frozen=True)
class Output:
    """A linear output layer from the hidden state to the logits."""

    bias: bool = True


@dataclass(frozen=True)
class Network:
    """A recurrent network over V tokens.

    Attributes
    ----------
    tokens
        V, the number of tokens and of logits.
    layers
        The recurrent layers, first to last.
    embedding
        Size of the vectors that stand for the tokens; None: one-hot vectors of size V.
    output
        The output layer; None: the hidden state of the last layer is the logits.
    dtype
        Of the weights: "float32", or "float64" if the network was trained in double precision.
    """

    tokens: int
    layers: tuple[Layer, ...]
    embedding: int | None = None
    output: Output | None = None
    dtype: Literal["float32", "float64"] = "float32"

    def __post_init__(self) -> None:
        size = self.tokens if self.embedding is None else self.embedding
        for layer in self.layers:
            if layer.input_size != size:
                raise ValueError(f"input_size={layer.input_size} of a layer: must be {size}, the size of what it reads")
            size = layer.hidden_size
        if not self.layers or (self.output is None and size != self.tokens):
            raise ValueError(f"a network of {len(self.layers)} layers, the last of size {size}: must end in logits")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of all weights in the order in which they are stored; the names of layer l begin with "l."."""
        shapes: dict[str, tuple[int, ...]] = {}
        if self.embedding is not None:
            shapes["embedding"] = (self.tokens, self.embedding)
        for index, layer in enumerate(self.layers):
            shapes.update({f"{index}.{name}": shape for name, shape in layer.shapes.items()})
        if self.output is not None:
            shapes["output_weight"] = (self.tokens, self.layers[-1].hidden_size)
            if self.output.bias:
                shapes["output_bias"] = (self.tokens,)
        return shapes

    @property
    def n_weights(self) -> int:
        """W, the number of weights."""
        return sum(map(math.prod, self.shapes.values()))

    def split(self, weights: npt.NDArray[np.floating]) -> dict[str, npt.NDArray[np.floating]]:
        """Return views of flat weights (W,) in the shapes of `shapes`, by name."""
        shapes = self.shapes
        ends = np.cumsum([math.prod(shape) for shape in shapes.values()])
        parts = np.split(weights, ends[:-1])
        return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}

    def to_json(self) -> dict[str, Any]:
        """Return the description as a JSON object, which `from_json` and `js/network/` read."""
        return {**asdict(self), "layers": [asdict(layer) for layer in self.layers]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Network:
        """Read what `to_json` returned. Raises ValueError, TypeError or KeyError if it is not that."""
        layers = []
        for layer in value["layers"]:
            check_choice("cell", layer["cell"], GATES)
            check_choice("nonlinearity", layer["nonlinearity"], ("tanh", "relu"))
            sizes = {name: check_int(name, layer[name], 1) for name in ("input_size", "hidden_size")}
            layers.append(Layer(**{**layer, **sizes, "bias": bool(layer["bias"])}))
        embedding, output = value["embedding"], value["output"]
        return cls(
            check_int("tokens", value["tokens"], 1),
            tuple(layers),
            None if embedding is None else check_int("embedding", embedding, 1),
            None if output is None else Output(bool(output["bias"])),
            check_choice("dtype", value["dtype"], ("float32", "float64")),  # pyright: ignore[reportArgumentType]
        )
