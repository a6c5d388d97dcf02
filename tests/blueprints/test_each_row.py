"""A list that is laid out once and filled in reads as if its macro were called for each row."""

import gc
import re
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from jinja2 import Environment, meta
from markupsafe import Markup
from support.server_process import HOUSE
from support.world import World

from blueprints import each_row as module
from blueprints.each_row import MOST, each_row, laid_out

TEMPLATES = HOUSE / "templates"
FRAMED = re.compile(r"(?:each_row|laid_out)\((\w+)")

MACRO = """
{% macro row(id, name, is_open, link, notes) %}
<li id="r-{{ id }}" data-json='{"id": {{ id }}}'>{{ link }} <b title="{{ name }}">{{ name }}</b>{{ 100 }}%
{% if not is_open %}closed{% elif notes %}open: {{ notes }}{% else %}open{% endif %} {{ '{0}' }}</li>
{% endmacro %}
"""
LINK = Markup('<a href="/?a=1&amp;b={2}">')
ROWS = [
    (1, "Jane", True, LINK, ""),
    (2, '<script>"{0}" & {{ name }} %s', False, LINK, "x"),
    (3, "", True, Markup(""), "N\0UL & <nothing>"),
    (0, "0", False, LINK, " "),
    (5, "\0" * 3, True, LINK, "</li>"),
]


def macro(body: str = MACRO) -> Any:
    return Environment(autoescape=True).from_string(body).module.row  # type: ignore[attr-defined]


@pytest.mark.parametrize("rows", [[], ROWS[:1], ROWS[:2], ROWS, ROWS[::-1], ROWS * 3])
def test_rows_are_as_if_each_were_laid_out(rows: list[tuple[Any, ...]]) -> None:
    row = macro()
    lay_out = each_row(row)
    for _ in range(2):
        assert lay_out(rows) == Markup("").join(row(*values) for values in rows)


@pytest.mark.parametrize(
    "asks", ["{% if name == 'Jane' %}!{% endif %}", "{{ name | upper }}", "{{ name | length }}", "{{ id + 1 }}"]
)
def test_a_macro_that_asks_what_a_text_says_is_refused(asks: str) -> None:
    with pytest.raises(TypeError):
        each_row(macro(f"{{% macro row(id, name) %}}{asks}{{% endmacro %}}"))([(1, "Jane")])


def test_what_is_the_same_in_all_rows_is_put_in_place_too() -> None:
    row = macro(
        "{% macro row(id, name, token) %}<b data-token='{{ token }}'>{{ id }} {{ name }} {{ token }}</b>{% endmacro %}"
    )
    rows = [(1, "Jane"), (2, ""), (3, "<Joe>")]
    for token in ("100% a", "<b>", "", "N\0UL"):
        assert each_row(row)(rows, token=token) == Markup("").join(row(*values, token=token) for values in rows)


def test_a_layout_is_kept_for_the_settings_the_macro_may_compare() -> None:
    tab = macro(
        "{% macro row(page, here, name) %}<a{% if page == here %} class=on{% endif %}>{{ name }}</a>{% endmacro %}"
    )
    for here, name in (("a", "A"), ("b", "B"), ("a", "%s"), ("b", "")):
        assert laid_out(tab, "a", here)(name=name) == tab("a", here, name=name)


def test_a_layout_is_made_once_and_goes_with_its_macro() -> None:
    row = macro("{% macro row(name) %}{{ name }}{% endmacro %}")
    gc.collect()
    before = len(module._layouts)
    assert each_row(row)([("Jane",)]) == each_row(row)([("Jane",), ("Joe",)])[:4] == "Jane"
    [of_shape] = module._layouts[row].values()
    assert len(of_shape) == 1
    del row, of_shape
    gc.collect()
    assert len(module._layouts) == before


def test_layouts_have_a_bound() -> None:
    row = macro("{% macro row() %}{{ varargs | join }}{% endmacro %}")
    for shape in range(2 * MOST):
        values = tuple("x" if shape >> bit & 1 else "" for bit in range(11))
        assert each_row(row)([values]) == "x" * shape.bit_count()
    assert sum(map(len, module._layouts[row].values())) <= MOST


def test_a_layout_is_kept_for_each_language(app: Flask) -> None:
    with app.app_context():
        row = Environment(autoescape=True).from_string("{% macro row(name) %}{{ locale() }} {{ name }}{% endmacro %}")
        row.globals["locale"] = module.current_locale
        lay_out = each_row(row.module.row)  # type: ignore[attr-defined]
        for name in ("en_GB", "en_US", "en_GB"):
            with force_locale(name):
                assert lay_out([("Jane",)]) == f"{name} Jane"


def test_a_macro_whose_layouts_are_kept_knows_nothing_of_the_request() -> None:
    """What it knows beside its arguments is the same for everybody."""
    same_for_all = {"_", "formatting", "url_for", "account_pages"}
    environment, found = Environment(), set()
    for page in TEMPLATES.glob("*.html"):
        text = page.read_text()
        for name in FRAMED.findall(text):
            imported = re.search(rf'{{% from "(\w+\.html)" import (?:\w+, )*{name}\b', text)
            assert imported, f"{page.name} lays out {name}, but does not import it"
            found.add(imported[1])
    for name in found:
        text = (TEMPLATES / name).read_text()
        assert meta.find_undeclared_variables(environment.parse(text)) <= same_for_all, name
        assert "csrf()" not in text, name
    assert len(found) >= 5


def test_layouts_are_kept_from_one_request_to_the_next(world: World) -> None:
    owner = world.owner()
    world.link(world.calendar(owner))
    browser, pages = world.signed_in(owner), ("/settings/calendars", "/links", "/bookings")

    def made() -> int:
        for page in pages:
            browser.get(page)
        return sum(len(of_shape) for kept in module._layouts.values() for of_shape in kept.values())

    assert 0 < made() == made()


def test_an_import_looks_at_no_name_of_the_page(app: Flask) -> None:
    page = app.jinja_env.from_string('{% from "_icons.html" import icon %}{% set mine = icon %}', {"more": 1})
    before = app.jinja_env.get_template("_icons.html").module
    assert page.module.mine is before.icon  # type: ignore[attr-defined]


def test_nothing_of_one_owner_is_on_a_page_of_another(world: World) -> None:
    owners = [world.owner("anna@example.com", "Anna Aalto"), world.owner("bert@example.com", "Bert Baum")]
    pages = []
    for owner in owners:
        calendar = world.calendar(owner, name=f"Talk with {owner.name}")
        world.link(calendar, label=f"for {owner.email}")
        browser = world.signed_in(owner)
        read = [browser.get(path).text for path in ("/settings/calendars", "/links", "/links/new", "/bookings")]
        pages.append("".join(read))
    for own, other in (pages, pages[::-1]):
        token = re.search(r'name="csrf_token" value="([^"]+)"', other)
        assert token
        assert token[1] not in own
        assert ("Anna" in own) != ("Bert" in own)
        assert ("anna@" in own) != ("bert@" in own)
