"""The panel Inside in an exported page with weights, and what numpy computes from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from playwright.sync_api import expect

from epochscope import EpochScope, Trainer
from epochscope.recording.network import Layer, Network, Output
from epochscope.recording.weights import Weights
from epochscope.training.model import CharRNN
from tests.browser.player import DRAWN

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from epochscope.inspection.activations import Activations

EPOCHS = 30
PAD = 3
"""The space around the cells of a map, px."""


@dataclass
class Trained:
    """A trainer, and the exported page of its run with the weights of all epochs."""

    trainer: Trainer
    path: Path

    def activations(self, epoch: int = EPOCHS - 1) -> Activations:
        return self.trainer.activations(epoch)


def train(path: Path, text: str = " I think therefore I am.", *, diverged: bool = False, **options: Any) -> Trained:
    trainer = Trainer(text, **options)
    model = trainer.model
    assert isinstance(model, CharRNN)
    size, hidden = len(trainer.alphabet), model.hidden_size
    layers = tuple(
        Layer(options.get("cell", "lstm"), hidden if index else size, hidden) for index in range(model.num_layers)
    )
    weights = Weights(Network(size, layers, None, Output() if options.get("readout") else None))
    for epoch in range(EPOCHS):
        weights.add(epoch, np.concatenate([p.detach().numpy().ravel() for p in model.parameters()]))
        trainer.step()
    if diverged:
        weights.add(EPOCHS - 1, np.full(weights.at(0).shape, np.nan))
    trainer.history.weights = weights
    EpochScope.from_trainer(trainer, lang="en").to_html(path, chart=False)
    return Trained(trainer, path)


class Inside:
    """The open panel of a page."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        page.goto(path.as_uri())
        page.locator("[data-action=inside]").click()
        self.details = page.locator("[data-part=inside-details]")
        expect(self.details).to_be_visible()
        self.settle()

    def settle(self) -> None:
        self.page.evaluate(DRAWN)
        self.page.evaluate(DRAWN)

    def map(self, name: str) -> Locator:
        return self.page.locator(f"[data-map={name}]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def click(self, name: str, row: int, column: int, rows: int, columns: int) -> None:
        """Click the cell of a map, counted from its top left."""
        box = self.map(name).bounding_box()
        assert box is not None
        x = PAD + (column + 0.5) * (box["width"] - 2 * PAD) / columns
        y = PAD + (row + 0.5) * (box["height"] - 2 * PAD) / rows
        self.map(name).click(position={"x": x, "y": y})
        self.settle()

    @property
    def cell(self) -> str:
        """What a screen reader says about the selected cell."""
        return self.page.locator("[data-part=inside-cell]").text_content() or ""

    def quantity(self, letter: str) -> float:
        return number(self.page.locator(f"[data-quantity={letter}] .epochscope-inside-number").inner_text())

    @property
    def results(self) -> list[float]:
        return [number(text) for text in self.page.locator("[data-part=equation-result]").all_inner_texts()]

    @property
    def numbers(self) -> list[list[float]]:
        texts = self.page.locator("[data-part=equation-numbers]").all_inner_texts()
        return [[number(found) for found in re.findall(r"−?\d+\.\d+", text)] for text in texts]


def number(text: str) -> float:
    return float(text.removeprefix("= ").replace("−", "-"))
