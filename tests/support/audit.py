"""Are there known faults in what we stand on? Exit 0: none. 1: some. 2: nobody could be asked."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

UNKNOWN = 2


def verdict(dependencies: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """Return the exit code, and a line for everything that is wrong or could not be looked up."""
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for each in dependencies
        for fault in each.get("vulns", ())
    ]
    unknown = [f"{each['name']}: {each['skip_reason']}" for each in dependencies if "skip_reason" in each]
    if faults:
        return 1, faults
    return (UNKNOWN, unknown) if unknown or not dependencies else (0, [])


def main(*files: str) -> int:
    """Ask about every pinned package of the files."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--no-deps",
        "--disable-pip",
        "--format=json",
        "--progress-spinner=off",
        "--timeout=15",
    ]
    done = subprocess.run([*command, *(f"--requirement={file}" for file in files)], capture_output=True, text=True)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"The audit got no answer, so nothing is known: {done.stderr.strip().splitlines()[-1:]}")
        return UNKNOWN
    code, lines = verdict(dependencies)
    print(*lines[:20], sep="\n")
    print(f"{len(dependencies)} packages looked up, {len(lines)} {('fine', 'with faults', 'without an answer')[code]}.")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
