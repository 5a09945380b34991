"""A run as a plain PyTorch program: what a student would write for it, without this package."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .literals import MAX_LINE, assignment, list_assignment, number_literal, text_assignment
from .network import GATES
from .run_spec import RunSpec
from .spec_settings import Setting
from .threads import MAX_SINGLE_THREADED

_LAYERS = {"rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}
_OPTIMIZERS = {"adam": "optim.Adam", "sgd": "optim.SGD", "rmsprop": "optim.RMSprop", "adamw": "optim.AdamW"}
_MODELS = {"rnn": "an RNN", "lstm": "an LSTM", "gru": "a GRU"}
#: The most epochs that are all printed, and characters of a text that is printed in each of them.
_PRINTED_EPOCHS, _PRINTED_TOKENS = 1_000, 200


def script(spec: RunSpec) -> str:
    """Return the program that repeats a run. It needs torch only and takes no arguments.

    After it has run, `losses` is a list of the recorded losses. They are the same bit for bit where torch, the kind of
    processor and, of a large network, the number of threads are the same.
    """
    sections = [_head(spec), _text(spec), _data(spec), _network(spec), _making(spec), _training(spec)]
    return "\n\n".join("\n".join(section) for section in sections) + "\n"


def script_of(spec: Callable[[], RunSpec]) -> str:
    """Return the program of a run whose spec a function returns, or raises ValueError for; the message names `code`."""
    try:
        return script(spec())
    except ValueError as error:
        raise ValueError(str(error).replace("spec():", "code():", 1)) from error


def _head(spec: RunSpec) -> Iterator[str]:
    made = "".join(filter(str.isprintable, spec.made or ""))
    threads = _threads(spec, made)
    same = "torch and the kind of processor"
    if threads is None and spec.device == "cpu":
        same = "torch, the kind of processor and the number of threads"
    epochs = f"{spec.epochs:,} epoch{'' if spec.epochs == 1 else 's'}"
    yield f"# Train {_MODELS[spec.cell]} for {epochs} to predict the next {_token(spec)} of a text."
    yield from _comment(
        f"This repeats a run recorded with epochscope{made and f' ({made})'}. Where {same} are the same, "
        "`losses` are the recorded losses bit for bit; elsewhere they may be rounded differently."
    )
    yield ""
    yield "import torch"
    yield "from torch import nn, optim"
    if threads is not None:
        yield ""
        yield f"torch.set_num_threads({threads})  # as recorded: other numbers of threads round sums differently"


def _threads(spec: RunSpec, made: str) -> int | None:
    """Return in how many threads the CPU computed the run; None: it is not known, or is no matter."""
    if spec.device != "cpu":
        return None
    told = re.search(r"\b(\d{1,4}) threads?$", made)
    return 1 if _is_small(spec) else int(told[1]) if told else None


def _text(spec: RunSpec) -> Iterator[str]:
    yield "# The text, and the index of each of its tokens"
    yield from text_assignment("text", spec.text) if isinstance(spec.text, str) else list_assignment("text", spec.text)
    if spec.alphabet is None:
        yield "alphabet = sorted(set(text))"
    elif all(len(token) == 1 for token in spec.alphabet) and isinstance(spec.text, str):
        yield from text_assignment("alphabet", "".join(spec.alphabet))
    else:
        yield from list_assignment("alphabet", spec.alphabet)
    yield "V = len(alphabet)"
    yield "index_of = {token: index for index, token in enumerate(alphabet)}"
    yield "indices = [index_of[token] for token in text]"


def _data(spec: RunSpec) -> Iterator[str]:
    to = f".to({spec.device!r})".replace("'", '"') if spec.device != "cpu" else ""
    if spec.window is None:
        yield f"# Inputs are one-hot vectors, targets the next {_token(spec)}s; the whole text is one sequence"
        yield "x_data = [indices[:-1]]"
        yield "y_data = [indices[1:]]"
    else:
        token = _token(spec)
        yield f"# All windows of the text, one {token} apart, are one batch; targets are the next {token}s"
        yield f"sequence_length = {spec.window}"
        yield "starts = range(len(indices) - sequence_length)"
        yield "x_data = [indices[i : i + sequence_length] for i in starts]"
        yield "y_data = [indices[i + 1 : i + 1 + sequence_length] for i in starts]"
    yield f"X = nn.functional.one_hot(torch.tensor(x_data), V).float(){to}  # (N, T, V)"
    yield f"Y = torch.tensor(y_data){to}  # (N, T)"


def _network(spec: RunSpec) -> Iterator[str]:
    hidden = "V" if spec.hidden_size in (None, len(spec.tokens)) else repr(spec.hidden_size)
    layers = f", num_layers={spec.num_layers}" if spec.num_layers > 1 else ""
    yield ""
    yield f"# The network{'' if spec.readout else ': its hidden state is the logits, so there is no output layer'}"
    yield "class Net(nn.Module):"
    yield "    def __init__(self):"
    yield "        super().__init__()"
    yield f"        self.rnn = {_LAYERS[spec.cell]}(V, {hidden}{layers}, batch_first=True)"
    if spec.forget_bias:
        yield from _forget_bias(spec, hidden)
    if spec.readout:
        yield f"        self.fc = nn.Linear({hidden}, V)"
    yield ""
    yield "    def forward(self, x):"
    yield "        outputs, _ = self.rnn(x)"
    yield f"        return {'self.fc(outputs)' if spec.readout else 'outputs'}"
    yield ""


def _forget_bias(spec: RunSpec, hidden: str) -> Iterator[str]:
    part = f"{hidden} : 2 * {hidden}"
    yield "        with torch.no_grad():  # of the gates, the forget gate is the second"
    if spec.num_layers == 1:
        yield f"            self.rnn.bias_ih_l0[{part}] += {number_literal(spec.forget_bias)}"
        return
    yield f"            for layer in range({spec.num_layers}):"
    yield '                bias = getattr(self.rnn, f"bias_ih_l{layer}")'
    yield f"                bias[{part}] += {number_literal(spec.forget_bias)}"


def _making(spec: RunSpec) -> Iterator[str]:
    options = ", ".join(f"{name}={number_literal(value)}" for name, value in _options(spec).items())
    to = f'.to("{spec.device}")' if spec.device != "cpu" else ""
    yield "# The seed decides the initial weights"
    yield f"torch.manual_seed({spec.seed})"
    yield f"net = Net(){to}"
    yield "criterion = nn.CrossEntropyLoss()"
    yield f"optimizer = {_OPTIMIZERS[spec.optimizer]}(net.parameters(), {options})"


def _training(spec: RunSpec) -> Iterator[str]:
    changes = _changes(spec)
    only_lr = all(set(settings) == {"lr"} for settings in changes.values())
    if changes and only_lr:
        yield "# Learning rates that were set meanwhile, each with the first epoch that used it"
        rates = (f"{epoch}: {number_literal(settings['lr'])}" for epoch, settings in changes.items())
        yield from assignment("changes", "{}", rates)
        yield ""
    elif changes:
        yield "# Options of the optimizer that were set meanwhile, each with the first epoch that used it"
        yield from assignment(
            "changes", "{}", (f"{epoch}: {_dict_literal(settings)}" for epoch, settings in changes.items())
        )
        yield ""
    yield "# An epoch is one forward pass on everything, its loss, and one update"
    yield "losses = []"
    yield f"for epoch in range({spec.epochs}):"
    if changes:
        what = '["lr"] = changes[epoch]' if only_lr else ".update(changes[epoch])"
        yield "    if epoch in changes:"
        yield f"        optimizer.param_groups[0]{what}"
    yield "    optimizer.zero_grad()"
    yield "    outputs = net(X)  # (N, T, V)"
    yield "    loss = criterion(outputs.flatten(0, 1), Y.flatten())"
    yield "    loss.backward()"
    yield "    optimizer.step()"
    yield "    losses.append(loss.item())"
    yield ""
    yield from _printing(spec)


def _printing(spec: RunSpec) -> Iterator[str]:
    indent = "    "
    if spec.epochs > _PRINTED_EPOCHS:
        yield f"    if epoch % {_every(spec.epochs)} == 0:"
        indent *= 2
    yield f"{indent}predicted = outputs.argmax(dim=2)  # (N, T), before the update"
    if spec.window is None:
        shown = "predicted[0]"
    else:
        yield f"{indent}shown = torch.cat([predicted[0], predicted[1:, -1]])  # each position of the text once"
        shown = "shown"
    if len(spec.text) - 1 > _PRINTED_TOKENS:
        shown += f"[:{_PRINTED_TOKENS}]"
    join = '""' if isinstance(spec.text, str) else '" "'
    yield f"{indent}print(epoch, loss.item(), {join}.join(alphabet[i] for i in {shown}))"


def _every(epochs: int) -> int:
    """Return between how many epochs something is printed: a power of ten."""
    return 10 ** (len(str(epochs - 1)) - 3)


def _options(spec: RunSpec) -> dict[str, Setting]:
    """Return the options that the optimizer is made with."""
    at_first = _settings(spec).get(0, {})
    return {"lr": spec.lr, **(at_first if _can_be_made_with(at_first) else {})}


def _changes(spec: RunSpec) -> dict[int, dict[str, Setting]]:
    """Return the settings that are changed in the loop, by the first epoch that uses them."""
    settings = _settings(spec)
    if _can_be_made_with(settings.get(0, {})):
        settings.pop(0, None)
    return {epoch: values for epoch, values in settings.items() if epoch < spec.epochs}


def _settings(spec: RunSpec) -> dict[int, dict[str, Setting]]:
    settings: dict[int, dict[str, Setting]] = {}
    for change in spec.changes:
        if change.settings:
            settings[change.epoch] = settings.get(change.epoch, {}) | dict(change.settings)
    return settings


def _can_be_made_with(options: dict[str, Setting]) -> bool:
    """Return whether torch makes an optimizer with these options; all of them can be set afterwards."""
    return not options.get("nesterov") or (options.get("momentum", 0) != 0 and options.get("dampening", 0) == 0)


def _dict_literal(settings: dict[str, Setting]) -> str:
    return "{" + ", ".join(f'"{name}": {number_literal(value)}' for name, value in settings.items()) + "}"


def _comment(text: str) -> Iterator[str]:
    """Yield a text as lines of a comment."""
    line = "#"
    for word in text.split():
        if len(line) + 1 + len(word) > MAX_LINE:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _token(spec: RunSpec) -> str:
    return "character" if isinstance(spec.text, str) else "token"


def _is_small(spec: RunSpec) -> bool:
    """Return whether the run is trained in one thread."""
    tokens, positions = len(spec.tokens), len(spec.text) - 1
    hidden = spec.hidden_size or tokens
    rows, parameters = len(GATES[spec.cell]) * hidden, 0
    for layer in range(spec.num_layers):
        parameters += rows * ((tokens if layer == 0 else hidden) + hidden + 2)
    parameters += (hidden + 1) * tokens if spec.readout else 0
    length = spec.window or positions
    return parameters * (positions - length + 1) * length <= MAX_SINGLE_THREADED
