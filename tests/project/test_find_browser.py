"""A browser is found or installed, or an error says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import find_browser as finder

WORKS = "#!/bin/sh\necho Chromium 1\n"
STUB = "#!/bin/sh\necho 'install me with: snap install chromium' >&2\nexit 1\n"


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only directory on the PATH; there is no browser anywhere else."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("EPOCHSCOPE_BROWSER", raising=False)
    monkeypatch.setattr(finder, "MAC_BROWSERS", ())
    monkeypatch.setattr(finder, "bundled_browser", lambda: None)
    monkeypatch.setattr(finder, "install_bundled_browser", lambda: None)
    return tmp_path


def put(path: Path, script: str) -> Path:
    """Write an executable script."""
    path.write_text(script)
    path.chmod(0o755)
    return path


def test_a_browser_on_the_path_is_used(bin_folder: Path) -> None:
    chrome = put(bin_folder / "google-chrome", WORKS)
    assert finder.find_browser() == chrome


def test_a_program_that_does_not_start_is_ignored(bin_folder: Path) -> None:
    put(bin_folder / "chromium-browser", STUB)
    chrome = put(bin_folder / "google-chrome", WORKS)
    assert finder.find_browser() == chrome


def test_the_browser_of_playwright_is_used_if_the_path_has_none(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = put(bin_folder / "headless-shell", WORKS)
    monkeypatch.setattr(finder, "bundled_browser", lambda: str(own))
    assert finder.find_browser() == own


def test_a_browser_named_in_the_environment_is_used_or_reported(
    bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bin_folder / "chromium", WORKS)
    mine = put(bin_folder / "mine", WORKS)
    monkeypatch.setenv("EPOCHSCOPE_BROWSER", str(mine))
    assert finder.find_browser() == mine
    monkeypatch.setenv("EPOCHSCOPE_BROWSER", "/nowhere/chrome")
    with pytest.raises(finder.BrowserNotFoundError, match="/nowhere/chrome does not start"):
        finder.find_browser()


def test_without_a_browser_the_error_says_what_to_do(bin_folder: Path) -> None:
    with pytest.raises(finder.BrowserNotFoundError, match=r"(?s)google-chrome.*playwright install.*EPOCHSCOPE_BROWSER"):
        finder.find_browser()


@pytest.mark.parametrize(("user", "ci", "installs"), [(0, "", True), (1000, "", False), (1000, "true", True)])
def test_system_packages_are_installed_only_by_root_or_in_ci(
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


def test_a_missing_font_is_reported_with_its_package(bin_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    put(bin_folder / "chromium", WORKS)
    put(bin_folder / "fc-list", "#!/bin/sh\necho DejaVu Sans\n")
    assert finder.main() == 0
    output = capfd.readouterr()
    assert output.out.strip() == str(bin_folder / "chromium")
    assert "fonts-noto-cjk" in output.err
    assert "fonts-dejavu-core" not in output.err
