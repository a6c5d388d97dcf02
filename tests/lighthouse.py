"""What Lighthouse says of the pages that matter most. Exit 0: 100 throughout. 1: less. 2: it could not be asked.

Each page is looked at three times as on a cheap phone, and the median counts: a busy machine is not the page's fault.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chromium
from invitee import filled_in, post
from shop import Shop, tomorrow

VERSION = "13.5.0"
FOLDER = Path(__file__).parent.parent / ".venv/lighthouse"
PROGRAM = FOLDER / "node_modules/lighthouse/cli/index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = 3
NOT_RUN = 2


@dataclass(frozen=True)
class Target:
    """A page, and the cookie of who looks at it."""

    name: str
    address: str
    cookie: str = ""
    status: int = 200


def install() -> str:
    """Bring Lighthouse along if it is not there; return what is missing in one line, nothing if all is there."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "Lighthouse needs Node.js and npm. Install them (Debian: apt install nodejs npm)."
    if not PROGRAM.exists():
        command = ["npm", "install", "--prefix", str(FOLDER), "--silent", f"lighthouse@{VERSION}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return f"Lighthouse can't be installed: {done.stderr.strip().splitlines()[-1:]}"
    return ""


def look(target: Target, config: Path) -> dict[str, Any]:
    """Return Lighthouse's report on a page. `config` is a file to write to.

    A browser writes into its console that a page's status is 410; that is the status which a spent link must have, so
    this one line is no error.
    """
    headers = json.dumps({"Cookie": target.cookie} if target.cookie else {})
    meant = [f"status of {target.status}"] if target.status != 200 else []
    audits = [{"path": "errors-in-console", "options": {"ignoredPatterns": meant}}]
    config.write_text(json.dumps({"extends": "lighthouse:default", "audits": audits}))
    command = [
        "node",
        str(PROGRAM),
        target.address,
        "--quiet",
        "--output=json",
        "--ignore-status-code",
        f"--config-path={config}",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={headers}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
    ]
    env = os.environ | {"CHROME_PATH": str(chromium.find())}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "Lighthouse said nothing")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def scores(reports: list[dict[str, Any]]) -> dict[str, int]:
    """Return the median of each category, out of 100."""
    return {
        name: round(100 * statistics.median(report["categories"][name]["score"] or 0 for report in reports))
        for name in CATEGORIES
    }


def faults(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points, in a line each."""
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


def main() -> int:
    """Look at all of them; print a table, and what costs points."""
    if missing := install():
        print(missing)
        return NOT_RUN
    worst = 100
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(f"sqlite:///{folder}/shop.db", Path(folder))
        with shop.open() as (server,):
            print(f"{'page':<14}" + "".join(f"{name:>16}" for name in CATEGORIES))
            for target in targets(shop, server.address):
                reports = [look(target, Path(folder) / "config.json") for _ in range(TIMES)]
                found = scores(reports)
                print(f"{target.name:<14}" + "".join(f"{found[name]:>16}" for name in CATEGORIES), flush=True)
                if min(found.values()) < 100:
                    print(*(f"    {line}" for line in faults(reports[-1])), sep="\n")
                worst = min(worst, *found.values())
        shop.close()
    return 0 if worst == 100 else 1


if __name__ == "__main__":
    sys.exit(main())
