"""Finds a Lynx, the text browser, for the tests and runs it; run as a program, it installs one where none is."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

HELP = "The test of a text browser needs Lynx. Install it (Debian: apt install lynx), or set TEST_LYNX to its path."


def find() -> str | None:
    """Return the path of a Lynx: TEST_LYNX, else the system's."""
    return os.environ.get("TEST_LYNX") or shutil.which("lynx")


def install() -> None:
    """Install Debian's Lynx, where this is root on Debian."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Lynx for the tests ...", file=sys.stderr)
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "lynx"]):
            subprocess.run(["apt-get", *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dump(address: str) -> str:
    """Return a page as text; links and fields have numbers."""
    program = find()
    assert program, HELP
    out = subprocess.run([program, "-dump", "-width=200", address], check=False, capture_output=True, timeout=60)
    return out.stdout.decode()


def press(address: str, keys: list[str], folder: Path) -> str:
    """Open a page, press keys as Lynx names them (`Down Arrow`, `^J`, `a`), and return the page that is shown then."""
    program = find()
    assert program, HELP
    printed = folder / "printed.txt"
    # p prints the page: to a file, whose suggested name is deleted first
    keys = [*keys, "p", "^J", "^U", *str(printed), "^J", "q", "y"]
    script = folder / "keys"
    script.write_text("".join(f"key {key}\n" for key in keys))
    master, slave = pty.openpty()
    command = [program, f"-cmd_script={script}", "-nopause", "-accept_all_cookies", "-noreferer", "-width=200", address]
    env = os.environ | {"TERM": "vt100", "LINES": "100", "COLUMNS": "200"}
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=subprocess.STDOUT, env=env)
    os.close(slave)
    try:
        while os.read(master, 65536):
            pass
    except OSError:  # the terminal is closed when Lynx ends
        pass
    process.wait(60)
    os.close(master)
    return printed.read_text(errors="replace")


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit(HELP)
