"""All pages in all states: axe finds nothing, light and dark, and nothing needs sideways scrolling, at 320 pixels or
with text of twice the size, as WCAG 1.4.10 and 1.4.4 have it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.accessibility import PHONE, look_at
from support.page_states import people, walk
from support.server_process import Server, running
from support.smtp_server import PostOffice, post_office


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def server(tmp_path: Path, office: PostOffice) -> Iterator[Server]:
    with running(tmp_path, SMTP_URL=office.url, MAIL_FROM="book@example.com") as server:
        yield server


@pytest.mark.long
def test_axe_finds_nothing_and_nothing_is_cut_off(chrome: Browser, server: Server, office: PostOffice) -> None:
    """Nothing fades, so that axe sees the colours that stay; a reader's own stylesheet is let through our policy."""
    person = people(chrome, color_scheme="light", viewport=PHONE, reduced_motion="reduce", bypass_csp=True)
    walk(person, server, office, look_at)
