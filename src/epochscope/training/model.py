"""The classic small nets: a recurrent layer from one-hot tokens, and maybe a linear layer to read it out."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from epochscope.validation import check_choice, check_int

CELLS: dict[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class CharRNN(nn.Module):
    """One-hot tokens (B, T, V) to logits (B, T, V).

    Parameters
    ----------
    tokens
        V, how many tokens there are.
    cell
        "rnn" (Elman's, with tanh), "lstm" or "gru".
    hidden_size
        H, V unless told.
    num_layers
        How many recurrent layers stand on one another.
    readout
        Whether a linear layer makes logits of the hidden state. Without one the hidden state *is* the logits, as in the
        classic lab: H must be V, and all logits lie in (-1, 1).
    """

    def __init__(
        self,
        tokens: int,
        *,
        cell: str = "lstm",
        hidden_size: int | None = None,
        num_layers: int = 1,
        readout: bool = False,
    ) -> None:
        super().__init__()
        self.cell = check_choice("cell", cell, CELLS)
        self.hidden_size = tokens if hidden_size is None else check_int("hidden_size", hidden_size, 1)
        self.num_layers = check_int("num_layers", num_layers, 1)
        if not readout and self.hidden_size != tokens:
            raise ValueError(
                f"hidden_size={self.hidden_size} without a readout: the hidden state is the logits, one for each of "
                f"the {tokens} tokens; leave hidden_size out (it is {tokens} then), or set readout=True"
            )
        self.rnn = CELLS[self.cell](tokens, self.hidden_size, self.num_layers, batch_first=True)
        self.readout = nn.Linear(self.hidden_size, tokens) if readout else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (B, T, V) of the token after each, from one-hot tokens (B, T, V) and a hidden state of zeros."""
        hidden, _ = self.rnn(x)  # (B, T, H)
        return hidden if self.readout is None else self.readout(hidden)

    def advance(self, x: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        """Like `forward`, from a hidden state; the second value is the state to go on from."""
        hidden, state = self.rnn(x, state)
        return (hidden if self.readout is None else self.readout(hidden)), state
