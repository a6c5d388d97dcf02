"""Finds a WebKitGTK and its driver for the tests and starts it; run as a program, it installs them where none are."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from glob import glob
from typing import NamedTuple

HELP = "The test in WebKit needs it, and Xvfb (Debian: apt install webkit2gtk-driver xvfb)."
PACKAGES = ("webkit2gtk-driver", "xvfb")


class Programs(NamedTuple):
    """The paths of WebKit's driver, of the small browser that comes with it, and of an X server without a screen."""

    driver: str
    browser: str
    xvfb: str


def find() -> Programs | None:
    """Return where they are, if all are there."""
    driver, xvfb = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browsers = sorted(glob("/usr/lib/*/webkit2gtk-4.*/MiniBrowser"))
    return Programs(driver, browsers[-1], xvfb) if driver and browsers and xvfb else None


def install() -> None:
    """Install Debian's, where this is root on Debian."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing WebKit for the browser tests ...", file=sys.stderr)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def screen() -> Iterator[str]:
    """Give the name of a screen that nobody sees."""
    found = find()
    assert found, HELP
    reads, writes = os.pipe()
    command = [found.xvfb, "-displayfd", str(writes), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writes], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writes)
    try:
        with os.fdopen(reads) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit(HELP)
