"""How others show a running loop, each in its usual manner; the cells of a notebook call these.

Every manner trains a new net for `n` epochs and returns the seconds that an epoch took.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tests.benchmarks.loops import Bare


@contextmanager
def timed(n: int, took: list[float]) -> Iterator[None]:
    """Append the seconds that each of the `n` epochs within took."""
    start = time.perf_counter()
    yield
    took.append((time.perf_counter() - start) / n)


def prints(n: int) -> float:
    """The classic lab's five prints an epoch: epoch, loss, prediction, target and text."""
    loop, took = Bare(), list[float]()
    with timed(n, took):
        for i in range(n):
            loss, outputs = loop.epoch()
            result = outputs.data.numpy().argmax(axis=2)
            print(i, "loss: ", loss.item())
            print("prediction: ", result)
            print("true Y: ", loop.targets)
            print("prediction str: ", "".join([loop.char_set[c] for c in np.squeeze(result)]))
            print()
    return took[0]


def bar_of_tqdm(n: int) -> float:
    """tqdm's bar for notebooks, with the loss and the text beside it."""
    from tqdm.notebook import tqdm

    loop, took = Bare(), list[float]()
    with timed(n, took):
        bar = tqdm(range(n))
        for _ in bar:
            text = loop.collected()
            bar.set_postfix(loss=loop.losses[-1], text=text)
    return took[0]


def bar_of_fastprogress(n: int) -> float:
    """fastprogress' bar with its graph of the loss, updated at every epoch."""
    from fastprogress.fastprogress import master_bar, progress_bar

    loop, took = Bare(), list[float]()
    with timed(n, took):
        bars = master_bar(range(n))
        for i in bars:
            for _ in progress_bar(range(1), parent=bars):
                bars.main_bar.comment = loop.collected()
            bars.update_graph([[list(range(i + 1)), loop.losses]], [0, n], [0, 4])
    return took[0]


def plots_of_livelossplot(n: int) -> float:
    """livelossplot's figure, sent at every epoch."""
    from livelossplot import PlotLosses

    loop, took = Bare(), list[float]()
    with timed(n, took):
        plots = PlotLosses()
        for _ in range(n):
            loop.collected()
            plots.update({"loss": loop.losses[-1]})
            plots.send()
    return took[0]


def animator(n: int) -> float:
    """The manner of d2l's textbook: clear the axes, draw the curve anew, display the figure, clear the output."""
    import matplotlib.pyplot as plt
    from IPython.display import clear_output, display

    loop, took = Bare(), list[float]()
    figure, axes = plt.subplots(figsize=(3.5, 2.5))
    with timed(n, took):
        for i in range(n):
            loop.collected()
            axes.cla()
            axes.plot(range(i + 1), loop.losses)
            axes.set(xlabel="epoch", ylabel="loss", xlim=(0, n))
            axes.grid()
            display(figure)
            clear_output(wait=True)
    plt.close(figure)
    return took[0]


#: Its name for the reader, and how many epochs it is given time for.
MANNERS: dict[Callable[[int], float], tuple[str, int]] = {
    prints: ("the lab's five prints", 300),
    bar_of_tqdm: ("tqdm", 300),
    bar_of_fastprogress: ("fastprogress with its graph", 40),
    plots_of_livelossplot: ("livelossplot", 30),
    animator: ("d2l's Animator", 30),
}


def against_bare(manner: Callable[[int], float], n: int) -> list[float]:
    """Seconds an epoch of the manner, and of the loop by hand right before and after it."""
    before = Bare().collect(300)
    took: Any = manner(n)
    return [took, (before + Bare().collect(300)) / 2]
