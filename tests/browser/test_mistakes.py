"""Twelve mistakes, typed in JupyterLab as a student would: the message is in sight and says what to change."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.browser.notebook import SCREENSHOTS

if TYPE_CHECKING:
    from tests.browser.conftest import OpenNotebook

SETUP = """\
import torch
from torch import nn
from epochscope import EpochScope, Trainer, monitor
sentence = " I think therefore I am."
char_set = sorted(set(sentence))
V = len(char_set)
ids = torch.tensor([[char_set.index(c) for c in sentence]])
X = nn.functional.one_hot(ids[:, :-1], V).float()
Y = ids[:, 1:]
net = nn.LSTM(V, V, batch_first=True)
criterion = nn.CrossEntropyLoss()
def watch(**log):
    scope = monitor(X, Y, alphabet=char_set)
    for epoch in scope.epochs(3):
        scope.log(**log)
"""
OUTPUTS = "outputs, hidden = net(X); loss = criterion(outputs.view(-1, V), Y.view(-1))\n"
#: The code of a cell, and the end of what the student reads.
MISTAKES = {
    "cell": ("EpochScope(sentence, cell='lsmt')", "did you mean 'lstm'?"),
    "option": ("EpochScope(sentence, hiden_size=20)", "did you mean hidden_size?"),
    "file": ("EpochScope(open('sentence.txt'))", "pass what the file contains, text=file.read()"),
    "class": ("EpochScope(sentence, criterion=nn.CrossEntropyLoss)", "call it: criterion=nn.CrossEntropyLoss()"),
    "batch-first": ("EpochScope(sentence, model=nn.LSTM(V, V))", "pass nn.LSTM(..., batch_first=True)"),
    "hidden-size": (
        "EpochScope(sentence, model=nn.LSTM(V, 20, batch_first=True))",
        f"end with nn.Linear(20, {14}), or use a hidden size of {14}",
    ),
    "tuple": (
        OUTPUTS + "watch(loss=loss, logits=net(X))",
        "log its first element, outputs[0], or write outputs, _ = model",
    ),
    "argmax": (OUTPUTS + "watch(loss=loss, logits=outputs.argmax(2))", "log the logits, before argmax"),
    "loss": (
        OUTPUTS + "watch(loss=criterion, logits=outputs)",
        "loss = criterion(outputs.reshape(-1, V), targets.reshape(-1))",
    ),
    "sum": (
        OUTPUTS + "watch(loss=loss * 23, logits=outputs)",
        "log loss / 23, or make the criterion with reduction='mean'",
    ),
    "train": ("monitor(sentence).scope.train()", "EpochScope(text) makes a scope that trains"),
    "size": (
        "EpochScope('abcdefgh' * 5_000, window=200)",
        "or train on mini-batches in a loop of your own, with monitor()",
    ),
}


@pytest.mark.thorough
def test_a_mistake_is_answered_in_sight(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([SETUP, ""])
    notebook.run(0)
    notebook.run_code("from pathlib import Path; Path('sentence.txt').write_text(sentence)", 1)
    height = notebook.page.viewport_size["height"] if notebook.page.viewport_size else 0
    for name, (code, remedy) in MISTAKES.items():
        notebook.set_source(1, code)
        with suppress(RuntimeError):  # the cell shows the error
            notebook.run(1)
        output = notebook.output(1)
        said = " ".join(output.inner_text().split())
        notebook.page.screenshot(path=SCREENSHOTS / f"mistake-{name}.png")
        assert remedy in said, f"{name}: {said[-600:]}"
        message = output.locator("pre").last
        message.evaluate("pre => pre.scrollIntoView({ block: 'end' })")
        box = message.bounding_box()
        assert box is not None
        assert box["height"] < height, f"{name}: the traceback has {box['height']:.0f} px of {height}"
        assert message.evaluate("pre => pre.scrollWidth <= pre.clientWidth"), (
            f"{name}: the message is cut off at its side"
        )
