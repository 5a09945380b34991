"""The texts that a user's loop is watched on: one, or several by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from epochscope.recording.probes import Probe

from .loop_data import LoopData

#: The name of a text that has none.
ONE = "probe"


class LoopProbes:
    """Several texts over one alphabet, whose shown positions are recorded one after another.

    Parameters
    ----------
    probes
        The texts by name, at least one.
    """

    def __init__(self, probes: Mapping[str, LoopData]) -> None:
        self.by_name: dict[str, LoopData] = dict(probes)
        self.all: list[LoopData] = list(probes.values())
        self.first: LoopData = self.all[0]
        ends = np.cumsum([len(data.positions) for data in self.all]).tolist()
        #: The positions of each text.
        self.spans: tuple[Probe, ...] = tuple(
            Probe(name, end - len(data.positions), end) for (name, data), end in zip(probes.items(), ends, strict=True)
        )
        self.separator: str = " " if any(data.separator for data in self.all) else ""
        self.inputs: np.ndarray = np.concatenate([data.shown_inputs for data in self.all])  # (P,)
        self.targets: np.ndarray = np.concatenate([data.shown_targets for data in self.all])  # (P,), or IGNORED
        #: The number of logits of one epoch.
        self.size: int = sum(data.inputs.size for data in self.all) * len(self.first.alphabet)

    @property
    def only(self) -> LoopData | None:
        """The text, if there is only one."""
        return self.first if len(self.all) == 1 else None

    def stack_shown(self, epochs: Sequence[Any]) -> np.ndarray:
        """Return the shown positions (n, P, V) of n epochs: logits from `copy_logits` of each text, or of the only one.

        Logits of several texts are a list.
        """
        if len(self.all) == 1:
            return self.first.stack_shown(epochs)
        parts = [data.stack_shown([each[i] for each in epochs]) for i, data in enumerate(self.all)]
        return np.concatenate(parts, axis=1)
