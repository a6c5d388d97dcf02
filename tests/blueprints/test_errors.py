"""Errors that have a page of their own, whichever module raises them."""

import pytest
from support.world import World

from models import Owner
from scheduling.errors import LinkUnavailable, LinkUsed


class LinkPaused(LinkUnavailable):
    """A reason that the pages do not know yet."""


class LinkUsedByGroup(LinkUsed):
    """A kind of a reason that they know."""


@pytest.mark.parametrize(
    ("kind", "title"), [(LinkPaused, "This link can’t be used"), (LinkUsedByGroup, "already been used")]
)
def test_a_new_reason_why_a_link_cannot_be_used_has_a_page(
    world: World, owner: Owner, kind: type[LinkUnavailable], title: str
) -> None:
    with world.app.test_request_context("/b/x"):
        page = world.app.make_response(world.app.handle_user_exception(kind(owner)))
    assert page.status_code == 410
    assert title in page.get_data(as_text=True)
    assert owner.name in page.get_data(as_text=True)


@pytest.mark.parametrize("debug", [False, True])
def test_a_database_without_tables_is_not_a_matter_of_trying_again(
    world: World, caplog: pytest.LogCaptureFixture, debug: bool
) -> None:
    world.app.debug = debug
    world.execute("ALTER TABLE links RENAME TO other_links")
    page = world.browser().get("/b/x")
    assert page.status_code == 500
    assert "Retry-After" not in page.headers
    assert "The database has no tables: run `flask --app app db upgrade`" in caplog.text
    assert ("flask --app app db upgrade" in page.text) is debug
