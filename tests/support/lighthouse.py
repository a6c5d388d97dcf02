"""What Lighthouse says of the pages that matter most. Exit 0: 100 throughout. 1: less. 2: it could not be asked.

Each page is looked at as on a cheap phone and as on a desktop. Where that is less than 100 it is looked at three times,
and the median counts: a busy machine is not the page's fault.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from support import chromium
from support.http_client import filled_in, post
from support.server_process import HOUSE
from support.shop import Shop, tomorrow

VERSION = "13.5.0"
FOLDER = (HOUSE / ".venv/lighthouse").resolve()
PROGRAM = FOLDER / "node_modules/lighthouse/cli/index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = 3
NOT_RUN = 2
FAR_AWAY = "America/New_York"
"""Not the calendar's zone, so that the slot page asks for its times again."""

# Lighthouse's own presets. A desktop's has no name in a file of settings, so it is spelt out.
SCREEN = {"mobile": False, "width": 1350, "height": 940, "deviceScaleFactor": 1, "disabled": False}
LINE = {"rttMs": 40, "throughputKbps": 10 * 1024, "cpuSlowdownMultiplier": 1}
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {},
    "desktop": {"formFactor": "desktop", "screenEmulation": SCREEN, "throttling": LINE},
}


class NoAnswer(Exception):
    """Lighthouse is not here, or broke down; the text says why, in a line."""


@dataclass(frozen=True)
class Target:
    """A page, and the cookie of the person who looks at it."""

    name: str
    address: str
    cookie: str = ""
    status: int = 200

    def settings(self, device: str) -> dict[str, Any]:
        """Return what Lighthouse is told.

        A browser writes into its console that a page's status is 410; that is the status which a spent link must have,
        so this one line is no error.
        """
        told = DEVICES[device] | {"onlyCategories": CATEGORIES, "extraHeaders": {"Cookie": self.cookie}}
        if self.status == 200:
            return {"extends": "lighthouse:default", "settings": told}
        meant = {"ignoredPatterns": [f"the server responded with a status of {self.status}"]}
        audits = [{"path": "errors-in-console", "options": meant}]
        return {"extends": "lighthouse:default", "settings": told | {"ignoreStatusCode": True}, "audits": audits}


def install() -> None:
    """Bring Lighthouse along if it is not there. Raises NoAnswer."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise NoAnswer(f"Lighthouse needs {program}. Install it (Debian: apt install nodejs npm).")
    if _installed() == VERSION:
        return
    command = ["npm", "install", "--prefix", str(FOLDER), "--no-fund", "--no-audit", f"lighthouse@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or _installed() != VERSION:
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise NoAnswer(f"Lighthouse can't be installed: {(said or ['npm does not say why'])[0]}")


def _installed() -> str | None:
    """Return the version that is here, from the list that npm writes when all is in its place."""
    try:
        listed = json.loads((FOLDER / "node_modules/.package-lock.json").read_text())["packages"]
        return str(listed["node_modules/lighthouse"]["version"])
    except (OSError, ValueError, KeyError):
        return None


def look(target: Target, device: str, config: Path) -> dict[str, Any]:
    """Return Lighthouse's report on a page. `config` is a file to write to. Raises NoAnswer."""
    config.write_text(json.dumps(target.settings(device)))
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    command = ["node", str(PROGRAM), target.address, "--quiet", "--output=json", f"--config-path={config}", flags]
    env = os.environ | {"CHROME_PATH": str(chromium.find()), "TZ": FAR_AWAY}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise NoAnswer(f"Lighthouse said nothing of the {target.name}: {done.stderr.split()[:30]}") from None
    return report


def not_seen(report: dict[str, Any]) -> str:
    """Return why the report is not one on the page that was asked about, or ''."""
    if error := report.get("runtimeError"):
        return f"not seen: {error['code']}"
    led_to = report["finalDisplayedUrl"]
    # The slot page notes the reader's zone in its own address.
    same = led_to.partition("?")[0] == report["requestedUrl"].partition("?")[0]
    return "" if same else f"not seen: it led to {led_to}"


def scores(reports: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return the median of each category, out of 100; where the page was not seen it has 0."""
    return {name: round(100 * statistics.median(_score(report, name) for report in reports)) for name in CATEGORIES}


def _score(report: dict[str, Any], category: str) -> float:
    return 0 if not_seen(report) else report["categories"][category]["score"] or 0


def faults(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points, in a line each."""
    if reason := not_seen(report):
        return [reason]
    weighed = {ref["id"] for name in CATEGORIES for ref in report["categories"][name]["auditRefs"] if ref["weight"]}
    return [
        f"{audit['id']}: {audit['score']} {audit.get('displayValue', '')}".strip()
        for audit in report["audits"].values()
        if audit["id"] in weighed and audit["score"] is not None and audit["score"] < 1
    ]


def targets(shop: Shop, address: str) -> list[Target]:
    """Return the slot page, the share page, the confirmation and the page of a spent link."""
    (calendar,) = shop.calendars(hours="mon-sun 09:00-17:00")
    fresh, used, shared = shop.links(calendar, 3)
    confirmed = post(address, f"/b/{used}", filled_in(tomorrow(9 * 60)))
    assert confirmed.status == 303, confirmed
    share = f"{address}/settings/links/{shop.world.row(shared).id}"
    return [
        Target("slot page", f"{address}/b/{fresh}"),
        Target("share page", share, shop.cookie(calendar)),
        Target("confirmation", confirmed.location if "://" in confirmed.location else address + confirmed.location),
        Target("spent page", f"{address}/b/{used}", status=410),
    ]


def judged(name: str, look_again: Callable[[], dict[str, Any]]) -> bool:
    """Print the line of the table, then what costs points; return whether all is 100. `look_again` gives a report."""
    reports = [look_again()]
    if min(scores(reports).values()) < 100:
        reports += [look_again() for _ in range(TIMES - 1)]
    found = scores(reports)
    is_perfect = min(found.values()) == 100
    print(_line(name, *found.values()), flush=True)
    for fault in () if is_perfect else sorted({fault for report in reports for fault in faults(report)}):
        print(f"    {fault}")
    return is_perfect


def _line(head: str, *cells: object) -> str:
    return f"{head:<22}" + "".join(f"{cell:>16}" for cell in cells)


def main() -> int:
    """Look at all of them; print a table, and what costs points."""
    try:
        install()
        with tempfile.TemporaryDirectory() as folder:
            shop = Shop(f"sqlite:///{folder}/shop.db", Path(folder))
            with shop.open() as (server,):
                print(_line("page", *CATEGORIES))
                pages = targets(shop, server.address)
                config = Path(folder) / "config.json"
                perfect = [
                    judged(f"{page.name}, {device}", partial(look, page, device, config))
                    for page in pages
                    for device in DEVICES
                ]
            shop.close()
    except NoAnswer as reason:
        print(reason)
        return NOT_RUN
    return 0 if all(perfect) else 1


if __name__ == "__main__":
    sys.exit(main())
