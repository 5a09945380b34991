"""The fixtures of what a page that trains computes like `epochscope.recording`: records, events and reference losses.

`python -m tests.recording.page_fixtures` writes them. Numbers that JSON does not have are strings, e.g. "NaN".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from epochscope.recording.records import condense
from epochscope.recording.references import reference_losses

from .made_up import with_losses

FOLDER = Path(__file__).parents[1] / "fixtures"
HALF_STEPS = 2.0**40  # added to a logit, it leaves multiples of 1/4096, half a step of a recorded loss
SENTENCE = " I think therefore I am."

Cases = list[dict[str, Any]]


def condensed() -> Cases:
    """Return logits (P, V) of one epoch and their records."""
    return [condensed_case(*case) for case in logits_and_targets()]


def condensed_case(name: str, logits: np.ndarray, targets: Sequence[int]) -> dict[str, Any]:
    losses, tokens, probabilities = condense(logits[None], np.array(targets))
    return {
        "case": name,
        "dtype": logits.dtype.name,
        "logits": [numbers(row) for row in logits],
        "targets": list(targets),
        "position_losses": losses[0].tolist(),
        "top_tokens": tokens[0].tolist(),
        "top_probabilities": probabilities[0].tolist(),
    }


def logits_and_targets() -> Iterator[tuple[str, np.ndarray, Sequence[int]]]:
    rng = np.random.default_rng(3)
    for tokens in (2, 4, 5, 14, 33, 300):
        yield f"{tokens} tokens", rng.normal(0, 4, (6, tokens)).round(3), rng.integers(0, tokens, 6).tolist()
    single = rng.normal(0, 4, (8, 14)).round(3).astype(np.float32)
    yield "single precision", single, rng.integers(0, 14, 8).tolist()
    yield "equal logits", rng.integers(-1, 2, (12, 9)).astype(float), rng.integers(0, 9, 12).tolist()
    for tokens in (6, 30):
        yield f"probabilities of a half for {tokens} tokens", np.zeros((1, tokens)), [0]
    halves = HALF_STEPS + rng.integers(-8192, 8192, (20, 7)) / 4096
    yield "losses of half a step", halves, rng.integers(0, 7, 20).tolist()
    yield "ignored positions", rng.normal(0, 4, (5, 6)).round(3), [-1, 3, -1, 0, -1]
    yield "losses that saturate", np.array([[0.0, 31.9, -3], [0, 32.5, 1], [0, 1e300, 2], [40, 0, 0]]), [0, 0, 2, 0]
    for tokens in (7, 40):
        yield f"numbers that are not finite among {tokens}", not_finite(tokens), [0, 1, 2, 3, 0, 1, 2, -1]


def not_finite(tokens: int) -> np.ndarray:
    logits = np.random.default_rng(tokens).normal(0, 2, (8, tokens)).round(3)
    logits[0, 2] = logits[1, 4] = logits[1, 6] = logits[7, 3] = np.nan
    logits[2, 5] = np.inf
    logits[3, [0, 6]] = np.inf
    logits[4, 1:] = -np.inf
    logits[5] = -np.inf
    logits[6, [1, 3]] = np.nan, np.inf
    logits[7, 5] = np.inf
    return logits


def events() -> Cases:
    """Return losses, learning rates, which epochs are all correct, branches, and the events of these recordings."""
    return [event_case(name, *case) for name, case in recordings().items()]


def event_case(name: str, losses: Any, lrs: Any = 0.1, correct: Any = None, branches: Any = ()) -> dict[str, Any]:
    losses = [float(loss) for loss in losses]
    lrs = np.broadcast_to(np.asarray(lrs, float), len(losses)).tolist()
    correct = [False] * len(losses) if correct is None else [bool(value) for value in correct]
    recording = with_losses(losses, lrs, correct)
    recording.branches = tuple(branches)
    found = [{"epoch": e.epoch, "kind": e.kind, "value": e.value} for e in recording.events]
    return {
        "case": name,
        "losses": numbers(losses),
        "lrs": numbers(lrs),
        "all_correct": [epoch for epoch, value in enumerate(correct) if value],
        "branches": list(branches),
        "events": found,
    }


def recordings() -> dict[str, tuple[Any, ...]]:
    """Return the arguments of `event_case` by name."""
    falling = (2.6 * 0.9 ** np.arange(60) + 1.2).round(6)
    best = float(falling[-1])
    rough = [1.2 + 0.05 * (epoch % 2) for epoch in range(40)]
    schedule = [0.1] * 5 + [0.1 * 0.97**epoch for epoch in range(1, 30)] + [0.001, 0.00095, 0.00095, 0.0009]
    return {
        "nothing": ([],),
        "falling": (falling,),
        "just below a spike": ([*falling, best * 1.029],),
        "just a spike": ([*falling, best * 1.031],),
        "small near zero": ([1e-3] * 20 + [0.03, 1e-3, 0.032],),
        "escalations": ([*falling, *[best + 0.04] * 5, best + 0.45, best + 1, best + 2.5, best + 9],),
        "two spikes": ([*falling, best + 0.1, best + 0.03, best + 0.1, best + 0.01, *[best] * 20, best + 0.1],),
        "usual changes": ([*rough, 1.35, 1.2, 1.45],),
        "the second epoch": ([1.0, 9.0, 1.0, 9.0],),
        "not finite": ([2.0, math.inf, math.nan, 1.0, -math.inf, 1.5, math.nan, math.nan, 9.0],),
        "not finite at first": ([math.nan, math.inf, 2.0, 9.0, 1.0],),
        "huge": ([1e308, -1e308, 1e308, 1e-308, 0.0, -1.0, 5.0],),
        "all correct": (falling, 0.1, falling < 1.5),
        "all correct twice": (falling[:9], 0.1, [0, 0, 1, 0, 1, 1, 0, 0, 1]),
        "a schedule": ([2.0] * len(schedule), schedule),
        "unknown rates": ([2.0] * 7, [math.nan, 0.1, math.nan, 0.1, 0.09, 0.0, 0.01]),
        "a tenth": ([2.0] * 6, [1.0, 1.1, 1.0, 0.9, 0.8, 0.8]),
        "negative rates": ([2.0] * 5, [-1.0, -1.05, -1.1, 1.0, 2.0]),
        "branches": ([2.0] * 8, [0.1, 0.1, 0.1, 0.01, 0.01, math.nan, 0.01, 0.011], None, (2, 3, 5, 7)),
        "branches and more": ([2.0, 2.0, math.nan, 1.0, 1.0, 7.0], 0.1, [0, 0, 1, 0, 0, 0], (0, 2, 5)),
        **{f"random {seed}": random_recording(seed) for seed in range(30)},
    }


def random_recording(seed: int) -> tuple[Any, ...]:
    """Return a random walk of the logarithm of the loss, with jumps, and other changes."""
    rng = np.random.default_rng(seed)
    n = 100
    steps = rng.normal(-0.02, 0.01 * 2 ** (seed % 6), n) + (rng.random(n) < 0.05) * rng.exponential(1, n)
    losses = np.exp(np.cumsum(steps) + 0.5).round(6)
    losses[rng.random(n) < 0.02 * (seed % 3)] = rng.choice([math.nan, math.inf])
    lrs = (0.1 * np.cumprod(np.where(rng.random(n) < 0.1, rng.uniform(0.8, 1.2, n), 1))).round(6)
    lrs[rng.random(n) < 0.03] = math.nan
    return losses, lrs, rng.random(n) < 0.02, np.flatnonzero(rng.random(n) < 0.02).tolist()


def references() -> Cases:
    """Return texts as indices, and their reference losses."""
    return [reference_case(*case) for case in texts()]


def reference_case(
    name: str, inputs: Sequence[int], targets: Sequence[int], window: int | None = None, saturates: bool = False
) -> dict[str, Any]:
    tokens = max(*inputs, *targets) + 1
    found = reference_losses(inputs, targets, tokens, window=window, saturates=saturates)
    return {
        "case": name,
        "inputs": list(inputs),
        "targets": list(targets),
        "tokens": tokens,
        "window": window,
        "saturates": saturates,
        "references": [{"kind": each.kind, "loss": each.loss, "tokens": each.tokens} for each in found],
    }


def texts() -> Iterator[tuple[Any, ...]]:
    alphabet = sorted(set(SENTENCE))
    sentence = [alphabet.index(token) for token in SENTENCE]
    for window in (None, 1, 2, 8, 10, 23, 99):
        yield f"a sentence in windows of {window}", sentence[:-1], sentence[1:], window
    yield "two positions", [0, 1], [1, 0]
    yield "a repetition", [0, 1, 2] * 20, [1, 2, 0] * 20
    yield "a repetition in windows", [0, 1, 2] * 20, [1, 2, 0] * 20, 4
    rng = np.random.default_rng(5)
    for tokens, length in ((2, 80), (3, 200), (70, 150)):
        text = rng.integers(0, tokens, length + 1).tolist()
        ignored = [-1 if rng.random() < 0.3 else target for target in text[1:]]
        for window in (None, 1, 5, 40):
            yield f"{tokens} random tokens in windows of {window}", text[:-1], text[1:], window
            yield f"{tokens} random tokens in windows of {window}, some ignored", text[:-1], ignored, window
    first = [-1] * 11 + text[12:]
    yield "the first targets of all windows are ignored", text[:-1], first, 140
    padded = [0] * 1022
    yield "as many positions in windows as are counted", [*padded, 1], [*padded[:-1], 1, 0], 512
    yield "one window more than is counted", [*padded, 1, 0], [*padded[:-1], 1, 0, 1], 512
    yield "without an output layer", sentence[:-1], sentence[1:], None, True


def numbers(values: Any) -> list[float | str]:
    """Return numbers with strings in place of those that JSON does not have, as JavaScript writes them."""
    return [value if math.isfinite(value) else special(value) for value in map(float, values)]


def special(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


FIXTURES = {"condensed.json": condensed, "events.json": events, "references.json": references}


def lines(cases: Cases) -> str:
    """Return JSON with one line for each case."""
    return "[\n" + ",\n".join(json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases) + "\n]\n"


if __name__ == "__main__":
    for file, make in FIXTURES.items():
        (FOLDER / file).write_text(lines(make()))
