"""Finds a Firefox for the browser tests; run as a program, it installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HELP = "The tests in Firefox need it. Install it (Debian: apt install firefox-esr), or set TEST_FIREFOX to its path."
NODE_OPTIONS = f"--require={Path(__file__).with_name('firefox_over_bidi.cjs')}"
"""What Playwright's driver needs in its environment, to speak with Firefox over WebDriver BiDi."""


def find() -> str | None:
    """Return the path of a Firefox: TEST_FIREFOX, else the system's."""
    return os.environ.get("TEST_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


def install() -> None:
    """Install Debian's Firefox, where this is root on Debian."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Firefox for the browser tests ...", file=sys.stderr)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "firefox-esr"]):
            subprocess.run(["apt-get", *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit(HELP)
