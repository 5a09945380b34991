"""5. Bytes per epoch and messages per second that arrive in Chromium."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.figure import Figure, one
from tests.benchmarks.lab import lab
from tests.browser.notebook import Notebook
from tests.browser.server import wait_until

WINDOW_S = 1.0
CELL = """
from epochscope import EpochScope
scope = EpochScope(" I think therefore I am.", epochs=100)
scope
"""
PLAY = """
scope.play(speed={speed}, epochs=len(scope.history) + {n})
"""


@dataclass(frozen=True)
class Message:
    """A message from the kernel: time of arrival (s), type, content, and size on the wire (bytes)."""

    at: float
    kind: str
    content: dict[str, Any]
    size: int
    buffers: int  # bytes of its buffers, which contain a chunk's records

    @property
    def chunk(self) -> bool:
        """Whether it contains epochs."""
        return self.content.get("data", {}).get("content", {}).get("kind") == "chunk"


class Tap:
    """Records what a page receives from its kernel, and what it sends, through the browser's debugging protocol."""

    def __init__(self, notebook: Notebook) -> None:
        self.messages: list[Message] = []
        self.sent: list[Message] = []
        self._session = notebook.page.context.new_cdp_session(notebook.page)
        self._session.on("Network.webSocketFrameReceived", lambda event: note(event, self.messages))
        self._session.on("Network.webSocketFrameSent", lambda event: note(event, self.sent))
        self._session.send("Network.enable")


def note(event: dict[str, Any], messages: list[Message]) -> None:
    """Append the message of a frame."""
    if event["response"]["opcode"] != 2:  # those from and to the kernel are binary
        return
    data = base64.b64decode(event["response"]["payloadData"])
    header, content, buffers = unpack(data)
    messages.append(Message(event["timestamp"], header["msg_type"], content, len(data), buffers))


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Any], int]:
    """Return header, content and size of all buffers of a message in version 1 of Jupyter's websocket protocol."""
    (count,) = struct.unpack_from("<Q", data)
    offsets = struct.unpack_from(f"<{count}Q", data, 8)
    parts = [data[start:stop] for start, stop in zip(offsets, [*offsets[1:], len(data)], strict=True)]
    _channel, header, _parent, _metadata, content, *buffers = parts
    return json.loads(header), json.loads(content), sum(map(len, buffers))


def busiest(times: Sequence[float], window_s: float = WINDOW_S) -> int:
    """Return the maximum number of these times within any window of `window_s` seconds."""
    ordered, first, maximum = sorted(times), 0, 0
    for number, at in enumerate(ordered):
        while ordered[first] <= at - window_s:
            first += 1
        maximum = max(maximum, number - first + 1)
    return maximum


def measure(quick: bool) -> list[Figure]:
    """Measure a run at each speed; it is long at full speed, so that its beginning and end count little."""
    seconds = 5 if quick else 15
    figures = list[Figure]()
    with lab() as place:
        notebook, player = place.play(CELL)
        tap = Tap(notebook)
        recorded = notebook.evaluate("scope.history.bytes_per_epoch")
        for speed in (1, 12, 60, None):
            notebook.kernel.run("scope.reset()")
            player.wait_for_epoch(-1)
            tap.messages.clear()
            epochs = seconds * (1_000 if speed is None else speed)
            notebook.kernel.run(PLAY.format(speed=speed, n=epochs))
            player.wait_for_epoch(epochs - 1, within_s=10 * seconds)
            wait_until(lambda: notebook.evaluate("scope.status") != "training" or None, 20, "the run to end")
            notebook.page.wait_for_timeout(500)
            figures += of_run(tap.messages, "as fast as it trains" if speed is None else f"{speed}/s", epochs, recorded)
    return figures


def of_run(messages: Sequence[Message], speed: str, epochs: int, recorded: int) -> list[Figure]:
    """Return figures of a run with `epochs` epochs of `recorded` bytes; all bytes are bounded at full speed only."""
    comm = [message for message in messages if message.kind.startswith("comm_")]
    chunks = [message for message in comm if message.chunk]
    all_bytes, records = sum(message.size for message in comm), sum(message.buffers for message in chunks)
    whole = sum(message.size for message in chunks)
    full = speed == "as fast as it trains"
    total = epochs * recorded
    rest = f"{all_bytes / 1000:,.0f} kB in all, of it {whole / 1000:,.0f} kB in {len(chunks)} chunks"
    every = f"{busiest([message.at for message in messages])} with the kernel's busy and idle"
    return [
        one(f"{speed}: records sent / recorded", records / total, 1.2, note="the chunks' buffers"),
        one(f"{speed}: all that is sent / recorded", all_bytes / total, 1.2 if full else None, note=rest),
        one(f"{speed}: most messages in any second", busiest([m.at for m in comm]), 25, note=every),
    ]
