"""Other ways to show a running loop, each as its users write it; cells of a notebook call these functions.

Each trains a new network for `n` epochs and returns the time per epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from tests.benchmarks.loops import Bare, Stopwatch, Took, bare


def benchmarked(module: str) -> Any:
    """Import a module that only `make bench` installs, hidden from type checkers."""
    return import_module(module)


def prints(n: int) -> Took:
    """Use the five prints per epoch of the classic lab: epoch, loss, prediction, target and text."""
    loop = Bare()
    watch = Stopwatch()
    for i in range(n):
        loss, outputs = loop.epoch()
        result = outputs.data.numpy().argmax(axis=2)
        print(i, "loss: ", loss.item())
        print("prediction: ", result)
        print("true Y: ", loop.targets)
        print("prediction str: ", "".join([loop.char_set[c] for c in np.squeeze(result)]))
        print()
    return watch.per(n)


def bar_of_tqdm(n: int) -> Took:
    """Use tqdm's progress bar for notebooks, with loss and text."""
    tqdm = benchmarked("tqdm.notebook").tqdm
    loop = Bare()
    watch = Stopwatch()
    bar = tqdm(range(n))
    for _ in bar:
        text = loop.collected()
        bar.set_postfix(loss=loop.losses[-1], text=text)
    return watch.per(n)


def bar_of_fastprogress(n: int) -> Took:
    """Use fastprogress' bar with its graph of the loss, updated every epoch."""
    master_bar = benchmarked("fastprogress.fastprogress").master_bar
    loop = Bare()
    watch = Stopwatch()
    bars = master_bar(range(n))
    for i in bars:
        bars.main_bar.comment = loop.collected()
        bars.update_graph([[list(range(i + 1)), loop.losses]], [0, n], [0, 4])
    return watch.per(n)


def plots_of_livelossplot(n: int) -> Took:
    """Use livelossplot's figure, sent every epoch."""
    plots_of = benchmarked("livelossplot").PlotLosses
    loop = Bare()
    watch = Stopwatch()
    plots = plots_of()
    for _ in range(n):
        loop.collected()
        plots.update({"loss": loop.losses[-1]})
        plots.send()
    return watch.per(n)


def animator(n: int) -> Took:
    """Do as d2l's Animator: clear the axes, draw the curve, display the figure, clear the output."""
    from IPython.display import clear_output, display

    plt = benchmarked("matplotlib.pyplot")
    loop = Bare()
    figure, axes = plt.subplots(figsize=(3.5, 2.5))
    watch = Stopwatch()
    for i in range(n):
        loop.collected()
        axes.cla()
        axes.plot(range(i + 1), loop.losses)
        axes.set(xlabel="epoch", ylabel="loss", xlim=(0, n))
        axes.grid()
        display(figure)
        clear_output(wait=True)
    took = watch.per(n)
    plt.close(figure)
    return took


#: The name in the table and the number of epochs.
MANNERS: dict[Callable[[int], Took], tuple[str, int]] = {
    prints: ("the lab's five prints", 300),
    bar_of_tqdm: ("tqdm", 300),
    bar_of_fastprogress: ("fastprogress with its graph", 40),
    plots_of_livelossplot: ("livelossplot", 30),
    animator: ("d2l's Animator", 30),
}


def against_bare(manner: Callable[[int], Took], n: int) -> list[float]:
    """Return seconds per epoch of a way, and of the loop by hand just before and after it."""
    before = bare(300)
    took = manner(n)
    return [took.wall, (before.wall + bare(300).wall) / 2]
