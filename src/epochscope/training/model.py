"""The network of the classic labs: recurrent layers on one-hot tokens, optionally with a linear output layer."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import nn

from epochscope.validation import check_choice, check_finite, check_int

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
    forget_bias
        Number to add to the initial biases of the forget gates of all layers, of LSTM cells only (Gers et al. 2000,
        "Learning to forget"; Jozefowicz et al. 2015, "An empirical exploration of recurrent network architectures",
        recommend 1). It is added to the forget part of `bias_ih`; the other initial weights stay the same. Defaults to
        0.0, as in torch: the gates are about 0.5, so that half of the cell state is left after a step; with 1.0 they
        are about 0.73.

    Raises
    ------
    ValueError
        If an argument is invalid, `hidden_size` is not V although there is no output layer, or a forget bias is given
        for cells that have no forget gate.
    """

    def __init__(
        self,
        vocab_size: int,
        *,
        cell: str = "lstm",
        hidden_size: int | None = None,
        num_layers: int = 1,
        readout: bool = False,
        forget_bias: float = 0.0,
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
        self.forget_bias: float = self._check_forget_bias(forget_bias)
        self.rnn: nn.RNN | nn.LSTM | nn.GRU = CELLS[self.cell](
            vocab_size, self.hidden_size, self.num_layers, batch_first=True
        )
        self._add_forget_bias()
        self.readout: nn.Linear | None = nn.Linear(self.hidden_size, vocab_size) if readout else None

    def _check_forget_bias(self, value: object) -> float:
        number = check_finite("forget_bias", value)
        if number and self.cell != "lstm":
            raise ValueError(
                f"forget_bias={value!r}: must be 0 for {self.cell.upper()} cells, which have no forget gate; omit it, "
                'or pass cell="lstm"'
            )
        largest = torch.finfo(torch.get_default_dtype()).max
        if abs(number) > largest:
            raise ValueError(
                f"forget_bias={value!r}: must be from {-largest:.2g} to {largest:.2g}; pass e.g. forget_bias=1.0"
            )
        return number

    @torch.no_grad()
    def _add_forget_bias(self) -> None:
        if not self.forget_bias:
            return
        for layer in range(self.num_layers):
            _, forget, _, _ = getattr(self.rnn, f"bias_ih_l{layer}").chunk(4)  # i, f, g, o
            forget += self.forget_bias

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
