"""Find a Chromium for the browser tests, and the fonts that their pictures are drawn with.

`python tests/browser/find_browser.py` prints the browser's path. With `--install` it fetches what is missing, as far as
it may: Playwright's own Chromium for this user, then the system's packages where it runs as root (or, on a CI machine,
where sudo asks for no password). Where there is no browser it says what to do and exits with 1; nothing is skipped.

Only the standard library is imported at the top: `make` runs this file before anything else is known to work.
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
"""What the pictures are drawn with: family, and the Debian and Ubuntu package that has it."""

NO_BROWSER = """\
The browser tests need Chromium or Google Chrome, and none was found: not on the PATH (looked for {names}), \
not among Playwright's own. Install one (`playwright install --with-deps chromium`, or your system's `chromium` \
package), or name one with EPOCHSCOPE_BROWSER=/path/to/chrome, and run `make test` again."""


class BrowserNotFoundError(RuntimeError):
    """There is no browser to test with."""


def find_browser() -> Path:
    """Path of the first browser that starts: the one asked for, one on the PATH, Playwright's own.

    Raises
    ------
    BrowserNotFoundError
        None was found; the message says what to do.
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
    """Paths at which a browser may be, the likeliest first."""
    yield from filter(None, map(shutil.which, BROWSERS))
    yield from MAC_BROWSERS
    bundled = playwrights_own()
    if bundled:
        yield bundled


def playwrights_own() -> str | None:
    """Where Playwright keeps its Chromium, whether or not it is there yet; None without Playwright."""
    # In a process of its own: Playwright's synchronous mode leaves an event loop behind in the thread that uses it.
    code = (
        "from playwright.sync_api import sync_playwright as start\nwith start() as p: print(p.chromium.executable_path)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    return asked.stdout.strip() or None


def starts(path: str) -> bool:
    """Whether the file at `path` is a browser that runs: some systems' `chromium-browser` only says how to get one."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def missing_fonts() -> list[str]:
    """Families of `FONTS` that are not installed; all of them where fontconfig itself is not."""
    if shutil.which("fc-list") is None:
        return list(FONTS)
    known = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
    return [family for family in FONTS if family not in known]


def install_playwrights() -> None:
    """Download Playwright's own Chromium for this user."""
    say("no browser here yet; fetching Playwright's own ...")
    attempt([sys.executable, "-m", "playwright", "install", "chromium"])


def install_packages(packages: list[str]) -> None:
    """Install system packages where we may: apt-get, as root (or through a CI machine's passwordless sudo)."""
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
    """Whether `command` succeeds within ten minutes; what it prints goes to our standard error."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as problem:
        say(f"{command[0]}: {problem}")
        return False
    return done.returncode == 0


def install_missing() -> None:
    """Fetch a browser where there is none, and the fonts that are missing, as far as we may."""
    lacking = [FONTS[family] for family in missing_fonts()]
    for fetch in (install_playwrights, lambda: install_packages(["chromium", *lacking])):
        try:
            find_browser()
            break
        except BrowserNotFoundError:
            fetch()
    lacking = [FONTS[family] for family in missing_fonts()]
    if lacking:
        install_packages(lacking)


def say(message: str) -> None:
    """Print to standard error: standard output carries the browser's path alone."""
    print(f"find_browser: {message}", file=sys.stderr, flush=True)


def main() -> int:
    """Print the path of a browser; with `--install`, fetch one first if there is none."""
    if "--install" in sys.argv[1:]:
        install_missing()
    try:
        print(find_browser())
    except BrowserNotFoundError as problem:
        say(str(problem))
        return 1
    for family in missing_fonts():
        say(f"WARNING: no font {family} here (package {FONTS[family]}): pictures will not look like the reference.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
