"""The exported page, opened from `file://` without a network."""

from __future__ import annotations

import io
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from epochscope.history import History
from epochscope.recording.alphabet import Alphabet
from epochscope.runs.branches import OldBranch
from epochscope.widget.html import page as exported
from tests.browser.notebook import SCREENSHOTS
from tests.browser.pictures.fit import faults
from tests.browser.player import DRAWN, Player, chart_share, score, shown
from tests.browser.scenes import kept
from tests.browser.test_accessibility import assert_accessible
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Route

EPOCHS = (0, 184, 298)
#: Left, top, width, height, px of the page.
Box = tuple[float, float, float, float]
CURVE = ".epochscope-chart .bqplot g.curve path.line[style*='--epochscope-right-bar']"
OLD = ".epochscope-chart .bqplot g.curve path.line[style*='--epochscope-ghost']"
LINE = ".epochscope-chart .bqplot g.curve path.line[style*='--epochscope-ink']"
DOT = ".epochscope-chart .bqplot path.dot[style*='fill: var(--epochscope-ink)']"


class Exported:
    """An exported page in an offline browser. Records all requests."""

    def __init__(self, browser: Browser, path: Path, **context: Any) -> None:
        self.problems: list[str] = []
        self.requests: list[str] = []
        size = {"width": context.pop("width", 1280), "height": context.pop("height", 800)}
        opened = browser.new_context(viewport=size, offline=True, **context)  # type: ignore[arg-type]
        opened.route("**/*", self._route)
        self.page = opened.new_page()
        self.page.on("console", lambda message: self.problems.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.url = path.as_uri()
        self.page.goto(self.url)
        self.player = Player(self.page)
        expect(self.page.locator("[data-part=map-cursor]").first).to_be_attached()
        self.page.evaluate(DRAWN)

    def _route(self, route: Route) -> None:
        self.requests.append(route.request.url)
        if route.request.url == self.url:
            route.continue_()
        else:
            route.abort()

    def wait_for_chart(self, sides: int = 56) -> Box:
        """Wait until the chart is drawn in its full size, with `sides` px beside it, and return the box of its plot."""
        wait = """(sides) => {
          const [figure, plot] = [".bqplot", ".plotarea_background"]
            .map((name) => document.querySelector(`.epochscope-chart ${name}`)?.getBoundingClientRect());
          const [width, height] = plot ? [figure.width - plot.width, figure.height - plot.height] : [0, 0];
          return Math.abs(width - sides) < 1 && Math.abs(height - 44) < 1;
        }"""
        self.page.wait_for_function(wait, arg=sides)
        return self.box(self.page.locator(".epochscope-chart .plotarea_background"))

    @staticmethod
    def box(of: Locator) -> Box:
        """Return the bounding box of an element."""
        left, top, width, height = of.evaluate("""el => {
          const { left, top, width, height } = el.getBoundingClientRect();
          return [left, top, width, height];
        }""")
        return left, top, width, height

    def wait_for_line(self, x: float) -> None:
        """Wait until the cursor of the chart is `x` px from the left of the page."""
        line = self.page.locator(LINE).element_handle()
        self.page.wait_for_function("([el, x]) => Math.abs(el.getBoundingClientRect().left - x) < 1.5", arg=[line, x])

    def ticks(self) -> dict[float, float]:
        """Return the labels of the loss axis and their places, px from the top of the page."""
        return dict(
            self.page.evaluate("""() => [...document.querySelectorAll(".epochscope-chart .bqplot .tick line")]
              .filter((line) => line.getBoundingClientRect().width > 50)
              .map((line) => [Number(line.parentElement.textContent), line.getBoundingClientRect().top])""")
        )

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the points of the loss curve, px of the page."""
        line = self.page.locator(CURVE)
        plot = self.box(self.page.locator(".epochscope-chart .plotarea_background"))
        found = re.findall(r"(-?[\d.]+),(-?[\d.]+)", line.get_attribute("d") or "")
        x, y = np.array(found, dtype=float).T
        return x + plot[0], y + plot[1]

    def picture(self, name: str) -> None:
        (SCREENSHOTS / "page").mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / "page" / f"{name}.png", full_page=True, animations="disabled")

    def close(self) -> None:
        self.page.context.close()
        assert self.requests == [self.url]
        assert self.problems == []


class OpenPage(Protocol):
    """Export a recording and open the page.

    `context` are arguments of Playwright's `new_context`, or `width` and `height`.
    """

    def __call__(self, history: History, exporting: dict[str, Any] | None = None, **context: Any) -> Exported: ...


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """Return a function that exports a recording and opens the page, e.g. `open_page(history, {"chart": False})`.

    At the end of the test the page must have sent no request and reported no problem.
    """
    opened: list[Exported] = []

    def open_one(history: History, exporting: dict[str, Any] | None = None, **context: Any) -> Exported:
        path = tmp_path / f"{len(opened)}.html"
        path.write_bytes(exported(history, **{"lang": "en", **(exporting or {})}).encode())
        opened.append(Exported(browser, path, **context))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def classic() -> History:
    return History.load(kept("classic"))


def assert_shows(opened: Exported, history: History, epoch: int) -> None:
    """Assert that the page shows this epoch as recorded, with the cursors of map and timeline in their places."""
    player = opened.player
    player.wait_for_epoch(epoch)
    assert player.predictions == shown(history.text(epoch))
    record = history[epoch]
    assert player.score == score(record.n_correct, history.positions, record.loss)
    share = (epoch + 0.5) / len(history)
    _, top, _, height = opened.box(player.box.locator("[data-part=map]").first)
    _, cursor, _, thick = opened.box(player.box.locator("[data-part=map-cursor]").first)
    assert cursor + thick / 2 == pytest.approx(top + height * share, abs=1.5)
    left, _, width, _ = opened.box(player.timeline.locator("canvas"))
    thumb, _, thick, _ = opened.box(player.timeline.locator("[data-part=thumb]"))
    assert thumb + thick / 2 == pytest.approx(left + width * share, abs=2.5)


def test_text_loss_map_timeline_and_chart_show_the_recording(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic)
    left, _, width, _ = opened.wait_for_chart()
    expect(opened.page.get_by_role("heading", level=1)).to_have_text("I think therefore I am.")
    expect(opened.page).to_have_title("I think therefore I am.")
    curve, height = opened.curve()
    for epoch in EPOCHS:
        opened.player.drag(150, epoch, span=300)
        assert_shows(opened, classic, epoch)
        opened.wait_for_line(left + width * chart_share(epoch))
        x, y, across, down = opened.box(opened.page.locator(DOT))
        assert x + across / 2 == pytest.approx(curve[epoch], abs=1)
        assert y + down / 2 == pytest.approx(height[epoch], abs=1)
        opened.picture(f"epoch-{epoch}")


def test_a_click_and_a_drag_in_the_chart_move_the_cursor(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic)
    left, top, width, _ = opened.wait_for_chart()
    mouse = opened.page.mouse
    mouse.click(left + width * chart_share(60), top + 100)
    assert_shows(opened, classic, 60)
    expect(opened.page.locator(".epochscope-chart button").first).to_be_hidden()  # bqplot's toolbar
    opened.wait_for_line(left + width * chart_share(60))
    mouse.move(left + width * chart_share(240), top + 20)
    mouse.down()
    mouse.move(left + width * chart_share(120), top + 60, steps=5)
    opened.player.wait_for_epoch(120)
    mouse.up()
    assert_shows(opened, classic, 120)
    opened.wait_for_line(left + width * chart_share(120))


def test_the_curve_matches_its_axes_linear_and_logarithmic(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic)
    left, _, width, _ = opened.wait_for_chart()
    x, linear = opened.curve()
    np.testing.assert_allclose(x, left + width * chart_share(np.arange(300)), atol=1)
    _on_axis(linear, classic.losses, opened.ticks(), lambda loss: loss)
    drawn = opened.page.locator(CURVE)
    before = drawn.get_attribute("d") or ""
    opened.player.action("log").click()
    expect(drawn).not_to_have_attribute("d", before)
    _on_axis(opened.curve()[1], classic.losses, opened.ticks(), np.log)
    opened.picture("logarithmic")


def _on_axis(heights: np.ndarray, losses: np.ndarray, ticks: dict[float, float], scale: Any) -> None:
    """Assert that each loss is drawn where the ticks of the axis say, within 1.5 px."""
    assert len(ticks) >= 3
    slope, start = np.polyfit(scale(np.array(list(ticks))), np.array(list(ticks.values())), 1)
    np.testing.assert_allclose(heights, start + slope * scale(losses), atol=1.5)


@pytest.mark.parametrize("chart", [True, False])
def test_the_keyboard_works_without_a_click_first(open_page: OpenPage, classic: History, chart: bool) -> None:
    opened = open_page(classic, {"chart": chart})
    press, wait = opened.page.keyboard.press, opened.player.wait_for_epoch
    for key, epoch in [
        *[("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("]", 19), ("PageDown", 20)],
        *[("End", 299), ("Shift+ArrowUp", 289), (".", 299), ("Home", 0)],
    ]:
        press(key)
        wait(epoch)
    assert_shows(opened, classic, 0)
    press(" ")
    opened.player.wait_for_epoch_beyond(3)
    press(" ")
    expect(opened.player.action("play")).to_be_visible()
    assert_shows(opened, classic, opened.player.epoch)


def test_end_scrolls_a_page_that_is_taller_than_its_window(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic, width=360, height=600)
    opened.wait_for_chart()
    opened.page.keyboard.press("End")
    opened.page.wait_for_function("() => scrollY > 300")
    assert opened.player.epoch == 299
    opened.page.keyboard.press("ArrowLeft")
    opened.player.wait_for_epoch(298)


@pytest.mark.parametrize(
    ("theme", "width"),
    quick_among([("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)], ("light", 1280), ("dark", 360)),
)
def test_the_page_follows_the_theme_fits_its_window_and_is_accessible(
    open_page: OpenPage, classic: History, theme: str, width: int
) -> None:
    opened = open_page(classic, color_scheme=theme, width=width, height=1400, reduced_motion="reduce")
    page = opened.page
    opened.wait_for_chart()
    opened.player.drag(184, span=300)
    opened.player.wait_for_epoch(184)
    opened.picture(f"{theme}-{width}")
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    red = int(background.removeprefix("rgb(").split(",")[0])
    assert (red > 128) == (theme == "light")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert faults(page.locator(".epochscope")) == []
    assert opened.problems == []
    assert_accessible(page, min_texts=60)
    opened.problems.clear()  # reading pixels back is slow, which the browser reports


def test_the_player_alone_shows_the_recording(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic, {"chart": False, "title": "Lecture 9"})
    for epoch in EPOCHS:
        opened.player.drag(150, epoch, span=300)
        assert_shows(opened, classic, epoch)
    expect(opened.page.get_by_role("heading", level=1)).to_have_text("Lecture 9")
    expect(opened.player.action("log")).to_have_count(0)
    opened.picture("alone")


@pytest.mark.parametrize("chart", [True, False])
def test_markup_in_a_text_is_shown_as_text(open_page: OpenPage, chart: bool) -> None:
    tokens = ["</script><script>window.hit=1</script>", "<!--", "\u2028", '"', "<img src=x onerror=window.hit=2>"]
    history = History(Alphabet(tokens), [0, 1, 2, 3], [1, 2, 3, 4], separator=" ")
    history.append([1.5, 1.0], np.random.default_rng(0).normal(size=(2, 4, 5)), 0.1)
    title = "".join(tokens) + "'&lt;--></title>"
    opened = open_page(history, {"title": title, "chart": chart})
    if chart:
        opened.wait_for_chart()
    assert opened.page.locator("h1").evaluate("el => el.textContent") == title
    assert opened.player.targets[0] == "<!--"
    assert opened.player.targets[3].startswith("<img␣src=x")
    assert opened.page.evaluate("window.hit") is None
    assert opened.page.locator("img").count() == 0
    opened.picture(f"markup-{'chart' if chart else 'alone'}")


@pytest.mark.parametrize("chart", [True, False])
def test_no_other_script_runs_and_no_request_is_sent(open_page: OpenPage, classic: History, chart: bool) -> None:
    opened = open_page(classic, {"chart": chart})
    refused = opened.page.evaluate("""async () => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.hit = 1";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src='https://127.0.0.1/x.png' onerror='window.hit = 2'>");
      await fetch("https://127.0.0.1/x").catch(() => {});
      await new Promise((done) => setTimeout(done, 50));
      return refused.sort();
    }""")
    assert refused == ["connect-src", "img-src", "script-src-attr", "script-src-elem"]
    assert opened.page.evaluate("window.hit") is None
    opened.problems.clear()  # the browser reports what it refused


def test_old_branches_and_losses_that_are_not_finite_are_drawn(open_page: OpenPage) -> None:
    history = History(Alphabet("ab"), [0, 1], [1, 0])
    losses = np.linspace(2, 1, 40)
    losses[30:] = np.nan
    history.append(losses, np.random.default_rng(1).normal(size=(40, 2, 2)), 0.1)
    opened = open_page(history, {"old_branches": [OldBranch(1, 10, np.linspace(1.75, 0.5, 20), 0.1)]})
    left, _, width, _ = opened.wait_for_chart()
    x, across = opened.box(opened.page.locator(OLD))[::2]
    assert (x, x + across) == (
        pytest.approx(left + width * chart_share(10, 40), abs=1.5),
        pytest.approx(left + width * chart_share(29, 40), abs=1.5),
    )
    assert len(opened.curve()[0]) == 30
    opened.player.wait_for_epoch(39)
    opened.picture("old-branches")


def test_the_dot_is_inside_the_plot_at_the_first_and_the_last_epoch(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic)
    left, _, width, _ = opened.wait_for_chart()
    for epoch in (0, 299):
        opened.player.drag(150, epoch, span=300)
        opened.wait_for_line(left + width * chart_share(epoch))
        x, _, across, _ = opened.box(opened.page.locator(DOT))
        assert left <= x < x + across <= left + width


@pytest.mark.parametrize("width", [360, 1280])
def test_the_labels_of_reference_losses_do_not_overlap(open_page: OpenPage, classic: History, width: int) -> None:
    opened = open_page(classic, width=width, height=1400)
    opened.wait_for_chart()
    labels = opened.page.locator(".epochscope-chart .bqplot text.label:visible").all()
    boxes = sorted((opened.box(each) for each in labels), key=lambda box: box[1])
    assert len(boxes) > 1
    for (left, top, across, height), (other, below, _, _) in pairwise(boxes):
        assert top + height <= below or left + across <= other


def test_the_chart_starts_after_a_short_text(open_page: OpenPage) -> None:
    history = History(Alphabet("ab"), [0, 1, 0], [1, 0, 1])
    history.append([2.0, 1.0], np.zeros((2, 3, 2)))
    opened = open_page(history, width=1920)
    opened.wait_for_chart()
    text = opened.box(opened.page.locator(".epochscope-content"))
    chart = opened.box(opened.page.locator(".epochscope-chart"))
    assert 0 < chart[0] - (text[0] + text[2]) < 60


def test_the_transport_of_a_long_text_is_in_the_window(open_page: OpenPage) -> None:
    positions = 600
    history = History(Alphabet("ab"), [0] * positions, [1] * positions)
    history.append([2.0, 1.0], np.zeros((2, positions, 2)))
    opened = open_page(history, {"title": "long"}, width=1100, height=800)
    opened.wait_for_chart()
    _, top, _, height = opened.box(opened.page.locator(".epochscope-bottom"))
    assert top + height <= 800


def test_the_number_of_the_last_epoch_is_not_cut_off(open_page: OpenPage) -> None:
    history = History(Alphabet("ab"), [0], [1])
    history.append(np.linspace(2, 1, 100_000), np.zeros((100_000, 1, 2)), 0.1)
    opened = open_page(history)
    opened.wait_for_chart(sides=60)
    label = opened.page.locator(".epochscope-chart .bqplot .tick text", has_text="100,000")
    left, top, width, height = opened.box(label)
    clip = {"x": left - 2, "y": top, "width": width + 4, "height": height}
    shot = Image.open(io.BytesIO(opened.page.screenshot(clip=clip)))  # type: ignore[arg-type]
    dark = np.asarray(shot.convert("L")) < 200
    assert dark[:, -6:].any()  # of the last digit
    opened.picture("long")


def test_a_damaged_page_says_so(browser: Browser, classic: History, tmp_path: Path) -> None:
    path = tmp_path / "damaged.html"
    whole = exported(classic, chart=False, lang="en")
    middle = whole.index('id="epochscope-recording">') + 5000
    path.write_bytes((whole[:middle] + whole[middle + 400 :]).encode())
    page = browser.new_context(offline=True).new_page()
    page.goto(path.as_uri())
    expect(page.locator("[data-part=status]")).to_contain_text("the page is damaged")
    expect(page.locator('[data-action="train"]')).to_have_count(0)
    SCREENSHOTS.joinpath("page").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "page" / "damaged.png")
    page.context.close()


@pytest.mark.parametrize(
    ("lang", "locale", "said"),
    [
        ("en", "ko-KR", "This page cannot be shown: the page is damaged, or this browser is too old."),
        ("", "ko-KR", "이 페이지를 표시할 수 없습니다."),
    ],
)
@pytest.mark.parametrize("kind", ["style", "script", "browser"])
def test_a_page_whose_scripts_cannot_be_unpacked_says_so(
    browser: Browser, classic: History, tmp_path: Path, kind: str, lang: str, locale: str, said: str
) -> None:
    path = tmp_path / "damaged.html"
    whole = exported(classic, chart=False, lang=lang)
    middle = whole.index(f'data-packed="{kind}">') + 5000 if kind != "browser" else len(whole)
    path.write_bytes((whole[:middle] + whole[middle + 400 :]).encode())
    page = browser.new_context(offline=True, locale=locale).new_page()
    if kind == "browser":
        page.add_init_script("delete globalThis.DecompressionStream")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-part=map]")).to_have_count(0)
    assert errors == []
    page.context.close()


def test_what_was_unpacked_is_in_the_page_once(open_page: OpenPage, classic: History) -> None:
    page = open_page(classic, {"chart": False}).page
    assert page.locator("script:not([type])").count() == 1  # the loader: what it ran is removed
    # The style of the page comes last: its rules for print are stronger.
    long = "all => all.map((each) => each.textContent.length > 9999)"
    assert page.locator("style").evaluate_all(long) == [True, False]
    page.emulate_media(media="print")
    expect(page.locator(".epochscope-toolbar").first).to_be_hidden()


def test_a_worker_runs_what_is_in_the_page_and_nothing_else(open_page: OpenPage, classic: History) -> None:
    opened = open_page(classic, {"chart": False})
    answer = """(url) => new Promise((done) => {
      setTimeout(done, 5000, "nothing");
      document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
      try {
        const worker = new Worker(url);
        worker.onmessage = ({ data }) => done(data);
      } catch { /* a violation is reported too */ }
    })"""
    made = "() => URL.createObjectURL(new Blob(['postMessage(1 + 1)']))"
    assert opened.page.evaluate(answer, opened.page.evaluate(made)) == 2
    assert opened.page.evaluate(answer, "data:text/javascript,postMessage(3)") == "worker-src"
    evaluated = "() => URL.createObjectURL(new Blob([`try { eval('0') } catch (error) { postMessage(error.name) }`]))"
    assert opened.page.evaluate(answer, opened.page.evaluate(evaluated)) == "EvalError"
    opened.problems.clear()  # the browser reports what it refused
