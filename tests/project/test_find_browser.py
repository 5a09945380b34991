"""A browser is found, or fetched, or its absence said in a clear sentence: never skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import find_browser as finder

WORKS = "#!/bin/sh\necho Chromium 1\n"
STUB = "#!/bin/sh\necho 'install me with: snap install chromium' >&2\nexit 1\n"


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; nothing of Playwright's, no browser elsewhere."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("EPOCHSCOPE_BROWSER", raising=False)
    monkeypatch.setattr(finder, "MAC_BROWSERS", ())
    monkeypatch.setattr(finder, "playwrights_own", lambda: None)
    monkeypatch.setattr(finder, "install_playwrights", lambda: None)
    return tmp_path


def put(path: Path, script: str) -> Path:
    """Write a program."""
    path.write_text(script)
    path.chmod(0o755)
    return path


def test_a_browser_on_the_path_is_taken(bin_folder: Path) -> None:
    chrome = put(bin_folder / "google-chrome", WORKS)
    assert finder.find_browser() == chrome


def test_a_program_that_only_says_how_to_get_a_browser_is_passed_over(bin_folder: Path) -> None:
    put(bin_folder / "chromium-browser", STUB)
    chrome = put(bin_folder / "google-chrome", WORKS)
    assert finder.find_browser() == chrome


def test_playwrights_own_browser_is_taken_when_the_path_has_none(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = put(bin_folder / "headless-shell", WORKS)
    monkeypatch.setattr(finder, "playwrights_own", lambda: str(own))
    assert finder.find_browser() == own


def test_a_browser_that_is_asked_for_is_taken_or_refused_by_name(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bin_folder / "chromium", WORKS)
    mine = put(bin_folder / "mine", WORKS)
    monkeypatch.setenv("EPOCHSCOPE_BROWSER", str(mine))
    assert finder.find_browser() == mine
    monkeypatch.setenv("EPOCHSCOPE_BROWSER", "/nowhere/chrome")
    with pytest.raises(finder.BrowserNotFoundError, match="/nowhere/chrome does not start"):
        finder.find_browser()


def test_no_browser_at_all_says_what_was_looked_for_and_what_to_do(bin_folder: Path) -> None:
    with pytest.raises(finder.BrowserNotFoundError, match=r"(?s)google-chrome.*playwright install.*EPOCHSCOPE_BROWSER"):
        finder.find_browser()


@pytest.mark.parametrize(("user", "ci", "installs"), [(0, "", True), (1000, "", False), (1000, "true", True)])
def test_system_packages_are_installed_by_root_or_by_a_ci_machine_only(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch, user: int, ci: str, installs: bool
) -> None:
    monkeypatch.setattr(finder.os, "geteuid", lambda: user)
    monkeypatch.setenv("CI", ci)
    put(bin_folder / "sudo", '#!/bin/sh\nshift\nexec "$@"\n')
    put(bin_folder / "env", '#!/bin/sh\nshift\nexec "$@"\n')
    chromium = bin_folder / "chromium"
    install = f"printf '#!/bin/sh\\nexit 0\\n' > {chromium}; /bin/chmod 755 {chromium}"
    put(bin_folder / "apt-get", f'#!/bin/sh\ncase "$*" in *"--yes chromium"*) {install};; esac\n')
    finder.install_missing()
    assert chromium.exists() == installs


def test_a_missing_font_is_named_with_its_package(bin_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    put(bin_folder / "chromium", WORKS)
    put(bin_folder / "fc-list", "#!/bin/sh\necho DejaVu Sans\n")
    assert finder.main() == 0
    said = capfd.readouterr()
    assert said.out.strip() == str(bin_folder / "chromium")
    assert "fonts-noto-cjk" in said.err
    assert "fonts-dejavu-core" not in said.err
