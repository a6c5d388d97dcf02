"""Attributes of form fields are those that WTForms would write."""

from typing import Any

import pytest
from markupsafe import Markup
from wtforms import widgets

from forms.base import html_params


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"type": "text", "id": "name", "value": "a \"b\" <c> & 'd'"},
        {"required": True, "readonly": False, "maxlength": 200, "value": None},
        {"class_": "wide", "for_": "x", "data_start": "1", "aria_label": "é", "aria-describedby": "a b"},
        {"value": Markup('<b title="x">&amp;</b>')},
    ],
)
def test_attributes_are_those_of_wtforms(attributes: dict[str, Any]) -> None:
    written = html_params(**attributes)
    assert written == widgets.html_params(**attributes)
    assert isinstance(written, Markup)
