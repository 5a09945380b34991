"""A recording of which a page keeps only a part: what it shows is the epoch's own, and its memory stays bounded."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope import EpochScope, History
from epochscope.recording import overview
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.overview import PAGE_BYTES
from epochscope.widget import overview_wire
from tests.browser.player import DRAWN, Player, shown
from tests.browser.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.notebook import Notebook

#: A recording of `{epochs}` epochs of 2,000 positions, in which each epoch has a text of its own.
RECORDED = """
import numpy as np
from epochscope import EpochScope, History
from epochscope.recording.alphabet import Alphabet
from epochscope.recording.records import Records

epochs, positions = {epochs}, 2000
indices = np.arange(positions + 1) % 26
history = History(Alphabet("abcdefghijklmnopqrstuvwxyz"), indices[:-1], indices[1:])
for start in range(0, epochs, 100):
    numbers = np.arange(start, start + 100)
    records = Records.empty(100, positions, 26)
    records.losses[:], records.lrs[:] = 3 / (1 + numbers), 0.1
    records.position_losses[:] = 1000
    tokens = (numbers[:, None] * 7 + numbers[:, None] // 26 + np.arange(positions)) % 26
    records.top_tokens[:] = (tokens[..., None] + np.arange(5)) % 26
    records.top_probabilities[:] = 50
    history.extend(records)
scope = EpochScope.from_history(history)
scope
"""
#: A loop of `{steps}` steps with a probe of 500 positions, which is written to a file.
LOOP = """
import torch, epochscope
from pathlib import Path

Path("long.npz").unlink(missing_ok=True)
alphabet = "abcdefghijklmnopqrstuvwxyz"
text = "".join(alphabet[i % 26] for i in range(501))
logits = [torch.nn.functional.one_hot((torch.arange(500) + i) % 26, 26)[None].float() * 5 for i in range(97)]
monitor = epochscope.monitor(text, alphabet=alphabet, path="long.npz")
for step in monitor.steps({steps}):
    monitor.log(loss=3.0, logits=logits[step % 97])
"""
#: The text of a step.
TEXT = "''.join(alphabet[(i + {epoch} % 97) % 26] for i in range(500))"
#: The most that a page of a long recording may need besides what JupyterLab needs, bytes: 64 MB of blocks, the sample,
#: small columns, messages that are being received and the state that is saved.
MOST = 110e6


def memory_of(page: Page) -> float:
    """Return what the scripts of a page keep, in bytes, with the contents of their arrays."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(3):  # what finalizers release is garbage only afterwards
        session.send("HeapProfiler.collectGarbage")
    usage: dict[str, Any] = session.send("Runtime.getHeapUsage")
    session.detach()
    return usage["usedSize"] + usage["backingStorageSize"]


#: The epoch on show, and the visible predictions by their positions, read at the same moment.
SHOWN = """box => [
    Number(box.querySelector("[data-part=epoch]").textContent.replaceAll(",", "")),
    [...box.querySelectorAll("[data-part=cell]:not([hidden])")].map(cell =>
        [Number(cell.dataset.position), cell.querySelector("[data-part=prediction]").textContent]),
]"""


def click(player: Player, epoch: int, epochs: int) -> None:
    """Click the timeline where an epoch is."""
    player.timeline.scroll_into_view_if_needed()
    box = player.timeline.locator("canvas").bounding_box()
    assert box is not None
    player.page.mouse.click(box["x"] + box["width"] * (epoch + 0.5) / epochs, box["y"] + box["height"] / 2)


def check_text(player: Player, notebook: Notebook, tokens: str) -> int:
    """Compare the text on show with that of the kernel, and return its epoch; `tokens` are those of `{epoch}`."""
    player.page.evaluate(DRAWN)
    epoch, cells = player.box.evaluate(SHOWN)
    text = shown(notebook.evaluate(tokens.format(epoch=epoch)))
    assert len(cells) > 100
    assert [letter for _, letter in cells] == [text[position] for position, _ in cells], f"not the text of {epoch}"
    return epoch


def step_from(player: Player, notebook: Notebook, tokens: str, wanted: int, epochs: int) -> None:
    """Click near an epoch, then step forward: each text must be that of its epoch, also while records are missing."""
    click(player, wanted, epochs)
    check_text(player, notebook, tokens)  # perhaps of another epoch, as long as it is its own
    near = epochs // 100
    wait_until(lambda: abs(check_text(player, notebook, tokens) - wanted) < near, 5, f"epoch {wanted}")
    player.page.wait_for_timeout(300)
    epoch = check_text(player, notebook, tokens)
    for number in range(1, 4):
        player.timeline.press("ArrowRight")
        player.wait_for_epoch(epoch + number)
        check_text(player, notebook, tokens)


def scrub(player: Player, epochs: int, times: int) -> None:
    """Drag over the timeline, back and forth."""
    player.timeline.scroll_into_view_if_needed()
    player.drag(*(random.Random(0).randrange(epochs) for _ in range(times)), span=epochs)
    expect(player.part("epoch")).not_to_have_text("–")


def test_a_page_shows_each_epoch_of_a_long_recording_and_keeps_a_part_of_it(lab: Notebook) -> None:
    epochs, page = 3000, lab.page
    before = memory_of(page)
    player = Player(page, lab.run_code(RECORDED.format(epochs=epochs)))
    player.wait_for_epoch(epochs - 1)
    assert lab.evaluate("history.bytes_per_epoch * len(history)") > PAGE_BYTES
    opened = memory_of(page) - before
    assert opened < 30e6, "the page did not receive an overview"
    for wanted in (1500, 737):
        step_from(player, lab, "history.text({epoch})", wanted, epochs)
    scrub(player, epochs, 8)
    assert memory_of(page) - before < MOST
    assert lab.problems == []


@pytest.mark.thorough
def test_the_memory_of_a_page_is_bounded_while_a_run_streams_by_and_while_it_is_scrubbed(lab: Notebook) -> None:
    steps, page = 100_000, lab.page
    before = memory_of(page)
    lab.set_source(0, LOOP.format(steps=steps))
    lab.start(0)
    lab.cell(0).locator(".epochscope-player").wait_for(timeout=60_000)  # torch is imported
    player = Player(page, lab.cell(0))
    most = rounds = 0
    while player.head < steps - 1:
        page.wait_for_timeout(3000)
        rounds += 1
        if rounds % 4 == 0:
            scrub(player, player.head, 8)
            page.keyboard.press("End")
        most = max(most, memory_of(page) - before)
    for _ in range(10):
        scrub(player, steps, 40)
        most = max(most, memory_of(page) - before)
    for wanted in (77_777, 4, 50_001):
        step_from(player, lab, TEXT, wanted, steps)
    assert most < MOST
    assert lab.problems == []


def test_an_exported_page_steps_through_the_records_that_it_has(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "PAGE_BYTES", 10_000)
    monkeypatch.setattr(overview, "SAMPLES", 8)
    monkeypatch.setattr(overview_wire, "LAST_BYTES", 1000)
    alphabet = "abcdefghij"
    indices = np.arange(21) % 10
    history = History(Alphabet(alphabet), indices[:-1], indices[1:])
    logits = np.eye(10)[(indices[:-1] + np.arange(200)[:, None]) % 10] * 5
    history.append(np.linspace(3, 1, 200), logits)
    path = tmp_path / "long.html"
    EpochScope.from_history(history).to_html(path, chart=False)
    page.goto(path.as_uri())
    player = Player(page)
    player.wait_for_epoch(199)
    expect(player.message).to_contain_text("one of every 32 records")
    player.timeline.focus()
    for key, epoch in [("Home", 0), ("ArrowRight", 32), ("ArrowRight", 64), ("End", 199), ("ArrowLeft", 198)]:
        page.keyboard.press(key)
        player.wait_for_epoch(epoch)
        assert "".join(player.predictions) == history.text(epoch)
