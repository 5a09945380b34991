"""A student as a server sees one: a kernel that trains, and a simulated page that acknowledges what it receives."""

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

#: Seconds between two acknowledgements, as in js/kernel/link.ts.
ACK_S = 0.4
CELL = f"from epochscope import EpochScope\nscope = EpochScope({SENTENCE!r})\nscope"


class Student:
    """A kernel and a simulated page."""

    def __init__(self, name: str) -> None:
        self.browser = Browser(name)
        self.manager = AsyncKernelManager()
        self.received: list[tuple[float, int]] = []  # time (s) and number of epochs after each chunk
        self.status: dict[str, Any] = {}
        self.client: AsyncKernelClient
        self._comm = ""
        self._listening: asyncio.Task[None] | None = None
        self._acknowledged = 0.0
        self._ack_timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Start the kernel and run a cell that shows a scope."""
        # Only critical log messages: warnings would be repeated for every student.
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
        self._acknowledge_now()

    def play(self, speed: float) -> None:
        """Send the command to train."""
        self._send({"kind": "command", "command": "play", "speed": speed, "until": None})

    async def wait(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds. Raises what the listening task raised."""
        while not condition():
            if self._listening is not None and self._listening.done():
                self._listening.result()
            await asyncio.sleep(0.02)

    async def shut_down(self) -> None:
        """Shut down the kernel."""
        if self._ack_timer is not None:
            self._ack_timer.cancel()
        if self._listening is not None:
            self._listening.cancel()
            self.client.stop_channels()
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)

    @property
    def process(self) -> psutil.Process:
        """The process of the kernel."""
        provisioner: Any = self.manager.provisioner
        return psutil.Process(provisioner.pid)

    async def _listen(self) -> None:
        while True:
            message = await self.client.get_iopub_msg(timeout=None)
            if message["msg_type"] == "comm_open":
                state = message["content"]["data"].get("state", {})
                if "cursor" in state:  # the player's; other comms belong to the chart
                    self._comm = message["content"]["comm_id"]
                    self.status = state["status"]
            elif message["msg_type"] == "comm_msg" and message["content"]["comm_id"] == self._comm:
                self._receive(message["content"]["data"], message["buffers"])

    def _receive(self, data: dict[str, Any], buffers: list[memoryview]) -> None:
        self.status = data.get("state", {}).get("status", self.status)
        content = data.get("content", {})
        self.status = content.get("status", self.status)
        if content.get("kind") == "chunk":
            self.browser.receive(content, np.frombuffer(buffers[0], "<f8", content["count"]).tolist())
            self.received.append((time.monotonic(), len(self.browser.losses)))
            self._acknowledge()

    def _acknowledge(self) -> None:
        """Acknowledge at most every `ACK_S` seconds."""
        wait = self._acknowledged + ACK_S - time.monotonic()
        if wait <= 0:
            self._acknowledge_now()
        elif self._ack_timer is None:
            self._ack_timer = asyncio.get_running_loop().call_later(wait, self._acknowledge_now)

    def _acknowledge_now(self) -> None:
        self._ack_timer = None
        self._acknowledged = time.monotonic()
        self._send({**msgspec.to_builtins(self.browser.ack()), "status_seq": self.status.get("seq", -1)})

    def _send(self, content: dict[str, Any]) -> None:
        data = {"method": "custom", "content": content}
        message = self.client.session.msg("comm_msg", {"comm_id": self._comm, "data": data})
        self.client.shell_channel.send(message)
