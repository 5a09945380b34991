"""A small GPT over characters that trains on mini-batches; the kernels of the benchmarks import it too."""

from __future__ import annotations

import random
from typing import Any

import torch
from torch import nn

from tests.benchmarks.loops import Stopwatch, Took

BLOCK, BATCH = 64, 16  # tokens of a sequence, sequences of a mini-batch
WIDTH, HEADS, LAYERS = 64, 4, 2
WORDS = ("the", "a", "clock", "fox", "river", "sees", "hears", "and", "then", "quiet", "old", "runs", "home", "again")


class Decoder(nn.Module):
    """Token and position embeddings, layers of causal self-attention, and a linear layer to the logits."""

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self.token, self.position = nn.Embedding(tokens, WIDTH), nn.Embedding(BLOCK, WIDTH)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, dropout=0.1, activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.logits = nn.Linear(WIDTH, tokens)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the logits (B, T, V) of the token after each of (B, T)."""
        length = tokens.shape[1]
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        seen = self.token(tokens) + self.position(torch.arange(length))
        return self.logits(self.layers(seen, mask=mask, is_causal=True))


class Corpus:
    """A text of about a million characters, and mini-batches of it."""

    def __init__(self, seed: int = 0) -> None:
        draw = random.Random(seed)
        self.text = " ".join(draw.choices(WORDS, k=230_000)) + "."
        self.alphabet = sorted(set(self.text))
        index = {token: number for number, token in enumerate(self.alphabet)}
        self._indices = torch.tensor([index[token] for token in self.text])
        self.probe = self.text[: BLOCK + 1]

    def batch(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return inputs and targets (B, T) from random places."""
        at = torch.randint(len(self._indices) - BLOCK - 1, (BATCH, 1)) + torch.arange(BLOCK + 1)
        drawn = self._indices[at]
        return drawn[:, :-1], drawn[:, 1:]


class Training:
    """A GPT and the steps of its training; setting up is not timed."""

    def __init__(self) -> None:
        self.corpus = Corpus()
        self.model = Decoder(len(self.corpus.alphabet))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.criterion = nn.CrossEntropyLoss()

    def step(self) -> torch.Tensor:
        """Train one step, and return its loss."""
        inputs, targets = self.corpus.batch()
        loss = self.criterion(self.model(inputs).flatten(0, 1), targets.flatten())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def bare(self, n: int) -> Took:
        """Train `n` steps, and keep nothing."""
        watch = Stopwatch()
        for _ in range(n):
            self.step()
        return watch.per(n)

    def watched(self, monitor: Any, n: int, every: int) -> Took:
        """Train `n` steps, of which one in `every` is recorded."""
        watch = Stopwatch()
        for _ in monitor.steps(n, every=every):
            loss = self.step()
            monitor.log(loss=loss, probe=self.model)
        return watch.per(n)
