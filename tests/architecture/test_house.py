"""The house is in order: imports point one way, words can be translated, documents lead somewhere, types are clean."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]

# Each line may import what stands above it, never what stands below. A name is a package, or a module at the root.
ORDER = [
    "tokens",
    "parsing",
    "middleware",
    "availability",
    "i18n",
    "branding",
    "remote_calendars",
    "config",
    "database",
    "enums",
    "public_profile",
    "tables",
    "models",
    "scheduling",
    "accounts",
    "public_urls",
    "integrations",
    "sources",
    "notifications",
    "forms",
    "blueprints",
    "server",
    "cli",
    "app",
]
# Flask and its extensions stay where HTTP is spoken and pages are made; `database` is Flask-SQLAlchemy's place.
WITHOUT_FLASK = (
    "tokens",
    "parsing",
    "middleware",
    "availability",
    "branding",
    "remote_calendars",
    "scheduling",
    "accounts",
)


@cache
def modules() -> dict[str, Path]:
    """Return our modules by their dotted names."""
    files = [
        path for name in ORDER for path in (HOUSE.glob(f"{name}.py"), (HOUSE / name).rglob("*.py")) for path in path
    ]
    return {".".join(path.relative_to(HOUSE).with_suffix("").parts): path for path in files}


def imports_of(path: Path) -> set[str]:
    """Return the first part of the name of each module that is imported, also within functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_every_module_has_its_place_in_the_order() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=HOUSE, capture_output=True, text=True).stdout.split()
    tops = {path.partition("/")[0].removesuffix(".py") for path in tracked}
    assert tops - {"tests", "docs", "benchmarks", "migrations"} == set(ORDER)


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_point_one_way(name: str) -> None:
    package = name.partition(".")[0]
    below = set(ORDER[ORDER.index(package) + 1 :])
    assert imports_of(modules()[name]) & below == set()


def test_tables_are_imported_from_models() -> None:
    """Only there are all of them known, so that no foreign key points at a table that is missing."""
    users = {name for name, path in modules().items() if "tables" in imports_of(path)}
    assert {name.partition(".")[0] for name in users} == {"tables", "models"}


def test_no_package_imports_itself_in_a_circle() -> None:
    inside = {name: modules_imported_by(path) - {name} for name, path in modules().items()}
    while leaves := {name for name, others in inside.items() if not others & inside.keys()}:
        inside = {name: others for name, others in inside.items() if name not in leaves}
    assert inside == {}


def modules_imported_by(path: Path) -> set[str]:
    """Return the full names that the module at `path` imports, of modules and of what is in them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("name", WITHOUT_FLASK)
def test_flask_stays_out_of(name: str) -> None:
    users = {
        module: found
        for module, path in modules().items()
        if module.partition(".")[0] == name
        and (found := {top for top in imports_of(path) if re.fullmatch(r"flask\w*", top)})
    }
    assert users == {}


def words_outside_gettext(template: str) -> list[str]:
    """Return what a person would read of a template that no translation could reach."""
    template = re.sub(r"\{% block kind %\}.*?\{% endblock %\}", "", template)
    template = re.sub(r"<style>.*?</style>", "", template, flags=re.S)  # of a mail, which has no stylesheet beside it
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.S)
    attributes = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text)
    return [
        words
        for words in [*re.sub(r"<[^>]*>", "\n", text).split("\n"), *attributes]
        if re.search(r"[^\W\d_]{2}", words)
    ]


FOR_READERS = [path for path in sorted((HOUSE / "templates").glob("*.html")) if path.name != "styleguide.html"]
"""The style guide is for developers."""


@pytest.mark.parametrize("path", FOR_READERS, ids=lambda path: path.name)
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    said = words_outside_gettext(path.read_text())
    assert [words.strip() for words in said if words.strip() not in ("Bookonce", "· Bookonce")] == []


def test_control_a_text_outside_gettext_is_found() -> None:
    assert words_outside_gettext("<p>Hello {{ name }}</p>") == ["Hello  "]
    assert words_outside_gettext('<a title="Home">{{ _("Home") }}</a>') == ["Home"]


def test_htmx_is_the_one_we_know() -> None:
    import hashlib

    digest = hashlib.sha256((HOUSE / "static/vendor/htmx.min.js").read_bytes()).hexdigest()
    assert digest == "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


@pytest.mark.parametrize(
    "command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]], ids=" ".join
)
def test_lint_and_types(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=HOUSE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guarantees_name_lines_that_are_there() -> None:
    said = (HOUSE / "docs/guarantees.md").read_text()
    held = re.findall(r"`(\w+)`(?: and `(\w+)`)? in `([\w/]+\.py)`", said)
    assert len(held) >= 8
    for first, second, path in held:
        code = (HOUSE / path).read_text()
        assert all(name in code for name in (first, second) if name), path
    tests = "".join(path.read_text() for path in (HOUSE / "tests").rglob("*.py"))
    for name in re.findall(r"`(test_\w+)`", said):
        assert f"def {name}(" in tests, name
    for path in re.findall(r"`((?:tests|scheduling|blueprints|docs|database|availability)/[\w/.]+)`", said):
        assert (HOUSE / path).exists(), path


@pytest.mark.parametrize("path", [*HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md")], ids=lambda path: path.name)
def test_what_a_document_leads_to_is_there(path: Path) -> None:
    for file, heading in re.findall(r"\]\((?!\w+:)([^)#]*)#?([^)]*)\)", path.read_text()):
        target = path.parent / file if file else path
        assert target.exists(), file
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.M) if heading else []
        assert not heading or heading in [
            re.sub(r"[^\w\- ]", "", words).lower().replace(" ", "-") for words in headings
        ]
