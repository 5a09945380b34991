"""Find a Chromium for the browser tests, and the fonts of their pictures.

`python tests/browser/find_browser.py` prints the path of the browser. With `--install` it first installs what is
missing: Playwright's Chromium for this user, and system packages if it runs as root or, in CI, with sudo.
Without a browser it prints what to do and exits with 1, so that no test is skipped.

This file imports only the standard library, because `make` runs it before anything else is known to work.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MAC_BROWSERS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FONTS = {"DejaVu Sans": "fonts-dejavu-core", "Noto Sans CJK KR": "fonts-noto-cjk"}
"""The fonts of the pictures: family and package in Debian and Ubuntu."""

NO_BROWSER = """\
The browser tests need Chromium or Google Chrome, and none was found: neither on the PATH ({names}) nor in \
Playwright's directory. Install one (`playwright install --with-deps chromium`, or the package `chromium` of your \
system), or set EPOCHSCOPE_BROWSER=/path/to/chrome, and run `make test` again."""


class BrowserNotFoundError(RuntimeError):
    """No browser was found."""


def find_browser() -> Path:
    """Return the path of the first browser that starts: EPOCHSCOPE_BROWSER, one on the PATH, or Playwright's.

    Raises
    ------
    BrowserNotFoundError
        If there is none; the message says what to do.
    """
    asked = os.environ.get("EPOCHSCOPE_BROWSER")
    if asked:
        if starts(asked):
            return Path(asked)
        raise BrowserNotFoundError(f"EPOCHSCOPE_BROWSER={asked} does not start. Name a Chromium or Chrome that does.")
    for candidate in candidates():
        if starts(candidate):
            return Path(candidate)
    raise BrowserNotFoundError(NO_BROWSER.format(names=", ".join(BROWSERS)))


def candidates() -> Iterator[str]:
    """Yield paths at which a browser may be."""
    yield from filter(None, map(shutil.which, BROWSERS))
    yield from MAC_BROWSERS
    bundled = bundled_browser()
    if bundled:
        yield bundled


def bundled_browser() -> str | None:
    """Return the path of Playwright's Chromium, which may not exist yet; None without Playwright."""
    # In another process, because Playwright runs an event loop in the thread that uses it.
    code = (
        "from playwright.sync_api import sync_playwright as start\nwith start() as p: print(p.chromium.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    return asked.stdout.strip() or None


def starts(path: str) -> bool:
    """Return whether `path` runs: on some systems `chromium-browser` only prints how to install one."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def missing_fonts() -> list[str]:
    """Return the families of `FONTS` that are not installed; all without fontconfig."""
    if shutil.which("fc-list") is None:
        return list(FONTS)
    known = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
    return [family for family in FONTS if family not in known]


def install_bundled_browser() -> None:
    """Download Playwright's Chromium for this user."""
    say("no browser found; downloading Playwright's Chromium ...")
    attempt([sys.executable, "-m", "playwright", "install", "chromium"])


def install_packages(packages: list[str]) -> None:
    """Install system packages with apt-get if permitted: as root, or in CI with sudo that needs no password."""
    if shutil.which("apt-get") is None:
        return
    if os.geteuid() == 0:
        prefix = []
    elif os.environ.get("CI") and shutil.which("sudo"):
        prefix = ["sudo", "--non-interactive"]
    else:
        return
    say(f"installing {' '.join(packages)} ...")
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2", "--no-install-recommends"]
    if attempt([*quiet, "update"]):
        attempt([*quiet, "install", "--yes", *packages])


def attempt(command: list[str]) -> bool:
    """Run `command` for at most ten minutes, with its output on standard error, and return whether it succeeds."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as problem:
        say(f"{command[0]}: {problem}")
        return False
    return done.returncode == 0


def install_missing() -> None:
    """Install a browser if there is none, and missing fonts, as far as permitted."""
    missing_packages = [FONTS[family] for family in missing_fonts()]
    for install in (install_bundled_browser, lambda: install_packages(["chromium", *missing_packages])):
        try:
            find_browser()
            break
        except BrowserNotFoundError:
            install()
    missing_packages = [FONTS[family] for family in missing_fonts()]
    if missing_packages:
        install_packages(missing_packages)


def say(message: str) -> None:
    """Print to standard error, because standard output contains only the path of the browser."""
    print(f"find_browser: {message}", file=sys.stderr, flush=True)


def main() -> int:
    """Print the path of a browser; with `--install`, install it first if necessary."""
    if "--install" in sys.argv[1:]:
        install_missing()
    try:
        print(find_browser())
    except BrowserNotFoundError as problem:
        say(str(problem))
        return 1
    for family in missing_fonts():
        say(f"WARNING: the font {family} is missing (package {FONTS[family]}): pictures may not match.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
