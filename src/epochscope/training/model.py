"""The network of the classic labs: recurrent layers on one-hot tokens, optionally with a linear output layer."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import nn

from epochscope.validation import check_choice, check_int

CELLS: dict[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}

#: Hidden state (L, B, H) of L layers; of an LSTM, the pair of hidden state and cell state, both (L, B, H).
State: TypeAlias = "torch.Tensor | tuple[torch.Tensor, torch.Tensor]"


class CharRNN(nn.Module):
    """Recurrent network from one-hot tokens (B, T, V) to logits (B, T, V).

    Parameters
    ----------
    vocab_size
        V, the number of different tokens.
    cell
        "rnn" (Elman network with tanh), "lstm" or "gru". Defaults to "lstm".
    hidden_size
        H, the size of the hidden state. Defaults to V.
    num_layers
        L, the number of stacked recurrent layers. Defaults to 1.
    readout
        Whether a linear output layer computes the logits from the hidden state. Defaults to False: the hidden state
        *is* the logits, as in the classic lab, so H must be V and all logits are in (-1, 1).

    Raises
    ------
    ValueError
        If an argument is invalid, or `hidden_size` is not V although there is no output layer.
    """

    def __init__(
        self,
        vocab_size: int,
        *,
        cell: str = "lstm",
        hidden_size: int | None = None,
        num_layers: int = 1,
        readout: bool = False,
    ) -> None:
        super().__init__()
        vocab_size = check_int("vocab_size", vocab_size, 1)
        self.cell: str = check_choice("cell", cell, CELLS)
        self.hidden_size: int = vocab_size if hidden_size is None else check_int("hidden_size", hidden_size, 1)
        self.num_layers: int = check_int("num_layers", num_layers, 1)
        if not readout and self.hidden_size != vocab_size:
            raise ValueError(
                f"hidden_size={self.hidden_size}: must be {vocab_size}, the number of tokens, without an output layer; "
                "omit hidden_size, or pass readout=True"
            )
        self.rnn: nn.RNN | nn.LSTM | nn.GRU = CELLS[self.cell](
            vocab_size, self.hidden_size, self.num_layers, batch_first=True
        )
        self.readout: nn.Linear | None = nn.Linear(self.hidden_size, vocab_size) if readout else None

    def forward(self, x: torch.Tensor, state: State | None = None) -> tuple[torch.Tensor, State]:
        """Compute the logits of the token after each token, as `torch.nn.RNN.forward` does.

        Parameters
        ----------
        x
            One-hot tokens (B, T, V).
        state
            The hidden state before the first token. Defaults to zeros.

        Returns
        -------
        logits
            (B, T, V).
        state
            The hidden state after the last token.
        """
        hidden, new_state = self.rnn(x, state)  # (B, T, H)
        return (hidden if self.readout is None else self.readout(hidden)), new_state
