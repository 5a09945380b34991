"""Refusals of weights: they hold for the recording of which a page asked."""

from __future__ import annotations

from typing import Any

import torch

from epochscope import EpochScope


def ask(scope: EpochScope, epoch: int) -> dict[str, Any]:
    """Ask for the weights of an epoch as a page with an open panel does; return the last answer."""
    answers: list[dict[str, Any]] = []
    scope.player.send = lambda content, _buffers: answers.append(content)  # type: ignore[method-assign]
    place = {"epoch": epoch, "first": epoch, "last": epoch}
    scope._display._receive(None, {"kind": "want", "view": "a", "revision": scope._run.revision, **place}, None)
    return [answer for answer in answers if answer["kind"] == "weights"][-1]


def saved(scope: EpochScope) -> bytes:
    """Return the weights that a new page receives."""
    return scope.player.get_state("weights")["weights"]


def test_a_refusal_is_saved_until_the_run_is_another_one() -> None:
    scope = EpochScope("hihello")
    scope.train(3)
    assert saved(scope) == b""
    with torch.no_grad():
        next(scope.trainer.model.parameters()).mul_(2)  # the epochs from here on cannot be repeated
    scope.train(3)
    assert "repeating epoch 3 gave the loss" in ask(scope, 5)["refused"]
    assert b"repeating epoch 3 gave the loss" in saved(scope)
    scope.reset()
    assert saved(scope) == b""
    scope.train(3)
    assert ask(scope, 2) == {**ask(scope, 2), "refused": None, "complete": [2]}
