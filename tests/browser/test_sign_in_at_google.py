"""An owner on a phone connects their Google account, and lets appointments be written there."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from support.accessibility import accessible
from support.fake_google import FakeGoogle
from support.world import PASSWORD, World
from werkzeug.serving import WSGIRequestHandler, make_server

from database import utcnow
from middleware.headers import headers_middleware, security_headers
from models import Owner

PHONE = {"width": 390, "height": 844}

pytestmark = [pytest.mark.real_time, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_request(self, *_: object) -> None:
        pass


@pytest.fixture
def address(app: Flask, google: FakeGoogle) -> Iterator[str]:
    """The app, served in this process, since only here it can be registered at the fake."""
    wrapped = headers_middleware(app, security_headers("http://127.0.0.1"))
    server = make_server("127.0.0.1", 0, wrapped, threaded=True, request_handler=Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    app.config["BOOKONCE"] = replace(app.config["BOOKONCE"], base_url=base)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield base
    server.shutdown()
    thread.join()


def test_an_account_is_connected_chosen_from_and_written_to(
    world: World, owner: Owner, google: FakeGoogle, address: str, visitor: Callable[..., Page]
) -> None:
    google.add_calendar("holidays", "Holidays", role="reader")
    start = utcnow() + timedelta(days=1)
    google.add_event(start, start + timedelta(hours=1))
    page = visitor(viewport=PHONE, bypass_csp=True, reduced_motion="reduce")
    page.goto(f"{address}/login")
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{address}/settings/sources")
    accessible(page, "other calendars, with a sign-in")
    page.get_by_role("link", name="Sign in to Google Calendar").click()
    page.get_by_role("link", name="Allow").click()
    expect(page.get_by_text("“Olivia” is connected.")).to_be_visible()
    expect(page.get_by_label("Olivia", exact=True)).to_be_checked()
    expect(page.get_by_label("Holidays")).not_to_be_checked()
    accessible(page, "an account that may be read")
    page.get_by_role("link", name="Allow writing").click()
    page.get_by_role("link", name="Allow").click()
    page.get_by_role("group", name="Write appointments into").get_by_label("Olivia").check()
    accessible(page, "an account that may be written to")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 busy time until")).to_be_visible()
