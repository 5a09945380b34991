"""Exported pages that go on with a training, opened from `file://` without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope import EpochScope, compare
from epochscope.history import History
from epochscope.inspection.experiments import free_run
from tests.browser.player import DRAWN, score, shown
from tests.browser.test_playground import assert_fits, assert_shows
from tests.browser.test_questions import Asked
from tests.browser.training_page import TrainingPage
from tests.thoroughness import quick_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage

SENTENCE = " I think therefore I am."
EPOCHS = 300
#: Epochs after a rewind or a branch in which the page and torch agree; later, rounding has grown too much.
AGREE = 20
#: The largest relative difference of losses until then.
NEAR = 1e-3

#: All lines, dots and texts of the chart, with their places; in any order, since new ticks come last.
CHART = """() => {
  const plot = document.querySelector(".epochscope-chart .plotarea_background").getBoundingClientRect();
  const rounded = (text) => (text ?? "").replace(/-?\\d+\\.\\d+/g, (number) => Number(number).toFixed(1));
  const drawn = document.querySelectorAll(".epochscope-chart :is(path.line, path.dot, text)");
  return [...drawn].filter((el) => el.getBoundingClientRect().width > 0).map((el) => {
    const { x, y, width } = el.getBoundingClientRect();
    const text = el.tagName === "text" ? el.textContent : rounded(el.getAttribute("d"));
    return [text, rounded(el.getAttribute("style")), ...[x - plot.x, y - plot.y, width].map(Math.round)].join(" ");
  }).sort();
}"""

#: Whether the plot fills its figure: the chart is drawn again once its size is known.
LAID_OUT = """() => {
  const [figure, plot] = [".bqplot", ".plotarea_background"]
    .map((name) => document.querySelector(`.epochscope-chart ${name}`)?.getBoundingClientRect());
  return plot !== undefined && Math.abs(figure.height - plot.height - 44) < 1;
}"""


class Exported(NamedTuple):
    """A page, and what Python trains from it on: `more` epochs at the end, and in a branch at epoch 100."""

    path: Path
    recorded: History
    more: History
    branched: History


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return the page of the classic lab with the states of the optimizer."""
    path = tmp_path_factory.mktemp("classic") / "page.html"
    scope = EpochScope(SENTENCE, seed=9, epochs=EPOCHS, lang="en")
    scope.train()
    scope.to_html(path, train=True, weights="all")
    recorded = scope.history.fork(EPOCHS)
    more = scope.train(AGREE).fork(EPOCHS + AGREE)
    scope.branch(100, lr=0.02)
    branched = scope.train(AGREE).fork(100 + AGREE)
    scope.close()
    return Exported(path, recorded, more, branched)


class OpenPage(Protocol):
    """Open an exported page; `context` are the arguments of `TrainingPage`."""

    def __call__(self, path: Path, **context: Any) -> TrainingPage: ...


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Return a function that opens an exported page.

    At the end of the test the page must have sent no request and reported no problem.
    """
    opened: list[TrainingPage] = []

    def open_one(path: Path, **context: Any) -> TrainingPage:
        opened.append(TrainingPage(browser, path, **context))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def go_on(opened: TrainingPage, until: int | None = None) -> None:
    """Press "Go on training here" and pause; then train up to so many epochs. At the last epoch it trains at once."""
    at_head = opened.player.epoch == opened.player.head
    if until is not None:  # slowly, so that the pause comes before those epochs
        opened.player.action("speed").select_option("12")
    opened.press("go-on")
    expect(opened.part("page-note")).to_be_visible()
    if at_head:
        expect(opened.player.action("pause")).to_be_visible()
    opened.pause()
    if until is not None:
        assert opened.player.head < until - 1
        opened.train_until(until)


def differences(page: History, torch: History, start: int, stop: int) -> float:
    """Return the largest relative difference of losses from epoch `start` to `stop`."""
    ours, theirs = page.losses[start:stop], torch.losses[start:stop]
    assert len(ours) == len(theirs) == stop - start
    return float(np.max(np.abs(ours - theirs) / theirs))


def test_a_recording_goes_on_as_it_would_in_python(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    opened.player.wait_for_epoch(EPOCHS - 1)
    go_on(opened, EPOCHS + AGREE)
    history = opened.recorded()
    np.testing.assert_array_equal(history.losses[:EPOCHS], classic.recorded.losses)
    assert differences(history, classic.more, EPOCHS, EPOCHS + AGREE) < NEAR
    assert history.metadata["trained_in_page"] == EPOCHS
    expect(opened.part("page-note")).to_contain_text(f"from epoch {EPOCHS} on")
    for epoch in (EPOCHS + AGREE - 1, EPOCHS, 12):
        opened.go_to(epoch)
        assert_shows(opened.player, history, epoch)


@pytest.mark.parametrize("epoch", quick_among([0, 1, 40, 133, 270], 40))
def test_epochs_that_are_rewound_are_trained_again_as_they_were(
    open_page: OpenPage, classic: Exported, epoch: int
) -> None:
    opened = open_page(classic.path)
    go_on(opened)
    opened.rewind(epoch)
    opened.train_until(epoch + AGREE)
    history = opened.recorded()
    np.testing.assert_array_equal(history.losses[:epoch], classic.recorded.losses[:epoch])
    assert differences(history, classic.recorded, epoch, epoch + AGREE) < NEAR
    assert history.metadata["trained_in_page"] == epoch


def test_a_branch_trains_as_it_would_in_python(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    go_on(opened)
    opened.branch(100, 0.02)
    opened.train_until(100 + AGREE)
    history = opened.recorded()
    np.testing.assert_array_equal(history.losses[:100], classic.recorded.losses[:100])
    assert differences(history, classic.branched, 100, 100 + AGREE) < NEAR
    assert history.lrs[100:].tolist() == [0.02] * AGREE
    opened.player.action("continue").click()
    opened.player.action("switch").click()
    opened.player.wait_for_epoch_beyond(EPOCHS - 1)
    np.testing.assert_array_equal(opened.recorded().losses[:EPOCHS], classic.recorded.losses)


def test_the_chart_is_that_of_the_same_recording_in_python(
    open_page: OpenPage, classic: Exported, tmp_path: Path
) -> None:
    opened = open_page(classic.path)
    go_on(opened)
    opened.branch(100, 0.02)
    opened.train_until(600)
    path = tmp_path / "again.html"
    scope = EpochScope.load(opened.download(), lang="en")
    scope.to_html(path)
    scope.close()
    again = open_page(path)
    for each in (opened, again):
        each.player.wait_for_epoch(599)
        each.page.wait_for_function(LAID_OUT)
        each.page.wait_for_timeout(400)  # the chart is drawn five times a second
    opened.picture("chart-in-page")
    again.picture("chart-in-python")
    expected = without_branches(again.page.evaluate(CHART))
    assert len(expected) > 10
    assert without_branches(opened.page.evaluate(CHART)) == expected


def without_branches(drawn: list[str]) -> list[str]:
    """Leave out old branches: files do not have them."""
    return [each for each in drawn if "--epochscope-ghost" not in each]


def test_another_seed_begins_anew(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    go_on(opened)
    opened.part("page-reset-seed").fill("77")
    opened.press("reset-seed")
    opened.hurry()
    opened.player.wait_for_epoch_beyond(10)
    opened.pause()
    history = opened.recorded()
    assert (history.metadata["seed"], history.metadata["trained_in_page"]) == (77, 0)
    assert history.losses[0] != classic.recorded.losses[0]
    assert history.join(history.targets) == SENTENCE[1:]
    assert history.losses[0] == pytest.approx(np.log(14), abs=0.3)


def test_the_text_is_changed_and_the_recording_comes_back(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    opened.press("change-text")
    opened.set(text="hihello", seed=2)
    opened.train()
    opened.wait_until_stopped(299)
    assert opened.shows("hihello") == []
    expect(opened.page.locator(".epochscope-chart")).to_be_hidden()
    expect(opened.part("page-note").first).to_contain_text("Trained in this page")
    history = opened.recorded()
    network = history.network_at(299)
    opened.player.action("free-run").click()
    said = opened.player.box.locator("[data-part=inspect-free_run] [data-row=said]")
    expect(said).to_have_text(shown(history.join(free_run(network, history.inputs))))
    opened.press("back")
    opened.player.wait_for_epoch(EPOCHS - 1)
    expect(opened.page.locator(".epochscope-chart")).to_be_visible()
    assert_shows(opened.player, classic.recorded, EPOCHS - 1)
    go_on(opened, EPOCHS + AGREE)
    assert differences(opened.recorded(), classic.more, EPOCHS, EPOCHS + AGREE) < NEAR


def test_a_question_of_the_page_works_before_and_after_training(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "question.html"
    scope = EpochScope(SENTENCE, seed=9, epochs=60, lang="en")
    scope.train()
    scope.ask("prediction", epoch=30, position=9, shown=5)
    token = int(scope.history.predictions[30, 9])
    scope.to_html(path, train=True)
    scope.close()
    opened = open_page(path)
    asked = Asked(opened.page)
    assert opened.player.head == 5
    expect(opened.bar.locator("[data-action=go-on]:not([aria-disabled=true]):not([disabled])")).to_have_count(0)
    asked.vote(str(token))
    asked.player.action("reveal").click()
    asked.expect_phase("revealed")
    expect(asked.player.part("verdict")).to_have_attribute("data-verdict", "correct")
    go_on(opened, 80)
    assert len(opened.recorded()) == 80


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[History]]:
    """Return the page of a comparison of two cells, and what Python records in it and afterwards."""
    path = tmp_path_factory.mktemp("comparison") / "page.html"
    both = compare(SENTENCE, cell=["rnn", "lstm"], seed=9, lang="en")
    both.train(60)
    both.to_html(path, train=True)
    both.train(AGREE)
    histories = [run.history.fork(60 + AGREE) for run in both.runs]
    both.close()
    return path, histories


def test_a_comparison_goes_on_in_lock_step(open_page: OpenPage, comparison: tuple[Path, list[History]]) -> None:
    path, expected = comparison
    opened = open_page(path, width=1200, height=1600)
    opened.player.wait_for_epoch(59)
    go_on(opened)
    before = opened.player.head
    opened.player.action("train").click()
    opened.player.wait_for_epoch_beyond(before + 2)
    opened.pause()
    lengths = [len(opened.recorded(run)) for run in (0, 1)]
    assert max(lengths) - min(lengths) <= 1
    assert min(lengths) > before + 1
    opened.rewind(60)
    opened.train_until(60 + AGREE)
    for run, torch in enumerate(expected):
        assert differences(opened.recorded(run), torch, 60, 60 + AGREE) < NEAR
    names = opened.page.locator(".epochscope-chart text.label").all_text_contents()
    assert {"RNN", "LSTM"} <= set(names)


@pytest.mark.parametrize(
    ("options", "says", "goes_on"),
    [
        ({"weights": None}, "weights", False),
        ({"weights": "all"}, "starts anew", True),
    ],
    ids=["no weights", "no states"],
)
def test_a_page_says_what_it_lacks(
    open_page: OpenPage, tmp_path: Path, options: Mapping[str, Any], says: str, goes_on: bool
) -> None:
    path = tmp_path / "page.html"
    scope = EpochScope("hihello", epochs=20, lang="en")
    scope.train()
    scope.to_html(path, **options)
    scope.close()
    opened = open_page(path)
    if goes_on:
        go_on(opened, 45)
        assert len(opened.recorded()) == 45
    expect(opened.bar).to_contain_text(says)
    opened.press("change-text")
    opened.set(text="abcabc")
    opened.train()
    opened.player.wait_for_epoch_beyond(3)


def test_the_page_shows_what_a_file_of_it_has(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    go_on(opened)
    opened.rewind(25)
    opened.train_until(40)
    history = opened.recorded()
    seen = opened.player.read_all()
    assert [each[0] for each in seen] == [
        score(int(correct), history.positions, loss)
        for correct, loss in zip(history.n_correct, history.losses.tolist(), strict=True)
    ]
    assert [each[1] for each in seen] == ["".join(shown(history.text(epoch))) for epoch in range(40)]


@pytest.mark.thorough
def test_training_from_a_rewind_is_repeated_bit_for_bit(open_page: OpenPage, classic: Exported) -> None:
    files: list[History] = []
    for _ in range(2):
        opened = open_page(classic.path)
        go_on(opened)
        for _ in range(2):
            opened.rewind(50)
            opened.train_until(90)
            files.append(opened.recorded())
    for other in files[1:]:
        np.testing.assert_array_equal(other.losses, files[0].losses)


def test_a_hidden_page_stops(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    go_on(opened)
    before = opened.player.head
    opened.player.action("train").click()
    opened.player.wait_for_epoch_beyond(before + 3)
    opened.hide()
    expect(opened.player.action("pause")).to_have_count(0)
    opened.page.evaluate(DRAWN)
    head = opened.player.head
    opened.page.wait_for_timeout(500)  # nothing says that nothing happens
    assert len(opened.recorded()) == head + 1


@pytest.mark.parametrize(
    ("theme", "width"),
    quick_among([("light", 1200), ("dark", 1200), ("light", 360), ("dark", 360)], ("dark", 360)),
)
def test_the_page_fits_and_is_accessible(open_page: OpenPage, classic: Exported, theme: str, width: int) -> None:
    # The policy of the page allows no style sheet, which is needed to measure contrasts.
    options: dict[str, Any] = {"bypass_csp": True, "reduced_motion": "reduce"}
    opened = open_page(classic.path, color_scheme=theme, width=width, height=2600, **options)
    name = f"page-{theme}-{width}"
    opened.player.wait_for_epoch(EPOCHS - 1)
    opened.page.wait_for_function("() => document.querySelector('.epochscope-chart .plotarea_background') !== null")
    assert_fits(opened, f"{name}-1-recording", min_texts=60)
    go_on(opened, EPOCHS + 20)
    assert_fits(opened, f"{name}-2-gone-on", min_texts=60)
    opened.press("change-text")
    assert_fits(opened, f"{name}-3-form", min_texts=60)


def is_refused(message: ConsoleMessage) -> bool:
    """Return whether the browser says that it starts no worker."""
    return "Creating a worker" in message.text


def test_a_worker_that_cannot_start_is_said_and_tried_again(
    open_page: OpenPage, classic: Exported, tmp_path: Path
) -> None:
    path = tmp_path / "blocked.html"
    page = classic.path.read_text("utf-8")
    assert page.count("worker-src blob:;") == 1
    path.write_text(page.replace("worker-src blob:;", "worker-src 'none';"), "utf-8")
    opened = open_page(path)
    opened.player.wait_for_epoch(EPOCHS - 1)
    for _ in range(2):
        with opened.page.expect_console_message(is_refused):
            opened.press("go-on")
        expect(opened.part("page-problem").last).to_contain_text("does not let the page train")
        expect(opened.bar.locator("[data-action=go-on]")).to_be_visible()
        expect(opened.part("page-note")).to_have_count(0)
    assert_shows(opened.player, classic.recorded, EPOCHS - 1)
    opened.press("change-text")
    with opened.page.expect_console_message(is_refused):
        opened.press("train")
    expect(opened.bar.locator("> [role=alert]")).to_contain_text("does not let the page train")
    assert_shows(opened.player, classic.recorded, EPOCHS - 1)
    opened.problems.clear()  # the browser reports what it refused


def test_a_training_of_the_reader_is_not_lost(open_page: OpenPage, classic: Exported) -> None:
    opened = open_page(classic.path)
    expect(opened.bar.locator("[data-action=own]")).to_have_count(0)
    opened.press("change-text")
    opened.set(text="hihello")
    opened.train()
    opened.wait_until_stopped(299)
    own = opened.recorded()
    opened.press("back")
    opened.player.wait_for_epoch(EPOCHS - 1)
    assert_shows(opened.player, classic.recorded, EPOCHS - 1)
    opened.press("own")
    assert opened.shows("hihello") == []
    assert opened.recorded() == own
    opened.train_until(310)


def test_labels_name_the_seeds_that_are_trained(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "seeds.html"
    both = compare("hihello", cell="lstm", seed=[1, 2], lang="en")
    both.train(20)
    both.to_html(path, train=True)
    both.close()
    opened = open_page(path, width=1200, height=1200)
    opened.player.wait_for_epoch(19)
    go_on(opened)
    opened.part("page-reset-seed").fill("77")
    opened.press("reset-seed")
    opened.player.wait_for_epoch_beyond(3)
    opened.pause()
    names = opened.page.locator(".epochscope-chart text.label")
    expect(names.filter(has_text="seed 78").first).to_be_visible()
    expect(names.filter(has_text="seed 1")).to_have_count(0)
    expect(opened.page.locator("[data-part=run-row]").first).to_contain_text("seed 77")
    runs = [opened.recorded(run) for run in (0, 1)]
    assert [run.metadata["seed"] for run in runs] == [77, 78]
    assert abs(len(runs[0]) - len(runs[1])) <= 1


def test_a_changed_text_says_what_is_not_as_in_the_recording(open_page: OpenPage, tmp_path: Path) -> None:
    path = tmp_path / "words.html"
    scope = EpochScope(["to", "be", "or", "not", "to", "be"], epochs=20, forget_bias=1.5, lang="en")
    scope.train()
    scope.to_html(path)
    scope.close()
    opened = open_page(path)
    opened.press("change-text")
    expect(opened.part("page-differences")).to_have_text("Not as in the recording: characters instead of words.")
    opened.train()
    opened.player.wait_for_epoch_beyond(2)
    opened.pause()
    history = opened.recorded()
    assert (history.metadata["forget_bias"], history.separator) == (1.5, "")


@pytest.mark.thorough
def test_a_page_that_was_saved_with_another_text_is_that_of_its_recording_again(
    open_page: OpenPage, classic: Exported, browser: Browser, tmp_path: Path
) -> None:
    opened = open_page(classic.path)
    opened.press("change-text")
    opened.set(text="hihello")
    opened.train()
    opened.player.wait_for_epoch_beyond(2)
    opened.pause()
    expect(opened.page.locator("h1")).to_have_text("hihello")
    path = tmp_path / "saved.html"
    path.write_text(opened.page.content(), "utf-8")
    saved = TrainingPage(browser, path)
    saved.player.wait_for_epoch(EPOCHS - 1)
    expect(saved.bar).to_have_count(1)
    expect(saved.bar.locator("[data-action=go-on]")).to_be_visible()
    expect(saved.page.locator("h1")).to_have_text(SENTENCE.strip())
    saved.problems.clear()  # the policy of the page allows no styles of saved elements
    saved.close()
