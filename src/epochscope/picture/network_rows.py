"""Draws a network: its kind, the network unrolled in the columns of the text, and its weights counted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from epochscope.recording.network import GATES, Layer, Network, Output
from epochscope.recording.recording import Recording

from .captions import grouped
from .learning_map import GAP
from .svg import Pen, number
from .text_rows import CELL_HEIGHT, GUTTER, LABEL_GAP, TextRows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Each kind of network with its number of steps, and the steps that read an input and that give an output. The taxonomy
#: is that of the Stanford course CS231n (Li, Johnson and Yeung, 2018, lecture 10); the drawings are our own.
ARCHITECTURES: dict[str, tuple[int, tuple[int, ...], tuple[int, ...]]] = {
    "one_to_one": (1, (0,), (0,)),
    "one_to_many": (3, (0,), (0, 1, 2)),
    "many_to_one": (3, (0, 1, 2), (2,)),
    "many_to_many": (4, (0, 1), (2, 3)),
    "every_step": (3, (0, 1, 2), (0, 1, 2)),
}
BOX, STEP, KIND_HEIGHT = 12, 22, 84  # px of a box, between two steps, and of the row of kinds
INPUT_HEIGHT, PART_HEIGHT, FLOW = 22, 30, 14  # px of a row of inputs, of boxes, and of the arrows between two rows
HEAD = 3  # px of the head of an arrow
LINE = 22  # px of a line of text


def architecture_of(counted: npt.NDArray[np.bool_]) -> str:
    """Return the kind that the targets make of a network that reads every position, as `js/drawing/architectures.ts`.

    Ignored positions at the end are padding; those before the first target are read without an answer. `counted` (P,)
    tells which positions have a target.
    """
    if len(counted) == 1:
        return "one_to_one"
    first, count = int(counted.argmax()), int(counted.sum())
    if first == 0:
        return "every_step"
    if count == 1:
        return "many_to_one"
    return "many_to_many" if counted[first : first + count].all() else "every_step"


def recorded_network(recording: Recording) -> Network | None:
    """Return the description of the network that made a recording, from its metadata; None if it does not say it."""
    metadata, tokens = recording.metadata, len(recording.alphabet)
    cell, size, layers = metadata.get("cell"), metadata.get("hidden_size"), metadata.get("num_layers", 1)
    if cell not in GATES or not isinstance(size, int) or not isinstance(layers, int):
        return None
    output = Output() if metadata.get("readout") else None
    sizes = [tokens, *[size] * layers]
    try:
        chain: tuple[Layer, ...] = tuple(map(partial(Layer, cell), sizes, sizes[1:]))
        network = Network(tokens, chain, output=output)
    except ValueError:
        return None
    return network if metadata.get("parameters") in (None, network.n_weights) else None


def formulas(network: Network, words: Mapping[str, str]) -> list[str]:
    """Return the number of weights of each part as a product of sizes, and their sum if there are several."""
    lines = []
    if network.embedding is not None:
        count = grouped(network.tokens * network.embedding)
        lines.append(f"{words['part_embedding']}: {network.tokens}·{network.embedding} = {count}")
    several = len(network.layers) > 1
    for index, layer in enumerate(network.layers):
        gates, h = len(GATES[layer.cell]), layer.hidden_size
        biases = f" + 2·{h}" if layer.bias else ""
        times = f"{gates} × " if gates > 1 else ""
        name = f"{layer.cell.upper()} {index + 1}" if several else layer.cell.upper()
        count = grouped(sum(map(math.prod, layer.shapes.values())))
        lines.append(f"{name}: {times}({h}·{layer.input_size} + {h}·{h}{biases}) = {count}")
    if network.output is not None:
        h = network.layers[-1].hidden_size
        bias = network.tokens if network.output.bias else 0
        product = f"{network.tokens}·{h}" + (f" + {bias}" if bias else "")
        lines.append(f"{words['part_output']}: {product} = {grouped(network.tokens * h + bias)}")
    return lines if len(lines) == 1 else [*lines, f"Σ = {grouped(network.n_weights)}"]


@dataclass(frozen=True)
class NetworkRows:
    """Draws a network below the heading of a picture; `network` is None if its parts are not known."""

    pen: Pen
    text: TextRows
    network: Network | None
    words: Mapping[str, str]

    @property
    def parts(self) -> list[str]:
        """The names of the boxes of each column."""
        if self.network is None:
            return [self.words["network_model"]]
        embedding = [] if self.network.embedding is None else [self.words["part_embedding"]]
        output = [] if self.network.output is None else [self.words["part_output"]]
        return [*embedding, *(layer.cell.upper() for layer in self.network.layers), *output]

    @property
    def height(self) -> int:
        """Height of a line of the unrolled network, px."""
        return INPUT_HEIGHT + len(self.parts) * (FLOW + PART_HEIGHT) + FLOW + CELL_HEIGHT

    def kinds(self, left: float, top: float, width: float) -> list[str]:
        """Return the five kinds of networks side by side; the one of this network is framed."""
        pitch = width / len(ARCHITECTURES)
        parts = []
        for i, (name, (steps, inputs, outputs)) in enumerate(ARCHITECTURES.items()):
            ours = name == architecture_of(self.text.recording.counted)
            x = left + (i + 0.5) * pitch
            drawn = self._kind(x - (steps - 1) * STEP / 2, top + 10, steps, inputs, outputs, ours=ours)
            style: dict[str, Any] = {"fill": "ink", "font_weight": 700} if ours else {"fill": "quiet"}
            place: dict[str, Any] = {"x": x, "y": top + KIND_HEIGHT - 8, "text_anchor": "middle", "font_size": 11}
            caption = self.pen.text(text=self.words[name], **place, **style)
            frame: dict[str, Any] = {"x": left + i * pitch + 2, "y": top, "width": pitch - 4, "height": KIND_HEIGHT}
            framed = [self.pen.draw("rect", stroke="ink", fill_opacity=0, rx=6, kind="ours", **frame)] if ours else []
            parts += [*framed, *drawn, caption]
        return parts

    def _kind(
        self, x: float, y: float, steps: int, inputs: Sequence[int], outputs: Sequence[int], *, ours: bool
    ) -> list[str]:
        parts, path = [], ""
        for step in range(steps):
            middle = x + step * STEP
            box: dict[str, Any] = {"x": middle - BOX / 2, "width": BOX, "height": BOX, "rx": 2}
            rows = [(y, step in inputs, False), (y + 20, True, ours), (y + 40, step in outputs, False)]
            parts += [
                self.pen.draw("rect", y=row, **box, stroke="quiet", fill="ink" if filled else "ground")
                for row, drawn, filled in rows if drawn
            ]  # fmt: skip
            path += arrow(middle, y + BOX, middle, y + 19) if step in inputs else ""
            path += arrow(middle, y + 20 + BOX, middle, y + 39) if step in outputs else ""
            path += arrow(middle + BOX / 2, y + 26, middle + STEP - BOX / 2 - 1, y + 26) if step < steps - 1 else ""
        return [*parts, self.pen.draw("path", d=path, stroke="quiet", fill_opacity=0)]

    def line(self, line: int, left: int, top: int) -> list[str]:
        """Return the network unrolled over the positions of a line of the text."""
        positions, start = self.text.columns(line, left)
        pitch, recording = self.text.layout.pitch, self.text.recording
        middle = [start + i * pitch + (pitch - GAP) / 2 for i in range(len(positions))]
        half = max(3.0, (pitch - GAP) / 2 - max(2, min(12, pitch * 0.19)))
        parts = [self._label(left, top + 16, self.words["input"])]
        parts.append(self.text.glyphs(recording.inputs[positions], start, top + 16, "panel-input"))
        path, y = "", top + INPUT_HEIGHT
        for name in self.parts:
            path += "".join(arrow(x, y, x, y + FLOW - 1) for x in middle)
            y += FLOW
            parts.append(self._label(left, y + PART_HEIGHT / 2 + 4, name))
            box: dict[str, Any] = {"y": y, "width": 2 * half, "height": PART_HEIGHT, "rx": 3}
            parts += [
                self.pen.draw("rect", x=x - half, **box, kind="cell", fill="quiet", fill_opacity=0.18, stroke="quiet")
                for x in middle
            ]
            if name in (cell.upper() for cell in GATES) or self.network is None:
                path += self._state(middle, half, y, positions, vectors=2 if name == "LSTM" else 1)
            y += PART_HEIGHT
        path += "".join(arrow(x, y, x, y + FLOW - 1) for x in middle)
        y += FLOW
        parts.append(self._label(left, y + CELL_HEIGHT / 2 + 4, self.words["prediction"]))
        row = recording.records(self.text.epoch, self.text.epoch + 1).top_tokens[0, positions, 0]
        correct = row == recording.targets[positions]
        tones = ["plain" if not recording.counted[p] else "correct" if ok else "wrong"
                 for p, ok in zip(positions, correct, strict=True)]  # fmt: skip
        parts += self.text.tiles(row, tones, start, y, "panel-tiles")
        return [*parts, self.pen.draw("path", d=path, kind="arrows", stroke="ink", stroke_width=1, fill_opacity=0)]

    def _state(
        self, middle: Sequence[float], half: float, top: float, positions: Sequence[int], *, vectors: int
    ) -> str:
        """Return the arrows that carry the state from column to column."""
        window = self.text.recording.metadata.get("window")
        forward = 1 if self.text.layout.direction == "ltr" else -1
        heights = [top + PART_HEIGHT * share for share in ((1 / 3, 2 / 3) if vectors == 2 else (0.5,))]
        path = ""
        for i, position in enumerate(positions):
            before = i - forward
            if position and 0 <= before < len(positions) and not (window and position >= window):
                ends = middle[before] + forward * half, middle[i] - forward * (half + 1)
                path += "".join(arrow(ends[0], y, ends[1], y) for y in heights)
        return path

    def _label(self, left: float, y: float, text: str) -> str:
        return self.pen.text(left + GUTTER - LABEL_GAP, y, text, fill="quiet", font_size=12, text_anchor="end")


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return the path of an arrow along a row or a column; a short one has no head."""
    length = math.hypot(x2 - x1, y2 - y1)
    path = f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
    if length < 2 * HEAD:
        return path
    dx, dy = (x2 - x1) / length * HEAD, (y2 - y1) / length * HEAD
    first, second = (f"{number(x2 - dx - sign * dy)} {number(y2 - dy + sign * dx)}" for sign in (1, -1))
    return f"{path}M{first}L{number(x2)} {number(y2)}L{second}"
