"""Run code in the kernel of an open notebook without the page."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from jupyter_client.blocking.client import BlockingKernelClient

if TYPE_CHECKING:
    from pathlib import Path

ASK_S = 60.0
"""How long an answer may take, s. A kernel answers only after the cell that it is running."""

RUNNING = "sum('epochscope/runs/' in repr(task) for task in __import__('asyncio').all_tasks())"
"""The number of tasks that are training, as an expression for `Kernel.evaluate`."""


class Kernel:
    """A second connection to a running kernel."""

    def __init__(self, connection_file: Path):
        self._client = BlockingKernelClient(connection_file=str(connection_file))
        self._client.load_connection_file()
        self._client.start_channels()

    def evaluate(self, expression: str) -> Any:
        """Return the value of a Python expression in the notebook's namespace, converted through JSON.

        For example `kernel.evaluate("scope.history.text(3)")`.
        """
        answer = self._ask("", {"value": f"__import__('json').dumps({expression})"})
        value = answer["user_expressions"]["value"]
        if value["status"] != "ok":
            raise RuntimeError(f"{expression}: {value['ename']}: {value['evalue']}")
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def run(self, code: str) -> None:
        """Run statements in the notebook's namespace; their output is discarded."""
        self._ask(code, {})

    def comm(self, model_id: str, content: dict[str, Any]) -> None:
        """Send a message to a widget, as a page does."""
        message = {"comm_id": model_id, "data": {"method": "custom", "content": content}}
        self._client.shell_channel.send(self._client.session.msg("comm_msg", message))

    def close(self) -> None:
        """Close the connection. The kernel continues."""
        self._client.stop_channels()

    def _ask(self, code: str, expressions: dict[str, str]) -> dict[str, Any]:
        message = self._client.execute(
            code, silent=True, store_history=False, allow_stdin=False, user_expressions=expressions
        )
        while True:  # skip replies to earlier requests that timed out
            reply = self._client.get_shell_msg(timeout=ASK_S)
            if reply["parent_header"].get("msg_id") == message:
                break
        content = reply["content"]
        if content["status"] != "ok":
            raise RuntimeError("\n".join(content.get("traceback", [])) or f"{content.get('ename')}: {code}")
        return content
