"""10. Several runs side by side in JupyterLab: what lock step costs, frames, and messages in both directions."""

from __future__ import annotations

from tests.benchmarks.figure import Figure, in_turns, median_of, one, p95_of
from tests.benchmarks.frames import BOUND_MS, dragged, watched
from tests.benchmarks.lab import Lab, lab
from tests.benchmarks.live import quiet
from tests.benchmarks.loops import Took, by_clock, by_processor
from tests.benchmarks.wire import Tap, busiest
from tests.browser.notebook import Notebook
from tests.browser.player import DRAWN, Player
from tests.browser.server import wait_until

CELLS = ("rnn", "lstm", "gru", "rnn", "lstm", "gru")
#: (runs, positions, epochs)
SIZES = ((4, 23, 300), (2, 200, 1_000))

SETUP = """
import numpy as np
import torch
from epochscope import EpochScope, Trainer, compare
from tests.benchmarks.loops import Stopwatch
torch.set_num_threads(1)
shown = None

def show(new):
    global shown
    if shown is not None:
        shown.close()
    shown = new
    return new

def recorded(run, positions, epochs):
    text = (" I think therefore I am." * positions)[: positions + 1]
    trainer = Trainer(text)
    logits = np.random.default_rng(run).normal(size=(epochs, positions, len(trainer.alphabet))).astype(np.float32)
    trainer.history.append(np.linspace(3, 1 + run / 10, epochs), logits, 0.1)
    return trainer
"""
SINGLE = "show(EpochScope(' I think therefore I am.', cell={cell!r}, seed={seed}, epochs={epochs}))"
COMPARED = "show(compare(' I think therefore I am.', cell={cells}, seed={seeds}, epochs={epochs}))"
PLAY = """
watch = Stopwatch()
shown.play(speed=None)
await shown.finished()
took = watch.per(1)
"""


def view(notebook: Notebook, code: str) -> Player:
    """Show what `code` returns instead of what was shown before."""
    return Player(notebook.page, notebook.run_code(code))


def compared(runs: int, epochs: int) -> str:
    """Return the code of a comparison; runs of one cell have different seeds."""
    return COMPARED.format(cells=list(CELLS[:runs]), seeds=list(range(runs)), epochs=epochs)


def whole_run(notebook: Notebook, code: str, epochs: int) -> Took:
    """Return the time of a whole run, whose page has drawn everything before and after."""
    player = view(notebook, code)
    quiet(notebook, player, -1)
    notebook.kernel.run(PLAY)
    quiet(notebook, player, epochs - 1)
    return Took(*notebook.evaluate("took"))


def of_cost(place: Lab, runs: int, epochs: int, pairs: int) -> list[Figure]:
    """Measure a comparison of some runs against the same runs, each shown alone, one after the other."""
    notebook = place.open([""])
    notebook.run_code(SETUP)

    def together() -> Took:
        return whole_run(notebook, compared(runs, epochs), epochs)

    def alone() -> Took:
        codes = [SINGLE.format(cell=CELLS[run], seed=run, epochs=epochs) for run in range(runs)]
        tooks = [whole_run(notebook, code, epochs) for code in codes]
        return Took(sum(took.wall for took in tooks), sum(took.processor for took in tooks))

    together()
    alone()
    ones, others = in_turns(together, alone, pairs)
    return [
        median_of(f"{runs} runs compared / one after the other", by_clock(ones, others), 1.05),
        median_of("the same in the kernel's processor time", by_processor(ones, others)),
    ]


def of_frames(place: Lab, runs: int, positions: int, epochs: int, seconds: float) -> list[Figure]:
    """Measure frames of recordings whose letters nearly all change: idle, replayed, and while the cursor is dragged."""
    notebook = place.open([""])
    notebook.run_code(SETUP)
    made = ", ".join(f"recorded({run}, {positions}, {epochs})" for run in range(runs))
    player, size = view(notebook, f"show(compare({made}))"), f"{runs} runs of {positions} x {epochs:,}"
    notebook.page.wait_for_timeout(1000)
    notebook.page.evaluate(DRAWN)
    idle = watched(notebook.page, seconds)
    player.action("start").click()
    player.action("speed").select_option("60")
    player.action("play").click()
    replayed = watched(notebook.page, seconds)
    player.action("pause").click()
    return [
        p95_of(f"{size}: nothing moves", idle, unit="ms"),
        p95_of(f"{size}: replay at 60/s", replayed, BOUND_MS, "ms"),
        p95_of(f"{size}: dragging", dragged(player, seconds), BOUND_MS, "ms"),
    ]


def of_messages(place: Lab, runs: int, seconds: int) -> list[Figure]:
    """Count the messages of a comparison that trains, chart included, in both directions."""
    notebook = place.open([""])
    notebook.run_code(SETUP)
    tap, figures = Tap(notebook), list[Figure]()
    for speed, rate in ((12, 12), (None, 1_200 // runs)):
        epochs = seconds * rate
        player = view(notebook, compared(runs, epochs))
        quiet(notebook, player, -1)
        tap.messages.clear()
        tap.sent.clear()
        notebook.kernel.run(f"shown.play(speed={speed})")
        player.wait_for_epoch(epochs - 1, within_s=10 * seconds)
        wait_until(lambda: notebook.evaluate("shown.status") != "training" or None, 20, "the runs to end")
        notebook.page.wait_for_timeout(500)
        arrived = [message.at for message in tap.messages if message.kind.startswith("comm_")]
        left = [message.at for message in tap.sent if message.kind.startswith("comm_")]
        note = f"{busiest(arrived)} from the kernel, {busiest(left)} to it; {kinds(tap)}"
        name = f"{runs} runs, {'as fast as they train' if speed is None else f'{speed}/s'}"
        figures.append(one(f"{name}: most messages in any second", busiest([*arrived, *left]), 25, note=note))
    return figures


def kinds(tap: Tap) -> str:
    """Count the messages by kind or, for traits, by name."""
    counts = dict[str, int]()
    for message in (*tap.messages, *tap.sent):
        if message.kind.startswith("comm_"):
            data = message.content.get("data", {})
            name = data.get("content", {}).get("kind") or "+".join(data.get("state", {})) or data.get("method", "")
            counts[name] = counts.get(name, 0) + 1
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda each: -each[1])[:8])


def measure(quick: bool) -> list[Figure]:
    """Measure all of it."""
    figures = list[Figure]()
    with lab() as place:
        for runs in (2, 4):
            figures += of_cost(place, runs, 400 if quick else 1_000, 2 if quick else 7)
        for size in SIZES:
            figures += of_frames(place, *size, 2.0 if quick else 4.0)
        for runs in (4, 6):
            figures += of_messages(place, runs, 4 if quick else 10)
    return figures
