"""The page of a sweep: its boxes, how a run is selected, replayed and compared, and what stops and resumes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FONTS
from tests.browser.player import DRAWN, WORDS
from tests.browser.test_accessibility import assert_accessible, assert_contrast
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Error, Locator, Page

    from tests.browser.views.demo import DemoPages

CELL = {"name": "cell", "values": ["RNN", "GRU", "LSTM"]}
LR = {"name": "lr", "values": ["lr 0.1", "lr 0.01"]}
HIDDEN = {"name": "hidden_size", "values": ["hidden_size 8", "hidden_size 14", "hidden_size 32"]}
LONG = "The quick brown fox\njumps over\tthe lazy dog. " * 30
BOX = ".epochscope"

#: How far each bar of the rates is filled, and its interval, as shares of its width.
READ_BARS = """bars => bars.map(bar => {
  const all = bar.getBoundingClientRect();
  const part = name => {
    const { left, right } = bar.querySelector(`.epochscope-sweep-${name}`).getBoundingClientRect();
    return [(left - all.left) / all.width, (right - all.left) / all.width];
  };
  return [...part('share'), ...part('interval')];
})"""


class SweepPage:
    """The demo page with a made-up sweep; `options` are those of js/demo/sweep.ts."""

    def __init__(self, page: Page, address: str, options: dict[str, Any], lang: str) -> None:
        self.page, self.problems = page, []
        page.on("pageerror", self._note)
        page.goto(f"{address}?{urlencode({'sweep': json.dumps(options), 'lang': lang})}")
        page.add_style_tag(content=FONTS)
        expect(self.part("sweep-plot").first).to_be_visible()
        self.settle()

    def part(self, name: str) -> Locator:
        return self.page.locator(f"[data-part={name}]")

    def action(self, name: str) -> Locator:
        return self.page.locator(f"[data-action={name}]")

    def plot(self, box: int) -> Locator:
        return self.page.locator(f"[data-box='{box}'] [data-part=sweep-plot]")

    def select(self, box: int, presses: int) -> None:
        """Select a run of a box by keyboard."""
        self.plot(box).focus()
        self.press(*["ArrowDown"] * presses)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.settle()

    def settle(self) -> None:
        self.page.evaluate(DRAWN)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the page sent to the kernel."""
        return self.page.evaluate("sweep.messages")

    @property
    def selected(self) -> int | None:
        return self.page.evaluate("sweep.store.selected.peek()")

    @property
    def focused(self) -> str:
        """The name of the run that has the focus, or of the focused element."""
        return self.page.evaluate("""() => {
          const el = document.activeElement;
          const active = el.getAttribute('aria-activedescendant');
          return active ? document.getElementById(active).textContent : el.getAttribute('aria-label') ?? el.textContent;
        }""")

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def _note(self, error: Error) -> None:
        self.problems.append(str(error))

    def close(self) -> None:
        self.page.remove_listener("pageerror", self._note)
        assert not self.problems


class OpenSweep(Protocol):
    """Open the demo page on a sweep; `context` are the arguments of `DemoPages.open`."""

    def __call__(self, context: dict[str, Any] | None = None, lang: str = "en", **options: Any) -> SweepPage: ...


@pytest.fixture
def open_sweep(demo_pages: DemoPages, demo_address: str) -> Iterator[OpenSweep]:
    """Return a function that opens a sweep, which replaces the one opened before."""
    opened: list[SweepPage] = []

    def open_one(context: dict[str, Any] | None = None, lang: str = "en", **options: Any) -> SweepPage:
        page = demo_pages.open(**{"reduced_motion": "reduce", "height": 1200, **(context or {})})
        opened.append(SweepPage(page, demo_address, options, lang))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def test_every_box_says_and_draws_both_rates_with_their_intervals(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    boxes = sweep.page.evaluate("sweep.store.state.peek().boxes")
    assert len({box["ever"][0] for box in boxes}) > 2
    ever = [WORDS["sweep_ever"].format(k=box["ever"][0], n=10) for box in boxes]
    end = [WORDS["sweep_at_end"].format(k=box["at_end"][0], n=10) for box in boxes]
    expect(sweep.part("rate-ever")).to_have_text(ever)
    expect(sweep.part("rate-end")).to_have_text(end)
    for key, part in (("ever", "interval-ever"), ("at_end", "interval-end")):
        bars = sweep.part(part).evaluate_all(READ_BARS)
        for bar, box in zip(bars, boxes, strict=True):
            k, low, high = box[key]
            assert bar == pytest.approx([0, k / 10, low, high], abs=0.01)
    widths = {
        round(bar["width"])
        for bar in sweep.part("interval-end").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect())")
    }
    assert len(widths) == 1  # so that the eye can compare them


def test_bars_are_as_wide_in_a_box_that_is_not_full(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(done=34)
    expect(sweep.part("sweep-notes").nth(3)).to_have_text(WORDS["sweep_box_done"].format(done=4, count=10))
    expect(sweep.part("rate-end").nth(3)).to_have_text(WORDS["sweep_at_end"].format(k=0, n=4))
    widths = sweep.part("interval-end").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().width)")
    assert widths == pytest.approx([widths[0]] * 6, abs=0.5)
    expect(sweep.part("sweep-waiting")).to_have_count(2)
    expect(sweep.part("rate-end").nth(4)).to_be_hidden()


def test_the_arrow_keys_go_through_the_runs_of_a_box_by_seed(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(axes=[CELL], seeds=[7, 1, 3])
    expect(sweep.part("sweep-card")).to_have_count(0)
    sweep.select(1, 1)
    assert sweep.focused.startswith(WORDS["seed"].format(seed=1) + ": ")
    seen = [sweep.selected]
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "End"):
        sweep.press(key)
        seen.append(sweep.selected)
    assert seen == [4, 5, 3, 3, 5, 4, 3]
    expect(sweep.page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    expect(sweep.part("sweep-card")).to_contain_text("GRU, seed 7: ")
    sweep.press("Escape")
    assert sweep.selected is None
    expect(sweep.part("sweep-card")).to_have_count(0)


def test_each_box_is_one_tab_stop(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    sweep.plot(0).focus()
    names = [sweep.focused]
    for _ in range(5):
        sweep.press("Tab")
        names.append(sweep.focused)
    assert names == [f"{cell}, {lr}" for cell in CELL["values"] for lr in LR["values"]]


def test_the_pointer_highlights_the_nearest_line_and_a_click_selects_it(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(seeds=[0, 1, 2, 3], diverged=[0])
    plot = sweep.plot(0)
    cross = plot.locator(".epochscope-sweep-cross").bounding_box()
    assert cross
    sweep.page.mouse.move(cross["x"] + 4, cross["y"] + 4)
    sweep.settle()
    hovered = plot.locator("[data-part=sweep-hovered]")
    run = hovered.get_attribute("data-run")
    assert run == "0"  # the only one that has a cross
    assert (hovered.locator("path").last.get_attribute("d") or "").startswith("M")
    expect(plot.locator("[data-part=sweep-pointed]")).to_contain_text("seed 0")
    expect(sweep.part("sweep-card")).to_have_count(0)
    sweep.page.mouse.click(cross["x"] + 4, cross["y"] + 4)
    assert str(sweep.selected) == run
    expect(sweep.part("sweep-card")).to_contain_text("seed 0")
    sweep.page.mouse.move(0, 0)
    expect(plot.locator("[data-part=sweep-pointed]")).to_contain_text("seed 0")
    expect(plot.locator("[data-part=sweep-selected]")).to_have_attribute("data-run", "0")


def test_lines_are_where_their_losses_are(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(axes=[], seeds=[3], epochs=900)
    path = sweep.part("sweep-median").get_attribute("d") or ""
    xs = [float(point.split(" ")[0].lstrip("ML")) for point in path.replace("L", "|").split("|")]
    assert len(xs) == 300
    assert xs[0] == pytest.approx(1000 * 0.5 / 300, abs=0.1)
    assert xs[-1] == pytest.approx(1000 * 299.5 / 300, abs=0.1)


def test_enter_replays_a_run_below_with_its_own_numbers(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    sweep.select(4, 8)
    sweep.press("Enter")
    replay = sweep.part("sweep-replay")
    expect(replay.get_by_role("heading", name="LSTM, lr 0.1, seed 7")).to_be_visible()
    expect(replay.locator("[data-part=model]")).to_contain_text("seed 7")
    expect(replay.locator("[data-part=epoch]")).to_have_text("299")
    assert sweep.messages == [{"kind": "open", "run": 47}]
    replay.locator("[data-part=timeline]").focus()
    sweep.press("Home", "ArrowRight")
    expect(replay.locator("[data-part=epoch]")).to_have_text("1")
    assert sweep.selected == 47  # keys of the player are its own
    sweep.action("sweep-close").click()
    expect(replay).to_have_count(0)
    assert sweep.focused.startswith("seed 7: ")  # back in the box


def test_another_run_replaces_the_one_that_is_replayed(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    sweep.select(4, 1)
    sweep.action("sweep-open").click()
    expect(sweep.part("model")).to_contain_text("seed 0")
    sweep.select(4, 1)
    sweep.press("Enter")
    expect(sweep.part("model")).to_have_count(1)
    expect(sweep.part("model")).to_contain_text("seed 1")


def test_two_runs_are_compared_by_what_tells_them_apart(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    sweep.select(4, 1)
    sweep.press("a")
    comparison = sweep.part("sweep-comparison")
    expect(comparison).to_contain_text(WORDS["sweep_compare_more"])
    sweep.press("ArrowDown", "+")
    expect(comparison.locator("[data-part=run-row-label]")).to_have_text(["seed 0", "seed 1"])
    comparison.locator("[data-part=timeline]").focus()
    sweep.press("Home", "ArrowRight", "ArrowRight")
    sweep.select(5, 1)
    sweep.action("sweep-add").click()
    names = ["lr 0.1, seed 0", "lr 0.1, seed 1", "lr 0.01, seed 0"]
    expect(comparison.locator("[data-part=run-row-label]")).to_have_text(names)
    expect(comparison.locator("[data-part=epoch]")).to_have_text("2")  # goes on where it was
    sweep.action("sweep-remove-40").click()
    expect(comparison.locator("[data-part=run-row-label]")).to_have_text(["lr 0.1, seed 1", "lr 0.01, seed 0"])
    sweep.action("sweep-remove").click()
    expect(comparison.locator("[data-part=run-row-label]")).to_have_count(0)
    sweep.action("sweep-close-comparison").click()
    expect(comparison).to_have_count(0)


def test_a_seventh_run_is_refused_with_a_reason(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    sweep.plot(3).focus()
    for _ in range(6):
        sweep.press("ArrowDown", "a")
    expect(sweep.part("run-row-label")).to_have_count(6)
    sweep.press("ArrowDown")
    add = sweep.action("sweep-add")
    expect(add).to_have_attribute("aria-disabled", "true")
    expect(add).to_have_attribute("title", WORDS["sweep_full"].format(count=6))
    sweep.press("a")
    expect(sweep.part("run-row-label")).to_have_count(6)


def test_stop_keeps_what_is_done_and_resume_goes_on(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(done=34)
    bar = sweep.page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "34")
    expect(sweep.part("sweep-state")).to_have_text("34 of 60 runs, about 10 s left")
    sweep.page.evaluate("sweep.finish(2)")
    expect(bar).to_have_attribute("aria-valuenow", "36")
    sweep.action("sweep-stop").click()
    expect(sweep.part("sweep-state")).to_have_text(WORDS["sweep_stopped"].format(done=36, count=60))
    expect(sweep.action("sweep-stop")).to_have_count(0)
    sweep.action("sweep-resume").click()
    assert sweep.messages == [{"kind": "stop"}, {"kind": "resume"}]
    sweep.page.evaluate("sweep.finish(24)")
    expect(sweep.part("sweep-state")).to_have_text(WORDS["sweep_finished"].format(count=60))
    expect(bar).to_have_count(0)
    expect(sweep.part("sweep-waiting")).to_have_count(0)


@pytest.mark.parametrize(("motion", "seconds"), [("reduce", "0s"), ("no-preference", "0.3s")])
def test_the_progress_bar_moves_only_if_motion_is_welcome(open_sweep: OpenSweep, motion: str, seconds: str) -> None:
    sweep = open_sweep({"reduced_motion": motion}, done=34)
    duration = "bar => getComputedStyle(bar).transitionDuration"
    assert sweep.part("sweep-bar").locator("div").evaluate(duration) == seconds


def test_a_selection_and_a_replay_stay_while_results_come(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(done=15)
    sweep.select(0, 3)
    sweep.press("Enter")
    epoch = sweep.part("sweep-replay").locator("[data-part=epoch]")
    expect(epoch).to_have_text("299")
    sweep.part("timeline").focus()
    sweep.press("Home")
    sweep.page.evaluate("sweep.finish(20)")
    expect(sweep.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "35")
    expect(epoch).to_have_text("0")
    assert sweep.selected == 2
    expect(sweep.part("sweep-card")).to_be_visible()


def test_the_page_says_when_a_recording_is_awaited_refused_or_not_there(open_sweep: OpenSweep) -> None:
    hint = {
        "later": WORDS["sweep_loading"],
        "none": WORDS["sweep_not_here"],
        "refuse": "The recording of this run is not kept. Pass keep=True to sweep().",
    }
    for recordings, text in hint.items():
        sweep = open_sweep(recordings=recordings)
        sweep.select(2, 1)
        sweep.press("Enter")
        expect(sweep.part("sweep-hint")).to_have_text(text)
        if recordings == "later":
            sweep.page.evaluate("sweep.answer()")
            expect(sweep.part("model")).to_contain_text("seed 0")


def test_without_a_kernel_runs_open_from_the_page_and_nothing_can_be_stopped(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(recordings="page", done=34, change={"state": "stopped", "can_resume": True})
    expect(sweep.part("sweep-state")).to_be_visible()
    expect(sweep.action("sweep-resume")).to_have_count(0)
    sweep.select(2, 1)
    sweep.press("Enter")
    expect(sweep.part("model")).to_contain_text("seed 0")
    assert sweep.messages == []
    sweep.select(5, 1)  # waits
    expect(sweep.part("sweep-card")).to_contain_text(WORDS["sweep_run_waiting"])
    expect(sweep.action("sweep-open")).to_have_attribute("aria-disabled", "true")


def test_failed_runs_are_listed_with_their_messages(open_sweep: OpenSweep) -> None:
    memory, odd = "out of memory", "hidden_size=<b>0</b>: must be a positive int"
    sweep = open_sweep(failed={"3": memory, "5": odd, "21": memory}, diverged=[4])
    failures = sweep.part("sweep-failures").locator("li")
    expect(failures).to_have_count(2)
    expect(failures.nth(0)).to_contain_text(f"2 runs {memory}")
    expect(failures.nth(1)).to_contain_text(odd)
    failures.nth(0).locator("summary").click()
    sweep.action("failed-21").click()
    assert sweep.selected == 21
    card = sweep.part("sweep-card")
    expect(card).to_contain_text(f"GRU, lr 0.1, seed 1: {WORDS['sweep_run_failed'].format(message=memory)}")
    notes = [WORDS["sweep_diverged"].format(count=1), WORDS["sweep_failed"].format(count=2)]
    expect(sweep.part("sweep-notes").first).to_have_text(" · ".join(notes))
    expect(sweep.plot(0).locator(".epochscope-sweep-cross")).to_have_count(3)


def test_a_failed_run_is_shown_where_it_is_and_escape_leaves_it(open_sweep: OpenSweep) -> None:
    sweep = open_sweep({"height": 420}, axes=[CELL, LR, HIDDEN], failed={"25": "out of memory"})
    sweep.action("failed-25").click()  # of hidden_size 32, while 8 is on show
    expect(sweep.action("sweep-axis-2")).to_have_value("2")
    expect(sweep.part("sweep-card")).to_be_in_viewport(ratio=0.9)
    expect(sweep.part("sweep-card")).to_contain_text("RNN, lr 0.1, hidden_size 32, seed 5: ")
    sweep.action("sweep-open").focus()
    sweep.press("Escape")
    expect(sweep.part("sweep-card")).to_have_count(0)
    assert sweep.focused == "RNN, lr 0.1, hidden_size 32"


def test_a_third_option_is_chosen_above_the_boxes(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(axes=[CELL, LR, HIDDEN], seeds=[0, 1])
    expect(sweep.part("sweep-box")).to_have_count(6)
    sweep.action("sweep-axis-2").select_option(label="hidden_size 32")
    shown = sweep.part("sweep-box").evaluate_all("boxes => boxes.map(box => Number(box.dataset.box))")
    assert shown == [2, 5, 8, 11, 14, 17]
    sweep.select(17, 1)
    expect(sweep.part("sweep-card")).to_contain_text("LSTM, lr 0.01, hidden_size 32, seed 0")


def test_the_log_scale_moves_the_lines(open_sweep: OpenSweep) -> None:
    sweep = open_sweep()
    before = sweep.part("sweep-median").first.get_attribute("d")
    button = sweep.action("sweep-log")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    sweep.settle()
    assert sweep.part("sweep-median").first.get_attribute("d") != before


SCENES: dict[str, dict[str, Any]] = {
    "two options": {},
    "no option": {"axes": []},
    "one option": {"axes": [LR]},
    "three options": {"axes": [CELL, LR, HIDDEN]},
    "long texts": {
        "text": LONG,
        "axes": [{"name": "schedule", "values": ["CosineAnnealingLR(T_max=300)", "a_value_" * 12]}, CELL],
        "failed": {"0": "x" * 300},
    },
    "waiting": {"done": 0, "change": {"seconds_left": None}},
    "all diverged": {"diverged": list(range(60))},
    "200 seeds": {"axes": [CELL], "seeds": list(range(200))},
    "12 columns": {"axes": [CELL, {"name": "lr", "values": [f"lr 0.{i:02}" for i in range(12)]}]},
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("width", quick_among([360, 700, 1400], 360))
def test_nothing_is_wider_than_the_page(open_sweep: OpenSweep, scene: str, width: int) -> None:
    for lang in ("en", "ko") if width == 360 else ("en",):
        sweep = open_sweep({"width": width}, lang, **SCENES[scene])
        sweep.plot(0).focus()
        sweep.press("ArrowDown", "Enter", "a", "ArrowDown", "a")
        assert sweep.overflow <= 0
        outside = sweep.part("sweep").evaluate("""root => {
          const { right } = root.getBoundingClientRect();
          const seen = [...root.querySelectorAll('*')].filter(el => !el.closest('.epochscope-visually-hidden, svg'));
          return seen.filter(el => el.getBoundingClientRect().right > right + 1).map(el => el.className);
        }""")
        assert outside == []


def test_on_a_narrow_page_each_box_has_its_full_heading(open_sweep: OpenSweep) -> None:
    sweep = open_sweep({"width": 360})
    headings = sweep.part("sweep-box").locator("h4")
    expect(headings).to_have_text([f"{cell}, {lr}" for cell in CELL["values"] for lr in LR["values"]])
    lefts = sweep.part("sweep-box").evaluate_all("boxes => boxes.map(box => box.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1
    sweep.select(1, 1)
    card, box = sweep.part("sweep-card").bounding_box(), sweep.part("sweep-box").nth(2).bounding_box()
    assert card
    assert box
    assert card["y"] < box["y"]  # next to its own box


@pytest.mark.parametrize("scene", ["two options", "waiting", "all diverged", "long texts"])
def test_the_sweep_is_accessible(open_sweep: OpenSweep, scene: str) -> None:
    sweep = open_sweep({"height": 4000}, **SCENES[scene])
    sweep.plot(1).focus()
    sweep.press("ArrowDown")
    assert_accessible(sweep.page, min_texts=25)
    sweep.page.emulate_media(color_scheme="dark")
    sweep.settle()
    assert_contrast(sweep.page, min_texts=25)


def test_a_sweep_with_a_replay_and_a_comparison_is_accessible(open_sweep: OpenSweep) -> None:
    sweep = open_sweep({"height": 4000}, done=41)
    sweep.select(1, 1)
    sweep.press("Enter", "a", "ArrowDown", "a")
    expect(sweep.part("timeline")).to_have_count(2)
    assert_accessible(sweep.page, min_texts=100)
    sweep.page.emulate_media(color_scheme="dark")
    sweep.settle()
    assert_contrast(sweep.page, min_texts=100)


def test_progress_is_announced_at_every_quarter_only(open_sweep: OpenSweep) -> None:
    sweep = open_sweep(done=31)
    said = sweep.part("sweep").locator("[data-part=summary]")
    expect(said).to_have_text(WORDS["sweep_progress"].format(done=30, count=60))
    sweep.page.evaluate("sweep.finish(13)")
    expect(sweep.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "44")
    sweep.page.evaluate("""() => {
      globalThis.said = [];
      const region = document.querySelector('[data-part=sweep] [data-part=summary]');
      new MutationObserver(() => globalThis.said.push(region.textContent)).observe(
        region, { childList: true, characterData: true, subtree: true });
    }""")
    sweep.page.evaluate("sweep.finish(3)")
    expect(said).to_have_text(WORDS["sweep_progress"].format(done=45, count=60))
    assert sweep.page.evaluate("said") == [WORDS["sweep_progress"].format(done=45, count=60)]
