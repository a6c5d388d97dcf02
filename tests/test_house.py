"""The house is in order: imports point one way, words can be translated, documents lead somewhere, types are clean."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent

# Each line may import those above it, never those below.
PLAN = [
    {"clock", "colours", "draining", "emails", "fronts", "headers", "hosts", "locales", "logs", "proxies"},
    {"observing", "reading", "statics", "tokens", "zones"},
    {"logos", "mail_server", "stylesheet"},
    {"config"},
    {"scheduling.slots"},
    {"scheduling.hours", "scheduling.picker"},
    {"wording"},
    {"database"},
    {"models"},
    {"scheduling.refusals", "scheduling.invariants"},
    {"scheduling.busy", "scheduling.busy_times", "scheduling.appointments"},
    {"scheduling.calendars"},
    {"scheduling.owners"},
    {"scheduling.links", "scheduling.feeds", "scheduling.looks"},
    {"scheduling.notices"},
    {"scheduling.bookings"},
    {"scheduling.changes"},
    {"addresses"},
    {"messages.ical", "messages.letters", "messages.outbox", "messages.reminders", "messages.smtp", "messages.unsent"},
    {"messages.add_links", "messages.mail"},
    {"messages.worker"},
    {"fields", "shell", "backup"},
    {"hour_fields"},
    {"forms"},
    {"blueprints.answers", "blueprints.picking", "blueprints.health"},
    {"blueprints.owner_only", "blueprints.errors", "blueprints.moving", "blueprints.sharing"},
    {
        f"blueprints.{name}"
        for name in (
            "auth",
            "bookings",
            "busy",
            "calendars",
            "feed",
            "feeds",
            "links",
            "look",
            "mail",
            "manage",
            "metrics",
            "profile",
            "public",
        )  # fmt: skip
    },
    {"upkeep", "mailing"},
    {"cli", "server"},
    {"app"},
]
FLOOR = {name: floor for floor, names in enumerate(PLAN) for name in names}


def modules() -> dict[str, Path]:
    """Return our modules by their dotted names."""
    files = [
        *HOUSE.glob("*.py"),
        *(p for name in ("scheduling", "messages", "blueprints") for p in (HOUSE / name).glob("*.py")),
    ]
    return {".".join(p.relative_to(HOUSE).with_suffix("").parts): p for p in files if p.name != "__init__.py"}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found & FLOOR.keys()


def test_every_module_has_its_place_in_the_plan() -> None:
    assert modules().keys() == FLOOR.keys()


@pytest.mark.parametrize("name", sorted(FLOOR))
def test_imports_point_upwards_only(name: str) -> None:
    upwards = {other for other in imports_of(modules()[name]) if FLOOR[other] >= FLOOR[name]}
    assert upwards == set()


def test_scheduling_knows_nothing_of_http() -> None:
    for name, path in modules().items():
        if name.startswith("scheduling"):
            assert not re.search(r"^(from|import) flask( |\.|$)", path.read_text(), re.M), name


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


@pytest.mark.parametrize("path", sorted((HOUSE / "templates").glob("*.html")), ids=lambda path: path.name)
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
    for path in re.findall(r"`((?:tests|scheduling|blueprints|docs)/[\w/.]+)`", said):
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
