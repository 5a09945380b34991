"""A scope in a real kernel of each supported ipykernel, and a page that uses its channels."""

from __future__ import annotations

import contextlib
import time
from queue import Empty
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

from tests.browser.kernels import add_kernel
from tests.widget.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANSWER_S = 60.0
OPEN = "from epochscope import EpochScope\nscope = EpochScope('hihello', epochs=5000)"


class Page(Browser):
    """A page without a screen: it uses the comm of the player, and acknowledges what it receives."""

    def __init__(self, manager: KernelManager) -> None:
        super().__init__("page")
        self.client = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=ANSWER_S)
        self.comm = ""
        self.status: dict[str, Any] = {}
        self.refused: list[str] = []

    def run(self, code: str) -> None:
        """Run a cell to its end."""
        asked = self.client.execute(code)
        while (reply := self.client.get_shell_msg(timeout=ANSWER_S))["parent_header"]["msg_id"] != asked:
            pass
        assert reply["content"]["status"] == "ok", "\n".join(reply["content"]["traceback"])

    def send(self, **content: Any) -> None:
        data = {"comm_id": self.comm, "data": {"method": "custom", "content": content}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", data))

    def acknowledge(self) -> None:
        ack = self.ack()
        self.send(kind="ack", view="page", revision=ack.revision, epochs=ack.epochs, missed=ack.missed)

    def receive_until(self, condition: Callable[[], bool]) -> None:
        """Receive what the kernel sends and acknowledge it regularly, until `condition` is true."""
        deadline, acknowledged = time.monotonic() + ANSWER_S, 0.0
        while not condition():
            assert time.monotonic() < deadline, f"not in {ANSWER_S:g} s; the page has {len(self.losses)} epochs"
            with contextlib.suppress(Empty):
                self._handle(self.client.get_iopub_msg(timeout=0.2))
            if self.comm and time.monotonic() - acknowledged > 0.25:
                acknowledged = time.monotonic()
                self.acknowledge()

    def _handle(self, message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "comm_open" and content["data"].get("state", {}).get("_anywidget_id"):
            self.comm = content["comm_id"]
        if message["msg_type"] != "comm_msg" or content["comm_id"] != self.comm:
            return
        data = content["data"]
        if data["method"] == "update":
            self.status = data["state"].get("status", self.status)
        elif data["method"] == "custom":
            sent, buffers = data["content"], message["buffers"]
            if sent["kind"] == "refused":
                self.refused.append(sent["message"])
            losses = np.frombuffer(buffers[0], "<f8", sent["count"]).tolist() if sent["kind"] == "chunk" else []
            self.receive(sent, losses)


@pytest.fixture(params=["6", "7.3", "7.4"])
def page(request: pytest.FixtureRequest, own_jupyter: Path) -> Iterator[Page]:
    assert own_jupyter.exists()  # kernels are installed there
    manager = KernelManager(kernel_name=add_kernel(request.param))
    manager.start_kernel()
    page = Page(manager)
    page.run(f"import ipykernel\nassert ipykernel.__version__.startswith('{request.param}.')")
    yield page
    page.client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.thorough
def test_a_page_trains_pauses_and_has_every_epoch_on_each_ipykernel(page: Page) -> None:
    page.run(OPEN)
    page.receive_until(lambda: bool(page.comm))
    page.send(kind="command", command="play", speed=None, until=None)
    page.receive_until(lambda: len(page.losses) > 100)
    page.send(kind="command", command="exec", code="1 / 0")
    page.send(kind="command", command="pause")
    page.receive_until(lambda: page.status.get("state") == "paused" and bool(page.refused))
    page.receive_until(lambda: len(page.losses) == page.status["head"] + 1)
    page.run(f"assert scope.status == 'paused' and scope.history.losses.tolist() == {page.losses!r}")
