"""Templates get values, not rows: a row's relations would be read while the page is rendered."""

from typing import Any

import pytest
from flask import template_rendered
from support.world import Browser, World, at, z

from database import Base
from models import Owner

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")


def has_rows(value: Any) -> bool:
    """Return whether the value is a row, or a list, tuple or dict with one in it."""
    if isinstance(value, dict):
        return any(has_rows(part) for part in value.values())
    return any(map(has_rows, value)) if isinstance(value, (list, tuple)) else isinstance(value, Base)


@pytest.mark.parametrize(
    "path",
    [
        "/settings/calendars", "/settings/calendars/1", "/settings/calendars/1/links", "/settings/calendars/1/delete",
        "/settings/links/1", "/settings/links/2?times=1", "/links", "/links?show=requests", "/settings/batches/1",
        "/settings/batches/1/sheet", "/settings/busy", "/settings/mail", "/bookings",
        "/bookings/1", "/bookings/1/reschedule",
        f"/bookings/1/reschedule?start={z(TEN)}", "/b/LINK", f"/b/LINK?start={z(TEN)}",
        f"/b/LINK?start={z(NINE)}",
    ],
)  # fmt: skip
def test_no_template_gets_a_row(world: World, owner: Owner, browser: Browser, path: str) -> None:
    calendar = world.calendar(owner)
    world.message(world.book(world.link(calendar), NINE))
    link, contexts = world.link(calendar), []
    world.batch(calendar)
    world.request(world.link(calendar))
    with template_rendered.connected_to(lambda _app, context, **_: contexts.append(context), world.app):
        assert browser.get(path.replace("LINK", link)).status_code in (200, 409)
    assert [name for context in contexts for name, value in context.items() if name != "g" and has_rows(value)] == []


def test_control_a_row_is_found_where_it_hides(world: World, owner: Owner) -> None:
    assert has_rows({"rows": [(owner, 1)]})
    assert not has_rows({"rows": [("owner", 1)]})
