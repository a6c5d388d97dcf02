"""Finds a Chromium for the browser tests; run as a program, it installs one where there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "chromium")
HELP = "The browser tests need Chromium. Install it (Debian: apt install chromium), or set TEST_CHROMIUM to its path."


def find() -> str | None:
    """Return the path of a Chromium: TEST_CHROMIUM, else the system's, else Playwright's own."""
    if path := os.environ.get("TEST_CHROMIUM"):
        return path
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def install() -> None:
    """Install a Chromium: Debian's where this is root on Debian, else Playwright's, where its host is in reach."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", file=sys.stderr)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _quietly(["apt-get", "update", "-qq"], env)
        for package in PACKAGES:
            if _quietly(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env):
                return
    _quietly([sys.executable, "-m", "playwright", "install", "chromium-headless-shell"], dict(os.environ))


def _quietly(command: list[str], env: dict[str, str]) -> bool:
    return subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit(HELP)
