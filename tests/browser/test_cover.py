"""While a question is covered, a page tells nothing of what follows: it is the same whatever follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from playwright.sync_api import expect

from epochscope import EpochScope, Trainer, compare
from tests.browser.player import DRAWN, Player
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Page

SENTENCE = " I think therefore I am."
#: The epochs that both runs share, and those of each run.
SHARED, EPOCHS = 12, 40
#: Longer than all that a page does without being asked: a replay of the shared epochs, names, announcements.
SETTLED_MS = 3000
ROOM = {"width": 900, "height": 900}

#: What a page contains, also what only a program can read: elements with all attributes, texts and pixels.
#: The attributes are sorted: Chromium lists `style` where it stood when something first read it.
CONTENT = """() => {
  const found = [document.title];
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE && node.data.trim()) found.push(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style")) return;
    found.push(node.tagName, ...Array.from(node.attributes, ({ name, value }) => `${name}=${value}`).sort());
    if (node instanceof HTMLCanvasElement && node.width > 0 && node.height > 0) found.push(node.toDataURL());
    if ("value" in node) found.push(String(node.value));
    if (node.shadowRoot) node.shadowRoot.childNodes.forEach(visit);
    node.childNodes.forEach(visit);
  };
  visit(document.documentElement);
  return found;
}"""

#: What a student may try to see more: keys, and the pointer on every position, on the map and on the timeline.
KEYS = ("End", "PageDown", ".", "ArrowRight", "]", "]", "Home", "[", "Space", "End", "a")


def run(lr: float) -> EpochScope:
    """Return a run that continues after the shared epochs with this learning rate; the default one has no branch."""
    trainer = Trainer(SENTENCE, seed=9, lr=0.1)
    trainer.train(SHARED)
    scope = EpochScope.from_trainer(trainer, epochs=EPOCHS)
    if lr != trainer.history.metadata["lr"]:
        scope.branch(SHARED, lr=lr)
    scope.train(EPOCHS - SHARED)
    return scope


def different(one: EpochScope, other: EpochScope) -> bool:
    """Return whether two runs have the same first epochs, and other predictions and events later."""
    a, b = one.history, other.history
    same = bool((a.predictions[:SHARED] == b.predictions[:SHARED]).all())
    return same and bool((a.predictions[SHARED:] != b.predictions[SHARED:]).any()) and a.events != b.events


def tree(page: Page) -> list[tuple[Any, ...]]:
    """Return the accessibility tree of a page: role, name, description and value of each node."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    fields = ("role", "name", "description", "value")
    return [
        (
            *(node.get(field, {}).get("value") for field in fields),
            *((each["name"], each["value"].get("value")) for each in node.get("properties", [])),
        )
        for node in nodes
    ]


Seen: TypeAlias = "tuple[list[str], list[tuple[Any, ...]]]"


def everything(page: Page) -> Seen:
    """Return what a page contains, once it has drawn, named and announced everything."""
    page.clock.run_for(SETTLED_MS)
    return page.evaluate(CONTENT), tree(page)


def seen(browser: Browser, path: Path) -> list[Seen]:
    """Return all that a page contains at first, and after each attempt to see more."""
    page = browser.new_context(viewport=ROOM, offline=True).new_page()  # type: ignore[arg-type]
    page.clock.install()
    page.goto(path.as_uri())
    page.clock.run_for(SETTLED_MS)
    player = Player(page)
    expect(player.part("question")).to_be_visible()
    moments = [everything(page)]
    for key in KEYS:
        player.timeline.focus()
        page.keyboard.press(key)
        moments.append(everything(page))
    for position in (0, 9, 22):
        player.box.locator(f"[data-position='{position}']").first.hover()
        moments.append(everything(page))
    for name in ("timeline", "map"):
        box = player.box.locator(f".epochscope-{name}").first.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.95)
        moments.append(everything(page))
    # Full screen takes the browser a moment that the clock of the page does not measure.
    for button in player.box.locator("[data-action]:not([data-action=present]):is(.epochscope-toolbar *)").all():
        button.evaluate("button => button.click()")  # also one that is disabled
        moments.append(everything(page))
    page.context.close()
    return moments


def assert_same(one: Sequence[Seen], other: Sequence[Seen]) -> None:
    for moment, (a, b) in enumerate(zip(one, other, strict=True)):
        for before, after in zip(a, b, strict=True):
            differing = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
            assert differing[:5] == [], f"they differ after attempt {moment}"
            assert before[len(after) :] == after[len(before) :]


QUESTIONS: dict[str, dict[str, Any]] = {
    "prediction": {"epoch": 30, "position": 9},
    "first_all_correct": {},
    "last_learned": {},
    "choice": {"prompt": "Does it fall?", "options": ["yes", "no"], "answer": 0, "why": "It does."},
}


@pytest.mark.parametrize("kind", quick_among(QUESTIONS, "prediction"))
def test_a_covered_page_is_the_same_whatever_follows(kind: str, browser: Browser, tmp_path: Path) -> None:
    scopes = [run(0.1), run(0.01)]
    assert different(*scopes)
    pages = []
    for number, scope in enumerate(scopes):
        options = dict(QUESTIONS[kind])
        if kind == "choice":
            options |= {"answer": number, "why": ["It does.", "It does not."][number]}
        scope.ask(kind, shown=SHARED - 1, **options)
        path = tmp_path / "page.html"  # its address is part of the accessibility tree
        scope.to_html(path, chart=False, weights="all")
        pages.append(seen(browser, path))
    assert_same(*pages)


def test_a_covered_comparison_is_the_same_whatever_follows(browser: Browser, tmp_path: Path) -> None:
    pages = []
    for lrs in ((0.1, 0.01), (0.01, 0.1)):
        comparison = compare(*(run(lr).history for lr in lrs), labels=["A", "B"])
        comparison.ask("which_run", by="loss", shown=SHARED - 1)
        path = tmp_path / "page.html"  # its address is part of the accessibility tree
        comparison.to_html(path, chart=False, weights=None)
        pages.append(seen(browser, path))
    assert_same(*pages)


#: All that the chart shows: curves, points, ticks and labels. Its ids are random.
CHART = """() => [
  ...Array.from(document.querySelectorAll(".epochscope-chart .bqplot path"), (path) => path.getAttribute("d") ?? ""),
  ...Array.from(document.querySelectorAll(".epochscope-chart .bqplot text"), (text) => text.textContent),
  ...Array.from(document.querySelectorAll(".epochscope-chart .bqplot g[transform]"), (g) => g.outerHTML.split(">")[0]),
]"""


#: Whether the chart is drawn in its full size: between figure and plot are its margins.
DRAWN_IN_FULL = """() => {
  const [figure, plot] = [".bqplot", ".plotarea_background"]
    .map((name) => document.querySelector(`.epochscope-chart ${name}`)?.getBoundingClientRect());
  return plot !== undefined && plot.height > 100 && Math.abs(figure.height - plot.height - 44) < 1;
}"""


def charts(browser: Browser, path: Path) -> list[list[str]]:
    """Return what the chart shows with the linear axis, with the logarithmic one, and after the reveal."""
    page = browser.new_context(viewport=ROOM, offline=True).new_page()  # type: ignore[arg-type]
    page.goto(path.as_uri())
    player = Player(page)
    expect(page.locator(".epochscope-chart .bqplot .tick text").first).to_be_visible()
    page.wait_for_function(DRAWN_IN_FULL)
    page.evaluate(DRAWN)
    seen = [page.evaluate(CHART)]
    player.action("log").click()
    page.evaluate(DRAWN)
    seen.append(page.evaluate(CHART))
    player.action("log").click()
    player.action("choose-0").check(force=True)
    player.action("choose-sure").check(force=True)
    player.action("commit").click()
    player.action("reveal").click()
    player.action("skip").click()
    expect(player.part("question")).to_have_attribute("data-phase", "revealed")
    page.evaluate(DRAWN)
    seen.append(page.evaluate(CHART))
    page.context.close()
    return seen


@pytest.mark.parametrize("kind", quick_among(["scope", "comparison"], "scope"))
def test_a_covered_chart_is_the_same_whatever_follows(kind: str, browser: Browser, tmp_path: Path) -> None:
    seen = []
    for lrs in ((0.1, 0.01), (0.01, 0.1)):
        runs = [run(lr) for lr in lrs]
        asking = runs[0] if kind == "scope" else compare(*(each.history for each in runs), labels=["A", "B"])
        asking.ask("choice", prompt="What follows?", options=["this", "that"], answer=0, shown=SHARED - 1)
        asking.to_html(tmp_path / "page.html", weights=None)
        seen.append(charts(browser, tmp_path / "page.html"))
    (linear, log, after), (other_linear, other_log, other_after) = seen
    assert (linear, log) == (other_linear, other_log)
    assert linear != log
    assert after != other_after
    assert "uniform guess" in after


def test_the_chart_shows_nothing_after_the_last_epoch_that_is_shown(browser: Browser, tmp_path: Path) -> None:
    scope = run(0.1)
    scope.ask("first_all_correct", shown=SHARED - 1)
    scope.to_html(tmp_path / "page.html")
    page = browser.new_context(viewport=ROOM, offline=True).new_page()  # type: ignore[arg-type]
    page.goto((tmp_path / "page.html").as_uri())
    player = Player(page)
    curve = page.locator(".epochscope-chart .bqplot g.curve path.line[style*='--epochscope-right-bar']")

    def points() -> int:
        return len(re.findall(r"[ML]", curve.first.get_attribute("d") or ""))

    expect(page.locator(".epochscope-chart")).to_be_visible()
    page.wait_for_function("document.querySelectorAll('.epochscope-chart .bqplot').length > 0")
    page.evaluate(DRAWN)
    assert points() == SHARED
    player.timeline.focus()
    page.keyboard.press("End")
    page.evaluate(DRAWN)
    assert points() == SHARED
    page.context.close()
