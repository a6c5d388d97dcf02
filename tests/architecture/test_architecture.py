"""The map in docs/architecture.md is that of the code: its packages, their order, the arrows, the files."""

import json
import re
import subprocess
import sys
from pathlib import Path

from test_house import ORDER, imports_of, modules

ROOT = Path(__file__).parent.parent.parent
MAP = (ROOT / "docs/architecture.md").read_text()


def real_imports() -> dict[str, set[str]]:
    """Return for each package which others it imports."""
    found: dict[str, set[str]] = {name: set() for name in ORDER}
    for name, path in modules().items():
        package = name.partition(".")[0]
        found[package] |= imports_of(path) & set(ORDER) - {package}
    return found


def needed_arrows(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return the imports that do not follow from others, in the order of the map."""

    def reached(name: str) -> set[str]:
        return imports[name].union(*(reached(other) for other in imports[name]))

    names = list(imports)[::-1]
    return [
        (name, other)
        for name in names
        for other in names
        if other in imports[name] - set().union(*(reached(between) for between in imports[name]))
    ]


def test_each_package_is_described_in_the_order_of_imports() -> None:
    table = MAP.partition("## Packages")[2].partition("Beside the packages")[0]
    described = re.findall(r"^\| `(\w+)(?:/|\.py)` \| \S", table, re.M)
    assert described == ORDER[::-1]


def test_each_arrow_is_an_import_and_none_is_missing() -> None:
    drawn = MAP.partition("flowchart TD\n")[2].partition("```")[0]
    assert drawn == "".join(f"    {name} --> {other}\n" for name, other in needed_arrows(real_imports()))


def test_each_file_and_folder_that_is_named_is_there() -> None:
    named = re.findall(r"`([\w/]+(?:\.py|/))`", MAP)
    assert len(named) > 30
    for path in named:
        assert (ROOT / path).exists() or list(ROOT.glob(f"*/{path}")), path


def test_control_an_arrow_that_follows_from_others_is_left_out() -> None:
    imports = {"rows": set[str](), "pages": {"rows"}, "app": {"pages", "rows"}}
    assert needed_arrows(imports) == [("app", "pages"), ("pages", "rows")]


def test_the_server_loads_nothing_that_parses_what_others_send_or_that_few_processes_need() -> None:
    code = "import app, json, sys; app.create_app(commands=False); print(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded = {
        name
        for name in json.loads(said)
        if name.startswith(("alembic", "cli.", "PIL", "remote_calendars.", "recurring", "urllib3"))
    }
    assert loaded == {
        f"remote_calendars.{name}" for name in ("messages", "process", "public_addresses", "reading", "services")
    }
