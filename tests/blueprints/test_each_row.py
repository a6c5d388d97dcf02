"""A list that is laid out once and filled in reads as if its macro were called for each row."""

from typing import Any

import pytest
from jinja2 import Environment
from markupsafe import Markup

from blueprints.each_row import each_row

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
