"""What is installed is pinned with hashes, for every Python that is supported, and names no place to get it from."""

import re
from pathlib import Path

import pytest
from support.server_process import HOUSE

LISTS = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;]+)((?: *;[^\\\n]*)?)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.M)


def pins(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Return the version and the hashes of each package of the list."""
    return {
        name: (version, re.findall("[0-9a-f]{64}", rest)) for name, version, _, rest in PIN.findall(path.read_text())
    }


def faults(path: Path) -> list[str]:
    """Return the packages without hashes, and all lines that are no part of a pin."""
    rest = PIN.sub("", path.read_text())
    bare = [name for name, (_version, hashes) in pins(path).items() if not hashes]
    return bare + [line for line in rest.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("name", LISTS)
def test_each_package_is_pinned_with_hashes_and_nothing_else_is_there(name: str) -> None:
    assert faults(HOUSE / name) == []
    assert len(pins(HOUSE / name)) > 20
    assert "://" not in (HOUSE / name).read_text()


def test_both_lists_pin_the_same_and_all_that_is_asked_for() -> None:
    served, developers = (pins(HOUSE / name) for name in LISTS)
    assert served.items() <= developers.items()
    for name, found in (("requirements.in", served), ("requirements-dev.in", developers)):
        asked = re.findall(r"^([A-Za-z][\w-]*)", (HOUSE / name).read_text(), re.M)
        assert {each.lower().replace("_", "-") for each in asked} <= found.keys()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("flask==3.1.3\n", "flask"),
        ("flask==3.1.3 \\\n    --hash=sha256:abc\n", "flask==3.1.3"),
        ("flask>=3\n", "flask>=3"),
        ("--index-url https://registry.example/simple\n", "--index-url"),
    ],
)
def test_control_what_is_not_pinned_with_hashes_is_found(tmp_path: Path, wrong: str, fault: str) -> None:
    (tmp_path / "list").write_text((HOUSE / "requirements.txt").read_text() + wrong)
    assert any(line.startswith(fault) for line in faults(tmp_path / "list"))


def test_the_script_installs_with_hashes_only() -> None:
    lines = [line for line in (HOUSE / "run.sh").read_text().splitlines() if "pip install" in line and " -r " in line]
    assert lines
    assert all("--require-hashes" in line for line in lines)
