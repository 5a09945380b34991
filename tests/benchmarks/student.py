"""A student as a server sees one: a kernel that plays, and a page that says what it has, through real channels."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import psutil
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from tests.training.classic import SENTENCE
from tests.widget.browser import Browser

#: Seconds between two acknowledgements, as in js/link.ts.
ACK_S = 0.4
CELL = f"from epochscope import EpochScope\nscope = EpochScope({SENTENCE!r})\nscope"


class Student:
    """One kernel and one simulated page."""

    def __init__(self, name: str) -> None:
        self.browser = Browser(name)
        self.manager = AsyncKernelManager()
        self.heard: list[tuple[float, int]] = []  # when a chunk arrived (s), and how many epochs there were then
        self.status: dict[str, Any] = {}
        self.client: AsyncKernelClient
        self._comm = ""
        self._listening: asyncio.Task[None] | None = None
        self._acknowledged = 0.0
        self._promised: asyncio.TimerHandle | None = None

    async def come(self) -> None:
        """Start the kernel and run the cell that shows a scope; the page opens."""
        # Its warnings would be here once for every student.
        await self.manager.start_kernel(extra_arguments=["--IPKernelApp.log_level=40"])
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=300)
        self._listening = asyncio.create_task(self._listen())
        self.client.execute(CELL)
        reply = await self.client.get_shell_msg(timeout=300)
        if reply["content"]["status"] != "ok":
            raise RuntimeError("\n".join(reply["content"]["traceback"]))
        await self.wait(lambda: bool(self._comm))
        self._have()

    def play(self, speed: float) -> None:
        """Press Play."""
        self._send({"kind": "command", "command": "play", "speed": speed, "until": None})

    async def wait(self, condition: Callable[[], bool]) -> None:
        """Until it is true; what goes wrong in listening goes wrong here."""
        while not condition():
            if self._listening is not None and self._listening.done():
                self._listening.result()
            await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """End the kernel, whatever happened."""
        if self._promised is not None:
            self._promised.cancel()
        if self._listening is not None:
            self._listening.cancel()
            self.client.stop_channels()
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)

    @property
    def process(self) -> psutil.Process:
        """The kernel's."""
        provisioner: Any = self.manager.provisioner
        return psutil.Process(provisioner.pid)

    async def _listen(self) -> None:
        while True:
            message = await self.client.get_iopub_msg(timeout=None)
            if message["msg_type"] == "comm_open":
                state = message["content"]["data"].get("state", {})
                if "cursor" in state:  # the player; the others are the chart's
                    self._comm = message["content"]["comm_id"]
                    self.status = state["status"]
            elif message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == self._comm:
                self._hear(message["content"]["data"], message["buffers"])

    def _hear(self, data: dict[str, Any], buffers: list[memoryview]) -> None:
        self.status = data.get("state", {}).get("status", self.status)
        content = data.get("content", {})
        self.status = content.get("status", self.status)
        if content.get("kind") == "chunk":
            self.browser.receive(content, np.frombuffer(buffers[0], "<f8", content["count"]).tolist())
            self.heard.append((time.monotonic(), len(self.browser.losses)))
            self._acknowledge()

    def _acknowledge(self) -> None:
        """Lazily: now if the last time is long enough ago, else as soon as it is."""
        wait = self._acknowledged + ACK_S - time.monotonic()
        if wait <= 0:
            self._have()
        elif self._promised is None:
            self._promised = asyncio.get_running_loop().call_later(wait, self._have)

    def _have(self) -> None:
        self._promised = None
        self._acknowledged = time.monotonic()
        ack = {**msgspec.structs.asdict(self.browser.ack()), "status_seq": self.status.get("seq", -1)}
        self._send({"kind": "ack", **ack})

    def _send(self, content: dict[str, Any]) -> None:
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": self._comm, "data": data})
        self.client.shell_channel.send(message)
