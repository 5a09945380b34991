"""The playground: a page that trains on any text by itself, opened from `file://` without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from playwright.sync_api import expect

from epochscope import EpochScope
from epochscope.history import History
from epochscope.inspection.experiments import cut_memory, free_run
from epochscope.widget.playground import playground
from tests.browser.contrast import contrasts
from tests.browser.hostile import PAYLOADS, Trap
from tests.browser.odd_texts import odd_texts
from tests.browser.pictures.fit import faults
from tests.browser.player import DRAWN, Player, score, shown
from tests.browser.test_accessibility import AXE, MEASURED, MIN_CONTRAST
from tests.browser.test_questions import Asked
from tests.browser.training_page import TrainingPage, tokens_of
from tests.browser.views.test_fit import OVERFLOWING
from tests.thoroughness import count, quick_among

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

SENTENCE = "나는 생각한다, 고로 존재한다."
#: A page whose contrasts are measured, which needs a style sheet that the policy of the page does not allow.
FOR_CONTRASTS: dict[str, Any] = {"height": 1600, "reduced_motion": "reduce", "bypass_csp": True}
CLASSIC = " I think therefore I am."


#: The player with its chart, and what is above and below it.
BOXES = ("#epochscope", ".epochscope-page-top", ".epochscope-page-bottom")

#: What axe-core finds in these boxes.
RUN_AXE = """async (boxes) => {
  const { passes, violations, incomplete } = await axe.run({ include: boxes.map((box) => [box]) });
  const brief = (rules) => rules.map(({ id, nodes }) => ({ id, where: nodes.slice(0, 3).map(({ html }) => html) }));
  return { passes: passes.length, violations: brief(violations), incomplete: brief(incomplete) };
}"""


class OpenPlayground(Protocol):
    """Write a playground and open it; `context` are the arguments of `TrainingPage`."""

    def __call__(self, options: dict[str, Any] | None = None, fragment: str = "", **context: Any) -> TrainingPage: ...


@pytest.fixture
def open_playground(browser: Browser, tmp_path: Path) -> Iterator[OpenPlayground]:
    """Return a function that writes a playground and opens it, e.g. `open_playground({"seed": 3}, width=360)`.

    At the end of the test the page must have sent no request and reported no problem.
    """
    opened: list[TrainingPage] = []

    def open_one(options: dict[str, Any] | None = None, fragment: str = "", **context: Any) -> TrainingPage:
        path = tmp_path / f"{len(opened)}.html"
        playground(path, **{"lang": "en", **(options or {})})
        opened.append(TrainingPage(browser, path, fragment, **context))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def assert_shows(player: Player, history: History, epoch: int) -> None:
    """Assert that the player shows this epoch as it is in a file that was downloaded."""
    player.wait_for_epoch(epoch)
    assert player.predictions == shown(history.text(epoch))
    assert len(player.wrong) == history.positions - int(history.n_correct[epoch])
    assert f"{history.losses[epoch]:.3f}" in player.score


def test_the_page_is_one_small_file() -> None:
    page = playground()
    assert page is not None
    assert len(page.encode()) < 300_000


@pytest.mark.parametrize(
    ("theme", "width", "lang"),
    quick_among(
        [("light", 360, "ko"), ("dark", 1200, "en"), ("dark", 360, "en"), ("light", 1200, "ko")], ("light", 360, "ko")
    ),
)
def test_a_sentence_is_trained_rewound_branched_and_looked_into(
    open_playground: OpenPlayground, theme: str, width: int, lang: str
) -> None:
    opened = open_playground({"lang": lang}, width=width, color_scheme=theme, **FOR_CONTRASTS)
    name = f"playground-{theme}-{width}"
    assert_fits(opened, f"{name}-1-empty", min_texts=10)
    opened.set(text=SENTENCE, cell="gru", lr=0.05, seed=3)
    player = opened.train()
    opened.wait_until_stopped(299)
    assert opened.shows(SENTENCE) == []
    whole = opened.recorded()
    assert whole.losses[-1] < 0.5 * whole.losses[0]
    for epoch in (299, 0, 120):
        opened.go_to(epoch)
        assert_shows(player, whole, epoch)

    opened.rewind(20)
    assert player.head == 19
    opened.train_until(60)
    np.testing.assert_array_equal(opened.recorded().losses, whole.losses[:60])
    opened.branch(30, 0.005)
    expect(player.box.locator("[data-part=timeline]")).to_be_visible()
    opened.train_until(80)
    branched = opened.recorded()
    np.testing.assert_array_equal(branched.losses[:30], whole.losses[:30])
    np.testing.assert_array_equal(branched.lrs, [0.05] * 30 + [0.005] * 50)
    assert not np.array_equal(branched.losses[31:60], whole.losses[31:60])
    assert [(event.epoch, event.kind) for event in branched.events if event.kind == "branch"] == [(30, "branch")]

    opened.go_to(79)
    assert_fits(opened, f"{name}-2-trained", min_texts=60)
    player.action("memory").click()
    player.action("free-run").click()
    network = branched.network_at(79)
    said = player.box.locator("[data-part=inspect-free_run] [data-row=said]")
    expect(said).to_have_text(shown(branched.join(free_run(network, branched.inputs))))
    scissors = player.part("memory-scissors")
    scissors.focus()
    opened.page.keyboard.press("Home")
    for _ in range(6):
        opened.page.keyboard.press("ArrowRight")
    cut = player.box.locator("[data-part=memory-cut] [data-row=after]")
    expect(cut).to_have_text(shown(branched.join(cut_memory(network, branched.inputs, 5))))
    assert opened.page.evaluate(OVERFLOWING) == []
    opened.picture(f"{name}-3-panels")


def assert_fits(opened: TrainingPage, name: str, *, min_texts: int) -> None:
    """Assert that nothing overflows, overlaps or is cut off, and that the page is accessible."""
    page = opened.page
    page.evaluate(DRAWN)
    opened.picture(name)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("() => document.documentElement.scrollWidth") == width
    boxes = [box for box in BOXES if page.locator(box).is_visible()]
    runs = page.locator("[data-part=run-row]").count()
    found = [fault for box in boxes if box != BOXES[0] or not runs for fault in faults(page.locator(box))]
    assert found == []
    if runs:
        assert page.evaluate(OVERFLOWING) == []
    assert opened.problems == []
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN_AXE, boxes)
    assert found["passes"] > 10
    assert found["violations"] == []
    assert [rule for rule in found["incomplete"] if rule["id"] not in MEASURED] == []
    texts = [text for box in boxes for text in contrasts(page, box)]
    assert len(texts) >= min_texts
    assert [text for text in texts if text.contrast < MIN_CONTRAST] == []
    opened.problems.clear()  # reading pixels back is slow, which the browser reports


def test_every_text_is_trained_or_refused_with_a_sentence(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    trap = Trap(opened.page)
    opened.page.reload()
    trained = refused = 0
    wrong: list[tuple[str, object]] = []
    for text in odd_texts(count(20, 200)):
        typed = opened.type(text)
        opened.press("train")
        if opened.problem:
            refused += 1
            if not opened.problem.endswith((".", "!", "?", ")")) and len(opened.problem) < 20:
                wrong.append((text[:40], opened.problem))
            continue
        opened.hurry()
        opened.player.wait_for_epoch_beyond(2)
        opened.pause()
        if found := opened.shows(typed):
            wrong.append((text[:40], found[:5]))
        trained += 1
    assert wrong == []
    assert trap.triggered() == []
    assert opened.problems == []
    assert trained > refused > 1
    opened.picture("odd-texts")


def test_a_file_has_the_text_that_was_typed(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    opened.set(cell="rnn")  # fewer weights
    for text in (f"👍🏽\n\u0301\ud800{PAYLOADS[0]}", "".join(map(chr, range(0xAC00, 0xAC00 + 300)))):
        typed = opened.type(text)
        opened.train()
        opened.player.wait_for_epoch_beyond(1)
        opened.pause()
        history = opened.recorded()
        assert history.join([history.inputs[0], *history.targets]) == "".join(tokens_of(typed))
        assert history.metadata["source"] == "page"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"output": True, "hidden": 1_000}, "weights"),
    ({"text": "ab" * 5_000}, "9,999 characters"),
    ({"text": "".join(map(chr, range(0x4E00, 0x4E00 + 1_500)))}, "weights"),
    ({"text": ""}, "at least two different characters"),
    ({"text": "aaa"}, "at least two different characters"),
    ({"output": True, "hidden": 0}, "from 1 to"),
    ({"output": True, "hidden": "many"}, "from 1 to"),
    ({"lr": -0.1}, "0 or more"),
    ({"lr": "fast"}, "0 or more"),
    ({"seed": -1}, "from 0 to"),
    ({"seed": 2**32}, "from 0 to"),
    ({"seed": "1.5"}, "from 0 to"),
]


@pytest.mark.parametrize(
    ("settings", "expected"), quick_among(REFUSED, *REFUSED[::3]), ids=lambda value: str(value)[:30]
)
def test_what_is_too_large_or_impossible_is_refused_with_a_sentence(
    open_playground: OpenPlayground, settings: dict[str, Any], expected: str
) -> None:
    opened = open_playground()
    opened.set(**settings)
    opened.press("train")
    assert expected in opened.problem
    expect(opened.page.locator(".epochscope-player [data-part=timeline]")).to_have_count(0)
    assert faults(opened.page.locator(".epochscope-page-top")) == []
    opened.set(text=CLASSIC, output=True, hidden=8, lr=0.1, seed=0)
    assert opened.problem == ""
    opened.train()
    opened.player.wait_for_epoch_beyond(1)
    opened.pause()


@pytest.mark.thorough
def test_the_same_settings_give_the_same_bits_also_in_another_page_and_after_a_rewind(
    open_playground: OpenPlayground,
) -> None:
    settings: dict[str, Any] = {"text": SENTENCE, "output": True, "hidden": 24, "lr": 0.03, "seed": 12}
    files: list[History] = []
    for opened in (open_playground(), open_playground()):
        opened.set(**settings)
        for _ in range(2):
            opened.train()
            opened.wait_until_stopped(299)
            files.append(opened.recorded())
        opened.rewind(123)
        opened.train_until(300)
        files.append(opened.recorded())
        opened.player.action("reset").click()
        opened.player.wait_for_epoch(-1)
        opened.train_until(300)
        files.append(opened.recorded())
    first, *others = files
    for other in others:
        assert other == first
    opened.set(seed=13)
    opened.train()
    opened.wait_until_stopped(299)
    assert not np.array_equal(opened.recorded().losses, first.losses)


def test_a_file_that_was_downloaded_is_what_the_page_shows(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    opened.set(text=SENTENCE, cell="rnn", lr=0.02)
    player = opened.train()
    opened.wait_until_stopped(299)
    opened.rewind(40)
    path = opened.download()
    history = History.load(path)
    seen = player.read_all()
    assert [each[0] for each in seen] == [
        score(int(correct), history.positions, loss)
        for correct, loss in zip(history.n_correct, history.losses.tolist(), strict=True)
    ]
    assert [each[1] for each in seen] == ["".join(shown(history.text(epoch))) for epoch in range(len(history))]
    assert len(seen) == 40
    expected = {
        "source": "page",
        "trained_in_page": 0,
        "cell": "rnn",
        "model": "RNN",
        "hidden_size": len(set(SENTENCE)),
    }
    expected |= {"optimizer": "Adam", "lr": 0.02, "seed": 0, "readout": False, "num_layers": 1}
    assert {name: history.metadata[name] for name in expected} == expected
    scope = EpochScope.load(path)
    assert scope.history == history
    scope.close()


def test_runs_are_trained_beside_each_other_in_lock_step(open_playground: OpenPlayground) -> None:
    opened = open_playground(**FOR_CONTRASTS)
    opened.set(text=CLASSIC, seed=9)
    opened.train(fast=False)
    opened.player.wait_for_epoch_beyond(5)
    opened.pause()
    opened.press("train-beside")
    assert "already" in opened.problem  # the same settings
    opened.set(cell="rnn", lr=0.05)
    opened.press("train-beside")
    opened.hurry()
    opened.wait_until_stopped(299)
    first, second = opened.recorded(0), opened.recorded(1)
    assert (len(first), len(second)) == (300, 300)
    assert (first.metadata["cell"], second.metadata["cell"]) == ("lstm", "rnn")
    rows = opened.page.locator("[data-part=run-row]")
    expect(rows).to_have_count(2)
    assert_fits(opened, "playground-beside", min_texts=60)


def test_a_run_that_is_finished_waits_for_one_that_is_trained_beside_it(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    opened.set(text="hihello", seed=9)
    opened.train()
    opened.wait_until_stopped(299)
    opened.set(cell="rnn")
    opened.player.action("speed").select_option("24")
    opened.press("train-beside")
    opened.player.wait_for_epoch_beyond(3)
    opened.pause()
    lengths = [len(opened.recorded(run)) for run in (0, 1)]
    assert (lengths[0], lengths[1] < 300) == (300, True)
    opened.player.action("step").click()
    opened.player.wait_for_epoch(lengths[1])
    assert [len(opened.recorded(run)) for run in (0, 1)] == [300, lengths[1] + 1]


def test_a_hidden_page_stops(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    player = opened.train(fast=False)
    player.wait_for_epoch_beyond(3)
    opened.hide()
    expect(player.action("pause")).to_have_count(0)
    opened.page.evaluate(DRAWN)
    head = player.head
    opened.page.wait_for_timeout(500)  # nothing says that nothing happens
    assert (player.head, len(opened.recorded())) == (head, head + 1)
    opened.hide(hidden=False)
    player.action("train").click()
    player.wait_for_epoch_beyond(head)
    opened.pause()


def test_the_page_is_used_with_the_keyboard_alone(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    keyboard, page = opened.page.keyboard, opened.page
    for _ in range(20):
        keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.dataset.part") == "page-text":
            break
    expect(opened.part("page-text")).to_be_focused()
    keyboard.press("Control+A")
    keyboard.type("hihello")
    keyboard.press("Shift+Enter")
    keyboard.type("hihello")
    for _ in range(20):
        keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.dataset.part") == "page-seed":
            break
    keyboard.press("Control+A")
    keyboard.type("41")
    keyboard.press("Enter")
    player = opened.player
    player.wait_for_epoch_beyond(3)
    expect(player.action("pause")).to_be_focused()
    keyboard.press(" ")
    expect(player.action("train")).to_be_visible()
    opened.page.evaluate(DRAWN)
    history = opened.recorded()
    assert history.join([history.inputs[0], *history.targets]) == "hihello\nhihello"
    assert history.metadata["seed"] == 41
    player.timeline.focus()
    keyboard.press("Home")
    player.wait_for_epoch(0)
    keyboard.press("ArrowRight")
    player.wait_for_epoch(1)


def test_a_reload_of_the_address_keeps_the_settings(open_playground: OpenPlayground, browser: Browser) -> None:
    opened = open_playground()
    opened.set(text="a+b & “#=%”\n나는", cell="gru", output=True, hidden=17, lr=0.025, seed=4294967295)
    settings = opened.settings
    opened.train()
    opened.player.wait_for_epoch_beyond(1)
    opened.pause()
    opened.page.wait_for_function("() => location.hash.length > 20")
    fragment = opened.page.evaluate("() => location.hash")
    opened.page.reload()
    expect(opened.form).to_be_visible()
    assert opened.settings == settings
    another = open_playground(fragment=fragment)
    assert another.settings == settings
    wrong = open_playground(fragment="#text=hihello&lr=fast&seed=-1&cell=elman&hidden=1e9")
    assert wrong.settings == {**open_playground().settings, "text": "hihello", "hidden": "5"}
    expect(wrong.part("page-problem").first).to_contain_text("lr=fast")


def test_the_link_of_a_spec_is_opened_with_what_the_form_has(open_playground: OpenPlayground) -> None:
    scope = EpochScope(SENTENCE, cell="gru", hidden_size=20, readout=True, seed=7, epochs=12, optimizer="sgd", lr=0.05)
    scope.train(5)
    scope.trainer.lr = 0.01
    scope.train(4)
    opened = open_playground({"cell": "rnn"}, fragment=scope.spec_url("page.html").removeprefix("page.html"))
    expected = {"text": SENTENCE, "cell": "gru", "hidden": "20", "lr": "0.05", "seed": "7"}
    assert opened.settings.items() >= expected.items()
    problem = opened.part("page-problem").first
    expect(problem).to_have_text("Not possible, so the default is used: epochs=9, optimizer=sgd, lr@5=0.01.")


def test_another_seed_is_a_number_that_can_be_written_down(open_playground: OpenPlayground) -> None:
    opened = open_playground({"seed": 5})
    opened.press("another-seed")
    seed = opened.settings["seed"]
    assert seed != "5"
    assert 0 <= int(seed) < 2**32
    opened.train()
    opened.player.wait_for_epoch_beyond(1)
    opened.pause()
    assert opened.recorded().metadata["seed"] == int(seed)


def test_no_other_script_runs_and_no_request_is_sent(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    opened.train()
    opened.player.wait_for_epoch_beyond(1)
    opened.pause()
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
    assert opened.page.evaluate("() => window.hit") is None
    opened.problems.clear()  # the browser reports what it refused


def test_a_page_that_was_saved_by_the_browser_has_one_form(
    open_playground: OpenPlayground, browser: Browser, tmp_path: Path
) -> None:
    opened = open_playground()
    opened.train()
    opened.player.wait_for_epoch_beyond(2)
    opened.pause()
    path = tmp_path / "saved.html"
    path.write_text("<!DOCTYPE html>" + opened.page.content().removeprefix("<!DOCTYPE html>"), "utf-8")
    saved = TrainingPage(browser, path)
    expect(saved.form).to_have_count(1)
    expect(saved.part("page-empty")).to_have_count(1)
    expect(saved.bar).to_have_count(0)
    saved.train()
    saved.player.wait_for_epoch_beyond(2)
    saved.problems.clear()  # the policy of the page allows no styles of saved elements
    saved.close()


@pytest.mark.parametrize(("lang", "width"), [("en", 360), ("ko", 360), ("ko", 320), ("en", 700)])
def test_the_checks_of_the_form_leave_no_gap(open_playground: OpenPlayground, lang: str, width: int) -> None:
    opened = open_playground({"lang": lang}, width=width)
    settings = opened.page.locator(".epochscope-page-settings > *")
    boxes = settings.evaluate_all("""all => all.map((each) => {
      const { top, bottom } = each.getBoundingClientRect();
      return [top, bottom, each.matches(".epochscope-page-check")];
    })""")
    for top, bottom, is_check in boxes:
        if is_check:
            row = [each for each in boxes if each[0] < bottom and each[1] > top]
            assert bottom == pytest.approx(max(each[1] for each in row), abs=1)  # in line with the fields
            before = [each[1] for each in boxes if each[1] <= min(each[0] for each in row)]
            assert not before or min(each[0] for each in row) - max(before) <= 13


def test_a_run_that_diverges_answers_the_question_before_it(open_playground: OpenPlayground) -> None:
    opened = open_playground()
    opened.set(output=True, hidden=4, lr=1e39)
    opened.part("page-guess").check()
    opened.press("train")
    asked = Asked(opened.page)
    asked.player.part("ask-epoch").fill("10")
    opened.page.evaluate(DRAWN)
    asked.player.action("choose-sure").focus()
    opened.page.keyboard.press("Space")  # the player may still be scrolling into sight, so that a click would miss
    asked.player.action("commit").click()
    asked.expect_phase("committed")
    asked.player.action("reveal").click()
    asked.expect_phase("revealed")
    expect(asked.player.part("verdict")).to_be_visible()
