"""Numbers and model descriptions in a picture's captions, in the format of the player (`js/text/words.ts`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epochscope.recording.recording import Recording


def grouped(count: int) -> str:
    """Return a whole number with its digits in groups of three, separated by commas."""
    return f"{count:,}"


def loss3(loss: float) -> str:
    """Return a loss with three decimals."""
    if math.isnan(loss):
        return "NaN"
    if math.isinf(loss):
        return "∞" if loss > 0 else "−∞"
    return f"{loss:.3f}" if abs(loss) < 1000 else f"{loss:.2e}"


def trained_in_page(recording: Recording, words: Mapping[str, str]) -> str:
    """Return that epochs were trained in a page, and from which one on; empty if none that is recorded was."""
    first = recording.metadata.get("trained_in_page")
    if not isinstance(first, int) or first >= len(recording):
        return ""
    return words["trained_in_page_from"].format(epoch=first) if first else words["trained_in_page"]


def model_parts(recording: Recording, lr: float, words: Mapping[str, str]) -> list[str]:
    """Describe the model and its training in parts; the metadata may come from a file, so its types are checked."""
    metadata = recording.metadata
    hidden, layers = metadata.get("hidden_size"), metadata.get("num_layers")
    size = f"{layers} × {hidden}" if isinstance(layers, int) and layers > 1 else hidden
    parameters, forget_bias = metadata.get("parameters"), metadata.get("forget_bias")
    training = [str(metadata["optimizer"])] if metadata.get("optimizer") else []
    if math.isfinite(lr):
        training.append(words["learning_rate_value"].format(lr=f"{lr:.4g}"))
    parts = [
        words["hidden"].format(size=size) if hidden else "",
        words["output_layer"] if metadata.get("readout") else "",
        words["label_forget_bias"].format(bias=f"{forget_bias:.4g}") if isinstance(forget_bias, float) else "",
        words["windows"].format(tokens=metadata["window"]) if metadata.get("window") else "",
        words["parameters"].format(count=grouped(parameters)) if isinstance(parameters, int) else "",
        ", ".join(training),
        words["seed"].format(seed=metadata["seed"]) if metadata.get("seed") is not None else "",
        str(metadata["device"]) if metadata.get("device") not in (None, "cpu") else "",
        trained_in_page(recording, words),
    ]
    return [part for part in parts if part]
