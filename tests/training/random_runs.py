"""Random runs of trainers: any built-in network, optimizer and text, with rewinds, branches and changed settings."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from torch import optim

from epochscope.training.trainer import Trainer

PIECES = (
    *(
        "hihello ",
        "I think therefore I am. ",
        "나는 생각한다, ",
        "고로 존재한다. ",
        "\U0001f600\U0001f468\u200d\U0001f469",
        "שלום ",
    ),
    *("'quoted' ", '"so" ', "\\n", "a\nb\r\nc\t", "\x00\x07", "\u202e\u2028\xa0", "{x!r} %s ", "𝒳é"),
)
TOKENS = ("the", "ship", "바다", "😀", " ", "'", '"', "\\", "\n", "long token with spaces", "\x00")
#: Optimizers with options, each with a name and the options that differ from torch's.
OPTIONS: dict[str, tuple[Callable[..., optim.Optimizer], tuple[dict[str, Any], ...]]] = {
    "adam": (optim.Adam, ({"betas": (0.5, 0.9)}, {"amsgrad": True}, {"weight_decay": 0.01, "eps": 1e-6})),
    "sgd": (optim.SGD, ({"momentum": 0.9}, {"momentum": 0.8, "nesterov": True}, {"weight_decay": 0.001})),
    "rmsprop": (optim.RMSprop, ({"alpha": 0.9}, {"centered": True, "momentum": 0.5})),
    "adamw": (optim.AdamW, ({"weight_decay": 0.1}, {"betas": (0.8, 0.99), "amsgrad": True})),
}
#: Options that can be changed after any epoch.
LATER: dict[type[optim.Optimizer], str] = {
    optim.Adam: "weight_decay",
    optim.SGD: "momentum",
    optim.RMSprop: "alpha",
    optim.AdamW: "eps",
}


def random_text(choose: random.Random, longest: int = 6) -> str | list[str]:
    """Return a text of some pieces or tokens, with at least two different ones."""
    if choose.random() < 0.25:
        return ["start", *choose.choices(TOKENS, k=choose.randint(2, 4 * longest))]
    return "ab" + "".join(choose.choices(PIECES, k=choose.randint(1, longest)))


def random_options(choose: random.Random) -> dict[str, Any]:
    """Return keyword arguments of `Trainer` besides the text's."""
    text = random_text(choose)
    options: dict[str, Any] = {"text": text, "seed": choose.choice((0, 1, choose.randrange(2**63)))}
    options["cell"] = choose.choice(("rnn", "lstm", "gru"))
    options["num_layers"] = choose.choice((1, 1, 2, 3))
    options["readout"] = choose.random() < 0.5
    if options["readout"] and choose.random() < 0.8:
        options["hidden_size"] = choose.randint(1, 40)
    if options["cell"] == "lstm" and choose.random() < 0.4:
        options["forget_bias"] = choose.choice((1.0, -0.5, 1 / 3))
    if choose.random() < 0.4:
        options["window"] = choose.randint(1, min(len(text) - 1, 12))
    if choose.random() < 0.3:
        tokens = sorted(set(text)) + (["Ω", "unused"] if choose.random() < 0.5 else [])
        choose.shuffle(tokens)
        options["alphabet"] = tokens
    name = choose.choice(tuple(OPTIONS))
    lr = choose.choice((0.1, 0.01, 0.003, 1 / 3))
    if choose.random() < 0.5:
        made, several = OPTIONS[name]
        chosen = choose.choice(several)
        options["optimizer"] = lambda parameters: made(parameters, lr=lr, **chosen)
    else:
        options |= {"optimizer": name, "lr": lr}
    return options


def random_run(choose: random.Random, most: int = 25) -> Trainer:
    """Return a trainer after up to four actions, with at least one epoch."""
    trainer = Trainer(**random_options(choose))
    if choose.random() < 0.2:
        trainer.lr = 0.05  # before the first epoch
    trainer.train(choose.randint(1, most))
    for _ in range(choose.randint(0, 4)):
        if not trainer.diverged:
            trainer = changed(trainer, choose)
            trainer.train(choose.randint(1, most))
    return trainer


def changed(trainer: Trainer, choose: random.Random) -> Trainer:
    """Return the trainer, or a branch of it, after an action that changes how it goes on."""
    epoch = choose.randint(0, trainer.epoch)
    match choose.choice(("lr", "option", "branch", "rewind", "reset", "schedule")):
        case "lr":
            trainer.lr = choose.choice((0.02, 0.5, 1e-3, 0))
        case "option":
            trainer.optimizer.param_groups[0][LATER[type(trainer.optimizer)]] = choose.choice((0.5, 0.25))
        case "branch":
            return trainer.branch(epoch, lr=choose.choice((None, 0.03)))
        case "rewind":
            trainer.rewind(epoch)
        case "reset":
            trainer.reset(choose.choice((None, choose.randrange(100))))
        case "schedule":
            for _ in range(choose.randint(1, 30)):
                trainer.lr *= 0.95
                trainer.train(1)
    return trainer
