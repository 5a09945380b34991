"""Short names of the runs of a comparison, made of what tells them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from epochscope.history import History
from epochscope.words import words

#: The most characters of a label.
MAX_LABEL = 40
#: The most characters of a text that tells runs apart.
MAX_TEXT = 12


def make_labels(histories: Sequence[History], lang: str = "") -> list[str]:
    """Return a name for each recording: its model, and what differs between runs; a number if nothing does.

    Parameters
    ----------
    histories
        The recordings.
    lang
        "en", "ko", or "" for English.
    """
    described = [_describe(history, words(lang or "en")) for history in histories]
    names = [str(history.metadata.get("model", "run")) for history in histories]
    for key in described[0]:
        differs = len({each[key] for each in described} - {None}) > 1
        if differs and (key != "seed" or len(set(names)) < len(names)):  # a seed says little
            names = [f"{name}, {each[key]}" if each[key] else name for name, each in zip(names, described, strict=True)]
    names = [name if len(name) <= MAX_LABEL else name[: MAX_LABEL - 1] + "…" for name in names]
    repeated = Counter(names)
    numbers: Counter[str] = Counter()
    labels = []
    for name in names:
        numbers[name] += 1
        labels.append(name if repeated[name] == 1 else f"{name[: MAX_LABEL - 4]} ({numbers[name]})")
    return labels


def _describe(history: History, catalogue: Mapping[str, str]) -> dict[str, str | None]:
    """Return what may tell a run apart, in the order in which it is named; None: not the choice of the user."""
    known = history.metadata

    def value(name: str, write: Callable[[Any], str]) -> str:
        return "" if known.get(name) is None else write(known[name])

    text = history.join(history.inputs)
    return {
        "text": f"“{text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + '…'}”",
        "readout": catalogue["output_layer"] if known.get("readout") else "",
        "hidden_size": value("hidden_size", lambda size: catalogue["hidden"].format(size=size))
        if known.get("readout") is not False
        else None,
        "num_layers": value("num_layers", lambda n: catalogue["label_layers"].format(n=n)),
        "forget_bias": value("forget_bias", lambda bias: catalogue["label_forget_bias"].format(bias=f"{bias:g}")),
        "window": value("window", lambda n: catalogue["windows"].format(tokens=n)),
        "optimizer": value("optimizer", str),
        "lr": value("lr", lambda lr: f"lr {lr:g}"),
        "seed": value("seed", lambda seed: catalogue["seed"].format(seed=seed)),
    }
