"""The classic labs as a student writes them, in plain PyTorch without epochscope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import nn, optim

SENTENCE = " I think therefore I am."
LONG_SENTENCE = (
    "if you want to build a ship, don't drum up people together to "
    "collect wood and don't assign them tasks and work, but rather "
    "teach them to long for the endless immensity of the sea."
)
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Run(NamedTuple):
    """Results of a loop."""

    losses: list[float]
    predictions: np.ndarray  # (E, P)
    texts: list[str]


def whole_sentence(
    sentence: str, cell: str, seed: int, epochs: int, char_set: Sequence[str] | None = None, lr: float = 0.1
) -> Run:
    """Train a recurrent layer whose hidden state is the logits on a whole sentence."""
    char_set = list(char_set or sorted(set(sentence)))
    char_dic = {c: i for i, c in enumerate(char_set)}
    dic_size = len(char_dic)
    sample_idx = [char_dic[c] for c in sentence]
    x_one_hot = [np.eye(dic_size)[x] for x in [sample_idx[:-1]]]
    X = torch.FloatTensor(np.array(x_one_hot))  # noqa: N806
    Y = torch.LongTensor([sample_idx[1:]])  # noqa: N806

    torch.manual_seed(seed)
    rnn = LAYERS[cell](dic_size, dic_size, batch_first=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(rnn.parameters(), lr)
    losses, predictions, texts = [], [], []
    for _ in range(epochs):
        optimizer.zero_grad()
        outputs, _status = rnn(X)
        loss = criterion(outputs.view(-1, dic_size), Y.view(-1))
        loss.backward()
        optimizer.step()
        result = outputs.data.numpy().argmax(axis=2)
        losses.append(loss.item())
        predictions.append(result[0])
        texts.append("".join([char_set[c] for c in np.squeeze(result).tolist()]))
    return Run(losses, np.array(predictions), texts)


class LongNet(nn.Module):
    """The network of the long lab: two recurrent layers and a linear one."""

    def __init__(self, input_dim: int, hidden_dim: int, layers: int) -> None:
        super().__init__()
        self.rnn = nn.RNN(input_dim, hidden_dim, num_layers=layers, batch_first=True)
        self.fc = nn.Linear(hidden_dim, hidden_dim, bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x, _status = self.rnn(x)
        return self.fc(x)


def windows(sentence: str, sequence_length: int, seed: int, epochs: int) -> Run:
    """The long lab: train on all windows of a sentence, and join their predictions to one text."""
    char_set = sorted(set(sentence))
    char_dic = {c: i for i, c in enumerate(char_set)}
    x_data, y_data = [], []
    for i in range(len(sentence) - sequence_length):
        x_data.append([char_dic[c] for c in sentence[i : i + sequence_length]])
        y_data.append([char_dic[c] for c in sentence[i + 1 : i + sequence_length + 1]])
    X = torch.FloatTensor(np.array([np.eye(len(char_dic))[x] for x in x_data]))  # noqa: N806
    Y = torch.LongTensor(y_data)  # noqa: N806

    torch.manual_seed(seed)
    net = LongNet(len(char_dic), len(char_dic), 2)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.Adam(net.parameters(), lr=0.1)
    losses, predictions, texts = [], [], []
    for _ in range(epochs):
        optimizer.zero_grad()
        outputs = net(X)
        loss = criterion(outputs.view(-1, len(char_dic)), Y.view(-1))
        loss.backward()
        optimizer.step()
        results = outputs.argmax(dim=2)
        shown: list[int] = []
        for j, result in enumerate(results):
            shown += result.tolist() if j == 0 else [int(result[-1])]
        losses.append(loss.item())
        predictions.append(shown)
        texts.append("".join(char_set[t] for t in shown))
    return Run(losses, np.array(predictions), texts)
