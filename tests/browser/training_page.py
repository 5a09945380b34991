"""A page that trains by itself, as its reader sees it, in an offline browser."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from epochscope.history import History
from tests.browser.notebook import SCREENSHOTS
from tests.browser.player import DRAWN, Player

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Route

#: Most milliseconds for a training of a few hundred epochs on a busy machine.
TRAINED_MS = 60_000

#: Set a field as typing does, also to texts that Playwright cannot send.
TYPE = """(field, json) => {
  field.value = JSON.parse(json);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return JSON.stringify(field.value);
}"""

#: What `document.hidden` is, and the event that says so.
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  const state = hidden ? "hidden" : "visible";
  Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


class TrainingPage:
    """A page that was opened from a file without a network. Records all requests and all messages of the console.

    Parameters
    ----------
    browser, path
        The browser and the file.
    fragment : str, optional
        Of the address, with its "#".
    **context
        Arguments of Playwright's `new_context`, or `width` and `height`.
    """

    def __init__(self, browser: Browser, path: Path, fragment: str = "", **context: Any) -> None:
        self.problems: list[str] = []
        self.requests: list[str] = []
        size: Any = {"width": context.pop("width", 1200), "height": context.pop("height", 900)}
        opened = browser.new_context(viewport=size, offline=True, locale=context.pop("locale", "en-US"), **context)
        opened.route("**/*", self._route)
        self.page = opened.new_page()
        self.page.on("console", lambda message: self.problems.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.url = path.as_uri()
        self._folder = path.parent
        self._saved = 0
        self.page.goto(self.url + fragment)
        self.form = self.page.locator("[data-part=page-form]")
        self.bar = self.page.locator("[data-part=page-bar]")

    def _route(self, route: Route) -> None:
        url = route.request.url.split("#")[0]
        self.requests.append(url)
        if url == self.url:
            route.continue_()
        else:
            route.abort()

    @property
    def player(self) -> Player:
        """The player, once there is one."""
        return Player(self.page)

    def part(self, name: str) -> Locator:
        """Return the elements around the player with this `data-part`, e.g. "page-text"."""
        return self.page.locator(f"[data-part={name}]")

    def press(self, action: str) -> None:
        """Press a button of the form or of the bar."""
        self.page.locator(
            f"[data-part=page-form] [data-action={action}], [data-part=page-bar] [data-action={action}]"
        ).click()

    @property
    def problem(self) -> str:
        """The sentences of the form that say what is wrong; empty if nothing is."""
        said = self.form.locator("[data-part=page-problem]:visible, .epochscope-page-problem:visible")
        return " ".join(dict.fromkeys(said.all_inner_texts())).strip()

    def type(self, text: str) -> str:
        """Type a text, and return what the field has: line breaks are always newlines there."""
        return json.loads(self.part("page-text").evaluate(TYPE, json.dumps(text)))

    def set(
        self,
        *,
        text: str | None = None,
        cell: str | None = None,
        output: bool | None = None,
        hidden: int | str | None = None,
        lr: float | str | None = None,
        seed: int | str | None = None,
    ) -> None:
        """Fill fields of the form; None: leave it as it is."""
        if text is not None:
            self.type(text)
        if cell is not None:
            self.part("page-cell").locator(f"input[value={cell}]").check(force=True)
        if output is not None:
            self.part("page-output").set_checked(output)
        for name, value in (("hidden", hidden), ("lr", lr), ("seed", seed)):
            if value is not None:
                self.part(f"page-{name}").fill(str(value))
                self.part(f"page-{name}").blur()

    @property
    def settings(self) -> dict[str, Any]:
        """The contents of the form."""
        return {
            "text": self.part("page-text").input_value(),
            "cell": self.part("page-cell").locator("input:checked").get_attribute("value"),
            "output": self.part("page-output").is_checked(),
            **{name: self.part(f"page-{name}").input_value() for name in ("hidden", "lr", "seed")},
        }

    def train(self, *, fast: bool = True) -> Player:
        """Press Train; `fast`: then train as fast as possible."""
        self.press("train")
        if fast:
            self.hurry()
        return self.player

    def hurry(self) -> None:
        """Train as fast as possible."""
        self.player.action("speed").select_option("Infinity")

    def train_until(self, epochs: int) -> None:
        """Train until so many epochs are recorded, and wait for it."""
        player = self.player
        player.action("until").click()
        player.part("until-epochs").fill(str(epochs))
        player.action("run").click()
        self.hurry()
        self.wait_until_stopped(epochs - 1)

    def wait_until_stopped(self, head: int) -> None:
        """Wait until no epochs are trained, the last one being `head`, and it is shown."""
        player = self.player
        player.wait_for_epoch(head, within_s=TRAINED_MS / 1000)
        expect(player.action("pause")).to_have_count(0, timeout=TRAINED_MS)
        assert player.head == head

    def pause(self) -> int:
        """Pause the training, and return the last epoch."""
        self.player.action("pause").click()
        expect(self.player.action("pause")).to_have_count(0)
        self.page.evaluate(DRAWN)
        return self.player.head

    def pause_if_training(self) -> None:
        """Pause the training if there is one."""
        if self.player.action("pause").count():
            self.pause()

    def rewind(self, epoch: int) -> None:
        """Go to an epoch, and discard what follows."""
        self.go_to(epoch)
        self.player.action("continue").click()
        self.player.action("rewind").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def branch(self, epoch: int, lr: float) -> None:
        """Go to an epoch, and branch there with another learning rate."""
        self.go_to(epoch)
        self.player.action("continue").click()
        self.player.part("branch-lr").fill(str(lr))
        self.player.action("branch").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def go_to(self, epoch: int) -> None:
        """Move the cursor to an epoch with the keyboard."""
        player = self.player
        player.timeline.focus()
        self.page.keyboard.press("Home")
        for _ in range(epoch // 10):
            self.page.keyboard.press("Shift+ArrowRight")
        for _ in range(epoch % 10):
            self.page.keyboard.press("ArrowRight")
        player.wait_for_epoch(epoch)

    def download(self, run: int = 0) -> Path:
        """Download a run, and return the file."""
        with self.page.expect_download() as saved:
            self.bar.locator("[data-action=download]").nth(run).click()
        path = self._folder / f"{self._saved}-{saved.value.suggested_filename}"
        saved.value.save_as(path)
        self._saved += 1
        return path

    def recorded(self, run: int = 0) -> History:
        """Download a run, and load it."""
        return History.load(self.download(run))

    def hide(self, hidden: bool = True) -> None:
        """Tell the page that it is hidden, or visible again."""
        self.page.evaluate(HIDE, hidden)

    def shows(self, text: str) -> list[str]:
        """Return what is wrong with the inputs and targets that the player shows of a text."""
        tokens = tokens_of(text)
        shown = self.player.row("input"), self.player.row("target")
        if [len(row) for row in shown] != [len(tokens) - 1] * 2:
            return [f"{len(tokens)} characters, but {[len(row) for row in shown]} cells"]
        rows = (tokens[:-1], tokens[1:])
        return [*_differences(rows[0], shown[0]), *_differences(rows[1], shown[1])]

    def picture(self, name: str) -> None:
        """Save a screenshot of the whole page."""
        (SCREENSHOTS / "training").mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / "training" / f"{name}.png", full_page=True, animations="disabled")

    def close(self) -> None:
        """Close the page; it must have sent no request but its own, and reported no problem."""
        self.page.context.close()
        assert {url for url in self.requests if not url.startswith("blob:")} == {self.url}
        assert self.problems == []


def tokens_of(text: str) -> list[str]:
    """Return the characters of a text; half of a surrogate pair, which no file can hold, becomes U+FFFD."""
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return list(joined)


def _differences(tokens: Sequence[str], shown: Sequence[str]) -> Iterator[str]:
    """Yield the tokens that are not shown as themselves. Spaces, marks and what is invisible have placeholders."""
    for position, (token, glyph) in enumerate(zip(tokens, shown, strict=True)):
        visible = unicodedata.category(token)[0] in "LNPS"
        if not glyph or (visible and glyph != token and not _ignorable(token)):
            yield f"{glyph!r} at {position} for {token!r}"


def _ignorable(token: str) -> bool:
    """Return whether a letter is invisible, such as a filler of Hangul."""
    return token in "\u115f\u1160\u3164\uffa0\u2800"
