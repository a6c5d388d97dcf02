"""The stylesheet and the markup know each other's classes, and each colour has one source."""

import re
from pathlib import Path

import pytest

from branding.colours import DARK, LIGHT, Scheme

HOUSE = Path(__file__).parent.parent.parent
SHEETS = [
    re.sub(r"/\*.*?\*/", "", (HOUSE / "static" / name).read_text(), flags=re.S) for name in ("style.css", "owner.css")
]
STYLESHEET = "".join(SHEETS)
TEMPLATES = [path for path in sorted((HOUSE / "templates").glob("*.html")) if path.name != "email.html"]

MADE_ELSEWHERE = {"htmx-request"}
"""Classes with a rule that no template writes: htmx sets it while a request is on its way."""
HOOKS: set[str] = set()
"""Classes without a rule; say here what for. Scripts hang on `data-` attributes instead."""


def classes_with_rules(css: str) -> set[str]:
    """Return the classes that a selector names."""
    return {name for selector in re.findall(r"([^{};]+)\{", css) for name in re.findall(r"\.(-?[a-z][\w-]*)", selector)}


def classes_in_markup(template: str) -> set[str]:
    """Return the classes that a template writes, also by the macro `to` of the picker and the block `kind`."""
    values = re.findall(r"""class=("[^"]*"|'[^']*')""", re.sub(r"\{\{.*?\}\}", " ", template))
    values += re.findall(r"\{% block kind %\}(\w+)\{% endblock %\}", template)
    values += re.findall(r"\{\{ to\(.*?, '([a-z -]+)', (?:id=|\*\*)", template)
    return {name for value in values for name in re.sub(r"\{%.*?%\}", " ", value).strip("\"'").split()}


def every_class_in_markup() -> set[str]:
    return set().union(*(classes_in_markup(path.read_text()) for path in TEMPLATES))


def test_every_class_in_markup_has_a_rule() -> None:
    assert every_class_in_markup() - classes_with_rules(STYLESHEET) == HOOKS


def layers(css: str) -> list[str]:
    """Return the names of the layers that have rules."""
    return re.findall(r"^@layer (\w+) \{", css, re.M)


def test_each_layer_is_in_one_stylesheet_and_the_first_gives_their_order() -> None:
    everybodys, owners = (layers(css) for css in SHEETS)
    assert set(everybodys) & set(owners) == set()
    order = re.search(r"@layer ([\w, \n]+);", SHEETS[0])
    assert order
    named = re.split(r",\s*", order[1])
    assert sorted(everybodys + owners) == sorted(named)
    assert [name for name in named if name in everybodys] == everybodys


INVITEES = re.findall(r'"(_?[\w/]+\.html)"', (HOUSE / "blueprints/errors.py").read_text()) + [
    *("base.html", "invitee_page.html", "auth_page.html", "login.html", "setup.html", "problem.html", "_macros.html"),
    *("picker.html", "_picker.html", "book.html", "_book.html", "move.html", "_move.html", "spent.html", "_spent.html"),
    *("booking.html", "_booking.html", "_cancel.html", "_copied.html"),
]


def test_what_an_invitee_sees_needs_no_rule_of_the_owners_stylesheet() -> None:
    pages = [HOUSE / "templates" / name for name in INVITEES if (HOUSE / "templates" / name).exists()]
    assert len(pages) > 15
    used = set().union(*(classes_in_markup(page.read_text()) for page in pages))
    assert used - classes_with_rules(SHEETS[0]) == set()


def words_in_strings() -> set[str]:
    """Return all words in the strings of templates and scripts: classes are also arguments of macros."""
    files = [*TEMPLATES, *(HOUSE / "static/js").glob("*.js"), HOUSE / "blueprints/drawings.py"]
    strings = [text for path in files for text in re.findall(r"""["'] ?([a-z][a-z0-9 -]*)["']""", path.read_text())]
    return {word for text in strings for word in text.split()}


def test_every_class_with_a_rule_is_in_markup() -> None:
    unused = classes_with_rules(STYLESHEET) - every_class_in_markup() - words_in_strings()
    assert unused == MADE_ELSEWHERE - words_in_strings()


def test_control_classes_are_found() -> None:
    assert classes_in_markup('<p class="tag {{ state }}{% if bad %} wrong{% endif %}">') == {"tag", "wrong"}
    assert classes_in_markup("{{ to('?month=' ~ when(x), _('Later'), 'square plain', id='later') }}") == {
        "square",
        "plain",
    }
    assert classes_with_rules("@layer a { .one > .two:hover, p.three { margin: 0.5em; } }") == {"one", "two", "three"}


def test_scripts_hang_on_no_class() -> None:
    for path in (HOUSE / "static/js").glob("*.js"):
        assert (
            re.findall(r"""(?:matches|closest|querySelector(?:All)?)\??\.?\(["'`][^)]*?\.[a-z]""", path.read_text())
            == []
        )


def test_selectors_are_at_most_two_deep() -> None:
    selectors = [
        one.strip()
        for several in re.findall(r"([^{};]+)\{", STYLESHEET)
        if not several.strip().startswith("@")
        for one in several.split(",")
    ]
    assert len(selectors) > 100
    assert [one for one in selectors if len(re.split(r"\s*[>+~]\s*|\s+", one)) > 2] == []


def test_no_gap_hangs_on_a_sibling() -> None:
    assert re.findall(r"[\w*\])] \+ [\w*.\[]", "".join(re.findall(r"([^{};]+)\{", STYLESHEET))) == []


@pytest.mark.parametrize(("scheme", "block"), [(LIGHT, 0), (DARK, 1)], ids=["light", "dark"])
def test_the_tokens_are_the_colours_of_the_palette(scheme: Scheme, block: int) -> None:
    tokens = dict(re.findall(r"--([\w-]+): (#\w+);", re.findall(r":root \{(.*?)\}", SHEETS[0], re.S)[block]))
    colours = {name.replace("_", "-"): value for name, value in vars(scheme).items() if str(value).startswith("#")}
    assert {name: tokens[name] for name in colours} == colours


def test_the_icon_has_our_colour() -> None:
    assert f'fill="{LIGHT.accent}"' in (HOUSE / "static/icon.svg").read_text()


def test_no_other_file_repeats_a_colour() -> None:
    code = [path for folder in ("branding", "blueprints", "notifications") for path in (HOUSE / folder).rglob("*.py")]
    found = {
        path.name
        for path in [*code, *(HOUSE / "templates").glob("*.html")]
        if re.search(r"#[0-9a-f]{6}\b", path.read_text())
    }
    assert found <= {"colours.py"}
